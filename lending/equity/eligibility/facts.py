"""Read the facts by which requests are judged, for many at once in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from calendars.zones import to_local
from lending.authorities.models import (
    Authority,
    Commune,
    Competence,
    Department,
    DepartmentCompetence,
    authority_commune,
)
from lending.bookings.charges import unpaid_charges
from lending.bookings.models import Booking, BookingLine, Event
from lending.bookings.states import State
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.equity.eligibility.criteria import Facts, Finding, judge
from lending.equity.valuation.frequency import worth_of
from lending.organisations.models import Organisation, OrganisationKind
from lending.policies.queries import Rulebook, Version, read_rulebook
from lending.policies.rules import HEAVY_CREW
from lending.skills import Skill


def judge_booking(uow: UnitOfWork, booking: Booking) -> tuple[Version, Facts, tuple[Finding, ...]]:
    """Return the rules that hold for a booking, its facts, and what they come to."""
    rulebook = read_rulebook(uow.session)
    version = rulebook.at(booking.authority_id, booking.complete_at or uow.now)
    facts = facts_of(uow, [booking], rulebook)[booking.id]
    return version, facts, judge(version.rules, facts)


def facts_of(
    uow: UnitOfWork, bookings: Sequence[Booking], rulebook: Rulebook | None = None
) -> dict[int, Facts]:
    """Return the facts about bookings as they stand now, by booking."""
    if not bookings:
        return {}
    ids = {booking.id for booking in bookings}
    authority_ids = {booking.authority_id for booking in bookings}
    place = aliased(Commune)
    told = uow.session.execute(
        select(Booking.id, Organisation, Event, Authority.timezone, Commune.name, place.name)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Authority, Authority.id == Booking.authority_id)
        .join(Commune, Commune.insee == Organisation.commune_insee)
        .join(place, place.insee == Event.commune_insee)
        .where(Booking.id.in_(ids))
    ).all()
    rows = {row[0]: row for row in told}
    territory = _territory(uow, authority_ids)
    carried = _carried(uow, authority_ids)
    organisation_ids = {row[1].id for row in told}
    overdue = _overdue(uow, organisation_ids, authority_ids)
    unpaid = unpaid_charges(uow, organisation_ids, authority_ids)
    crews, powered = _equipment(uow, ids)
    worth = worth_of(uow, bookings, rulebook or read_rulebook(uow.session))
    found = {}
    for booking in bookings:
        _, organisation, event, timezone, seat, event_commune = rows[booking.id]
        zone = ZoneInfo(timezone)
        lender = booking.authority_id
        found[booking.id] = Facts(
            kind=organisation.kind,
            is_lenders_own=organisation.kind is OrganisationKind.DEPARTMENT,
            verification=organisation.verification,
            has_identifier=bool(organisation.rna or organisation.siren or organisation.siret),
            seat=seat,
            seat_in_territory=organisation.commune_insee in territory[lender],
            event_commune=event_commune,
            event_in_territory=event.commune_insee in territory[lender],
            cause_carried=event.competence in carried[lender],
            commitment_on=organisation.republican_commitment_on,
            insured_until=organisation.insurance_until,
            overdue_loans=overdue.get((organisation.id, lender), 0),
            unpaid_charges=unpaid.get((organisation.id, lender), 0),
            filed_on=_day(booking.submitted_at or uow.now, zone),
            first_day=_day(booking.starts_at, zone),
            last_day=_day(booking.ends_at, zone),
            attendance=event.attendance,
            is_heavy=crews.get(booking.id, 0) >= HEAVY_CREW,
            needs_power=booking.id in powered,
            is_safety=booking.is_safety,
            value_cents=worth[booking.id].cents,
            large_loans=worth[booking.id].large_loans,
        )
    return found


def _day(instant: datetime, zone: ZoneInfo) -> date:
    return to_local(instant, zone).date()


def _territory(uow: UnitOfWork, authority_ids: Collection[int]) -> Mapping[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for authority_id, insee in uow.session.execute(
        select(authority_commune.c.authority_id, authority_commune.c.commune_insee).where(
            authority_commune.c.authority_id.in_(authority_ids)
        )
    ):
        found[authority_id].add(insee)
    return found


def _carried(uow: UnitOfWork, authority_ids: Collection[int]) -> Mapping[int, set[Competence]]:
    found: dict[int, set[Competence]] = defaultdict(set)
    for authority_id, competence in uow.session.execute(
        select(Department.authority_id, DepartmentCompetence.competence)
        .join(DepartmentCompetence, DepartmentCompetence.department_id == Department.id)
        .where(Department.authority_id.in_(authority_ids))
    ):
        found[authority_id].add(competence)
    return found


def _overdue(
    uow: UnitOfWork, organisation_ids: Collection[int], authority_ids: Collection[int]
) -> dict[tuple[int, int], int]:
    """Count by organisation and lender the loans that are not back in time now."""
    rows = uow.session.execute(
        select(Booking.organisation_id, Booking.authority_id, func.count())
        .where(
            Booking.organisation_id.in_(organisation_ids),
            Booking.authority_id.in_(authority_ids),
            Booking.state == State.OUT,
            Booking.ends_at <= uow.now,
        )
        .group_by(Booking.organisation_id, Booking.authority_id)
    )
    return {(organisation, lender): count for organisation, lender, count in rows}


def _equipment(uow: UnitOfWork, ids: Collection[int]) -> tuple[dict[int, int], set[int]]:
    """Return by booking the largest crew that a piece takes, and which bookings need power."""
    crews: dict[int, int] = {}
    powered: set[int] = set()
    for booking_id, crew, skills in uow.session.execute(
        select(BookingLine.booking_id, Item.min_crew, Item.skills)
        .join(Item, Item.id == BookingLine.item_id)
        .where(BookingLine.booking_id.in_(ids))
    ):
        crews[booking_id] = max(crews.get(booking_id, 0), crew)
        if Skill.ELECTRICAL in skills:
            powered.add(booking_id)
    return crews, powered
