"""Programs read field work and tell how it goes."""

import pytest

from lending.bookings.models import Logistics
from tests.factories import FRIDAY, approved
from tests.logistics.crews import build_yard, give_round


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


@pytest.fixture
def delivery(manager, clock):
    """Return the number of the delivery, on its day."""
    clock.instant = FRIDAY
    tasks = manager.get("/tasks?date=2026-06-05")["items"]
    return next(task["id"] for task in tasks if task["kind"] == "deliver")


def test_pieces_are_counted_and_times_told(manager, cast, delivery):
    told = {
        "happened_at": "2026-06-05T15:10:00+02:00",
        "counts": [{"item_id": cast.chairs, "quantity": 38}],
    }
    manager.post(f"/tasks/{delivery}/start", {"happened_at": "2026-06-05T15:00:00+02:00"}, 200)
    done = manager.post(f"/tasks/{delivery}/done", told, status=200)
    assert (done["state"], done["started_at"], done["ended_at"]) == (
        "partial",
        "2026-06-05T13:00:00+00:00",
        "2026-06-05T13:10:00+00:00",
    )
    read = manager.get(f"/tasks/{delivery}")
    assert [(line["quantity"], line["done"]) for line in read["lines"]] == [(40, 38)]
    assert [told["kind"] for told in read["told"]] == ["started", "done"]
    reason = {"reason": "Deux manquent", "counts": []}
    assert manager.post(f"/tasks/{delivery}/partial", reason, 200)["problem"] == "Deux manquent"
    assert manager.post(f"/tasks/{delivery}/done", {}, status=200)["state"] == "done"
    assert manager.get(f"/tasks/{delivery}")["lines"][0]["done"] == 40


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"happened_at": "2026-06-05T17:00:00+02:00"}, "happened_at"),
        ({"happened_at": "2026-06-03T17:00:00+02:00"}, "happened_at"),
        ({"counts": [{"item_id": 1, "quantity": 1}] * 2}, "counts"),
        ({"counts": [{"item_id": 1, "quantity": -1}]}, "counts.0.quantity"),
    ],
)
def test_what_cannot_have_happened_is_refused(manager, delivery, body, field):
    answer = manager("POST", f"/tasks/{delivery}/done", body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_the_tasks_of_a_crew_are_those_that_were_published_to_it(manager, cast, live, delivery):
    yard = build_yard(live, cast)
    assert manager.get(f"/tasks?crew_id={yard.crew}")["total"] == 0
    give_round(live, yard.crew, FRIDAY)
    given = manager.get(f"/tasks?date=2026-06-05&crew_id={yard.crew}")["items"]
    assert {task["kind"] for task in given} == {"deliver", "collect"}
    assert manager.get(f"/tasks?date=2026-06-06&crew_id={yard.crew}")["total"] == 0
