"""One request on one screen: every decision, what it asks first, and where it leads."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from lending.bookings.models import Booking
from lending.bookings.states import State
from lending.bookings.supply import move_stock
from lending.clock import FixedClock
from lending.handover.statements import tell_check_out
from lending.organisations.models import Organisation
from tests.factories import FRIDAY, MONDAY, Cast, approved, submitted, waiting
from tests.support.browser import chromium, served, violations
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]


def state(app: Flask, number: int) -> State:
    with app.extensions["database"].read() as uow:
        found: State = uow.session.get_one(Booking, number).state
        return found


def quantities(app: Flask, number: int, name: str) -> list[int]:
    with app.extensions["database"].read() as uow:
        return [getattr(line, name) for line in uow.session.get_one(Booking, number).lines]


@pytest.fixture
def marc(browse: Browse, cast: Cast) -> Browser:
    """The town's equipment manager at his screen."""
    return browse(cast.manager)


def test_the_page_shows_everything_needed_to_decide(app: Flask, cast: Cast, marc: Browser) -> None:
    database = app.extensions["database"]
    submitted(database, cast, {cast.chairs: 50}, organisation=cast.club, name="Tournoi")
    number = submitted(database, cast, {cast.chairs: 40}, name="Bal")
    page = marc.get(f"/a-traiter/{number}").text
    for words in (
        "Chorale des Planches",
        "Bal",
        "Chaise pliante",
        "<strong>50</strong>",  # free without this request
        "Club de pétanque du Gué",
        "Le guichet a vérifié qui demande.",
        "L’assurance court jusqu’au",
        "Le siège (Sainte-Planche) et la manifestation (Sainte-Planche) sont sur le territoire.",
    ):
        assert words in page, words


def test_granting_leads_to_the_next_duty(app: Flask, cast: Cast, marc: Browser) -> None:
    database = app.extensions["database"]
    number = submitted(database, cast, {cast.chairs: 40})
    following = submitted(database, cast, {cast.chairs: 10})
    answer = marc.post(
        f"/a-traiter/{number}/accorder?kind=decide", {f"granted-{cast.chairs}": "40"}
    )
    assert answer.status_code == 303
    assert answer.location == f"/a-traiter/{following}?kind=decide"
    assert state(app, number) is State.APPROVED
    assert "accordée" in marc.get(answer.location).text


def test_the_last_decision_leads_back_to_the_inbox(app: Flask, cast: Cast, marc: Browser) -> None:
    number = submitted(app.extensions["database"], cast, {cast.chairs: 40})
    answer = marc.post(f"/a-traiter/{number}/accorder", {f"granted-{cast.chairs}": "40"})
    assert answer.location == "/a-traiter"


def test_a_part_is_not_granted_without_a_reason_and_nothing_typed_is_lost(
    app: Flask, cast: Cast, marc: Browser
) -> None:
    number = submitted(app.extensions["database"], cast, {cast.chairs: 40, cast.tables: 3})
    typed = {f"granted-{cast.chairs}": "25", f"granted-{cast.tables}": "3"}
    answer = marc.post(f"/a-traiter/{number}/accorder", typed)
    assert answer.status_code == 422
    assert 'href="#reason"' in answer.text
    assert 'value="25"' in answer.text
    assert state(app, number) is State.SUBMITTED
    marc.post(f"/a-traiter/{number}/accorder", typed | {"reason": "Le reste est en réparation."})
    assert state(app, number) is State.PARTLY_APPROVED
    assert quantities(app, number, "granted") == [25, 3]


def test_words_stay_in_their_own_form_when_something_else_of_it_is_missing(
    app: Flask, cast: Cast, marc: Browser
) -> None:
    number = submitted(app.extensions["database"], cast, {cast.chairs: 40})
    answer = marc.post(f"/a-traiter/{number}/refuser", {"text": "Le terrain est inondé."})
    assert answer.status_code == 422
    assert 'href="#code"' in answer.text
    assert answer.text.count("Le terrain est inondé.") == 1


def test_what_is_not_a_number_is_said_beside_its_field(
    app: Flask, cast: Cast, marc: Browser
) -> None:
    number = submitted(app.extensions["database"], cast, {cast.chairs: 40})
    answer = marc.post(f"/a-traiter/{number}/accorder", {f"granted-{cast.chairs}": "vingt"})
    assert answer.status_code == 422
    assert f'href="#granted-{cast.chairs}"' in answer.text
    assert 'value="vingt"' in answer.text


def test_more_than_asked_is_refused_at_the_right_line(
    app: Flask, cast: Cast, marc: Browser
) -> None:
    number = submitted(app.extensions["database"], cast, {cast.tables: 3, cast.chairs: 40})
    answer = marc.post(
        f"/a-traiter/{number}/accorder",
        {f"granted-{cast.tables}": "3", f"granted-{cast.chairs}": "41"},
    )
    assert answer.status_code == 422
    assert f'href="#granted-{cast.chairs}"' in answer.text


def test_a_conflict_is_an_answer_with_ways_out(
    app: Flask, cast: Cast, marc: Browser, clock: FixedClock
) -> None:
    database = app.extensions["database"]
    number = submitted(database, cast, {cast.chairs: 40})
    database.write(
        lambda uow: move_stock(uow, cast.manager, cast.chairs, -80, clock.now(), "Incendie")
    )
    answer = marc.post(f"/a-traiter/{number}/accorder", {f"granted-{cast.chairs}": "40"})
    assert answer.status_code == 409
    assert "il en manque 20" in answer.text
    assert "50 × Chaise coque" in answer.text  # the agglomeration has equivalent ones
    assert f'action="/a-traiter/{number}/attendre"' in answer.text
    assert state(app, number) is State.SUBMITTED


def test_no_way_out_is_offered_that_the_state_does_not_allow(
    app: Flask, cast: Cast, marc: Browser
) -> None:
    database = app.extensions["database"]
    approved(database, cast, {cast.chairs: 80}, organisation=cast.club)
    number = waiting(database, cast, {cast.chairs: 40})
    answer = marc.post(f"/a-traiter/{number}/accorder", {f"granted-{cast.chairs}": "40"})
    assert answer.status_code == 409
    assert f'action="/a-traiter/{number}/accorder"' in answer.text
    for address in ("attendre", "pieces"):
        assert f'action="/a-traiter/{number}/{address}"' not in answer.text
    assert state(app, number) is State.WAITLISTED


def test_the_possible_part_is_one_click_away(app: Flask, cast: Cast, marc: Browser) -> None:
    database = app.extensions["database"]
    approved(database, cast, {cast.chairs: 80}, organisation=cast.club)
    number = waiting(database, cast, {cast.chairs: 40, cast.tables: 2})
    page = marc.post(
        f"/a-traiter/{number}/accorder",
        {f"granted-{cast.chairs}": "40", f"granted-{cast.tables}": "2"},
    ).text
    assert f'name="granted-{cast.chairs}" value="20"' in page
    marc.post(
        f"/a-traiter/{number}/accorder",
        {
            f"granted-{cast.chairs}": "20",
            f"granted-{cast.tables}": "2",
            "only_named": "yes",
            "reason": "Il n'en reste pas plus.",
        },
    )
    assert quantities(app, number, "granted") == [20, 2]


def test_a_refusal_needs_a_reason_from_the_list_and_words(
    app: Flask, cast: Cast, marc: Browser
) -> None:
    number = submitted(app.extensions["database"], cast, {cast.chairs: 40})
    answer = marc.post(f"/a-traiter/{number}/refuser", {"code": "", "text": " "})
    assert answer.status_code == 422
    assert 'href="#code"' in answer.text
    assert 'href="#text"' in answer.text


def test_a_refusal_is_asked_once_more_because_it_cannot_be_undone(
    app: Flask, cast: Cast, marc: Browser
) -> None:
    number = submitted(app.extensions["database"], cast, {cast.chairs: 40})
    typed = {"code": "LATE", "text": "Trop tard pour préparer."}
    question = marc.post(f"/a-traiter/{number}/refuser?kind=decide", typed)
    assert question.status_code == 200
    assert "Trop tard pour préparer." in question.text
    assert f'action="/a-traiter/{number}/refuser?kind=decide"' in question.text
    assert state(app, number) is State.SUBMITTED
    marc.post(f"/a-traiter/{number}/refuser?kind=decide", typed | {"confirmed": "yes"})
    assert state(app, number) is State.REFUSED


def test_a_cancellation_is_asked_once_more(app: Flask, cast: Cast, marc: Browser) -> None:
    number = approved(app.extensions["database"], cast, {cast.chairs: 40})
    assert marc.post(f"/a-traiter/{number}/annuler", {"reason": ""}).status_code == 422
    assert marc.post(f"/a-traiter/{number}/annuler", {"reason": "Crue"}).status_code == 200
    assert state(app, number) is State.APPROVED
    marc.post(f"/a-traiter/{number}/annuler", {"reason": "Crue", "confirmed": "yes"})
    assert state(app, number) is State.CANCELLED


@pytest.mark.parametrize(
    ("address", "fields", "then"),
    [
        ("instruire", {}, State.IN_REVIEW),
        ("pieces", {"what": "L'attestation"}, State.INCOMPLETE),
        ("attendre", {"reason": "Attendons le retour"}, State.WAITLISTED),
    ],
)
def test_the_other_ways_of_answering(
    app: Flask, cast: Cast, marc: Browser, address: str, fields: dict[str, str], then: State
) -> None:
    number = submitted(app.extensions["database"], cast, {cast.chairs: 40})
    assert marc.post(f"/a-traiter/{number}/{address}", fields).status_code == 303
    assert state(app, number) is then


def test_a_question_without_words_is_not_sent(app: Flask, cast: Cast, marc: Browser) -> None:
    number = submitted(app.extensions["database"], cast, {cast.chairs: 40})
    answer = marc.post(f"/a-traiter/{number}/pieces", {"what": ""})
    assert answer.status_code == 422
    assert 'href="#what"' in answer.text


def test_the_front_desk_reviews_but_does_not_decide(app: Flask, cast: Cast, browse: Browse) -> None:
    number = submitted(app.extensions["database"], cast, {cast.chairs: 40})
    fanny = browse(cast.front_desk)
    page = fanny.get(f"/a-traiter/{number}").text
    assert "/instruire" in page
    assert "/accorder" not in page
    assert fanny.post(f"/a-traiter/{number}/accorder").status_code == 403
    assert state(app, number) is State.SUBMITTED


def test_no_association_and_no_other_lender_reads_the_page(
    app: Flask, cast: Cast, browse: Browse
) -> None:
    number = submitted(app.extensions["database"], cast, {cast.chairs: 40})
    assert browse(cast.alice).get(f"/a-traiter/{number}").status_code == 403
    assert browse(cast.other_manager).get(f"/a-traiter/{number}").status_code == 404


def test_a_loan_is_prepared_handed_over_taken_back_and_closed(
    app: Flask, cast: Cast, browse: Browse, clock: FixedClock
) -> None:
    number = approved(app.extensions["database"], cast, {cast.chairs: 40, cast.tables: 2})
    clock.instant = FRIDAY - timedelta(days=1)
    marc = browse(cast.manager)
    marc.post(f"/a-traiter/{number}/preparer")
    assert state(app, number) is State.PREPARED
    clock.instant = FRIDAY
    marc.post(
        f"/a-traiter/{number}/sortie",
        {f"delivered-{cast.chairs}": "38", f"delivered-{cast.tables}": "2"},
    )
    assert quantities(app, number, "delivered") == [38, 2]
    clock.instant = MONDAY
    marc.post(
        f"/a-traiter/{number}/retour",
        {
            f"returned-{cast.chairs}": "38",
            f"returned-{cast.tables}": "1",
            f"damaged-{cast.tables}": "1",
        },
    )
    assert state(app, number) is State.RETURNED
    marc.post(f"/a-traiter/{number}/clore")
    assert state(app, number) is State.CLOSED


def test_writing_off_is_asked_once_more(
    app: Flask, cast: Cast, browse: Browse, clock: FixedClock
) -> None:
    database = app.extensions["database"]
    number = approved(database, cast, {cast.chairs: 40})
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    clock.instant = MONDAY
    marc = browse(cast.manager)
    counts = {f"returned-{cast.chairs}": "37", f"lost-{cast.chairs}": "3"}
    question = marc.post(f"/a-traiter/{number}/retour", counts)
    assert "3 pièces perdues" in question.text
    assert state(app, number) is State.OUT
    marc.post(f"/a-traiter/{number}/retour", counts | {"confirmed": "yes"})
    assert state(app, number) is State.RETURNED


def test_what_is_promised_to_others_until_then_does_not_leave_early(
    app: Flask, cast: Cast, browse: Browse, clock: FixedClock
) -> None:
    database = app.extensions["database"]
    approved(
        database,
        cast,
        {cast.chairs: 80},
        start=FRIDAY - timedelta(days=3),
        end=FRIDAY - timedelta(days=1),
    )
    number = approved(database, cast, {cast.chairs: 40})
    clock.instant = FRIDAY - timedelta(days=4)
    answer = browse(cast.manager).post(
        f"/a-traiter/{number}/sortie", {f"delivered-{cast.chairs}": "40"}
    )
    assert answer.status_code == 409
    assert "il en manque 20" in answer.text
    assert state(app, number) is State.APPROVED


def test_what_is_damaged_is_taken_off_what_came_back_in_good_order(
    app: Flask, cast: Cast, browse: Browse, clock: FixedClock
) -> None:
    database = app.extensions["database"]
    number = approved(database, cast, {cast.chairs: 40})
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    cookie = browse(cast.manager).client.get_cookie("treteau_session")
    assert cookie is not None
    with served(app) as address, chromium() as browser:
        context = browser.new_context(viewport={"width": 390, "height": 800})
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/a-traiter/{number}")
        assert violations(page) == []
        page.fill(f"#damaged-{cast.chairs}", "3")
        assert page.input_value(f"#returned-{cast.chairs}") == "37"
        page.fill(f"#returned-{cast.chairs}", "20")
        page.fill(f"#damaged-{cast.chairs}", "5")
        assert page.input_value(f"#returned-{cast.chairs}") == "20"


def test_the_question_for_pieces_begins_with_what_the_rules_miss_and_more_time_can_be_left(
    app: Flask, cast: Cast, marc: Browser, browse: Browse
) -> None:
    database = app.extensions["database"]
    database.write(
        lambda uow: setattr(uow.session.get_one(Organisation, cast.choir), "insurance_until", None)
    )
    number = submitted(database, cast, {cast.chairs: 5})
    page = f"/a-traiter/{number}"
    assert "Envoyez une attestation" in marc.get(page).text
    marc.post(f"{page}/pieces", {"what": "L’attestation d’assurance"})
    assert "pièces attendues jusqu’au mardi 17 mars" in marc.get(page).text
    assert "Vous avez jusqu’au mardi 17 mars" in browse(cast.alice).get(f"/demandes/{number}").text
    wrong = marc.post(f"{page}/prolonger", {"last_day": "demain", "reason": "L’assureur tarde."})
    assert wrong.status_code == 422
    assert 'id="last_day-error"' in wrong.text
    assert "L’assureur tarde." in wrong.text
    right = {"last_day": "2026-04-10", "reason": "L’assureur tarde."}
    assert marc.post(f"{page}/prolonger", right).status_code == 303
    told = browse(cast.alice).get(f"/demandes/{number}").text
    assert "Vous avez jusqu’au vendredi 10 avril" in told
    assert "L’assureur tarde." in told
