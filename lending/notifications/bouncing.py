"""Mails that come back: reports of delivery (RFC 3464), read from whoever receives them for us."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.message import Message as Mail

from sqlalchemy import select

from lending.db.database import UnitOfWork
from lending.notifications.addresses import mark_dead
from lending.notifications.kinds import Delivery
from lending.notifications.models import Message

LARGEST = 5_000_000
"""Bytes of a report that are read; what follows is not about us."""
_OUR_ID = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")
_NOBODY_THERE = re.compile(r"5\.1\.\d+")
"""Permanent, and about the address (RFC 3463)."""


@dataclass(frozen=True)
class Bounce:
    """What a report says of one address."""

    address: str
    status: str
    reason: str
    message_uuid: str
    """Of our message, where the report says which it was."""


def read_bounces(raw: bytes) -> list[Bounce]:
    """Return the failures that a report tells of; none if it is no report, or of a delay only."""
    report = message_from_bytes(raw[:LARGEST], policy=policy.default)
    assert isinstance(report, EmailMessage)  # as the policy makes it  # noqa: S101
    uuid = _uuid_in(report)
    return [
        Bounce(address, status, reason, uuid) for address, status, reason in _failures_in(report)
    ]


def take_bounce(uow: UnitOfWork, bounce: Bounce) -> bool:
    """Mark the message that came back, and its address if nobody is there.

    Anybody can write a report. What speaks against an address has to name our message, of which
    only its reader and the mail servers on the way know the name.

    Returns whether it was one of ours. Telling it twice does no more than once.
    """
    message = _message_of(uow, bounce)
    if message is None:
        return False
    message.delivery, message.due_at = Delivery.FAILED, None
    message.failure = bounce.reason
    if bounce.message_uuid and _NOBODY_THERE.fullmatch(bounce.status):
        mark_dead(uow, message.address, bounce.reason)
    return True


def _message_of(uow: UnitOfWork, bounce: Bounce) -> Message | None:
    """Find the message by its Message-ID, or else the last one mailed to the address."""
    mailed = select(Message).where(Message.delivery.in_((Delivery.SENT, Delivery.FAILED)))
    if bounce.message_uuid:
        return uow.session.scalar(mailed.where(Message.uuid == bounce.message_uuid))
    last = mailed.where(Message.address == bounce.address, Message.sent_at.is_not(None))
    return uow.session.scalars(last.order_by(Message.sent_at.desc()).limit(1)).first()


def _uuid_in(report: EmailMessage) -> str:
    """Return our message's name from the original that comes with a report, or its references."""
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            text = str(part.get_payload())
        elif kind == "message/rfc822":
            text = "\n".join(str(inner.get("Message-ID", "")) for inner in _inner(part))
        else:
            continue
        if found := _OUR_ID.search(text):
            return found.group(1)
    text = f"{report.get('In-Reply-To', '')} {report.get('References', '')}"
    found = _OUR_ID.search(text)
    return found.group(1) if found else ""


def _failures_in(report: EmailMessage) -> Iterator[tuple[str, str, str]]:
    """Yield address, status and what the server said of each failure for good."""
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in _inner(part):
            action = str(fields.get("Action", "")).strip().lower()
            status = str(fields.get("Status", "")).split(" ")[0].strip()
            recipient = str(fields.get("Original-Recipient") or fields.get("Final-Recipient", ""))
            address = recipient.rpartition(";")[2].strip().lower()
            if action == "failed" and status.startswith("5.") and address:
                said = " ".join(str(fields.get("Diagnostic-Code", "")).split())
                yield address, status, said or status


def _inner(part: Mail) -> list[Mail]:
    inner = part.get_payload()
    return [each for each in inner if isinstance(each, Mail)] if isinstance(inner, list) else []
