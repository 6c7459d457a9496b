"""The board in a real browser: by the keyboard, by the mouse, and what is told of a refusal."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from calendars.zones import to_local
from lending.accounts.sessions import Limits, Visitor, open_session
from lending.db.database import Database
from lending.logistics.kinds import TaskKind
from lending.logistics.rounds.drafting import unplan_task
from lending.logistics.rounds.stands import Stand, stand_of
from lending.web.security import SESSION_COOKIE
from tests.factories import Cast
from tests.logistics.conftest import database
from tests.logistics.crews import MONDAY, Yard
from tests.logistics.test_problem import yard
from tests.logistics.test_rounds import booked, planned, tasks
from tests.support.browser import chromium, served, violations

__all__ = ["booked", "database", "planned", "yard"]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

DAY = timedelta(days=1)
PARIS = ZoneInfo("Europe/Paris")
THURSDAY, FRIDAY = MONDAY + 3 * DAY, MONDAY + 4 * DAY


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def base(make_app: Callable[..., Flask], planned: Yard) -> Iterator[str]:
    with served(make_app()) as address:
        yield address


@pytest.fixture
def page(browser: Browser, base: str, database: Database, cast: Cast) -> Iterator[Page]:
    number = cast.manager.user_id
    assert number is not None
    cookie = database.write(lambda uow: open_session(uow, number, Visitor(), Limits()))
    context = browser.new_context(locale="fr-FR", viewport={"width": 1400, "height": 1000})
    context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": base}])
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    opened.on("pageerror", lambda error: pytest.fail(str(error)))
    yield opened
    context.close()


def open_board(page: Page, base: str, cast: Cast, day: object, span: str = "jour") -> None:
    page.goto(f"{base}/collectivites/{cast.town}/planification?day={day}&vue={span}")
    page.wait_for_load_state("networkidle")


def stand(database: Database, task: int) -> Stand:
    with database.read() as uow:
        found = stand_of(uow, task)
    assert found is not None
    return found


def drag(page: Page, card: Locator, x: float, y: float) -> None:
    box = card.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 4, box["y"] + 6)
    page.mouse.down()
    page.mouse.move(x - 20, y, steps=4)
    page.mouse.move(x, y, steps=4)
    page.mouse.up()


def at_minute(page: Page, track: Locator, minute: int) -> tuple[float, float]:
    """Return where a minute of the day lies on the line of a crew."""
    first, last = map(
        int, (page.locator("[data-rounds]").get_attribute("data-hours") or "").split()
    )
    box = track.bounding_box()
    assert box is not None
    x = box["x"] + box["width"] * (minute - first * 60) / ((last - first) * 60)
    return x, box["y"] + box["height"] / 2


def test_a_task_is_moved_by_the_keyboard_and_back(
    page: Page, base: str, cast: Cast, planned: Yard, database: Database
) -> None:
    task = tasks(database, TaskKind.PREPARE)[0]
    before = stand(database, task)
    open_board(page, base, cast, before.day)
    page.locator(f"#tache-{task} > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/deplacer?**")
    page.get_by_label("Jour").fill(str(THURSDAY))
    page.get_by_label("Pas avant").fill("15:00")
    page.keyboard.press("Enter")
    page.wait_for_url("**/planification?**")
    expect(page.locator("#told")).to_contain_text("jeu. 4 juin, 15 h")
    assert stand(database, task).day == THURSDAY
    page.get_by_role("button", name="Annuler ce changement").press("Enter")
    expect(page.locator("#told")).not_to_contain_text("15 h")
    assert stand(database, task).starts_at == before.starts_at


def test_a_task_is_dragged_along_the_hours_and_the_form_is_what_is_sent(
    page: Page, base: str, cast: Cast, planned: Yard, database: Database
) -> None:
    task = tasks(database, TaskKind.PREPARE)[0]
    before = stand(database, task)
    open_board(page, base, cast, before.day)
    card = page.locator(f'.tl-card[data-for="tache-{task}"]')
    track = page.locator("[data-track]")
    with page.expect_request("**/deplacer") as sent:
        drag(page, card, *at_minute(page, track, 15 * 60 + 31))
    assert "starts=15%3A" in (sent.value.post_data or "")
    expect(page.locator("#told")).to_contain_text("Équipe A")
    moved = stand(database, task)
    begins = to_local(moved.starts_at, PARIS)
    assert moved.day == before.day
    assert begins.hour * 60 + begins.minute >= 15 * 60 + 25, "not before where it was dropped"
    expect(card).to_have_attribute("title", re.compile(rf"^\d+ – {begins.hour}\s*h"))
    assert violations(page) == []


def test_a_drop_that_breaks_a_rule_goes_back_and_says_why(
    page: Page, base: str, cast: Cast, planned: Yard, database: Database
) -> None:
    task = tasks(database, TaskKind.DELIVER)[0]
    before = stand(database, task)
    open_board(page, base, cast, before.day, "semaine")
    card = page.locator(f"#tache-{task} > summary")
    cell = page.locator(f'[data-lane][data-day="{MONDAY}"]').bounding_box()
    assert cell is not None
    drag(page, card, cell["x"] + 40, cell["y"] + 40)
    expect(page.locator("#told")).to_contain_text("Cela ne tient pas : l’équipe ne peut pas y être")
    assert stand(database, task) == before
    expect(page.locator(f"#tache-{task}")).to_have_count(1)


def test_a_task_is_dragged_into_the_basket_and_out_of_it(
    page: Page, base: str, cast: Cast, planned: Yard, database: Database
) -> None:
    task = tasks(database, TaskKind.PREPARE)[0]
    open_board(page, base, cast, MONDAY, "semaine")
    basket = page.locator("#basket").bounding_box()
    assert basket is not None
    drag(page, page.locator(f"#tache-{task} > summary"), basket["x"] + 60, basket["y"] + 30)
    waiting = page.locator(f"#panier-{task} > summary")
    expect(waiting).to_be_visible()
    cell = page.locator(f'[data-lane][data-day="{THURSDAY}"]').bounding_box()
    assert cell is not None
    drag(page, waiting, cell["x"] + 40, cell["y"] + 30)
    expect(page.locator(f"#tache-{task}")).to_be_visible()
    assert stand(database, task).day == THURSDAY


def test_a_card_is_pinned_where_it_is_without_leaving_the_place(
    page: Page, base: str, cast: Cast, planned: Yard, database: Database
) -> None:
    task = tasks(database, TaskKind.PREPARE)[0]
    open_board(page, base, cast, stand(database, task).day)
    page.locator(f"#tache-{task} > summary").click()
    page.locator(f"#tache-{task}").get_by_role("button", name="Épingler").click()
    expect(page.locator(f"#tache-{task} .task-pin")).to_be_visible()
    expect(page.locator("#flashes")).to_contain_text("reste à son équipe")
    assert stand(database, task).pin.value == "crew"


def test_without_script_the_day_is_there_and_changes_by_its_forms(
    browser: Browser, page: Page, base: str, cast: Cast, planned: Yard, database: Database
) -> None:
    task = tasks(database, TaskKind.PREPARE)[0]
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    context.add_cookies(page.context.cookies())
    bare = context.new_page()
    open_board(bare, base, cast, stand(database, task).day)
    assert bare.locator("[data-timeline]").is_hidden()
    bare.locator(f"#tache-{task} > summary").click()
    bare.locator(f"#tache-{task}").get_by_role("button", name="Retirer").click()
    expect(bare.locator("#told")).to_contain_text("n’est plus planifiée")
    bare.locator(f"#panier-{task} > summary").click()
    expect(bare.locator(f"#panier-{task}").get_by_role("link", name="Déplacer…")).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("span", ["jour", "semaine"])
def test_a_full_board_can_be_used_by_everybody(
    page: Page, base: str, cast: Cast, database: Database, span: str, theme: str, width: int
) -> None:
    prepare, other = tasks(database, TaskKind.PREPARE)[:2]
    database.write(lambda uow: unplan_task(uow, cast.manager, prepare))
    day = stand(database, other).day
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
    open_board(page, base, cast, day, span)
    for card in (f"#tache-{other}", f"#panier-{prepare}"):
        page.locator(f"{card} > summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
