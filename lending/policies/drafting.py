"""Draft the next version of an authority's rules, and publish it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy import func, select

from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotAllowedNow, NotFound
from lending.i18n import N_
from lending.policies.facts import PolicyPublished
from lending.policies.models import LendingPolicy
from lending.policies.queries import BEGINNING, list_versions, write_rules
from lending.policies.rules import Rules

NOTE, REFERENCE = 4000, 120


@dataclass(frozen=True)
class Draft:
    """What stands in a draft: the rules, what changes in words, and the vote."""

    rules: Rules
    note: str = ""
    vote_reference: str = ""


def check_rules(values: Mapping[str, Any]) -> Rules:
    """Return rules from plain values.

    Raises:
        InvalidInput: a value is out of its bounds; the field is the parameter's name.
    """
    try:
        return Rules.model_validate(values)
    except ValidationError as error:
        raise InvalidInput([_field_error(found) for found in error.errors()]) from error


def open_draft(uow: UnitOfWork, actor: Principal, authority_id: int) -> LendingPolicy:
    """Return the draft of the next version: the one at work, or a copy of the latest one.

    Raises:
        NotSignedIn, Forbidden: the actor does not set the rules of this authority.
        NotFound: no such authority.
    """
    _lock(uow, actor, authority_id)
    found = uow.session.scalars(
        select(LendingPolicy).where(
            LendingPolicy.authority_id == authority_id, LendingPolicy.number.is_(None)
        )
    ).first()
    if found is not None:
        return found
    versions = list_versions(uow.session, authority_id)
    content = write_rules((versions[-1] if versions else BEGINNING).rules)
    draft = LendingPolicy(
        authority_id=authority_id,
        content=content,
        digest=_digest(content),
        changed_at=uow.now,
        changed_by_id=actor.user_id,
    )
    uow.session.add(draft)
    uow.session.flush()  # the caller needs its id
    return draft


def edit_draft(uow: UnitOfWork, actor: Principal, policy_id: int, draft: Draft) -> LendingPolicy:
    """Write a draft anew.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not.
        NotAllowedNow: it is published already.
        InvalidInput: words that are too long.
    """
    policy = _load_draft(uow, actor, policy_id)
    errors = [
        FieldError(field, N_("Use at most %(most)d characters."), (("most", most),))
        for field, most in (("note", NOTE), ("vote_reference", REFERENCE))
        if len(getattr(draft, field)) > most
    ]
    if errors:
        raise InvalidInput(errors)
    policy.content = write_rules(draft.rules)
    policy.digest = _digest(policy.content)
    policy.note, policy.vote_reference = draft.note.strip(), draft.vote_reference.strip()
    policy.changed_at, policy.changed_by_id = uow.now, actor.user_id
    return policy


def drop_draft(uow: UnitOfWork, actor: Principal, policy_id: int) -> None:
    """Throw a draft away.

    Raises:
        NotFound, NotSignedIn, Forbidden, NotAllowedNow: as for `edit_draft`.
    """
    uow.session.delete(_load_draft(uow, actor, policy_id))


def publish_policy(
    uow: UnitOfWork, actor: Principal, policy_id: int, effective_on: date
) -> LendingPolicy:
    """Publish a draft: from a local day on it is in force, and nobody can alter it any more.

    Raises:
        NotFound, NotSignedIn, Forbidden, NotAllowedNow: as for `edit_draft`.
        InvalidInput: no vote, or a day before today or before the version that comes before.
    """
    policy = _load_draft(uow, actor, policy_id)
    zone = ZoneInfo(policy.authority.timezone)
    number, last_day = uow.session.execute(
        select(func.max(LendingPolicy.number), func.max(LendingPolicy.effective_on)).where(
            LendingPolicy.authority_id == policy.authority_id
        )
    ).one()
    errors = []
    if not policy.vote_reference:
        errors.append(
            FieldError("vote_reference", N_("Give the number and the date of the assembly's vote."))
        )
    if effective_on < to_local(uow.now, zone).date():
        errors.append(
            FieldError("effective_on", N_("Choose today or a later day: no rule looks back."))
        )
    elif last_day is not None and effective_on < last_day:
        errors.append(
            FieldError(
                "effective_on",
                N_("Choose %(day)s or later: the version before begins then."),
                (("day", last_day.isoformat()),),
            )
        )
    if errors:
        raise InvalidInput(errors)
    policy.number = (number or 0) + 1
    policy.effective_on = effective_on
    midnight = datetime.combine(effective_on, time(), zone)
    # What was decided earlier today stays under the rules of that time.
    policy.effective_at = max(midnight, uow.now)
    policy.published_at, policy.published_by_id = uow.now, actor.user_id
    uow.session.flush()  # subscribers read what the database holds
    uow.events.publish(PolicyPublished(policy.authority_id, policy.id), uow)
    return policy


def _lock(uow: UnitOfWork, actor: Principal, authority_id: int) -> None:
    """Let one person at a time set the rules of an authority."""
    actor.check(Action.MANAGE_POLICY, authority_id=authority_id)
    if uow.session.get(Authority, authority_id, with_for_update={"of": Authority}) is None:
        raise NotFound


def _load_draft(uow: UnitOfWork, actor: Principal, policy_id: int) -> LendingPolicy:
    policy = uow.session.get(LendingPolicy, policy_id)
    if policy is None:
        raise NotFound
    _lock(uow, actor, policy.authority_id)
    uow.session.refresh(policy)
    if policy.number is not None:
        raise NotAllowedNow
    return policy


def _digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()


def _field_error(found: Any) -> FieldError:
    field = ".".join(str(part) for part in found["loc"])
    bounds = found.get("ctx", {})
    if "ge" in bounds:
        return FieldError(field, N_("Give at least %(least)d."), (("least", bounds["ge"]),))
    if "le" in bounds:
        return FieldError(field, N_("Give at most %(most)d."), (("most", bounds["le"]),))
    if "max_length" in bounds:
        return FieldError(
            field, N_("Use at most %(most)d characters."), (("most", bounds["max_length"]),)
        )
    if not field:  # what no parameter alone has wrong
        return FieldError("rules", N_("A class or an item is named twice. Keep one of them."))
    return FieldError(field, N_("This value is not understood. Choose or type another one."))
