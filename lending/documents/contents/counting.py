"""What depots and crews count: what to take, what left, what came back, in which condition."""

from collections.abc import Sequence

from sqlalchemy import select

from lending.accounts.permissions import SYSTEM
from lending.authorities.models import Authority
from lending.bookings.models import BookingLine
from lending.db.database import UnitOfWork
from lending.documents.contents.common import Content, Loan, borrower_of
from lending.documents.contents.handed import published, told, units_of
from lending.documents.french import french
from lending.equity.valuation.statements import AuthorityPart, read_statement
from lending.handover.kinds import StatementKind
from lending.logistics.kinds import TaskKind, Told
from lending.logistics.models import Task, TaskEvent
from lending.logistics.queries import tasks_of
from lending.organisations.models import Organisation

OUT = frozenset({TaskKind.DELIVER, TaskKind.HAND_OUT})
BACK = frozenset({TaskKind.COLLECT, TaskKind.TAKE_BACK, TaskKind.CHECK_IN})


def pick_list(uow: UnitOfWork, loan: Loan) -> Content:
    """Return what to take from the shelves, depot by depot."""
    lines = [line for line in loan.lines if line.granted and not line.item.is_service]
    return {
        "lines": [_picked(line) for line in lines],
        "weight_g": sum((line.granted or 0) * line.item.weight_g for line in lines),
        "volume_l": sum((line.granted or 0) * line.item.volume_l for line in lines),
    }


def _picked(line: BookingLine) -> Content:
    item, quantity = line.item, line.granted or 0
    return {
        "code": item.code,
        "name": item.name,
        "depot": item.depot.name if item.depot else "",
        "quantity": quantity,
        "weight_g": quantity * item.weight_g,
        "volume_l": quantity * item.volume_l,
        "note": line.note,
    }


def delivery_note(uow: UnitOfWork, loan: Loan) -> Content:
    """Return what left the depot against what was planned, who carried it and who signed."""
    has_left = any(line.delivered for line in loan.lines)
    units = units_of(uow, loan)
    return {
        "has_left": has_left,
        "lines": [
            {
                "code": line.item.code,
                "name": line.item.name,
                "units": units.get(line.id, ()),
                "planned": line.granted,
                "delivered": line.delivered if has_left else None,
            }
            for line in loan.lines
            if line.granted and not line.item.is_service
        ],
        "carriers": _carriers(uow, loan),
        "statements": told(uow, loan, StatementKind.CHECK_OUT),
        "receipts": _receipts(uow, loan, OUT),
    }


def _carriers(uow: UnitOfWork, loan: Loan) -> Sequence[Content]:
    """Return the crews that were told to deliver, each with its vehicle."""
    tasks = [task for task in tasks_of(uow, loan.booking.id) if task.kind is TaskKind.DELIVER]
    planned = published(uow, [task.id for task in tasks])
    return [planned[task.id] for task in tasks if task.id in planned]


def return_note(uow: UnitOfWork, loan: Loan) -> Content:
    """Return what came back, counted, and who signed."""
    return {
        "lines": _counted(uow, loan),
        "statements": told(uow, loan, StatementKind.CHECK_IN),
        "receipts": _receipts(uow, loan, BACK),
    }


def inventory(uow: UnitOfWork, loan: Loan) -> Content:
    """Return in which condition things left and came back, as it was written on the spot."""
    return {
        "lines": _counted(uow, loan),
        "statements": told(uow, loan, *StatementKind),
        "receipts_out": _receipts(uow, loan, OUT),
        "receipts_back": _receipts(uow, loan, BACK),
    }


def _counted(uow: UnitOfWork, loan: Loan) -> Sequence[Content]:
    units = units_of(uow, loan)
    return [
        {
            "code": line.item.code,
            "name": line.item.name,
            "units": units.get(line.id, ()),
            "delivered": line.delivered,
            "returned": line.returned,
            "damaged": line.damaged,
            "lost": line.lost,
            "away": line.delivered - line.returned - line.damaged - line.lost,
            "unit_cents": line.item.replacement_value_cents,
        }
        for line in loan.lines
        if line.delivered and not line.item.is_service
    ]


def _receipts(uow: UnitOfWork, loan: Loan, kinds: frozenset[TaskKind]) -> Sequence[Content]:
    """Return what crews told on the spot: who received, who signed, what there was to say."""
    rows = uow.session.execute(
        select(TaskEvent, Task.kind)
        .join(Task, Task.id == TaskEvent.task_id)
        .where(
            Task.booking_id == loan.booking.id,
            Task.kind.in_(kinds),
            TaskEvent.kind.in_((Told.DONE, Told.PARTIAL, Told.SIGNED, Told.NOTE)),
        )
        .order_by(TaskEvent.happened_at, TaskEvent.id)
    )
    return [
        {
            "what": french(kind.label),
            "at": event.happened_at,
            "by": event.told_by,
            "receiver": event.receiver,
            "is_signed": bool(event.signature),
            "text": event.text,
        }
        for event, kind in rows
        if event.receiver or event.text or event.kind in (Told.DONE, Told.PARTIAL)
    ]


def statement(
    uow: UnitOfWork, organisation: Organisation, authority: Authority, year: int
) -> Content:
    """Return what the loans of a year were worth, for the accounts of who borrowed."""
    found = read_statement(uow, SYSTEM, organisation.id, year)
    parts = [part for part in found.parts if part.authority_id == authority.id]
    return {
        "borrower": borrower_of(uow, organisation),
        "year": year,
        "is_final": all(part.is_final for part in parts),
        "cents": sum(part.cents for part in parts),
        "loans": [loan for part in parts for loan in _loans(part)],
    }


def _loans(part: AuthorityPart) -> Sequence[Content]:
    return [
        {
            "event": loan.event,
            "reference": loan.reference,
            "starts_at": loan.starts_at,
            "ends_at": loan.ends_at,
            "is_final": loan.is_final,
            "goods_cents": sum(line.cents for line in loan.valuation.lines),
            "labour_cents": loan.valuation.labour.cents,
            "transport_cents": loan.valuation.transport.cents,
            "cents": loan.cents,
        }
        for loan in part.loans
    ]
