"""Text that is safe inside a calendar: nothing in it can end a line or a value."""

import re

from icalendar import vText

_LINE_ENDS = re.compile(r"\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff]")
"""Tabs are kept; a byte order mark goes, since readers take it for one anywhere."""
_HALF_CHARACTERS = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    r"""Return the text with `\n` as its only line end and without control characters."""
    text = _LINE_ENDS.sub("\n", text)
    return _HALF_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", _CONTROL.sub("", text))


def clean_line(text: str) -> str:
    """Return the text cleaned and on one line."""
    return " ".join(clean(text).replace("\t", " ").split("\n")).strip()


class Text(vText):
    r"""A text value, escaped by us.

    icalendar takes a literal `\N` (as in `C:\Nuit`) for a line break; RFC 5545 does not.
    """

    def to_ical(self) -> bytes:
        r"""Return the text with `\`, `;`, `,` and line ends escaped."""
        escaped = (
            str(self)
            .replace("\\", "\\\\")
            .replace(";", "\\;")
            .replace(",", "\\,")
            .replace("\n", "\\n")
        )
        return escaped.encode()


def text(value: str) -> Text:
    """Return a value of possibly several lines."""
    return Text(clean(value))


def line(value: str) -> Text:
    """Return a value of one line."""
    return Text(clean_line(value))
