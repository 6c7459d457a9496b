"""Mail what waits: claimed first, then handed over outside any transaction, then recorded.

A worker that dies between the server's "250" and the record sends the mail again, under the same
Message-ID: at least once, never not at all (docs/adr/0014).
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select, update

from lending.accounts.models import User
from lending.db.database import Database, UnitOfWork
from lending.documents.signing import make_twin
from lending.i18n import N_
from lending.mailing import AddressRefused, MailError, MailRefused, MailServer, ServerAway
from lending.notifications import links
from lending.notifications.addresses import find_dead, mark_dead
from lending.notifications.kinds import Delivery, Kind
from lending.notifications.models import Message
from lending.notifications.rendering import put_in_words, write_letter
from lending.notifications.sorting import sort_out
from lending.organisations.models import Organisation

WAITS = (1, 5, 25, 125, 625, 2100)
"""Minutes between tries; after the last one, two days after the first, it has failed."""
PATIENCE = timedelta(minutes=10)
"""After this time, who claimed a mail without saying what became of it is taken for dead."""
NO_ADDRESS = N_("No e-mail address is known.")
GIVEN_UP = N_("It was tried too often without an answer.")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mailed:
    """What became of the mails that were due."""

    sent: int = 0
    failed: int = 0
    put_off: int = 0


def some_mail_waits(uow: UnitOfWork) -> bool:
    """Return whether some mail is due."""
    due = select(Message.id).where(Message.delivery == Delivery.WAITING, Message.due_at <= uow.now)
    return uow.session.scalars(due.limit(1)).first() is not None


def mail_what_waits(database: Database, server: MailServer | None, public_url: str) -> Mailed:
    """Mail everything that is due, each by one worker only.

    Without a server, messages stand in the application and are never mailed later: what is old
    by the time there is one would only confuse.
    """
    if server is None:
        database.write(_keep_here)
        return Mailed()
    counts = {Delivery.SENT: 0, Delivery.FAILED: 0, Delivery.WAITING: 0}
    for message_id in database.write(sort_out):
        if not database.write(partial(claim, message_id=message_id)):
            continue
        compose_it = partial(compose, message_id=message_id, public_url=public_url)
        letter = database.write(compose_it)
        error = _hand_over(server, letter)
        result = database.write(partial(record, message_id=message_id, error=error))
        counts[result] += 1
        if isinstance(error, ServerAway):
            log.warning("No mail leaves: %s", error)
            break  # the others would fare no better, and have not been tried
    return Mailed(counts[Delivery.SENT], counts[Delivery.FAILED], counts[Delivery.WAITING])


def _keep_here(uow: UnitOfWork) -> None:
    uow.session.execute(
        update(Message)
        .where(Message.delivery == Delivery.WAITING, Message.due_at <= uow.now)
        .values(delivery=Delivery.NONE, due_at=None)
    )


def _hand_over(server: MailServer, letter: EmailMessage) -> MailError | None:
    try:
        server.send(letter)
    except MailError as error:
        return error
    return None


def claim(uow: UnitOfWork, message_id: int) -> bool:
    """Take a mail that is due, so that no other worker does; return whether it is to be sent.

    The claim is a later due time: if we die, it is due again by then.
    """
    taken = uow.session.execute(
        update(Message)
        .where(
            Message.id == message_id,
            Message.delivery == Delivery.WAITING,
            Message.due_at <= uow.now,
        )
        .values(due_at=uow.now + PATIENCE, attempts=Message.attempts + 1)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return False
    message = uow.session.get_one(Message, message_id)
    message.address = address_of(uow, message)
    reason = find_dead(uow, message.address) if message.address else NO_ADDRESS
    if not reason and message.attempts > len(WAITS) + 1:
        reason = message.failure or GIVEN_UP
    if reason:
        message.delivery, message.due_at, message.failure = Delivery.FAILED, None, reason
    return not reason


def address_of(uow: UnitOfWork, message: Message) -> str:
    """Return where a message is mailed now: addresses are corrected between two tries."""
    if message.user_id is not None:
        user = uow.session.get_one(User, message.user_id)
        return user.email if user.is_active else ""
    organisation = uow.session.get_one(Organisation, message.organisation_id)
    return organisation.contact_email.strip().lower()


def compose(uow: UnitOfWork, message_id: int, public_url: str) -> EmailMessage:
    """Return the mail of a message that was claimed.

    An address to sign at is made here, so that nothing but the mail ever holds it.
    """
    message = uow.session.get_one(Message, message_id)
    data = json.loads(message.data)
    if message.kind is Kind.DIGEST:
        data["parts"] = _parts(uow, message, public_url)
    path = _path_in_mail(uow, message, data)
    words = write_letter(message.kind, data, path, message.language, public_url)
    letter = EmailMessage()
    letter["To"] = message.address
    letter["Subject"] = words.subject
    letter["Date"] = format_datetime(uow.now)
    letter["Message-ID"] = message_id_of(message.uuid, public_url)
    letter["Auto-Submitted"] = "auto-generated"
    letter["List-Unsubscribe"] = f"<{public_url}{links.PREFERENCES}>"
    if data.get("email"):
        letter["Reply-To"] = data["email"]
    letter.set_content(words.text)
    letter.add_alternative(words.html, subtype="html")
    return letter


def _path_in_mail(uow: UnitOfWork, message: Message, data: Mapping[str, Any]) -> str:
    """Return what the button of a mail opens: the page of the message, or one for its reader."""
    if message.kind is Kind.SIGNING_LINK:
        secret = make_twin(uow, data["link"])
        if secret is not None:
            return links.signing(secret)
    return message.path


def message_id_of(uuid: str, public_url: str) -> str:
    """Return the Message-ID of a message: the same however often it is sent."""
    return f"<{uuid}@{urlsplit(public_url).hostname or 'treteau.invalid'}>"


def _parts(uow: UnitOfWork, digest: Message, public_url: str) -> list[dict[str, str]]:
    rows = uow.session.scalars(
        select(Message).where(Message.digest_id == digest.id).order_by(Message.id)
    )
    return [
        {
            "subject": put_in_words(each.kind, json.loads(each.data), digest.language).subject,
            "url": public_url + each.path,
        }
        for each in rows
    ]


def record(uow: UnitOfWork, message_id: int, error: MailError | None) -> Delivery:
    """Write down what became of a mail that we handed over, or could not."""
    message = uow.session.get(Message, message_id, with_for_update=True)
    if message is None:  # forgotten meanwhile
        return Delivery.SENT
    if message.delivery is not Delivery.WAITING:  # another worker took us for dead
        return message.delivery
    if error is None:
        message.delivery, message.sent_at, message.due_at = Delivery.SENT, uow.now, None
        message.failure = ""
        uow.session.execute(
            update(Message).where(Message.digest_id == message.id).values(sent_at=uow.now)
        )
        return Delivery.SENT
    message.failure = str(error)
    if isinstance(error, MailRefused) or message.attempts > len(WAITS):
        message.delivery, message.due_at = Delivery.FAILED, None
    else:
        message.due_at = uow.now + timedelta(minutes=WAITS[message.attempts - 1])
    if isinstance(error, AddressRefused):
        mark_dead(uow, message.address, str(error))
    return message.delivery
