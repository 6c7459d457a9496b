"""Erase the words of decisions when their time is over; the chain holds without them."""

from datetime import datetime

from sqlalchemy import select

from lending.authorities.models import Authority
from lending.db.database import Database, UnitOfWork
from lending.equity.record.chain import erase_words
from lending.equity.record.models import DecisionRecord, DecisionWords
from lending.policies.queries import rules_in_force

BATCH = 500
"""Decisions a transaction: nobody who decides waits long for it."""


def erase_old_words(database: Database) -> int:
    """Erase what every lender's rules in force say is old enough. Returns how many decisions."""
    total = 0
    while erased := database.write(_erase_some):
        total += erased
    return total


def _erase_some(uow: UnitOfWork) -> int:
    for authority_id in uow.session.scalars(select(Authority.id).order_by(Authority.id)):
        rules = rules_in_force(uow.session, authority_id, uow.now).rules
        old = uow.session.scalars(
            select(DecisionRecord.id)
            .join(DecisionWords, DecisionWords.decision_id == DecisionRecord.id)
            .where(
                DecisionRecord.authority_id == authority_id,
                DecisionRecord.recorded_at < _years_before(uow.now, rules.record_years),
                DecisionWords.words.is_not(None),
            )
            .order_by(DecisionRecord.id)
            .limit(BATCH)
        ).all()
        if old:
            return erase_words(uow, old)
    return 0


def _years_before(now: datetime, years: int) -> datetime:
    try:
        return now.replace(year=now.year - years)
    except ValueError:  # the 29th of February
        return now.replace(year=now.year - years, day=28)
