"""Read a year of requests for the register, in a fixed number of questions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Commune
from lending.authorities.queries import AuthorityView, get_authority
from lending.bookings.models import Booking, BookingLine, Event
from lending.bookings.states import GRANTED, UNDECIDED, State
from lending.catalogue.models import Category, Item
from lending.db.database import UnitOfWork
from lending.equity.eligibility.criteria import Criterion, Verdict, priority_class
from lending.equity.eligibility.facts import facts_of
from lending.equity.record.decision import Kind
from lending.equity.record.models import DecisionChain, DecisionRecord
from lending.equity.record.queries import read_content
from lending.equity.register.figures import Asked, Case, Outcome
from lending.equity.valuation.models import LoanValue, Stage
from lending.policies.queries import read_rulebook
from lending.policies.rules import Rules

GRANTS = frozenset({Kind.GRANT, Kind.GRANT_IN_PART, Kind.OVERRIDE})
SERVED = GRANTED | {State.OUT, State.RETURNED, State.CLOSED}


@dataclass(frozen=True)
class Head:
    """How far the record of decisions had come when the register was read."""

    sequence: int
    hash: str


@dataclass(frozen=True)
class Register:
    """The requests for loans that begin in a year."""

    authority: AuthorityView
    year: int
    years: tuple[int, ...]
    """For which there are any, and this one; the latest first."""
    rules: Rules
    """In force now: they set the threshold of alerts."""
    cases: tuple[Case, ...]
    """In the order of their arrival."""
    head: Head | None

    @property
    def late(self) -> tuple[Case, ...]:
        """What was granted although it came too late."""
        return tuple(case for case in self.cases if case.is_late)

    @property
    def overrides(self) -> tuple[Case, ...]:
        """What was decided against the rules."""
        return tuple(case for case in self.cases if case.is_override)


def read_register(
    uow: UnitOfWork, actor: Principal, authority_id: int, year: int | None = None
) -> Register:
    """Return the register of an authority, with names, of this year if none is named.

    Raises:
        NotSignedIn, Forbidden: the actor does not see this authority's decisions.
        NotFound: no such authority.
    """
    actor.check(Action.SEE_RECORD, authority_id=authority_id)
    return _read(uow, authority_id, year)


def read_public_register(uow: UnitOfWork, authority_id: int, year: int | None = None) -> Register:
    """Return what the public figures are counted from; whoever shows it names nobody.

    Raises:
        NotFound: no such authority.
    """
    return _read(uow, authority_id, year)


def _read(uow: UnitOfWork, authority_id: int, year: int | None) -> Register:
    authority = get_authority(uow, authority_id)
    zone = ZoneInfo(authority.timezone)
    this_year = to_local(uow.now, zone).year
    wanted = this_year if year is None else year
    bookings = _bookings(uow, authority_id, wanted, zone)
    chain = uow.session.get(DecisionChain, authority_id)
    return Register(
        authority=authority,
        year=wanted,
        years=tuple(sorted({*_years(uow, authority_id, zone), wanted, this_year}, reverse=True)),
        rules=read_rulebook(uow.session).at(authority_id, uow.now).rules,
        cases=_cases(uow, bookings, zone),
        head=Head(chain.sequence, chain.hash) if chain and chain.sequence else None,
    )


def _begins_in(year: int, zone: ZoneInfo) -> ColumnElement[bool]:
    starts, ends = (
        datetime.combine(datetime(number, 1, 1, tzinfo=UTC).date(), time(), zone)
        for number in (year, year + 1)
    )
    return (Booking.starts_at >= starts) & (Booking.starts_at < ends)


def _bookings(uow: UnitOfWork, authority_id: int, year: int, zone: ZoneInfo) -> Sequence[Booking]:
    return uow.session.scalars(
        select(Booking)
        .where(
            Booking.authority_id == authority_id,
            Booking.submitted_at.is_not(None),
            _begins_in(year, zone),
        )
        .options(
            joinedload(Booking.organisation, innerjoin=True),
            joinedload(Booking.event, innerjoin=True),
        )
        .order_by(Booking.submitted_at, Booking.id)
    ).all()


def _years(uow: UnitOfWork, authority_id: int, zone: ZoneInfo) -> set[int]:
    first, last = uow.session.execute(
        select(func.min(Booking.starts_at), func.max(Booking.starts_at)).where(
            Booking.authority_id == authority_id, Booking.submitted_at.is_not(None)
        )
    ).one()
    if first is None:
        return set()
    return set(range(to_local(first, zone).year, to_local(last, zone).year + 1))


def _cases(uow: UnitOfWork, bookings: Sequence[Booking], zone: ZoneInfo) -> tuple[Case, ...]:
    ids = [booking.id for booking in bookings]
    facts = facts_of(uow, bookings)
    communes = _communes(uow, ids)
    asked = _asked(uow, ids)
    worth = _worth(uow, ids)
    recorded = _recorded(uow, bookings)
    found = []
    for booking in bookings:
        says = recorded.get(booking.id)
        outcome = _outcome(booking)
        found.append(
            Case(
                booking_id=booking.id,
                reference=booking.reference,
                organisation_id=booking.organisation_id,
                organisation=booking.organisation.name,
                commune=communes[booking.id],
                competence=booking.event.competence,
                priority=priority_class(facts[booking.id]),
                quarter=_quarter(booking.starts_at, zone),
                outcome=outcome,
                asked=tuple(
                    Asked(family, number, granted if booking.state in SERVED else 0)
                    for family, number, granted in asked[booking.id]
                ),
                days=_days(booking, zone),
                cents=worth.get(booking.id, 0),
                reason_code=booking.refusal_reason,
                is_late=booking.state in SERVED and _came_late(says),
                is_override=says is not None and says["kind"] == Kind.OVERRIDE,
            )
        )
    return tuple(found)


def _outcome(booking: Booking) -> Outcome:
    if booking.state in SERVED:
        whole = all(line.granted == line.requested for line in booking.lines)
        return Outcome.GRANTED if whole else Outcome.PART
    if booking.state in UNDECIDED:
        return Outcome.OPEN
    if booking.state is State.CANCELLED and booking.refusal_reason:
        return Outcome.REFUSED  # taken back by the lender
    return {
        State.REFUSED: Outcome.REFUSED,
        State.WAITLISTED: Outcome.WAITING,
        State.EXPIRED: Outcome.LAPSED,
        State.REDIRECTED: Outcome.REDIRECTED,
    }.get(booking.state, Outcome.WITHDRAWN)


def _days(booking: Booking, zone: ZoneInfo) -> int | None:
    if booking.decided_at is None or booking.complete_at is None:
        return None
    return (
        to_local(booking.decided_at, zone).date() - to_local(booking.complete_at, zone).date()
    ).days


def _quarter(at: datetime, zone: ZoneInfo) -> str:
    local = to_local(at, zone)
    return f"{local.year}-T{(local.month + 2) // 3}"


def _communes(uow: UnitOfWork, ids: Sequence[int]) -> dict[int, str]:
    rows = uow.session.execute(
        select(Booking.id, Commune.name)
        .join(Event, Event.id == Booking.event_id)
        .join(Commune, Commune.insee == Event.commune_insee)
        .where(Booking.id.in_(ids))
    )
    return dict(rows.all())


def _asked(uow: UnitOfWork, ids: Sequence[int]) -> Mapping[int, list[tuple[str, int, int]]]:
    rows = uow.session.execute(
        select(
            BookingLine.booking_id,
            Category.name,
            func.sum(BookingLine.requested),
            func.sum(func.coalesce(BookingLine.granted, 0)),
        )
        .join(Item, Item.id == BookingLine.item_id)
        .join(Category, Category.id == Item.category_id)
        .where(BookingLine.booking_id.in_(ids))
        .group_by(BookingLine.booking_id, Category.id)
        .order_by(BookingLine.booking_id, Category.position, Category.id)
    )
    found: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    for booking_id, family, requested, granted in rows:
        found[booking_id].append((family, int(requested), int(granted)))
    return found


def _worth(uow: UnitOfWork, ids: Sequence[int]) -> dict[int, int]:
    rows = uow.session.execute(
        select(LoanValue.booking_id, LoanValue.cents).where(
            LoanValue.booking_id.in_(ids),
            LoanValue.replaced_at.is_(None),
            LoanValue.stage != Stage.CANCELLED,
        )
    )
    return dict(rows.all())


def _recorded(uow: UnitOfWork, bookings: Sequence[Booking]) -> dict[int, Mapping[str, Any]]:
    """Return the last decision about each booking that granted something."""
    uuids = {booking.id: booking.uuid for booking in bookings}
    payloads = uow.session.scalars(
        select(DecisionRecord.payload)
        .where(DecisionRecord.booking_id.in_(uuids), DecisionRecord.kind.in_(GRANTS))
        .order_by(DecisionRecord.authority_id, DecisionRecord.sequence)
    )
    found: dict[int, Mapping[str, Any]] = {}
    for payload in payloads:
        says = read_content(payload)
        number = says["booking_id"]
        # The number of a booking that is gone may be given again; its uuid is not.
        if says["inputs"].get("booking", {}).get("uuid") == uuids[number]:
            found[number] = says
    return found


def _came_late(says: Mapping[str, Any] | None) -> bool:
    findings = says["inputs"].get("findings", ()) if says else ()
    return any(
        each["criterion"] == Criterion.LEAD_TIME and each["verdict"] == Verdict.FAILED
        for each in findings
    )
