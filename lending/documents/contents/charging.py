"""What is charged for damage: by which scale, what the association said, what was decided."""

from lending.accounts.permissions import SYSTEM
from lending.db.database import UnitOfWork
from lending.documents.contents.common import Content, Loan
from lending.documents.french import french
from lending.handover.charge_views import ChargeView, charges_of
from lending.handover.scale import BillLine


def damage(uow: UnitOfWork, loan: Loan) -> Content:
    """Return the charges of a loan, each with its bill and its history."""
    return {"charges": [_charge(each) for each in charges_of(uow, SYSTEM, loan.booking.id)]}


def _charge(charge: ChargeView) -> Content:
    return {
        "state": french(charge.state.label),
        "proposed_at": charge.proposed_at,
        "proposed_cents": charge.proposed_cents,
        "cents": charge.cents,
        "policy": charge.policy_number,
        "title": french(charge.title_said, number=charge.title),
        "lines": [_line(line) for line in charge.bill.lines],
        "said": [
            {
                "what": french(move.new.label),
                "by": move.actor,
                "at": move.at,
                "words": move.words,
                "cents": move.cents,
            }
            for move in charge.history
        ],
    }


def _line(line: BillLine) -> Content:
    return {
        "code": line.item_code,
        "name": line.name or line.item_code,
        "fault": french(line.fault.label),
        "quantity": line.quantity,
        "unit_cents": line.replacement_value_cents,
        "percent": line.percent,
        "cents": line.cents,
    }
