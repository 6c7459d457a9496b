"""Codes of labels: hard to misread, and a slip never means another unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.catalogue.label_codes import (
    ALPHABET,
    LENGTH,
    check_letter,
    new_code,
    read_code,
    spaced,
)
from lending.errors import InvalidInput

BODIES = st.text(st.sampled_from(ALPHABET), min_size=LENGTH - 1, max_size=LENGTH - 1)


def test_a_new_code_reads_as_itself_however_it_is_written():
    code = new_code()
    assert len(code) == 8
    assert not set(code) & set("0O1I")
    for written in (
        code,
        code.lower(),
        spaced(code),
        f" {code[:4]}-{code[4:]} ",
        f"https://pret.example/u/{code}",
    ):
        assert read_code(written) == code


@given(BODIES, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_mistyped_letter_is_always_noticed(body: str, place: int, letter: str):
    code = body + check_letter(body)
    mistyped = code[:place] + letter + code[place + 1 :]
    if mistyped != code:
        with pytest.raises(InvalidInput):
            read_code(mistyped)


@given(BODIES, st.integers(0, LENGTH - 2))
def test_two_exchanged_neighbours_are_always_noticed(body: str, place: int):
    code = body + check_letter(body)
    exchanged = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if exchanged != code:
        with pytest.raises(InvalidInput):
            read_code(exchanged)


@pytest.mark.parametrize("text", ["", "ABC", "ABCD EFG0", "https://ailleurs.example/", "É" * 8])
def test_what_is_no_code_is_told_apart(text: str):
    with pytest.raises(InvalidInput):
        read_code(text)
