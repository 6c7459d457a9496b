"""A chain to be tampered with, and how to alter it behind the back of the program."""

import json
from typing import Any

from sqlalchemy import select, text

from lending.db.database import Database, UnitOfWork
from lending.equity.record.chain import append
from lending.equity.record.decision import INSTALLATION, Decision, Kind, Rule, Stock
from lending.equity.record.models import GUARDS, DecisionRecord
from lending.equity.record.verifying import Verified, verify_chain
from lending.policies.models import GUARD as RULES_GUARD


def decision(number: int, reason: str = "") -> Decision:
    """Return some decision."""
    return Decision(
        kind=Kind.GRANT,
        rule=Rule.STAFF,
        author=INSTALLATION,
        inputs={"reference": f"P-{number}"},
        result={"granted": {"1": number}},
        booking_id=number,
        stock={1: Stock(100, 100 - number)},
        reason=reason,
    )


def make_chain(database: Database, authority_id: int, length: int, *, reason: str = "") -> None:
    """Record so many decisions."""

    def use_case(uow: UnitOfWork) -> None:
        for number in range(1, length + 1):
            append(uow, authority_id, decision(number, reason))

    database.write(use_case)


def tamper(database: Database, *statements: str, **values: object) -> None:
    """Take the guards away and alter what they guard, as the owner of the database can."""
    with database.engine.begin() as connection:
        for guard in (*GUARDS, RULES_GUARD):
            guard.take_down(connection)
        for statement in statements:
            connection.execute(text(statement), values)
        for guard in (*GUARDS, RULES_GUARD):
            guard.set_up(connection)


def walk(database: Database, authority_id: int) -> Verified:
    """Verify the chain."""
    with database.read() as uow:
        return verify_chain(uow, authority_id)


def contents(database: Database, authority_id: int) -> list[dict[str, Any]]:
    """Return what the decisions of an authority say, in their order."""
    with database.read() as uow:
        payloads = uow.session.scalars(
            select(DecisionRecord.payload)
            .where(DecisionRecord.authority_id == authority_id)
            .order_by(DecisionRecord.sequence)
        )
        return [json.loads(payload) for payload in payloads]
