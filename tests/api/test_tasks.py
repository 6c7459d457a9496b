"""Programs read field work and tell how it goes."""

import pytest

from lending.bookings.models import Logistics
from tests.factories import approved


@pytest.fixture
def manager(program, cast, live):
    approved(live, cast, {cast.chairs: 40}, logistics=Logistics.DELIVERY)
    return program(cast.manager)


def test_the_tasks_of_a_day_are_listed(manager, cast):
    page = manager.get("/tasks?date=2026-06-04")
    assert [(task["kind"], task["state"]) for task in page["items"]] == [("prepare", "to_do")]
    assert page["items"][0]["weight_kg"] == 168.0
    assert manager.get("/tasks")["total"] == 4
    assert manager.get("/tasks?date=2026-06-02")["total"] == 0
    assert manager.get(f"/tasks?authority_id={cast.agglomeration}")["total"] == 0


@pytest.mark.parametrize("day", ["4 juin", "2026-02-30", "0001-01-01", "20260604"])
def test_what_is_no_day_is_refused(manager, day):
    answer = manager("GET", f"/tasks?date={day}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["date"]


def test_a_task_is_started_stopped_and_done(manager):
    number = manager.get("/tasks")["items"][0]["id"]
    assert manager.post(f"/tasks/{number}/start", {}, status=200)["state"] == "started"
    told = manager.post(f"/tasks/{number}/problem", {"reason": "Portail fermé"}, status=200)
    assert (told["state"], told["problem"]) == ("problem", "Portail fermé")
    assert manager.post(f"/tasks/{number}/done", {}, status=200)["state"] == "done"
    again = manager.post(f"/tasks/{number}/done", {}, status=409)
    assert again["code"] == "not_allowed_now"
