"""The sheet of a crew's day, read and answered by plain forms, without any script."""

import re

import pytest

from lending.bookings.models import Logistics
from lending.logistics.means.models import Agent
from tests.factories import FRIDAY, approved
from tests.logistics.crews import build_yard, give_round

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def sheet(app, cast, clock):
    """Return the address of the sheet of a crew with two deliveries; the agent is of the crew."""
    database = app.extensions["database"]
    yard = build_yard(database, cast)

    def link(uow):
        uow.session.get_one(Agent, yard.ines).user_id = cast.agent.user_id

    database.write(link)
    for lines in ({cast.chairs: 40}, {cast.tables: 5}):
        approved(database, cast, lines, logistics=Logistics.DELIVERY_SETUP)
    clock.instant = FRIDAY
    give_round(database, yard.crew, FRIDAY, reload_after=1)
    return f"/tournees/{yard.crew}/2026-06-05"


def forms(page: str, kind: str) -> list[tuple[str, dict[str, str]]]:
    """Return the forms of a kind that stand on the page: where they go, what they would send."""
    found = re.findall(rf'<form class="tell tell-{kind}".*?</form>', page, re.S)
    return [
        (
            re.search(r'action="([^"]+)"', form)[1],
            dict(re.findall(r'<input[^>]* name="([^"]+)" [^>]*?value="([^"]*)"', form))
            | dict(re.findall(r'name="(count-\d+)" value="(\d+)"', form)),
        )
        for form in found
    ]


def test_who_goes_out_with_a_crew_lands_on_its_sheet(browse, cast, sheet):
    agent = browse(cast.agent)
    assert agent.get("/").headers["Location"] == "/tournees"
    assert agent.get("/tournees").headers["Location"] == sheet
    assert agent.get("/tournees?day=2026-06-05").status_code == 200
    manager = browse(cast.manager)
    assert manager.get("/").headers["Location"] == "/a-traiter"
    assert sheet in manager.get("/tournees").text
    assert sheet not in browse(cast.other_manager).get("/tournees").text
    for day in ("2026-06-31", "demain", "1960-01-01"):
        assert agent.get(f"/tournees/1/{day}").status_code == 404
        assert agent.get(f"/tournees?day={day}").status_code == 404


def test_a_sheet_says_where_whom_and_what(browse, cast, sheet):
    text = browse(cast.agent).get(sheet).text
    assert "Camion 12 t" in text
    assert 'href="geo:0,0?q=Place%20du%20March' in text
    assert text.index("Chaise pliante") < text.index("Table pliante")
    assert "Chorale des Planches" in text


def test_a_day_is_told_by_plain_forms(browse, cast, sheet):
    agent = browse(cast.agent)
    address, told = forms(agent.get(sheet).text, "started")[0]
    answer = agent.post(address, told)
    assert answer.headers["Location"] == f"{sheet}#stop-1"
    agent.post(address, told)
    text = agent.get(sheet).text
    assert text.count('data-state="started"') == 1
    address, told = forms(text, "done")[0]
    assert told[f"count-{cast.chairs}"] == "40"
    agent.post(address, {**told, f"count-{cast.chairs}": "38"})
    text = agent.get(sheet).text
    assert text.count('data-state="partial"') == 1
    address, told = forms(text, "impossible")[1]
    empty = agent.post(address, told)
    assert empty.status_code == 422
    agent.post(address, {**told, "reason": "Portail fermé"})
    assert "Portail fermé" in agent.get(sheet).text


def test_an_auditor_reads_the_sheet_and_tells_nothing(browse, cast, sheet):
    text = browse(cast.auditor).get(sheet).text
    assert "Chaise pliante" in text
    assert forms(text, "started") == []
    assert forms(text, "note") == []


def test_an_agent_sees_field_work_and_nothing_else_of_the_office(browse, cast, sheet):
    agent = browse(cast.agent)
    text = agent.get(sheet).text
    assert 'href="/interventions"' in text
    for address in ("/a-traiter", "/planning", "/organisations", "/demandes"):
        assert f'href="{address}"' not in text
    assert agent.get("/a-traiter").status_code == 403


def test_a_day_without_a_round_says_so(browse, cast, sheet):
    page = browse(cast.agent).get(sheet.replace("06-05", "06-06"))
    assert page.status_code == 200
    assert "data-task" not in page.text


def test_the_telephone_learns_who_is_signed_in(browse, cast, sheet):
    answer = browse(cast.agent).get("/tournees/session")
    assert answer.get_json()["user"] == cast.agent.user_id
    assert "no-store" in answer.headers["Cache-Control"]
    assert browse(cast.auditor).get("/tournees/session").status_code == 403


def test_what_keeps_sheets_at_hand_looks_after_rounds_alone(browse, cast, sheet):
    answer = browse(cast.agent).get("/tournees/agent.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Service-Worker-Allowed"] == "/tournees"
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]
    files = re.search(r'data-files="treteau-files-(\w+)"', browse(cast.agent).get(sheet).text)[1]
    assert f'const VERSION = "{files}";' in answer.text
