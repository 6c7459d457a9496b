"""RNA, SIREN and SIRET numbers: taken as people write them, refused with what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.organisations.identifiers import check_rna, check_siren, check_siret, grouped

LA_POSTE = "35600000049837"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("W491001234", "W491001234"),
        (" w491 001 234 ", "W491001234"),
        ("W9T1002867", "W9T1002867"),
        ("w2a1000123", "W2A1000123"),
        ("W2B-100-0123", "W2B1000123"),
        ("", None),
        ("   ", None),
    ],
)
def test_an_rna_number_is_taken_as_people_write_it(written: str, kept: str | None) -> None:
    assert check_rna(written) == (kept, [])


@pytest.mark.parametrize("written", ["491001234", "W49100123", "W4910012345", "X491001234", "WABC"])
def test_what_is_no_rna_number_is_refused(written: str) -> None:
    kept, errors = check_rna(written)
    assert kept is None
    assert [error.field for error in errors] == ["rna"]


@pytest.mark.parametrize("written", ["552 008 443", "552.008.443", "552\u202f008\u00a0443"])
def test_a_siren_is_taken_with_its_separators(written: str) -> None:
    assert check_siren(written) == ("552008443", [])


@pytest.mark.parametrize(
    ("written", "words"),
    [("552008444", "add up"), ("55200844", "nine"), ("A52008443", "nine")],
)
def test_a_wrong_siren_says_what_is_wrong(written: str, words: str) -> None:
    kept, (error,) = check_siren(written)
    assert kept is None
    assert words in error.message


@pytest.mark.parametrize(
    ("written", "words"),
    [("73282932000079", "add up"), ("7328293200007", "fourteen"), ("35600000049838", "add up")],
)
def test_a_wrong_siret_says_what_is_wrong(written: str, words: str) -> None:
    kept, (error,) = check_siret(written)
    assert kept is None
    assert words in error.message


def test_the_post_office_counts_in_its_own_way() -> None:
    assert check_siret("356 000 000 49837") == (LA_POSTE, [])
    assert check_siret("732 829 320 00074") == ("73282932000074", [])


@given(st.integers(0, 99_999_999))
def test_of_ten_last_digits_one_makes_a_siren(head: int) -> None:
    accepted = [d for d in range(10) if check_siren(f"{head:08d}{d}")[0]]
    assert len(accepted) == 1


@given(st.text())
def test_no_text_breaks_the_checks(text: str) -> None:
    for check in (check_rna, check_siren, check_siret):
        kept, errors = check(text)
        assert not (kept and errors)


def test_numbers_are_read_in_groups() -> None:
    assert grouped("552008443") == "552 008 443"
    assert grouped("73282932000074") == "732 829 320 00074"
    assert grouped("W491001234") == "W491001234"
    assert grouped(None) == ""
