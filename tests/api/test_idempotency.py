"""A request that comes again gets its first answer, and is run once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import httpx
import pytest
from sqlalchemy import func, select

from lending.api.keys import forget_old_keys
from lending.api.models import IdempotencyKey
from lending.bookings.models import Booking
from tests.api.conftest import request_body, token_for
from tests.factories import approved

KEY = "0b8f7a3e-2f0c"


def count(live, table=Booking):
    with live.read() as uow:
        return uow.session.scalar(select(func.count()).select_from(table))


def test_the_same_request_is_answered_twice_and_run_once(program, cast, live):
    alice = program(cast.alice)
    first = alice("POST", "/bookings", request_body(cast), Idempotency_Key=KEY)
    second = alice("POST", "/bookings", request_body(cast), Idempotency_Key=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.data == second.data
    assert first.headers["Location"] == second.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert count(live) == 1


def test_the_first_answer_stays_also_when_the_booking_has_moved_on(program, cast):
    alice = program(cast.alice)
    made = alice.post("/bookings", request_body(cast), Idempotency_Key=KEY)
    alice.post(f"/bookings/{made['id']}/cancel", {"reason": "x"}, status=200)
    assert alice.post("/bookings", request_body(cast), Idempotency_Key=KEY) == made


@pytest.mark.parametrize("other", ["body", "path"])
def test_the_same_key_for_another_request_is_refused(program, cast, live, other):
    alice = program(cast.alice)
    number = alice.post("/bookings", request_body(cast, submit=False), Idempotency_Key=KEY)["id"]
    if other == "body":
        told = alice.post("/bookings", request_body(cast), status=422, Idempotency_Key=KEY)
    else:
        told = alice.post(f"/bookings/{number}/submit", status=422, Idempotency_Key=KEY)
    assert told["code"] == "idempotency_key_reused"
    assert [error["field"] for error in told["errors"]] == ["Idempotency-Key"]
    assert count(live) == 1


def test_keys_of_two_programs_do_not_meet(program, cast, live):
    program(cast.alice).post("/bookings", request_body(cast), Idempotency_Key=KEY)
    program(cast.manager).post("/bookings", request_body(cast), Idempotency_Key=KEY)
    assert count(live) == 2


def test_a_conflict_is_repeated_too(program, cast, live):
    number = approved(live, cast, {cast.tent: 1}, organisation=cast.club)
    body = request_body(cast, lines=[{"item_id": cast.tent, "quantity": 1}])
    alice = program(cast.alice)
    first = alice.post("/bookings", body, status=409, Idempotency_Key=KEY)
    program(cast.manager).post(f"/bookings/{number}/cancel", {"reason": "x"}, status=200)
    second = alice("POST", "/bookings", body, Idempotency_Key=KEY)
    assert second.json == first
    assert second.mimetype == "application/problem+json"
    assert alice.post("/bookings", body, Idempotency_Key="another")["state"] == "submitted"


def test_what_was_not_understood_can_be_mended_under_the_same_key(program, cast, live):
    alice = program(cast.alice)
    alice.post("/bookings", request_body(cast, lines=[]), status=422, Idempotency_Key=KEY)
    assert count(live, IdempotencyKey) == 0
    assert alice.post("/bookings", request_body(cast), Idempotency_Key=KEY)["id"]


@pytest.mark.parametrize("key", ["", "with space", "é", "x" * 256])
def test_a_key_is_short_and_printable(program, cast, key):
    sent = key.encode("latin-1").decode("latin-1")
    told = program(cast.alice)("POST", "/bookings", request_body(cast), Idempotency_Key=sent)
    assert told.status_code == 422
    assert told.json["errors"][0]["field"] == "Idempotency-Key"


def test_answers_are_forgotten_after_two_days(program, cast, live, clock):
    alice = program(cast.alice)
    alice.post("/bookings", request_body(cast), Idempotency_Key=KEY)
    clock.instant += timedelta(hours=47)
    assert live.write(forget_old_keys) == 0
    clock.instant += timedelta(hours=2)
    assert live.write(forget_old_keys) == 1
    assert alice.post("/bookings", request_body(cast), Idempotency_Key=KEY)["id"]
    assert count(live) == 2


def test_eight_at_the_same_time_make_one_booking(app, cast, served, live):
    token, body = token_for(app, cast.alice), request_body(cast)
    together = Barrier(8)

    def send(_: int) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": KEY}
        with httpx.Client(base_url=served, headers=headers, timeout=60) as client:
            client.get("/api/v1/items")
            together.wait()
            answer = client.post("/api/v1/bookings", json=body)
            return answer.status_code, answer.text

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert {status for status, _ in answers} == {201}
    assert len({text for _, text in answers}) == 1
    assert count(live) == 1


def test_eight_at_the_same_time_with_their_own_keys_never_lend_twice(app, cast, served, live):
    """What the test above would show if keys were not looked at: eight requests, one tent."""
    token = token_for(app, cast.alice)
    body = request_body(cast, lines=[{"item_id": cast.tent, "quantity": 1}])
    together = Barrier(8)

    def send(number: int) -> int:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"{KEY}-{number}"}
        with httpx.Client(base_url=served, headers=headers, timeout=60) as client:
            together.wait()
            return client.post("/api/v1/bookings", json=body).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(send, range(8)))
    assert statuses == [201] + [409] * 7
    assert count(live) == 1


def test_two_that_write_the_same_name_at_the_same_time_are_told_apart(app, cast, served, live):
    """One of them writes; the others hear that the code is taken, not that something broke."""
    token = token_for(app, cast.manager)
    body = {"authority_id": cast.town, "category": "New", "code": "N-1", "name": "New"}
    together = Barrier(6)

    def send(_: int) -> int:
        with httpx.Client(base_url=served, timeout=60) as client:
            together.wait()
            headers = {"Authorization": f"Bearer {token}"}
            return client.post("/api/v1/items", json=body, headers=headers).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(send, range(6))) == [201] + [422] * 5
