"""What no event tells, because only time passes: reminders, insurance, shortages, rounds.

The worker asks for all of it again and again; the cause of each message makes it told once.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.zones import days_later, to_local, to_utc
from lending.attachments.expiring import uncovered_loans
from lending.attachments.kinds import PaperKind
from lending.authorities.models import Authority
from lending.bookings.models import Booking
from lending.bookings.shortages import Shortage, find_shortages
from lending.bookings.states import GRANTED
from lending.clock import CIVIL, is_civil
from lending.db.database import Database, UnitOfWork
from lending.notifications import links
from lending.notifications.contents import meeting, of_authority, of_booking
from lending.notifications.crews import tell_rounds
from lending.notifications.kinds import Kind
from lending.notifications.models import Message
from lending.notifications.recipients import people_of, staff_of
from lending.notifications.writing import Told, iso, tell, untold

DAYS_BEFORE = 2
INSURANCE_DAYS_BEFORE = 30
ONE_DAY = timedelta(days=1)


def tell_everybody(database: Database) -> int:
    """Write what is due at every lender, each in a transaction; return how many messages."""
    with database.read() as uow:
        authorities = uow.session.scalars(select(Authority.id).order_by(Authority.id)).all()
    return sum(
        database.write(partial(tell_what_is_due, authority_id=authority_id))
        for authority_id in authorities
    )


def tell_what_is_due(uow: UnitOfWork, authority_id: int) -> int:
    """Write whatever a lender's people are to be told now; return how many messages that is.

    Only between 9 and 19 on the lender's clock: what falls into the night waits for the morning,
    but for a round that leaves before.
    """
    authority = uow.session.get_one(Authority, authority_id)
    zone = ZoneInfo(authority.timezone)
    written = tell_rounds(uow, authority, zone)
    if not is_civil(uow.now, zone):
        return written
    written += sum(
        tell(uow, told, people_of(uow, organisation_id))
        for source in SOURCES
        for organisation_id, told in source(uow, authority, zone)
    )
    return written + _tell_shortages(uow, authority)


def _reminders(uow: UnitOfWork, authority: Authority, zone: ZoneInfo) -> Iterator[tuple[int, Told]]:
    """Remind of what is collected or delivered in two days, unless it was granted since."""
    soon = days_later(uow.now, DAYS_BEFORE + 1, zone)
    due = {}
    for booking in _granted(uow, authority, soon):
        morning = _morning_before(booking.starts_at, DAYS_BEFORE, zone)
        if morning <= uow.now and (booking.decided_at or booking.created_at) < morning:
            due[_cause(Kind.REMINDER, booking, _day_of(booking, zone))] = booking
    for cause in untold(uow, Kind.REMINDER, due):
        booking = due[cause]
        data = of_booking(booking) | meeting(uow, booking)
        yield _about(booking, Kind.REMINDER, cause, links.booking(booking.id), data)


def _insurances(
    uow: UnitOfWork, authority: Authority, zone: ZoneInfo
) -> Iterator[tuple[int, Told]]:
    """Tell of an insurance that is over before the loan comes back, or was never shown.

    Nothing is told where a certificate that is long enough waits to be checked.
    """
    soon = days_later(uow.now, INSURANCE_DAYS_BEFORE, zone)
    granted = {booking.id: booking for booking in _granted(uow, authority, soon)}
    concerned = {booking.organisation_id for booking in granted.values()}
    due = {}
    for loan in uncovered_loans(uow, organisation_ids=concerned, states=GRANTED):
        booking = granted.get(loan.booking_id)
        if booking is not None and not loan.is_coming:
            day = loan.insured_until or loan.ends_on
            due[_cause(Kind.INSURANCE, booking, day)] = booking, loan.insured_until
    for cause in untold(uow, Kind.INSURANCE, due):
        booking, until = due[cause]
        data = of_booking(booking) | {"insured_until": until.isoformat() if until else ""}
        path = links.hand_in(booking.organisation_id, PaperKind.INSURANCE)
        yield _about(booking, Kind.INSURANCE, cause, path, data)


Source = Callable[[UnitOfWork, Authority, ZoneInfo], Iterator[tuple[int, Told]]]
SOURCES: tuple[Source, ...] = (_reminders, _insurances)


def _tell_shortages(uow: UnitOfWork, authority: Authority) -> int:
    by_item: dict[int, list[Shortage]] = defaultdict(list)
    for short in find_shortages(uow, [authority.id]):
        by_item[short.item_id].append(short)
    return _tell_staff(uow, authority, by_item) + _tell_claimants(uow, by_item)


def _tell_staff(
    uow: UnitOfWork, authority: Authority, by_item: Mapping[int, Sequence[Shortage]]
) -> int:
    """Tell the staff where an item is short; again only when more loans come to be concerned."""
    known = _told_of(uow, by_item)
    written = 0
    for item_id, shorts in by_item.items():
        concerned = {claimant.booking_id for each in shorts for claimant in each.claimants}
        if concerned and concerned <= known[item_id]:
            continue
        told = Told(
            Kind.STOCK_SHORT,
            f"shortage:{item_id}:{_digest(concerned)}",
            links.shortage(item_id),
            of_authority(authority) | _of_shortages(shorts) | {"loans": sorted(concerned)},
            authority_id=authority.id,
        )
        written += tell(uow, told, staff_of(uow, authority.id))
    return written


def _told_of(uow: UnitOfWork, item_ids: Iterable[int]) -> dict[int, set[int]]:
    """Return, by item, the loans that the staff was told to be concerned by its shortage."""
    items = {links.shortage(item_id): item_id for item_id in item_ids}
    known: dict[int, set[int]] = {item_id: set() for item_id in items.values()}
    rows = uow.session.execute(
        select(Message.path, Message.data)
        .where(Message.kind == Kind.STOCK_SHORT, Message.path.in_(items))
        .distinct()
    )
    for path, data in rows:
        known[items[path]].update(json.loads(data)["loans"])
    return known


def _of_shortages(shorts: Sequence[Shortage]) -> dict[str, object]:
    is_open = any(each.ends_at is None for each in shorts)
    return {
        "item": shorts[0].name,
        "missing": max(each.missing for each in shorts),
        "starts": iso(shorts[0].starts_at),
        "ends": "" if is_open else iso(max(each.ends_at for each in shorts if each.ends_at)),
    }


def _digest(numbers: Collection[int]) -> str:
    """Return a short name of a set of numbers, however many they are."""
    written = ",".join(map(str, sorted(numbers)))
    return sha256(written.encode()).hexdigest()[:16]


def _tell_claimants(uow: UnitOfWork, by_item: Mapping[int, Sequence[Shortage]]) -> int:
    """Tell each association to which some of an item was granted that it may be missing."""
    due = {
        f"shortage:{short.item_id}:{claimant.booking_id}": (claimant.booking_id, short)
        for shorts in by_item.values()
        for short in shorts
        for claimant in short.claimants
        if claimant.state in GRANTED
    }
    written = 0
    for cause in untold(uow, Kind.SHORTAGE, due):
        booking_id, short = due[cause]
        booking = uow.session.get_one(Booking, booking_id)
        data = of_booking(booking) | {"item": short.name, "missing": short.missing}
        organisation_id, told = _about(
            booking, Kind.SHORTAGE, cause, links.booking(booking_id), data
        )
        written += tell(uow, told, people_of(uow, organisation_id))
    return written


def _granted(uow: UnitOfWork, authority: Authority, until: datetime) -> list[Booking]:
    """Return what a lender granted that begins from now on until an instant."""
    query = (
        select(Booking)
        .where(
            Booking.authority_id == authority.id,
            Booking.state.in_(GRANTED),
            Booking.starts_at > uow.now,
            Booking.starts_at < until,
        )
        .order_by(Booking.starts_at, Booking.id)
    )
    return list(uow.session.scalars(query))


def _morning_before(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the hour from which people are reminded, so many local days before."""
    return to_utc(datetime.combine(to_local(at, zone).date() - days * ONE_DAY, CIVIL[0]), zone)


def _day_of(booking: Booking, zone: ZoneInfo) -> date:
    return to_local(booking.starts_at, zone).date()


def _cause(kind: Kind, booking: Booking, day: date) -> str:
    """Name the cause of a message that is told again only if its day is another one."""
    return f"{kind.value}:{booking.id}:{day.isoformat()}"


def _about(
    booking: Booking, kind: Kind, cause: str, path: str, data: dict[str, object]
) -> tuple[int, Told]:
    return booking.organisation_id, Told(kind, cause, path, data, booking.id, booking.authority_id)
