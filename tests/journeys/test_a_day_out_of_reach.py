"""A crew works through its day while the network comes and goes: all is there, each thing once."""

import io
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect
from sqlalchemy import select
from werkzeug.serving import BaseWSGIServer, make_server

from calendars.zones import to_local
from lending.accounts.permissions import Principal
from lending.accounts.sessions import Limits, Visitor, open_session
from lending.app import build_database, create_app
from lending.bookings.models import Logistics
from lending.db.database import Database, UnitOfWork
from lending.db.schema import migrate
from lending.documents.kinds import Signing
from lending.handover.kinds import Standing
from lending.handover.queries import statements_of
from lending.logistics.fieldwork import report_problem
from lending.logistics.kinds import TaskState, Told
from lending.logistics.means.models import Agent
from lending.logistics.queries import TaskDetail, get_task
from lending.logistics.rounds.models import Stop
from lending.logistics.rounds.sheet import Sheet, sheet_of
from lending.settings import Settings
from lending.web.formats import DEFAULT_ZONE
from lending.web.security import SESSION_COOKIE
from tests import factories
from tests.factories import Cast
from tests.logistics.crews import build_yard, give_round
from tests.support.browser import chromium, violations
from tests.support.letters import set_letterhead

PHONE = {"width": 390, "height": 844}
HOUR = timedelta(hours=1)


@dataclass
class Place:
    """An installation whose server can be cut off, with a crew that has three deliveries today."""

    app: Flask
    cast: Cast
    crew_id: int
    port: int
    _server: BaseWSGIServer | None = None
    _thread: threading.Thread | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Where the server is, when it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Database:
        """What the server writes to."""
        found: Database = self.app.extensions["database"]
        return found

    def connect(self) -> None:
        """Answer again, at the same address."""
        self._server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Cut the line: nobody answers, neither the page nor what works behind it."""
        assert self._server is not None
        assert self._thread is not None
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def sheet(self) -> Sheet:
        """Return the sheet of today as the server knows it."""
        with self.database.read() as uow:
            today = to_local(uow.now, DEFAULT_ZONE).date()
            return sheet_of(uow, self.cast.manager, self.crew_id, today)

    def task(self, number: int) -> TaskDetail:
        """Return what is known of the task at a stop."""
        found = self.sheet().stops[number - 1].task
        assert found is not None
        with self.database.read() as uow:
            return get_task(uow, self.cast.manager, found.id)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run one browser for the stories of this module."""
    with chromium() as running:
        yield running


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Build the installation, on the real clock: the telephone's is real too."""
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'field.db'}",
        instance=tmp_path,
        secret_key="tests only, and long enough",
        secure_cookies=False,
    )
    database = build_database(settings)
    migrate(database)
    cast = factories.standing_cast(database)
    yard = build_yard(database, cast)

    def link(uow: UnitOfWork) -> None:
        uow.session.get_one(Agent, yard.ines).user_id = cast.agent.user_id

    database.write(link)
    now = datetime.now(UTC)
    for lines in ({cast.chairs: 40}, {cast.tables: 5}, {cast.barriers: 10}):
        dates = {"start": now + HOUR, "end": now + 72 * HOUR}
        factories.approved(database, cast, lines, logistics=Logistics.DELIVERY, **dates)
    give_round(database, yard.crew, now)
    built = Place(create_app(settings, database), cast, yard.crew, free_port())
    built.connect()
    yield built
    built.cut()
    database.dispose()


def telephone(browser: Browser, place: Place, who: Principal, **more: object) -> BrowserContext:
    number = who.user_id
    assert number is not None
    secret = place.database.write(lambda uow: open_session(uow, number, Visitor(), Limits()))
    context = browser.new_context(locale="fr-FR", viewport=PHONE, has_touch=True, **more)
    cookie = {"name": SESSION_COOKIE, "value": secret, "url": place.address}
    context.add_cookies([cookie])
    return context


def open_sheet(context: BrowserContext, place: Place) -> Page:
    """Open one's round as from the home screen, and wait until it is kept."""
    page = context.new_page()
    page.goto(place.address)
    expect(page).to_have_url(re.compile(rf"/tournees/{place.crew_id}/"))
    expect(page.locator("#outbox")).to_have_attribute("data-kept", "yes")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def deliveries(place: Place) -> list[int]:
    """Return the numbers of the stops where something is delivered."""
    return [s.number for s in place.sheet().stops if s.task and s.task.kind.value == "deliver"]


def stop(page: Page, number: int) -> Locator:
    """Return a stop, opened."""
    found = page.locator(f"#stop-{number}")
    if found.locator("> details").get_attribute("open") is None:
        found.locator("> details > summary").click()
    return found


def tell(page: Page, number: int, kind: str) -> Locator:
    """Return the form that tells something of a stop, opened where it is folded."""
    form = stop(page, number).locator(f"form.tell-{kind}")
    fold = form.locator("xpath=..")
    if fold.evaluate("it => it.tagName === 'DETAILS' && !it.open"):
        fold.locator("> summary").click()
    return form


def press(form: Locator) -> None:
    form.locator("[type=submit]").click()


def state(page: Page, number: int, value: str) -> None:
    expect(page.locator(f"#stop-{number}")).to_have_attribute("data-state", value)


def waiting(page: Page, count: int) -> None:
    expect(page.locator("#outbox")).to_have_attribute("data-state", "offline")
    expect(page.locator("#outbox-line")).to_contain_text(str(count))


def sent(page: Page) -> None:
    expect(page.locator("#outbox")).to_have_attribute("data-state", "sent", timeout=15_000)


def a_photo() -> dict[str, object]:
    out = io.BytesIO()
    Image.new("RGB", (2400, 1800), "seagreen").save(out, "JPEG")
    return {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def sign(page: Page, form: Locator) -> None:
    canvas = form.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 180, box["y"] + 90, steps=8)
    page.mouse.up()


def test_a_day_with_the_network_cut_in_the_middle(browser: Browser, place: Place) -> None:
    context = telephone(browser, place, place.cast.agent)
    page = open_sheet(context, place)
    first, second, third = deliveries(place)
    press(tell(page, first, "started"))
    state(page, first, "started")
    sent(page)
    assert place.task(first).state is TaskState.STARTED

    place.cut()
    context.set_offline(True)
    photo = tell(page, first, "photo")
    photo.locator("[type=file]").set_input_files(a_photo())
    press(photo)
    waiting(page, 1)
    signed = tell(page, first, "signed")
    sign(page, signed)
    press(signed)
    waiting(page, 2)
    done = tell(page, first, "done")
    done.locator("details > summary").click()
    done.locator("input[type=number]").fill("38")
    press(done)
    state(page, first, "partial")
    note = tell(page, first, "note")
    note.locator("textarea").fill("Deux chaises cassées au déchargement")
    press(note)
    press(tell(page, second, "started"))
    state(page, second, "started")
    waiting(page, 5)

    page.reload()
    state(page, first, "partial")
    state(page, second, "started")
    waiting(page, 5)
    assert violations(page) == []
    press(tell(page, second, "done"))
    state(page, second, "done")
    boss = place.cast.manager
    number = place.task(third).id
    place.database.write(lambda uow: report_problem(uow, boss, number, "Fête reportée"))
    press(tell(page, third, "started"))
    press(tell(page, third, "done"))
    waiting(page, 8)
    assert [e.kind for e in place.task(first).events] == [Told.STARTED]

    place.connect()
    context.set_offline(False)
    sent(page)
    # Both that it began and that it is done came after somebody else had called it off.
    expect(page.locator("#outbox-trouble li")).to_have_count(2)
    expect(page.locator("#outbox-trouble li").last).to_contain_text("Marc")
    told = place.task(first)
    kinds = [Told.STARTED, Told.PHOTO, Told.SIGNED, Told.DONE, Told.NOTE]
    assert [event.kind for event in told.events] == kinds
    assert (told.state, told.lines[0].done) == (TaskState.PARTIAL, 38)
    assert told.events[1].photo
    assert told.events[2].signature
    assert place.task(second).state is TaskState.DONE
    contested = place.task(third)
    assert contested.state is TaskState.PROBLEM
    assert [(e.kind, e.conflict) for e in contested.events][-1] == (Told.DONE, TaskState.PROBLEM)
    expect(page.locator(f"#stop-{first} .told-photo")).to_have_count(1)
    state(page, third, "problem")
    for left in (1, 0):
        page.locator("#outbox-trouble [data-remedy=read]").first.click()
        expect(page.locator("#outbox-trouble li")).to_have_count(left)
    page.reload()
    sent(page)
    assert len(place.task(first).events) == len(kinds)
    context.close()


def test_an_answer_that_is_lost_on_the_way_is_asked_for_again(
    browser: Browser, place: Place
) -> None:
    """The report arrives, its answer does not: sent again, it is there once."""
    context = telephone(browser, place, place.cast.agent)
    page = open_sheet(context, place)
    first, *_ = deliveries(place)
    lost: list[str] = []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
            return
        answer = route.fetch()
        lost.append(answer.text())
        route.abort("connectionreset")

    page.route("**/dire", lose_the_first)
    press(tell(page, first, "started"))
    waiting(page, 1)
    assert [e.kind for e in place.task(first).events] == [Told.STARTED]
    page.locator("#outbox-again").click()
    sent(page)
    assert lost
    assert [e.kind for e in place.task(first).events] == [Told.STARTED]
    context.close()


def test_what_waits_is_sent_in_the_name_of_who_told_it(browser: Browser, place: Place) -> None:
    """Somebody else signs in on the same telephone: the first one's actions stay, and are told."""
    context = telephone(browser, place, place.cast.agent)
    page = open_sheet(context, place)
    first, *_ = deliveries(place)
    place.cut()
    press(tell(page, first, "started"))
    waiting(page, 1)
    number = place.cast.manager.user_id
    assert number is not None
    other = place.database.write(lambda uow: open_session(uow, number, Visitor(), Limits()))
    context.add_cookies([{"name": SESSION_COOKIE, "value": other, "url": place.address}])
    place.connect()
    page.locator("#outbox-again").click()
    expect(page.locator("#outbox")).to_have_attribute("data-state", "signed-out")
    page.reload()
    sent(page)
    expect(page.locator("#outbox-line")).to_contain_text("1")
    assert place.task(first).events == ()
    context.close()


def test_a_refused_report_is_kept_with_its_remedy(browser: Browser, place: Place) -> None:
    """A telephone whose clock runs three days late is told so, and sends with the present time."""
    context = telephone(browser, place, place.cast.agent)
    page = open_sheet(context, place)
    first, *_ = deliveries(place)
    page.evaluate(
        "() => { const real = Date.prototype.toISOString; Date.prototype.toISOString ="
        " function () { return real.call(new Date(this.getTime() - 3 * 864e5)); } }"
    )
    press(tell(page, first, "started"))
    expect(page.locator("#outbox-trouble li")).to_have_count(1)
    assert place.task(first).events == ()
    page.locator("#outbox-trouble [data-remedy=now]").click()
    expect(page.locator("#outbox-trouble li")).to_have_count(0)
    sent(page)
    assert [e.kind for e in place.task(first).events] == [Told.STARTED]
    context.close()


def test_a_sheet_that_changes_says_so(browser: Browser, place: Place) -> None:
    """The dispatcher moves a stop while the crew is under way: whoever looks again is told."""
    context = telephone(browser, place, place.cast.agent)
    page = open_sheet(context, place)
    *_, last = deliveries(place)
    before = page.locator(f"#stop-{last} .stop-time").text_content()
    news = page.locator("#outbox-news")
    look_again = "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(look_again)
    sent(page)

    def move(uow: UnitOfWork) -> None:
        stop = uow.session.scalars(select(Stop).where(Stop.position == last)).one()
        stop.ends_at += 3 * HOUR
        stop.starts_at += 2 * HOUR

    place.database.write(move)
    expect(news).to_be_hidden()
    page.evaluate(look_again)
    expect(news).to_be_visible()
    expect(page.locator(f"#stop-{last} .stop-time")).not_to_have_text(before or "")
    news.locator("button").click()
    expect(news).to_be_hidden()
    context.close()


def test_without_script_the_day_is_told_by_plain_forms(browser: Browser, place: Place) -> None:
    context = telephone(browser, place, place.cast.agent, java_script_enabled=False)
    page = context.new_page()
    page.goto(place.address)
    first, *_ = deliveries(place)
    press(page.locator(f"#stop-{first} form.tell-started"))
    state(page, first, "started")
    press(page.locator(f"#stop-{first} form.tell-done"))
    state(page, first, "done")
    assert [e.kind for e in place.task(first).events] == [Told.STARTED, Told.DONE]
    context.close()


def test_the_sheet_prints_whole_on_a4(browser: Browser, place: Place) -> None:
    """On paper nothing is folded, nothing is a button, and there is room for a signature."""
    context = telephone(browser, place, place.cast.agent)
    page = open_sheet(context, place)
    folded = page.locator(".stop:has(details:not([open])) > details > .stop-body")
    expect(folded.last).to_be_hidden()
    a4_without_margins = {"width": round((210 - 24) / 25.4 * 96), "height": 1000}
    page.set_viewport_size(a4_without_margins)  # type: ignore[arg-type]
    page.emulate_media(media="print")
    for body in page.locator(".stop-body").all():
        expect(body).to_be_visible()
        expect(body.locator(".stop-lines").first).to_be_visible()
        expect(body.locator(".print-sign")).to_be_visible()
    for hidden in page.locator(".stop-acts, .outbox, .site-nav, .btn").all():
        expect(hidden).to_be_hidden()
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, "nothing is wider than the paper"
    context.close()


def test_a_statement_is_written_out_of_reach_and_arrives_once(
    browser: Browser, place: Place
) -> None:
    set_letterhead(place.database, place.cast, signing=Signing.REQUIRED)
    context = telephone(browser, place, place.cast.agent)
    page = open_sheet(context, place)
    expect(page.locator("#outbox")).to_have_attribute("data-loans", "yes", timeout=20_000)
    first = deliveries(place)[0]
    booking = place.task(first).booking_id
    place.cut()
    context.set_offline(True)
    stop(page, first).locator("a[data-keep]").click()
    expect(page.locator("#outbox")).to_have_attribute("data-state", "offline")
    line = page.locator("[data-line]").first
    line.get_by_role("button", name="Un de moins").click()
    expect(line.locator("[data-all]")).to_have_attribute("aria-pressed", "false")
    line.locator("summary").click()
    line.locator("[type=file]").set_input_files(a_photo())
    page.locator("[name=rest_follows]").check()
    press(page.locator("#statement"))  # nobody has signed the agreement: why does it leave?
    expect(page.locator("[name=unsigned_reason]")).to_be_focused()
    page.locator("[name=unsigned_reason]").fill("La présidente signe sur place")
    press(page.locator("#statement"))  # nobody is named: it stays, and asks
    expect(page.locator("[name=borrower_name]")).to_be_focused()
    assert violations(page) == []
    page.locator("[name=borrower_name]").fill("Alice Martin")
    sign(page, page.locator("[data-pad=borrower_signature]"))
    press(page.locator("#statement"))
    expect(page.locator("#statement-kept")).to_be_visible()
    waiting(page, 1)

    place.connect()
    context.set_offline(False)
    page.locator("#outbox-again").click()
    sent(page)
    with place.database.read() as uow:
        [made] = statements_of(uow, place.cast.manager, booking)
    [told] = made.lines
    assert (made.standing, told.delivered, told.expected) == (Standing.COUNTED, 39, 40)
    assert made.rest_follows
    assert made.borrower_signature
    assert len(told.photos) == 1
    context.close()


def test_a_statement_that_is_refused_stands_in_the_form_again(
    browser: Browser, place: Place
) -> None:
    """More chairs leave than were granted: what was counted, photographed and signed stays."""
    context = telephone(browser, place, place.cast.agent)
    page = open_sheet(context, place)
    first = deliveries(place)[0]
    booking = place.task(first).booking_id
    stop(page, first).locator("a[data-keep]").click()
    expect(page.locator("#outbox")).to_have_attribute("data-kept", "yes")
    form, line = page.locator("#statement"), page.locator("[data-line]").first
    line.locator("[data-count=delivered] input").fill("41")
    line.locator("summary").click()
    line.locator("[name^=remark-]").fill("Deux sont rayées")
    line.locator("[type=file]").set_input_files(a_photo())
    page.locator("[name=borrower_name]").fill("Alice Martin")
    sign(page, page.locator("[data-pad=borrower_signature]"))
    press(form)
    summary = page.locator(".error-summary")
    expect(summary).to_contain_text("entre 0 et les 40")
    expect(summary).to_be_focused()
    expect(page.locator("#statement-kept")).to_be_hidden()
    assert violations(page) == []

    page.goto(place.address)  # who goes elsewhere first finds the way back to it
    page.locator("#outbox-trouble [data-correct]").click()
    expect(summary).to_be_visible()
    expect(page.locator("[name=borrower_name]")).to_have_value("Alice Martin")
    expect(line.locator("[data-count=delivered] input")).to_have_value("41")
    line.locator("[data-count=delivered] input").fill("39")
    press(form)
    expect(page.locator("#statement-kept")).to_be_visible()
    sent(page)
    expect(page.locator("#outbox-trouble li")).to_have_count(0)
    with place.database.read() as uow:
        [made] = statements_of(uow, place.cast.manager, booking)
    [told] = made.lines
    assert (told.delivered, told.remark, len(told.photos)) == (39, "Deux sont rayées", 1)
    assert made.borrower_signature
    context.close()
