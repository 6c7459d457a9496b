"""The button of every message opens a page that its reader may open."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lending.attachments.checking import accept_paper, decline_paper
from lending.attachments.handing_in import hand_in
from lending.attachments.kinds import PaperKind
from lending.bookings.charges import Charge
from lending.bookings.decisions import refuse_booking
from lending.bookings.models import Logistics
from lending.bookings.pieces import ask_for_pieces
from lending.bookings.states import RefusalReason
from lending.bookings.supply import plan_maintenance
from lending.catalogue.models import Item
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.documents.signing import Signed, sign_on_screen
from lending.handover.charging import contest_charge, uphold_charge
from lending.handover.late import tell_late_loans
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Counted
from lending.logistics.means.models import Agent
from lending.notifications.kinds import Kind
from lending.notifications.models import Message
from lending.notifications.reminding import tell_everybody
from lending.organisations.models import Organisation
from lending.organisations.service import reject_organisation, verify_organisation
from lending.safety.wind import check_wind
from lending.settings import Settings
from tests.factories import FRIDAY, MONDAY, Cast, approved, submitted
from tests.logistics.crews import build_full_weeks, give_round
from tests.support.letters import agreement_to_sign
from tests.support.papers import WINTER, certificate
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TOLD_HERE = frozenset(Kind) - {
    Kind.ACKNOWLEDGEMENT,  # test_messages.py opens one
    Kind.DIGEST,
    # Their pages are those of the kinds below.
    Kind.CANCELLED,
    Kind.LAPSED,
    Kind.PASSED_ON,
    Kind.REQUEST_CANCELLED,
    Kind.ROUND_ADOPTED,
    Kind.ROUNDS_CHANGED,
    Kind.SERVED,
    Kind.SIGNING_LINK,
    Kind.TAKEN_BACK,
    Kind.WAITING_LIST,
}


def _answers(database: Database, cast: Cast) -> None:
    """Grant in part, refuse, ask for what is missing, judge a registration."""
    chief = cast.manager
    approved(database, cast, {cast.tables: 10}, granted={cast.tables: 4})
    refused = submitted(database, cast, {cast.barriers: 10})
    missing = submitted(database, cast, {cast.chairs: 5})
    database.write(
        lambda uow: refuse_booking(uow, chief, refused, RefusalReason.LATE, "Trop tard.")
    )
    database.write(lambda uow: ask_for_pieces(uow, chief, missing, "Le plan du site"))
    database.write(lambda uow: reject_organisation(uow, chief, cast.newcomer, "RNA illisible."))
    database.write(lambda uow: verify_organisation(uow, chief, cast.newcomer))


def _papers(database: Database, cast: Cast) -> None:
    """Hand in papers of all requests and of one, accept and decline."""
    booking = submitted(database, cast, {cast.chairs: 1})
    plan = certificate(kind=PaperKind.SITE_PLAN, booking_id=booking, valid_until=None)
    first, second, third = (
        database.write(lambda uow, p=paper: hand_in(uow, cast.alice, cast.choir, p))
        for paper in (certificate(), certificate(), plan)
    )
    for number in (first, third):
        database.write(lambda uow, n=number: decline_paper(uow, cast.front_desk, n, "Illisible."))
    database.write(
        lambda uow: accept_paper(uow, cast.front_desk, second, valid_from=None, valid_until=WINTER)
    )


def _loan(database: Database, cast: Cast, clock: FixedClock, instance: Path) -> None:
    """Lend a tent and chairs from the agreement to a charge that is upheld."""
    yard = build_full_weeks(database, cast)

    def prepare(uow: UnitOfWork) -> None:
        uow.session.get_one(Agent, yard.ines).user_id = cast.agent.user_id
        tent = uow.session.get_one(Item, cast.tent)
        tent.tent_area_dm2, tent.can_be_closed, tent.wind_max_kmh = 900, True, 55

    database.write(prepare)
    wanted = {cast.tent: 1, cast.chairs: 90}
    loan = approved(database, cast, wanted, logistics=Logistics.DELIVERY)
    give_round(database, yard.crew, FRIDAY)

    def lapse(uow: UnitOfWork) -> None:
        uow.session.get_one(Organisation, cast.choir).insurance_until = None

    database.write(lapse)
    agreement = agreement_to_sign(database, cast, instance, loan)
    who = Signed("Alice Martin", "présidente", agrees=True)
    database.write(lambda uow: sign_on_screen(uow, cast.alice, str(agreement["secret"]), who))
    database.write(
        lambda uow: plan_maintenance(uow, cast.manager, cast.chairs, 30, FRIDAY, MONDAY, "Cassées")
    )
    clock.instant = FRIDAY - timedelta(hours=23)  # Thursday at 17 h: tomorrow's rounds are told
    database.write(lambda uow: check_wind(uow, cast.administrator, loan, 75, is_go=False))
    database.write(lambda uow: check_wind(uow, cast.administrator, loan, 50, is_go=True))
    tell_everybody(database)
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, loan))
    clock.instant = MONDAY + timedelta(hours=2)
    tell_late_loans(database)
    counted = {cast.chairs: Counted(returned=89, lost=1), cast.tent: Counted(returned=1)}
    database.write(lambda uow: tell_check_in(uow, cast.manager, loan, counted))
    with database.read() as uow:
        charge = uow.session.scalars(select(Charge.id)).one()
    database.write(lambda uow: contest_charge(uow, cast.alice, charge, "Elle était là."))
    database.write(lambda uow: uphold_charge(uow, cast.manager, charge, "Elle manque."))


def test_the_button_of_every_message_opens_a_page_that_its_reader_may_open(
    app: Flask,
    cast: Cast,
    clock: FixedClock,
    settings: Settings,
    browse: Callable[..., Browser],
):
    database = app.extensions["database"]
    _answers(database, cast)
    _papers(database, cast)
    _loan(database, cast, clock, settings.instance)
    with database.read() as uow:
        rows = uow.session.execute(
            select(Message.user_id, Message.kind, Message.path).where(Message.user_id.is_not(None))
        )
        told = {(user_id, kind, path) for user_id, kind, path in rows}
    assert {kind for _, kind, _ in told} >= TOLD_HERE
    people = (cast.alice, cast.bob, cast.carol, cast.front_desk, cast.manager, cast.agent)
    browsers = {each.user_id: browse(each) for each in people}
    refused = [
        (kind, path)
        for user_id, kind, path in sorted(told)
        if browsers[user_id].get(path, follow_redirects=True).status_code != 200
    ]
    assert refused == []
