"""One story in a real browser, on the demonstration as it is served: with script and without.

An association wants a sound system that is promised already, takes other dates in one click and
sends; a manager grants it; the association sees so, and its calendar follows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import httpx
import pytest
from icalendar import Calendar, Event
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from lending.accounts.permissions import SYSTEM
from lending.app import build_database
from lending.authorities.models import Competence
from lending.availability.answers import Wanted
from lending.bookings.decisions import approve_booking
from lending.bookings.details import BookingDetails, EventDetails
from lending.bookings.drafts import create_booking
from lending.bookings.submission import submit_booking
from lending.catalogue.models import Item
from lending.db.database import Database, UnitOfWork
from lending.organisations.models import Organisation
from lending.settings import Settings
from tests.support.browser import chromium
from tests.support.servers import serving

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
LENDER = "Gestion du matériel Agglomération fictive des Trois-Rives"


@dataclass(frozen=True)
class Place:
    """The demonstration as it is served, and a Friday for each story when no sound is left."""

    address: str
    fridays: dict[bool, date]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run one browser for the stories of this module."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def place(demo: Settings) -> Iterator[Place]:
    """Promise every sound system of a small demonstration for two weekends, and serve it."""
    database = build_database(demo)
    # Behind the season that was drawn, so that nothing else is promised there.
    day = datetime.now(UTC).date() + timedelta(days=330)
    friday = day + timedelta(days=(4 - day.weekday()) % 7)
    fridays = {True: friday, False: friday + timedelta(days=28)}
    for first in fridays.values():
        promise_all_sound(database, first)
    database.dispose()
    with serving(demo.database_url, demo.instance, 1, TRETEAU_DEMO="yes") as (server,):
        yield Place(server.address, fridays)


def promise_all_sound(database: Database, friday: date) -> None:
    """Grant the three sound systems of the agglomeration to somebody else over a weekend."""

    def write(uow: UnitOfWork) -> None:
        item = uow.session.scalars(select(Item).where(Item.code == "SON-KIT")).one()
        other = uow.session.scalars(
            select(Organisation).where(Organisation.name == "Jazz sur le Quai")
        ).one()
        start = datetime.combine(friday, time(9), tzinfo=UTC)
        end = start + timedelta(days=3)
        booking = create_booking(
            uow,
            SYSTEM,
            BookingDetails(other.id, item.authority_id, start, end),
            EventDetails("Rock", start, end, other.commune_insee, Competence.CULTURE),
            [Wanted(item.id, 3)],
        )
        for organisation in uow.session.scalars(select(Organisation)):
            organisation.insurance_until = end.date() + timedelta(days=365)
        submit_booking(uow, SYSTEM, booking.id)
        approve_booking(uow, SYSTEM, booking.id)

    database.write(write)


@pytest.mark.parametrize(
    ("association_name", "script"),
    [("Les Lampions de Rivemont", True), ("Valserre Rock", False)],
    ids=["with script", "without script"],
)
def test_an_association_meets_a_conflict_takes_a_way_out_and_is_granted(
    browser: Browser, place: Place, association_name: str, script: bool
):
    association = open_as(browser, place, association_name, PHONE, script)
    feed = subscribe(association, place)
    assert events_of(feed, "Bal de l'essai") == []

    ask_for_sound(association, place, place.fridays[script])
    expect(association.get_by_text(re.compile("il en manque 1"))).to_be_visible()
    association.get_by_role("button", name="Prendre ces dates et envoyer").first.click()
    expect(association.get_by_role("heading", level=1)).to_have_text("Votre demande est envoyée")
    booking = re.search(r"/demandes/(\d+)/", association.url)[1]
    (asked,) = events_of(feed, "Bal de l'essai")
    assert asked["STATUS"] == "TENTATIVE"

    manager = open_as(browser, place, LENDER, DESK, script)
    manager.goto(f"{place.address}/a-traiter/{booking}")
    manager.get_by_role("button", name="Accorder").first.click()
    expect(manager.locator("#flashes")).to_contain_text("accordée")

    association.goto(f"{place.address}/demandes/{booking}")
    expect(association.locator("main")).to_contain_text("Accordée")
    (granted,) = events_of(feed, "Bal de l'essai")
    assert granted["STATUS"] == "CONFIRMED"
    assert granted["UID"] == asked["UID"]
    assert granted["SEQUENCE"] > asked["SEQUENCE"]
    association.context.close()
    manager.context.close()


def open_as(
    browser: Browser, place: Place, who: str, viewport: dict[str, int], script: bool
) -> Page:
    """Sign in with the one click that a demonstration offers."""
    context: BrowserContext = browser.new_context(
        locale="fr-FR", viewport=viewport, java_script_enabled=script
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"{place.address}/connexion")
    page.get_by_role("button", name=who).click()
    expect(page).not_to_have_url(re.compile("/connexion"))
    return page


def subscribe(page: Page, place: Place) -> str:
    """Make a calendar address on the pages; return it."""
    page.goto(f"{place.address}/agendas")
    page.get_by_role("link", name="abonner").click()
    page.get_by_role("button", name="Créer mon adresse").click()
    return page.locator("#calendar-address").input_value()


def ask_for_sound(page: Page, place: Place, friday: date) -> None:
    """Choose dates, find the sound system, say what it is for, and send."""
    page.goto(place.address)
    page.locator("input[name=start_date]").first.fill(friday.isoformat())
    page.locator("input[name=end_date]").first.fill((friday + timedelta(days=3)).isoformat())
    page.get_by_role("button", name="Voir ce qui est libre").first.click()
    page.get_by_label("Que cherchez-vous").fill("kit sono")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("button", name="Ajouter Kit sono").click()
    page.get_by_label("Comment s’appelle-t-il").fill("Bal de l'essai")
    page.get_by_role("button", name="Continuer").click()
    page.locator("a", has_text="Continuer").last.click()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Envoyer la demande").first.click()


def events_of(feed: str, name: str) -> list[Event]:
    """Fetch a feed as a calendar program does; return the events whose text names this."""
    answer = httpx.get(feed)
    assert answer.status_code == 200
    calendar = Calendar.from_ical(answer.content)
    return [event for event in calendar.events if name in str(event["SUMMARY"])]
