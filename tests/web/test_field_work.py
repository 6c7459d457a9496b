"""The pages of field work, read and sent as a manager would."""

import pytest

from lending.bookings.models import Logistics
from lending.logistics.queries import tasks_of
from tests.factories import approved

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
THURSDAY, FRIDAY = "/interventions?day=2026-06-04", "/interventions?day=2026-06-05"


@pytest.fixture
def task(app, cast):
    """Return the number of the delivery of forty chairs, granted to the choir."""
    database = app.extensions["database"]
    number = approved(database, cast, {cast.chairs: 40}, logistics=Logistics.DELIVERY_SETUP)
    with database.read() as uow:
        return next(t.id for t in tasks_of(uow, number) if t.kind.value == "deliver")


def test_a_day_lists_its_work(browse, cast, task):
    manager = browse(cast.manager)
    thursday, friday = manager.get(THURSDAY).text, manager.get(FRIDAY).text
    assert "Préparer le matériel" in thursday
    assert f"/interventions/{task}" not in thursday
    assert f"/interventions/{task}" in friday
    assert "avec montage" in friday
    assert "Aucune intervention ce jour" in manager.get("/interventions?day=2026-05-04").text
    assert manager.get("/interventions?day=yesterday&depot=x").status_code == 200


def test_work_is_begun_and_ended_on_its_page(browse, cast, task):
    manager = browse(cast.manager)
    page = f"/interventions/{task}"
    assert "À faire" in manager.get(page).text
    manager.post(f"{page}/commencer", follow_redirects=True)
    assert "En cours" in manager.get(page).text
    manager.post(f"{page}/terminer", follow_redirects=True)
    ended = manager.get(page).text
    assert f"{page}/terminer" not in ended
    late = manager.post(f"{page}/commencer")
    assert late.status_code == 409
    assert "La situation de cette tâche a changé" in late.text


def test_a_problem_without_words_is_asked_for_again(browse, cast, task):
    manager = browse(cast.manager)
    page = f"/interventions/{task}"
    empty = manager.post(f"{page}/probleme", {"reason": " "})
    assert empty.status_code == 422
    assert "reason-error" in empty.text
    manager.post(f"{page}/probleme", {"reason": "Portail fermé <b>"})
    assert "Portail fermé &lt;b&gt;" in manager.get(page).text


def test_an_auditor_reads_and_does_nothing(browse, cast, task):
    auditor = browse(cast.auditor)
    assert f"/interventions/{task}/terminer" not in auditor.get(f"/interventions/{task}").text


def test_the_page_of_a_booking_shows_its_work(browse, cast, task, app):
    with app.extensions["database"].read() as uow:
        from lending.logistics.models import Task

        booking = uow.session.get_one(Task, task).booking_id
    assert f"/interventions/{task}" in browse(cast.manager).get(f"/a-traiter/{booking}").text
