"""Every page, in both themes, on the phone and on a desk, can be used by everybody.

axe finds nothing serious, nothing is wider than the screen, the content security policy holds.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from lending.accounts.permissions import PUBLIC_ACTIONS
from lending.app import create_app
from lending.settings import Settings
from lending.web.security import SESSION_COOKIE
from tests.support.browser import THEMES, chromium, served, violations_in
from tests.web.routes import QUERIES, ROUTES
from tests.web.stage import Stage

STAFF_ROOMS = (
    *("inbox", "board", "shortages", "jobs", "decisions", "audit", "overrides", "preemption"),
    *("catalogue", "logistics", "closures", "means", "rounds", "planning", "policies", "routing"),
    *("units", "assigning"),
)
STAFF_PAGES = (
    "statements.write",
    "messages.failures",
    "organisations.index",
    "organisations.create",
    "organisations.reject",
    "organisations.forget",
    "organisations.erasures",
    "organisations.add_contact",
    "allocations.announce",
    "allocations.attempt",
    "valuation.choose",
    "valuation.annex",
    "valuation.scdl",
    "register.choose",
    "register.show",
)
ALSO = {
    "home.show": ("borrower",),
    "catalogue.index": ("borrower", "manager"),
    "catalogue.item": ("borrower", "manager"),
    "organisations.show": ("manager",),
    "messages.index": ("manager",),
    "organisations.edit": ("manager",),
    "bookings.index": ("manager",),
    "rounds.sheet": ("technical agent",),
    "valuation.statement": ("manager",),
    "logistics.show": ("technical agent",),
    "attachments.show": ("manager",),
    "attachments.of_booking": ("manager",),
    "units.found": ("manager",),
    "statements.show": ("manager",),
    "charges.index": ("manager",),
    "charges.show": ("manager",),
    "documents.index": ("manager",),
}
NOT_PAGES = (
    {"static", "bootstrap.static", "feeds.show", "api.openapi", "health.alive"}
    | {
        "health.ready",
        "catalogue.photo",
        "bookings.plan",
        "logistics.picture",
        "means.times_file",
        "valuation.annex_file",
        "valuation.scdl_file",
        "valuation.statement_file",
        "planning.outlines",
        "audit.export",
        "register.show_file",
        "register.public_file",
        "audit.heads",
        "rounds.session",
        "rounds.worker",
        "feeds.programme",
        "subscriptions.download",
        "statements.picture",
        "charges.export_file",
        "attachments.file",
        "units.labels_file",
        "reference.show",  # by far the longest: see test_reference
        "safety.wind",  # only in the days before a loan with a tent; see test_safety
    }
    | {f"documents.{view}" for view in ("draft", "file", "copy", "logo", "sign_file")}
)
ABOUT = {"preemption.choose": {"booking_id": "own_id"}}
"""Pages about another object than the usual one: a lender takes back for an event of its own."""
WIDTHS = (1280, 390)


@dataclass
class Reader:
    """Somebody with a window, in which one page after the other is read."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    """What the browser says of the page it shows."""

    def __post_init__(self) -> None:
        """Listen to the browser."""
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        # What is merely a suggestion comes at a lower level: an account made for somebody else
        # must not be filled in with one's own address.
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


@pytest.fixture(scope="module")
def base(stage: Stage) -> Iterator[str]:
    """Serve it."""
    with served(stage.app) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run a browser."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def reader_of(browser: Browser, stage: Stage, base: str) -> Callable[[str], Reader]:
    """Return a function that gives each person's window: styles and scripts are fetched once."""

    @cache
    def make(name: str) -> Reader:
        context = browser.new_context(
            locale="fr-FR",
            viewport={"width": 1280, "height": 900},
            # Colours are measured once they have changed, not on their way.
            reduced_motion="reduce",
        )
        if name in stage.cookies:
            cookie = {"name": SESSION_COOKIE, "value": stage.cookies[name], "url": base}
            context.add_cookies([cookie])
        return Reader(context.new_page())

    return make


def views() -> list[tuple[str, str]]:
    """Return each page with each reader it is looked at by."""
    folder = Path(tempfile.gettempdir())
    settings = Settings(f"sqlite:///{folder / 'never-opened.db'}", folder, "no secret")
    rules = create_app(settings).url_map.iter_rules()
    pages = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    return sorted(
        (endpoint, name)
        for endpoint in (pages & set(ROUTES)) - NOT_PAGES
        for name in (_first_reader(endpoint), *ALSO.get(endpoint, ()))
    )


def _first_reader(endpoint: str) -> str:
    route = ROUTES[endpoint]
    if route.action in PUBLIC_ACTIONS or not (route.action or route.signed_in):
        return "anonymous"
    room = endpoint.partition(".")[0]
    if room == "administration" or endpoint == "documents.letterhead":
        return "administrator"
    by_staff = room in STAFF_ROOMS or endpoint in STAFF_PAGES
    return "manager" if by_staff else "borrower"


def address_of(stage: Stage, endpoint: str) -> str:
    """Return the address of a page about the sample objects."""
    rules = stage.app.url_map.iter_rules(endpoint)
    rule = next(rule for rule in rules if "GET" in (rule.methods or ()))
    about = ABOUT.get(endpoint, {})
    built = rule.build({name: stage.arguments[about.get(name, name)] for name in rule.arguments})
    assert built is not None
    return str(built[1]) + QUERIES.get(endpoint, "").format(**stage.arguments)


@pytest.mark.parametrize(("endpoint", "name"), views())
def test_a_page_can_be_used_by_everybody(
    stage: Stage, reader_of: Callable[[str], Reader], base: str, endpoint: str, name: str
) -> None:
    address = address_of(stage, endpoint)
    reader = reader_of(name)
    reader.page.goto("about:blank")  # what the page before still asked for is forgotten
    reader.complaints.clear()
    answer = reader.page.goto(base + address)
    assert answer is not None
    assert answer.ok, f"{address} answers {answer.status}"
    for width in WIDTHS:
        _check(reader.page, width, address)
    assert reader.complaints == [], "the content security policy holds and no script fails"


def _check(page: Page, width: int, address: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    told = f"{address} at {width} px"
    assert page.evaluate("document.documentElement.scrollWidth") <= width, told
    for theme in THEMES:
        assert violations_in(page, theme) == [], f"{told}, {theme}"
