"""Papers are handed in, replaced, taken back and checked; dates of organisations follow them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from lending.accounts.permissions import Principal
from lending.attachments.checking import accept_paper, decline_paper
from lending.attachments.duties import paper_duties
from lending.attachments.handing_in import MOST_WAITING, answer_with_paper, hand_in, withdraw_paper
from lending.attachments.kinds import PaperKind, PaperState
from lending.attachments.queries import (
    files_in_use,
    get_paper,
    papers_of_booking,
    papers_of_organisation,
)
from lending.authorities.models import Authority
from lending.bookings.duties import DutyKind
from lending.bookings.pieces import ask_for_pieces
from lending.bookings.states import State
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound, NotSignedIn
from lending.organisations.models import Organisation
from tests.bookings.steps import state_of
from tests.factories import NOW, Cast, submitted
from tests.support.papers import WINTER, certificate

SUMMER = date(2026, 8, 31)


@pytest.fixture
def give(database: Database, cast: Cast) -> Callable[..., int]:
    """Return a function by which Alice hands in a certificate of the choir, or another paper."""

    def hand(until: date = WINTER, actor: Principal = cast.alice, **more: object) -> int:
        paper = certificate(until, **more)
        return database.write(lambda uow: hand_in(uow, actor, cast.choir, paper))

    return hand


def accepted(database: Database, cast: Cast, number: int, **dates: date | None) -> None:
    given = {"valid_from": None, "valid_until": WINTER, **dates}
    database.write(lambda uow: accept_paper(uow, cast.front_desk, number, **given))


def insured(database: Database, cast: Cast) -> date | None:
    with database.read() as uow:
        return uow.session.get_one(Organisation, cast.choir).insurance_until


def state(database: Database, cast: Cast, number: int) -> PaperState:
    with database.read() as uow:
        return get_paper(uow, cast.front_desk, number).state


@pytest.fixture(autouse=True)
def uninsured(database: Database, cast: Cast) -> None:
    """Begin with a choir that has shown nothing."""

    def forget(uow) -> None:
        uow.session.get_one(Organisation, cast.choir).insurance_until = None

    database.write(forget)


def test_an_accepted_certificate_says_until_when_one_is_insured(
    database: Database, cast: Cast, give: Callable[..., int]
) -> None:
    number = give()
    assert insured(database, cast) is None
    accepted(database, cast, number, valid_until=SUMMER)
    assert insured(database, cast) == SUMMER, "as it stands on the paper"
    with pytest.raises(NotAllowedNow):
        accepted(database, cast, number)


def test_a_later_date_is_not_shortened_by_an_older_paper(
    database: Database, cast: Cast, give: Callable[..., int]
) -> None:
    long, short = give(WINTER), give(SUMMER)
    accepted(database, cast, long)
    accepted(database, cast, short, valid_until=SUMMER)
    assert insured(database, cast) == WINTER


def test_an_accepted_paper_holds_until_the_one_that_replaces_it_is_accepted(
    database: Database, cast: Cast, give: Callable[..., int]
) -> None:
    first = give(WINTER)
    accepted(database, cast, first)
    second = give(SUMMER, replaces_id=first)
    assert state(database, cast, first) is PaperState.ACCEPTED
    accepted(database, cast, second, valid_until=SUMMER)
    assert state(database, cast, first) is PaperState.REPLACED
    assert insured(database, cast) == SUMMER
    with pytest.raises(NotAllowedNow):
        give(WINTER, replaces_id=first)


def test_an_accepted_paper_is_history_also_behind_one_that_was_declined(
    database: Database, cast: Cast, give: Callable[..., int]
) -> None:
    first = give(WINTER)
    accepted(database, cast, first)
    second = give(SUMMER, replaces_id=first)
    database.write(lambda uow: decline_paper(uow, cast.front_desk, second, "Un autre nom"))
    third = give(SUMMER, replaces_id=second)
    accepted(database, cast, third, valid_until=SUMMER)
    assert state(database, cast, first) is PaperState.REPLACED
    assert insured(database, cast) == SUMMER


def test_a_paper_that_nobody_has_accepted_is_replaced_at_once(
    database: Database, cast: Cast, give: Callable[..., int]
) -> None:
    first = give(SUMMER)
    give(WINTER, replaces_id=first)
    assert state(database, cast, first) is PaperState.REPLACED


def test_what_is_no_longer_accepted_takes_its_date_back(
    database: Database, cast: Cast, give: Callable[..., int]
) -> None:
    kept, wrong = give(SUMMER), give(WINTER)
    accepted(database, cast, kept, valid_until=SUMMER)
    accepted(database, cast, wrong)
    with pytest.raises(InvalidInput):
        database.write(lambda uow: decline_paper(uow, cast.front_desk, wrong, " "))
    database.write(lambda uow: decline_paper(uow, cast.front_desk, wrong, "Un autre nom."))
    assert insured(database, cast) == SUMMER
    accepted(database, cast, wrong)
    assert insured(database, cast) == WINTER, "a mistake can be put right"


def test_a_commitment_sets_the_day_of_its_signature(
    database: Database, cast: Cast, give: Callable[..., int]
) -> None:
    signed = date(2026, 2, 1)
    number = give(None, kind=PaperKind.COMMITMENT, valid_from=signed)
    accepted(database, cast, number, valid_from=signed, valid_until=None)
    with database.read() as uow:
        assert uow.session.get_one(Organisation, cast.choir).republican_commitment_on == signed


def test_a_paper_is_taken_back_unless_somebody_relies_on_it(
    database: Database, cast: Cast, give: Callable[..., int]
) -> None:
    spare, used = give(content := WINTER), give(content)
    accepted(database, cast, used)
    database.write(lambda uow: withdraw_paper(uow, cast.alice, spare))
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: withdraw_paper(uow, cast.alice, used))
    with database.read() as uow:
        history = papers_of_organisation(uow, cast.alice, cast.choir)
        assert {paper.id: paper.is_kept for paper in history} == {spare: False, used: True}
        assert files_in_use(uow) == {history[0].content}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"valid_until": None}, "valid_until"),
        ({"valid_until": date(2026, 3, 1)}, "valid_until"),
        ({"valid_from": date(2027, 1, 1)}, "valid_until"),
        ({"issuer": "x" * 121}, "issuer"),
        ({"kind": PaperKind.COMMITMENT, "valid_until": None}, "valid_from"),
        ({"kind": PaperKind.COMMITMENT, "valid_from": date(2026, 3, 3)}, "valid_from"),
        ({"kind": PaperKind.SITE_PLAN}, "kind"),
        ({"booking_id": 1}, "kind"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_is_said_beside_its_field(
    database: Database, cast: Cast, said: dict[str, object], field: str
) -> None:
    submitted(database, cast, {cast.chairs: 1})
    paper = replace(certificate(), **said)
    with pytest.raises(InvalidInput) as refused:
        database.write(lambda uow: hand_in(uow, cast.alice, cast.choir, paper))
    assert [error.field for error in refused.value.errors] == [field]


def test_nobody_fills_the_shelves(database: Database, cast: Cast, give: Callable[..., int]) -> None:
    for _ in range(MOST_WAITING):
        give()
    with pytest.raises(InvalidInput):
        give()


def test_papers_of_an_association_are_for_itself_and_for_staff(
    database: Database, cast: Cast, give: Callable[..., int]
) -> None:
    number = give()
    with database.read() as uow:
        for reader in (cast.alice, cast.front_desk, cast.other_manager, cast.auditor):
            assert get_paper(uow, reader, number).number == "K-4711"
        for stranger in (cast.bob, cast.carol, cast.agent):
            with pytest.raises(NotFound):
                get_paper(uow, stranger, number)
        with pytest.raises(NotSignedIn):
            get_paper(uow, Principal(), number)
    with pytest.raises(Forbidden):
        database.write(lambda uow: decline_paper(uow, cast.alice, number, "Non"))
    with pytest.raises(Forbidden):
        give(actor=cast.auditor)


def test_papers_of_a_request_are_for_the_lender_that_was_asked(
    database: Database, cast: Cast, give: Callable[..., int]
) -> None:
    booking = submitted(database, cast, {cast.chairs: 5})
    plan = give(None, kind=PaperKind.SITE_PLAN, booking_id=booking)
    insurance = give()
    with database.read() as uow:
        found = papers_of_booking(uow, cast.front_desk, booking)
        assert {paper.id for paper in found} == {plan, insurance}
        for stranger in (cast.other_manager, cast.bob):
            with pytest.raises(NotFound):
                get_paper(uow, stranger, plan)
        assert [paper.id for paper in papers_of_organisation(uow, cast.alice, cast.choir)] == [
            insurance
        ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_days_of_a_paper_for_one_request_are_those_of_its_lender(
    database: Database, cast: Cast, give: Callable[..., int], clock: FixedClock
) -> None:
    def move(uow: UnitOfWork) -> None:
        uow.session.get_one(Authority, cast.town).timezone = "America/Martinique"

    database.write(move)
    booking = submitted(database, cast, {cast.chairs: 5})
    today = NOW.date()
    clock.instant = NOW.replace(hour=23, minute=30)  # tomorrow in Paris
    number = give(today, kind=PaperKind.SITE_PLAN, booking_id=booking)
    accepted(database, cast, number, valid_until=today)
    assert state(database, cast, number) is PaperState.ACCEPTED
    with pytest.raises(InvalidInput):
        give(today)


def test_papers_to_check_stand_in_the_inbox_once_for_each_organisation(
    database: Database, cast: Cast, clock: FixedClock, give: Callable[..., int]
) -> None:
    give()
    clock.instant += timedelta(days=1)
    give(None, kind=PaperKind.STATUTES)
    with database.read() as uow:
        (duty,) = paper_duties(uow, cast.front_desk)
        assert (duty.kind, duty.organisation_id) == (DutyKind.PAPERS, cast.choir)
        assert duty.due_at == NOW + timedelta(days=7), "counted from the first one"
        assert paper_duties(uow, cast.auditor) == []


def test_a_missing_piece_is_handed_in_with_the_answer_or_not_at_all(
    database: Database, cast: Cast
) -> None:
    booking = submitted(database, cast, {cast.chairs: 5})
    database.write(lambda uow: ask_for_pieces(uow, cast.front_desk, booking, "L'assurance"))
    over = certificate(NOW.date() - timedelta(days=1))
    with pytest.raises(InvalidInput):
        database.write(lambda uow: answer_with_paper(uow, cast.alice, booking, "", over))
    assert state_of(database, booking) is State.INCOMPLETE
    database.write(lambda uow: answer_with_paper(uow, cast.alice, booking, "", certificate()))
    assert state_of(database, booking) is State.SUBMITTED
    with database.read() as uow:
        assert len(papers_of_booking(uow, cast.alice, booking)) == 1
