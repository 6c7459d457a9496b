"""Two people at one request: who comes second is told so kindly, and loses nothing typed."""

from collections.abc import Callable

import pytest
from flask import Flask

from lending.accounts.permissions import Principal
from lending.bookings.decisions import approve_booking, cancel_booking, refuse_booking
from lending.bookings.facts import Although
from lending.bookings.models import Booking
from lending.bookings.pieces import ask_for_pieces, complete_booking
from lending.bookings.states import RefusalReason, State
from lending.equity.routing.models import Opinion
from lending.handover.statements import tell_check_out
from tests.factories import NOW, Cast, approved, submitted
from tests.support.browser import chromium, served, violations
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[[Principal], Browser]

REASON = "Les chaises partent au forum des associations, toutes sans exception."
KINDLY = "Quelqu’un vous a devancé"


def state(app: Flask, number: int) -> State:
    with app.extensions["database"].read() as uow:
        found: State = uow.session.get_one(Booking, number).state
        return found


def grant(app: Flask, cast: Cast, number: int) -> None:
    app.extensions["database"].write(lambda uow: approve_booking(uow, cast.administrator, number))


def test_a_refusal_that_somebody_overtook_after_its_confirmation_page(
    app: Flask, cast: Cast, browse: Browse
) -> None:
    number = submitted(app.extensions["database"], cast, {cast.chairs: 40})
    marc = browse(cast.manager)
    typed = {"code": RefusalReason.PREEMPTED_OWN_EVENT.value, "text": REASON}
    asked = marc.post(f"/a-traiter/{number}/refuser", typed)
    assert asked.status_code == 200
    assert REASON in asked.text
    grant(app, cast, number)
    answer = marc.post(f"/a-traiter/{number}/refuser", typed | {"confirmed": "yes"})
    assert answer.status_code == 409
    for words in (KINDLY, "Ada", "Accordée", REASON):
        assert words in answer.text, words
    assert state(app, number) is State.APPROVED


def test_a_cancellation_by_the_staff_after_the_equipment_has_left(
    app: Flask, cast: Cast, browse: Browse
) -> None:
    database = app.extensions["database"]
    number = approved(database, cast, {cast.chairs: 40})
    marc = browse(cast.manager)
    asked = marc.post(f"/a-traiter/{number}/annuler", {"reason": REASON})
    assert asked.status_code == 200
    database.write(lambda uow: tell_check_out(uow, cast.administrator, number))
    answer = marc.post(f"/a-traiter/{number}/annuler", {"reason": REASON, "confirmed": "yes"})
    assert answer.status_code == 409
    assert KINDLY in answer.text
    assert REASON in answer.text
    assert state(app, number) is State.OUT


@pytest.mark.parametrize(
    ("view", "fields"),
    [
        ("accorder", {"reason": REASON}),
        ("pieces", {"what": REASON}),
        ("attendre", {"reason": REASON}),
        ("instruire", {}),
    ],
)
def test_each_decision_on_a_request_that_was_cancelled_meanwhile(
    app: Flask, cast: Cast, browse: Browse, view: str, fields: dict[str, str]
) -> None:
    database = app.extensions["database"]
    number = submitted(database, cast, {cast.chairs: 40})
    database.write(lambda uow: cancel_booking(uow, cast.alice, number, "Pluie"))
    answer = browse(cast.manager).post(f"/a-traiter/{number}/{view}", fields)
    assert answer.status_code == 409
    assert KINDLY in answer.text
    assert all(text in answer.text for text in fields.values())


def test_an_opinion_on_a_request_that_was_granted_meanwhile(
    app: Flask, cast: Cast, browse: Browse
) -> None:
    database = app.extensions["database"]
    number = submitted(database, cast, {cast.chairs: 40})
    asked = Opinion(booking_id=number, department_id=cast.town_department, asked_at=NOW)
    database.write(lambda uow: uow.session.add(asked))
    although = Although(opinions="Urgent")
    database.write(lambda uow: approve_booking(uow, cast.administrator, number, None, "", although))
    given = {"department_id": cast.town_department, "verdict": "unfavourable", "reason": REASON}
    answer = browse(cast.manager).post(f"/a-traiter/{number}/avis", given)
    assert answer.status_code == 409
    assert KINDLY in answer.text
    assert REASON in answer.text


def test_an_association_that_cancels_what_was_refused_meanwhile(
    app: Flask, cast: Cast, browse: Browse
) -> None:
    database = app.extensions["database"]
    number = submitted(database, cast, {cast.chairs: 40})
    database.write(
        lambda uow: refuse_booking(uow, cast.manager, number, RefusalReason.LATE, "Trop tard.")
    )
    answer = browse(cast.alice).post(f"/demandes/{number}/annuler", {"reason": REASON})
    assert answer.status_code == 409
    for words in (KINDLY, "Trop tard.", REASON):
        assert words in answer.text, words


def test_an_association_that_answers_when_the_staff_has_noted_the_answer(
    app: Flask, cast: Cast, browse: Browse
) -> None:
    database = app.extensions["database"]
    number = submitted(database, cast, {cast.chairs: 40})
    database.write(lambda uow: ask_for_pieces(uow, cast.manager, number, "L’assurance ?"))
    database.write(lambda uow: complete_booking(uow, cast.front_desk, number, "Reçue."))
    answer = browse(cast.alice).post(f"/demandes/{number}/completer", {"answer": REASON})
    assert answer.status_code == 409
    assert KINDLY in answer.text
    assert REASON in answer.text


def test_an_association_that_changes_what_was_decided_meanwhile(
    app: Flask, cast: Cast, browse: Browse
) -> None:
    number = submitted(app.extensions["database"], cast, {cast.chairs: 40})
    grant(app, cast, number)
    answer = browse(cast.alice).post(
        f"/demandes/{number}/modifier", {f"quantity-{cast.chairs}": "55"}
    )
    assert answer.status_code == 409
    assert KINDLY in answer.text
    assert "55 × Chaise pliante" in answer.text


def test_the_same_in_a_browser(app: Flask, cast: Cast, browse: Browse) -> None:
    number = submitted(app.extensions["database"], cast, {cast.chairs: 40})
    cookie = browse(cast.manager).client.get_cookie("treteau_session")
    assert cookie is not None
    with served(app) as address, chromium() as browser:
        context = browser.new_context(viewport={"width": 390, "height": 844})
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/a-traiter/{number}")
        page.locator("summary", has_text="Refuser").click()
        page.locator("[name=code]").select_option(RefusalReason.LATE.value)
        page.locator("[name=text]").fill(REASON)
        page.get_by_role("button", name="Refuser").click()
        grant(app, cast, number)
        page.get_by_role("button", name="Refuser").click()
        notice = page.get_by_role("alert")
        assert violations(page) == []
        assert KINDLY in notice.inner_text()
        assert REASON in notice.inner_text()
