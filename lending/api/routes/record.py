"""The decision record, as anyone entitled may read it."""

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.common import page_fields
from lending.api.schemas.record import DecisionPage, RecordQuery, decision_out
from lending.db.database import UnitOfWork
from lending.equity.record.queries import decisions_of

operations = Operations("Decisions")


@operations.add(
    "GET", "/decisions", Action.SEE_BOOKING, DecisionPage, query=RecordQuery, refusals=(404,)
)
def read_decisions(uow: UnitOfWork, call: Call[RecordQuery, None]) -> DecisionPage:
    """List the decisions about a booking as they were recorded, the first one first."""
    found = decisions_of(uow, call.actor, call.query.booking_id)
    return DecisionPage(
        items=[decision_out(view) for view in call.query.cut(found)],
        **page_fields(call.query, len(found), call.address),
    )
