"""A conflict is an answer: what is missing, when, and what is possible with one click."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask

from lending.accounts.permissions import Principal
from lending.bookings.detail import BookingDetail, get_booking
from lending.bookings.queries import BookingFilter, list_bookings
from lending.bookings.states import State
from lending.catalogue.models import Item
from lending.db.database import Database
from tests.factories import Cast, approved, draft, submitted
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[[Principal], Browser]


@pytest.fixture
def live(app: Flask) -> Database:
    """The application's own database, whose subscribers listen."""
    database: Database = app.extensions["database"]
    return database


def _read(live: Database, cast: Cast, number: int) -> BookingDetail:
    with live.read() as uow:
        return get_booking(uow, cast.administrator, number)


def _lines(booking: BookingDetail) -> dict[int, int]:
    return {line.item_id: line.requested for line in booking.line_views}


def _forms(page: str) -> dict[str, dict[str, str]]:
    """Return the POST forms of a page: the last word of the address to its fields."""
    forms = {}
    for action, body in re.findall(
        r'<form method="post" action="([^"]+)">(.*?)</form>', page, re.S
    ):
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', body)
        forms.setdefault(
            action.rsplit("/", 1)[1],
            {name: unescape(value) for name, value in fields if name != "csrf_token"},
        )
    return forms


def _conflict(alice: Browser, number: int) -> str:
    """Send a draft that does not fit, and return the page that answers."""
    answer = alice.post(f"/demandes/{number}/envoyer")
    assert answer.status_code == 303
    assert answer.location.endswith(f"/demandes/{number}/conflit")
    page = alice.get(answer.location)
    assert page.status_code == 200
    return page.text.replace("\xa0", " ")


def test_it_says_how_many_are_missing_and_when(live: Database, cast: Cast, browse: Browse) -> None:
    approved(live, cast, {cast.chairs: 80}, organisation=cast.club, name="Tournoi secret")
    number = draft(live, cast, {cast.chairs: 60})
    page = unescape(_conflict(browse(cast.alice), number))
    assert (
        "Chaise pliante : il en manque 40 du vendredi 5 juin 2026 à 16 h au lundi 8 juin 2026 à 9 h"
        in page
    )
    assert "déjà accordées" in page
    assert "Tournoi secret" not in page
    assert "Club" not in page
    assert _read(live, cast, number).state is State.DRAFT


def test_requests_are_told_apart_from_decided_loans(
    live: Database, cast: Cast, browse: Browse
) -> None:
    submitted(live, cast, {cast.chairs: 80}, organisation=cast.club)
    number = draft(live, cast, {cast.chairs: 60})
    assert "seulement demandées par d’autres" in unescape(_conflict(browse(cast.alice), number))


def test_other_dates_are_taken_and_sent_with_one_click(
    live: Database, cast: Cast, browse: Browse
) -> None:
    approved(live, cast, {cast.chairs: 80}, organisation=cast.club)
    number = draft(live, cast, {cast.chairs: 60})
    alice = browse(cast.alice)
    fields = _forms(_conflict(alice, number))["autres-dates"]
    answer = alice.post(f"/demandes/{number}/autres-dates", fields)
    assert answer.location.endswith("/envoyee")
    booking = _read(live, cast, number)
    assert booking.state is State.SUBMITTED
    assert f"{booking.starts_at:%Y-%m-%d}" == fields["start_date"]
    assert booking.event_view.starts_at == booking.starts_at


def test_the_possible_part_is_sent_with_one_click(
    live: Database, cast: Cast, browse: Browse
) -> None:
    approved(live, cast, {cast.chairs: 80, cast.tables: 20}, organisation=cast.club)
    number = draft(live, cast, {cast.chairs: 60, cast.tables: 2})
    alice = browse(cast.alice)
    assert "partie" in _forms(_conflict(alice, number))
    answer = alice.post(f"/demandes/{number}/partie")
    assert answer.location.endswith("/envoyee")
    assert _lines(_read(live, cast, number)) == {cast.chairs: 20}


def test_an_equivalent_is_taken_and_sent_with_one_click(
    live: Database, cast: Cast, browse: Browse
) -> None:
    def make_alike(uow) -> None:
        uow.session.get_one(Item, cast.barriers).equivalence_group = "chair"

    live.write(make_alike)
    approved(live, cast, {cast.chairs: 80}, organisation=cast.club)
    number = draft(live, cast, {cast.chairs: 60})
    alice = browse(cast.alice)
    fields = _forms(_conflict(alice, number))["equivalent"]
    alice.post(f"/demandes/{number}/equivalent", fields)
    booking = _read(live, cast, number)
    assert booking.state is State.SUBMITTED
    assert _lines(booking) == {cast.chairs: 20, cast.barriers: 40}


def test_the_missing_part_is_asked_of_another_lender(
    live: Database, cast: Cast, browse: Browse
) -> None:
    approved(live, cast, {cast.chairs: 80}, organisation=cast.club)
    number = draft(live, cast, {cast.chairs: 60})
    alice = browse(cast.alice)
    fields = _forms(_conflict(alice, number))["ailleurs"]
    answer = alice.post(f"/demandes/{number}/ailleurs", fields)
    with live.read() as uow:
        (other,) = list_bookings(
            uow, cast.administrator, BookingFilter(authority_id=cast.agglomeration)
        ).rows
    assert (other.state, other.pieces) == (State.DRAFT, 40)
    assert _read(live, cast, number).state is State.SUBMITTED
    assert f"/demandes/{other.id}/verifier" in alice.get(answer.location).text


def test_a_request_of_which_nothing_is_left_goes_to_the_other_lender(
    live: Database, cast: Cast, browse: Browse
) -> None:
    approved(live, cast, {cast.chairs: 100}, organisation=cast.club)
    number = draft(live, cast, {cast.chairs: 30})
    alice = browse(cast.alice)
    fields = _forms(_conflict(alice, number))["ailleurs"]
    answer = alice.post(f"/demandes/{number}/ailleurs", fields)
    assert answer.location.endswith("/verifier")
    assert alice.get(f"/demandes/{number}").status_code == 404
    assert "Chaise coque" in alice.get(answer.location).text


def test_the_waiting_list_is_joined_with_one_click(
    live: Database, cast: Cast, browse: Browse
) -> None:
    approved(live, cast, {cast.chairs: 80}, organisation=cast.club)
    number = draft(live, cast, {cast.chairs: 60})
    alice = browse(cast.alice)
    assert "liste-d-attente" in _forms(_conflict(alice, number))
    answer = alice.post(f"/demandes/{number}/liste-d-attente")
    assert "liste d’attente" in unescape(alice.get(answer.location).text)
    assert _read(live, cast, number).state is State.WAITLISTED


def test_no_waiting_is_offered_for_more_than_there_is(
    live: Database, cast: Cast, browse: Browse
) -> None:
    number = draft(live, cast, {cast.chairs: 101})
    forms = _forms(_conflict(browse(cast.alice), number))
    assert "liste-d-attente" not in forms
    assert "partie" in forms


def test_staff_are_offered_only_their_own_authority(
    live: Database, cast: Cast, browse: Browse
) -> None:
    approved(live, cast, {cast.chairs: 80}, organisation=cast.club)
    number = draft(live, cast, {cast.chairs: 60})
    assert "ailleurs" not in _forms(_conflict(browse(cast.front_desk), number))


def test_what_came_free_meanwhile_is_said(live: Database, cast: Cast, browse: Browse) -> None:
    number = draft(live, cast, {cast.chairs: 60})
    page = browse(cast.alice).get(f"/demandes/{number}/conflit").text
    assert f'action="/demandes/{number}/envoyer"' in page
    assert "Tout est libre maintenant" in page


def test_a_choice_that_is_gone_leads_back_to_what_is_possible(
    live: Database, cast: Cast, browse: Browse
) -> None:
    number = draft(live, cast, {cast.chairs: 60})
    alice = browse(cast.alice)
    approved(live, cast, {cast.chairs: 80}, organisation=cast.club)
    fields = _forms(_conflict(alice, number))["ailleurs"]
    submitted(
        live, cast, {cast.shell_chairs: 50}, organisation=cast.club, authority=cast.agglomeration
    )
    answer = alice.post(f"/demandes/{number}/ailleurs", fields)
    assert answer.location.endswith("/conflit")
    assert _lines(_read(live, cast, number)) == {cast.chairs: 60}


def test_forged_choices_are_refused_without_a_fault(
    live: Database, cast: Cast, browse: Browse
) -> None:
    number = draft(live, cast, {cast.chairs: 60})
    alice = browse(cast.alice)
    for action, fields in (
        ("ailleurs", {}),
        ("equivalent", {"item_id": "x", "substitute_id": "1"}),
        ("autres-dates", {"start_date": "never"}),
    ):
        assert alice.post(f"/demandes/{number}/{action}", fields).status_code < 500
    assert _lines(_read(live, cast, number)) == {cast.chairs: 60}
