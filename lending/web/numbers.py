"""Whole numbers as addresses and forms bring them: those that a table can hold."""

LARGEST = 2**31 - 1
"""What every database keeps in its columns of whole numbers."""


def whole_number(text: str) -> int:
    """Return a whole number as it was typed, from zero.

    Raises:
        ValueError: it is none, or no table can hold it.
    """
    text = text.strip()
    # The length first: what is thousands of digits long costs time, and in the end an error.
    if not text.isdecimal() or len(text) > len(str(LARGEST)) or int(text) > LARGEST:
        raise ValueError(f"not a number that can be kept: {text[:20]!r}")
    return int(text)


def number_or_none(text: str | None) -> int | None:
    """Return the number chosen in a list, or nothing."""
    return whole_number(text) if text and text.isdecimal() else None
