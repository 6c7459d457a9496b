"""The planning board as a page: a real table, at every zoom, for everybody who plans."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from lending.bookings.supply import move_stock
from lending.clock import FixedClock
from tests.factories import Cast, approved, submitted
from tests.support.browser import chromium, served, violations
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]


def rows_of(page: str) -> list[int]:
    """Return how many columns each row of the board's body covers."""
    table = page[page.index("data-board") :]
    table = table[table.index("</thead>") : table.index("</table>")]
    widths = []
    for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL):
        cells = re.findall(r"<t[dh]\b([^>]*)>", row)
        spans = [re.search(r'colspan="(\d+)"', cell) for cell in cells]
        head = "board-bars" in row  # the item's name is in the row of the figures
        widths.append(head + sum(int(span[1]) if span else 1 for span in spans))
    return widths


@pytest.mark.parametrize(
    ("address", "columns"),
    [("zoom=week&start=2026-06-03", 7), ("zoom=month&start=2026-06-03", 30), ("zoom=season", 18)],
)
def test_every_row_has_all_columns(
    app: Flask, cast: Cast, browse: Browse, address: str, columns: int
) -> None:
    database = app.extensions["database"]
    approved(database, cast, {cast.chairs: 80, cast.tent: 1})
    submitted(database, cast, {cast.chairs: 10}, organisation=cast.club)
    widths = rows_of(browse(cast.manager).get(f"/planning?{address}").text)
    assert set(widths) == {columns + 1}


def test_bars_say_who_has_how_many_and_lead_to_the_booking(
    app: Flask, cast: Cast, browse: Browse
) -> None:
    number = approved(app.extensions["database"], cast, {cast.chairs: 80}, name="Bal")
    page = browse(cast.manager).get("/planning?start=2026-06-01").text
    assert f'href="/a-traiter/{number}"' in page
    assert "80 Chorale des Planches, Bal" in page


def test_a_short_day_leads_to_the_shortage(
    app: Flask, cast: Cast, browse: Browse, clock: FixedClock
) -> None:
    database = app.extensions["database"]
    approved(database, cast, {cast.chairs: 80})
    database.write(
        lambda uow: move_stock(uow, cast.manager, cast.chairs, -30, clock.now(), "Incendie")
    )
    browser = browse(cast.manager)
    page = browser.get("/planning?start=2026-06-01").text
    assert page.count(f'href="/manques#item-{cast.chairs}">−10') == 4
    short = browser.get("/planning?start=2026-06-01&show=short").text
    assert "Table pliante" not in short[short.index("data-board") :]


def test_holidays_and_weekends_are_told(app: Flask, cast: Cast, browse: Browse) -> None:
    page = browse(cast.manager).get("/planning?start=2026-05-01").text
    assert "Fête du Travail" in page
    assert "is-weekend" in page


def test_an_association_has_no_board(app: Flask, cast: Cast, browse: Browse) -> None:
    assert browse(cast.alice).get("/planning").status_code == 403


def test_arrows_move_between_cells_and_enter_opens(
    app: Flask, cast: Cast, browse: Browse, clock: FixedClock
) -> None:
    number = approved(app.extensions["database"], cast, {cast.chairs: 80})
    cookie = browse(cast.manager).client.get_cookie("treteau_session")
    assert cookie is not None
    with served(app) as address, chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/planning?start=2026-06-01")
        assert violations(page) == []
        page.locator(".board-item th a").first.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        for _ in range(4):
            page.keyboard.press("ArrowRight")
        assert "bar-decided" in (page.evaluate("document.activeElement.className") or "")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/a-traiter/{number}")


def test_without_script_every_bar_is_reached_by_tab(app: Flask, cast: Cast, browse: Browse) -> None:
    approved(app.extensions["database"], cast, {cast.chairs: 80, cast.tables: 3})
    cookie = browse(cast.manager).client.get_cookie("treteau_session")
    assert cookie is not None
    with served(app) as address, chromium() as browser:
        context = browser.new_context(java_script_enabled=False)
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/planning?start=2026-06-01")
        bars = page.locator("a.bar")
        assert bars.count() == 2
        assert [bars.nth(n).get_attribute("tabindex") for n in range(2)] == [None, None]
