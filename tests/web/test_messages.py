"""What one is told is read on a page, counted in the header, and mailed as one chooses."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from lending.bookings.decisions import approve_booking
from lending.notifications.addresses import mark_dead
from lending.notifications.kinds import Delivery, Family, Kind, Pace
from lending.notifications.models import Message, Preference
from lending.settings import Settings
from tests.factories import Cast, approved, submitted
from tests.support.letters import agreement_to_sign
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Browse = Callable[..., Browser]


def granted(app: Flask, cast: Cast) -> int:
    """Grant a request of the choir: two messages for Alice, one of them for the managers."""
    database = app.extensions["database"]
    number = submitted(database, cast, {cast.chairs: 10}, actor=cast.alice)
    database.write(lambda uow: approve_booking(uow, cast.manager, number))
    return number


def messages(app: Flask, *where: object) -> list[Message]:
    """Return messages as the database has them."""
    with app.extensions["database"].read() as uow:
        rows = list(uow.session.scalars(select(Message).where(*where).order_by(Message.id)))  # type: ignore[arg-type]
        uow.session.expunge_all()
        return rows


def test_the_header_counts_what_is_not_read_and_the_page_shows_it_first(
    app: Flask, cast: Cast, browse: Browse
):
    number = granted(app, cast)
    alice = browse(cast.alice)
    page = alice.get("/messages").text
    assert "Accordée" in page
    assert "2<span" in page.replace(" ", "")
    first, last = messages(app, Message.user_id == cast.alice.user_id)
    assert (first.kind, last.kind) == (Kind.ACKNOWLEDGEMENT, Kind.GRANTED)
    opened = alice.post(f"/messages/{last.id}/ouvrir")
    assert (opened.status_code, opened.location) == (303, f"/demandes/{number}")
    assert "1 message reste à lire" in alice.get("/messages").text
    assert page.index("Accordée") < page.index("Nous avons reçu")
    again = alice.get("/messages").text
    assert again.index("Nous avons reçu") < again.index("Accordée"), "unread ones come first"
    assert alice.post(f"/messages/{first.id}/lu").status_code == 303
    assert "Vous avez tout lu" in alice.get("/messages").text


def test_nobody_reads_or_opens_the_messages_of_others(app: Flask, cast: Cast, browse: Browse):
    granted(app, cast)
    (mine, *_) = messages(app, Message.user_id == cast.alice.user_id)
    bob = browse(cast.bob)
    assert "Aucun message ici" in bob.get("/messages").text
    assert bob.post(f"/messages/{mine.id}/ouvrir").status_code == 404
    assert bob.post("/messages/lus").status_code == 303
    assert messages(app, Message.id == mine.id)[0].read_at is None


def test_all_of_a_family_are_marked_as_read_and_the_others_are_not(
    app: Flask, cast: Cast, browse: Browse
):
    granted(app, cast)
    alice = browse(cast.alice)
    assert alice.post("/messages/lus", {"family": "loans"}).status_code == 303
    assert "2 messages restent à lire" in alice.get("/messages").text
    alice.post("/messages/lus", {"family": "requests"})
    assert "Vous avez tout lu" in alice.get("/messages?family=requests").text


def test_who_chooses_is_mailed_so_from_then_on(app: Flask, cast: Cast, browse: Browse):
    alice = browse(cast.alice)
    assert "Par courriel, une fois par jour" in alice.get("/messages/reglages").text
    sent = {"requests": "daily", "loans": "never", "association": "at_once"}
    assert alice.post("/messages/reglages", sent).status_code == 303
    with app.extensions["database"].read() as uow:
        rows = uow.session.execute(select(Preference.family, Preference.pace)).all()
    assert dict(rows) == {
        Family.REQUESTS: Pace.DAILY,
        Family.LOANS: Pace.NEVER,
        Family.ASSOCIATION: Pace.AT_ONCE,
    }
    granted(app, cast)
    mine = messages(app, Message.user_id == cast.alice.user_id)
    assert {message.pace for message in mine} == {Pace.DAILY}
    assert alice.post("/messages/reglages", {"requests": "weekly"}).status_code == 422


def test_staff_sees_what_failed_corrects_the_address_and_sends_again(
    make_app: Callable[..., Flask], cast: Cast, settings: Settings
):
    app = make_app(replace(settings, smtp_host="smtp.example", mail_from="prets@example.org"))
    granted(app, cast)
    database = app.extensions["database"]

    def fail(uow):
        message = uow.session.scalars(
            select(Message).where(Message.organisation_id == cast.choir)
        ).first()
        message.delivery, message.due_at = Delivery.FAILED, None
        message.address, message.failure = "contact@association.example", "550 5.1.1 nobody"
        return message.id

    failed = database.write(fail)
    marc = Browser(app).sign_in(cast.manager)
    page = marc.get("/messages/envois").text
    assert "550 5.1.1 nobody" in page
    assert f"/associations/{cast.choir}/modifier" in page
    assert marc.post(f"/messages/envois/{failed}/renvoyer").status_code == 303
    assert messages(app, Message.id == failed)[0].delivery is Delivery.WAITING
    assert marc.post(f"/messages/envois/{failed}/renvoyer").status_code == 409
    odile = Browser(app).sign_in(cast.other_manager)
    assert odile.post(f"/messages/envois/{failed}/renvoyer").status_code == 404


def test_staff_is_told_that_no_mail_leaves_without_a_server(app: Flask, cast: Cast, browse: Browse):
    assert "Aucun courriel ne part" in browse(cast.manager).get("/messages/envois").text


def test_an_address_that_nobody_has_is_shown_where_it_is_corrected(
    app: Flask, cast: Cast, browse: Browse
):
    database = app.extensions["database"]
    for address in ("contact@association.example", "alice@treteau.example"):
        database.write(lambda uow, each=address: mark_dead(uow, each, "550 5.1.1 nobody"))
    page = browse(cast.front_desk).get(f"/associations/{cast.choir}").text
    assert "Les courriels à cette adresse reviennent" in page
    assert "les courriels reviennent" in page
    assert "reviennent" in browse(cast.alice).get("/messages/reglages").text
    accounts = browse(cast.administrator).get("/administration/comptes?q=alice").text
    assert "les courriels reviennent" in accounts


def test_a_link_to_sign_is_said_to_be_mailed_where_mails_leave(
    make_app: Callable[..., Flask], cast: Cast, settings: Settings
):
    app = make_app(replace(settings, smtp_host="smtp.example", mail_from="prets@example.org"))
    database = app.extensions["database"]
    booking = approved(database, cast, {cast.chairs: 2})
    document = agreement_to_sign(database, cast, settings.instance, booking)["document_id"]
    marc = Browser(app).sign_in(cast.manager)
    page = marc.post(f"/documents/{document}/lien").text
    assert "Un lien part maintenant par courriel à contact@association.example" in page
    assert "mailto:contact@association.example?" not in page
    database.write(lambda uow: mark_dead(uow, "contact@association.example", "550 nobody"))
    page = marc.post(f"/documents/{document}/lien").text
    assert "par courriel" not in page
    assert "mailto:contact@association.example?" in page
