"""Files as people make them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.csvfiles import BadFile, read_table, write_table


def told(content: bytes, **more: object) -> list[str]:
    """Return what is said of a file that cannot be used."""
    with pytest.raises(BadFile) as refused:
        read_table(content, ("code", "stock"), **more)
    return [str(error) for error in refused.value.errors]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_separators_are_told_apart_and_the_mark_is_passed_over(separator: str, mark: bytes) -> None:
    content = mark + f"code{separator}stock\nCHA{separator}12\n".encode()
    (row,) = read_table(content, ("code", "stock")).rows
    assert (row.text("code"), row.number("stock")) == ("CHA", 12)


def test_lines_are_numbered_as_an_editor_does() -> None:
    content = b'code,stock\n"two\nlines",1\n\nB,2\r\n'
    assert [row.line for row in read_table(content, ("code", "stock")).rows] == [2, 5]


def test_columns_that_are_not_known_are_told_and_passed_over() -> None:
    table = read_table(b"Code,colour,note\nA,red,x\n", ("code",), ignored=("note",))
    assert table.unused == ("colour",)
    assert table.rows[0].cells == {"code": "A"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "line 1: The file is empty."),
        (b"stock\n1\n", "line 1, code: This column is missing."),
        (b"code,code\n", "line 1, code: There are two columns of this name."),
        (b"code,stock\nA,1\nB\n", "line 3: This line has 1 columns, the header has 2."),
        (b"code,stock\nA,1\n\xe9,2\n", "line 3: The file is not in UTF-8."),
        (b'code,stock\nA,"1\n', "line 2: This line cannot be read"),
        (b"code,stock\nA\x00,1\n", "line 2: This line"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(content: bytes, says: str) -> None:
    assert any(line.startswith(says) for line in told(content, required=("code",)))


@pytest.mark.parametrize(
    ("written", "grams"), [("3,5", 3500), ("3.5", 3500), ("1 300", 1_300_000), ("", None)]
)
def test_numbers_are_read_as_people_write_them(written: str, grams: int | None) -> None:
    (row,) = read_table(f"code;kg\nA;{written}\n".encode(), ("code", "kg")).rows
    assert row.number("kg", factor=1000) == grams
    assert row.errors == []


@pytest.mark.parametrize("written", ["many", "-1", "1e99", "1e999999999", "NaN", "1.5"])
def test_what_is_no_number_is_told(written: str) -> None:
    (row,) = read_table(f"code;stock\nA;{written}\n".encode(), ("code", "stock")).rows
    assert row.number("stock", whole=True) is None
    assert [error.field for error in row.errors] == ["stock"]


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"))


@given(st.lists(st.tuples(CELLS, CELLS).filter(lambda cells: any(map(str.strip, cells)))))
def test_what_is_written_is_read_back(rows: list[tuple[str, str]]) -> None:
    table = read_table(write_table(("a", "b"), rows), ("a", "b"))
    assert [(row.text("a"), row.text("b")) for row in table.rows] == [
        (a.strip(), b.strip()) for a, b in rows
    ]


def test_no_cell_is_written_that_a_spreadsheet_would_calculate() -> None:
    assert b"\n'=HYPERLINK" in write_table(("name",), [["=HYPERLINK(1)"]]).replace(b"\r", b"")
