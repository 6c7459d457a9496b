"""A dispatcher plans a week of the demonstration, changes it by hand, and the crew sees it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from calendars.zones import to_local, to_utc
from lending.accounts.permissions import SYSTEM
from lending.app import build_database
from lending.authorities.models import Authority, Competence
from lending.availability.answers import Wanted
from lending.bookings.decisions import approve_booking
from lending.bookings.details import BookingDetails, EventDetails
from lending.bookings.drafts import create_booking
from lending.bookings.facts import Although
from lending.bookings.models import Logistics
from lending.bookings.submission import submit_booking
from lending.catalogue.models import Item
from lending.db.database import Database, UnitOfWork
from lending.logistics.kinds import TaskKind
from lending.logistics.means.week import crew_days_of
from lending.logistics.queries import tasks_of
from lending.logistics.rounds.stands import Stand, stand_of
from lending.logistics.rounds.working_out import run_plans
from lending.logistics.working_time import DAY, WEEK, monday_of
from lending.organisations.models import Organisation
from lending.settings import Settings
from tests.support.browser import chromium
from tests.support.servers import serving

PARIS = ZoneInfo("Europe/Paris")
MANAGER = "Gestion du matériel Agglomération fictive des Trois-Rives"


@dataclass(frozen=True)
class Place:
    """The demonstration as it is served, and a loan that begins on a Thursday to come."""

    address: str
    database: Database
    authority_id: int
    thursday: date
    task: int
    """What prepares that loan: from Tuesday to Thursday afternoon."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def place(demo: Settings) -> Iterator[Place]:
    """Add one loan to a small demonstration, in a week in which crews work, and serve it."""
    database = build_database(demo)
    thursday = _working_thursday(database)
    authority_id, booking = database.write(lambda uow: _lend(uow, thursday))
    with database.read() as uow:
        task = next(t.id for t in tasks_of(uow, booking) if t.kind is TaskKind.PREPARE)
    with serving(demo.database_url, demo.instance, 1, TRETEAU_DEMO="yes") as (server,):
        yield Place(server.address, database, authority_id, thursday, task)
    database.dispose()


def _working_thursday(database: Database) -> date:
    """Return a Thursday to come before which crews work for two days."""
    monday = monday_of(to_local(datetime.now(UTC), PARIS).date())
    for weeks in (1, 2):
        first = monday + weeks * WEEK
        with database.read() as uow:
            known = select(Authority.id).where(Authority.code == "trois-rives")
            days = crew_days_of(
                uow, uow.session.scalars(known).one(), first, first + 3 * DAY, PARIS
            )
        if {first + DAY, first + 2 * DAY} <= {each.day for each in days}:
            return first + 3 * DAY
    raise AssertionError("the demonstration plans crews for the weeks to come")


def _lend(uow: UnitOfWork, thursday: date) -> tuple[int, int]:
    authority = select(Authority).where(Authority.code == "trois-rives")
    authority_id = uow.session.scalars(authority).one().id
    item = uow.session.scalars(
        select(Item).where(Item.code == "TAB-183", Item.authority_id == authority_id)
    ).one()
    jazz = select(Organisation).where(Organisation.name == "Jazz sur le Quai")
    who = uow.session.scalars(jazz).one()
    start = to_utc(datetime.combine(thursday, time(14)), PARIS)
    end = start + timedelta(days=4)
    booking = create_booking(
        uow,
        SYSTEM,
        BookingDetails(who.id, authority_id, start, end, Logistics.PICKUP),
        EventDetails("Bœuf", start, end, who.commune_insee, Competence.CULTURE),
        [Wanted(item.id, 4)],
    )
    submit_booking(uow, SYSTEM, booking.id)
    approve_booking(uow, SYSTEM, booking.id, although=Although(capacity="Essai"))
    return authority_id, booking.id


def stand(place: Place) -> Stand:
    with place.database.read() as uow:
        found = stand_of(uow, place.task)
    assert found is not None
    return found


def local(at: datetime) -> time:
    return to_local(at, PARIS).time()


def open_day(page: Page, place: Place, day: date) -> Locator:
    """Open the board of a day. Returns the card of the task on the line of its crew."""
    board = f"{place.address}/collectivites/{place.authority_id}/planification"
    page.goto(f"{board}?day={day}&vue=jour")
    page.wait_for_load_state("networkidle")
    return page.locator(f'.tl-card[data-for="tache-{place.task}"]')


def drop_at(page: Page, card: Locator, minute: int) -> None:
    """Drag a card along its line to a minute of the day."""
    hours = page.locator("[data-hours]").first.get_attribute("data-hours") or ""
    first, last = map(int, hours.split())
    line = card.locator("xpath=ancestor::*[@data-track][1]").bounding_box()
    here = card.bounding_box()
    assert line is not None
    assert here is not None
    x = line["x"] + line["width"] * (minute - first * 60) / ((last - first) * 60)
    y = line["y"] + line["height"] / 2
    page.mouse.move(here["x"] + 4, here["y"] + 6)
    page.mouse.down()
    page.mouse.move(x - 20, y, steps=4)
    page.mouse.move(x, y, steps=4)
    page.mouse.up()


def test_a_week_is_worked_out_changed_by_hand_published_and_seen_by_the_crew(
    browser: Browser, place: Place
) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 1000}, locale="fr-FR")
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(f"{place.address}/connexion")
    page.get_by_role("button", name=MANAGER).click()
    page.wait_for_url(f"{place.address}/a-traiter*")
    wednesday = place.thursday - DAY

    # The plan is asked for, worked out while the page waits, looked at and applied.
    open_day(page, place, wednesday)
    page.get_by_role("button", name="Calculer un plan").click()
    expect(page.get_by_role("heading", name="Le calcul attend son tour")).to_be_visible()
    stop = page.get_by_role("button", name="Arrêter")
    stop.focus()
    for _ in range(2):  # the page asks how far the plan is, and shows it
        page.wait_for_event("response", lambda answer: "/calculs/" in answer.url)
    expect(stop).to_be_focused()
    assert run_plans(place.database) == 1
    page.get_by_role("button", name="Appliquer ce plan").click()
    expect(page.get_by_text("Ce plan est maintenant le brouillon")).to_be_visible()

    # By the keyboard: to Wednesday, not before ten.
    open_day(page, place, stand(place).day)
    page.locator(f"#tache-{place.task} > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/deplacer?**")
    page.get_by_label("Jour").fill(str(wednesday))
    page.get_by_label("Pas avant").fill("10:00")
    page.keyboard.press("Enter")
    page.wait_for_url("**/planification?**")
    moved = stand(place)
    assert (moved.day, local(moved.starts_at) >= time(10)) == (wednesday, True)

    # By the mouse: later on the same day.
    card = open_day(page, place, wednesday)
    with page.expect_response("**/deplacer"):
        drop_at(page, card, 13 * 60 + 31)
    expect(page.locator("#told")).not_to_be_empty()
    dragged = stand(place)
    assert dragged.day == wednesday
    assert local(dragged.starts_at) >= time(13, 25)

    # The crew sees nothing until the week is published, and then the task at its time.
    sheet = f"{place.address}/tournees/{dragged.crew_id}/{wednesday}"
    page.goto(sheet)
    expect(page.get_by_text("Jazz sur le Quai")).to_have_count(0)
    open_day(page, place, wednesday)
    page.get_by_role("link", name="Publier").click()
    page.get_by_role("button", name="Publier aux équipes").click()
    expect(page.get_by_text("La semaine est publiée")).to_be_visible()
    page.goto(sheet)
    begins = local(dragged.starts_at)
    shown = f"{begins.hour} h {begins:%M}" if begins.minute else f"{begins.hour} h"
    seen = page.locator("article, li, section").filter(has_text="Jazz sur le Quai").last
    expect(seen).to_be_visible()
    assert shown in page.locator("main").inner_text().replace("\N{NO-BREAK SPACE}", " ")
    page.close()
