"""Write messages in the transaction of their cause: nothing is mailed here."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from calendars.zones import next_midnight, to_local, to_utc
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.i18n import LANGUAGES
from lending.notifications.kinds import USUAL_PACE, Delivery, Family, Kind, Pace
from lending.notifications.models import Message, Preference
from lending.notifications.recipients import Recipient

DIGEST_TIME = time(8)
"""When the mail of the day leaves, on the lender's clock."""
DEFAULT_ZONE = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Told:
    """What is told: a kind, its one cause, everything that it says, and the page it leads to."""

    kind: Kind
    cause: str
    path: str
    data: Mapping[str, Any] = field(default_factory=dict)
    """What JSON can hold; instants in ISO 8601, in UTC."""
    booking_id: int | None = None
    authority_id: int | None = None


def tell(uow: UnitOfWork, told: Told, recipients: Collection[Recipient]) -> int:
    """Write a message to each recipient who was not told of this cause yet; return how many."""
    known = _known(uow, told)
    new = [
        each
        for each in recipients
        # Who has no account reads mails only.
        if each.key not in known and (told.kind.is_mailed or each.user_id is not None)
    ]
    if not new:
        return 0
    family = told.kind.family
    paces = _paces(uow, family, [each.user_id for each in new if each.user_id is not None])
    data = json.dumps(dict(told.data), ensure_ascii=False, sort_keys=True)
    morning = _next_morning(uow, told.authority_id)
    rows = []
    for each in new:
        pace = paces.get(each.user_id or 0, USUAL_PACE[family])
        if each.user_id is None or (each.is_contact and told.kind.is_required):
            pace = Pace.AT_ONCE
        if not told.kind.is_mailed:
            pace = Pace.NEVER
        rows.append(
            {
                "uuid": str(uuid4()),
                "kind": told.kind,
                "cause": told.cause,
                "recipient": each.key,
                "user_id": each.user_id,
                "organisation_id": each.organisation_id,
                "booking_id": told.booking_id,
                "authority_id": told.authority_id,
                "language": each.language if each.language in LANGUAGES else LANGUAGES[0],
                "data": data,
                "path": told.path,
                "created_at": uow.now,
                "pace": pace,
                "delivery": Delivery.NONE if pace is Pace.NEVER else Delivery.WAITING,
                "due_at": {Pace.AT_ONCE: uow.now, Pace.DAILY: morning}.get(pace),
            }
        )
    uow.session.execute(insert(Message), rows)
    return len(rows)


def untold(uow: UnitOfWork, kind: Kind, causes: Collection[str]) -> list[str]:
    """Return the causes of which nobody was told yet: the others need not be looked at further."""
    known = set(
        uow.session.scalars(
            select(Message.cause).where(Message.kind == kind, Message.cause.in_(causes)).distinct()
        )
    )
    return [cause for cause in causes if cause not in known]


def _known(uow: UnitOfWork, told: Told) -> set[str]:
    return set(
        uow.session.scalars(
            select(Message.recipient).where(Message.cause == told.cause, Message.kind == told.kind)
        )
    )


def _paces(uow: UnitOfWork, family: Family, user_ids: Collection[int]) -> dict[int, Pace]:
    rows = uow.session.execute(
        select(Preference.user_id, Preference.pace).where(
            Preference.family == family, Preference.user_id.in_(user_ids)
        )
    )
    return dict(rows.all())


def _next_morning(uow: UnitOfWork, authority_id: int | None) -> datetime:
    """Return when the next mail of the day leaves, on the clock of the lender."""
    zone = zone_of(uow, authority_id)
    today = to_utc(datetime.combine(to_local(uow.now, zone).date(), DIGEST_TIME), zone)
    if today > uow.now:
        return today
    tomorrow = to_local(next_midnight(uow.now, zone), zone).date()
    return to_utc(datetime.combine(tomorrow, DIGEST_TIME), zone)


def zone_of(uow: UnitOfWork, authority_id: int | None) -> ZoneInfo:
    """Return the time zone of a lender."""
    authority = uow.session.get(Authority, authority_id) if authority_id is not None else None
    return ZoneInfo(authority.timezone) if authority else DEFAULT_ZONE


def iso(at: datetime) -> str:
    """Write an instant as messages keep it."""
    return at.astimezone(UTC).isoformat(timespec="minutes")
