"""A conflict is an answer: what is missing, when, why, and what is possible; nothing is written."""

from sqlalchemy import func, select

from lending.bookings.models import Booking, Event
from lending.db.counter import Counter
from tests.api.conftest import request_body
from tests.factories import approved, draft, submitted, waiting


def rows(live):
    with live.read() as uow:
        return [
            uow.session.scalar(select(func.count()).select_from(table))
            for table in (Booking, Event)
        ] + [tuple(row) for row in uow.session.execute(select(Counter.name, Counter.last))]


def test_what_is_missing_is_told_line_by_line(program, cast, live):
    submitted(live, cast, {cast.tables: 15}, organisation=cast.club)
    before = rows(live)
    lines = [{"item_id": cast.tables, "quantity": 8}, {"item_id": cast.chairs, "quantity": 10}]
    answer = program(cast.alice)("POST", "/bookings", request_body(cast, lines=lines))
    assert answer.status_code == 409
    assert answer.mimetype == "application/problem+json"
    told = answer.json
    assert told["code"] == "stock_conflict"
    (line,) = told["lines"]
    assert (line["item_id"], line["requested"], line["stock"], line["free"]) == (
        cast.tables,
        8,
        20,
        5,
    )
    # The other loan from its preparation to the end of its turnaround, within ours widened.
    assert line["missing"] == [
        {
            "start": "2026-06-05T13:00:00+00:00",
            "end": "2026-06-08T09:00:00+00:00",
            "quantity": 3,
        }
    ]
    assert line["competing"] == "requested"
    assert rows(live) == before, "something was left behind"


def test_what_is_decided_is_told_apart_from_what_is_only_requested(program, cast, live):
    approved(live, cast, {cast.tent: 1}, organisation=cast.club)
    lines = [{"item_id": cast.tent, "quantity": 1}]
    told = program(cast.alice).post("/bookings", request_body(cast, lines=lines), status=409)
    assert told["lines"][0]["competing"] == "decided"
    assert told["lines"][0]["free"] == 0


def test_alternatives_are_dates_equivalents_others_a_part_and_the_waiting_list(program, cast, live):
    approved(live, cast, {cast.chairs: 70}, organisation=cast.club)
    lines = [{"item_id": cast.chairs, "quantity": 50}]
    body = request_body(cast, lines=lines)
    alice = program(cast.alice)
    other = alice.post("/bookings", body, status=409)["alternatives"]
    assert set(other) == {"dates", "equivalents", "elsewhere", "part", "waiting_list"}
    assert other["part"] == [{"item_id": cast.chairs, "quantity": 30, "requested": 50}]
    (elsewhere,) = other["elsewhere"]
    assert (elsewhere["item_id"], elsewhere["authority_id"]) == (
        cast.shell_chairs,
        cast.agglomeration,
    )
    assert elsewhere["quantity"] == 20
    assert other["equivalents"] == []
    assert other["waiting_list"] is True
    # What is offered is free: it can be taken as it is.
    moved = alice.post("/bookings", {**body, **other["dates"][0]})
    assert moved["state"] == "submitted"
    part = [{"item_id": p["item_id"], "quantity": p["quantity"]} for p in other["part"]]
    assert alice.post("/bookings", {**body, "lines": part})["state"] == "submitted"


def test_the_waiting_list_is_joined_with_a_draft(program, cast, live):
    approved(live, cast, {cast.tent: 1}, organisation=cast.club)
    alice = program(cast.alice)
    body = request_body(cast, lines=[{"item_id": cast.tent, "quantity": 1}], submit=False)
    number = alice.post("/bookings", body)["id"]
    assert alice.post(f"/bookings/{number}/submit", status=409)["code"] == "stock_conflict"
    assert alice.post(f"/bookings/{number}/wait", status=200)["state"] == "waitlisted"


def test_a_conflict_names_nobody(program, cast, live):
    number = approved(live, cast, {cast.tent: 1}, organisation=cast.club, name="Bal masqué")
    lines = [{"item_id": cast.tent, "quantity": 1}]
    answer = program(cast.alice)("POST", "/bookings", request_body(cast, lines=lines))
    with live.read() as uow:
        reference = uow.session.get_one(Booking, number).reference
    for secret in ("pétanque", "Bal masqué", reference):
        assert secret not in answer.text


def test_a_decision_that_no_longer_fits_is_a_conflict_too(program, cast, live):
    approved(live, cast, {cast.tent: 1}, organisation=cast.club)
    number = waiting(live, cast, {cast.tent: 1})
    told = program(cast.manager).post(f"/bookings/{number}/approve", status=409)
    assert told["code"] == "stock_conflict"
    assert told["alternatives"]["waiting_list"] is False
    with live.read() as uow:
        assert uow.session.get_one(Booking, number).state == "waitlisted"


def test_the_part_that_is_free_is_counted_without_ones_own_request(program, cast, live):
    number = submitted(live, cast, {cast.chairs: 60})
    submitted(live, cast, {cast.chairs: 30}, organisation=cast.club)
    lines = {"lines": [{"item_id": cast.chairs, "quantity": 80}]}
    answer = program(cast.alice)("PATCH", f"/bookings/{number}", lines)
    assert answer.status_code == 409
    assert answer.json["lines"][0]["free"] == 70


def test_what_left_nothing_behind_is_not_taken_for_another(program, cast, live):
    """A draft is undone with its conflict; the next draft may get the same number."""
    approved(live, cast, {cast.tent: 1}, organisation=cast.club)
    lines = [{"item_id": cast.tent, "quantity": 1}]
    alice = program(cast.alice)
    alice.post("/bookings", request_body(cast, lines=lines), status=409)
    draft(live, cast, {cast.tent: 1}, organisation=cast.club)
    told = alice.post("/bookings", request_body(cast, lines=lines), status=409)
    assert told["lines"][0]["free"] == 0


def test_a_line_of_which_a_part_is_of_no_use_is_granted_whole_or_not_at_all(program, cast):
    alice, manager = program(cast.alice), program(cast.manager)
    line = {"item_id": cast.chairs, "quantity": 30, "all_or_nothing": True}
    told = alice.post("/bookings", request_body(cast, lines=[line]))
    place = f"/bookings/{told['id']}"
    assert told["lines"][0]["all_or_nothing"] is True
    less = {"lines": [{"item_id": cast.chairs, "quantity": 20}]}
    assert alice("PATCH", place, less).json["lines"][0]["all_or_nothing"] is True
    part = {"lines": [{"item_id": cast.chairs, "granted": 10}], "reason": "Peu."}
    refused = manager("POST", f"{place}/approve", part)
    assert refused.status_code == 422
    (error,) = refused.json["errors"]
    assert error["field"] == "lines.0.granted"
    assert "Chaise pliante" in error["message"]
    either = {"lines": [{"item_id": cast.chairs, "quantity": 20, "all_or_nothing": False}]}
    assert alice("PATCH", place, either).json["lines"][0]["all_or_nothing"] is False
    assert manager.post(f"{place}/approve", part, 200)["state"] == "partly_approved"
