"""An association prepares, sends and follows a request, without any script."""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lending.accounts.permissions import Principal
from lending.bookings.decisions import refuse_booking
from lending.bookings.detail import BookingDetail, get_booking
from lending.bookings.models import Logistics
from lending.bookings.pieces import ask_for_pieces
from lending.bookings.states import RefusalReason, State
from lending.db.database import Database
from tests.factories import TOWN_COMMUNE, Cast, approved, draft, submitted
from tests.support.html import text_of
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[[Principal], Browser]

EVENT = {
    "name": "Fête des voisins",
    "event_start_date": "2026-06-06",
    "event_start_time": "10:00",
    "event_end_date": "2026-06-06",
    "event_end_time": "23:00",
    "commune_insee": TOWN_COMMUNE,
    "site_address": "Place du Marché",
    "competence": "local_life",
    "attendance": "150",
}
WEEKEND = {
    "start_date": "2026-06-05",
    "start_time": "15:00",
    "end_date": "2026-06-08",
    "end_time": "10:00",
}


@pytest.fixture
def live(app: Flask) -> Database:
    """The application's own database, whose subscribers listen."""
    database: Database = app.extensions["database"]
    return database


def _read(live: Database, cast: Cast, number: int) -> BookingDetail:
    with live.read() as uow:
        return get_booking(uow, cast.administrator, number)


def _number(answer: TestResponse) -> int:
    return int(answer.location.split("/demandes/")[1].split("/")[0])


def _lines(booking: BookingDetail) -> dict[int, int]:
    return {line.item_id: line.requested for line in booking.line_views}


def _begin(alice: Browser, cast: Cast, **more: object) -> TestResponse:
    data = EVENT | {"organisation_id": cast.choir, "authority_id": cast.town} | more
    return alice.post("/demandes/nouvelle", data)


def test_a_request_is_prepared_checked_and_sent(live: Database, cast: Cast, browse: Browse) -> None:
    alice = browse(cast.alice)
    assert alice.get("/demandes/nouvelle").status_code == 200
    answer = _begin(alice, cast)
    number = _number(answer)
    assert answer.location.endswith(f"/demandes/{number}/dates")
    page = alice.get(answer.location).text
    assert (
        "du vendredi 5 juin 2026 à 15 h au lundi 8 juin 2026 à 10 h".replace(" h", "\xa0h") in page
    )
    answer = alice.post(f"/demandes/{number}/dates", WEEKEND)
    assert answer.location.endswith(f"/demandes/{number}/materiel")
    shelf = alice.get(answer.location, follow_redirects=True)
    assert f'action="/demandes/{number}/lignes"' in shelf.text
    alice.post(f"/demandes/{number}/lignes", {"item_id": cast.chairs, "quantity": "50"})
    access = {"access_contact": "Zoé Durand", "access_opens": "08:00", "access_closes": "18:30"}
    answer = alice.post(
        f"/demandes/{number}/acheminement",
        {"logistics": "delivery", "site_address": "1 rue Haute", **access},
    )
    review = text_of(alice.get(answer.location))
    for words in ("Chaise pliante", "1 rue Haute", "Fête des voisins", "Contact : Zoé Durand"):
        assert words in review
    assert "Site accessible de 8 h à 18 h 30." in review
    answer = alice.post(f"/demandes/{number}/envoyer")
    assert answer.location.endswith(f"/demandes/{number}/envoyee")
    assert "1er avril 2026" in alice.get(answer.location).text
    booking = _read(live, cast, number)
    assert booking.state is State.SUBMITTED
    assert booking.logistics is Logistics.DELIVERY
    assert _lines(booking) == {cast.chairs: 50}
    assert booking.event_view.attendance == 150


def test_what_was_chosen_before_signing_in_begins_the_list(
    live: Database, cast: Cast, browse: Browse
) -> None:
    alice = browse(cast.alice)
    carried = WEEKEND | {"item_id": cast.chairs, "quantity": "12"}
    query = "&".join(f"{name}={value}" for name, value in carried.items())
    page = alice.get(f"/demandes/nouvelle?{query}").text
    assert "12 × Chaise pliante" in page
    answer = _begin(alice, cast, **carried)
    assert answer.location.endswith("/materiel")
    booking = _read(live, cast, _number(answer))
    assert _lines(booking) == {cast.chairs: 12}
    assert f"{booking.starts_at:%Y-%m-%d %H:%M}" == "2026-06-05 13:00"


def test_dates_that_have_nothing_to_do_with_the_event_are_not_taken(
    live: Database, cast: Cast, browse: Browse
) -> None:
    other = WEEKEND | {"start_date": "2026-09-04", "end_date": "2026-09-07"}
    answer = _begin(browse(cast.alice), cast, **other)
    assert answer.location.endswith("/dates")
    assert _read(live, cast, _number(answer)).starts_at.month == 6


def test_errors_stand_beside_the_fields_and_nothing_typed_is_lost(
    cast: Cast, browse: Browse
) -> None:
    alice = browse(cast.alice)
    answer = _begin(alice, cast, name="", event_end_date="2026-06-01")
    assert answer.status_code == 422
    assert "Place du Marché" in answer.text
    assert 'id="name-error"' in answer.text
    answer = _begin(alice, cast, event_end_date="2026-06-01")
    assert 'id="event_end_date-error"' in answer.text


def test_an_hour_that_the_clocks_skip_is_asked_again(cast: Cast, browse: Browse) -> None:
    night = {"event_start_date": "2026-03-29", "event_start_time": "02:30"}
    answer = _begin(browse(cast.alice), cast, **night)
    assert answer.status_code == 422
    assert 'id="event_start_time-error"' in answer.text


def test_of_an_hour_that_comes_twice_the_loan_covers_both(
    live: Database, cast: Cast, browse: Browse
) -> None:
    number = draft(live, cast, {cast.chairs: 1})
    browse(cast.alice).post(
        f"/demandes/{number}/dates",
        {
            "start_date": "2026-10-25",
            "start_time": "02:30",
            "end_date": "2026-10-25",
            "end_time": "02:30",
        },
    )
    booking = _read(live, cast, number)
    assert (booking.starts_at.hour, booking.ends_at.hour) == (0, 1)


def test_a_script_gets_the_list_alone(live: Database, cast: Cast, browse: Browse) -> None:
    number = draft(live, cast, {cast.chairs: 1})
    alice = browse(cast.alice)
    script = {"HX-Request": "true"}
    answer = alice.post(
        f"/demandes/{number}/lignes", {"item_id": cast.tables, "quantity": "4"}, headers=script
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert answer.headers["HX-Reswap"] == "none"
    assert 'id="running-list"' in answer.text
    assert "Table pliante" in answer.text


@pytest.mark.parametrize("quantity", ["-3", "abc", "99999999999", "2.5"])
def test_a_quantity_that_is_no_number_changes_nothing(
    live: Database, cast: Cast, browse: Browse, quantity: str
) -> None:
    number = draft(live, cast, {cast.chairs: 1})
    alice = browse(cast.alice)
    answer = alice.post(
        f"/demandes/{number}/lignes", {"item_id": cast.chairs, "quantity": quantity}
    )
    assert answer.status_code == 303
    assert _lines(_read(live, cast, number)) == {cast.chairs: 1}


def test_the_maximum_of_an_item_is_said(live: Database, cast: Cast, browse: Browse) -> None:
    number = draft(live, cast, {cast.chairs: 1})
    answer = browse(cast.alice).post(
        f"/demandes/{number}/lignes",
        {"item_id": cast.barriers, "quantity": "41"},
        headers={"HX-Request": "true"},
    )
    assert "40" in answer.text
    assert _lines(_read(live, cast, number)) == {cast.chairs: 1}


def test_a_line_is_taken_out(live: Database, cast: Cast, browse: Browse) -> None:
    number = draft(live, cast, {cast.chairs: 1, cast.tables: 2})
    browse(cast.alice).post(f"/demandes/{number}/lignes/{cast.chairs}/retirer")
    assert _lines(_read(live, cast, number)) == {cast.tables: 2}


def test_a_delivery_needs_a_place(live: Database, cast: Cast, browse: Browse) -> None:
    number = draft(live, cast, {cast.chairs: 1})
    answer = browse(cast.alice).post(
        f"/demandes/{number}/acheminement", {"logistics": "delivery_setup", "site_address": " "}
    )
    assert answer.status_code == 422
    assert 'id="site_address-error"' in answer.text


def test_hours_of_access_that_cannot_be_are_told_beside_their_field(
    live: Database, cast: Cast, browse: Browse
) -> None:
    number = draft(live, cast, {cast.chairs: 1})
    typed = {"logistics": "delivery", "site_address": "Place", "access_note": "Portail vert"}
    answer = browse(cast.alice).post(
        f"/demandes/{number}/acheminement", {**typed, "access_opens": "18:00"}
    )
    assert answer.status_code == 422
    assert 'id="access_closes-error"' in answer.text
    assert 'value="Portail vert"' in answer.text


def test_a_draft_is_listed_kept_and_deleted_after_a_question(
    live: Database, cast: Cast, browse: Browse
) -> None:
    number = draft(live, cast, {}, name="Bal masqué")
    alice = browse(cast.alice)
    assert "Bal masqué" in alice.get("/").text
    assert "Bal masqué" in alice.get("/demandes?etat=todo").text
    page = alice.get(f"/demandes/{number}").text
    assert "/materiel" in page
    assert alice.get(f"/demandes/{number}/supprimer").status_code == 200
    assert _read(live, cast, number).state is State.DRAFT
    alice.post(f"/demandes/{number}/supprimer")
    assert "Bal masqué" not in alice.get("/demandes").text


def test_a_newcomer_prepares_but_cannot_send_before_being_verified(
    live: Database, cast: Cast, browse: Browse
) -> None:
    number = draft(live, cast, {cast.chairs: 1}, organisation=cast.newcomer)
    carol = browse(cast.carol)
    assert "/envoyer" not in carol.get(f"/demandes/{number}/verifier").text
    carol.post(f"/demandes/{number}/envoyer")
    assert _read(live, cast, number).state is State.DRAFT


def test_the_front_desk_enters_a_request_for_an_association_that_telephones(
    live: Database, cast: Cast, browse: Browse
) -> None:
    fanny = browse(cast.front_desk)
    page = fanny.get("/demandes/nouvelle").text
    assert f'<option value="{cast.choir}">' in page
    assert f'value="{cast.agglomeration}"' not in page.split("competence")[-1]
    answer = _begin(fanny, cast, organisation_id=cast.club)
    booking = _read(live, cast, _number(answer))
    assert booking.organisation_id == cast.club
    assert booking.source.value == "phone"


def test_the_list_shows_only_ones_own_requests(live: Database, cast: Cast, browse: Browse) -> None:
    submitted(live, cast, {cast.chairs: 1}, name="Concert du chœur")
    submitted(live, cast, {cast.chairs: 1}, name="Tournoi du club", organisation=cast.club)
    page = browse(cast.alice).get("/demandes").text
    assert "Concert du chœur" in page
    assert "Tournoi du club" not in page


def test_a_request_is_cancelled_with_a_reason(live: Database, cast: Cast, browse: Browse) -> None:
    number = submitted(live, cast, {cast.chairs: 1})
    alice = browse(cast.alice)
    assert alice.post(f"/demandes/{number}/annuler", {"reason": ""}).status_code == 422
    alice.post(f"/demandes/{number}/annuler", {"reason": "Pluie annoncée"})
    assert _read(live, cast, number).state is State.CANCELLED
    assert "Pluie annoncée" in alice.get(f"/demandes/{number}").text


def test_missing_pieces_are_asked_for_and_answered(
    live: Database, cast: Cast, browse: Browse
) -> None:
    number = submitted(live, cast, {cast.chairs: 1})
    live.write(lambda uow: ask_for_pieces(uow, cast.manager, number, "Il manque l'assurance"))
    alice = browse(cast.alice)
    assert "l&#39;assurance" in alice.get(f"/demandes/{number}").text
    alice.post(f"/demandes/{number}/completer", {"answer": "Voici le numéro de police"})
    assert _read(live, cast, number).state is State.SUBMITTED


def test_a_refusal_says_why_and_offers_to_ask_again(
    live: Database, cast: Cast, browse: Browse
) -> None:
    number = submitted(live, cast, {cast.chairs: 1})
    live.write(
        lambda uow: refuse_booking(
            uow, cast.manager, number, RefusalReason.NO_VEHICLE_CAPACITY, "Le camion est en panne."
        )
    )
    page = browse(cast.alice).get(f"/demandes/{number}").text
    assert "Le camion est en panne." in page
    assert f"/demandes/{number}/reprendre" in page


def test_last_years_request_is_taken_up_again_on_the_same_weekdays(
    live: Database, cast: Cast, browse: Browse
) -> None:
    number = submitted(live, cast, {cast.chairs: 25})
    alice = browse(cast.alice)
    assert 'value="2027-06-04"' in alice.get(f"/demandes/{number}/reprendre").text
    new = _number(
        alice.post(
            f"/demandes/{number}/reprendre",
            WEEKEND | {"start_date": "2027-06-04", "end_date": "2027-06-07"},
        )
    )
    booking = _read(live, cast, new)
    assert booking.state is State.DRAFT
    assert _lines(booking) == {cast.chairs: 25}
    assert booking.starts_at.year == booking.event_view.starts_at.year == 2027


def test_dates_and_quantities_change_until_the_decision(
    live: Database, cast: Cast, browse: Browse
) -> None:
    number = submitted(live, cast, {cast.chairs: 25})
    answer = browse(cast.alice).post(
        f"/demandes/{number}/modifier", WEEKEND | {f"quantity-{cast.chairs}": "40"}
    )
    assert answer.status_code == 303
    assert _lines(_read(live, cast, number)) == {cast.chairs: 40}


def test_a_change_that_does_not_fit_is_answered_and_changes_nothing(
    live: Database, cast: Cast, browse: Browse
) -> None:
    submitted(live, cast, {cast.chairs: 60}, organisation=cast.club)
    number = submitted(live, cast, {cast.chairs: 25})
    answer = browse(cast.alice).post(
        f"/demandes/{number}/modifier", WEEKEND | {f"quantity-{cast.chairs}": "70"}
    )
    assert answer.status_code == 409
    assert f'name="quantity-{cast.chairs}" value="40"' in answer.text
    assert _lines(_read(live, cast, number)) == {cast.chairs: 25}


def test_a_part_of_what_was_granted_is_given_back(
    live: Database, cast: Cast, browse: Browse
) -> None:
    number = approved(live, cast, {cast.chairs: 25})
    alice = browse(cast.alice)
    assert alice.get(f"/demandes/{number}/reduire").status_code == 200
    too_many = alice.post(f"/demandes/{number}/reduire", {f"quantity-{cast.chairs}": "26"})
    assert too_many.status_code == 422
    alice.post(f"/demandes/{number}/reduire", {f"quantity-{cast.chairs}": "10"})
    assert _read(live, cast, number).line_views[0].granted == 10


def test_who_is_not_signed_in_is_asked_to_and_comes_back(app: Flask, cast: Cast) -> None:
    answer = app.test_client().get(f"/demandes/nouvelle?item_id={cast.chairs}&quantity=3")
    assert answer.status_code == 303
    assert "item_id" in answer.location


def test_nobody_sees_or_touches_the_request_of_another(
    live: Database, cast: Cast, browse: Browse
) -> None:
    number = draft(live, cast, {cast.chairs: 1})
    bob = browse(cast.bob)
    for page in ("", "/evenement", "/dates", "/verifier", "/conflit", "/supprimer", "/envoyee"):
        assert bob.get(f"/demandes/{number}{page}").status_code == 404, page
    for action in ("/envoyer", "/lignes", "/partie", "/liste-d-attente", "/supprimer"):
        assert bob.post(f"/demandes/{number}{action}", {"item_id": "1"}).status_code == 404, action
    assert _read(live, cast, number).state is State.DRAFT


def test_the_home_page_asks_one_question(app: Flask, cast: Cast, browse: Browse) -> None:
    page = app.test_client().get("/").text
    assert page.count("<h1") == 1
    assert 'name="start_date"' in page
    answer = browse(cast.manager).get("/")
    assert answer.status_code == 302


def test_the_catalogues_dates_become_those_of_the_request(
    live: Database, cast: Cast, browse: Browse
) -> None:
    number = draft(live, cast, {cast.chairs: 1})
    alice = browse(cast.alice)
    other = WEEKEND | {"start_date": "2026-06-12", "end_date": "2026-06-15"}
    answer = alice.post(f"/demandes/{number}/memes-dates", other)
    assert answer.location.endswith(f"/demandes/{number}/materiel")
    assert _read(live, cast, number).starts_at.day == 12
    alice.post(f"/demandes/{number}/memes-dates", other | {"end_date": "2026-06-01"})
    assert _read(live, cast, number).ends_at.day == 15
    page = alice.get(f"/demandes/{number}/materiel", follow_redirects=True).text
    assert "Le retour doit suivre le retrait." in page
