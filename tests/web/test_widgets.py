"""What the widgets are made of: months, timelines, loads and pages of a list."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from lending.web import formats, plots, statuses, wording
from lending.web.widgets import CalendarDay, Pager, Timeline, TimelineStep, month_of

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_month_holds_each_of_its_days_once_from_monday_to_sunday(day: date) -> None:
    month = month_of(day, {})
    shown = [found.day for week in month.weeks for found in week if found]
    assert shown == sorted(set(shown))
    assert {found.month for found in shown} == {day.month}
    assert (shown[-1] + timedelta(days=1)).day == shown[0].day == 1
    assert all(len(week) == 7 for week in month.weeks)
    assert all(
        found is None or found.day.weekday() == column
        for week in month.weeks
        for column, found in enumerate(week)
    )


@pytest.mark.parametrize(
    ("free", "level"), [(None, "unknown"), (-3, "none"), (0, "none"), (25, "few"), (26, "free")]
)
def test_day_says_how_free_it_is(free: int | None, level: str) -> None:
    assert CalendarDay(date(2026, 6, 6), free, 100).level == level


@given(st.integers(0, 5_000), st.integers(1, 100), st.data())
def test_pager_offers_the_first_the_last_and_the_neighbours(
    total: int, per_page: int, data: st.DataObject
) -> None:
    pages = Pager(1, per_page, total).pages
    pager = Pager(data.draw(st.integers(1, pages)), per_page, total)
    numbers = [number for number in pager.shown if number is not None]
    assert {1, pager.page, pages} <= set(numbers)
    assert numbers == sorted(set(numbers))
    assert pager.last <= total
    assert pager.last - max(pager.first, 1) < per_page


START = datetime(2026, 6, 2, 22, tzinfo=UTC)


def test_timeline_shows_what_is_missing_only_where_it_is_asked(french: Flask) -> None:
    hour = timedelta(hours=1)
    steps = (
        TimelineStep(START, START + 24 * hour, 10),
        TimelineStep(START + 24 * hour, START + 48 * hour, 80),
        TimelineStep(START + 48 * hour, START + 72 * hour, -5),
    )
    plot = plots.timeline_plot(
        Timeline(START, START + 72 * hour, START + 30 * hour, START + 60 * hour, steps, 100, 50)
    )
    assert [bar.short for bar in plot.bars] == [False, False, True]
    assert [bar.missing_height > 0 for bar in plot.bars] == [False, False, True]
    assert sum(bar.width for bar in plot.bars) == pytest.approx(plots.WIDTH, abs=1)
    assert [day.free for day in plot.days] == [10, 80, 0]
    assert [day.asked for day in plot.days] == [False, True, True]
    assert [day.short for day in plot.days] == [False, False, True]


def test_timeline_counts_the_short_day_of_the_change_of_clocks_once(french: Flask) -> None:
    starts = datetime(2026, 3, 27, 23, tzinfo=UTC)
    ends = datetime(2026, 3, 30, 22, tzinfo=UTC)
    plot = plots.timeline_plot(
        Timeline(starts, ends, starts, ends, (TimelineStep(starts, ends, 5),), 10, 1)
    )
    assert [day.day.day for day in plot.days] == [28, 29, 30]


@pytest.fixture
def french() -> Iterator[Flask]:
    """Return an application that speaks French in its request, without a database."""
    from flask_babel import Babel

    app = Flask(__name__)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "lending" / "translations")
    Babel(app, locale_selector=lambda: "fr")
    with app.test_request_context():
        yield app


@pytest.mark.parametrize(
    ("kilograms", "litres", "words"),
    [
        (0, 0, ""),
        (85, 300, "tient dans une voiture"),
        (85, 1_200, "environ une camionnette"),
        (900, 3_000, "environ un fourgon"),
        (2_280, 16_800, "environ 2 fourgons"),
        (5_000, 20_000, "environ un camion"),
        (25_000, 20_000, "environ 3 camions"),
    ],
)
def test_load_is_said_as_what_carries_it(
    french: Flask, kilograms: int, litres: int, words: str
) -> None:
    assert wording.load_words((kilograms * 1_000, litres)) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(45, "45 min"), (60, "1 h"), (90, "1 h 30"), (1_440, "1 jour"), (2_880, "2 jours")],
)
def test_length_of_time_is_said_in_the_largest_fitting_unit(
    french: Flask, minutes: int, words: str
) -> None:
    assert wording.duration(minutes).replace(wording.NO_BREAK, " ") == words


@pytest.mark.parametrize(
    ("day", "hour", "words"),
    [(6, 16, "18 h"), (6, 21, "23 h"), (6, 22, "dim. 7 juin, 0 h"), (7, 8, "dim. 7 juin, 10 h")],
)
def test_an_end_names_its_day_only_where_that_is_another_day_there(
    french: Flask, day: int, hour: int, words: str
) -> None:
    start = datetime(2026, 6, 6, 7, tzinfo=UTC)
    end = datetime(2026, 6, day, hour, tzinfo=UTC)
    assert formats.short_end(end, start).replace(formats.NO_BREAK, " ") == words


def test_a_sentence_begins_with_a_capital_and_keeps_those_of_its_names() -> None:
    assert formats.sentence("from Saturday 6 June 2026") == "From Saturday 6 June 2026"
    assert formats.sentence("") == ""


@pytest.mark.parametrize(
    ("days", "key"), [(-1, "late"), (0, "today"), (1, "soon"), (3, "soon"), (4, "normal")]
)
def test_duty_presses_as_its_day_comes_near(days: int, key: str) -> None:
    today = date(2026, 6, 2)
    assert wording.urgency_of(today + timedelta(days=days), today) == key


def test_every_state_of_every_kind_has_an_icon_and_a_known_tone() -> None:
    kinds = (
        statuses.BOOKING,
        statuses.ORGANISATION,
        statuses.ITEM,
        statuses.TASK,
        statuses.URGENCY,
    )
    for view in (view for kind in kinds for view in kind.values()):
        assert "<path" in wording.icon(view.icon)
        assert view.tone in statuses.TONES


def test_every_icon_that_templates_name_exists() -> None:
    named = {
        name
        for template in TEMPLATES
        for name in re.findall(r"(?:icon|draw)\(\"([\w-]+)\"\)", template.read_text("utf-8"))
    }
    assert len(named) > 15
    for name in named:
        assert wording.icon(name)


def test_no_template_carries_script_or_style_of_its_own() -> None:
    forbidden = re.compile(
        r"<style|\sstyle=|\son(?:click|change|submit|load|input)=|<script(?![^>]*\bsrc=)"
    )
    # What leaves the site, as a mail or on paper, brings its style along.
    pages = [
        path
        for path in TEMPLATES
        if "emails" not in path.parts and "print" not in path.parts and "_pdf" not in path.stem
    ]
    guilty = [str(path) for path in pages if forbidden.search(path.read_text("utf-8"))]
    assert guilty == []
