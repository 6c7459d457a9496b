"""Calendars for programs: which there are, for whom, and what is said when there is none."""

from collections.abc import Callable
from typing import get_args

import icalendar
import pytest
from flask import Flask

from lending.api.schemas.subscriptions import PersonalView
from lending.db.database import Database
from lending.logistics.means.crews import CrewDetails, add_crew
from lending.logistics.means.people import AgentDetails, add_agent
from tests.api.conftest import Program, request_body
from tests.factories import Cast, approved

Programs = Callable[[object], Program]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def subscription(view: str, number: int, **more: object) -> dict[str, object]:
    return {"view": view, "id": number, "alarms": False, "cancelled": True, **more}


def test_a_program_of_the_staff_reads_every_view(
    app: Flask, program: Programs, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.chairs: 10}, name="Bal")
    manager = program(cast.manager)
    scopes = {
        "organisation": cast.choir,
        "item": cast.chairs,
        "depot": cast.depot,
        "department": cast.town_department,
        "authority": cast.town,
    }
    for view, number in scopes.items():
        made = manager.post("/calendar-subscriptions", subscription(view, number))
        path = "/calendars/" + made["url"].rsplit("/", 1)[1]
        feed = icalendar.Calendar.from_ical(app.test_client().get(path).data)
        assert len(list(feed.events)) == 1, view
    listed = manager.get("/calendar-subscriptions")["items"]
    assert {row["view"]: row["scope_id"] for row in listed} == scopes
    names = {row["view"]: row["scope_name"] for row in listed}
    assert names["depot"] == "Ateliers municipaux"
    assert names["department"] == "Fêtes et cérémonies"


def test_the_rounds_of_crews_and_agents_are_for_programs_of_their_staff(
    app: Flask, program: Programs, live: Database, cast: Cast
) -> None:
    boss, town = cast.manager, cast.town
    scopes = {
        "crew": live.write(lambda uow: add_crew(uow, boss, town, CrewDetails("Équipe A")).id),
        "agent": live.write(lambda uow: add_agent(uow, boss, town, AgentDetails("Zoé Banc")).id),
    }
    for view, number in scopes.items():
        made = program(boss).post("/calendar-subscriptions", subscription(view, number))
        path = "/calendars/" + made["url"].rsplit("/", 1)[1]
        feed = icalendar.Calendar.from_ical(app.test_client().get(path).data)
        assert list(feed.events) == [], "nothing is published"
        body = subscription(view, number)
        assert program(cast.alice)("POST", "/calendar-subscriptions", body).status_code == 404


def test_an_association_s_program_reads_neither_depot_nor_authority(
    program: Programs, cast: Cast
) -> None:
    alice = program(cast.alice)
    for view, number in (("depot", cast.depot), ("authority", cast.town)):
        answer = alice("POST", "/calendar-subscriptions", subscription(view, number))
        assert answer.status_code == 403
    alice.post("/calendar-subscriptions", subscription("organisation", cast.choir))


@pytest.mark.parametrize("view", get_args(PersonalView))
def test_nothing_of_that_number_is_not_found(program: Programs, cast: Cast, view: str) -> None:
    answer = program(cast.administrator)(
        "POST", "/calendar-subscriptions", subscription(view, 987_654)
    )
    assert answer.status_code == 404
    assert answer.json["code"] == "not_found"


@pytest.mark.parametrize("view", ["round", "programme", "", None])
def test_an_unknown_view_is_named_with_those_there_are(
    program: Programs, cast: Cast, view: object
) -> None:
    body = {"view": view, "id": cast.town}
    answer = program(cast.manager)("POST", "/calendar-subscriptions", body, Accept_Language="en")
    assert answer.status_code == 422
    (error,) = answer.json["errors"]
    assert error["field"] == "view"
    assert "organisation" in error["message"]
    assert "authority" in error["message"]


def test_a_booking_says_whether_its_event_is_public(program: Programs, cast: Cast) -> None:
    alice, manager = program(cast.alice), program(cast.manager)
    body = request_body(cast)
    made = alice.post("/bookings", body)
    assert made["event"]["public"] is False
    path = f"/bookings/{made['id']}"
    manager.post(f"{path}/approve", {}, status=200)
    changed = alice("PATCH", path, {"event": {"public": True}})
    assert changed.status_code == 200
    assert changed.json["event"]["public"] is True
    assert changed.json["history"][0]["move"] == "show_event"
    again = alice("PATCH", path, {"event": {"public": True, "name": "Autre nom"}})
    assert again.status_code == 409
    body["event"] |= {"public": True}
    assert alice.post("/bookings", body)["event"]["public"] is True
