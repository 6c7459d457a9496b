"""Programs ask for plans, read what is proposed, and publish it."""

import pytest

from lending.bookings.models import Logistics
from lending.logistics.means.shifts import plan_week
from lending.logistics.rounds.working_out import run_plans
from tests.factories import approved
from tests.logistics.crews import MONDAY, build_yard
from tests.logistics.test_problem import FULL_WEEK


@pytest.fixture
def manager(program, cast, live):
    yard = build_yard(live, cast)
    live.write(lambda uow: plan_week(uow, cast.manager, yard.crew, FULL_WEEK))
    approved(live, cast, {cast.chairs: 40}, logistics=Logistics.DELIVERY)
    return program(cast.manager)


def test_a_plan_is_asked_for_read_applied_and_published(manager, live):
    asked = manager.post("/plans", {"date": "2026-06-03"})
    assert (asked["state"], asked["week"]) == ("waiting", MONDAY.isoformat())
    assert asked["proposal"] is None
    run_plans(live)
    found = manager.get(f"/plans/{asked['id']}")
    assert (found["state"], found["progress"]) == ("proposed", 1000)
    stops = [stop for each in found["proposal"]["rounds"] for stop in each["stops"]]
    assert len(stops) == 2
    assert found["proposal"]["unplanned"] == []
    applied = manager.post(f"/plans/{asked['id']}/apply", {}, status=200)
    assert applied["state"] == "applied"
    manager.post(f"/plans/{asked['id']}/publish", {}, status=200)
    assert manager.post(f"/plans/{asked['id']}/apply", {}, status=409)["code"] == "not_allowed_now"


def test_who_plans_for_several_authorities_says_for_which(program, cast, manager):
    administrator = program(cast.administrator)
    refused = administrator.post("/plans", {"date": "2026-06-03"}, status=422)
    assert [error["field"] for error in refused["errors"]] == ["authority_id"]


def test_a_plan_can_be_dropped(manager):
    asked = manager.post("/plans", {"date": "2026-06-03"})
    assert manager.post(f"/plans/{asked['id']}/drop", {}, status=200)["state"] == "dropped"
