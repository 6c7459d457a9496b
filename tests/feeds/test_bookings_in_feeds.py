"""The feed of an organisation follows its bookings, and changes when they do and only then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update

from lending.accounts.permissions import SYSTEM, Role
from lending.accounts.tokens import create_token, principal_of_token, revoke_token
from lending.authorities.models import Competence
from lending.authorities.service import DepotDetails, edit_depot
from lending.availability.answers import Wanted
from lending.bookings.changes import change_booking, reduce_booking
from lending.bookings.decisions import (
    approve_booking,
    cancel_booking,
    put_on_waiting_list,
    refuse_booking,
    review_booking,
)
from lending.bookings.details import BookingDetails, EventDetails
from lending.bookings.drafts import create_booking
from lending.bookings.models import Booking, Logistics
from lending.bookings.pieces import ask_for_pieces
from lending.bookings.states import RefusalReason
from lending.bookings.submission import submit_booking
from lending.catalogue.models import Item
from lending.catalogue.service import ItemDetails, edit_item
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.errors import Forbidden
from lending.handover.service import close_booking, prepare_booking
from lending.handover.statements import tell_check_in, tell_check_out
from lending.subscriptions.keeping import refresh_everything
from lending.subscriptions.models import View
from tests.factories import (
    FRIDAY,
    MONDAY,
    OTHER_COMMUNE,
    TOWN_COMMUNE,
    Cast,
    approved,
    draft,
    submitted,
    waiting,
)
from tests.feeds.conftest import URL, Reader, Subscribe


@pytest.fixture
def reader(subscribed: Subscribe, cast: Cast) -> Reader:
    """Alice's calendar of the choir, in English: the language the texts are written in."""
    return subscribed(cast.alice, View.ORGANISATION, cast.choir, language="en")


def stamps(reader: Reader) -> tuple[int, object, object]:
    event = reader.only()
    return int(event["SEQUENCE"]), event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt


def test_a_draft_is_nobody_s_date_yet(reader: Reader, live: Database, cast: Cast) -> None:
    draft(live, cast, {cast.chairs: 10})
    assert reader.events() == {}


def test_a_request_is_tentative_and_a_grant_confirms_it(
    reader: Reader, live: Database, cast: Cast
) -> None:
    number = submitted(live, cast, {cast.chairs: 10})
    event = reader.only()
    assert str(event["SUMMARY"]).endswith("(to be confirmed)")
    assert str(event["STATUS"]) == "TENTATIVE"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (FRIDAY, MONDAY)
    live.write(lambda uow: approve_booking(uow, SYSTEM, number))
    after = reader.only()
    assert str(after["STATUS"]) == "CONFIRMED"
    assert "to be confirmed" not in str(after["SUMMARY"])
    assert after["UID"] == event["UID"]
    assert int(after["SEQUENCE"]) == int(event["SEQUENCE"]) + 1
    assert after["LAST-MODIFIED"].dt > event["LAST-MODIFIED"].dt


def test_an_entry_tells_what_where_and_from_whom(
    reader: Reader, live: Database, cast: Cast
) -> None:
    number = approved(
        live,
        cast,
        {cast.chairs: 80, cast.tables: 10},
        granted={cast.tables: 4},
        name="Fête ; de l'été, à 20 h",
    )
    event = reader.only()
    assert str(event["SUMMARY"]).startswith("Loan – Fête ; de l'été, à 20 h (R-2026-")
    lines = str(event["DESCRIPTION"]).split("\n")
    assert "80 × Chaise pliante" in lines
    assert "4 × Table pliante 183 cm (10 requested)" in lines
    assert "Lender: Ville de Sainte-Planche (fictive)" in lines
    assert lines[-1] == str(event["URL"]) == f"{URL}/demandes/{number}"
    assert str(event["LOCATION"]) == "Ateliers municipaux, 3 rue du Banc, Sainte-Planche"
    assert str(event["TRANSP"]) == "TRANSPARENT"


def test_a_delivery_leads_to_the_site(reader: Reader, live: Database, cast: Cast) -> None:
    approved(live, cast, {cast.chairs: 80}, logistics=Logistics.DELIVERY_SETUP)
    event = reader.only()
    assert str(event["LOCATION"]) == "Place du Marché, Sainte-Planche"
    assert str(event["SUMMARY"]).startswith("Loan set up – ")


def test_a_delivery_follows_its_event_to_another_commune(
    reader: Reader, live: Database, cast: Cast
) -> None:
    number = submitted(live, cast, {cast.chairs: 80}, logistics=Logistics.DELIVERY)
    event = EventDetails("Bal", FRIDAY, MONDAY, OTHER_COMMUNE, Competence.CULTURE)
    assert reader.only()["LOCATION"].endswith("Sainte-Planche")
    live.write(lambda uow: change_booking(uow, SYSTEM, number, event=event))
    assert reader.only()["LOCATION"].endswith("Le Gué-aux-Tréteaux")


def test_no_phone_number_leaves_by_a_feed(reader: Reader, live: Database, cast: Cast) -> None:
    approved(live, cast, {cast.chairs: 80})
    assert b"01 99 00 00 01" not in reader.get().data
    assert b"ATTENDEE" not in reader.get().data
    assert b"ORGANIZER" not in reader.get().data


Change = Callable[[Database, Cast, int], object]


def _longer(database: Database, cast: Cast, number: int) -> object:
    details = BookingDetails(cast.choir, cast.town, FRIDAY, MONDAY + timedelta(days=1))
    return database.write(lambda uow: change_booking(uow, SYSTEM, number, details=details))


def _other_lines(database: Database, cast: Cast, number: int) -> object:
    lines = [Wanted(cast.chairs, 11)]
    return database.write(lambda uow: change_booking(uow, SYSTEM, number, lines=lines))


def _ask(database: Database, cast: Cast, number: int) -> object:
    return database.write(lambda uow: ask_for_pieces(uow, SYSTEM, number, "Attestation"))


def _review(database: Database, cast: Cast, number: int) -> object:
    return database.write(lambda uow: review_booking(uow, SYSTEM, number))


def _wait(database: Database, cast: Cast, number: int) -> object:
    return database.write(lambda uow: put_on_waiting_list(uow, SYSTEM, number, "Pas de place"))


@pytest.mark.parametrize("change", [_longer, _other_lines, _ask, _review, _wait])
def test_any_visible_change_raises_the_sequence_by_one(
    reader: Reader, live: Database, cast: Cast, clock: FixedClock, change: Change
) -> None:
    number = submitted(live, cast, {cast.chairs: 10})
    before = stamps(reader)
    clock.instant += timedelta(minutes=5)
    change(live, cast, number)
    # A request that is put on the list while there is room for it is served in its turn.
    after = stamps(reader)
    assert after == (before[0] + 1, clock.instant, clock.instant)


def test_what_does_not_show_raises_nothing(
    reader: Reader, live: Database, cast: Cast, clock: FixedClock
) -> None:
    number = submitted(live, cast, {cast.chairs: 10})
    before, data = stamps(reader), reader.get().data
    clock.instant += timedelta(minutes=5)
    details = BookingDetails(cast.choir, cast.town, FRIDAY, MONDAY, note="Merci !")
    live.write(lambda uow: change_booking(uow, SYSTEM, number, details=details))
    submitted(live, cast, {cast.chairs: 10}, organisation=cast.club)
    assert stamps(reader) == before
    assert reader.get().data == data


def test_a_cancelled_booking_says_so_for_a_month_after_its_end(
    reader: Reader, live: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(live, cast, {cast.chairs: 10})
    before = reader.only()
    live.write(lambda uow: cancel_booking(uow, SYSTEM, number, "Pluie"))
    after = reader.only()
    assert str(after["STATUS"]) == "CANCELLED"
    assert str(after["SUMMARY"]).startswith("CANCELLED – Loan – ")
    assert str(after["TRANSP"]) == "TRANSPARENT"
    assert int(after["SEQUENCE"]) == int(before["SEQUENCE"]) + 1
    assert after["UID"] == before["UID"]
    clock.instant = MONDAY + timedelta(days=29)
    assert len(reader.events()) == 1
    clock.instant = MONDAY + timedelta(days=31)
    assert reader.events() == {}


def test_a_refusal_says_so(reader: Reader, live: Database, cast: Cast) -> None:
    number = submitted(live, cast, {cast.chairs: 10})
    code = RefusalReason.STOCK_EXHAUSTED
    live.write(lambda uow: refuse_booking(uow, SYSTEM, number, code, "Tout est pris"))
    event = reader.only()
    assert str(event["STATUS"]) == "CANCELLED"
    assert str(event["SUMMARY"]).startswith("REFUSED – ")


def test_a_wait_is_told_apart_from_a_request(reader: Reader, live: Database, cast: Cast) -> None:
    waiting(live, cast, {cast.chairs: 10})
    assert str(reader.only()["SUMMARY"]).endswith("(on the waiting list)")


def test_a_loan_is_followed_to_its_end(
    reader: Reader, live: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(live, cast, {cast.chairs: 10})
    seen = [stamps(reader)[0]]
    for step in (prepare_booking, tell_check_out, tell_check_in, close_booking):
        clock.instant += timedelta(hours=1)
        live.write(lambda uow, step=step: step(uow, SYSTEM, number))
        seen.append(stamps(reader)[0])
    assert seen == list(range(seen[0], seen[0] + 5))


def test_giving_back_a_part_shows(reader: Reader, live: Database, cast: Cast) -> None:
    number = approved(live, cast, {cast.chairs: 10})
    lines = [Wanted(cast.chairs, 6)]
    live.write(lambda uow: reduce_booking(uow, cast.alice, number, lines))
    assert "6 × Chaise pliante (10 requested)" in str(reader.only()["DESCRIPTION"])


def test_the_identity_of_an_entry_names_its_object_and_installation_only(
    reader: Reader, live: Database, cast: Cast
) -> None:
    number = approved(live, cast, {cast.chairs: 10})
    with live.read() as uow:
        uuid = uow.session.get_one(Booking, number).uuid
    name, _, installation = str(reader.only()["UID"]).partition("@")
    assert name == f"{uuid}.organisation"
    assert len(installation) == 36
    assert "127.0.0.1" not in installation


def test_no_two_entries_are_twins(reader: Reader, live: Database, cast: Cast) -> None:
    for _ in range(2):
        approved(live, cast, {cast.chairs: 10})
    urls = {str(event["URL"]) for event in reader.events().values()}
    assert len(urls) == 2


def test_the_feed_speaks_the_language_of_the_subscriber(
    subscribed: Subscribe, live: Database, cast: Cast
) -> None:
    submitted(live, cast, {cast.chairs: 10})
    (title,) = subscribed(cast.alice, View.ORGANISATION, cast.choir).events()
    assert title.startswith("Prêt – Fête de l'été (R-2026-")
    assert title.endswith("(à confirmer)")


def test_a_renamed_item_changes_each_entry_that_shows_it(
    reader: Reader, live: Database, cast: Cast, clock: FixedClock
) -> None:
    approved(live, cast, {cast.chairs: 10}, name="Bal")
    approved(live, cast, {cast.tables: 10}, name="Kermesse")
    before = {name.split(" (")[0]: event for name, event in reader.events().items()}
    clock.instant += timedelta(minutes=5)
    _rename_item(live, cast.chairs, "Chaise du bal")
    after = {name.split(" (")[0]: event for name, event in reader.events().items()}
    bal, kermesse = "Loan – Bal", "Loan – Kermesse"
    assert "10 × Chaise du bal" in str(after[bal]["DESCRIPTION"])
    assert int(after[bal]["SEQUENCE"]) == int(before[bal]["SEQUENCE"]) + 1
    assert after[bal]["LAST-MODIFIED"].dt == clock.instant
    assert after[kermesse].to_ical() == before[kermesse].to_ical()


def _rename_item(database: Database, item_id: int, name: str) -> None:
    with database.read() as uow:
        item = uow.session.get_one(Item, item_id)
        details = ItemDetails(code=item.code, name=name, category_id=item.category_id)
        details = replace(details, depot_id=item.depot_id, department_id=item.department_id)
    database.write(lambda uow: edit_item(uow, SYSTEM, item_id, details))


def test_a_moved_depot_changes_where_to_go(
    reader: Reader, live: Database, cast: Cast, clock: FixedClock
) -> None:
    approved(live, cast, {cast.chairs: 10})
    before = stamps(reader)
    clock.instant += timedelta(minutes=5)
    depot = DepotDetails(name="Nouveau dépôt", address="1 quai du Gué")
    live.write(lambda uow: edit_depot(uow, SYSTEM, cast.depot, depot, []))
    assert str(reader.only()["LOCATION"]) == "Nouveau dépôt, 1 quai du Gué"
    assert stamps(reader) == (before[0] + 1, clock.instant, clock.instant)


def test_the_other_requests_for_an_event_follow_its_name(
    reader: Reader, live: Database, cast: Cast
) -> None:
    first = approved(live, cast, {cast.chairs: 10}, name="Bal")
    with live.read() as uow:
        event_id = uow.session.get_one(Booking, first).event_id
    details = BookingDetails(cast.choir, cast.agglomeration, FRIDAY, MONDAY)
    lines = [Wanted(cast.stage, 4)]
    second = live.write(lambda uow: create_booking(uow, SYSTEM, details, event_id, lines)).id
    live.write(lambda uow: submit_booking(uow, SYSTEM, second))
    event = EventDetails("Grand bal", FRIDAY, MONDAY, TOWN_COMMUNE, Competence.CULTURE)
    live.write(lambda uow: change_booking(uow, SYSTEM, second, event=event))
    assert [title.split(" (")[0] for title in reader.events()] == ["Loan – Grand bal"] * 2


def test_what_no_event_told_of_is_found_by_the_worker(
    reader: Reader, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.chairs: 10})
    reader.get()
    behind = update(Item).where(Item.id == cast.chairs).values(name="Chaise de secours")
    live.write(lambda uow: uow.session.execute(behind).rowcount)
    assert "secours" not in reader.get().text
    assert refresh_everything(live, URL) == 1
    assert refresh_everything(live, URL) == 0
    assert "secours" in reader.get().text


def test_a_change_that_is_undone_leaves_the_feed_as_it_was(
    reader: Reader, live: Database, cast: Cast
) -> None:
    number = submitted(live, cast, {cast.chairs: 10})
    before = reader.get().data

    def fail_after_approving(uow: UnitOfWork) -> None:
        approve_booking(uow, SYSTEM, number)
        raise RuntimeError("the power goes")

    with pytest.raises(RuntimeError):
        live.write(fail_after_approving)
    assert reader.get().data == before


def test_staff_reads_of_an_organisation_what_is_addressed_to_its_authority(
    subscribed: Subscribe, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.chairs: 10}, name="Bal")
    approved(live, cast, {cast.stage: 4}, name="Concert", authority=cast.agglomeration)
    own = subscribed(cast.alice, View.ORGANISATION, cast.choir, language="en")
    town = subscribed(cast.manager, View.ORGANISATION, cast.choir, language="en")
    assert len(own.events()) == 2
    assert [title.split(" (")[0] for title in town.events()] == ["Loan – Bal"]


def test_an_association_cannot_subscribe_to_another(subscribed: Subscribe, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        subscribed(cast.bob, View.ORGANISATION, cast.choir)


def test_a_program_s_feed_dies_with_its_token(
    subscribed: Subscribe, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.chairs: 10})
    make = partial(create_token, actor=SYSTEM, role=Role.MANAGER, label="Site de la ville")
    secret = live.write(lambda uow: make(uow))
    program = principal_of_token(live, secret)
    assert program is not None
    assert program.api_token_id is not None
    reader = subscribed(program, View.ORGANISATION, cast.choir)
    assert len(reader.events()) == 1
    live.write(lambda uow: revoke_token(uow, SYSTEM, program.api_token_id or 0))
    assert reader.get().status_code == 404
