"""Drives that a service told are kept and counted with; the others are estimated, one by one."""

import math
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from lending.authorities.models import Depot
from lending.bookings.models import Event
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.logistics.planner import values
from lending.logistics.planner.travel import GreatCircle
from lending.logistics.planner.values import (
    Crew,
    Place,
    Problem,
    Shift,
    Vehicle,
)
from lending.logistics.road_services import LORRY, Osrm, RoadService, Valhalla
from lending.logistics.roads import KEPT, KnownRoads, Measure, known_roads, measure_roads, point_of
from lending.logistics.roads_models import Road
from lending.logistics.rounds.models import PlanRun
from lending.logistics.rounds.runs import ask_for_plan
from lending.logistics.rounds.working_out import run_plans
from tests.factories import Cast
from tests.logistics.crews import MONDAY, Yard
from tests.logistics.test_problem import delivered, yard
from tests.support.roads import Roads, at_40_an_hour, serving_roads

__all__ = ["yard"]

PLACES = (
    Place("town hall", 47.2186, -1.5541),
    Place("depot", 47.2500, -1.6000),
    Place("field", 47.1000, -1.4000),
)
ESTIMATED = GreatCircle().matrix(PLACES, "VL")


@pytest.fixture
def roads() -> Iterator[Roads]:
    with serving_roads() as running:
        yield running


@pytest.fixture
def osrm(roads: Roads) -> RoadService:
    return Osrm(roads.address, timeout=2)


def problem(places: tuple[Place, ...] = PLACES, *kinds: str) -> Problem:
    """Return one in which these kinds of vehicles drive."""
    shifts = tuple(
        Shift(
            kind,
            Crew(kind, 2, frozenset()),
            Vehicle(kind, kind, 1000, 1000),
            start=0,
            end=480,
            depot=places[0].id,
        )
        for kind in kinds or ("VL",)
    )
    return Problem(places, (values.Depot(places[0].id),), (), shifts)


def known(database: Database, asked: Problem | None = None) -> KnownRoads:
    with database.read() as uow:
        return known_roads(uow, asked or problem())


def seconds(here: Place, there: Place) -> float:
    found = at_40_an_hour((here.latitude, here.longitude), (there.latitude, there.longitude))
    assert found is not None
    return found


def told(factor: float = 1) -> list[list[int]]:
    """Return whole minutes, with one to park and leave."""
    return [
        [
            0 if here == there else math.ceil(factor * seconds(here, there) / 60 + 1)
            for there in PLACES
        ]
        for here in PLACES
    ]


def test_without_a_service_all_drives_are_estimated(database: Database) -> None:
    found = known(database)
    assert found.matrix(PLACES, "VL") == ESTIMATED
    assert found.source == "great circle"


@pytest.mark.parametrize("kind", [Osrm, Valhalla])
def test_what_a_service_told_is_kept_and_counted_with_outside_any_transaction(
    database: Database, roads: Roads, kind: type[Osrm] | type[Valhalla]
) -> None:
    service = kind(roads.address)
    assert measure_roads(database, service, PLACES, ["VL"]) == 6
    found = known(database)
    assert found.matrix(PLACES, "VL") == told() != ESTIMATED
    assert found.source == service.name
    assert found.matrix(PLACES[::-1], "VL") == [row[::-1] for row in told()[::-1]]
    assert measure_roads(database, service, PLACES, ["VL"]) == 0
    assert len(roads.asked) == 1, "what is known is not asked again"


def test_each_kind_of_vehicle_has_its_own_times(
    database: Database, roads: Roads, osrm: RoadService
) -> None:
    measure_roads(database, osrm, PLACES, ["PL"])
    found = known(database, problem(PLACES, "PL", "VL"))
    assert found.matrix(PLACES, "PL") == told(LORRY)
    assert found.matrix(PLACES, "VL") == ESTIMATED
    assert found.source == "osrm, 6 pairs by great circle"


def test_a_drive_that_the_service_does_not_know_is_estimated_alone_and_not_asked_again(
    database: Database, roads: Roads, osrm: RoadService
) -> None:
    field = (PLACES[2].latitude, PLACES[2].longitude)
    town_hall = (PLACES[0].latitude, PLACES[0].longitude)
    roads.drive = lambda here, there: (
        None if (here, there) == (town_hall, field) else at_40_an_hour(here, there)
    )
    measure_roads(database, osrm, PLACES, ["VL"])
    rows = told()
    rows[0][2] = ESTIMATED[0][2]
    found = known(database)
    assert found.matrix(PLACES, "VL") == rows
    assert found.source == "osrm, 1 pair by great circle"
    measure_roads(database, osrm, PLACES, ["VL"])
    assert len(roads.asked) == 1


def test_a_new_place_is_asked_for_alone(
    database: Database, roads: Roads, osrm: RoadService
) -> None:
    measure_roads(database, osrm, PLACES[:2], ["VL"])
    found = known(database)
    assert found.matrix(PLACES, "VL")[0] == [0, told()[0][1], ESTIMATED[0][2]]
    assert found.source == "osrm, 4 pairs by great circle"
    measure_roads(database, osrm, PLACES, ["VL"])
    assert known(database).matrix(PLACES, "VL") == told()


def test_a_measure_is_forgotten_after_three_months(
    database: Database, clock: FixedClock, roads: Roads, osrm: RoadService
) -> None:
    measure_roads(database, osrm, PLACES, ["VL"])
    clock.instant += KEPT - timedelta(seconds=1)
    assert known(database).source == "osrm"
    clock.instant += timedelta(seconds=1)
    assert known(database).source == "great circle"
    assert measure_roads(database, osrm, PLACES[:2], ["VL"]) == 2
    with database.read() as uow:
        assert len(uow.session.scalars(select(Road)).all()) == 2


def test_many_places_are_asked_for_in_tables_of_at_most_what_the_service_answers(
    database: Database, roads: Roads
) -> None:
    many = tuple(Place(str(n), 47 + n / 100, -1.5) for n in range(120))
    assert measure_roads(database, Valhalla(roads.address), many, ["VL"]) == 120 * 119
    assert {max(each[:2]) for each in roads.asked} <= {50, 20}
    assert len(roads.asked) == 9
    assert known(database, problem(many)).source == "valhalla"


def test_a_service_that_fails_half_way_leaves_what_it_told(
    database: Database,
    roads: Roads,
    osrm: RoadService,
    caplog: pytest.LogCaptureFixture,
) -> None:
    measure_roads(database, osrm, PLACES[:2], ["VL"])
    roads.says(b'{"code": "InvalidQuery", "message": "Too busy"}', 503)
    assert measure_roads(database, osrm, PLACES, ["VL", "PL"]) == 0
    assert "osrm told no drives, they are estimated: status 503: Too busy" in caplog.text
    assert len(roads.asked) == 2, "it is not pressed"
    assert known(database).source == "osrm, 4 pairs by great circle"


def test_a_service_that_takes_too_long_in_all_is_left(
    database: Database, roads: Roads, caplog: pytest.LogCaptureFixture, osrm: RoadService
) -> None:
    assert measure_roads(database, osrm, PLACES, ["VL"], patience=-1) == 0
    assert "takes too long" in caplog.text
    assert roads.asked == []


def test_places_ten_metres_apart_are_one_point_to_which_nobody_drives(
    database: Database, roads: Roads, osrm: RoadService
) -> None:
    beside = Place("beside", PLACES[0].latitude + 0.00001, PLACES[0].longitude)
    places = (PLACES[0], beside, PLACES[1])
    assert measure_roads(database, osrm, places, ["VL"]) == 2
    found = known(database, problem(places))
    assert found.source == "osrm"
    rows = found.matrix(places, "VL")
    assert rows[0][1] == GreatCircle().matrix(places, "VL")[0][1]
    assert rows[0][2] == rows[1][2] == told()[0][1]


def test_a_plan_says_who_told_its_drives(
    database: Database, cast: Cast, yard: Yard, roads: Roads, osrm: RoadService
) -> None:
    brought_to_the_field(database, cast)
    assert runs(database, cast, None) == "great circle"
    assert runs(database, cast, osrm) == "osrm"
    assert roads.asked


def test_a_service_that_fails_stops_no_plan(
    database: Database, cast: Cast, yard: Yard, roads: Roads, osrm: RoadService
) -> None:
    brought_to_the_field(database, cast)
    roads.says(b"", 500)
    assert runs(database, cast, osrm) == "great circle"


class Broken:
    name, most = "broken", 10

    def seconds(self, *asked: object) -> list[list[float | None]]:
        raise ZeroDivisionError


def test_not_even_a_service_with_a_fault_of_ours(
    database: Database, cast: Cast, yard: Yard, caplog: pytest.LogCaptureFixture
) -> None:
    brought_to_the_field(database, cast)
    assert runs(database, cast, Broken()) == "great circle"
    assert "Measuring roads failed" in caplog.text


def brought_to_the_field(database: Database, cast: Cast) -> None:
    """Ask for a delivery between two places that somebody has put on the map."""
    delivered(database, cast)

    def put_on_the_map(uow: UnitOfWork) -> None:
        for kind, place in ((Depot, PLACES[1]), (Event, PLACES[2])):
            uow.session.execute(update(kind).values(lat=place.latitude, lon=place.longitude))

    database.write(put_on_the_map)


def runs(database: Database, cast: Cast, service: RoadService | None) -> str:
    run_id = database.write(lambda uow: ask_for_plan(uow, cast.manager, cast.town, MONDAY, 20))
    assert run_plans(database, roads=service) == 1
    with database.read() as uow:
        return uow.session.get_one(PlanRun, run_id).roads


points = st.builds(
    Place,
    st.uuids().map(str),
    st.floats(-89, 89, allow_nan=False),
    st.floats(-179, 179, allow_nan=False),
)


@given(st.lists(points, min_size=1, max_size=6), st.data())
def test_every_drive_is_either_the_measured_or_the_estimated_one(
    places: list[Place], data: st.DataObject
) -> None:
    names = sorted({point_of(place) for place in places})
    pairs = [(a, b) for a in names for b in names if a != b]
    chosen = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    measured = {
        pair: Measure(data.draw(st.none() | st.integers(1, 999)), "osrm") for pair in chosen
    }
    rows = KnownRoads({"VL": measured}, tuple(places)).matrix(places, "VL")
    estimated = GreatCircle().matrix(places, "VL")
    for here, origin in enumerate(places):
        for there, destination in enumerate(places):
            found = measured.get((point_of(origin), point_of(destination)))
            known = found.minutes if found else None
            assert rows[here][there] == (estimated[here][there] if known is None else known)
