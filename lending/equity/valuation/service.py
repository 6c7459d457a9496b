"""Value each loan when it is granted, and again when it becomes another one.

Listens to the bookings in the transaction that moves them, so that no way leads past it.
"""

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.zones import to_local
from lending.bookings.facts import BookingChanged, BookingMoved
from lending.bookings.models import Booking, BookingLine, Logistics
from lending.bookings.states import GRANTED, State
from lending.db.database import UnitOfWork
from lending.distances import Point
from lending.equity.valuation.models import LoanValue, Stage
from lending.equity.valuation.tariff import (
    NOTHING,
    Lent,
    Valuation,
    days_of_loan,
    value_of_loan,
)
from lending.equity.valuation.work import Handled, labour_minutes, transport_km
from lending.events import Events
from lending.policies.queries import Version, rules_in_force
from lending.policies.rules import Rules

APPROVED = frozenset({State.APPROVED, State.PARTLY_APPROVED})
NEVER_LENT = frozenset({State.CANCELLED, State.EXPIRED})


def listen(events: Events) -> None:
    """Follow the bookings; called once, by the composition root."""
    events.subscribe(BookingMoved, _moved)
    events.subscribe(BookingChanged, _changed)


def value_if_granted(
    uow: UnitOfWork, booking: Booking, granted: Mapping[int, int] | None = None
) -> Valuation:
    """Return what a booking would be worth with these pieces (item to quantity) granted.

    What is not named counts as it stands: granted, or else requested.
    """
    return valuation_under(_version(uow, booking).rules, booking, granted)


def valuation_under(
    rules: Rules, booking: Booking, granted: Mapping[int, int] | None = None
) -> Valuation:
    """Return the same under some rules, from the booking alone."""
    quantities = {
        line.item_id: line.requested if line.granted is None else line.granted
        for line in booking.lines
    } | dict(granted or {})
    return _valuation(booking, quantities, rules)


def loan_cents(uow: UnitOfWork, booking_id: int) -> int | None:
    """Return what a loan is worth, if it was granted; who may ask is asked before."""
    row = current_value(uow, booking_id)
    return None if row is None else row.cents


def year_of(booking: Booking) -> int:
    """Return the year whose accounts a loan belongs to."""
    return to_local(booking.starts_at, ZoneInfo(booking.authority.timezone)).year


def _moved(fact: BookingMoved, uow: UnitOfWork) -> None:
    if fact.new in APPROVED and fact.old not in APPROVED:
        _value(uow, fact.booking_id, Stage.GRANTED, _granted)
    elif fact.new is State.CLOSED:
        _value(uow, fact.booking_id, Stage.CLOSED, _delivered)
    elif fact.new in NEVER_LENT and fact.old in GRANTED:
        _value(uow, fact.booking_id, Stage.CANCELLED, None)


def _changed(fact: BookingChanged, uow: UnitOfWork) -> None:
    booking = uow.session.get_one(Booking, fact.booking_id)
    current = current_value(uow, booking.id)
    if current is None or booking.state not in GRANTED:
        return
    # Much may change of a booking that has nothing to do with what it is worth.
    if {line.item_code: line.quantity for line in read_breakdown(current).lines} != {
        line.item.code: line.granted for line in booking.lines if line.granted
    }:
        _value(uow, booking.id, Stage.REDUCED, _granted)


def read_breakdown(row: LoanValue) -> Valuation:
    """Return what a row counted."""
    return Valuation.model_validate_json(row.breakdown)


def _granted(line: BookingLine) -> int:
    return line.granted or 0


def _delivered(line: BookingLine) -> int:
    return line.delivered


def _value(
    uow: UnitOfWork,
    booking_id: int,
    stage: Stage,
    quantity: Callable[[BookingLine], int] | None,
) -> None:
    """Write what a loan is worth from now on; what it was worth before is kept."""
    booking = uow.session.get_one(Booking, booking_id)
    before = current_value(uow, booking_id)
    version = _version(uow, booking)
    valuation = NOTHING
    if quantity is not None:
        pieces = {line.item_id: quantity(line) for line in booking.lines}
        valuation = _valuation(booking, pieces, version.rules)
    if before is not None:
        before.replaced_at = uow.now
        uow.session.flush()  # of each loan one row counts, also for a moment
    uow.session.add(
        LoanValue(
            booking_id=booking_id,
            authority_id=booking.authority_id,
            organisation_id=booking.organisation_id,
            year=year_of(booking),
            stage=stage,
            policy_id=version.policy_id,
            cents=valuation.cents,
            breakdown=valuation.model_dump_json(),
            valued_at=uow.now,
        )
    )
    uow.session.flush()  # those who listen after us read what the database holds


def current_value(uow: UnitOfWork, booking_id: int) -> LoanValue | None:
    """Return the row of a loan that counts now, if it was valued."""
    return uow.session.scalars(
        select(LoanValue).where(LoanValue.booking_id == booking_id, LoanValue.replaced_at.is_(None))
    ).one_or_none()


def _version(uow: UnitOfWork, booking: Booking) -> Version:
    """Return the rules by which the booking is judged: its tariffs are those of that day."""
    since = booking.complete_at or booking.decided_at or uow.now
    return rules_in_force(uow.session, booking.authority_id, since)


def _valuation(booking: Booking, pieces: Mapping[int, int], rules: Rules) -> Valuation:
    zone = ZoneInfo(booking.authority.timezone)
    asked = [line for line in booking.lines if pieces.get(line.item_id)]
    lines = [line for line in asked if not line.item.is_service]
    # The hours of a service are work of the agents, and nothing else.
    served = sum(60 * pieces[line.item_id] for line in asked if line.item.is_service)
    is_carried = booking.logistics is not Logistics.PICKUP
    return value_of_loan(
        rules,
        [
            Lent(
                item_code=line.item.code,
                name=line.item.name,
                quantity=pieces[line.item_id],
                replacement_value_cents=line.item.replacement_value_cents,
            )
            for line in lines
        ],
        days_of_loan(to_local(booking.starts_at, zone), to_local(booking.ends_at, zone)),
        labour_minutes(
            [
                Handled(pieces[line.item_id], line.item.weight_g, line.item.setup_seconds)
                for line in lines
            ],
            is_carried=is_carried,
            is_set_up=booking.logistics is Logistics.DELIVERY_SETUP,
        )
        + served,
        transport_km(_depots(lines), _site(booking)) if is_carried and lines else 0,
    )


def _depots(lines: list[BookingLine]) -> list[Point | None]:
    """Return where the pieces leave from, each depot once; an item may have none."""
    depots = {line.item.depot_id: line.item.depot for line in lines}
    return [None if depot is None else _point(depot.lat, depot.lon) for depot in depots.values()]


def _site(booking: Booking) -> Point | None:
    """Return where the event is: its own point, or else the centre of its commune."""
    event = booking.event
    return _point(event.lat, event.lon) or _point(event.commune.lat, event.commune.lon)


def _point(latitude: float | None, longitude: float | None) -> Point | None:
    return None if latitude is None or longitude is None else (latitude, longitude)
