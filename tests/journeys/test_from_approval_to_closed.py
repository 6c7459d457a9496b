"""One loan from the decision to its end, in a real browser, with the mails that a server receives.

The manager grants it and issues the agreement, the association signs, a label is scanned at
preparation, both sides meet when it leaves and when it comes back with damage; the association
accepts the charge, the loan is closed. What the worker does, its jobs do here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from lending.accounts.permissions import Principal
from lending.bookings.states import State
from lending.catalogue.models import Item
from lending.catalogue.unit_queries import get_unit
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.documents.kinds import Signing
from lending.jobs.declared import JOBS
from lending.jobs.schedule import Run
from lending.organisations.models import Organisation
from lending.settings import Settings
from lending.web.security import SESSION_COOKIE
from tests.bookings.steps import state_of
from tests.factories import FRIDAY, MONDAY, Cast, submitted
from tests.support.browser import chromium, served, violations
from tests.support.camera import film_of_label
from tests.support.letters import set_letterhead
from tests.support.post import Postbox, post_office
from tests.support.units import number_pieces
from tests.web.conftest import Browser as Client

CONTACT = "contact@chorale.example"
WORKER = ("issue-documents", "send-mail")

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def live(app: Flask, cast: Cast) -> Database:
    """Return the application's database: the choir can be reached by mail, tables have a price."""
    database: Database = app.extensions["database"]

    def prepare(uow: UnitOfWork) -> None:
        uow.session.get_one(Organisation, cast.choir).contact_email = CONTACT
        uow.session.get_one(Item, cast.tables).replacement_value_cents = 7500

    database.write(prepare)
    set_letterhead(database, cast, signing=Signing.REQUIRED, is_automatic=True)
    return database


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def work(
    live: Database, settings: Settings, clock: FixedClock, postbox: Postbox
) -> Iterator[Callable[[], None]]:
    """Return a function that does what the worker has to do just now."""
    with post_office(postbox) as port:
        known = replace(
            settings,
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security="none",
            mail_from="prets@sainte-planche.example",
        )

        def do() -> None:
            for job in JOBS:
                if job.name in WORKER:
                    job.run(Run(live, known, job.slot_at(clock.instant)))

        yield do


@pytest.fixture
def camera(live: Database, cast: Cast, tmp_path: Path) -> Iterator[Browser]:
    """Run a browser whose camera is held before the label of the second table."""
    _, second = number_pieces(live, cast.tables, 2)
    with live.read() as uow:
        code = get_unit(uow, cast.manager, second).code
    film = film_of_label(tmp_path / "label.y4m", f"https://prets.example/u/{code}")
    with chromium(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ) as browser:
        yield browser


def page_of(app: Flask, browser: Browser, address: str, person: Principal, now: datetime) -> Page:
    """Open a telephone on which this person is signed in; its clock is right."""
    cookie = Client(app).sign_in(person).client.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    context = browser.new_context(
        locale="fr-FR", viewport={"width": 390, "height": 844}, reduced_motion="reduce"
    )
    context.set_default_timeout(20_000)
    context.add_cookies([{"name": SESSION_COOKIE, "value": cookie.value, "url": address}])
    context.clock.set_fixed_time(now)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    return page


def subjects(postbox: Postbox) -> list[str]:
    return [str(letter["Subject"]) for letter in postbox.to(CONTACT)]


def told(postbox: Postbox, words: str) -> bool:
    """Return whether a mail about this came, with an address to go to."""
    found = [letter for letter in postbox.to(CONTACT) if words in str(letter["Subject"])]
    return bool(found) and "http" in str(found[-1].get_body(("plain",)))


def test_a_loan_is_granted_signed_scanned_handed_over_damaged_charged_and_closed(
    app: Flask,
    live: Database,
    cast: Cast,
    clock: FixedClock,
    postbox: Postbox,
    work: Callable[[], None],
    camera: Browser,
) -> None:
    number = submitted(live, cast, {cast.tables: 2}, name="Fête du lavoir")
    work()
    assert told(postbox, "Fête du lavoir")
    with served(app) as address:
        manager = page_of(app, camera, address, cast.manager, clock.instant)
        alice = page_of(app, camera, address, cast.alice, clock.instant)

        manager.goto(f"{address}/a-traiter/{number}")
        manager.get_by_role("button", name="Accorder").click()
        expect(manager.get_by_text("Accordée").first).to_be_visible()
        work()
        assert told(postbox, "Accordée"), subjects(postbox)

        sign(manager, alice, address, number, work)
        assert told(postbox, "Signez la convention"), subjects(postbox)
        prepare(manager, address, number)

        clock.instant = FRIDAY
        manager = page_of(app, camera, address, cast.manager, clock.instant)
        hand_over(manager, address, number)
        assert state_of(live, number) is State.OUT

        clock.instant = MONDAY
        manager = page_of(app, camera, address, cast.manager, clock.instant)
        alice = page_of(app, camera, address, cast.alice, clock.instant)
        take_back(manager, address, number)
        assert state_of(live, number) is State.RETURNED
        work()
        assert told(postbox, "7,50"), subjects(postbox)
        accept_charge(alice, address, number)
        close(manager, address, number)
    assert state_of(live, number) is State.CLOSED


def sign(manager: Page, alice: Page, address: str, number: int, work: Callable[[], None]) -> None:
    """Issue the agreement, and sign it with the association's account."""
    manager.goto(f"{address}/demandes/{number}/documents")
    manager.locator("#agreement").get_by_role("button", name="Établir").click()
    work()
    manager.reload()
    expect(manager.get_by_role("link", name=re.compile("^Lire CONV-"))).to_be_visible()
    alice.goto(f"{address}/demandes/{number}/documents")
    alice.get_by_role("button", name="Lire et signer").click()
    assert violations(alice) == []
    alice.locator("#name").fill("Alice Dupré")
    alice.locator("#quality").fill("Présidente")
    alice.locator("#agrees").check()
    alice.get_by_role("button", name="Signer la convention").click()
    expect(alice.get_by_text(re.compile("sign", re.IGNORECASE)).first).to_be_visible()
    work()


def prepare(manager: Page, address: str, number: int) -> None:
    """Scan the label of one table, take the other that is proposed, tell that all stands ready."""
    manager.goto(f"{address}/a-traiter/{number}/exemplaires")
    manager.get_by_role("button", name="Scanner une étiquette").click()
    manager.get_by_text("n° 2 part avec cette demande").wait_for()
    manager.get_by_role("button", name="Prendre le meilleur").click()
    expect(manager.locator(".unit-count").first).to_contain_text("2")
    manager.goto(f"{address}/a-traiter/{number}")
    manager.get_by_role("button", name="Marquer comme préparée").click()


def hand_over(manager: Page, address: str, number: int) -> None:
    """Write the statement when it leaves: all there, both sides sign."""
    manager.goto(f"{address}/tournees/prets/{number}/sortie")
    assert violations(manager) == []
    manager.get_by_label("Pour l’emprunteur").fill("Alice Dupré")
    keep(manager)


def take_back(manager: Page, address: str, number: int) -> None:
    """Write the statement when it comes back: one of the two is broken."""
    manager.goto(f"{address}/tournees/prets/{number}/retour")
    assert violations(manager) == []
    manager.get_by_text("Sale, cassé ou manquant").click()
    manager.get_by_label(re.compile("^Revenus entiers")).fill("1")
    manager.get_by_role("button", name="Enregistrer l’état des lieux").click()
    # The figure says that one is back, the units that both are: nothing leaves before.
    expect(manager.locator("#statement")).to_be_visible()
    manager.get_by_label(re.compile("1.*est-il rendu")).select_option("damaged")
    expect(manager.get_by_label(re.compile("^Cassés"))).to_have_value("1")
    manager.get_by_label("Pour l’emprunteur").fill("Alice Dupré")
    keep(manager)


def keep(manager: Page) -> None:
    """Keep the statement on the telephone, from where it leaves at once."""
    manager.get_by_role("button", name="Enregistrer l’état des lieux").click()
    expect(manager.get_by_text("L’état des lieux est enregistré")).to_be_visible()
    expect(manager.locator("#outbox")).to_contain_text("Tout est envoyé")
    expect(manager.get_by_role("button", name="Envoyer avec l’heure actuelle")).to_have_count(0)


def accept_charge(alice: Page, address: str, number: int) -> None:
    """Read what is charged, and accept it."""
    alice.goto(f"{address}/demandes/{number}")
    alice.get_by_role("link", name="Voir le calcul et répondre", exact=True).click()
    assert violations(alice) == []
    expect(alice.get_by_text("7,50 €").first).to_be_visible()
    alice.get_by_role("button", name="Accepter la facturation").click()


def close(manager: Page, address: str, number: int) -> None:
    """Close the loan that is settled."""
    manager.goto(f"{address}/a-traiter/{number}")
    manager.get_by_role("button", name="Clore").click()
