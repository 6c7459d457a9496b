"""A law: through any hand-overs, returns, losses, repairs, what is free equals a plain count."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, select

from lending.availability.holds import read_supply, seconds
from lending.availability.models import Hold
from lending.bookings.charges import Charge
from lending.bookings.models import Booking
from lending.bookings.states import State
from lending.bookings.supply import end_maintenance
from lending.catalogue.models import Item, Maintenance, StockMovement
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.errors import LendingError
from lending.handover.scale import Bill
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Circumstances, Counted
from lending.policies.rules import Rules
from tests.factories import FRIDAY, MONDAY, Cast, approved

TABLES = 20
VALUE_CENTS = 9000
TURNAROUND = timedelta(hours=2)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FAR = timedelta(days=400)


@dataclass
class Plain:
    """One loan of tables, counted on fingers."""

    granted: int
    is_out: bool = False
    awaited: int = 0
    delivered: int = 0
    returned: int = 0
    damaged: int = 0
    lost: int = 0
    charged_cents: int = 0
    turning: list[tuple[object, int]] = field(default_factory=list)
    """Until when pieces that came back are not free, and how many."""

    @property
    def away(self) -> int:
        """Return what left and is neither back nor lost."""
        return self.delivered - self.returned - self.damaged - self.lost


class HandOvers(RuleBasedStateMachine):
    """Two loans of one item, and everything that can happen to them."""

    database: Database
    cast: Cast
    clock: FixedClock

    def __init__(self) -> None:
        super().__init__()
        self.clock.instant = FRIDAY - 30 * DAY
        self.loans: dict[int, Plain] = {}
        self.in_repair: dict[int, int] = {}
        for granted in (9, 8):
            number = approved(self.database, self.cast, {self.cast.tables: granted})
            self.loans[number] = Plain(granted)
        self.numbers = list(self.loans)
        self.clock.instant = FRIDAY

    def _do(self, use_case: Callable[[UnitOfWork], object]) -> bool:
        try:
            self.database.write(use_case)
        except LendingError:
            return False
        return True

    @rule(which=st.integers(0, 1), pieces=st.integers(-1, 10), rest=st.booleans())
    def check_out(self, which: int, pieces: int, rest: bool) -> None:
        """Hand over, first or again."""
        number = self.numbers[which]
        loan = self.loans[number]
        told = Circumstances(rest_follows=rest)
        done = self._do(
            lambda uow: tell_check_out(
                uow, self.cast.manager, number, {self.cast.tables: pieces}, told
            )
        )
        may_leave = loan.awaited if loan.is_out else loan.granted
        is_over = loan.delivered > 0 and not loan.is_out
        assert done == (0 < pieces <= may_leave and not is_over)
        if done:
            loan.is_out = True
            loan.delivered += pieces
            loan.awaited = may_leave - pieces if rest else 0

    @rule(
        which=st.integers(0, 1),
        returned=st.integers(-1, 9),
        damaged=st.integers(-1, 3),
        lost=st.integers(-1, 2),
        dirty=st.integers(0, 4),
    )
    def check_in(self, which: int, returned: int, damaged: int, lost: int, dirty: int) -> None:
        """Take back a part, or all, in whatever state."""
        number = self.numbers[which]
        loan = self.loans[number]
        counted = {self.cast.tables: Counted(returned, damaged, lost, dirty)}
        known = self._repairs()
        done = self._do(lambda uow: tell_check_in(uow, self.cast.manager, number, counted))
        back = returned + damaged + lost
        is_sound = min(returned, damaged, lost) >= 0 and dirty <= returned
        assert done == (loan.is_out and 0 < back <= loan.away and is_sound)
        if not done:
            return
        loan.returned += returned
        loan.damaged += damaged
        loan.lost += lost
        scale = Rules()
        percents = (scale.cleaning_percent, scale.damage_percent, scale.loss_percent)
        loan.charged_cents += sum(
            pieces * VALUE_CENTS * percent // 100
            for pieces, percent in zip((dirty, damaged, lost), percents, strict=True)
        )
        loan.turning.append((self.clock.instant + TURNAROUND, returned))
        for repair in self._repairs() - known:
            self.in_repair[repair] = damaged
        if not loan.away:
            loan.is_out, loan.awaited = False, 0

    @rule()
    def repair(self) -> None:
        """End the oldest repair."""
        if self.in_repair:
            number = min(self.in_repair)
            if self._do(lambda uow: end_maintenance(uow, self.cast.manager, number)):
                del self.in_repair[number]

    @rule(hours=st.integers(1, 40))
    def wait(self, hours: int) -> None:
        """Let time pass, until the loans are late."""
        self.clock.instant += hours * HOUR

    def _repairs(self) -> set[int]:
        with self.database.read() as uow:
            return set(uow.session.scalars(select(Maintenance.id)))

    def _expected(self, at: object) -> int:
        """Return what is free at an instant from now on, over all that stays as it is."""
        lost = sum(loan.lost for loan in self.loans.values())
        taken = sum(self.in_repair.values())
        for loan in self.loans.values():
            taken += sum(pieces for until, pieces in loan.turning if until > at)  # type: ignore[operator]
            planned = at < MONDAY + TURNAROUND  # type: ignore[operator]
            late = self.clock.instant >= MONDAY + TURNAROUND
            taken += loan.away if planned or late else 0
            reserved = loan.awaited if loan.delivered else loan.granted
            taken += reserved if planned else 0
        return TABLES - lost - taken

    @invariant()
    def counts_never_cross(self) -> None:
        """The lines say what the fingers say, in their order."""
        with self.database.read() as uow:
            for number, loan in self.loans.items():
                booking = uow.session.get_one(Booking, number)
                [line] = booking.lines
                counted = (line.delivered, line.awaited, line.returned, line.damaged, line.lost)
                plain = (loan.delivered, loan.awaited, loan.returned, loan.damaged, loan.lost)
                assert counted == plain
                assert line.requested >= (line.granted or 0) >= line.delivered + line.awaited
                assert (booking.state is State.OUT) == loan.is_out

    @invariant()
    def what_is_free_is_what_is_left(self) -> None:
        """Nothing is free twice, and nothing is lost from sight, at any instant from now on."""
        now = self.clock.instant
        with self.database.read() as uow:
            for at in (now, now + HOUR, now + 3 * HOUR, MONDAY + 2 * DAY, FRIDAY + FAR):
                if at < now:
                    continue
                second = seconds(at)
                supply = read_supply(
                    uow.session, second, second + 1, seconds(now), item_ids=[self.cast.tables]
                )[self.cast.tables]
                held = sum(quantity for _, _, quantity in supply.claims)
                assert supply.stock_at(second) - held == self._expected(at), at

    @invariant()
    def charges_recount(self) -> None:
        """Each charge is what its own figures come to; together they are what the fingers say."""
        with self.database.read() as uow:
            for number, loan in self.loans.items():
                of_loan = select(Charge).where(Charge.booking_id == number)
                charges = uow.session.scalars(of_loan).all()
                for charge in charges:
                    assert Bill.model_validate_json(charge.bill).recounted().cents == charge.cents
                assert sum(charge.cents for charge in charges) == loan.charged_cents

    def teardown(self) -> None:
        """Take everything back and forget the losses: the next example begins as this did."""
        self.clock.instant = max(self.clock.instant, MONDAY)
        for number, loan in self.loans.items():
            if loan.is_out:
                self._do(lambda uow, n=number: tell_check_in(uow, self.cast.manager, n))
        for number in self.in_repair:
            self._do(lambda uow, n=number: end_maintenance(uow, self.cast.manager, n))

        def clear(uow: UnitOfWork) -> None:
            session, tables = uow.session, self.cast.tables
            session.execute(delete(Hold).where(Hold.item_id == tables))
            of_losses = (StockMovement.item_id == tables) & (StockMovement.quantity_delta < 0)
            session.execute(delete(StockMovement).where(of_losses))

        self.database.write(clear)


def test_holds_and_stock_are_exact_through_any_hand_overs(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    def value_tables(uow: UnitOfWork) -> None:
        uow.session.get_one(Item, cast.tables).replacement_value_cents = VALUE_CENTS

    database.write(value_tables)
    machine = type("Machine", (HandOvers,), {"database": database, "cast": cast, "clock": clock})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=8,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
