"""The lender's own events: in time they come first, afterwards only with a motive."""

from datetime import timedelta

import pytest

from lending.accounts.permissions import SYSTEM
from lending.availability.answers import Wanted
from lending.bookings.changes import change_booking
from lending.bookings.decisions import approve_booking, refuse_booking
from lending.bookings.errors import StockConflict
from lending.bookings.models import Booking
from lending.bookings.safety import mark_safety
from lending.bookings.states import RefusalReason, State
from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.eligibility.criteria import priority_class
from lending.equity.eligibility.facts import facts_of
from lending.equity.overriding.preempting import Promised, preempt, promised_to_others
from lending.equity.record.replaying import replay_chain
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound
from lending.organisations.models import OrganisationKind
from lending.policies.rules import PriorityClass
from tests.bookings.steps import booking_of, held_by, lines_of, moves_of, state_of
from tests.equity.record.chains import contents, walk
from tests.factories import FRIDAY, MONDAY, Cast, approved, make_organisation, submitted, waiting

DAY = timedelta(days=1)
USUAL = "La ville a besoin de ce matériel pour la fête nationale."
BECAUSE = "La salle de secours est ouverte cette nuit."


@pytest.fixture
def department(held: Database) -> int:
    """A department of the town, which borrows for the town's own events."""

    def write(uow) -> int:
        organisation = make_organisation(uow.session, "Protocole de la ville")
        organisation.kind = OrganisationKind.DEPARTMENT
        return organisation.id

    return held.write(write)


@pytest.fixture
def own(held: Database, cast: Cast, department: int) -> int:
    """The town's event, for 50 barriers at 40 a request: two kinds of things, 40 and 30."""
    return waiting(held, cast, {cast.barriers: 40, cast.chairs: 30}, organisation=department)


def take(
    database: Database, actor, number: int, taken: dict[int, dict[int, int]], motive: str = ""
) -> None:
    database.write(lambda uow: preempt(uow, actor, number, taken, USUAL, motive))


def loans(database: Database, number: int) -> tuple[Promised, ...]:
    with database.read() as uow:
        return promised_to_others(uow, uow.session.get_one(Booking, number))


def test_scenario_3_an_own_event_pre_empts_at_50_days_and_at_20_days(
    held: Database, cast: Cast, department: int, clock: FixedClock
) -> None:
    """The rules let the lender take back until 45 days before."""
    lent = approved(held, cast, {cast.barriers: 40})
    also = approved(held, cast, {cast.chairs: 90}, organisation=cast.club)
    first = waiting(held, cast, {cast.barriers: 30}, organisation=department)
    second = waiting(held, cast, {cast.chairs: 40}, organisation=department)

    clock.instant = FRIDAY - 50 * DAY
    take(held, cast.manager, first, {lent: {cast.barriers: 10}})
    assert lines_of(held, lent) == {cast.barriers: (40, 30)}
    assert state_of(held, first) is State.SUBMITTED
    says = [each for each in contents(held, cast.town) if each["booking_id"] == lent][-1]
    assert (says["kind"], says["rule"], says["reason_code"]) == (
        "grant_in_part",
        "staff",
        "PREEMPTED_OWN_EVENT",
    )
    assert says["result"]["preempted_by"] == {"booking_id": first, "is_late": False}

    clock.instant = FRIDAY - 20 * DAY
    with pytest.raises(InvalidInput) as refused:
        take(held, cast.manager, second, {also: {cast.chairs: 30}})
    assert [error.field for error in refused.value.errors] == ["motive"]
    assert lines_of(held, also) == {cast.chairs: (90, 90)}
    take(held, cast.manager, second, {also: {cast.chairs: 30}}, BECAUSE)
    assert lines_of(held, also) == {cast.chairs: (90, 60)}
    (late,) = [each for each in contents(held, cast.town) if each["kind"] == "override"]
    assert (late["booking_id"], late["rule"]) == (also, "override")
    assert walk(held, cast.town).first_break is None
    with held.read() as uow:
        assert replay_chain(uow, cast.town).differences == ()


def test_what_is_taken_back_goes_to_the_event_and_not_to_who_waited_before(
    held: Database, cast: Cast, department: int
) -> None:
    lent = approved(held, cast, {cast.barriers: 40})
    before = waiting(held, cast, {cast.barriers: 30}, organisation=cast.club)
    own = waiting(held, cast, {cast.barriers: 40}, organisation=department)
    take(held, cast.manager, own, {lent: {cast.barriers: 20}})
    assert held_by(held, own)[cast.barriers][0] == 40
    assert held_by(held, lent)[cast.barriers][0] == 20
    assert state_of(held, before) is State.WAITLISTED


def test_a_loan_of_which_nothing_is_left_is_cancelled_with_the_reason(
    held: Database, cast: Cast, department: int
) -> None:
    lent = approved(held, cast, {cast.barriers: 30})
    also = approved(held, cast, {cast.barriers: 30}, organisation=cast.club)
    own = waiting(held, cast, {cast.barriers: 40}, organisation=department)
    taken = {lent: {cast.barriers: 30}, also: {cast.barriers: 10}}
    take(held, cast.manager, own, taken)
    assert state_of(held, lent) is State.CANCELLED
    assert booking_of(held, lent).refusal_reason is RefusalReason.PREEMPTED_OWN_EVENT
    assert held_by(held, lent) == {}
    assert (state_of(held, also), lines_of(held, also)) == (
        State.PARTLY_APPROVED,
        {cast.barriers: (30, 20)},
    )
    assert moves_of(held, also)[-1] == "take_back"
    kinds = [(each["booking_id"], each["kind"]) for each in contents(held, cast.town)]
    assert (lent, "cancel") in kinds
    assert (also, "grant_in_part") in kinds


def test_too_little_takes_nothing_at_all(held: Database, cast: Cast, department: int) -> None:
    lent = approved(held, cast, {cast.barriers: 40})
    own = waiting(held, cast, {cast.barriers: 40}, organisation=department)
    with pytest.raises(StockConflict):
        take(held, cast.manager, own, {lent: {cast.barriers: 19}})
    assert lines_of(held, lent) == {cast.barriers: (40, 40)}
    assert held_by(held, lent)[cast.barriers][0] == 40
    assert state_of(held, own) is State.WAITLISTED


def test_what_makes_no_sense_is_refused(
    held: Database, cast: Cast, department: int, clock: FixedClock
) -> None:
    lent = approved(held, cast, {cast.barriers: 40})
    undecided = submitted(held, cast, {cast.barriers: 10}, organisation=cast.club)
    other_time = approved(
        held, cast, {cast.barriers: 40}, start=FRIDAY + 20 * DAY, end=MONDAY + 20 * DAY
    )
    own = waiting(held, cast, {cast.barriers: 40}, organisation=department)
    for taken, error in (
        ({}, InvalidInput),
        ({lent: {cast.barriers: 0}}, InvalidInput),
        ({lent: {cast.barriers: 41}}, InvalidInput),
        ({lent: {cast.chairs: 1}}, InvalidInput),
        ({undecided: {cast.barriers: 10}}, NotAllowedNow),
        ({other_time: {cast.barriers: 10}}, NotAllowedNow),
        ({4711: {cast.barriers: 10}}, NotFound),
    ):
        with pytest.raises(error):
            take(held, cast.manager, own, taken)
    for actor, error in ((cast.front_desk, Forbidden), (cast.other_manager, NotFound)):
        with pytest.raises(error):
            take(held, actor, own, {lent: {cast.barriers: 20}})
    waits = waiting(held, cast, {cast.barriers: 40}, organisation=cast.club)
    with pytest.raises(NotAllowedNow):
        take(held, cast.manager, waits, {lent: {cast.barriers: 20}})
    assert lines_of(held, lent) == {cast.barriers: (40, 40)}


def test_the_choice_tells_from_whom_and_until_when(
    held: Database, cast: Cast, own: int, clock: FixedClock
) -> None:
    lent = approved(held, cast, {cast.barriers: 40, cast.chairs: 80, cast.tables: 1})
    approved(held, cast, {cast.barriers: 5}, start=FRIDAY + 20 * DAY, end=MONDAY + 20 * DAY)
    (found,) = loans(held, own)
    assert found.booking_id == lent
    assert {line.item_id: line.granted for line in found.lines} == {
        cast.barriers: 40,
        cast.chairs: 80,
    }
    assert (found.free_until, found.is_late) == ((FRIDAY - 45 * DAY).date(), False)
    clock.instant = FRIDAY - 44 * DAY
    assert [loan.is_late for loan in loans(held, own)] == [True]


def test_elections_safety_and_crises_are_a_class_of_their_own_when_somebody_says_so_and_why(
    held: Database, cast: Cast
) -> None:
    number = submitted(held, cast, {cast.chairs: 10})

    def priority() -> PriorityClass:
        with held.read() as uow:
            booking = uow.session.get_one(Booking, number)
            return priority_class(facts_of(uow, [booking])[number])

    assert priority() is PriorityClass.ASSOCIATIONS
    with pytest.raises(InvalidInput):
        held.write(lambda uow: mark_safety(uow, cast.manager, number, " "))
    for actor in (cast.alice, cast.front_desk, cast.auditor):
        with pytest.raises(Forbidden):
            held.write(lambda uow, a=actor: mark_safety(uow, a, number, "Bureau de vote"))
    held.write(lambda uow: mark_safety(uow, cast.manager, number, "Bureau de vote"))
    assert priority() is PriorityClass.SAFETY
    with pytest.raises(NotAllowedNow):
        held.write(lambda uow: mark_safety(uow, cast.manager, number, "Encore"))
    held.write(lambda uow: mark_safety(uow, cast.manager, number, "Par erreur", is_safety=False))
    assert priority() is PriorityClass.ASSOCIATIONS
    assert moves_of(held, number)[-2:] == ["mark_safety", "unmark_safety"]
    code = RefusalReason.LATE
    held.write(lambda uow: refuse_booking(uow, cast.manager, number, code, "Trop tard."))
    with pytest.raises(NotAllowedNow):
        held.write(lambda uow: mark_safety(uow, cast.manager, number, "Bureau de vote"))


def test_what_is_of_use_only_whole_is_taken_back_whole_or_left(
    held: Database, cast: Cast, own: int
) -> None:
    number = submitted(held, cast, {cast.barriers: 30, cast.chairs: 90})
    wanted = [Wanted(cast.chairs, 90, whole=True), Wanted(cast.barriers, 30)]
    held.write(lambda uow: change_booking(uow, cast.alice, number, lines=wanted))
    held.write(lambda uow: approve_booking(uow, SYSTEM, number))
    with pytest.raises(InvalidInput) as refused:
        take(held, cast.manager, own, {number: {cast.chairs: 20, cast.barriers: 10}})
    assert [error.field for error in refused.value.errors] == [f"taken.{number}.{cast.chairs}"]
    take(held, cast.manager, own, {number: {cast.chairs: 90, cast.barriers: 10}})
    assert lines_of(held, number) == {cast.chairs: (90, 0), cast.barriers: (30, 20)}
