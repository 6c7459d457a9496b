"""What was written on the spot (états des lieux), which pieces went along, and who carried them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from lending.accounts.permissions import SYSTEM
from lending.db.database import UnitOfWork
from lending.documents.contents.common import Content, Loan
from lending.documents.french import french
from lending.handover.assignment_queries import assignments_of
from lending.handover.kinds import Standing, StatementKind
from lending.handover.queries import LineTold, StatementView, statements_of
from lending.logistics.means.models import Crew
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Round, Stop

HOLDING = frozenset({Standing.COUNTED, Standing.AGREES})
"""What is still to be cleared up, or was set aside, stands in no document."""


def told(uow: UnitOfWork, loan: Loan, *kinds: StatementKind) -> Sequence[Content]:
    """Return the statements of a loan that hold, in the order in which they happened."""
    found = statements_of(uow, SYSTEM, loan.booking.id)
    holding = [each for each in found if each.kind in kinds and each.standing in HOLDING]
    return [_statement(each) for each in sorted(holding, key=lambda each: each.happened_at)]


def _statement(told: StatementView) -> Content:
    return {
        "id": told.id,
        "what": french(told.kind.label),
        "is_out": told.kind is StatementKind.CHECK_OUT,
        "at": told.happened_at,
        "place": french(told.place.label),
        "by": told.told_by,
        "rest_follows": told.rest_follows,
        "is_contradictory": told.is_contradictory,
        "absence": told.absence,
        "remarks": told.remarks,
        "sides": {
            "lender": {"name": told.lender_name, "signature": told.lender_signature},
            "borrower": {"name": told.borrower_name, "signature": told.borrower_signature},
        },
        "lines": [_line(line) for line in told.lines],
        "photos": told.photos,
    }


def _line(line: LineTold) -> Content:
    return {
        "name": line.name,
        "expected": line.expected,
        "delivered": line.delivered,
        "returned": line.returned,
        "dirty": line.dirty,
        "damaged": line.damaged,
        "lost": line.lost,
        "condition": french(line.condition.label) if line.condition else "",
        "remark": line.remark,
        "photos": line.photos,
    }


def units_of(uow: UnitOfWork, loan: Loan) -> Mapping[int, Sequence[int]]:
    """Return the numbers of the pieces that go along, by line."""
    found: dict[int, list[int]] = defaultdict(list)
    for row in assignments_of(uow, [line.id for line in loan.lines]):
        found[row.line_id].append(row.unit.number)
    return {line_id: sorted(numbers) for line_id, numbers in found.items()}


def published(uow: UnitOfWork, task_ids: Collection[int]) -> dict[int, Content]:
    """Return when crews were told to come, which, and what they drive, by task."""
    rows = uow.session.execute(
        select(Stop.task_id, Stop.starts_at, Crew)
        .join(Round, Round.id == Stop.round_id)
        .join(Crew, Crew.id == Round.crew_id)
        .where(Stop.task_id.in_(task_ids), Stop.version == Version.PUBLISHED)
    )
    return {
        task_id: {
            "starts_at": at,
            "crew": crew.name,
            "vehicle": crew.vehicle.name if crew.vehicle else "",
            "registration": crew.vehicle.registration if crew.vehicle else "",
        }
        for task_id, at, crew in rows
        if task_id is not None
    }
