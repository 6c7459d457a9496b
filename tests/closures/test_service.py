"""Days are closed by hand and by calendars; what cannot be read changes nothing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from lending.accounts.permissions import SYSTEM, Principal
from lending.authorities.models import Authority, Commune
from lending.clock import FixedClock
from lending.closures.days import closed_days, list_closures, list_sources
from lending.closures.fetching import Fetched
from lending.closures.models import CalendarSource, Closure
from lending.closures.problems import CalendarProblem, Problem
from lending.closures.service import (
    NewClosure,
    NewSource,
    add_source,
    close_days,
    fetcher,
    open_days,
    read_again,
    read_all_again,
    remove_source,
    set_holidays,
)
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotFound, NotSignedIn
from tests.factories import Cast
from tests.support.sites import LOOPBACK, Site, calendar

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 30)
STOCKTAKING = NewClosure(date(2026, 3, 16), date(2026, 3, 18), " Inventaire \n annuel ")
EASTER_MONDAY = date(2026, 4, 6)
fetch = fetcher(LOOPBACK)


def days_of(database: Database, authority: int, depot: int | None = None) -> dict[date, str]:
    with database.read() as uow:
        return closed_days(uow, authority, MARCH, APRIL).at(depot)


def rows(database: Database) -> int:
    with database.read() as uow:
        counts = [uow.session.scalar(select(func.count()).select_from(t)) for t in TABLES]
    return sum(count or 0 for count in counts)


TABLES = (CalendarSource, Closure)


def test_typed_days_close_the_authority_and_each_of_its_depots(
    database: Database, cast: Cast
) -> None:
    database.write(lambda uow: close_days(uow, cast.manager, cast.town, STOCKTAKING))
    expected = {date(2026, 3, day): "Inventaire annuel" for day in (16, 17, 18)}
    expected[EASTER_MONDAY] = "Lundi de Pâques"
    assert days_of(database, cast.town) == expected
    assert days_of(database, cast.town, cast.depot) == expected
    assert days_of(database, cast.agglomeration) == {EASTER_MONDAY: "Lundi de Pâques"}


def test_a_depot_closes_alone(database: Database, cast: Cast) -> None:
    here = replace(STOCKTAKING, depot_id=cast.depot)
    database.write(lambda uow: close_days(uow, cast.manager, cast.town, here))
    assert days_of(database, cast.town) == {EASTER_MONDAY: "Lundi de Pâques"}
    assert len(days_of(database, cast.town, cast.depot)) == 4
    with database.read() as uow:
        found = closed_days(uow, cast.town, MARCH, APRIL)
    assert len(found.at_all([cast.depot])) == 4
    assert list(found.at_all([cast.depot, 99])) == [EASTER_MONDAY]
    assert list(found.at_all([])) == [EASTER_MONDAY]


def test_only_days_that_are_asked_for_are_counted(database: Database, cast: Cast) -> None:
    long = NewClosure(date(2026, 1, 1), date(2026, 12, 1), "Travaux")
    database.write(lambda uow: close_days(uow, cast.manager, cast.town, long))
    with database.read() as uow:
        found = closed_days(uow, cast.town, date(2026, 3, 30), date(2026, 4, 2)).at(None)
    assert found == {date(2026, 3, 30) + timedelta(days=n): "Travaux" for n in range(4)}


def test_typed_days_can_be_opened_again(database: Database, cast: Cast) -> None:
    number = database.write(lambda uow: close_days(uow, cast.manager, cast.town, STOCKTAKING).id)
    database.write(lambda uow: open_days(uow, cast.manager, number))
    assert date(2026, 3, 16) not in days_of(database, cast.town)
    with pytest.raises(NotFound):
        database.write(lambda uow: open_days(uow, SYSTEM, number))


def test_who_works_on_public_holidays_is_open_and_still_told_of_them(
    database: Database, cast: Cast
) -> None:
    database.write(
        lambda uow: set_holidays(uow, cast.manager, cast.town, closed_on_public_holidays=False)
    )
    assert days_of(database, cast.town) == {}
    with database.read() as uow:
        assert EASTER_MONDAY in closed_days(uow, cast.town, MARCH, APRIL).noted
        assert closed_days(uow, cast.town, MARCH, APRIL, "en").noted == {
            EASTER_MONDAY: "Easter Monday"
        }


def test_local_holidays_count_where_the_authority_is(database: Database, cast: Cast) -> None:
    def move(uow):
        uow.session.add(Commune(insee="67482", name="Strasbourg", postal_code="67000"))
        uow.session.flush()
        town = uow.session.get_one(Authority, cast.town)
        town.communes = [uow.session.get_one(Commune, "67482")]

    database.write(move)
    assert date(2026, 4, 3) in days_of(database, cast.town)  # Good Friday


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " \n"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"last_day": date(2026, 3, 15)}, "last_day"),
        ({"last_day": date(2028, 3, 15)}, "last_day"),
        ({"first_day": date(1, 1, 1)}, "first_day"),
        ({"first_day": date(9999, 1, 1), "last_day": date(9999, 1, 1)}, "first_day"),
        ({"depot_id": 99}, "depot_id"),
    ],
)
def test_days_that_cannot_be_are_refused_by_field(
    database: Database, cast: Cast, change: dict[str, object], field: str
) -> None:
    wrong = replace(STOCKTAKING, **change)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as caught:
        database.write(lambda uow: close_days(uow, cast.manager, cast.town, wrong))
    assert [error.field for error in caught.value.errors] == [field]
    assert rows(database) == 0


def test_another_authority_s_depot_is_refused(database: Database, cast: Cast) -> None:
    elsewhere = replace(STOCKTAKING, depot_id=cast.depot)
    with pytest.raises(InvalidInput):
        database.write(
            lambda uow: close_days(uow, cast.other_manager, cast.agglomeration, elsewhere)
        )


def test_nobody_closes_what_is_not_theirs(database: Database, cast: Cast) -> None:
    file = NewSource("Fermetures", calendar(("20260316", "20260317", "Inventaire")))
    source = database.write(lambda uow: add_source(uow, cast.manager, cast.town, file).id)
    number = database.write(lambda uow: close_days(uow, cast.manager, cast.town, STOCKTAKING).id)
    for person in (cast.alice, cast.front_desk, cast.other_manager, Principal()):
        acts = (
            lambda uow, p=person: close_days(uow, p, cast.town, STOCKTAKING),
            lambda uow, p=person: open_days(uow, p, number),
            lambda uow, p=person: set_holidays(uow, p, cast.town, closed_on_public_holidays=False),
            lambda uow, p=person: add_source(uow, p, cast.town, file),
            lambda uow, p=person: remove_source(uow, p, source),
            lambda uow, p=person: list_closures(uow, p, cast.town, MARCH),
            lambda uow, p=person: list_sources(uow, p, cast.town, MARCH),
        )
        for act in acts:
            with pytest.raises((Forbidden, NotSignedIn, NotFound)):
                database.write(act)
        with pytest.raises((Forbidden, NotSignedIn, NotFound)):
            read_again(database, person, source, fetch)


def test_a_file_closes_the_days_it_tells(database: Database, cast: Cast) -> None:
    file = NewSource(
        "Ponts",
        calendar(("20260313", "20260314", "Pont"), ("20260401", "20260403", "Travaux")),
        depot_id=cast.depot,
    )
    database.write(lambda uow: add_source(uow, cast.manager, cast.town, file))
    assert days_of(database, cast.town, cast.depot) == {
        date(2026, 3, 13): "Pont",
        date(2026, 4, 1): "Travaux",
        date(2026, 4, 2): "Travaux",
        EASTER_MONDAY: "Lundi de Pâques",
    }
    with database.read() as uow:
        (row,) = list_sources(uow, cast.manager, cast.town, date(2026, 3, 20))
        listed = list_closures(uow, cast.manager, cast.town, date(2026, 3, 20))
    assert (row.name, row.ahead, row.problem) == ("Ponts", 1, None)
    assert [(each.title, each.days, each.source) for each in listed] == [("Travaux", 2, "Ponts")]


def test_school_holidays_of_the_zone_are_noted_and_close_nothing(
    database: Database, cast: Cast
) -> None:
    def choose(zone):
        database.write(
            lambda uow: set_holidays(
                uow, cast.manager, cast.town, closed_on_public_holidays=True, school_zone=zone
            )
        )

    choose("B")
    assert list(days_of(database, cast.town)) == [EASTER_MONDAY]
    with database.read() as uow:
        noted = closed_days(uow, cast.town, MARCH, APRIL).noted
    assert date(2026, 4, 15) in noted
    with pytest.raises(InvalidInput):
        choose("D")


def test_a_calendar_may_tell_days_without_closing_them(database: Database, cast: Cast) -> None:
    file = NewSource("Zone B", calendar(("20260411", "20260427", "Printemps")), closes=False)
    database.write(lambda uow: add_source(uow, cast.manager, cast.town, file))
    assert list(days_of(database, cast.town)) == [EASTER_MONDAY]
    with database.read() as uow:
        noted = closed_days(uow, cast.town, MARCH, APRIL).noted
    assert len(noted) == 16
    assert noted[date(2026, 4, 26)] == "Printemps"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"<html>Connectez-vous</html>", Problem.NOT_A_CALENDAR),
        (calendar(("20260313", "20260312", "À rebours")), Problem.BROKEN_LINE),
        (calendar(("2026", "2027", "Une année")), Problem.BROKEN_LINE),
        (calendar(("20260313", "20260314", "Pont"))[:-15], Problem.BROKEN),
        (b"BEGIN:VCALENDAR\r\n" * 50, Problem.BROKEN_LINE),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole_with_what_is_wrong(
    database: Database, cast: Cast, content: bytes, problem: Problem
) -> None:
    with pytest.raises(InvalidInput) as caught:
        database.write(
            lambda uow: add_source(uow, cast.manager, cast.town, NewSource("Ponts", content))
        )
    (error,) = caught.value.errors
    assert (error.field, error.message) in {("file", p.text) for p in (problem, Problem.TOO_MUCH)}
    assert rows(database) == 0


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewSource(" ", calendar()), "name"),
        (NewSource("x" * 121, calendar()), "name"),
        (NewSource("Ponts"), "address"),
        (NewSource("Ponts", calendar(), "https://mairie.example/"), "address"),
        (NewSource("Ponts", address="ftp://mairie.example/"), "address"),
        (NewSource("Ponts", address="https://" + "a" * 1000), "address"),
        (NewSource("Ponts", calendar(), depot_id=99), "depot_id"),
    ],
)
def test_a_calendar_that_cannot_be_kept_is_refused_by_field(
    database: Database, cast: Cast, new: NewSource, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        database.write(lambda uow: add_source(uow, cast.manager, cast.town, new))
    assert [error.field for error in caught.value.errors] == [field]


def followed(database: Database, cast: Cast, site: Site) -> int:
    """Read the site's calendar for the town; return its number."""
    new = NewSource("Ponts", address=site.address)
    fetched = fetch(site.address, "", "")
    return database.write(lambda uow: add_source(uow, cast.manager, cast.town, new, fetched).id)


def test_an_address_is_read_again_and_only_the_difference_is_written(
    database: Database, cast: Cast, site: Site, clock: FixedClock
) -> None:
    site.gives(
        calendar(("20260313", "20260314", "Pont"), ("20260401", "20260402", "Travaux")),
        ETag='"1"',
    )
    source = followed(database, cast, site)
    with database.read() as uow:
        kept = dict(uow.session.execute(select(Closure.title, Closure.id)).all())
    site.gives(
        calendar(("20260313", "20260314", "Pont"), ("20260408", "20260409", "Travaux")),
        ETag='"2"',
    )
    clock.instant += timedelta(hours=6)
    assert read_again(database, SYSTEM, source, fetch) is None
    assert site.asked[-1]["if-none-match"] == '"1"'
    assert list(days_of(database, cast.town)) == [
        EASTER_MONDAY,
        date(2026, 3, 13),
        date(2026, 4, 8),
    ]
    with database.read() as uow:
        now = dict(uow.session.execute(select(Closure.title, Closure.id)).all())
    assert now["Pont"] == kept["Pont"]


def test_what_has_not_changed_is_read_again_for_the_days_that_have_come_into_sight(
    database: Database, cast: Cast, site: Site, clock: FixedClock
) -> None:
    far = date(2030, 5, 2)
    site.gives(calendar((f"{far:%Y%m%d}", "20300503", "Pont")), ETag='"1"')
    source = followed(database, cast, site)
    assert rows(database) == 1
    site.gives(b"", status=304)
    clock.instant += timedelta(days=600)
    assert read_again(database, SYSTEM, source, fetch) is None
    assert rows(database) == 2


def test_a_failure_is_told_and_leaves_the_last_good_copy(
    database: Database, cast: Cast, site: Site, clock: FixedClock
) -> None:
    site.gives(calendar(("20260313", "20260314", "Pont")), ETag='"1"')
    source = followed(database, cast, site)
    good = clock.instant
    for content, status, problem, number in (
        (b"", 503, Problem.REFUSED, 503),
        (b"<html>", 200, Problem.NOT_A_CALENDAR, None),
        (calendar(("2026", "2027", "?")), 200, Problem.BROKEN_LINE, 7),
    ):
        clock.instant += timedelta(hours=6)
        site.gives(content, status=status, ETag='"2"')
        found = read_again(database, SYSTEM, source, fetch)
        assert found is not None
        assert found.problem is problem
        assert date(2026, 3, 13) in days_of(database, cast.town)
        with database.read() as uow:
            (row,) = list_sources(uow, cast.manager, cast.town, MARCH)
        assert (row.problem, row.problem_number) == (problem, number)
        assert (row.good_at, row.tried_at) == (good, clock.instant)
        assert site.asked[-1]["if-none-match"] == '"1"'
    site.gives(b"", status=304)
    assert read_again(database, SYSTEM, source, fetch) is None
    with database.read() as uow:
        (row,) = list_sources(uow, cast.manager, cast.town, MARCH)
    assert (row.problem, row.good_at) == (None, clock.instant)


def test_one_calendar_that_fails_does_not_keep_the_others_from_being_read(
    database: Database, cast: Cast, site: Site
) -> None:
    site.gives(calendar(("20260313", "20260314", "Pont")))
    followed(database, cast, site)
    file = NewSource("Fichier", calendar(("20260401", "20260402", "Travaux")))
    database.write(lambda uow: add_source(uow, cast.manager, cast.town, file))
    site.gives(b"", status=500)
    assert read_all_again(database, SYSTEM, fetch) == (1, 1)


def test_an_address_inside_the_private_network_closes_nothing(
    database: Database, cast: Cast, site: Site
) -> None:
    site.gives(calendar(("20260313", "20260314", "Pont")))
    source = followed(database, cast, site)
    found = read_again(database, SYSTEM, source, fetcher(()))
    assert isinstance(found, CalendarProblem)
    assert found.problem is Problem.PRIVATE_ADDRESS


def test_a_removed_calendar_opens_its_days_and_no_others(database: Database, cast: Cast) -> None:
    database.write(lambda uow: close_days(uow, cast.manager, cast.town, STOCKTAKING))
    file = NewSource("Ponts", calendar(("20260313", "20260314", "Pont")))
    source = database.write(lambda uow: add_source(uow, cast.manager, cast.town, file).id)
    with pytest.raises(NotFound):
        database.write(lambda uow: open_days(uow, SYSTEM, _told(uow, source)))
    database.write(lambda uow: remove_source(uow, cast.manager, source))
    assert sorted(days_of(database, cast.town)) == [
        *(date(2026, 3, day) for day in (16, 17, 18)),
        EASTER_MONDAY,
    ]


def _told(uow, source: int) -> int:
    return int(uow.session.scalars(select(Closure.id).where(Closure.source_id == source)).one())


def test_a_copy_that_was_read_is_not_lost_to_a_later_fetch_without_news(
    database: Database, cast: Cast
) -> None:
    file = NewSource("Ponts", calendar(("20260313", "20260314", "Pont")))
    source = database.write(lambda uow: add_source(uow, cast.manager, cast.town, file).id)

    def never(*asked: str) -> Fetched:
        raise AssertionError("a file has no address to be asked")

    assert read_again(database, SYSTEM, source, never) is None
    assert date(2026, 3, 13) in days_of(database, cast.town)
