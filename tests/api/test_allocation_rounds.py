"""Programs announce rounds, try them, adopt them, give them up, and read what they gave."""

from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest

from lending.availability.models import HoldKind
from lending.clock import FixedClock
from lending.db.database import Database
from lending.organisations.models import Organisation
from tests.api.conftest import Program
from tests.bookings.steps import held_by, lines_of, state_of
from tests.equity.routing.conftest import build_town
from tests.factories import NOW, Cast, submitted

Programs = Callable[..., Program]
DAY = timedelta(days=1)


def announcement(cast: Cast, **more: object) -> dict[str, object]:
    """Return a round for June."""
    return {
        "authority_id": cast.town,
        "name": "Prêts de juin",
        "period_start": "2026-06-01T00:00:00+02:00",
        "period_end": "2026-07-01T00:00:00+02:00",
        "opens_at": "2026-03-02T12:00:00+01:00",
        "cut_off_at": "2026-03-20T18:00:00+01:00",
        "decides_at": "2026-03-25T18:00:00+01:00",
        **more,
    }


@pytest.fixture
def orderly(live: Database, cast: Cast) -> Database:
    """Return the application's database, with the files of the cast in order."""

    def complete(uow):
        for number in (cast.choir, cast.club):
            each = uow.session.get_one(Organisation, number)
            each.insurance_until = date(2027, 1, 1)
            each.republican_commitment_on = date(2025, 1, 1)

    live.write(complete)
    return live


@pytest.fixture
def manager(program: Programs, cast: Cast) -> Program:
    return program(cast.manager)


@pytest.fixture
def place(orderly: Database, manager: Program, cast: Cast, clock: FixedClock) -> str:
    """Announce a round that collects now; return its address."""
    told = manager.post("/allocation-rounds", announcement(cast))
    clock.instant = NOW + DAY
    return f"/allocation-rounds/{told['id']}"


def test_a_round_is_announced_with_the_fingerprint_of_its_seed_and_anybody_reads_it(
    orderly: Database, program: Programs, manager: Program, cast: Cast
) -> None:
    answer = manager("POST", "/allocation-rounds", announcement(cast))
    assert answer.status_code == 201
    place = answer.headers["Location"].removeprefix("/api/v1")
    told = answer.json
    assert (told["stage"], told["seed"], told["requests"]) == ("announced", None, 0)
    assert len(told["commitment"]) == 64
    assert told["period_start"] == "2026-05-31T22:00:00+00:00"
    for reader in (cast.alice, cast.agent, cast.auditor, cast.other_manager):
        assert program(reader).get(place) == told
    club = program(cast.bob)
    assert [each["id"] for each in club.get("/allocation-rounds")["items"]] == [told["id"]]
    assert club.get(f"/allocation-rounds?authority_id={cast.town}")["total"] == 1
    assert club("GET", "/allocation-rounds?authority_id=999").status_code == 404
    assert club("GET", "/allocation-rounds/999").status_code == 404


def test_the_least_that_is_said_of_a_round_gives_it_a_name_and_two_weeks_to_decide(
    orderly: Database, manager: Program, cast: Cast
) -> None:
    least = announcement(cast)
    del least["name"], least["decides_at"]
    told = manager.post("/allocation-rounds", least)
    assert told["name"] == "2026-06-01 – 2026-06-30"
    assert told["decides_at"] == "2026-04-03T17:00:00+00:00"


def test_a_short_time_before_the_period_is_time_enough_to_decide(
    orderly: Database, manager: Program, cast: Cast
) -> None:
    late = announcement(cast, cut_off_at="2026-05-30T00:00:00+02:00", decides_at=None)
    assert manager.post("/allocation-rounds", late)["decides_at"] == "2026-05-31T21:59:59+00:00"


def test_times_that_make_no_sense_are_told_beside_their_field(
    orderly: Database, manager: Program, cast: Cast
) -> None:
    wrong = announcement(cast, cut_off_at="2026-03-01T00:00:00+01:00")
    answer = manager("POST", "/allocation-rounds", wrong)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["cut_off_at"]
    manager.post("/allocation-rounds", announcement(cast))
    again = manager("POST", "/allocation-rounds", announcement(cast))
    assert [error["field"] for error in again.json["errors"]] == ["period_start"]


def test_the_same_announcement_under_one_key_is_made_once(
    orderly: Database, manager: Program, cast: Cast
) -> None:
    first, second = (
        manager("POST", "/allocation-rounds", announcement(cast), Idempotency_Key="juin")
        for _ in range(2)
    )
    assert first.json == second.json
    assert second.headers["Idempotency-Replayed"] == "true"
    assert manager.get("/allocation-rounds")["total"] == 1


def test_a_dry_run_tells_each_share_with_its_reason_and_writes_nothing(
    orderly: Database, manager: Program, cast: Cast, clock: FixedClock, place: str
) -> None:
    first = submitted(orderly, cast, {cast.chairs: 80, cast.tables: 2})
    submitted(orderly, cast, {cast.chairs: 80}, organisation=cast.club)
    rehearsal = manager.post(f"{place}/dry-run", {}, 200)
    assert (rehearsal["stage"], rehearsal["is_rehearsal"]) == ("open", True)

    clock.instant = NOW + 20 * DAY
    told = manager.post(f"{place}/dry-run", {}, 200)
    assert told["is_rehearsal"] is False
    assert told["left_out"] == told["against"] == []
    (mine,) = (each for each in told["requests"] if each["booking_id"] == first)
    assert mine["priority_class"] == "associations"
    assert mine["organisation"] == "Chorale des Planches"
    assert mine["rank"] >= 1
    assert {each["place"] for each in told["requests"]} == {1, 2}
    assert not mine["is_whole"]
    chairs, tables = sorted(mine["lines"], key=lambda line: line["asked"], reverse=True)
    assert (chairs["asked"], chairs["share"], chairs["limit"]) == (80, 50, "share")
    assert (chairs["asked_then"], chairs["free_then"]) == (160, 100)
    assert chairs["reason"] == "Chacun reçoit la même part à ce moment-là."
    assert chairs["tight_from"] < chairs["tight_until"]
    assert (tables["share"], tables["limit"]) == (2, "enough")
    english = manager.post(f"{place}/dry-run", {}, 200, Accept_Language="en")
    assert english["requests"][0]["lines"][0]["reason"].isascii()
    assert state_of(orderly, first).value == "submitted"
    assert lines_of(orderly, first)[cast.chairs] == (80, None)
    assert manager.get(place)["stage"] == "to_decide"


def test_what_was_tried_is_adopted_and_the_shares_can_be_read(
    orderly: Database,
    program: Programs,
    manager: Program,
    cast: Cast,
    clock: FixedClock,
    place: str,
) -> None:
    first = submitted(orderly, cast, {cast.chairs: 80})
    second = submitted(orderly, cast, {cast.chairs: 80}, organisation=cast.club)
    early = manager("POST", f"{place}/adopt", {})
    assert (early.status_code, early.json["code"]) == (409, "not_allowed_now")
    clock.instant = NOW + 20 * DAY
    seen = manager.post(f"{place}/dry-run", {}, 200)["fingerprint"]
    stale = manager("POST", f"{place}/adopt", {"fingerprint": "0" * 64})
    assert [error["field"] for error in stale.json["errors"]] == ["fingerprint"]
    told = manager.post(f"{place}/adopt", {"fingerprint": seen}, 200, Idempotency_Key="once")
    again = manager.post(f"{place}/adopt", {"fingerprint": seen}, 200, Idempotency_Key="once")
    assert told == again
    assert (told["stage"], told["requests"]) == ("adopted", 2)
    assert sha256(told["seed"].encode()).hexdigest() == told["commitment"]
    assert lines_of(orderly, first)[cast.chairs] == (80, 50)
    assert held_by(orderly, second) == {cast.chairs: (50, HoldKind.DECIDED)}
    shares = program(cast.auditor).get(f"{place}/shares")
    assert [(each["asked"], each["share"]) for each in shares["items"]] == [(80, 50), (80, 50)]
    assert {each["booking_id"] for each in shares["items"]} == {first, second}
    own = program(cast.alice).get(f"/decisions?booking_id={first}")["items"]
    assert own[-1]["rule"] == "round"
    assert "50 sur 80" in str(own[-1]["reason"])


def test_a_round_is_given_up_with_a_reason_that_everybody_reads(
    orderly: Database, program: Programs, manager: Program, cast: Cast, place: str
) -> None:
    number = submitted(orderly, cast, {cast.chairs: 80})
    assert manager("POST", f"{place}/cancel", {}).status_code == 422
    told = manager.post(f"{place}/cancel", {"reason": "Trop peu de demandes."}, 200)
    assert told["stage"] == "cancelled"
    assert program(cast.bob).get(place)["cancel_reason"] == "Trop peu de demandes."
    assert held_by(orderly, number) == {cast.chairs: (80, HoldKind.OPTION)}
    assert manager("POST", f"{place}/cancel", {"reason": "Encore"}).status_code == 409


def test_only_who_sets_the_rules_of_the_authority_announces_tries_and_decides(
    program: Programs, cast: Cast, clock: FixedClock, place: str
) -> None:
    clock.instant = NOW + 20 * DAY
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        ("/allocation-rounds", announcement(cast)),
        (f"{place}/dry-run", {}),
        (f"{place}/adopt", {}),
        (f"{place}/cancel", {"reason": "Non"}),
    )
    for person in (cast.alice, cast.front_desk, cast.agent, cast.auditor, cast.other_manager):
        for path, body in asked:
            assert program(person)("POST", path, body).status_code == 403, path
    for person in (cast.alice, cast.agent, cast.other_manager):
        assert program(person)("GET", f"{place}/shares").status_code == 403


def test_opinions_that_stand_in_the_way_take_a_reason(
    orderly: Database, manager: Program, cast: Cast, clock: FixedClock, place: str
) -> None:
    build_town(orderly, cast)
    number = submitted(orderly, cast, {cast.chairs: 10, cast.barriers: 5})
    manager.post(f"/bookings/{number}/review", {}, 200)
    clock.instant = NOW + 20 * DAY
    told = manager.post(f"{place}/dry-run", {}, 200)
    (against,) = told["against"]
    assert against["booking_id"] == number
    assert all(each["is_pending"] for each in against["opinions"])
    refused = manager("POST", f"{place}/adopt", {})
    assert (refused.status_code, refused.json["code"]) == (422, "opinions_stand")
    because = {"opinions_reason": "Les avis tardent."}
    assert manager.post(f"{place}/adopt", because, 200)["stage"] == "adopted"
