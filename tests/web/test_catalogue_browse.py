"""The catalogue as visitors and associations meet it."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import event

from calendars.intervals import Interval
from lending.accounts.permissions import ANONYMOUS, Principal
from lending.availability.answers import free_for_loan
from lending.bookings.models import Booking
from lending.bookings.supply import plan_maintenance
from lending.catalogue.models import Item
from lending.catalogue.service import deactivate_item
from lending.db.database import Database
from tests import factories
from tests.factories import FRIDAY, MONDAY, Cast, make_item
from tests.web.conftest import Browser

Browse = Callable[[Principal], Browser]

DATES = "start_date=2026-06-05&start_time=16:00&end_date=2026-06-08&end_time=09:00"
"""FRIDAY to MONDAY on the clock of Paris."""
WEEKEND = Interval(FRIDAY, MONDAY)


def cards(page: str) -> dict[int, str]:
    """Return each card's HTML by its item."""
    found = re.findall(r'<li class="item-card[^"]*" id="item-(\d+)">(.*?)</li>', page, re.DOTALL)
    return {int(number): card for number, card in found}


def figure(card: str) -> int:
    """Return the large figure of a card."""
    found = re.search(r'class="quantity-figure">([^<]*)<', card)
    assert found is not None
    return int(re.sub(r"\D", "", found[1]))


def test_everybody_sees_what_can_be_borrowed(browse: Browse, cast: Cast) -> None:
    page = browse(ANONYMOUS).get("/catalogue")
    assert page.status_code == 200
    assert set(cards(page.text)) == {
        cast.chairs,
        cast.tables,
        cast.barriers,
        cast.tent,
        cast.shell_chairs,
        cast.stage,
    }


def test_without_dates_a_card_shows_the_stock(browse: Browse, cast: Cast) -> None:
    page = browse(ANONYMOUS).get("/catalogue")
    assert figure(cards(page.text)[cast.chairs]) == 100


def test_without_dates_more_than_the_stock_is_not_asked_for_in_silence(
    browse: Browse, cast: Cast
) -> None:
    card = unescape(cards(browse(cast.alice).get("/catalogue").text)[cast.chairs])
    assert 'data-free="100"' in card
    assert "Il y en a {free} en tout." in card


def test_the_figures_of_the_cards_are_those_of_availability(
    browse: Browse, database: Database, cast: Cast
) -> None:
    factories.approved(database, cast, {cast.chairs: 30, cast.tables: 5, cast.tent: 1})
    database.write(
        lambda uow: plan_maintenance(uow, cast.manager, cast.barriers, 7, FRIDAY, MONDAY, "Rouille")
    )
    page = browse(ANONYMOUS).get(f"/catalogue?{DATES}")
    with database.read() as uow:
        free = {number: answer.free for number, answer in free_for_loan(uow, WEEKEND).items()}
    assert {number: figure(card) for number, card in cards(page.text).items()} == free
    assert (free[cast.chairs], free[cast.tent], free[cast.barriers]) == (70, 0, 53)


def test_the_number_of_queries_of_the_page_does_not_grow(
    browse: Browse, database: Database, cast: Cast
) -> None:
    browser = browse(ANONYMOUS)
    engine = browser.app.extensions["database"].engine

    def count() -> int:
        statements: list[str] = []

        def note(*args: object) -> None:
            statements.append(str(args[2]))

        event.listen(engine, "before_cursor_execute", note)
        try:
            page = browser.get(f"/catalogue?{DATES}&per_page=200")
        finally:
            event.remove(engine, "before_cursor_execute", note)
        assert page.status_code == 200
        return len(statements)

    def grow(uow) -> None:
        chairs = uow.session.get_one(Item, cast.chairs)
        for number in range(60):
            make_item(uow.session, chairs.authority, chairs.category, f"N{number}", "Banc", 3)

    before = count()
    database.write(grow)
    assert count() == before


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=tables", {"tables"}),
        ("q=barriere", {"barriers"}),
        ("category=seats", {"chairs", "shell_chairs"}),
        ("q=licorne", set()),
    ],
)
def test_words_and_families_narrow_the_list(
    browse: Browse, cast: Cast, query: str, names: set[str]
) -> None:
    page = browse(ANONYMOUS).get(f"/catalogue?{query}")
    assert set(cards(page.text)) == {getattr(cast, name) for name in names}
    assert ("Rien ne correspond" in page.text) is not bool(names)


def test_a_lender_narrows_the_list(browse: Browse, cast: Cast) -> None:
    page = browse(ANONYMOUS).get(f"/catalogue?authority={cast.agglomeration}")
    assert set(cards(page.text)) == {cast.shell_chairs, cast.stage}


def test_only_what_is_free_leaves_out_what_is_taken(
    browse: Browse, database: Database, cast: Cast
) -> None:
    factories.approved(database, cast, {cast.tent: 1})
    shown = cards(browse(ANONYMOUS).get(f"/catalogue?{DATES}&free=1").text)
    assert cast.tent not in shown
    assert cast.chairs in shown


def test_dates_chosen_once_hold_on_the_next_pages_until_they_are_put_away(
    browse: Browse, database: Database, cast: Cast
) -> None:
    factories.approved(database, cast, {cast.chairs: 30})
    browser = browse(ANONYMOUS)
    browser.get(f"/catalogue?{DATES}")
    assert figure(cards(browser.get("/catalogue").text)[cast.chairs]) == 70
    page = browser.get(f"/catalogue/{cast.chairs}").text
    assert 'value="2026-06-05"' in page
    assert ">70<" in page
    browser.get("/catalogue?no_dates=1")
    assert figure(cards(browser.get("/catalogue").text)[cast.chairs]) == 100


@pytest.mark.parametrize(
    ("dates", "says"),
    [
        ("start_date=2026-06-08&end_date=2026-06-05", "Le retour doit suivre le retrait."),
        ("start_date=2026-06-08&end_date=", "Indiquez le jour et l’heure du retour."),
        ("start_date=hier&end_date=2026-06-05", "Indiquez le jour et l’heure du retrait."),
        ("start_date=9999-12-31&end_date=9999-12-31", "Indiquez le jour et l’heure du retrait."),
    ],
)
def test_dates_that_make_no_sense_are_told_beside_the_field(
    browse: Browse, cast: Cast, dates: str, says: str
) -> None:
    page = browse(ANONYMOUS).get(f"/catalogue?{dates}")
    assert page.status_code == 200
    assert says in unescape(page.text)


@pytest.mark.parametrize("query", ["page=999", "page=-1", "page=x", "per_page=0", "authority=x"])
def test_addresses_that_make_no_sense_show_the_catalogue(
    browse: Browse, cast: Cast, query: str
) -> None:
    assert cards(browse(ANONYMOUS).get(f"/catalogue?{query}").text)


def test_long_lists_come_in_pages(browse: Browse, cast: Cast) -> None:
    browser = browse(ANONYMOUS)
    first, second = (
        set(cards(browser.get(f"/catalogue?per_page=4&page={number}").text)) for number in (1, 2)
    )
    assert (len(first), len(second)) == (4, 2)
    assert not first & second


def test_a_script_gets_the_results_alone(browse: Browse, cast: Cast) -> None:
    part = browse(ANONYMOUS).get("/catalogue", headers={"HX-Target": "catalogue-results"})
    assert part.text.lstrip().startswith('<div id="catalogue-results"')
    assert len(cards(part.text)) == 6


def test_an_item_shows_a_month_with_what_is_free_each_day(
    browse: Browse, database: Database, cast: Cast
) -> None:
    factories.approved(database, cast, {cast.chairs: 30})
    page = browse(ANONYMOUS).get(f"/catalogue/{cast.chairs}?month=2026-06").text
    days = re.findall(r'month-number">(\d+)<.*?month-free">([\d\s]+)<', page, re.DOTALL)
    free = {int(day): int(figure) for day, figure in days}
    assert {day: free[day] for day in (4, 5, 6, 7, 8, 9)} == {
        4: 100,
        5: 70,
        6: 70,
        7: 70,
        8: 70,
        9: 100,
    }
    assert "month=2026-05" in page
    assert "month=2026-07" in page


@pytest.mark.parametrize("month", ["2026-13", "x", "9999-12", "0001-01", ""])
def test_months_that_make_no_sense_show_the_present_one(
    browse: Browse, cast: Cast, month: str
) -> None:
    page = browse(ANONYMOUS).get(f"/catalogue/{cast.chairs}?month={month}")
    assert page.status_code == 200
    assert "Mars 2026" in page.text


def test_an_item_shows_what_can_stand_in_for_it(browse: Browse, cast: Cast) -> None:
    page = browse(ANONYMOUS).get(f"/catalogue/{cast.chairs}?{DATES}").text
    assert set(cards(page)) == {cast.shell_chairs}
    assert figure(cards(page)[cast.shell_chairs]) == 50


def test_an_item_nobody_wrote_is_not_found(browse: Browse, cast: Cast) -> None:
    assert browse(ANONYMOUS).get("/catalogue/999999").status_code == 404


def test_who_has_an_item_is_for_its_keepers_alone(
    browse: Browse, database: Database, cast: Cast
) -> None:
    factories.approved(database, cast, {cast.chairs: 30}, name="Bal secret")
    database.write(
        lambda uow: plan_maintenance(
            uow, cast.manager, cast.chairs, 2, FRIDAY, MONDAY, "Pieds tordus"
        )
    )
    for reader in (ANONYMOUS, cast.alice, cast.bob, cast.other_manager):
        page = browse(reader).get(f"/catalogue/{cast.chairs}").text
        assert "Bal secret" not in page
        assert "Pieds tordus" not in page
        assert "Mouvements de stock" not in page
    for reader in (cast.front_desk, cast.auditor, cast.manager, cast.administrator):
        page = browse(reader).get(f"/catalogue/{cast.chairs}").text
        assert "Bal secret" in page
        assert "Pieds tordus" in page
        assert "Inventaire" in page


def test_what_is_no_longer_lent_says_so_and_cannot_be_chosen(
    browse: Browse, database: Database, cast: Cast
) -> None:
    database.write(lambda uow: deactivate_item(uow, cast.manager, cast.tent))
    browser = browse(cast.alice)
    assert cast.tent not in cards(browser.get("/catalogue").text)
    page = unescape(browser.get(f"/catalogue/{cast.tent}").text)
    assert "N’est plus prêt" in page
    assert 'class="choose"' not in page


def test_keepers_find_what_is_no_longer_lent_on_demand(
    browse: Browse, database: Database, cast: Cast
) -> None:
    database.write(lambda uow: deactivate_item(uow, cast.manager, cast.tent))
    for reader, found in ((cast.manager, True), (cast.alice, False), (ANONYMOUS, False)):
        shown = cards(browse(reader).get("/catalogue?retired=1").text)
        assert (cast.tent in shown) is found


def test_quantities_begin_a_request_where_there_is_none(browse: Browse, cast: Cast) -> None:
    card = cards(browse(ANONYMOUS).get(f"/catalogue?{DATES}").text)[cast.chairs]
    assert 'action="/demandes/nouvelle" method="get"' in card
    assert 'name="start_date" value="2026-06-05"' in card


def test_auditors_look_without_choosing(browse: Browse, cast: Cast) -> None:
    page = browse(cast.auditor).get("/catalogue").text
    assert len(cards(page)) == 6
    assert 'class="choose"' not in page


def test_quantities_go_into_the_request_that_is_being_prepared(
    browse: Browse, database: Database, cast: Cast
) -> None:
    number = factories.draft(database, cast, {cast.chairs: 12})
    browser = browse(cast.alice)
    browser.get(f"/demandes/{number}/materiel")
    shown = cards(browser.get("/catalogue").text)
    assert f'action="/demandes/{number}/lignes"' in shown[cast.chairs]
    assert 'value="12"' in shown[cast.chairs]
    # another lender's items are asked for in a request of their own
    assert 'class="choose"' not in shown[cast.stage]
    assert f"/demandes/nouvelle?item_id={cast.stage}" in shown[cast.stage]
    browser.post(f"/demandes/{number}/lignes", {"item_id": cast.tables, "quantity": 3})
    with database.read() as uow:
        lines = uow.session.get_one(Booking, number).lines
        assert {line.item_id: line.requested for line in lines} == {cast.chairs: 12, cast.tables: 3}


def test_other_dates_than_the_requests_are_told(
    browse: Browse, database: Database, cast: Cast
) -> None:
    number = factories.draft(database, cast, {cast.chairs: 12})
    browser = browse(cast.alice)
    browser.get(f"/demandes/{number}/materiel")
    assert "porte sur d’autres dates" not in unescape(browser.get("/catalogue").text)
    page = unescape(browser.get("/catalogue?start_date=2026-07-03&end_date=2026-07-06").text)
    assert "porte sur d’autres dates" in page
    assert f"/demandes/{number}/memes-dates" in page
