"""What must be minded: safety, with its sources, the wind each model stands, and the insurance."""

from collections.abc import Sequence

from sqlalchemy import select

from lending.attachments.kinds import PaperKind, PaperState
from lending.attachments.models import Attachment
from lending.catalogue.plugs import Plug
from lending.db.database import UnitOfWork
from lending.documents.contents.common import Content, Loan
from lending.documents.french import french, number
from lending.safety.reading import safety_notices
from lending.safety.rules import CAUTIOUS_KMH, EVACUATE_KMH, SafetyNotice


def notices_of(uow: UnitOfWork, loan: Loan) -> Sequence[Content]:
    """Return the safety rules that the loan brings, what weighs most first."""
    return [_notice(each) for each in safety_notices(uow, loan.booking)]


def _notice(notice: SafetyNotice) -> Content:
    values = {name: _value(value) for name, value in notice.values}
    return {
        "text": french(notice.text, **values),
        "action": french(notice.action, **values),
        "source": french(notice.source),
        "due": notice.due,
    }


def _value(value: object) -> object:
    if isinstance(value, Plug):
        return french(value.label)
    return number(value) if isinstance(value, int) else value


def wind_limits(loan: Loan) -> Sequence[Content]:
    """Return from how much wind on each model is left and taken down."""
    return [
        {
            "name": line.item.name,
            "kmh": min(line.item.wind_max_kmh or CAUTIOUS_KMH, EVACUATE_KMH),
            "is_known": line.item.wind_max_kmh is not None,
        }
        for line in loan.lines
        if line.granted and (line.item.tent_area_dm2 or line.item.wind_max_kmh is not None)
    ]


def insurance_of(uow: UnitOfWork, loan: Loan) -> Content | None:
    """Return the certificate of liability insurance that was accepted and ends last."""
    paper = uow.session.scalars(
        select(Attachment)
        .where(
            Attachment.organisation_id == loan.booking.organisation_id,
            Attachment.kind == PaperKind.INSURANCE,
            Attachment.state == PaperState.ACCEPTED,
        )
        .order_by(Attachment.valid_until.desc(), Attachment.id.desc())
    ).first()
    if paper is None:
        return None
    return {"insurer": paper.issuer, "policy": paper.number, "until": paper.valid_until}
