"""The page of widgets in a real browser: both themes, phone and desk, keyboard, no script."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from lending.settings import Settings
from tests.support.browser import chromium, served, violations

PAGE = "/developpement/composants?coque=1"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def address(make_app: Callable[..., Flask], settings: Settings) -> Iterator[str]:
    with served(make_app(replace(settings, debug=True))) as base:
        yield base + PAGE


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    opened.goto(address)
    opened.wait_for_load_state("networkidle")
    yield opened
    context.close()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_for_axe_and_nothing_wider_than_the_screen(
    browser: Browser, address: str, width: int, theme: str
) -> None:
    context = browser.new_context(
        locale="fr-FR",
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": width, "height": 900},
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Choisir sur un calendrier").first.click()
    page.locator("calendar-month").first.wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == [], "the content security policy holds and no script fails"
    context.close()


def test_j_and_k_move_between_rows_and_can_be_turned_off(page: Page) -> None:
    current = page.locator("tr.is-current th a")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = current.inner_text()
    page.keyboard.press("k")
    assert current.inner_text() != second
    page.get_by_role("button", name="Couper les raccourcis").click()
    page.keyboard.press("j")
    assert current.count() == 0


def test_shortcuts_do_not_act_while_somebody_types(page: Page) -> None:
    page.get_by_role("searchbox").fill("")
    page.get_by_role("searchbox").press_sequentially("jk")
    assert page.get_by_role("searchbox").input_value() == "jk"
    assert page.locator("tr.is-current").count() == 0


def test_asking_for_more_than_is_free_is_said_at_once(page: Page) -> None:
    card = page.locator("#item-3")
    card.get_by_role("spinbutton").fill("12")
    assert card.locator(".stepper-says").inner_text() == ""
    card.get_by_role("button", name="Un de plus").click()
    assert card.get_by_role("spinbutton").input_value() == "13"
    assert "Seulement 12" in card.locator(".stepper-says").inner_text()


def test_days_chosen_on_the_calendar_fill_the_fields(page: Page) -> None:
    page.get_by_role("button", name="Choisir sur un calendrier").first.click()
    days = page.locator("calendar-month").first.locator("button:not([disabled])")
    days.nth(9).click()
    days.nth(12).click()
    form = page.locator("form[data-dates]").first
    assert form.locator("[name=start_date]").input_value() == "2026-06-10"
    assert form.locator("[name=end_date]").input_value() == "2026-06-13"


def test_end_follows_a_start_that_passes_it(page: Page) -> None:
    form = page.locator("form[data-dates]").first
    form.locator("[name=start_date]").fill("2026-06-20")
    form.locator("[name=start_date]").dispatch_event("change")
    assert form.locator("[name=end_date]").input_value() == "2026-06-20"


def test_theme_changes_in_place_and_stays(page: Page) -> None:
    page.locator("summary", has_text="Affichage").click()
    with page.expect_response("**/preferences"):
        page.get_by_role("button", name="Sombres").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_errors_take_the_focus_and_lead_to_their_fields(page: Page) -> None:
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.get_by_role("link", name="Donnez le nom de la manifestation.").click()
    assert page.evaluate("document.activeElement.id") == "name"
    assert violations(page) == []


def test_theme_and_language_are_chosen_without_script(browser: Browser, address: str) -> None:
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.locator("summary", has_text="Affichage").click()
    page.get_by_role("button", name="Sombres").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.locator("summary", has_text="Affichage").click()
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    context.close()


def test_widgets_are_shown_in_demo_and_debug_only(make_app: Callable[..., Flask]) -> None:
    assert make_app().test_client().get(PAGE).status_code == 404


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "/\\evil", ""])
def test_choice_never_leads_to_another_site(make_app: Callable[..., Flask], target: str) -> None:
    client = make_app(WTF_CSRF_ENABLED=False).test_client()
    answer = client.post("/preferences", data={"theme": "dark", "next": target})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 429, 500, 503])
def test_every_error_page_says_what_to_do(make_app: Callable[..., Flask], status: int) -> None:
    from flask import render_template

    app = make_app()
    with app.test_request_context("/", headers={"Accept-Language": "fr"}):
        text = render_template(f"errors/{status}.html", message="", status=status)
    assert f"Code {status}" in text
    assert "Aller à l" in text


def test_paper_stays_white_when_the_screen_is_dark(page: Page) -> None:
    page.emulate_media(media="screen", color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(21, 23, 42)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
