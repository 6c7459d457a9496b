"""The right lender and the departments' opinions, by programs."""

import pytest

from tests.equity.routing.conftest import build_town, in_review
from tests.factories import submitted


@pytest.fixture
def choir(program, cast):
    """The choir's own program."""
    return program(cast.alice)


@pytest.fixture
def manager(program, cast):
    """The town's program."""
    return program(cast.manager)


def test_a_program_passes_a_request_on(manager, choir, app, cast):
    database = app.extensions["database"]
    number = submitted(database, cast, {cast.chairs: 60})
    sent = {"authority_id": cast.agglomeration, "reason": "Hors du territoire."}
    told = manager.post(f"/bookings/{number}/redirect", sent, status=200)
    assert told["is_sent"] is True
    assert [left["quantity"] for left in told["left_out"]] == [10]
    assert manager.get(f"/bookings/{number}")["state"] == "redirected"
    assert choir.get(f"/bookings/{told['booking_id']}")["state"] == "submitted"
    manager.post(f"/bookings/{number}/redirect", sent, status=409)


def test_a_program_gives_opinions_and_grants_against_them_with_a_reason(manager, choir, app, cast):
    database = app.extensions["database"]
    town = build_town(database, cast)
    number = in_review(database, cast)
    path = f"/bookings/{number}/opinions"
    answer = {"department_id": town.technical, "verdict": "unfavourable"}
    manager.post(path, answer, status=422)
    manager.post(path, answer | {"verdict": "pending"}, status=422)
    manager.post(path, answer | {"department_id": town.sport, "reason": "Non."}, status=422)
    told = manager.post(path, answer | {"reason": "Équipe complète."}, status=200)
    verdicts = {each["department_id"]: each["verdict"] for each in told["items"]}
    assert verdicts == {town.technical: "unfavourable", town.parties: "pending"}
    assert manager.get(path) == told
    assert choir("GET", path).status_code == 403
    refused = manager.post(f"/bookings/{number}/approve", status=422)
    assert refused["code"] == "opinions_stand"
    reason = {"opinions_reason": "Accord oral."}
    granted = manager.post(f"/bookings/{number}/approve", reason, status=200)
    assert granted["state"] == "approved"
    assert "Accord oral" not in str(choir.get(f"/bookings/{number}"))
