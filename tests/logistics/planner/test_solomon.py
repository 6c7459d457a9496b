"""Instances in Solomon's format are read as the public benchmarks mean them."""

import pytest

from benchmarks.weeks import KINDS, instance
from lending.logistics.planner.checker import check
from lending.logistics.planner.engine import plan
from lending.logistics.planner.model import BadProblem
from lending.logistics.planner.solomon import read
from lending.logistics.planner.travel import Plane
from lending.logistics.planner.values import Load, Window

TWO = """R101

VEHICLE
NUMBER     CAPACITY
  25         200

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      35         35          0          0       230          0
    1      41         49         10        161       171         10
    2      35         17          7         50        60         10
"""


def test_numbers_become_tenths_and_the_window_holds_the_service() -> None:
    found = read(TWO)
    assert len(found.shifts) == 25
    assert found.shifts[0].vehicle.kg == 200
    assert (found.shifts[0].start, found.shifts[0].end) == (0, 2300)
    first = found.tasks[0]
    assert (first.id, first.duration, first.deliver) == ("1", 100, Load(10))
    assert first.windows == (Window(1610, 1810),)


def test_distances_are_cut_to_tenths() -> None:
    found = plan(read(TWO), Plane(), iterations=20)
    assert len(found.rounds) == 1
    assert found.cost.driving == 180 + 325 + 152


@pytest.mark.parametrize("text", ["", "words only", "1 2\n3 4", "25 200\n0 1 2 3 4 5 6\n1 2 3\n"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(BadProblem):
        read(text)


@pytest.mark.parametrize("kind", KINDS)
def test_generated_instances_are_served_in_full(kind: str) -> None:
    asked = read(instance(kind, 0, customers=40))
    found = plan(asked, Plane(), iterations=100)
    assert check(asked, found, Plane()) == []
    assert not found.unserved
