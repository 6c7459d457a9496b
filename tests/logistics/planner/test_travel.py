"""Estimated drives: longer never quicker, round about never quicker than straight."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.logistics.planner.travel import SPEEDS, GreatCircle, Plane, drive, kilometres
from lending.logistics.planner.values import Place

CHOLET, ANGERS = Place("Cholet", 47.0600, -0.8797), Place("Angers", 47.4736, -0.5542)
lengths = st.floats(0, 200, allow_nan=False)
bands = st.sampled_from(list(SPEEDS.values()))


def test_the_great_circle_from_cholet_to_angers() -> None:
    assert kilometres(CHOLET, ANGERS) == pytest.approx(52.1, abs=0.3)


@pytest.mark.parametrize(
    ("length", "van", "lorry"),
    [(0, 0, 0), (2, 6, 7), (3, 9, 10), (4, 9, 10), (14, 21, 25), (60, 61, 73)],
)
def test_speed_depends_on_vehicle_and_length(length: float, van: int, lorry: int) -> None:
    assert drive(length, SPEEDS["VL"]) == van
    assert drive(length, SPEEDS["PL"]) == lorry


@given(lengths, lengths, bands)
def test_a_longer_drive_never_takes_less_time(one: float, other: float, speeds: tuple) -> None:
    short, long = sorted([one, other])
    assert drive(short, speeds) <= drive(long, speeds)


@given(lengths, lengths, bands)
def test_two_drives_never_take_less_time_than_one(a: float, b: float, speeds: tuple) -> None:
    assert drive(a + b, speeds) <= drive(a, speeds) + drive(b, speeds)


def test_an_unknown_kind_drives_like_a_lorry() -> None:
    roads = GreatCircle()
    assert roads.matrix([CHOLET, ANGERS], "tractor") == roads.matrix([CHOLET, ANGERS], "PL")


def test_the_plane_of_the_benchmarks_cuts_to_tenths() -> None:
    assert Plane(10).matrix([Place("a", 0, 0), Place("b", 1, 1)], "any") == [[0, 14], [14, 0]]
