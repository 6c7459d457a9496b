"""Tables and files to take along. Contains no business logic."""

from flask import Response, abort

from lending.sheets import WRITERS, Sheet, write_sheet

TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ENDINGS = tuple(ending.removeprefix(".") for ending in WRITERS)


def check_ending(ending: str) -> None:
    """Answer that there is nothing here, where we write no such files."""
    if f".{ending}" not in TYPES:
        abort(404)


def sheet_file(sheet: Sheet, name: str, ending: str) -> Response:
    """Return a table as a file of this name."""
    return named_file(write_sheet(sheet, f".{ending}"), f"{name}.{ending}", TYPES[f".{ending}"])


def named_file(content: bytes, name: str, content_type: str) -> Response:
    """Return a file that browsers keep under its name."""
    answer = Response(content, content_type=content_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
