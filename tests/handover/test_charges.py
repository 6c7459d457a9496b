"""Damage: repaired out of lending, charged by the scale, answered and decided."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event as sql_event
from sqlalchemy import select

from calendars.intervals import Interval
from lending.accounts.permissions import Principal
from lending.availability.answers import free_for_loan
from lending.bookings.charges import FOR_FINANCE, Charge, ChargeState
from lending.bookings.duties import DutyKind
from lending.bookings.models import Booking
from lending.bookings.shortages import find_shortages
from lending.bookings.supply import end_maintenance
from lending.catalogue.models import Item, Maintenance
from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.eligibility.criteria import Criterion, Verdict
from lending.equity.eligibility.facts import judge_booking
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound
from lending.events import Events
from lending.handover.awaited import handover_duties
from lending.handover.charge_views import charges_sheet, list_charges
from lending.handover.charging import (
    accept_charge,
    contest_charge,
    credit_charge,
    export_charge,
    note_credit,
    reduce_charge,
    renumber_charge,
    settle_charge,
    uphold_charge,
    waive_charge,
)
from lending.handover.facts import ChargeChanged, LoanIsLate
from lending.handover.late import tell_late_loans
from lending.handover.scale import Bill, Fault, Harmed, bill_for
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Circumstances, Counted
from lending.policies.rules import Rules
from tests.factories import FRIDAY, MONDAY, Cast, approved, submitted

DAY = timedelta(days=1)

harms = st.lists(
    st.builds(
        Harmed,
        item_code=st.just("X"),
        name=st.just("Chaise"),
        replacement_value_cents=st.integers(0, 10**7),
        fault=st.sampled_from(Fault),
        quantity=st.integers(0, 500),
    ),
    max_size=6,
)
percents = st.integers(0, 100)


@given(harms, percents, percents, percents)
def test_a_bill_recounts_to_itself_and_never_exceeds_replacement(
    harmed: list[Harmed], repair: int, cleaning: int, loss: int
) -> None:
    rules = Rules(damage_percent=repair, cleaning_percent=cleaning, loss_percent=loss)
    bill = bill_for(rules, harmed)
    assert Bill.model_validate_json(bill.model_dump_json()).recounted() == bill
    assert 0 <= bill.cents <= bill.replacement_cents
    whole = bill_for(Rules(damage_percent=100, cleaning_percent=100, loss_percent=100), harmed)
    assert whole.cents == whole.replacement_cents


@pytest.fixture
def lent(database: Database, cast: Cast, clock: FixedClock) -> int:
    """Return a loan of forty chairs of 28 euros each, out until Monday."""
    number = approved(database, cast, {cast.chairs: 40})
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    clock.instant = MONDAY
    return number


def come_back(database: Database, cast: Cast, number: int, counted: Counted) -> Charge | None:
    outcome = database.write(
        lambda uow: tell_check_in(uow, cast.manager, number, {cast.chairs: counted})
    )
    with database.read() as uow:
        found = uow.session.scalars(
            select(Charge).where(Charge.statement_id == outcome.statement_id)
        ).one_or_none()
        uow.session.expunge_all()  # the row as it was read, after the session is over
        return found


@pytest.fixture
def charge(database: Database, cast: Cast, lent: int) -> int:
    """Return a proposed charge of 8.40 euros for three broken chairs."""
    found = come_back(database, cast, lent, Counted(returned=37, damaged=3))
    assert found is not None
    return found.id


def read(database: Database, number: int) -> Charge:
    with database.read() as uow:
        found = uow.session.get_one(Charge, number)
        _ = found.moves
        uow.session.expunge_all()
        return found


def free(database: Database, item_id: int, start: timedelta) -> int:
    with database.read() as uow:
        period = Interval(MONDAY + start, MONDAY + start + DAY)
        return free_for_loan(uow, period, item_ids=[item_id])[item_id].free


def test_scenario_4_dirty_and_three_broken_chairs(
    database: Database, cast: Cast, lent: int
) -> None:
    found = come_back(database, cast, lent, Counted(returned=36, dirty=10, damaged=3, lost=1))
    assert found is not None
    bill = Bill.model_validate_json(found.bill)
    assert [(line.fault, line.quantity, line.percent, line.cents) for line in bill.lines] == [
        (Fault.DIRTY, 10, 10, 2800),
        (Fault.DAMAGED, 3, 10, 840),
        (Fault.LOST, 1, 100, 2800),
    ]
    assert (found.cents, found.state) == (6440, ChargeState.PROPOSED)


def test_what_comes_back_in_good_order_costs_nothing(
    database: Database, cast: Cast, lent: int
) -> None:
    assert come_back(database, cast, lent, Counted(returned=40)) is None


def test_damaged_pieces_are_away_until_somebody_says_that_they_are_repaired(
    database: Database, cast: Cast, clock: FixedClock, lent: int
) -> None:
    come_back(database, cast, lent, Counted(returned=37, damaged=3))
    assert free(database, cast.chairs, timedelta(0)) == 97
    assert free(database, cast.chairs, 300 * DAY) == 97
    with database.read() as uow:
        repair = uow.session.scalars(select(Maintenance)).one()
        assert (repair.quantity, repair.ends_at) == (3, None)
        number = repair.id
    clock.instant = MONDAY + DAY
    database.write(lambda uow: end_maintenance(uow, cast.manager, number))
    assert free(database, cast.chairs, 2 * DAY) == 100
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: end_maintenance(uow, cast.manager, number))


def test_scenario_18_what_is_lost_in_one_loan_and_promised_to_another_is_a_shortage(
    database: Database, cast: Cast, clock: FixedClock, lent: int
) -> None:
    weekend = {"start": FRIDAY + 7 * DAY, "end": MONDAY + 7 * DAY, "organisation": cast.club}
    clock.instant = FRIDAY  # before the end, nothing says that it will not be back
    promised = approved(database, cast, {cast.chairs: 99}, **weekend)
    clock.instant = MONDAY
    come_back(database, cast, lent, Counted(returned=37, damaged=1, lost=2))
    with database.read() as uow:
        [shortage] = find_shortages(uow, [cast.town])
    assert (shortage.item_id, shortage.missing) == (cast.chairs, 2)
    assert [each.booking_id for each in shortage.claimants] == [promised]
    # The promise stands as it was: nothing is dropped silently.
    with database.read() as uow:
        assert uow.session.get_one(Booking, promised).lines[0].granted == 99


def test_an_item_of_unknown_value_is_repaired_without_a_charge(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.tables: 5})
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    counted = {cast.tables: Counted(returned=4, damaged=1)}
    database.write(lambda uow: tell_check_in(uow, cast.manager, number, counted))
    with database.read() as uow:
        assert uow.session.scalars(select(Charge)).all() == []
        assert uow.session.scalars(select(Maintenance)).one().quantity == 1


def test_a_charge_keeps_the_value_that_it_was_counted_with(
    database: Database, cast: Cast, charge: int
) -> None:
    def dearer(uow: object) -> None:
        uow.session.get_one(Item, cast.chairs).replacement_value_cents = 9900  # type: ignore[attr-defined]

    database.write(dearer)
    found = read(database, charge)
    assert Bill.model_validate_json(found.bill).recounted().cents == found.proposed_cents == 840


def test_the_borrower_contests_and_the_lender_reduces(
    database: Database, cast: Cast, charge: int
) -> None:
    with pytest.raises(InvalidInput):
        database.write(lambda uow: contest_charge(uow, cast.alice, charge, " "))
    words = "Deux étaient déjà fendues."
    database.write(lambda uow: contest_charge(uow, cast.alice, charge, words))
    for cents in (0, 840, 900):
        with pytest.raises(InvalidInput):
            database.write(
                lambda uow, cents=cents: reduce_charge(uow, cast.manager, charge, cents, "Photo")
            )
    database.write(lambda uow: reduce_charge(uow, cast.manager, charge, 280, "Photo du départ"))
    found = read(database, charge)
    assert (found.state, found.cents, found.proposed_cents) == (ChargeState.REDUCED, 280, 840)
    assert [(m.new, m.cents, m.actor_name) for m in found.moves] == [
        (ChargeState.PROPOSED, 840, cast.manager.name),
        (ChargeState.CONTESTED, 840, cast.alice.name),
        (ChargeState.REDUCED, 280, cast.manager.name),
    ]
    assert found.moves[1].words == words


def test_what_is_contested_can_be_upheld_or_waived_but_not_without_a_reason(
    database: Database, cast: Cast, charge: int
) -> None:
    database.write(lambda uow: contest_charge(uow, cast.alice, charge, "Non."))
    for decide in (uphold_charge, waive_charge):
        with pytest.raises(InvalidInput):
            database.write(lambda uow, decide=decide: decide(uow, cast.manager, charge, ""))
    database.write(lambda uow: uphold_charge(uow, cast.manager, charge, "Vu au départ"))
    database.write(lambda uow: waive_charge(uow, cast.manager, charge, "Réparé par eux"))
    assert (read(database, charge).state, read(database, charge).cents) == (ChargeState.WAIVED, 0)
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: settle_charge(uow, cast.manager, charge))


def test_what_has_a_revenue_order_is_waived_only_once_the_order_is_cancelled(
    database: Database, cast: Cast, charge: int
) -> None:
    boss = cast.manager
    database.write(lambda uow: accept_charge(uow, cast.alice, charge))
    database.write(lambda uow: export_charge(uow, boss, charge, "T-2026-811"))
    with pytest.raises(InvalidInput):
        database.write(lambda uow: renumber_charge(uow, boss, charge, " "))
    database.write(lambda uow: renumber_charge(uow, boss, charge, "T-2026-118"))
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: waive_charge(uow, boss, charge, "Réparées par eux"))
    with pytest.raises(InvalidInput):
        database.write(lambda uow: credit_charge(uow, boss, charge, ""))
    database.write(lambda uow: credit_charge(uow, boss, charge, "Réparées par eux"))
    with database.read() as uow:
        [row] = charges_sheet(list_charges(uow, boss, FOR_FINANCE)).rows
    assert row[-3:] == (Decimal("8.40"), "T-2026-118", "cancel")
    database.write(lambda uow: note_credit(uow, boss, charge, "A-2026-7"))
    found = read(database, charge)
    assert (found.state, found.cents, found.title) == (ChargeState.WAIVED, 0, "T-2026-118")
    assert [move.words for move in found.moves][2:] == [
        "T-2026-811",
        "T-2026-118",
        "Réparées par eux",
        "Réparées par eux (A-2026-7)",
    ]


def test_what_is_contested_waits_for_who_decides(
    database: Database, cast: Cast, charge: int
) -> None:
    def duties(who: Principal) -> list[DutyKind]:
        with database.read() as uow:
            return [duty.kind for duty in handover_duties(uow, who)]

    assert duties(cast.manager) == []
    database.write(lambda uow: contest_charge(uow, cast.alice, charge, "Non."))
    assert duties(cast.manager) == [DutyKind.CHARGE]
    assert duties(cast.front_desk) == duties(cast.other_manager) == []


def test_the_oldest_of_what_waits_says_until_when(
    database: Database, cast: Cast, clock: FixedClock, lent: int
) -> None:
    for hours in (1, 5):
        clock.instant = MONDAY + timedelta(hours=hours)
        seen = Circumstances(seen_at=FRIDAY)
        both = {cast.chairs: Counted(returned=5 * hours)}
        database.write(lambda uow: tell_check_in(uow, cast.manager, lent, both))  # noqa: B023
        more = {cast.chairs: Counted(returned=2 * hours)}
        database.write(lambda uow: tell_check_in(uow, cast.agent, lent, more, seen))  # noqa: B023
    with database.read() as uow:
        [duty] = handover_duties(uow, cast.manager)
    assert (duty.kind, duty.due_at) == (DutyKind.CLEAR_UP, MONDAY + timedelta(hours=25))


def test_charges_are_listed_in_a_fixed_number_of_queries(
    database: Database, cast: Cast, clock: FixedClock, lent: int
) -> None:
    asked: list[str] = []

    def note(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    def count() -> int:
        asked.clear()
        sql_event.listen(database.engine, "before_cursor_execute", note)
        with database.read() as uow:
            list_charges(uow, cast.manager)
        sql_event.remove(database.engine, "before_cursor_execute", note)
        return len(asked)

    come_back(database, cast, lent, Counted(damaged=3))
    one = count()
    come_back(database, cast, lent, Counted(damaged=2))
    come_back(database, cast, lent, Counted(lost=1))
    assert count() == one


def test_each_side_has_its_own_say(database: Database, cast: Cast, charge: int) -> None:
    with pytest.raises(Forbidden):
        database.write(lambda uow: accept_charge(uow, cast.manager, charge))
    with pytest.raises(Forbidden):
        database.write(lambda uow: waive_charge(uow, cast.alice, charge, "Oh"))
    for stranger in (cast.bob, cast.other_manager, cast.agent):
        with pytest.raises(NotFound):
            database.write(lambda uow, who=stranger: accept_charge(uow, who, charge))


def test_what_is_owed_stands_in_the_way_of_the_next_loan_until_it_is_paid(
    database: Database, cast: Cast, charge: int
) -> None:
    later = {"start": FRIDAY + 60 * DAY, "end": MONDAY + 60 * DAY}
    following = submitted(database, cast, {cast.barriers: 5}, **later)

    def answer() -> Verdict:
        with database.read() as uow:
            _, _, found = judge_booking(uow, uow.session.get_one(Booking, following))
        return next(f.verdict for f in found if f.criterion is Criterion.OUTSTANDING)

    assert answer() is Verdict.MET  # only proposed
    database.write(lambda uow: accept_charge(uow, cast.alice, charge))
    assert answer() is Verdict.FAILED
    with pytest.raises(InvalidInput):
        database.write(lambda uow: export_charge(uow, cast.manager, charge, ""))
    database.write(lambda uow: export_charge(uow, cast.manager, charge, "T-2026-118"))
    assert answer() is Verdict.FAILED
    database.write(lambda uow: settle_charge(uow, cast.manager, charge))
    assert answer() is Verdict.MET
    assert read(database, charge).title == "T-2026-118"


def test_a_late_loan_and_a_charge_are_told_to_the_rooms_above(
    database_url: str, cast: Cast, clock: FixedClock, lent: int
) -> None:
    heard: list[object] = []
    events = Events()
    for fact in (ChargeChanged, LoanIsLate):
        events.subscribe(fact, lambda told, _: heard.append(told))
    listening = Database(database_url, clock=clock, events=events)
    clock.instant = MONDAY + timedelta(hours=2)
    assert tell_late_loans(listening) == 1
    assert tell_late_loans(listening) == 0
    assert heard == [LoanIsLate(lent)]
    charge = come_back(listening, cast, lent, Counted(returned=39, lost=1))
    assert charge is not None
    assert heard[1:] == [ChargeChanged(charge.id)]
    assert tell_late_loans(listening) == 0
    listening.dispose()


def test_a_loan_is_late_two_hours_after_its_end_and_nobody_is_told_at_night(
    database: Database, cast: Cast, clock: FixedClock, lent: int
) -> None:
    for after, told in ((1, 0), (11, 0), (23, 0), (24, 1)):
        clock.instant = MONDAY + timedelta(hours=after)
        assert tell_late_loans(database) == told
