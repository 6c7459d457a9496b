"""What every feed has in common: its properties, its stamps, what never leaves by it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import icalendar
import pytest
from flask import Flask
from sqlalchemy import update

from calendars.colours import CSS3_COLOURS
from lending.accounts.permissions import SYSTEM
from lending.authorities.models import Authority, Competence, Depot
from lending.authorities.service import (
    AuthorityDetails,
    DepotDetails,
    edit_authority,
    edit_depot,
)
from lending.availability.answers import Wanted
from lending.bookings.changes import change_booking
from lending.bookings.consent import show_event
from lending.bookings.decisions import approve_booking, cancel_booking
from lending.bookings.details import BookingDetails, EventDetails
from lending.bookings.models import Logistics
from lending.bookings.supply import plan_maintenance
from lending.catalogue.models import Item
from lending.catalogue.service import ItemDetails, edit_item
from lending.clock import FixedClock
from lending.db.database import Database
from lending.organisations.details import details_of
from lending.organisations.models import Organisation
from lending.organisations.service import edit_organisation
from lending.subscriptions.keeping import refresh_everything
from lending.subscriptions.models import View
from tests.factories import FRIDAY, MONDAY, TOWN_COMMUNE, Cast, approved, submitted, waiting
from tests.feeds.conftest import URL, Reader, Subscribe

UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
STAMPS = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE")
Readers = dict[str, Reader]


@pytest.fixture
def readers(app: Flask, subscribed: Subscribe, cast: Cast) -> Readers:
    """One reader of each view, by its name; of an item, an association and the staff."""

    def of(actor: str, view: View, scope_id: int, **more: object) -> Reader:
        return subscribed(getattr(cast, actor), view, scope_id, language="en", **more)

    return {
        "organisation": of("alice", View.ORGANISATION, cast.choir),
        "reminding": of("alice", View.ORGANISATION, cast.choir, with_alarms=True),
        "item": of("bob", View.ITEM, cast.chairs),
        "item for staff": of("manager", View.ITEM, cast.chairs),
        "depot": of("manager", View.DEPOT, cast.depot),
        "department": of("front_desk", View.DEPARTMENT, cast.town_department),
        "authority": of("auditor", View.AUTHORITY, cast.town),
        "programme": Reader(app.test_client(), 0, "/calendars/programme.ics?language=en"),
    }


PUBLIC = ("organisation", "reminding", "item", "programme")
"""What associations and anybody read."""


def something_of_everything(database: Database, cast: Cast) -> None:
    """Write loans in every way, state and length that feeds show, with texts that hurt."""
    evil = "Fête ; de l'été, \\Nuit\r\nBEGIN:VEVENT\x07 \U0001f3aa " + "é" * 80
    granted = approved(database, cast, {cast.chairs: 10, cast.tables: 2}, name=evil)
    approved(database, cast, {cast.chairs: 5}, logistics=Logistics.DELIVERY, name="Livrée")
    approved(database, cast, {cast.chairs: 5}, logistics=Logistics.DELIVERY_SETUP, name="Montée")
    cancelled = approved(database, cast, {cast.chairs: 10}, name="Annulée")
    for number in (granted, cancelled):
        database.write(lambda uow, n=number: show_event(uow, SYSTEM, n, is_public=True))
    database.write(lambda uow: cancel_booking(uow, SYSTEM, cancelled, "Pluie"))
    submitted(database, cast, {cast.chairs: 1}, name="Demandée")
    waiting(database, cast, {cast.chairs: 1}, name="En attente")
    database.write(
        lambda uow: plan_maintenance(uow, SYSTEM, cast.chairs, 3, FRIDAY, MONDAY, "Pied\ncassé")
    )


def read(reader: Reader) -> icalendar.Calendar:
    answer = reader.get()
    assert answer.status_code == 200
    calendar = icalendar.Calendar.from_ical(answer.data)
    assert all(part.errors == [] for part in calendar.walk())
    return calendar  # type: ignore[return-value]


def test_the_calendar_around_the_entries_is_as_clients_need_it(
    readers: Readers, live: Database, cast: Cast
) -> None:
    name = "Chorale ; des Planches, \\Nuit"
    _edit_choir(live, cast, name=name)
    something_of_everything(live, cast)
    for view, reader in readers.items():
        calendar = read(reader)
        head = reader.get().data.partition(b"BEGIN:VEVENT")[0].decode()
        assert str(calendar["VERSION"]) == "2.0", view
        assert str(calendar["PRODID"]).startswith("-//Tréteau//"), view
        assert str(calendar["CALSCALE"]) == "GREGORIAN", view
        assert str(calendar["NAME"]) == str(calendar["X-WR-CALNAME"]) != "", view
        assert str(calendar["X-WR-CALDESC"]) != "", view
        assert str(calendar["X-WR-TIMEZONE"]) == "Europe/Paris", view
        assert str(calendar["COLOR"]) in CSS3_COLOURS, view
        assert re.search(r"\r\nX-APPLE-CALENDAR-COLOR:#[0-9a-f]{6}\r\n", head), view
        assert "\r\nREFRESH-INTERVAL;VALUE=DURATION:PT4H\r\n" in head, view
        assert "\r\nX-PUBLISHED-TTL:PT4H\r\n" in head, view
        assert not {"UID", "METHOD", "SOURCE"} & set(calendar), view
        assert {part.name for part in calendar.walk()} <= {"VCALENDAR", "VEVENT", "VALARM"}, view
    # icalendar reads these as they are written.
    written = "Chorale \\; des Planches\\, \\\\Nuit – equipment loans"
    assert str(read(readers["organisation"])["NAME"]) == written


def test_every_entry_has_the_properties_that_make_it_work_everywhere(
    readers: Readers, live: Database, cast: Cast
) -> None:
    something_of_everything(live, cast)
    everywhere = set()
    for view, reader in readers.items():
        events = read(reader).events
        assert events, view
        addresses = [str(event["URL"]) for event in events]
        assert len(set(addresses)) == len(addresses), view
        name = view.split()[0].replace("reminding", "organisation")
        for event in events:
            assert re.fullmatch(rf"{UUID}\.{name}@{UUID}", str(event["UID"])), view
            assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt, view
            assert event["CREATED"].dt.utcoffset() == timedelta(0), view
            assert event["DTSTART"].dt < event["DTEND"].dt, view
            assert event["DTSTART"].params == event["DTEND"].params == {}, view
            assert str(event["DESCRIPTION"]).split("\n")[-1] == str(event["URL"]), view
            assert str(event["URL"]).startswith(URL), view
            assert "\n" not in str(event["LOCATION"]), view
            assert str(event["LOCATION"]) != "", view
            assert str(event["STATUS"]) in {"TENTATIVE", "CONFIRMED", "CANCELLED"}, view
            assert str(event["TRANSP"]) == "TRANSPARENT", view
            forbidden = {"ORGANIZER", "ATTENDEE", "RRULE", "RDATE", "ATTACH", "DURATION"}
            assert not forbidden & set(event), view
            _check_visible_state(event)
            everywhere.add(str(event["STATUS"]))
    assert everywhere == {"TENTATIVE", "CONFIRMED", "CANCELLED"}


def _check_visible_state(event: icalendar.Event) -> None:
    """What a program that ignores STATUS shows must say it as well."""
    title, status = str(event["SUMMARY"]), str(event["STATUS"])
    assert title.startswith(("CANCELLED – ", "REFUSED – ", "LAPSED – ")) is (status == "CANCELLED")
    unsure = title.endswith(("(to be confirmed)", "(on the waiting list)"))
    assert unsure is (status == "TENTATIVE")


def test_bytes_are_lines_that_every_client_reads(
    readers: Readers, live: Database, cast: Cast
) -> None:
    something_of_everything(live, cast)
    for view, reader in readers.items():
        data = reader.get().data
        assert data.endswith(b"END:VCALENDAR\r\n"), view
        lines = data.split(b"\r\n")[:-1]
        assert not any(re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line) for line in lines), view
        assert max(map(len, lines)) <= 75, view
        for line in lines:
            line.decode()
        assert data.count(b"\r\nBEGIN:VEVENT") == len(read(reader).events), view


def test_times_are_instants_on_both_nights_when_the_clocks_change(
    readers: Readers, live: Database, cast: Cast, clock: FixedClock
) -> None:
    for start in (
        FRIDAY.replace(month=3, day=29, hour=0),
        FRIDAY.replace(month=10, day=25, hour=0),
    ):
        approved(live, cast, {cast.tables: 1}, start=start, end=start + timedelta(hours=3))
    for view in ("organisation", "depot", "authority"):
        for event in read(readers[view]).events:
            assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=3), view
        lines = re.findall(rb"\r\nDT(?:START|END)[^\r]*", readers[view].get().data)
        assert all(re.fullmatch(rb"\r\nDT\w+:\d{8}T\d{6}Z", line) for line in lines), view


def test_no_telephone_and_no_door_code_leaves_by_what_associations_and_anybody_read(
    readers: Readers, live: Database, cast: Cast
) -> None:
    _edit_choir(live, cast, contact_name="Alice Martin", contact_phone="01 99 00 00 07")
    depot = DepotDetails(
        name="Ateliers", address="3 rue du Banc", phone="01 99 00 00 08", note="Code 4711B"
    )
    live.write(lambda uow: edit_depot(uow, SYSTEM, cast.depot, depot, []))
    something_of_everything(live, cast)
    for view, reader in readers.items():
        data = reader.get().data.replace(b"\r\n ", b"")
        assert b"4711B" not in data, view
        assert b"contact@association.example" not in data, view
        assert (b"01 99" in data) is (view in ("depot", "department", "authority")), view
        if view in PUBLIC:
            assert b"Alice Martin" not in data, view


# What changes which feed. Whatever is done, an entry's stamps move exactly when it shows
# something else, and then by one.

Act = Callable[[Database, Cast, int], object]
LOANS = {"organisation", "reminding", "depot", "department", "authority"}
ITEM = {"item", "item for staff"}
STAFF = {"item for staff", "depot", "department", "authority"}


def _edit_choir(database: Database, cast: Cast, **changes: object) -> None:
    with database.read() as uow:
        known = details_of(uow.session.get_one(Organisation, cast.choir))
    details = replace(known, **changes)  # type: ignore[arg-type]
    database.write(lambda uow: edit_organisation(uow, SYSTEM, cast.choir, details))


def _rename_item(database: Database, cast: Cast, number: int) -> None:
    with database.read() as uow:
        item = uow.session.get_one(Item, cast.chairs)
        details = ItemDetails(code=item.code, name="Chaise du bal", category_id=item.category_id)
        details = replace(details, depot_id=item.depot_id, department_id=item.department_id)
    database.write(lambda uow: edit_item(uow, SYSTEM, cast.chairs, details))


def _rename_depot(database: Database, cast: Cast, number: int) -> None:
    details = DepotDetails(name="Nouveau dépôt", address="1 quai du Gué")
    database.write(lambda uow: edit_depot(uow, SYSTEM, cast.depot, details, []))


def _change_contact(database: Database, cast: Cast, number: int) -> None:
    _edit_choir(database, cast, contact_name="Zoé Durand")


def _rename_organisation(database: Database, cast: Cast, number: int) -> None:
    _edit_choir(database, cast, name="Chœur des Planches")


def _rename_organisation_again(database: Database, cast: Cast, number: int) -> None:
    _edit_choir(database, cast, name="Chorale")


def _rename_authority(database: Database, cast: Cast, number: int) -> None:
    with database.read() as uow:
        town = uow.session.get_one(Authority, cast.town)
        known = {n: getattr(town, n) for n in AuthorityDetails.__dataclass_fields__}
    details = AuthorityDetails(**{**known, "name": "Ville de Sainte-Planche-les-Bains"})
    database.write(lambda uow: edit_authority(uow, SYSTEM, cast.town, details))


def _rename_event(database: Database, cast: Cast, number: int) -> None:
    event = EventDetails(
        "Grand bal", FRIDAY, MONDAY, TOWN_COMMUNE, Competence.LOCAL_LIFE, is_public=True
    )
    database.write(lambda uow: change_booking(uow, SYSTEM, number, event=event))


def _other_quantity(database: Database, cast: Cast, number: int) -> None:
    lines = [Wanted(cast.chairs, 11)]
    database.write(lambda uow: change_booking(uow, SYSTEM, number, lines=lines))


def _longer(database: Database, cast: Cast, number: int) -> None:
    details = BookingDetails(cast.choir, cast.town, FRIDAY, MONDAY + timedelta(days=1))
    database.write(lambda uow: change_booking(uow, SYSTEM, number, details=details))


def _note(database: Database, cast: Cast, number: int) -> None:
    details = BookingDetails(cast.choir, cast.town, FRIDAY, MONDAY, note="Merci !")
    database.write(lambda uow: change_booking(uow, SYSTEM, number, details=details))


def _approve(database: Database, cast: Cast, number: int) -> None:
    database.write(lambda uow: approve_booking(uow, SYSTEM, number))


def _hours(database: Database, cast: Cast, number: int) -> None:
    with database.read() as uow:
        depot = uow.session.get_one(Depot, cast.depot)
        details = DepotDetails(depot.name, depot.address, note="Ouvert le samedi")
    database.write(lambda uow: edit_depot(uow, SYSTEM, cast.depot, details, []))


def _other_organisation(database: Database, cast: Cast, number: int) -> None:
    approved(database, cast, {cast.barriers: 10}, organisation=cast.club)


def _worker(database: Database, cast: Cast, number: int) -> None:
    refresh_everything(database, URL)


def _behind_our_back(database: Database, cast: Cast, number: int) -> None:
    behind = update(Item).where(Item.id == cast.chairs).values(name="Chaise de secours")
    database.write(lambda uow: uow.session.execute(behind).rowcount)
    refresh_everything(database, URL)


STEPS: tuple[tuple[Act, set[str]], ...] = (
    (_note, set()),
    (_hours, set()),
    (_other_organisation, set()),
    (_worker, set()),
    (_rename_item, LOANS | ITEM),
    (_rename_depot, LOANS | ITEM),
    (_change_contact, {"depot", "department", "authority"}),
    (_rename_organisation, STAFF),
    (_rename_authority, {"organisation", "reminding"}),
    (_rename_event, LOANS | {"item for staff"}),
    (_other_quantity, LOANS | ITEM),
    (_longer, LOANS | ITEM),
    (_approve, LOANS | ITEM),
    (_behind_our_back, LOANS | ITEM),
    (_rename_organisation_again, STAFF),
)


def test_an_entry_s_stamps_move_when_it_shows_something_else_and_only_then(
    readers: Readers, live: Database, cast: Cast, clock: FixedClock
) -> None:
    number = submitted(live, cast, {cast.chairs: 10}, name="Bal")
    live.write(lambda uow: show_event(uow, SYSTEM, number, is_public=True))
    before = {view: _entries(reader) for view, reader in readers.items()}
    for act, seen_in in STEPS:
        clock.instant += timedelta(minutes=5)
        act(live, cast, number)
        after = {view: _entries(reader) for view, reader in readers.items()}
        changed = set()
        for view in readers:
            for uid in after[view].keys() & before[view].keys():
                (shown_before, stamps_before), (shown, stamps) = before[view][uid], after[view][uid]
                if shown == shown_before:
                    assert stamps == stamps_before, (act.__name__, view)
                else:
                    changed.add(view)
                    once_more = (clock.instant, clock.instant, stamps_before[2] + 1)
                    assert stamps == once_more, (act.__name__, view)
        assert changed == seen_in, act.__name__
        before = after


def _entries(reader: Reader) -> dict[str, tuple[bytes, tuple[object, object, int]]]:
    """Return what each entry shows, its stamps apart, by its identity."""
    found = {}
    for event in read(reader).events:
        stamps = (event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt, int(event["SEQUENCE"]))
        for name in STAMPS:
            del event[name]
        found[str(event["UID"])] = (event.to_ical(), stamps)
    return found
