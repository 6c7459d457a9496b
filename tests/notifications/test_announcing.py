"""What hand-over, documents, papers and the wind have to tell reaches whom it concerns, once."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from lending.accounts.permissions import ANONYMOUS
from lending.attachments.checking import accept_paper, decline_paper
from lending.attachments.handing_in import hand_in
from lending.bookings.charges import Charge
from lending.bookings.models import Logistics
from lending.catalogue.models import Item
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.documents.facts import DocumentIssued
from lending.documents.kinds import Kind as DocumentKind
from lending.documents.kinds import Signing
from lending.documents.models import Document, DocumentFile
from lending.documents.signing import Signed, make_link, open_link, sign_on_screen, withdraw_links
from lending.handover.charging import (
    accept_charge,
    contest_charge,
    credit_charge,
    export_charge,
    note_credit,
    reduce_charge,
    waive_charge,
)
from lending.handover.facts import ChargeChanged
from lending.handover.late import tell_late_loans
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Counted
from lending.logistics.generating import listen as make_tasks
from lending.logistics.means.models import Agent
from lending.notifications.kinds import Delivery, Kind, Pace
from lending.notifications.models import Message
from lending.organisations.models import Organisation
from lending.safety.wind import check_wind
from tests.factories import FRIDAY, MONDAY, Cast, approved, submitted
from tests.logistics.crews import build_full_weeks, give_round
from tests.notifications.conftest import PUBLIC_URL
from tests.notifications.test_telling import recipients, written
from tests.support.letters import issue, set_letterhead
from tests.support.papers import WINTER, certificate
from tests.support.post import Postbox

CONTACT = "contact@association.example"
WHO = Signed("Alice Martin", "présidente", agrees=True)


def people(cast: Cast) -> set[str]:
    """Return who is told for the choir: Alice, and the contact by mail."""
    return {f"person:{cast.alice.user_id}", f"organisation:{cast.choir}"}


def said(message: Message) -> dict[str, object]:
    return json.loads(message.data)


def make(told: Database, number: int) -> None:
    """Do what the worker does once the file of a document is made."""

    def keep(uow: UnitOfWork) -> None:
        uow.session.add(DocumentFile(document_id=number, sha256="a" * 64, size=9, made_at=uow.now))
        uow.session.flush()
        uow.events.publish(DocumentIssued(number), uow)

    told.write(keep)


@pytest.fixture
def agreement(told: Database, cast: Cast) -> int:
    """Return an agreement whose file is made."""
    set_letterhead(told, cast, signing=Signing.REQUIRED)
    number = issue(told, cast, approved(told, cast, {cast.chairs: 2}), DocumentKind.AGREEMENT)
    make(told, number)
    return number


def booking_of(told: Database, number: int) -> int:
    with told.read() as uow:
        return uow.session.get_one(Document, number).booking_id or 0


def test_an_agreement_that_can_be_read_is_to_be_signed(told: Database, cast: Cast, agreement: int):
    asked = written(told, Kind.AGREEMENT)
    assert recipients(asked) == people(cast)
    assert {message.path for message in asked} == {
        f"/demandes/{booking_of(told, agreement)}/documents"
    }
    assert (said(asked[0])["number"], said(asked[0])["must"]) == ("CONV-2026-0001", True)
    told.write(lambda uow: uow.events.publish(DocumentIssued(agreement), uow))
    assert len(written(told, Kind.AGREEMENT)) == 2, "once"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_letters_and_agreements_that_nobody_signs_ask_for_nothing(told: Database, cast: Cast):
    set_letterhead(told, cast, signing=Signing.NONE)
    booking = approved(told, cast, {cast.chairs: 2})
    for kind in (DocumentKind.DECISION, DocumentKind.AGREEMENT):
        make(told, issue(told, cast, booking, kind))
    assert written(told, Kind.AGREEMENT) == []


def test_a_link_is_mailed_to_the_contact_and_stands_nowhere_else(
    told: Database, cast: Cast, agreement: int, mail: Callable[[], object], postbox: Postbox
):
    shown = told.write(lambda uow: make_link(uow, cast.manager, agreement))
    (message,) = written(told, Kind.SIGNING_LINK)
    assert message.recipient == f"organisation:{cast.choir}"
    mail()
    (letter,) = [each for each in postbox.to(CONTACT) if "lien pour signer" in each["Subject"]]
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    (mailed,) = re.findall(re.escape(PUBLIC_URL) + r"/signer/(\S+)", text)
    assert mailed != shown
    assert mailed not in message.path + message.data
    with told.read() as uow:
        assert open_link(uow, mailed).document_id == agreement
    told.write(lambda uow: sign_on_screen(uow, ANONYMOUS, mailed, WHO))
    signed = written(told, Kind.AGREEMENT_SIGNED)
    assert recipients(signed) == {
        f"person:{each.user_id}" for each in (cast.manager, cast.front_desk)
    }
    assert {each.pace for each in signed} == {Pace.DAILY}
    assert said(signed[0])["name"] == "Alice Martin"


def test_a_link_that_was_withdrawn_before_its_mail_left_is_not_mailed(
    told: Database, cast: Cast, agreement: int, mail: Callable[[], object], postbox: Postbox
):
    told.write(lambda uow: make_link(uow, cast.manager, agreement))
    told.write(lambda uow: withdraw_links(uow, cast.manager, agreement))
    mail()
    assert postbox.to(CONTACT)
    for letter in postbox.to(CONTACT):
        assert "/signer/" not in letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]


@pytest.fixture
def out(told: Database, cast: Cast, clock: FixedClock) -> int:
    """Return a loan of forty chairs that is out until now."""
    number = approved(told, cast, {cast.chairs: 40})
    clock.instant = FRIDAY
    told.write(lambda uow: tell_check_out(uow, cast.manager, number))
    clock.instant = MONDAY
    return number


def test_a_late_loan_is_asked_for_once_after_two_hours(
    told: Database, cast: Cast, clock: FixedClock, out: int
):
    for after, expected in ((1, 0), (2, 2), (72, 2)):
        clock.instant = MONDAY + timedelta(hours=after)
        tell_late_loans(told)
        assert len(written(told, Kind.LATE_RETURN)) == expected
    (message, _) = written(told, Kind.LATE_RETURN)
    assert message.booking_id == out
    assert "Ateliers municipaux, 3 rue du Banc" in message.data


def test_a_charge_is_proposed_contested_and_decided_to_the_other_side(
    told: Database, cast: Cast, out: int
):
    counted = {cast.chairs: Counted(returned=36, damaged=3, lost=1)}
    told.write(lambda uow: tell_check_in(uow, cast.manager, out, counted))
    proposed = written(told, Kind.CHARGE_PROPOSED)
    assert recipients(proposed) == people(cast)
    with told.read() as uow:
        charge = uow.session.query(Charge).one().id
    assert {message.path for message in proposed} == {f"/dommages/{charge}"}
    assert said(proposed[0])["harmed"] == [
        {"quantity": 3, "name": "Chaise pliante", "fault": "Damaged"},
        {"quantity": 1, "name": "Chaise pliante", "fault": "Lost"},
    ]
    told.write(lambda uow: contest_charge(uow, cast.alice, charge, "Elles étaient cassées."))
    (contested,) = written(told, Kind.CHARGE_CONTESTED)
    assert contested.recipient == f"person:{cast.manager.user_id}"
    assert said(contested)["reason"] == "Elles étaient cassées."
    told.write(lambda uow: reduce_charge(uow, cast.manager, charge, 500, "Usure."))
    told.write(lambda uow: uow.events.publish(ChargeChanged(charge), uow))
    told.write(lambda uow: waive_charge(uow, cast.manager, charge, "Geste."))
    decided = written(told, Kind.CHARGE_DECIDED)
    assert recipients(decided) == people(cast)
    words = [(said(each)["state"], said(each)["cents"], said(each)["reason"]) for each in decided]
    assert words == [("reduced", 500, "Usure.")] * 2 + [("waived", 0, "Geste.")] * 2


def test_who_has_a_revenue_order_is_told_at_once_that_it_is_to_be_cancelled(
    told: Database, cast: Cast, out: int
):
    counted = {cast.chairs: Counted(returned=39, lost=1)}
    told.write(lambda uow: tell_check_in(uow, cast.manager, out, counted))
    with told.read() as uow:
        charge = uow.session.query(Charge).one().id
    boss = cast.manager
    told.write(lambda uow: accept_charge(uow, cast.alice, charge))
    told.write(lambda uow: export_charge(uow, boss, charge, "T-2026-17"))
    told.write(lambda uow: credit_charge(uow, boss, charge, "Elle est retrouvée."))
    told.write(lambda uow: note_credit(uow, boss, charge, "A-2026-7"))
    decided = written(told, Kind.CHARGE_DECIDED)
    assert recipients(decided) == people(cast)
    words = [(said(each)["state"], said(each)["title"], said(each)["reason"]) for each in decided]
    why = "Elle est retrouvée."
    assert (
        words
        == [("crediting", "T-2026-17", why)] * 2
        + [("waived", "T-2026-17", f"{why} (A-2026-7)")] * 2
    )


def test_a_no_go_is_told_at_once_to_all_concerned_and_so_is_the_go_after_it(
    told: Database, cast: Cast, clock: FixedClock
):
    make_tasks(told.events)
    yard = build_full_weeks(told, cast)

    def prepare(uow: UnitOfWork) -> None:
        uow.session.get_one(Agent, yard.ines).user_id = cast.agent.user_id
        tent = uow.session.get_one(Item, cast.tent)
        tent.tent_area_dm2, tent.can_be_closed, tent.wind_max_kmh = 900, True, 55

    told.write(prepare)
    loan = approved(told, cast, {cast.tent: 1}, logistics=Logistics.DELIVERY)
    give_round(told, yard.crew, FRIDAY)
    clock.instant = FRIDAY - timedelta(days=1)

    for gusts, is_go, told_so_far in (
        (40, True, (0, 0)),
        (75, False, (2, 0)),
        (80, False, (2, 0)),
        (50, True, (2, 2)),
        (45, True, (2, 2)),
    ):
        told.write(
            lambda uow, g=gusts, go=is_go: check_wind(uow, cast.administrator, loan, g, is_go=go)
        )
        found = [len(written(told, kind)) for kind in (Kind.WIND_NO_GO, Kind.WIND_GO)]
        assert tuple(found) == told_so_far
    no_go = written(told, Kind.WIND_NO_GO)
    assert recipients(no_go) == people(cast)
    assert {each.due_at for each in no_go} == {clock.instant}
    assert said(no_go[0])["forecast"] == 75
    assert recipients(written(told, Kind.WIND_DECIDED)) == {f"person:{cast.manager.user_id}"}
    on_round = written(told, Kind.WIND_ON_ROUND)
    assert recipients(on_round) == {f"person:{cast.agent.user_id}"}
    assert [said(each)["is_go"] for each in on_round] == [False, True]
    assert on_round[0].path == f"/tournees/{yard.crew}/2026-06-05"


def test_a_paper_is_told_to_its_lenders_once_a_day_and_its_answer_to_the_association(
    told: Database, cast: Cast
):
    submitted(told, cast, {cast.chairs: 10})

    def give() -> int:
        return told.write(lambda uow: hand_in(uow, cast.alice, cast.choir, certificate()))

    first, second = give(), give()
    to_check = written(told, Kind.PAPERS_TO_CHECK)
    assert recipients(to_check) == {
        f"person:{each.user_id}" for each in (cast.manager, cast.front_desk)
    }
    assert len(to_check) == 2, "both papers in one message"
    told.write(lambda uow: decline_paper(uow, cast.front_desk, first, "Illisible."))
    declined = written(told, Kind.PAPER_DECLINED)
    assert recipients(declined) == people(cast)
    assert said(declined[0])["reason"] == "Illisible."
    assert declined[0].path == f"/pieces/{first}"
    told.write(
        lambda uow: accept_paper(uow, cast.front_desk, second, valid_from=None, valid_until=WINTER)
    )
    (accepted,) = written(told, Kind.PAPER_ACCEPTED)
    assert accepted.recipient == f"person:{cast.alice.user_id}", (
        "who reads mails only hears nothing"
    )
    assert accepted.delivery is Delivery.NONE


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_accepted_is_not_mailed_even_where_the_contact_has_an_account(
    told: Database, cast: Cast
):
    def same_address(uow: UnitOfWork) -> None:
        uow.session.get_one(Organisation, cast.choir).contact_email = "alice@treteau.example"

    told.write(same_address)
    paper = told.write(lambda uow: hand_in(uow, cast.alice, cast.choir, certificate()))
    told.write(
        lambda uow: accept_paper(uow, cast.front_desk, paper, valid_from=None, valid_until=WINTER)
    )
    assert {each.delivery for each in written(told, Kind.PAPER_ACCEPTED)} == {Delivery.NONE}
