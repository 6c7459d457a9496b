"""Requests in a real browser: the list that follows, the keyboard alone, no script at all."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lending.accounts.sessions import Limits, Visitor, open_session
from lending.bookings.detail import get_booking
from lending.bookings.states import State
from lending.db.database import Database
from lending.web.security import SESSION_COOKIE
from tests.factories import Cast, approved, draft
from tests.support.browser import chromium, served, violations

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def live(app: Flask) -> Database:
    database: Database = app.extensions["database"]
    return database


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as base:
        yield base


@pytest.fixture
def visit(
    browser: Browser, address: str, live: Database, cast: Cast
) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page as Alice, on a phone unless said otherwise."""
    number = cast.alice.user_id or 0
    secret = live.write(lambda uow: open_session(uow, number, Visitor(), Limits()))
    opened: list[BrowserContext] = []

    def open_page(path: str, **more: object) -> Page:
        context = browser.new_context(**({"locale": "fr-FR", "viewport": PHONE} | more))
        opened.append(context)
        context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": address}])
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.goto(address + path)
        return page

    yield open_page
    for context in opened:
        context.close()


def _state(live: Database, cast: Cast, number: int) -> State:
    with live.read() as uow:
        return get_booking(uow, cast.administrator, number).state


def test_the_list_follows_what_is_chosen_without_loading_the_page_again(
    live: Database, cast: Cast, visit: Callable[..., Page]
) -> None:
    number = draft(live, cast, {})
    page = visit(f"/demandes/{number}/materiel")
    page.evaluate("window.stillHere = true")
    field = page.locator(f"#quantity-{cast.chairs}")
    field.fill("30")
    field.press("Tab")
    bar = page.locator("#running-bar")
    expect(bar).to_contain_text("30")
    expect(page.locator("#running-list")).to_contain_text("Chaise pliante")
    page.locator(f"#item-{cast.tables} .stepper-button").last.click()
    expect(bar).to_contain_text("31")
    assert page.evaluate("window.stillHere") is True
    field.fill("0")
    field.press("Tab")
    expect(page.locator("#running-list")).not_to_contain_text("Chaise pliante")


def test_without_script_a_conflict_is_met_and_a_way_out_taken(
    live: Database, cast: Cast, visit: Callable[..., Page]
) -> None:
    approved(live, cast, {cast.chairs: 80}, organisation=cast.club)
    number = draft(live, cast, {})
    page = visit(f"/demandes/{number}/materiel", java_script_enabled=False)
    page.fill(f"#quantity-{cast.chairs}", "60")
    page.click(f"#item-{cast.chairs} button[type=submit]")
    page.click("#running-bar >> text=Continuer")
    page.click("text=Enregistrer et continuer")
    page.click("button >> text=Envoyer la demande")
    assert page.url.endswith("/conflit")
    page.click("text=Envoyer avec ces quantités")
    assert page.url.endswith("/envoyee")
    assert _state(live, cast, number) is State.SUBMITTED


def test_with_the_keyboard_alone_a_request_is_sent_and_a_conflict_settled(
    live: Database, cast: Cast, visit: Callable[..., Page]
) -> None:
    approved(live, cast, {cast.chairs: 80}, organisation=cast.club)
    number = draft(live, cast, {cast.chairs: 60})
    page = visit(f"/demandes/{number}/verifier", viewport={"width": 1280, "height": 900})
    _press(page, "Envoyer la demande")
    page.wait_for_url("**/conflit")
    _press(page, "S’inscrire sur la liste d’attente")
    page.wait_for_url("**/envoyee")
    assert _state(live, cast, number) is State.WAITLISTED


def _press(page: Page, words: str) -> None:
    """Go to a button with the tab key, and press it with Enter."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == words:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the tab key never reaches {words!r}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_conflict_is_readable_by_everybody(
    live: Database, cast: Cast, visit: Callable[..., Page], scheme: str
) -> None:
    approved(live, cast, {cast.chairs: 80, cast.tables: 15}, organisation=cast.club)
    number = draft(live, cast, {cast.chairs: 60, cast.tables: 10})
    page = visit(f"/demandes/{number}/conflit", color_scheme=scheme)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
