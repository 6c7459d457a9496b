"""Each operation with each role, compared with the table; nobody sees another's booking."""

import re
from base64 import b64encode
from dataclasses import fields

import pytest

from lending.accounts.permissions import Principal
from lending.api.routes import all_operations
from tests.api.conftest import request_body
from tests.factories import draft, submitted
from tests.support.papers import picture

PEOPLE = (
    "alice",
    "bob",
    "carol",
    "front_desk",
    "manager",
    "other_manager",
    "agent",
    "auditor",
    "administrator",
)

BODIES = {
    "pieces": {"what": "Le plan"},
    "cancel": {"reason": "Annulée"},
    "waiting_list": {"reason": "Trop de demandes"},
    "refuse": {"reason_code": "LATE", "reason": "Trop tard"},
    "change": {"note": "Bonjour"},
    "add_booking_attachment": {
        "kind": "site_plan",
        "content": b64encode(picture()).decode(),
    },
}


def address(operation, **ids):
    return re.sub(r"{(\w+)_id}", lambda name: str(ids.get(name[1], 1)), operation.path)


def test_the_people_of_this_test_are_all_of_the_cast(cast):
    assert {f.name for f in fields(cast) if isinstance(getattr(cast, f.name), Principal)} == set(
        PEOPLE
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", PEOPLE)
def test_each_operation_lets_in_whom_the_table_lets_in(program, cast, name):
    person = getattr(cast, name)
    ask = program(person)
    for operation in all_operations():
        answer = ask(operation.method, address(operation), {} if operation.body else None)
        refused = answer.status_code == 403 and not person.can(operation.action)
        if person.can(operation.action):
            assert answer.status_code != 401, operation.name
            assert answer.status_code != 403 or "{" in operation.path, operation.name
        else:
            assert refused, f"{operation.name}: {answer.status_code}"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_token_or_with_a_wrong_one_nothing_answers(program, cast):
    nobody = program(None)
    for operation in all_operations():
        for headers in ({}, {"Authorization": "Bearer treteau_wrong"}):
            answer = nobody(operation.method, address(operation), **headers)
            assert answer.status_code == 401, operation.name
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.mimetype == "application/problem+json"


def test_no_association_learns_of_anothers_booking(program, cast, app):
    database = app.extensions["database"]
    theirs = [draft(database, cast, {cast.chairs: 1}), submitted(database, cast, {cast.chairs: 1})]
    bob = program(cast.bob)
    asked = [op for op in all_operations() if "{booking_id}" in op.path]
    assert len(asked) > 15
    for operation in asked:
        for number in theirs:
            path, body = address(operation, booking=number), BODIES.get(operation.name)
            answer = bob(operation.method, path, body if operation.body else None)
            expected = 404 if cast.bob.can(operation.action) else 403
            assert answer.status_code == expected, operation.name
            # The same answer as for a booking that never was.
            never = address(operation, booking=999)
            assert bob(operation.method, never, body if operation.body else None).data == (
                answer.data
            )
    assert bob.get("/bookings")["items"] == []
    assert bob.get(f"/bookings?organisation_id={cast.choir}")["total"] == 0


def test_no_association_learns_of_another_association(program, cast):
    bob = program(cast.bob)
    assert [row["id"] for row in bob.get("/organisations")["items"]] == [cast.club]
    assert bob("GET", f"/organisations/{cast.choir}").status_code == 404
    assert bob("PATCH", f"/organisations/{cast.choir}", {"purpose": "x"}).status_code == 404
    named = bob("POST", "/bookings", request_body(cast))
    assert named.status_code == 403
    calendar = {"view": "organisation", "id": cast.choir}
    assert bob("POST", "/calendar-subscriptions", calendar).status_code in (403, 404)


def test_no_authority_changes_what_is_anothers(program, cast, app):
    number = submitted(app.extensions["database"], cast, {cast.chairs: 1})
    odile = program(cast.other_manager)
    assert odile("PATCH", f"/items/{cast.chairs}", {"name": "À nous"}).status_code == 403
    move = {"quantity_delta": 1, "reason": "x"}
    assert odile("POST", f"/items/{cast.chairs}/stock-movements", move).status_code == 403
    assert odile("GET", f"/items/{cast.chairs}/maintenance").status_code == 403
    item = {"authority_id": cast.town, "category": "seats", "code": "Y", "name": "Y"}
    assert odile("POST", "/items", item).status_code == 403
    assert odile("POST", f"/bookings/{number}/approve").status_code == 404
    assert odile("GET", f"/bookings/{number}").status_code == 404


def test_a_pending_association_prepares_and_cannot_send(program, cast):
    carol = program(cast.carol)
    body = request_body(cast, organisation_id=cast.newcomer)
    refused = carol("POST", "/bookings", body)
    assert (refused.status_code, refused.json["code"]) == (409, "organisation_not_verified")
    assert carol.get("/bookings")["items"] == []
    assert carol.post("/bookings", {**body, "submit": False})["state"] == "draft"


def test_a_revoked_token_opens_nothing(program, cast, app):
    from lending.accounts.permissions import SYSTEM
    from lending.accounts.tokens import list_tokens, revoke_token

    alice = program(cast.alice)
    alice.get("/items")
    database = app.extensions["database"]
    with database.read() as uow:
        (token,) = list_tokens(uow, SYSTEM)
    database.write(lambda uow: revoke_token(uow, SYSTEM, token.id))
    assert alice("GET", "/items").json["code"] == "unknown_token"
