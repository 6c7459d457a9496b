"""Stamps change exactly when what is shown changes: clients update on nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from calendars.entries import Calendar, Entry
from calendars.writing import body, etag, feed, header, render
from tests.calendars.strategies import entries, instants

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
HEAD = header(Calendar(product="-//Exemple//Feed 1//FR", name="Prêts"))


@given(entries, instants, instants)
def test_what_shows_the_same_stays_the_same_whenever_it_is_rendered(
    entry: Entry, first: datetime, later: datetime
) -> None:
    known = render(entry, None, first)
    again = render(replace(entry, sequence=77, modified=later), known, later)
    assert again == known
    assert known.sequence == 0


@given(entries, entries, instants, instants)
def test_any_visible_change_raises_the_sequence_and_the_stamp(
    old: Entry, new: Entry, first: datetime, later: datetime
) -> None:
    new = replace(new, uid=old.uid)
    shown = [body(replace(e, sequence=0, modified=NOW)) for e in (old, new)]
    assume(shown[0] != shown[1])
    known = render(old, None, first)
    changed = render(new, known, later)
    assert changed.sequence == known.sequence + 1
    assert changed.modified >= known.modified + timedelta(seconds=1)
    assert changed.version != known.version


@given(entries)
def test_every_property_that_a_reader_can_see_counts_as_a_change(entry: Entry) -> None:
    for change in (
        {"title": entry.title + "x"},
        {"description": entry.description + "x"},
        {"location": entry.location + "x"},
        {"transparent": not entry.transparent},
        {"categories": (*entry.categories, "x")},
        {"url": entry.url + "https://example.org/x"},
        {"colour": "plum"},
    ):
        known = render(entry, None, NOW)
        assert render(replace(entry, **change), known, NOW).sequence == 1  # type: ignore[arg-type]


@given(entries, instants, instants)
def test_what_is_kept_is_what_icalendar_writes(
    entry: Entry, first: datetime, later: datetime
) -> None:
    other = replace(entry, title=entry.title + "x")
    for shown, known in ((entry, None), (other, render(entry, None, first))):
        kept = render(shown, known, later)
        assert kept.body == body(replace(shown, sequence=kept.sequence, modified=kept.modified))


@given(entries)
def test_a_change_and_its_undoing_are_two_changes(entry: Entry) -> None:
    other = replace(entry, title=entry.title + "x")
    first = render(entry, None, NOW)
    third = render(entry, render(other, first, NOW), NOW)
    assert third.sequence == 2
    assert third.modified == first.modified + timedelta(seconds=2)
    assert third.content == first.content
    assert third.version != first.version


@given(st.lists(entries, max_size=3, unique_by=lambda e: e.uid), entries)
def test_the_validator_of_a_feed_is_as_good_as_its_bytes(many: list[Entry], other: Entry) -> None:
    rendered = [render(entry, None, NOW) for entry in many]
    more = [*rendered, render(other, None, NOW)]

    def tag(items: list[object]) -> str:
        return etag(HEAD, [item.version for item in items])  # type: ignore[attr-defined]

    assert tag(list(rendered)) == tag([render(entry, None, NOW) for entry in many])
    assert tag(list(rendered)) != tag(list(more))
    assert feed(HEAD, [r.body for r in rendered]) != feed(HEAD, [r.body for r in more])
    assert etag(HEAD, []) != etag(HEAD.replace(b"Feed 1", b"Feed 2"), [])
