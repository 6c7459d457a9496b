"""Announce a round: from its opening until its decision, requests of its period wait for it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, joinedload

from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotAllowedNow, NotFound
from lending.i18n import N_
from lending.policies.models import AllocationRound

LONGEST = timedelta(days=366)
NAME = 120


class Stage(StrEnum):
    """How far a round has come."""

    ANNOUNCED = "announced"
    OPEN = "open"
    TO_DECIDE = "to_decide"
    ADOPTED = "adopted"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Return the gettext id of the stage in words."""
        return {
            "announced": N_("Announced"),
            "open": N_("Receives requests"),
            "to_decide": N_("To be decided"),
            "adopted": N_("Decided"),
            "cancelled": N_("Given up"),
        }[self.value]


@dataclass(frozen=True)
class NewRound:
    """What an authority announces."""

    name: str
    period_start: datetime
    period_end: datetime
    opens_at: datetime
    cut_off_at: datetime
    decides_at: datetime


def stage_of(found: AllocationRound, now: datetime) -> Stage:
    """Return how far a round has come at an instant."""
    if found.cancelled_at is not None:
        return Stage.CANCELLED
    if found.adopted_at is not None:
        return Stage.ADOPTED
    if now < found.opens_at:
        return Stage.ANNOUNCED
    return Stage.OPEN if now < found.cut_off_at else Stage.TO_DECIDE


def round_for(
    session: Session, authority_id: int, starts_at: datetime, now: datetime
) -> AllocationRound | None:
    """Return the round that decides about a loan that begins then, if one collects now."""
    return session.scalars(
        select(AllocationRound).where(
            AllocationRound.authority_id == authority_id,
            AllocationRound.period_start <= starts_at,
            AllocationRound.period_end > starts_at,
            _collects(now),
        )
    ).first()


def _collects(now: datetime) -> ColumnElement[bool]:
    return and_(
        AllocationRound.opens_at <= now,
        AllocationRound.adopted_at.is_(None),
        AllocationRound.cancelled_at.is_(None),
    )


def list_rounds(session: Session, authority_id: int | None) -> Sequence[AllocationRound]:
    """Return the rounds of an authority, or of all of them, the latest period first."""
    query = select(AllocationRound).options(joinedload(AllocationRound.authority, innerjoin=True))
    if authority_id is not None:
        query = query.where(AllocationRound.authority_id == authority_id)
    return session.scalars(
        query.order_by(AllocationRound.period_start.desc(), AllocationRound.id.desc())
    ).all()


def announce_round(
    uow: UnitOfWork, actor: Principal, authority_id: int, new: NewRound
) -> AllocationRound:
    """Announce a round, and with it the fingerprint of a seed that nobody has chosen.

    Raises:
        NotSignedIn, Forbidden: the actor does not set the rules of this authority.
        NotFound: no such authority.
        InvalidInput: times in the wrong order or in the past, or a period that meets another's.
    """
    actor.check(Action.MANAGE_POLICY, authority_id=authority_id)
    if uow.session.get(Authority, authority_id, with_for_update={"of": Authority}) is None:
        raise NotFound
    errors = _errors(new, uow.now)
    if not errors and (met := _meeting(uow.session, authority_id, new)) is not None:
        errors.append(
            FieldError(
                "period_start",
                N_("The round %(name)s covers some of these days. Choose others."),
                (("name", met.name),),
            )
        )
    if errors:
        raise InvalidInput(errors)
    seed = secrets.token_hex(16)
    found = AllocationRound(
        authority_id=authority_id,
        name=new.name.strip(),
        period_start=new.period_start,
        period_end=new.period_end,
        opens_at=new.opens_at,
        cut_off_at=new.cut_off_at,
        decides_at=new.decides_at,
        seed=seed,
        commitment=sha256(seed.encode()).hexdigest(),
        announced_at=uow.now,
        announced_by_id=actor.user_id,
    )
    uow.session.add(found)
    uow.session.flush()  # the caller needs its id
    return found


def load_round(uow: UnitOfWork, actor: Principal, round_id: int) -> AllocationRound:
    """Return a round to be worked on, locked against others who would.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not.
        NotAllowedNow: it is decided or given up.
    """
    found = uow.session.get(AllocationRound, round_id, with_for_update={"of": AllocationRound})
    if found is None:
        raise NotFound
    actor.check(Action.MANAGE_POLICY, authority_id=found.authority_id)
    if found.adopted_at is not None or found.cancelled_at is not None:
        raise NotAllowedNow
    return found


def _errors(new: NewRound, now: datetime) -> list[FieldError]:
    errors = []
    if not new.name.strip():
        errors.append(FieldError("name", N_("Give a name.")))
    elif len(new.name) > NAME:
        errors.append(FieldError("name", N_("Use at most %(most)d characters."), (("most", NAME),)))
    if new.period_end <= new.period_start:
        errors.append(FieldError("period_end", N_("The last day comes after the first.")))
    elif new.period_end - new.period_start > LONGEST:
        errors.append(FieldError("period_end", N_("A round covers at most a year.")))
    if new.opens_at < now:
        errors.append(
            FieldError("opens_at", N_("Choose a later time: a round is announced beforehand."))
        )
    if new.cut_off_at <= new.opens_at:
        errors.append(FieldError("cut_off_at", N_("Requests are received after the opening.")))
    if new.decides_at < new.cut_off_at:
        errors.append(FieldError("decides_at", N_("The decision comes after the cut-off.")))
    elif new.decides_at >= new.period_start:
        errors.append(FieldError("decides_at", N_("Decide before the period begins.")))
    return errors


def _meeting(session: Session, authority_id: int, new: NewRound) -> AllocationRound | None:
    return session.scalars(
        select(AllocationRound).where(
            AllocationRound.authority_id == authority_id,
            AllocationRound.cancelled_at.is_(None),
            AllocationRound.period_start < new.period_end,
            AllocationRound.period_end > new.period_start,
        )
    ).first()
