"""A dispatcher asks for a plan, watches it, applies it and publishes the week."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from lending.bookings.models import Logistics
from lending.db.database import Database
from lending.logistics.means.absences import add_absence
from lending.logistics.means.kinds import AbsenceKind
from lending.logistics.means.shifts import plan_week
from lending.logistics.rounds.working_out import run_plans
from tests.factories import Cast, approved
from tests.logistics.crews import MONDAY, Yard, build_yard
from tests.logistics.test_problem import FULL_WEEK
from tests.support.html import text_of
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]
DAY = timedelta(days=1)


@pytest.fixture
def database(app: Flask) -> Database:
    """Return the database of the application, in which a grant makes its tasks."""
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def yard(database: Database, cast: Cast) -> Yard:
    built = build_yard(database, cast)
    database.write(lambda uow: plan_week(uow, cast.manager, built.crew, FULL_WEEK))
    approved(database, cast, {cast.chairs: 40}, logistics=Logistics.DELIVERY)
    return built


@pytest.fixture
def manager(browse: Browse, cast: Cast) -> Browser:
    return browse(cast.manager)


def ask(manager: Browser, cast: Cast) -> str:
    """Ask for a plan. Returns the address on which it is watched."""
    page = f"/collectivites/{cast.town}/planification/calcul"
    answer = manager.post(page, {"day": MONDAY.isoformat()})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def test_a_plan_is_watched_then_applied_and_published(
    database: Database, cast: Cast, yard: Yard, manager: Browser
) -> None:
    run = ask(manager, cast)
    waiting = manager.get(run)
    assert "Le calcul attend son tour" in text_of(waiting)
    assert "Refresh" not in waiting.headers, "nobody is torn from what they read"
    assert "Voir où il en est" in text_of(waiting), "for those without script"
    run_plans(database)
    found = manager.get(run)
    assert [
        w for w in ("2 sur 2", "Équipe A", "Préparer le matériel") if w not in text_of(found)
    ] == []
    applied = manager.post(f"{run}/appliquer", {"plan": "first"})
    assert applied.status_code == 303
    publish = f"/collectivites/{cast.town}/planification/publier?day={MONDAY}"
    assert "Livrer le matériel" in text_of(manager.get(publish))
    assert manager.post(publish, {"day": MONDAY.isoformat()}).status_code == 303
    assert "Rien à publier" in text_of(manager.get(publish))
    assert "Ce calcul est clos" in text_of(manager.get(run))


def test_what_cannot_be_planned_says_why(
    database: Database, cast: Cast, yard: Yard, manager: Browser
) -> None:
    away = (MONDAY, MONDAY + 6 * DAY, AbsenceKind.LEAVE)
    database.write(lambda uow: add_absence(uow, cast.manager, yard.ines, *away))
    run = ask(manager, cast)
    run_plans(database)
    shown = text_of(manager.get(run))
    assert "1 intervention ne peut pas être planifiée" in shown
    assert "Il manque à chaque équipe : un véhicule que quelqu’un peut conduire" in shown


def test_a_proposal_that_no_longer_holds_says_so_and_changes_nothing(
    database: Database, cast: Cast, yard: Yard, manager: Browser
) -> None:
    run = ask(manager, cast)
    run_plans(database)
    away = (MONDAY, MONDAY + 6 * DAY, AbsenceKind.LEAVE)
    database.write(lambda uow: add_absence(uow, cast.manager, yard.ines, *away))
    answer = manager.post(f"{run}/appliquer", {"plan": "first"})
    assert answer.status_code == 409
    assert "Demandez un nouveau calcul" in text_of(answer)


def test_a_plan_can_be_stopped(
    database: Database, cast: Cast, yard: Yard, manager: Browser
) -> None:
    run = ask(manager, cast)
    assert manager.post(f"{run}/abandonner").status_code == 303
    assert run_plans(database) == 0
    assert manager.post(f"{run}/abandonner").status_code == 409
    assert re.search("Ce calcul est clos", text_of(manager.get(run)))
