"""Dispatchers see the rounds of a day or a week and change them; what breaks a rule is told."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from lending.clock import FixedClock
from lending.db.database import Database
from lending.logistics.kinds import TaskKind
from lending.logistics.means.absences import add_absence
from lending.logistics.means.kinds import AbsenceKind
from lending.logistics.rounds.drafting import PinKind
from lending.logistics.rounds.stands import Stand, stand_of
from tests.factories import Cast
from tests.logistics.conftest import database
from tests.logistics.crews import MONDAY, Yard
from tests.logistics.test_problem import yard
from tests.logistics.test_rounds import booked, planned, publish, tasks
from tests.logistics.test_rounds_board import spread
from tests.logistics.test_rounds_regrouping import second
from tests.support.html import problems, text_of
from tests.web.conftest import Browser

__all__ = ["booked", "database", "planned", "second", "spread", "yard"]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

DAY = timedelta(days=1)
THURSDAY, FRIDAY = MONDAY + 3 * DAY, MONDAY + 4 * DAY


@pytest.fixture
def manager(browse: Callable[..., Browser], cast: Cast) -> Browser:
    return browse(cast.manager)


def board_url(cast: Cast, day: object = MONDAY, span: str = "semaine") -> str:
    return f"/collectivites/{cast.town}/planification?day={day}&vue={span}"


def stand(database: Database, task: int) -> Stand | None:
    with database.read() as uow:
        return stand_of(uow, task)


def words(browser: Browser, address: str) -> str:
    return text_of(browser.get(address)).replace("\xa0", " ")


def form(yard: Yard, day: object = THURSDAY, **changes: str) -> dict[str, str]:
    known = {"crew_id": str(yard.crew), "day": str(day), "starts": "14:00", "pin": "crew"}
    return {**known, "vue": "jour", "shown": str(day), **changes}


def test_without_a_crew_at_work_the_board_says_where_to_begin(cast: Cast, manager: Browser) -> None:
    page = manager.get(board_url(cast))
    assert page.status_code == 200
    assert f"/collectivites/{cast.town}/moyens/semaine" in page.text


def test_the_week_has_a_row_for_each_crew_and_a_basket_with_reasons(
    cast: Cast, booked: Yard, manager: Browser
) -> None:
    told = words(manager, board_url(cast))
    assert "Équipe A" in told
    assert told.count("Il y a de la place") == 6
    assert manager.get(board_url(cast)).text.count("data-lane") == 5, "five days of work"


def test_a_day_tells_each_stop_with_the_road_and_the_lunch(
    cast: Cast, spread: Yard, manager: Browser
) -> None:
    told = words(manager, board_url(cast, FRIDAY, "jour"))
    for each in ("Sur la route", "Déjeuner", "Livrer le matériel"):
        assert each in told
    assert "Camion 12 t" in told
    assert "Inès Planche, Marc Tréteau" in told


def test_pages_are_valid(cast: Cast, planned: Yard, database: Database, manager: Browser) -> None:
    task = tasks(database, TaskKind.PREPARE)[0]
    addresses = {
        "week": board_url(cast),
        "day": board_url(cast, FRIDAY, "jour"),
        "form": f"/planification/taches/{task}/deplacer",
    }
    assert problems({name: manager.get(at).text for name, at in addresses.items()}) == []


def test_a_task_is_moved_by_the_form_and_moved_back(
    cast: Cast, planned: Yard, database: Database, manager: Browser
) -> None:
    task = tasks(database, TaskKind.PREPARE)[0]
    before = stand(database, task)
    address = f"/planification/taches/{task}/deplacer"
    assert manager.get(f"{address}?vue=jour&shown={FRIDAY}").status_code == 200
    moved = manager.post(address, form(planned, starts="14:30", pin="time"))
    assert moved.status_code == 303
    now = stand(database, task)
    assert now is not None
    assert (now.day, now.pin) == (THURSDAY, PinKind.TIME)
    board = manager.get(moved.headers["Location"])
    assert "Équipe A, jeu. 4 juin, 14 h 30" in text_of(board).replace("\xa0", " ")
    undo = board.text[board.text.index('id="told"') :]
    undo = undo[: undo.index("</form>")]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', undo))
    assert manager.post(address, fields).status_code == 303
    assert stand(database, task) == before
    again = manager.get(board_url(cast)).text
    assert "14 h 30" not in again[again.index('id="told"') :][:300], "it is told once"


def test_a_move_that_breaks_a_rule_is_told_in_words_and_changes_nothing(
    cast: Cast, planned: Yard, database: Database, manager: Browser
) -> None:
    task = tasks(database, TaskKind.DELIVER)[0]
    before = stand(database, task)
    address = f"/planification/taches/{task}/deplacer"
    refused = manager.post(address, form(planned, MONDAY))
    assert refused.status_code == 409
    assert "l’équipe ne peut pas y être" in text_of(refused)
    saturday = manager.post(address, form(planned, MONDAY + 5 * DAY))
    assert saturday.status_code == 422
    assert "Cette équipe ne travaille pas ce jour-là." in text_of(saturday)
    for day in ("0001-01-01", "9999-12-31", "hier"):
        assert manager.post(address, form(planned, day)).status_code == 422
    assert manager.post(address, form(planned, crew_id="x")).status_code == 422
    assert stand(database, task) == before


def test_a_task_is_pinned_and_let_go(
    cast: Cast, planned: Yard, database: Database, manager: Browser
) -> None:
    task = tasks(database, TaskKind.PREPARE)[0]
    for kind in ("time", "crew", "none"):
        done = manager.post(f"/planification/taches/{task}/epingler", {"pin": kind})
        assert done.status_code == 303
        now = stand(database, task)
        assert now is not None
        assert now.pin.value == kind


def test_a_task_is_taken_out_with_what_waits_for_it_and_put_back(
    cast: Cast, planned: Yard, database: Database, manager: Browser
) -> None:
    prepare = tasks(database, TaskKind.PREPARE)[0]
    before = stand(database, prepare)
    out = manager.post(f"/planification/taches/{prepare}/sortir", {"shown": str(THURSDAY)})
    assert stand(database, prepare) is None
    told = words(manager, out.headers["Location"])
    assert "n’est plus planifiée" in told
    assert "puisqu’elles l’attendaient" in told
    back = form(planned, before.day if before else "", starts="")
    assert manager.post(f"/planification/taches/{prepare}/deplacer", back).status_code == 303
    assert stand(database, prepare) is not None


def test_cards_tell_what_went_wrong_since(
    cast: Cast,
    planned: Yard,
    database: Database,
    browse: Callable[..., Browser],
    clock: FixedClock,
) -> None:
    publish(database, cast)
    manager = browse(cast.manager)
    away = (FRIDAY, FRIDAY, AbsenceKind.LEAVE)
    database.write(lambda uow: add_absence(uow, cast.manager, planned.ines, *away))
    told = words(manager, board_url(cast, FRIDAY, "jour"))
    assert "ne tient plus" in told
    clock.instant += timedelta(days=98)
    manager = browse(cast.manager)
    assert "en retard" in words(manager, board_url(cast))


def test_the_day_is_printed_for_all_crews_or_one(
    cast: Cast, spread: Yard, manager: Browser
) -> None:
    page = f"/collectivites/{cast.town}/planification/affiche?day={FRIDAY}"
    whole = manager.get(page)
    told = text_of(whole)
    assert "Arrêts de Équipe A" in told
    assert "Livrer le matériel" in told
    assert problems({"wall": whole.text}) == []
    assert "Livrer le matériel" in words(manager, f"{page}&equipe={spread.crew}")
    assert "Rien de planifié" in words(manager, f"{page}&equipe=999")
    assert "Rien de planifié" in words(manager, page.replace(str(FRIDAY), "2026-06-06"))


def test_crews_are_merged_and_split_for_a_day_once_somebody_is_sure(
    cast: Cast, planned: Yard, second: int, database: Database, manager: Browser
) -> None:
    page = f"/collectivites/{cast.town}/planification/equipes?day={THURSDAY}"
    shown = manager.get(page)
    assert problems({"crews": shown.text}) == []
    agent = re.search(r'<option[^>]* value="(\d+)">Zoé Plateau', shown.text)
    assert agent
    lend = {"what": "lend", "shift_id": agent[1], "to_crew": str(planned.crew)}
    merge = {"what": "merge", "from_crew": str(planned.crew), "into_crew": str(second)}
    asked = manager.post(page, merge)
    assert "Changer les équipes de ce jour ?" in text_of(asked)
    assert "Inès Planche, Marc Tréteau : avec Équipe B" in text_of(asked).replace("\xa0", " ")
    assert manager.get(page).text.count("crew-mark") == 2, "nothing was done yet"
    assert (
        manager.post(page, {**merge, "into_crew": merge["from_crew"], "sure": "yes"}).status_code
        == 422
    )
    assert manager.post(page, {**merge, "into_crew": "999"}).status_code == 422
    done = manager.post(page, {**lend, "sure": "yes"})
    assert done.status_code == 303
    assert "Zoé Plateau : avec Équipe A" in words(manager, done.headers["Location"])
    assert manager.get(page).text.count("crew-mark") == 1


def test_others_do_not_plan_for_the_town(
    cast: Cast, planned: Yard, database: Database, browse: Callable[..., Browser]
) -> None:
    task = tasks(database, TaskKind.PREPARE)[0]
    elsewhere = browse(cast.other_manager)
    assert elsewhere.get(board_url(cast)).status_code in (403, 404)
    for way in ("deplacer", "epingler", "sortir"):
        answer = elsewhere.post(f"/planification/taches/{task}/{way}", form(planned))
        assert answer.status_code == 404
    assert browse(cast.front_desk).get(board_url(cast)).status_code == 403
