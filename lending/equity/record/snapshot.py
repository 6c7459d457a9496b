"""The facts that a decision about a booking is made on, as they are at that moment."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from lending.availability.answers import free_for_loan
from lending.availability.holds import Terms
from lending.bookings.holding import period_of
from lending.bookings.models import Booking
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.equity.eligibility.criteria import Finding, facts_json
from lending.equity.eligibility.facts import judge_booking
from lending.equity.record.decision import Stock
from lending.organisations.models import Organisation

Facts = Mapping[str, object]


@dataclass(frozen=True)
class Snapshot:
    """What goes into a decision: its inputs, the stock, the rules."""

    inputs: Facts
    stock: Mapping[int, Stock]
    policy_id: int | None


def take_snapshot(uow: UnitOfWork, booking: Booking) -> Snapshot:
    """Read what there is to know of a booking, nothing personal among it."""
    policy, facts, findings = judge_booking(uow, booking)
    items = _items(uow, booking)
    inputs = {
        "booking": _booking(booking),
        "organisation": _organisation(booking.organisation),
        "event": _event(booking),
        "lines": [
            {
                "item_id": line.item_id,
                "code": items[line.item_id].code,
                "requested": line.requested,
                "all_or_nothing": line.all_or_nothing,
            }
            for line in sorted(booking.lines, key=lambda line: line.item_id)
        ],
        "policy": {"number": policy.number, "digest": policy.digest} if policy.number else None,
        "facts": facts_json(facts),
        "findings": [_finding(finding) for finding in findings],
    }
    return Snapshot(inputs, _stock(uow, booking, items), policy.policy_id)


def _booking(booking: Booking) -> Facts:
    return {
        "id": booking.id,
        "uuid": booking.uuid,
        "reference": booking.reference,
        "source": booking.source,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "logistics": booking.logistics,
        "submitted_at": booking.submitted_at,
        "complete_at": booking.complete_at,
        "arrival": booking.arrival,
    }


def _organisation(organisation: Organisation) -> Facts:
    identifiers = {
        "rna": organisation.rna,
        "siren": organisation.siren,
        "siret": organisation.siret,
    }
    return {
        "id": organisation.id,
        "kind": organisation.kind,
        "commune": organisation.commune_insee,
        "identifiers": [name for name, value in identifiers.items() if value],
        "verification": organisation.verification,
        "insurance_until": organisation.insurance_until,
        "republican_commitment_on": organisation.republican_commitment_on,
    }


def _event(booking: Booking) -> Facts:
    event = booking.event
    return {
        "id": event.id,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "commune": event.commune_insee,
        "competence": event.competence,
        "attendance": event.attendance,
    }


@dataclass(frozen=True)
class _Lent:
    code: str
    terms: Terms


def _items(uow: UnitOfWork, booking: Booking) -> dict[int, _Lent]:
    asked = [line.item_id for line in booking.lines]
    rows = uow.session.scalars(select(Item).where(Item.id.in_(asked)))
    return {
        item.id: _Lent(
            item.code,
            Terms(item.id, item.preparation_minutes, item.turnaround_minutes, item.week_zone),
        )
        for item in rows
    }


def _stock(uow: UnitOfWork, booking: Booking, items: Mapping[int, _Lent]) -> dict[int, Stock]:
    free = free_for_loan(
        uow,
        period_of(booking),
        item_ids=sorted(items),
        terms={item_id: item.terms for item_id, item in items.items()},
        without_lines=[line.id for line in booking.lines],
    )
    return {item_id: Stock(answer.stock, answer.free) for item_id, answer in free.items()}


def _finding(finding: Finding) -> Mapping[str, object]:
    return {
        "criterion": finding.criterion,
        "verdict": finding.verdict,
        "blocks": finding.blocks,
        "reason": finding.reason,
    }
