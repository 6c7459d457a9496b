"""The feeds of depots, departments and authorities: who has what and when, for the staff."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from lending.accounts.permissions import SYSTEM, Principal
from lending.authorities.models import Competence
from lending.authorities.service import DepotDetails, edit_depot
from lending.bookings.changes import change_booking
from lending.bookings.decisions import approve_booking, cancel_booking
from lending.bookings.details import EventDetails
from lending.bookings.models import Logistics, SiteAccess
from lending.catalogue.models import Item
from lending.catalogue.service import ItemDetails, edit_item
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, NotFound
from lending.handover.statements import tell_check_in, tell_check_out
from lending.organisations.details import details_of
from lending.organisations.models import Organisation
from lending.organisations.service import edit_organisation
from lending.subscriptions.models import View
from tests.factories import FRIDAY, MONDAY, TOWN_COMMUNE, Cast, approved, submitted, waiting
from tests.feeds.conftest import URL, Reader, Subscribe
from tests.feeds.test_bookings_in_feeds import stamps

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

STAFF_VIEWS = [View.DEPOT, View.DEPARTMENT, View.AUTHORITY]


def scope_of(view: View, cast: Cast) -> int:
    return {
        View.DEPOT: cast.depot,
        View.DEPARTMENT: cast.town_department,
        View.AUTHORITY: cast.town,
    }[view]


@pytest.fixture(params=STAFF_VIEWS)
def view(request: pytest.FixtureRequest) -> View:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def reader(subscribed: Subscribe, cast: Cast, view: View) -> Reader:
    """The manager's calendar of the town, its depot or its department, in English."""
    return subscribed(cast.manager, view, scope_of(view, cast), language="en")


def test_the_staff_reads_who_has_what_and_how_to_reach_them(
    reader: Reader, live: Database, cast: Cast
) -> None:
    _edit_choir(live, cast, contact_name="Alice Martin", contact_phone="01 99 00 00 07")
    number = approved(live, cast, {cast.chairs: 80, cast.tables: 4}, name="Bal")
    event = reader.only()
    title = str(event["SUMMARY"])
    assert title.startswith("Collection – Chorale des Planches, Bal (R-2026-")
    lines = str(event["DESCRIPTION"]).split("\n")
    assert lines[:3] == ["Granted", "80 × Chaise pliante", "4 × Table pliante 183 cm"]
    assert "Contact: Alice Martin, 01 99 00 00 07" in lines
    assert lines[-1] == str(event["URL"]) == f"{URL}/demandes/{number}"
    assert str(event["LOCATION"]) == "Ateliers municipaux, 3 rue du Banc, Sainte-Planche"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (FRIDAY, MONDAY)
    assert str(event["TRANSP"]) == "TRANSPARENT"


def test_a_delivery_says_so_first_and_leads_to_the_site(
    reader: Reader, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.chairs: 80}, logistics=Logistics.DELIVERY)
    event = reader.only()
    assert str(event["SUMMARY"]).startswith("Delivery – Chorale des Planches, ")
    assert str(event["LOCATION"]) == "Place du Marché, Sainte-Planche"


def test_a_delivery_says_who_receives_it_and_never_how_to_get_in(
    reader: Reader, live: Database, cast: Cast
) -> None:
    number = submitted(live, cast, {cast.chairs: 80}, logistics=Logistics.DELIVERY)
    access = SiteAccess("Zoé Durand", "01 99 00 00 09", "Portail, code 1234", time(8), time(18))
    event = EventDetails("Bal", FRIDAY, MONDAY, TOWN_COMMUNE, Competence.CULTURE, access=access)
    live.write(lambda uow: change_booking(uow, SYSTEM, number, event=event))
    assert "Contact: Zoé Durand, 01 99 00 00 09" in str(reader.only()["DESCRIPTION"])
    assert "1234" not in reader.get().text


def test_every_line_is_in_the_language_of_the_reader(
    subscribed: Subscribe, live: Database, cast: Cast, view: View
) -> None:
    french = subscribed(cast.manager, view, scope_of(view, cast), language="fr")
    number = submitted(live, cast, {cast.chairs: 80})
    live.write(lambda uow: approve_booking(uow, SYSTEM, number, {cast.chairs: 50}, "Moitié"))
    _edit_choir(live, cast, contact_name="Alice Martin")
    lines = str(french.only()["DESCRIPTION"]).split("\n")
    assert lines[0] == "Accordée en partie"
    assert lines[1] == "50 × Chaise pliante (80 demandés)"
    assert any(line.startswith("Contact\N{NO-BREAK SPACE}: ") for line in lines)


def test_a_request_is_to_be_confirmed_until_it_is_decided(
    reader: Reader, live: Database, cast: Cast
) -> None:
    number = submitted(live, cast, {cast.chairs: 80})
    before = reader.only()
    assert str(before["STATUS"]) == "TENTATIVE"
    assert str(before["SUMMARY"]).endswith("(to be confirmed)")
    live.write(lambda uow: approve_booking(uow, SYSTEM, number))
    after = reader.only()
    assert str(after["STATUS"]) == "CONFIRMED"
    assert int(after["SEQUENCE"]) == int(before["SEQUENCE"]) + 1
    assert after["UID"] == before["UID"]


def test_what_is_back_is_marked(
    reader: Reader, live: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(live, cast, {cast.chairs: 80})
    clock.instant = FRIDAY
    live.write(lambda uow: tell_check_out(uow, SYSTEM, number))
    clock.instant = MONDAY - timedelta(hours=1)
    live.write(lambda uow: tell_check_in(uow, SYSTEM, number))
    assert str(reader.only()["SUMMARY"]).startswith("✓ Collection – ")


def test_nobody_else_may_read_it(subscribed: Subscribe, cast: Cast, view: View) -> None:
    for stranger in (cast.alice, cast.other_manager):
        with pytest.raises(Forbidden):
            subscribed(stranger, view, scope_of(view, cast))
    for reader in (cast.front_desk, cast.auditor, cast.administrator):
        assert subscribed(reader, view, scope_of(view, cast)).get().status_code == 200


def test_what_does_not_exist_cannot_be_subscribed_to(
    subscribed: Subscribe, cast: Cast, view: View
) -> None:
    with pytest.raises(NotFound):
        subscribed(cast.administrator, view, 987_654)


def test_each_renamed_thing_raises_the_sequence_of_what_shows_it_by_one(
    reader: Reader, live: Database, cast: Cast, clock: FixedClock
) -> None:
    approved(live, cast, {cast.chairs: 80})
    for change in (_rename_item, _move_depot, _change_contact):
        sequence, _, _ = stamps(reader)
        clock.instant += timedelta(minutes=5)
        change(live, cast)
        assert stamps(reader) == (sequence + 1, clock.instant, clock.instant), change.__name__


def _rename_item(database: Database, cast: Cast) -> None:
    _edit_chairs(database, cast, name="Chaise du bal")


def _edit_chairs(database: Database, cast: Cast, **changes: object) -> None:
    with database.read() as uow:
        item = uow.session.get_one(Item, cast.chairs)
        details = ItemDetails(
            code=item.code,
            name=item.name,
            category_id=item.category_id,
            depot_id=item.depot_id,
            department_id=item.department_id,
        )
    details = replace(details, **changes)  # type: ignore[arg-type]
    database.write(lambda uow: edit_item(uow, SYSTEM, cast.chairs, details))


def _move_depot(database: Database, cast: Cast) -> None:
    depot = DepotDetails(name="Nouveau dépôt", address="1 quai du Gué")
    database.write(lambda uow: edit_depot(uow, SYSTEM, cast.depot, depot, []))


def _change_contact(database: Database, cast: Cast) -> None:
    _edit_choir(database, cast, contact_name="Zoé Durand")


def _edit_choir(database: Database, cast: Cast, **changes: object) -> None:
    with database.read() as uow:
        known = details_of(uow.session.get_one(Organisation, cast.choir))
    details = replace(known, **changes)  # type: ignore[arg-type]
    database.write(lambda uow: edit_organisation(uow, SYSTEM, cast.choir, details))


def test_a_cancelled_loan_stays_marked_for_the_authority_and_frees_its_depot(
    subscribed: Subscribe, live: Database, cast: Cast
) -> None:
    readers = {
        view: subscribed(cast.auditor, view, scope_of(view, cast), language="en")
        for view in STAFF_VIEWS
    }
    number = approved(live, cast, {cast.chairs: 80})
    assert [len(reader.events()) for reader in readers.values()] == [1, 1, 1]
    live.write(lambda uow: cancel_booking(uow, SYSTEM, number, "Pluie"))
    assert readers[View.DEPOT].events() == {}
    assert readers[View.DEPARTMENT].events() == {}
    event = readers[View.AUTHORITY].only()
    assert str(event["STATUS"]) == "CANCELLED"
    assert str(event["SUMMARY"]).startswith("CANCELLED – Collection – ")


def test_what_only_waits_takes_nothing_from_a_depot(
    subscribed: Subscribe, live: Database, cast: Cast
) -> None:
    waiting(live, cast, {cast.chairs: 80})
    depot = subscribed(cast.manager, View.DEPOT, cast.depot, language="en")
    assert depot.events() == {}
    town = subscribed(cast.manager, View.AUTHORITY, cast.town, language="en")
    assert str(town.only()["SUMMARY"]).endswith("(on the waiting list)")


def test_an_item_that_moves_to_another_depot_takes_its_loans_along(
    subscribed: Subscribe, live: Database, cast: Cast
) -> None:
    old = subscribed(cast.manager, View.DEPOT, cast.depot, language="en")
    approved(live, cast, {cast.chairs: 80, cast.tables: 4}, name="Bal")
    approved(live, cast, {cast.chairs: 10}, name="Kermesse")
    assert len(old.events()) == 2
    _edit_chairs(live, cast, depot_id=None)
    assert "80 × Chaise pliante" not in str(old.only()["DESCRIPTION"])
    assert "4 × Table pliante 183 cm" in str(old.only()["DESCRIPTION"])
    assert ", Bal (" in str(old.only()["SUMMARY"])


def test_an_authority_reads_what_is_addressed_to_it_alone(
    subscribed: Subscribe, live: Database, cast: Cast
) -> None:
    def titles(actor: Principal, scope: int) -> list[str]:
        return list(subscribed(actor, View.AUTHORITY, scope).events())

    approved(live, cast, {cast.chairs: 80}, name="Bal")
    approved(live, cast, {cast.stage: 4}, name="Concert", authority=cast.agglomeration)
    (own,) = titles(cast.manager, cast.town)
    (theirs,) = titles(cast.other_manager, cast.agglomeration)
    assert own.startswith("Retrait – Chorale des Planches, Bal (R-2026-")
    assert theirs.startswith("Retrait – Chorale des Planches, Concert (R-2026-")
