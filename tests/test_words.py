"""Search that forgives accents, plural and half-typed words."""

import pytest

from lending.words import patterns, searchable


def finds(query: str, text: str) -> bool:
    """Return what the database's LIKE would: all patterns occur in the text."""
    kept = searchable(text)
    return all(pattern.strip("%") in kept for pattern in patterns(query))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("tables", "Table pliante"),
        ("table", "Tables pliantes"),
        ("barriere", "Barrière Vauban"),
        ("BARRIÈRES", "Barrière Vauban"),
        ("micros", "Micro HF"),
        ("sonos", "Sono portable"),
        ("panneaux", "Panneau d'exposition"),
        ("tapis", "Tapis de danse"),
        ("pliante table", "Table pliante"),
        ("œuvre", "Chef-d'oeuvre"),
    ],
)
def test_accents_plural_and_order_do_not_count(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    "name",
    ["Générateur d'air chaud", "Praticable", "Gobelets réutilisables", "Stationnement"],
)
def test_a_name_is_found_at_every_letter_that_is_typed(name: str) -> None:
    assert [length for length in range(2, len(name)) if not finds(name[:length], name)] == []


def test_every_word_must_be_found() -> None:
    assert not finds("table ronde", "Table pliante")


def test_the_middle_of_a_word_does_not_find_it() -> None:
    assert not finds("able", "Table pliante")


def test_a_search_without_words_finds_everything() -> None:
    assert patterns(" - ' ") == []
