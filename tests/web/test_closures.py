"""Managers close days, by hand and by calendars; everybody who chooses a day is told."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from lending.clock import FixedClock
from lending.closures.days import closed_days
from lending.closures.service import NewClosure, NewSource, add_source, close_days
from lending.db.database import Database
from lending.settings import Settings
from tests.factories import FRIDAY, Cast, draft
from tests.support.html import text_of
from tests.support.sites import LOOPBACK, Site, calendar, serving_site
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]
JUNE = (date(2026, 6, 1), date(2026, 6, 30))
STOCKTAKING = NewClosure(date(2026, 6, 4), date(2026, 6, 5), "Inventaire annuel")


@pytest.fixture
def site() -> Iterator[Site]:
    with serving_site() as running:
        yield running


@pytest.fixture
def manager(make_app: Callable[..., Flask], settings: Settings, cast: Cast) -> Browser:
    """The town's manager, where calendars may be read on this machine."""
    return Browser(make_app(replace(settings, fetch_allow=LOOPBACK))).sign_in(cast.manager)


def closed_in_june(database: Database, cast: Cast) -> dict[date, str]:
    with database.read() as uow:
        return closed_days(uow, cast.town, *JUNE).at(cast.depot)


def test_days_are_closed_listed_and_opened_again(
    database: Database, cast: Cast, manager: Browser
) -> None:
    page = f"/collectivites/{cast.town}/fermetures"
    assert manager.get("/fermetures").headers["Location"].endswith(page)
    assert "Aucun autre jour fermé n’est connu" in text_of(manager.get(page))
    typed = {"title": "Inventaire", "first_day": "2026-06-04", "last_day": "2026-06-05"}
    assert manager.post(f"{page}/jours", {**typed, "depot_id": ""}).status_code == 303
    assert closed_in_june(database, cast) == {
        date(2026, 6, 4): "Inventaire",
        date(2026, 6, 5): "Inventaire",
    }
    listed = text_of(manager.get(page))
    assert "Inventaire" in listed
    assert "Saisi à la main" in listed
    assert "Rouvrir du" in text_of(manager.get("/fermetures/1/rouvrir"))
    manager.post("/fermetures/1/rouvrir")
    assert closed_in_june(database, cast) == {}


def test_what_cannot_be_closed_is_told_beside_its_field_and_stays_typed(
    database: Database, cast: Cast, manager: Browser
) -> None:
    answer = manager.post(
        f"/collectivites/{cast.town}/fermetures/jours",
        {"title": "Ponts", "first_day": "2026-06-05", "last_day": "2026-06-04", "depot_id": ""},
    )
    assert answer.status_code == 422
    assert 'value="Ponts"' in answer.text
    assert "Le dernier jour vient après le premier." in text_of(answer)
    assert closed_in_june(database, cast) == {}


def test_public_holidays_are_worked_where_the_authority_says_so(
    database: Database, cast: Cast, manager: Browser
) -> None:
    page = f"/collectivites/{cast.town}/fermetures"
    manager.post(f"{page}/feries", {"school_zone": "B"})
    with database.read() as uow:
        found = closed_days(uow, cast.town, date(2026, 5, 1), date(2026, 7, 31))
    assert found.at(cast.depot) == {}
    assert {date(2026, 5, 1), date(2026, 7, 14)} < found.noted.keys()
    assert manager.post(f"{page}/feries", {"school_zone": "D"}).status_code == 422


def test_a_file_is_read_and_its_days_are_closed(
    database: Database, cast: Cast, manager: Browser
) -> None:
    page = f"/collectivites/{cast.town}/fermetures"
    sent = (io.BytesIO(calendar(("20260608", "20260609", "Pont"))), "ponts.ics")
    data = {"name": "Ponts", "address": "", "file": sent, "depot_id": str(cast.depot)}
    answer = manager.post(f"{page}/agenda", {**data, "closes": "yes"})
    assert answer.status_code == 303
    assert closed_in_june(database, cast) == {date(2026, 6, 8): "Pont"}
    assert "1 fermeture" in text_of(manager.get(page))


def test_a_file_that_cannot_be_read_is_refused_with_its_line(
    database: Database, cast: Cast, manager: Browser
) -> None:
    sent = (io.BytesIO(calendar(("2026", "2027", "Année"))), "ponts.ics")
    answer = manager.post(
        f"/collectivites/{cast.town}/fermetures/agenda",
        {"name": "Ponts", "address": "", "file": sent, "depot_id": "", "closes": "yes"},
    )
    assert answer.status_code == 422
    assert "La ligne 7 de l’agenda est illisible." in text_of(answer)
    assert 'value="Ponts"' in answer.text
    assert closed_in_june(database, cast) == {}


def test_an_address_is_read_now_and_again_and_a_failure_is_shown(
    database: Database, cast: Cast, manager: Browser, site: Site, clock: FixedClock
) -> None:
    page = f"/collectivites/{cast.town}/fermetures"
    site.gives(calendar(("20260608", "20260609", "Pont")), ETag='"1"')
    typed = {"name": "Ponts", "address": site.address, "depot_id": "", "closes": "yes"}
    assert manager.post(f"{page}/agenda", typed).status_code == 303
    assert closed_in_june(database, cast) == {date(2026, 6, 8): "Pont"}
    clock.instant = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
    site.gives(b"", status=503)
    shown = text_of(manager.post("/agendas-lus/1/lire", follow_redirects=True))
    assert "Le site refuse de le donner (503)." in shown
    assert "La dernière lecture a échoué, mar. 3 mars" in shown
    assert "Les jours lus lun. 2 mars" in shown
    assert closed_in_june(database, cast) == {date(2026, 6, 8): "Pont"}
    site.gives(b"", status=304)
    assert "a échoué" not in text_of(manager.post("/agendas-lus/1/lire", follow_redirects=True))
    manager.post("/agendas-lus/1/retirer")
    assert closed_in_june(database, cast) == {}


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://localhost:1/a.ics", "réseau privé"),
        ("http://169.254.169.254/latest/meta-data/", "réseau privé"),
        ("http://nobody.invalid/a.ics", "Ce site n’existe pas."),
        ("agenda", "Écrivez une adresse"),
    ],
)
def test_an_address_that_may_not_be_read_is_told_beside_its_field(
    browse: Browse, cast: Cast, address: str, told: str
) -> None:
    answer = browse(cast.manager).post(
        f"/collectivites/{cast.town}/fermetures/agenda",
        {"name": "Ponts", "address": address, "depot_id": "", "closes": "yes"},
    )
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert f'value="{address}"' in answer.text


def test_who_collects_or_returns_on_a_closed_day_is_told_why_and_when_it_is_open(
    database: Database, cast: Cast, browse: Browse
) -> None:
    database.write(lambda uow: close_days(uow, cast.manager, cast.town, STOCKTAKING).id)
    number = draft(database, cast, {cast.chairs: 10})
    for page in ("dates", "acheminement", "verifier"):
        shown = text_of(browse(cast.alice).get(f"/demandes/{number}/{page}"))
        assert "Retrait vendredi 5 juin 2026 à 16 h : Inventaire annuel." in shown, page
        assert "Le dépôt est ouvert mercredi 3 juin 2026." in shown, page
        assert "Retour lundi 8 juin 2026 à 9 h." not in shown, page


def test_the_usual_dates_of_an_event_avoid_closed_days(
    database: Database, cast: Cast, browse: Browse
) -> None:
    number = draft(database, cast, {cast.chairs: 10})
    before = text_of(browse(cast.alice).get(f"/demandes/{number}/dates"))
    database.write(
        lambda uow: (
            close_days(
                uow,
                cast.manager,
                cast.town,
                NewClosure(date(2026, 6, 8), date(2026, 6, 9), "Travaux", cast.depot),
            ).id
        )
    )
    after = text_of(browse(cast.alice).get(f"/demandes/{number}/dates"))
    assert "mercredi 10 juin" not in before
    assert "mercredi 10 juin" in after or "mer. 10 juin" in after


def test_the_month_of_an_item_says_when_its_depot_is_closed(
    database: Database, cast: Cast, browse: Browse
) -> None:
    here = replace(STOCKTAKING, depot_id=cast.depot)
    database.write(lambda uow: close_days(uow, cast.manager, cast.town, here).id)
    month = browse(cast.alice).get(f"/catalogue/{cast.chairs}?month=2026-06").text
    assert month.count("Inventaire annuel") == 2
    other = browse(cast.alice).get(f"/catalogue/{cast.stage}?month=2026-06").text
    assert "Inventaire annuel" not in other


def test_the_board_shades_closed_days_and_notes_the_others(
    database: Database, cast: Cast, browse: Browse
) -> None:
    school = NewSource("Zone B", calendar(("20260601", "20260604", "Vacances")), closes=False)
    database.write(lambda uow: close_days(uow, cast.manager, cast.town, STOCKTAKING).id)
    database.write(lambda uow: add_source(uow, cast.manager, cast.town, school).id)
    page = browse(cast.manager).get(f"/planning?start={FRIDAY:%Y-%m-%d}&zoom=week").text
    head = page[page.index("board-days") : page.index("board-family")]
    assert head.count("is-holiday") == 2
    assert head.count(">Inventaire annuel<") == 2
    assert head.count(">Vacances<") == 3
