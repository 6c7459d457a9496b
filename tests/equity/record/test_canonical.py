"""There is one way to write a value, and no other value is written so."""

import json
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lending.equity.record.canonical import (
    LARGEST,
    NotCanonical,
    canonical,
    digest_of,
    digest_of_words,
    link,
    parse,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
LEAVES = st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | TEXTS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)
)
MAPPINGS = st.dictionaries(TEXTS, VALUES, max_size=5)


class Colour(StrEnum):
    """Any enum."""

    RED = "red"


@given(VALUES)
def test_what_is_written_is_read_back(value):
    assert parse(canonical(value)) == value


@given(MAPPINGS, st.randoms())
def test_the_order_of_keys_does_not_matter(mapping, chance):
    keys = list(mapping)
    chance.shuffle(keys)
    assert canonical({key: mapping[key] for key in keys}) == canonical(mapping)


@given(VALUES, VALUES)
def test_different_values_have_different_digests(one, other):
    # True == 1 in Python, not in JSON.
    assume(json.dumps(one, sort_keys=True) != json.dumps(other, sort_keys=True))
    assert digest_of(one) != digest_of(other)


@given(MAPPINGS, TEXTS, VALUES)
def test_any_change_of_one_field_changes_the_hash(mapping, key, value):
    assume(key not in mapping or json.dumps(mapping[key]) != json.dumps(value))
    before, after = canonical(mapping), canonical({**mapping, key: value})
    assert link("a" * 64, before) != link("a" * 64, after)
    assert link("a" * 64, before) != link("b" * 64, before)


@given(VALUES)
def test_there_is_no_second_way_to_write_a_value(value):
    text = canonical(value)
    for other in (f" {text}", f"{text}\n", json.dumps({"a": value}), json.dumps([value, 1])):
        with pytest.raises(NotCanonical):
            parse(other)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ("Prêt à l'Été\n\"\\\x1f\u2028", '"Prêt à l\'Été\\n\\"\\\\\\u001f\u2028"'),
        (
            datetime(2026, 3, 2, 9, 0, 0, 5, timezone(timedelta(hours=1))),
            '"2026-03-02T08:00:00.000005Z"',
        ),
        (datetime(2026, 3, 2, 8, tzinfo=UTC), '"2026-03-02T08:00:00.000000Z"'),
        (date(2026, 3, 2), '"2026-03-02"'),
        ((1, 2), "[1,2]"),
        ({Colour.RED: Colour.RED}, '{"red":"red"}'),
        # RFC 8785 section 3.2.3: by UTF-16 code units, so the smiley comes before the Hebrew
        # presentation form.
        (
            {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7},
            '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}',
        ),
    ],
)
def test_values_are_written_so(value, written):
    assert canonical(value) == written


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        datetime(2026, 3, 2, 8),
        LARGEST + 1,
        -LARGEST - 1,
        b"bytes",
        {1, 2},
        {1: "a key that is a number"},
        "\ud800",
        {"\udfff": 1},
        object,
        timedelta(1),
    ],
    ids=repr,
)
def test_what_has_no_single_way_of_being_written_is_refused(value):
    for holder in (value, [value], {"a": {"b": value}}):
        with pytest.raises(NotCanonical):
            canonical(holder)


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"a":1,"a":2}', '{"b":1,"a":2}', "1.0", "1e3", "NaN", '"\\u00e9"', "[" * 9**5],
)
def test_texts_that_are_not_canonical_are_refused(text):
    with pytest.raises(NotCanonical):
        parse(text)


def test_a_shell_computes_the_same_hash():
    """The formula of the documents, with the tools that every Unix has."""
    tool, payload = shutil.which("sha256sum"), canonical({"kind": "grant", "mots": 'déjà "vu"'})
    assert tool is not None
    for first, second, ours in (
        ("0" * 64, payload, link("0" * 64, payload)),
        ("5a17", "Il n'en\nreste plus.", digest_of_words("5a17", "Il n'en\nreste plus.")),
    ):
        script = 'printf \'%s\\n%s\' "$0" "$1" | sha256sum'
        told = subprocess.run(
            ["/bin/sh", "-c", script, first, second], capture_output=True, text=True, check=True
        )
        assert told.stdout.split()[0] == ours
