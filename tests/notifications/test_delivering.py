"""Mails leave over a real connection: once, and retried when that helps."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from lending.clock import FixedClock
from lending.db.database import Database
from lending.doctor import examine_mails
from lending.mailing import MailServer, Security
from lending.notifications.addresses import dead_among, find_dead
from lending.notifications.delivering import (
    PATIENCE,
    WAITS,
    Mailed,
    claim,
    compose,
    mail_what_waits,
    some_mail_waits,
)
from lending.notifications.failing import TRIES, list_failures, try_again
from lending.notifications.grouping import MOST
from lending.notifications.kinds import Delivery, Family, Kind, Pace
from lending.notifications.models import Message
from lending.notifications.preferences import choose
from lending.organisations.models import Organisation
from lending.settings import Settings
from lending.web.metrics import Figures
from tests.factories import Cast, submitted
from tests.notifications.conftest import PUBLIC_URL, SENDER
from tests.support.post import Postbox, post_office, self_signed

FIGURES = ("failed", "stuck")
ALICE, CONTACT = "alice@treteau.example", "contact@association.example"
MANAGER = "marc@treteau.example"
Mail = Callable[[], Mailed]


def states(database: Database, kind: Kind = Kind.ACKNOWLEDGEMENT) -> dict[str, Delivery]:
    """Return where each mail of a kind stands, by recipient."""
    with database.read() as uow:
        rows = uow.session.execute(
            select(Message.recipient, Message.delivery).where(Message.kind == kind)
        )
        return {recipient.partition(":")[0]: delivery for recipient, delivery in rows}


def texts(letter: EmailMessage) -> tuple[str, str]:
    """Return what a letter says as text and as HTML."""
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


def test_a_mail_has_text_html_and_what_programs_need(
    told: Database, cast: Cast, mail: Mail, postbox: Postbox
):
    number = submitted(told, cast, {cast.chairs: 10}, actor=cast.alice)
    assert mail() == Mailed(sent=2)
    (letter,) = postbox.to(ALICE)
    assert letter["From"] == SENDER
    assert letter["Reply-To"] == "fetes@sainte-planche.example"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe"] == f"<{PUBLIC_URL}/messages/reglages>"
    assert letter["Message-ID"].endswith("@prets.sainte-planche.example>")
    for text in texts(letter):
        assert f"{PUBLIC_URL}/demandes/{number}" in text
        assert "01 99 00 00 01" in text
        assert "Chaise pliante" in text
    assert mail() == Mailed()
    assert len(postbox.letters) == 2


def test_no_mail_leaves_inside_a_transaction(
    told: Database, cast: Cast, mail: Mail, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
):
    submitted(told, cast, {cast.chairs: 10})
    open_now, during = [0], []

    def began(_: object) -> None:
        open_now[0] += 1

    def ended(_: object) -> None:
        open_now[0] -= 1

    for name, listener in (("begin", began), ("commit", ended), ("rollback", ended)):
        event.listen(told.engine, name, listener)
    send = MailServer.send

    def watched(server: MailServer, letter: EmailMessage) -> None:
        during.append(open_now[0])
        send(server, letter)

    monkeypatch.setattr(MailServer, "send", watched)
    mail()
    assert during == [0, 0]


def test_an_address_that_nobody_has_fails_at_once_and_gets_nothing_more(
    told: Database, cast: Cast, mail: Mail, postbox: Postbox
):
    postbox.answers[CONTACT] = "550 5.1.1 no such mailbox"
    submitted(told, cast, {cast.chairs: 10})
    assert mail() == Mailed(sent=1, failed=1)
    assert states(told) == {"person": Delivery.SENT, "organisation": Delivery.FAILED}
    with told.read() as uow:
        assert "no such mailbox" in find_dead(uow, CONTACT)
        (failure,) = list_failures(uow, cast.manager, "fr")
    assert (failure.address, failure.organisation_id) == (CONTACT, cast.choir)
    submitted(told, cast, {cast.tables: 1})
    assert mail() == Mailed(sent=1), "the mail server is not even asked"
    postbox.answers.clear()
    told.write(lambda uow: try_again(uow, cast.manager, failure.id))
    assert mail() == Mailed(sent=1)
    with told.read() as uow:
        assert find_dead(uow, CONTACT) == ""


def test_a_refusal_of_who_writes_is_not_held_against_the_address(
    told: Database, cast: Cast, mail: Mail, postbox: Postbox
):
    postbox.answers[CONTACT] = "550 5.7.1 we do not like your server"
    submitted(told, cast, {cast.chairs: 10})
    assert mail() == Mailed(sent=1, failed=1)
    with told.read() as uow:
        assert find_dead(uow, CONTACT) == ""


def test_a_passing_refusal_is_tried_again_later_under_the_same_name(
    told: Database, cast: Cast, mail: Mail, postbox: Postbox, clock: FixedClock
):
    postbox.answers[CONTACT] = "450 4.2.0 greylisted, come back"
    submitted(told, cast, {cast.chairs: 10})
    assert mail() == Mailed(sent=1, put_off=1)
    assert mail() == Mailed()
    postbox.answers.clear()
    clock.instant += timedelta(minutes=WAITS[0])
    assert mail() == Mailed(sent=1)
    assert len(postbox.to(CONTACT)) == 1


def test_a_server_that_is_down_is_waited_for_and_then_gets_everything(
    told: Database, cast: Cast, postbox: Postbox, clock: FixedClock
):
    with post_office(postbox) as port:
        pass  # a port on which nobody listens any more
    away = MailServer("127.0.0.1", port, Security.NONE, sender=SENDER)
    submitted(told, cast, {cast.chairs: 10})
    assert mail_what_waits(told, away, PUBLIC_URL) == Mailed(put_off=1), "one try tells enough"
    clock.instant += timedelta(minutes=WAITS[0])
    with post_office(postbox, port):
        assert mail_what_waits(told, away, PUBLIC_URL) == Mailed(sent=2)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_after_two_days_of_tries_a_mail_has_failed(
    told: Database, cast: Cast, mail: Mail, postbox: Postbox, clock: FixedClock
):
    postbox.answers[CONTACT] = "451 4.3.0 later"
    submitted(told, cast, {cast.chairs: 10})
    began = clock.instant
    for wait in WAITS:
        assert mail().put_off == 1
        clock.instant += timedelta(minutes=wait)
    assert timedelta(days=1, hours=23) < clock.instant - began < timedelta(days=2, hours=1)
    assert mail() == Mailed(failed=1, sent=1), "the last try, and the managers' mail of the day"
    assert states(told)["organisation"] is Delivery.FAILED


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_doctor_and_the_figures_tell_of_mails_that_failed_and_of_mails_that_are_stuck(
    told: Database, cast: Cast, mail: Mail, postbox: Postbox, clock: FixedClock
):
    def seen() -> tuple[set[str], dict[str, float]]:
        figures = {each.name: each for each in Figures(told).collect()}
        with told.read() as uow:
            findings = {finding.what for finding in examine_mails(uow)}
        return findings, {
            name: figures[f"treteau_mails_{name}"].samples[0].value for name in FIGURES
        }

    postbox.answers |= {ALICE: "550 5.1.1 no such mailbox", CONTACT: "451 4.3.0 later"}
    submitted(told, cast, {cast.chairs: 10}, actor=cast.alice)
    findings, figures = seen()
    assert findings == {"No mail has failed", "No mail is stuck"}
    assert figures == {"failed": 0, "stuck": 0}
    for wait in WAITS[:TRIES]:
        mail()
        clock.instant += timedelta(minutes=wait)
    assert "No mail is stuck" in seen()[0], "some servers take a mail at the second try only"
    mail()
    findings, figures = seen()
    assert findings == {
        "1 mails have failed.",
        "1 mails are tried again and again: 127.0.0.1: 451 4.3.0 later",
    }
    assert figures == {"failed": 1, "stuck": 1}


def test_what_a_dead_worker_claimed_is_sent_by_the_next_under_the_same_message_id(
    told: Database, cast: Cast, mail: Mail, postbox: Postbox, clock: FixedClock, mailing: Settings
):
    submitted(told, cast, {cast.chairs: 10})
    with told.read() as uow:
        first = uow.session.scalars(
            select(Message.id).where(Message.organisation_id == cast.choir)
        ).one()
    # Handed over, and killed before that was written down.
    assert told.write(lambda uow: claim(uow, first))
    assert not told.write(lambda uow: claim(uow, first)), "nobody else takes it"
    with told.read() as uow:
        letter = compose(uow, first, PUBLIC_URL)
    assert mailing.mail_server is not None
    mailing.mail_server.send(letter)
    assert mail() == Mailed(sent=1)
    clock.instant += PATIENCE
    assert mail() == Mailed(sent=1)
    assert len({letter["Message-ID"] for letter in postbox.to(CONTACT)}) == 1
    assert len(postbox.to(CONTACT)) == 2


def test_without_a_server_messages_stand_in_the_application_and_never_leave_later(
    told: Database, cast: Cast, mail: Mail, postbox: Postbox
):
    submitted(told, cast, {cast.chairs: 10})
    assert mail_what_waits(told, None, PUBLIC_URL) == Mailed()
    assert set(states(told).values()) == {Delivery.NONE}
    assert mail() == Mailed()
    assert postbox.letters == []


def test_a_flood_becomes_one_mail_with_everything_in_it(
    told: Database, cast: Cast, mail: Mail, postbox: Postbox
):
    told.write(lambda uow: choose(uow, cast.manager, {Family.DUTIES: Pace.AT_ONCE}))
    numbers = [submitted(told, cast, {cast.chairs: 1}) for _ in range(MOST + 3)]
    mail()
    (letter,) = postbox.to(MANAGER)
    assert str(MOST + 3) in letter["Subject"]
    for text in texts(letter):
        assert all(f"{PUBLIC_URL}/a-traiter/{number}" in text for number in numbers)
    assert set(states(told, Kind.NEW_REQUEST).values()) == {Delivery.GROUPED}
    assert mail() == Mailed()


def test_the_mail_of_the_day_comes_in_the_morning(
    told: Database, cast: Cast, mail: Mail, postbox: Postbox, clock: FixedClock
):
    for _ in range(3):
        submitted(told, cast, {cast.chairs: 1})
    mail()
    assert postbox.to(MANAGER) == []
    clock.instant += timedelta(hours=23)  # 8:00 of the next day in Paris
    assert mail() == Mailed(sent=1)
    assert len(postbox.to(MANAGER)) == 1


def test_who_wants_none_is_mailed_nothing_but_what_the_law_wants_reaches_the_contact(
    told: Database, cast: Cast, mail: Mail, postbox: Postbox
):
    told.write(lambda uow: choose(uow, cast.alice, {Family.REQUESTS: Pace.NEVER}))
    submitted(told, cast, {cast.chairs: 10})
    assert mail() == Mailed(sent=1)
    assert [letter["To"] for letter in postbox.letters] == [CONTACT]
    assert states(told)["person"] is Delivery.NONE


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_mail_that_cannot_leave_in_secret_does_not_leave(
    told: Database, cast: Cast, mailing: Settings, postbox: Postbox
):
    submitted(told, cast, {cast.chairs: 10})
    for security in ("starttls", "tls"):
        server = replace(mailing, smtp_security=security).mail_server
        assert mail_what_waits(told, server, PUBLIC_URL).sent == 0
    assert postbox.letters == []
    with told.read() as uow:
        assert not some_mail_waits(uow)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("security", "option"), [("tls", "ssl_context"), ("starttls", "tls_context")]
)
def test_a_certificate_that_nobody_vouches_for_is_trouble_of_the_server_not_of_the_address(
    told: Database,
    cast: Cast,
    mailing: Settings,
    postbox: Postbox,
    tmp_path: Path,
    security: str,
    option: str,
):
    options: dict[str, Any] = {option: self_signed(tmp_path)}
    submitted(told, cast, {cast.chairs: 10})
    with post_office(postbox, **options) as port:
        server = replace(mailing, smtp_security=security, smtp_port=port).mail_server
        assert mail_what_waits(told, server, PUBLIC_URL) == Mailed(put_off=1)
    assert postbox.letters == []
    with told.read() as uow:
        assert "CERTIFICATE_VERIFY_FAILED" in list_failures(uow, cast.manager, "fr")[0].reason
        assert not dead_among(uow, [ALICE, CONTACT])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_password_that_no_server_can_be_told_is_nothing_against_the_address(
    told: Database, cast: Cast, mailing: Settings, postbox: Postbox
):
    submitted(told, cast, {cast.chairs: 10})
    with post_office(postbox, auth_require_tls=False) as port:
        account = replace(mailing, smtp_port=port, smtp_user=SENDER, smtp_password="clé secrète")
        assert mail_what_waits(told, account.mail_server, PUBLIC_URL) == Mailed(put_off=1)
    with told.read() as uow:
        (failure,) = list_failures(uow, cast.manager, "fr")
        assert "TRETEAU_SMTP_PASSWORD" in failure.reason
        assert "xe9" not in failure.reason, "nothing of the password is shown"
        assert not dead_among(uow, [ALICE, CONTACT])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_address_with_an_accent_stops_no_other_mail_where_the_server_takes_none(
    told: Database, cast: Cast, mailing: Settings, postbox: Postbox
):
    def accent(uow) -> None:
        uow.session.get_one(Organisation, cast.choir).contact_email = "chœur@associations.example"

    told.write(accent)
    submitted(told, cast, {cast.chairs: 10})
    with post_office(postbox, enable_SMTPUTF8=False) as port:
        server = replace(mailing, smtp_port=port).mail_server
        assert mail_what_waits(told, server, PUBLIC_URL) == Mailed(sent=1, failed=1)
    with told.read() as uow:
        (failure,) = list_failures(uow, cast.manager, "fr")
    assert "SMTPUTF8" in failure.reason


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_sender_with_an_accent_makes_no_mail_fail_for_good(
    told: Database, cast: Cast, mailing: Settings, postbox: Postbox
):
    submitted(told, cast, {cast.chairs: 10})
    with post_office(postbox, enable_SMTPUTF8=False) as port:
        server = replace(mailing, smtp_port=port, mail_from="prêts@ville.example").mail_server
        assert mail_what_waits(told, server, PUBLIC_URL) == Mailed(put_off=1)
