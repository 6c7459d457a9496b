"""What a document says, by its kind."""

from collections.abc import Callable
from dataclasses import dataclass

from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.documents.contents.agreements import agreement, plan
from lending.documents.contents.answers import acknowledgement, decision
from lending.documents.contents.charging import damage
from lending.documents.contents.common import Content, Loan, head_of, loan_of, read_loan
from lending.documents.contents.counting import (
    delivery_note,
    inventory,
    pick_list,
    return_note,
    statement,
)
from lending.documents.kinds import Kind
from lending.organisations.models import Organisation

SAYS: dict[Kind, Callable[[UnitOfWork, Loan], Content]] = {
    Kind.ACKNOWLEDGEMENT: acknowledgement,
    Kind.DECISION: decision,
    Kind.AGREEMENT: agreement,
    Kind.PLAN: plan,
    Kind.PICK_LIST: pick_list,
    Kind.DELIVERY_NOTE: delivery_note,
    Kind.RETURN_NOTE: return_note,
    Kind.INVENTORY: inventory,
    Kind.DAMAGE: damage,
}


@dataclass(frozen=True)
class Subject:
    """What a document is about: a booking, or the year of an organisation."""

    authority_id: int
    organisation_id: int
    booking_id: int | None = None
    year: int | None = None


def write_content(uow: UnitOfWork, kind: Kind, subject: Subject) -> Content:
    """Return all that a document says, but for its number; who may ask is asked before."""
    authority = uow.session.get_one(Authority, subject.authority_id)
    head = head_of(uow, kind, authority)
    if subject.booking_id is None:
        organisation = uow.session.get_one(Organisation, subject.organisation_id)
        return {**head, **statement(uow, organisation, authority, subject.year or 0)}
    loan = read_loan(uow, subject.booking_id)
    return {**head, **loan_of(uow, loan), **SAYS[kind](uow, loan)}
