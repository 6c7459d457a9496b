"""A round: requests wait, are shared together, and one transaction decides them all."""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from lending.availability.answers import Wanted
from lending.availability.models import HoldKind
from lending.bookings.changes import change_booking
from lending.bookings.decisions import approve_booking, refuse_booking, review_booking
from lending.bookings.details import BookingDetails
from lending.bookings.models import Booking, Logistics
from lending.bookings.states import RefusalReason, State
from lending.bookings.supply import move_stock
from lending.bookings.waiting import serve_everyone
from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.allocation.checking import faults
from lending.equity.allocation.values import Limit
from lending.equity.record.decision import Kind, Rule
from lending.equity.rounds.deciding import Words, adopt_round, cancel_round
from lending.equity.rounds.guarding import WaitsForRound
from lending.equity.rounds.models import Share
from lending.equity.rounds.trying import Result, Trial, try_round
from lending.equity.rounds.words import left_out
from lending.equity.routing import opinions
from lending.equity.routing.models import Verdict
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound
from lending.organisations.models import Organisation
from lending.policies.models import AllocationRound
from lending.policies.rounds import NewRound, announce_round
from tests.bookings.steps import booking_of, held_by, lines_of, state_of
from tests.equity.record.chains import contents, walk
from tests.equity.routing.conftest import build_town
from tests.factories import FRIDAY, MONDAY, NOW, Cast, submitted, waiting


def explain(result: Result) -> str:
    """Write a reason that shows what it was made from."""
    return ", ".join(f"{each.grant.units}: {each.grant.limit.value}" for each in result.lines)


WORDS = Words(explain, lambda each: left_out(each, str))
DAY = timedelta(days=1)
AFTER = NOW + timedelta(days=10, hours=1)


def trial_of(database: Database, number: int) -> Trial:
    """Try a round."""
    with database.read() as uow:
        return try_round(uow, uow.session.get_one(AllocationRound, number))


def adopt(database: Database, cast: Cast, clock: FixedClock, number: int) -> None:
    """Decide a round after its cut-off."""
    clock.instant = AFTER
    database.write(lambda uow: adopt_round(uow, cast.manager, number, WORDS))


def test_requests_of_the_period_hold_nothing_and_may_ask_for_more_than_there_is(
    lender: Database, cast: Cast, collecting: int
) -> None:
    first = submitted(lender, cast, {cast.barriers: 30})
    second = submitted(lender, cast, {cast.barriers: 30}, organisation=cast.club)
    third = submitted(lender, cast, {cast.chairs: 90})
    assert [held_by(lender, number) for number in (first, second, third)] == [{}, {}, {}]
    booking = booking_of(lender, first)
    assert (booking.state, booking.round_id) == (State.SUBMITTED, collecting)
    assert booking.option_until is None
    assert booking.arrival == 1


def test_requests_at_other_times_hold_their_option_as_ever(
    lender: Database, cast: Cast, collecting: int
) -> None:
    later = submitted(
        lender,
        cast,
        {cast.chairs: 10},
        start=FRIDAY + 60 * DAY,
        end=MONDAY + 60 * DAY,
    )
    assert held_by(lender, later) == {cast.chairs: (10, HoldKind.OPTION)}
    assert booking_of(lender, later).round_id is None


def test_a_request_that_moves_into_the_period_or_out_of_it_lets_go_or_takes_its_option(
    lender: Database, cast: Cast, collecting: int
) -> None:
    number = submitted(lender, cast, {cast.chairs: 10})

    def move(days: int) -> None:
        details = BookingDetails(
            cast.choir,
            cast.town,
            FRIDAY + timedelta(days=days),
            MONDAY + timedelta(days=days),
            Logistics.PICKUP,
        )
        lender.write(lambda uow: change_booking(uow, cast.alice, number, details=details))

    move(60)
    assert held_by(lender, number) == {cast.chairs: (10, HoldKind.OPTION)}
    assert booking_of(lender, number).option_until is not None
    move(0)
    assert held_by(lender, number) == {}
    assert booking_of(lender, number).round_id == collecting


def test_nobody_is_granted_anything_in_the_period_by_another_way(
    lender: Database, cast: Cast, collecting: int
) -> None:
    number = submitted(lender, cast, {cast.chairs: 10})
    with pytest.raises(WaitsForRound):
        lender.write(lambda uow: approve_booking(uow, cast.manager, number))
    assert state_of(lender, number) is State.SUBMITTED
    # What does not fit the rules need not wait.
    lender.write(
        lambda uow: refuse_booking(
            uow, cast.manager, number, RefusalReason.NOT_GENERAL_INTEREST, "Fête privée."
        )
    )


def test_the_waiting_list_is_not_served_while_a_round_collects(
    lender: Database, cast: Cast, collecting: int
) -> None:
    number = waiting(lender, cast, {cast.chairs: 10})
    assert lender.write(serve_everyone) == 0
    assert state_of(lender, number) is State.WAITLISTED


def test_two_ask_for_more_than_there_is_and_get_the_same(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    first = submitted(lender, cast, {cast.chairs: 80, cast.tables: 2})
    second = submitted(lender, cast, {cast.chairs: 80}, organisation=cast.club)
    adopt(lender, cast, clock, collecting)
    assert lines_of(lender, first) == {cast.chairs: (80, 50), cast.tables: (2, 2)}
    assert lines_of(lender, second) == {cast.chairs: (80, 50)}
    assert state_of(lender, first) is State.PARTLY_APPROVED
    assert held_by(lender, second) == {cast.chairs: (50, HoldKind.DECIDED)}
    with lender.read() as uow:
        share = uow.session.scalars(select(Share).where(Share.line.has(booking_id=second))).one()
        assert (share.asked, share.granted, share.limit) == (80, 50, Limit.SHARE)
        assert (share.free_then, share.asked_then) == (100, 160)


def test_a_request_that_came_before_the_opening_takes_part_like_the_others(
    lender: Database, cast: Cast, clock: FixedClock
) -> None:
    early = submitted(lender, cast, {cast.chairs: 80})
    number = lender.write(
        lambda uow: (
            announce_round(
                uow,
                cast.manager,
                cast.town,
                NewRound("Juin", FRIDAY, MONDAY, NOW, NOW + 10 * DAY, NOW + 12 * DAY),
            ).id
        )
    )
    clock.instant = NOW + DAY
    late = submitted(lender, cast, {cast.chairs: 80}, organisation=cast.club)
    adopt(lender, cast, clock, number)
    assert lines_of(lender, early)[cast.chairs] == (80, 50)
    assert lines_of(lender, late)[cast.chairs] == (80, 50)


def test_who_was_complete_after_the_cut_off_gets_what_is_left(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    submitted(lender, cast, {cast.chairs: 80})
    clock.instant = AFTER
    fits = submitted(lender, cast, {cast.chairs: 20}, organisation=cast.club)
    too_much = submitted(lender, cast, {cast.chairs: 30}, organisation=cast.club)
    adopt(lender, cast, clock, collecting)
    assert held_by(lender, fits) == {cast.chairs: (20, HoldKind.OPTION)}
    assert state_of(lender, too_much) is State.WAITLISTED
    assert booking_of(lender, fits).option_until is not None
    # From then on it is first come, first served again.
    lender.write(lambda uow: approve_booking(uow, cast.manager, fits))


def test_a_file_that_is_not_in_order_is_left_out_and_says_why(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    def uninsured(uow):
        uow.session.get_one(Organisation, cast.club).insurance_until = None

    lender.write(uninsured)
    number = submitted(lender, cast, {cast.chairs: 80}, organisation=cast.club)
    clock.instant = AFTER
    (candidate,) = trial_of(lender, collecting).left_out
    assert candidate.booking_id == number
    assert [finding.criterion.value for finding in candidate.blocking] == ["insurance"]


def test_who_is_left_out_and_finds_nothing_left_reads_why(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    def uninsured(uow):
        uow.session.get_one(Organisation, cast.club).insurance_until = None

    lender.write(uninsured)
    submitted(lender, cast, {cast.chairs: 100})
    number = submitted(lender, cast, {cast.chairs: 80}, organisation=cast.club)
    adopt(lender, cast, clock, collecting)
    assert state_of(lender, number) is State.WAITLISTED
    with lender.read() as uow:
        told = uow.session.get_one(Booking, number).transitions[-1].reason
    assert "left this request out: Insurance." in told


def test_a_try_before_the_cut_off_draws_other_lots_and_writes_nothing(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    submitted(lender, cast, {cast.chairs: 80})
    before = trial_of(lender, collecting)
    assert before.is_rehearsal
    clock.instant = AFTER
    after = trial_of(lender, collecting)
    assert not after.is_rehearsal
    assert before.results[0].place.ticket != after.results[0].place.ticket
    assert contents(lender, cast.town) == []


def test_only_what_was_looked_at_is_adopted(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    number = submitted(lender, cast, {cast.chairs: 80})
    clock.instant = AFTER
    seen = trial_of(lender, collecting).fingerprint
    lender.write(
        lambda uow: refuse_booking(
            uow, cast.manager, number, RefusalReason.PUBLIC_ORDER, "Arrêté du maire."
        )
    )
    with pytest.raises(InvalidInput):
        lender.write(lambda uow: adopt_round(uow, cast.manager, collecting, WORDS, seen))
    fresh = trial_of(lender, collecting).fingerprint
    lender.write(lambda uow: adopt_round(uow, cast.manager, collecting, WORDS, fresh))


def test_the_record_keeps_all_that_anyone_needs_to_share_anew(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    submitted(lender, cast, {cast.chairs: 80})
    submitted(lender, cast, {cast.chairs: 80}, organisation=cast.club)
    clock.instant = AFTER
    trial = trial_of(lender, collecting)
    adopt(lender, cast, clock, collecting)
    whole, *each = contents(lender, cast.town)
    assert (whole["kind"], whole["rule"]) == (Kind.ALLOCATE, Rule.ROUND)
    assert [one["rule"] for one in each] == [Rule.ROUND, Rule.ROUND]
    assert {one["round_id"] for one in (whole, *each)} == {collecting}
    with lender.read() as uow:
        found = uow.session.get_one(AllocationRound, collecting)
        seed, commitment = found.seed, found.commitment
    assert (whole["inputs"]["seed"], whole["inputs"]["commitment"]) == (seed, commitment)
    assert sha256(seed.encode()).hexdigest() == commitment
    assert faults(trial.stocks, trial.requests, seed, trial.outcome) == []
    granted = {key: [grant.units for grant in one] for key, one in trial.outcome.grants.items()}
    assert whole["result"]["grants"] == granted
    assert json.dumps(whole["inputs"]["requests"])
    assert walk(lender, cast.town).first_break is None


def test_a_round_that_is_given_up_leaves_its_requests_to_the_order_of_arrival(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    first = submitted(lender, cast, {cast.chairs: 80})
    second = submitted(lender, cast, {cast.chairs: 80}, organisation=cast.club)
    with pytest.raises(InvalidInput):
        lender.write(lambda uow: cancel_round(uow, cast.manager, collecting, " "))
    lender.write(lambda uow: cancel_round(uow, cast.manager, collecting, "Trop peu de demandes."))
    assert held_by(lender, first) == {cast.chairs: (80, HoldKind.OPTION)}
    assert state_of(lender, second) is State.WAITLISTED


def test_a_round_is_adopted_once_and_only_after_its_cut_off(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    with pytest.raises(NotAllowedNow):
        lender.write(lambda uow: adopt_round(uow, cast.manager, collecting, WORDS))
    adopt(lender, cast, clock, collecting)
    with pytest.raises(NotAllowedNow):
        lender.write(lambda uow: adopt_round(uow, cast.manager, collecting, WORDS))


@pytest.mark.parametrize("act", [adopt_round, cancel_round])
def test_only_those_who_set_the_rules_decide_a_round(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int, act: Callable[..., object]
) -> None:
    clock.instant = AFTER
    for actor in (cast.alice, cast.front_desk, cast.auditor, cast.other_manager):
        with pytest.raises(Forbidden):
            lender.write(lambda uow, a=actor: act(uow, a, collecting, "raison"))
    with pytest.raises(NotFound):
        lender.write(lambda uow: act(uow, cast.manager, 999_999, "raison"))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"period_end": FRIDAY}, "period_end"),
        ({"opens_at": NOW - DAY}, "opens_at"),
        ({"cut_off_at": NOW}, "cut_off_at"),
        ({"decides_at": NOW + 9 * DAY}, "decides_at"),
        ({"decides_at": FRIDAY + DAY}, "decides_at"),
    ],
)
def test_times_that_make_no_sense_are_told_beside_their_field(
    lender: Database, cast: Cast, changed: dict[str, object], field: str
) -> None:
    times = {
        "name": "Juin",
        "period_start": FRIDAY,
        "period_end": MONDAY,
        "opens_at": NOW,
        "cut_off_at": NOW + 10 * DAY,
        "decides_at": NOW + 12 * DAY,
    }
    new = NewRound(**(times | changed))
    with pytest.raises(InvalidInput) as refused:
        lender.write(lambda uow: announce_round(uow, cast.manager, cast.town, new))
    assert [error.field for error in refused.value.errors] == [field]


def test_two_rounds_do_not_share_a_day(lender: Database, cast: Cast, collecting: int) -> None:
    again = NewRound(
        "Encore",
        FRIDAY,
        MONDAY,
        NOW + DAY,
        NOW + 2 * DAY,
        NOW + 3 * DAY,
    )
    with pytest.raises(InvalidInput) as refused:
        lender.write(lambda uow: announce_round(uow, cast.manager, cast.town, again))
    assert [error.field for error in refused.value.errors] == ["period_start"]


def test_what_is_of_use_only_whole_gets_all_or_nothing_and_the_rest_is_shared(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    wanted = [Wanted(cast.chairs, 80, whole=True)]
    first = submitted(lender, cast, {cast.chairs: 80})
    lender.write(lambda uow: change_booking(uow, cast.alice, first, lines=wanted))
    second = submitted(lender, cast, {cast.chairs: 80}, organisation=cast.club)
    adopt(lender, cast, clock, collecting)
    assert state_of(lender, first) is State.WAITLISTED
    assert lines_of(lender, second) == {cast.chairs: (80, 80)}
    with lender.read() as uow:
        share = uow.session.scalars(select(Share).where(Share.line.has(booking_id=first))).one()
        assert (share.granted, share.limit) == (0, Limit.WHOLE)
        (record,) = [one for one in contents(lender, cast.town) if one["kind"] == Kind.ALLOCATE]
    assert [want["whole"] for each in record["inputs"]["requests"] for want in each["wants"]] == [
        True,
        False,
    ]


def test_what_is_of_use_only_whole_is_given_where_it_is_no_more_than_a_share(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    first = submitted(lender, cast, {cast.chairs: 40})
    wanted = [Wanted(cast.chairs, 40, whole=True)]
    lender.write(lambda uow: change_booking(uow, cast.alice, first, lines=wanted))
    second = submitted(lender, cast, {cast.chairs: 80}, organisation=cast.club)
    adopt(lender, cast, clock, collecting)
    assert lines_of(lender, first) == {cast.chairs: (40, 40)}
    assert lines_of(lender, second) == {cast.chairs: (80, 60)}


def test_opinions_that_stand_are_listed_in_the_trial_and_one_reason_is_kept_with_each(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    opinions.listen(lender.events)
    town = build_town(lender, cast)
    heard = submitted(lender, cast, {cast.chairs: 10, cast.barriers: 2})
    alone = submitted(lender, cast, {cast.chairs: 10}, organisation=cast.club)
    lender.write(lambda uow: review_booking(uow, cast.manager, heard))
    clock.instant = AFTER
    pending = trial_of(lender, collecting)
    assert [one.result.candidate.booking_id for one in pending.against] == [heard]
    assert (pending.pending, pending.unfavourable) == (2, 0)
    lender.write(
        lambda uow: opinions.give_opinion(
            uow, town.teo, heard, town.technical, Verdict.UNFAVOURABLE, "Barrières en révision."
        )
    )
    told = trial_of(lender, collecting)
    assert (told.pending, told.unfavourable) == (1, 1)
    assert told.fingerprint != pending.fingerprint
    with pytest.raises(opinions.OpinionsStand):
        lender.write(lambda uow: adopt_round(uow, cast.manager, collecting, WORDS))
    why = "La fête est dans dix jours."
    lender.write(
        lambda uow: adopt_round(uow, cast.manager, collecting, WORDS, told.fingerprint, why)
    )
    with lender.read() as uow:
        (kept,) = opinions.decided_against_of(uow, heard).values()
        assert (kept.reason, kept.pending, kept.unfavourable) == (why, 1, 1)
        assert opinions.decided_against_of(uow, alone) == {}


def test_opinions_about_what_gets_nothing_stand_in_nobodys_way(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    opinions.listen(lender.events)
    build_town(lender, cast)
    lender.write(
        lambda uow: move_stock(uow, cast.manager, cast.barriers, -59, uow.now, "Rouillées.")
    )
    lines = {cast.chairs: 101, cast.barriers: 40}
    number = submitted(lender, cast, lines)
    wanted = [Wanted(item, quantity, whole=True) for item, quantity in lines.items()]
    lender.write(lambda uow: change_booking(uow, cast.alice, number, lines=wanted))
    lender.write(lambda uow: review_booking(uow, cast.manager, number))
    clock.instant = AFTER
    assert trial_of(lender, collecting).against == ()
    adopt(lender, cast, clock, collecting)
    assert state_of(lender, number) is State.WAITLISTED
