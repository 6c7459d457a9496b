"""Managers keep crews, agents and vehicles, and plan weeks that keep the law."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from lending.bookings.models import Booking, Logistics
from lending.db.database import Database, UnitOfWork
from lending.logistics.generating import generate_tasks
from lending.logistics.kinds import TaskKind, TaskState
from lending.logistics.means.queries import means_of
from lending.logistics.means.rows import Means
from lending.logistics.models import Task
from lending.logistics.rates import rates_of
from tests.factories import FRIDAY, Cast, approved
from tests.logistics.crews import build_yard
from tests.support.html import text_of
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]
HOURS = {"starts": "08:00", "ends": "16:00", "break_minutes": "60"}
LONG = {"starts": "06:00", "ends": "19:30", "break_minutes": "240"}


@pytest.fixture
def manager(browse: Browse, cast: Cast) -> Browser:
    return browse(cast.manager)


def means(database: Database, cast: Cast) -> Means:
    with database.read() as uow:
        return means_of(uow, cast.manager, cast.town)


def test_an_empty_yard_says_what_to_do_and_is_filled(
    database: Database, cast: Cast, manager: Browser
) -> None:
    page = f"/collectivites/{cast.town}/moyens"
    assert manager.get("/moyens").headers["Location"].endswith(page)
    empty = text_of(manager.get(page))
    assert all(word in empty for word in ("Pas encore d’équipe", "Pas encore d’agent"))
    added = manager.post(f"{page}/agents", {"name": "Inès Planche", "depot_id": ""})
    assert added.status_code == 303
    agent = added.headers["Location"]
    until = {"skill": "licence_c1", "expires_on": "2026-03-20"}
    assert manager.post(f"{agent}/qualifications", until).status_code == 303
    lorry = {
        "name": "Porteur",
        "vehicle_class": "PL",
        "licence": "licence_c1",
        "payload_kg": "3000",
        "volume_l": "30000",
        "depot_id": "",
        "trailer_licence": "",
    }
    assert manager.post(f"{page}/vehicules", lorry).status_code == 303
    found = means(database, cast)
    crew = {
        "name": "Équipe A",
        "colour": "teal",
        "member_ids": str(found.agents[0].id),
        "vehicle_id": str(found.vehicles[0].id),
    }
    assert manager.post(f"{page}/equipes", crew).status_code == 303
    listed = text_of(manager.get(page))
    assert "permis C1 (jusqu’au ven. 20 mars)" in listed
    assert "Équipe A" in listed
    assert means(database, cast).vehicles[0].payload_g == 3_000_000


def test_a_week_is_planned_looked_at_and_copied(
    database: Database, cast: Cast, manager: Browser
) -> None:
    yard = build_yard(database, cast)
    page = f"/collectivites/{cast.town}/moyens/semaine"
    assert "Personne n’est encore prévu cette semaine." in text_of(manager.get(page))
    form = {"crew_id": str(yard.crew), "monday": "2026-03-04", "weekdays": ["0", "1"], **HOURS}
    planned = manager.post(f"{page}/equipe", form)
    assert planned.headers["Location"].endswith("day=2026-03-02")
    shown = text_of(manager.get(planned.headers["Location"]))
    assert "4 créneaux prévus." in shown
    assert "14 h" in shown.replace("\xa0", " ")
    copied = manager.post(f"{page}/copier", {"monday": "2026-03-09"})
    assert "4 créneaux prévus." in text_of(manager.get(copied.headers["Location"]))
    again = manager.post(f"{page}/copier", {"monday": "2026-03-09"})
    told = text_of(manager.get(again.headers["Location"])).replace("\xa0", " ")
    assert "Laissés de côté : Inès Planche le lun. 9 mars (déjà au travail)" in told


def test_a_day_against_the_law_is_refused_in_words_and_planned_with_a_reason(
    database: Database, cast: Cast, manager: Browser
) -> None:
    yard = build_yard(database, cast)
    address = f"/moyens/agents/{yard.ines}/horaires"
    typed = {"day": "2026-03-04", "crew_id": "", **LONG}
    refused = manager.post(address, typed)
    assert refused.status_code == 422
    words = text_of(refused).replace("\xa0", " ")
    assert "au plus 12 heures entre le début et la fin de la journée" in words
    assert "ici 13 h 30" in words
    allowed = manager.post(address, {**typed, "reason": "Crue : mise à l'abri du matériel"})
    assert allowed.status_code == 303
    week = manager.get(allowed.headers["Location"])
    assert "Crue : mise à l'abri du matériel" in week.text.replace("&#39;", "'")


def test_what_a_crew_lacks_is_told_above_its_week(
    database: Database, cast: Cast, manager: Browser
) -> None:
    yard = build_yard(database, cast)
    page = f"/collectivites/{cast.town}/moyens/semaine"
    form = {"crew_id": str(yard.crew), "monday": "2026-06-01", "weekdays": ["2", "3"], **HOURS}
    manager.post(f"{page}/equipe", form)
    stop = {"first_day": "2026-06-03", "last_day": "", "reason": "Freins"}
    manager.post(f"/moyens/vehicules/{yard.lorry}/arrets", stop)
    words = text_of(manager.get(f"{page}?day=2026-06-01")).replace("\xa0", " ")
    assert "Camion 12 t : hors service, Freins." in words
    assert "habilitation électrique, échéance passée le mercredi 3 juin 2026" in words


def test_a_public_holiday_is_written_above_its_day(
    database: Database, cast: Cast, manager: Browser
) -> None:
    build_yard(database, cast)
    page = f"/collectivites/{cast.town}/moyens/semaine"
    assert "Fête nationale" in text_of(manager.get(f"{page}?day=2026-07-14"))


def test_an_absence_says_which_shifts_it_takes_away(
    database: Database, cast: Cast, manager: Browser
) -> None:
    yard = build_yard(database, cast)
    form = {"crew_id": str(yard.crew), "monday": "2026-03-04", "weekdays": ["2"], **HOURS}
    manager.post(f"/collectivites/{cast.town}/moyens/semaine/equipe", form)
    away = {"first_day": "2026-03-04", "last_day": "2026-03-06", "kind": "leave"}
    noted = manager.post(f"/moyens/agents/{yard.ines}/absences", away)
    told = text_of(manager.get(noted.headers["Location"])).replace("\xa0", " ")
    assert "Un créneau est retiré : mer. 4 mars." in told


def test_what_cannot_be_is_told_beside_its_field_and_stays_typed(
    database: Database, cast: Cast, manager: Browser
) -> None:
    yard = build_yard(database, cast)
    crew = {"name": "Équipe A", "colour": "pink", "vehicle_id": ""}
    answer = manager.post(f"/collectivites/{cast.town}/moyens/equipes", crew)
    assert answer.status_code == 422
    assert "Une autre équipe porte ce nom." in text_of(answer)
    assert re.search(r'name="name"[^>]*value="Équipe A"', answer.text)
    away = {"first_day": "2026-03-04", "last_day": "2026-03-03", "kind": "leave"}
    answer = manager.post(f"/moyens/agents/{yard.ines}/absences", away)
    assert answer.status_code == 422
    assert "Le dernier jour vient après le premier." in text_of(answer)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_at_the_ends_of_the_calendar_are_refused(
    database: Database, cast: Cast, manager: Browser, day: str
) -> None:
    yard = build_yard(database, cast)
    page = f"/collectivites/{cast.town}/moyens/semaine"
    assert manager.get(f"{page}?day={day}").status_code == 200
    assert manager.post(f"{page}/copier", {"monday": day}).status_code == 422
    form = {"crew_id": str(yard.crew), "monday": day, "weekdays": ["0", "6"], **HOURS}
    assert manager.post(f"{page}/equipe", form).status_code == 422
    shift = {"day": day, "crew_id": "", **HOURS}
    assert manager.post(f"/moyens/agents/{yard.ines}/horaires", shift).status_code == 422
    until = {"skill": "electrical", "expires_on": day}
    assert manager.post(f"/moyens/agents/{yard.ines}/qualifications", until).status_code == 422


def test_confirmations_come_before_anything_is_taken_away(
    database: Database, cast: Cast, manager: Browser
) -> None:
    yard = build_yard(database, cast)
    known = {"agents": yard.ines, "vehicules": yard.lorry, "equipes": yard.crew}
    for kind, number in known.items():
        address = f"/moyens/{kind}/{number}/retirer"
        assert "Revenir sans rien changer" in text_of(
            manager.get(f"/moyens/{kind}/{number}/retirer")
        )
        assert manager.post(address).status_code == 303
    found = means(database, cast)
    assert [agent.name for agent in found.agents] == ["Marc Tréteau"]
    assert (found.vehicles, found.crews) == ((), ())


def test_field_work_leads_managers_to_their_crews_and_nobody_else(
    browse: Browse, cast: Cast, manager: Browser
) -> None:
    assert "Équipes et véhicules" in text_of(manager.get("/interventions"))
    assert "Équipes et véhicules" not in text_of(browse(cast.auditor).get("/interventions"))


def test_rates_are_shown_with_their_defaults_and_changed_by_name(
    database: Database, cast: Cast, manager: Browser
) -> None:
    approved(database, cast, {cast.chairs: 40}, logistics=Logistics.DELIVERY)
    page = f"/collectivites/{cast.town}/moyens/durees"
    assert f"{page}" in manager.get(f"/collectivites/{cast.town}/moyens").text
    assert 'name="fixed_minutes"' in manager.get(page).text
    refused = manager.post(page, {"fixed_minutes": "900"})
    assert refused.status_code == 422
    assert 'value="900"' in refused.text
    saved = manager.post(page, {"fixed_minutes": "30", "piece_seconds": ""})
    assert saved.status_code == 303
    shown = text_of(manager.get(page))
    assert cast.manager.name in shown
    with database.read() as uow:
        assert rates_of(uow, cast.town).fixed_minutes == 30


def test_what_work_took_is_shown_taken_along_and_applied(
    database: Database, cast: Cast, manager: Browser
) -> None:
    page = f"/collectivites/{cast.town}/moyens/durees/constat"
    period = {"first_day": "2026-06-01", "last_day": "2026-06-30"}
    query = "?first_day=2026-06-01&last_day=2026-06-30"
    empty = manager.get(page + query)
    assert "moyens/durees/constat.csv" not in empty.text
    bookings = [
        approved(database, cast, {cast.chairs: 10}, logistics=Logistics.DELIVERY) for _ in range(5)
    ]

    def done(uow: UnitOfWork) -> None:
        for number in bookings:
            generate_tasks(uow, uow.session.get_one(Booking, number))
        for task in uow.session.scalars(select(Task).where(Task.kind == TaskKind.DELIVER)):
            task.state, task.started_at = TaskState.DONE, FRIDAY
            task.ended_at = FRIDAY + timedelta(minutes=2 * task.minutes)

    database.write(done)
    shown = manager.get(page + query)
    assert "200\xa0%" in shown.text or "200 %" in text_of(shown)
    sheet = manager.get(f"{page}.csv{query}")
    assert sheet.headers["Content-Type"].startswith("text/csv")
    assert "deliver" in sheet.text
    assert manager.get(f"{page}.ods{query}").data.startswith(b"PK")
    assert manager.get(f"{page}.exe{query}").status_code == 404
    assert manager.post(page, {"kind": "nothing", **period}).status_code == 422
    assert manager.post(page, {"kind": "deliver", **period}).status_code == 303
    with database.read() as uow:
        assert rates_of(uow, cast.town).pace_deliver == 200
