"""What was forgotten lately."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lending.db.database import UnitOfWork
from lending.organisations.models import Organisation
from lending.retention.models import Erasure

SHOWN = 100


@dataclass(frozen=True)
class ErasureView:
    """Contacts that were made anonymous."""

    organisation_id: int
    organisation: str
    at: datetime
    by: str
    reason: str
    """Empty when the time of the rules was over."""


def last_erasures(uow: UnitOfWork) -> list[ErasureView]:
    """Return the last hundred, the latest first."""
    rows = uow.session.execute(
        select(Erasure, Organisation.name)
        .join(Organisation, Organisation.id == Erasure.organisation_id)
        .order_by(Erasure.id.desc())
        .limit(SHOWN)
    )
    return [
        ErasureView(row.organisation_id, name, row.at, row.by_name, row.reason)
        for row, name in rows
    ]
