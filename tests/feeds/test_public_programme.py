"""The public programme: what organisations agreed to show, for anyone, and nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lending.accounts.permissions import SYSTEM
from lending.authorities.models import Competence, DepartmentCompetence
from lending.availability.answers import Wanted
from lending.bookings.consent import show_event
from lending.bookings.decisions import approve_booking, cancel_booking, refuse_booking
from lending.bookings.details import BookingDetails, EventDetails
from lending.bookings.drafts import copy_booking, create_booking, edit_draft
from lending.bookings.models import Booking, Event
from lending.bookings.states import RefusalReason
from lending.bookings.submission import submit_booking
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, NotAllowedNow, NotFound
from lending.handover.service import close_booking
from lending.handover.statements import tell_check_in, tell_check_out
from lending.organisations.details import details_of
from lending.organisations.models import Organisation
from lending.organisations.service import edit_organisation
from lending.subscriptions.keeping import refresh_everything
from lending.subscriptions.models import CalendarSubscription, View
from lending.subscriptions.service import revoke
from tests.factories import FRIDAY, MONDAY, Cast, approved, draft, submitted
from tests.feeds.conftest import URL, Reader, Subscribe
from tests.feeds.test_bookings_in_feeds import stamps

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what asks nothing of the database that another test does not ask of both."""

ALL = "/calendars/programme.ics"
TOWN = "/calendars/programme/sainte-planche.ics"


@pytest.fixture
def public(app: Flask, cast: Cast) -> Reader:
    """Anyone's calendar of all events, in English."""
    return Reader(app.test_client(), 0, ALL + "?language=en")


@pytest.fixture
def town(app: Flask, cast: Cast) -> Reader:
    """Anyone's calendar of the events that the town lends for."""
    return Reader(app.test_client(), 0, TOWN + "?language=en")


def show(database: Database, number: int, *, is_public: bool = True) -> None:
    database.write(lambda uow: show_event(uow, SYSTEM, number, is_public=is_public))


def shown(database: Database, cast: Cast, **more: object) -> int:
    """Write a loan whose event its organisation agreed to show."""
    number = approved(database, cast, {cast.chairs: 10}, **more)  # type: ignore[arg-type]
    show(database, number)
    return number


def second_request(database: Database, cast: Cast, first: int) -> int:
    """Write a draft to the agglomeration for the event of a request to the town."""
    with database.read() as uow:
        event_id = uow.session.get_one(Booking, first).event_id
    details = BookingDetails(cast.choir, cast.agglomeration, FRIDAY, MONDAY)
    return database.write(lambda uow: create_booking(uow, SYSTEM, details, event_id)).id


def carry(database: Database, cast: Cast, competence: Competence) -> None:
    """Let the agglomeration's department carry one more cause."""
    row = DepartmentCompetence(department_id=cast.agglomeration_department, competence=competence)
    database.write(lambda uow: uow.session.add(row))


def test_no_event_is_shown_unless_its_organisation_agrees(
    public: Reader, live: Database, cast: Cast
) -> None:
    number = approved(live, cast, {cast.chairs: 10}, name="Bal")
    assert public.events() == {}
    show(live, number)
    assert set(public.events()) == {"Bal"}
    show(live, number, is_public=False)
    assert public.events() == {}


@on_sqlite
def test_an_event_is_shown_once_something_is_granted_for_it(
    public: Reader, live: Database, cast: Cast
) -> None:
    number = submitted(live, cast, {cast.chairs: 10}, name="Bal")
    show(live, number)
    assert public.events() == {}
    live.write(lambda uow: approve_booking(uow, SYSTEM, number))
    assert set(public.events()) == {"Bal"}


@on_sqlite
def test_an_event_stays_to_its_end_and_after(
    public: Reader, live: Database, cast: Cast, clock: FixedClock
) -> None:
    number = shown(live, cast)
    before = stamps(public)
    clock.instant = FRIDAY
    live.write(lambda uow: tell_check_out(uow, SYSTEM, number))
    live.write(lambda uow: tell_check_in(uow, SYSTEM, number))
    live.write(lambda uow: close_booking(uow, SYSTEM, number))
    assert stamps(public) == before


@on_sqlite
def test_an_entry_tells_name_dates_commune_and_place_and_nothing_else(
    public: Reader, live: Database, cast: Cast
) -> None:
    with live.read() as uow:
        choir = details_of(uow.session.get_one(Organisation, cast.choir))
    known = replace(choir, contact_name="Alice Martin", contact_phone="01 99 00 00 07")
    live.write(lambda uow: edit_organisation(uow, SYSTEM, cast.choir, known))
    number = shown(live, cast, name="Fête ; de l'été")
    with live.read() as uow:
        event_id = uow.session.get_one(Booking, number).event_id
    event = public.only()
    assert str(event["SUMMARY"]) == "Fête ; de l'été"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (FRIDAY, MONDAY)
    assert str(event["LOCATION"]) == "Place du Marché, Sainte-Planche"
    assert str(event["URL"]) == f"{URL}/programme?month=2026-06#event-{event_id}"
    assert str(event["DESCRIPTION"]).split("\n") == [str(event["LOCATION"]), str(event["URL"])]
    assert str(event["STATUS"]) == "CONFIRMED"
    assert str(event["TRANSP"]) == "TRANSPARENT"
    data = public.get().data.decode().replace("\r\n ", "")
    for secret in ("Chorale", "Alice", "01 99", "R-2026", "Chaise", "/demandes/", "@association"):
        assert secret not in data
    assert set(event) == {
        "UID", "DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY",
        "DESCRIPTION", "LOCATION", "STATUS", "TRANSP", "URL",
    }  # fmt: skip


@on_sqlite
def test_anyone_reads_it_from_any_page_without_cookie(
    public: Reader, live: Database, cast: Cast
) -> None:
    shown(live, cast)
    answer = public.get()
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=900"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers
    assert "X-Robots-Tag" not in answer.headers


@on_sqlite
def test_it_is_conditional_as_every_feed_is(public: Reader, live: Database, cast: Cast) -> None:
    shown(live, cast)
    first = public.get()
    again = public.get(If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert public.get(If_Modified_Since=first.headers["Last-Modified"]).status_code == 304
    zipped = public.get(Accept_Encoding="gzip")
    assert zipped.headers["ETag"] == first.headers["ETag"][:-1] + '-gz"'
    head = public.client.head(public.path)
    assert head.headers["Content-Length"] == str(len(first.data))
    shown(live, cast, name="Kermesse")
    assert public.get(If_None_Match=first.headers["ETag"]).status_code == 200


def test_each_lender_has_its_own_and_an_event_of_two_is_shown_once(
    public: Reader, town: Reader, app: Flask, live: Database, cast: Cast
) -> None:
    first = shown(live, cast, name="Bal")
    second = second_request(live, cast, first)
    lines = [Wanted(cast.stage, 4)]
    carry(live, cast, Competence.LOCAL_LIFE)
    live.write(lambda uow: edit_draft(uow, SYSTEM, second, lines=lines))
    live.write(lambda uow: submit_booking(uow, SYSTEM, second))
    other = Reader(app.test_client(), 0, "/calendars/programme/trois-treteaux.ics")
    assert other.events() == {}
    live.write(lambda uow: approve_booking(uow, SYSTEM, second))
    assert set(other.events()) == set(town.events()) == set(public.events()) == {"Bal"}
    live.write(lambda uow: cancel_booking(uow, SYSTEM, second, "Trop grand"))
    assert other.events() == {}
    assert str(public.only()["STATUS"]) == str(town.only()["STATUS"]) == "CONFIRMED"


def test_a_cancelled_event_says_so_until_it_would_have_ended(
    public: Reader, town: Reader, live: Database, cast: Cast, clock: FixedClock
) -> None:
    number = shown(live, cast, name="Bal")
    before = public.only()
    live.write(lambda uow: cancel_booking(uow, SYSTEM, number, "Pluie"))
    for reader in (public, town):
        event = reader.only()
        assert str(event["STATUS"]) == "CANCELLED"
        assert str(event["SUMMARY"]) == "CANCELLED – Bal"
    assert public.only()["UID"] == before["UID"]
    assert int(public.only()["SEQUENCE"]) == int(before["SEQUENCE"]) + 1
    assert refresh_everything(live, URL) == 0
    clock.instant = MONDAY - timedelta(minutes=1)
    assert len(public.events()) == 1
    clock.instant = MONDAY + timedelta(minutes=1)
    assert public.events() == {}
    assert refresh_everything(live, URL) == 0


def test_what_was_never_granted_was_never_announced(
    public: Reader, live: Database, cast: Cast
) -> None:
    refused = submitted(live, cast, {cast.chairs: 10}, name="Bal")
    cancelled = submitted(live, cast, {cast.chairs: 10}, name="Kermesse")
    for number in (refused, cancelled):
        show(live, number)
    code = RefusalReason.STOCK_EXHAUSTED
    live.write(lambda uow: refuse_booking(uow, SYSTEM, refused, code, "Tout est pris"))
    live.write(lambda uow: cancel_booking(uow, SYSTEM, cancelled, "Pluie"))
    assert public.events() == {}


def test_a_renamed_event_raises_the_sequence_by_one_also_when_a_draft_renames_it(
    public: Reader, live: Database, cast: Cast, clock: FixedClock
) -> None:
    first = shown(live, cast, name="Bal")
    sequence, _, _ = stamps(public)
    second = second_request(live, cast, first)
    with live.read() as uow:
        event = uow.session.get_one(Booking, first).event
        known = {n: getattr(event, n) for n in EventDetails.__dataclass_fields__}
    renamed = EventDetails(**{**known, "name": "Grand bal"})
    clock.instant += timedelta(minutes=5)
    live.write(lambda uow: edit_draft(uow, SYSTEM, second, event=renamed))
    assert set(public.events()) == {"Grand bal"}
    assert stamps(public) == (sequence + 1, clock.instant, clock.instant)


@on_sqlite
def test_what_does_not_show_leaves_the_bytes_as_they_are(
    public: Reader, live: Database, cast: Cast
) -> None:
    shown(live, cast, name="Bal")
    before = public.get()
    approved(live, cast, {cast.chairs: 10}, name="Kermesse")
    after = public.get()
    assert after.data == before.data
    assert after.headers["ETag"] == before.headers["ETag"]


@on_sqlite
def test_it_speaks_french_unless_asked_for_english(app: Flask, live: Database, cast: Cast) -> None:
    number = shown(live, cast, name="Bal")
    live.write(lambda uow: cancel_booking(uow, SYSTEM, number, "Pluie"))
    titles = [
        next(iter(Reader(app.test_client(), 0, path).events()))
        for path in (ALL, ALL + "?language=xx", ALL + "?language=en")
    ]
    assert titles == ["ANNULÉ – Bal", "ANNULÉ – Bal", "CANCELLED – Bal"]


@on_sqlite
def test_an_unknown_lender_has_no_programme(app: Flask, cast: Cast) -> None:
    answer = app.test_client().get("/calendars/programme/nowhere.ics")
    assert answer.status_code == 404
    assert b"VCALENDAR" not in answer.data


@on_sqlite
def test_nobody_subscribes_to_what_has_no_secret(subscribed: Subscribe, cast: Cast) -> None:
    with pytest.raises(NotFound):
        subscribed(cast.alice, View.PROGRAMME, 0)


@on_sqlite
def test_nobody_takes_the_programme_away(public: Reader, live: Database, cast: Cast) -> None:
    assert public.get().status_code == 200
    with live.read() as uow:
        (number,) = uow.session.scalars(select(CalendarSubscription.id))
    with pytest.raises(NotFound):
        live.write(lambda uow: revoke(uow, cast.administrator, number))
    assert public.get().status_code == 200


@on_sqlite
def test_consent_is_the_borrower_s_and_can_be_taken_back_at_any_time(
    live: Database, cast: Cast
) -> None:
    number = draft(live, cast, {cast.chairs: 10})
    with live.read() as uow:
        assert not uow.session.get_one(Booking, number).event.is_public
    live.write(lambda uow: show_event(uow, cast.alice, number, is_public=True))
    with pytest.raises(NotFound):
        live.write(lambda uow: show_event(uow, cast.bob, number, is_public=True))
    live.write(lambda uow: submit_booking(uow, SYSTEM, number))
    live.write(lambda uow: cancel_booking(uow, SYSTEM, number, "Pluie"))
    live.write(lambda uow: show_event(uow, cast.alice, number, is_public=False))
    with pytest.raises(NotAllowedNow):
        live.write(lambda uow: show_event(uow, cast.alice, number, is_public=True))


@on_sqlite
def test_an_auditor_changes_nothing(live: Database, cast: Cast) -> None:
    number = submitted(live, cast, {cast.chairs: 10})
    with pytest.raises(Forbidden):
        live.write(lambda uow: show_event(uow, cast.auditor, number, is_public=True))


@on_sqlite
def test_taking_up_a_booking_again_asks_anew(live: Database, cast: Cast) -> None:
    number = shown(live, cast)
    later = timedelta(days=364)
    new = live.write(
        lambda uow: copy_booking(uow, cast.alice, number, FRIDAY + later, MONDAY + later)
    )
    with live.read() as uow:
        assert not uow.session.get_one(Event, new.event_id).is_public
