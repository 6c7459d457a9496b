"""Loans that outlast an insurance are found; papers are forgotten with the contacts."""

from datetime import date, timedelta

from lending.attachments.checking import accept_paper
from lending.attachments.expiring import own_uncovered_loans, uncovered_loans
from lending.attachments.handing_in import hand_in
from lending.attachments.queries import files_in_use, papers_of_organisation
from lending.bookings.models import Booking
from lending.bookings.states import State
from lending.clock import FixedClock
from lending.db.database import Database
from lending.organisations.models import Organisation
from lending.retention.forgetting import forget_contact
from tests.factories import MONDAY, Cast, approved, draft
from tests.support.papers import certificate

MAY = date(2026, 5, 31)


def insure(database: Database, cast: Cast, until: date, *, accept: bool = True) -> int:
    number = database.write(lambda uow: hand_in(uow, cast.alice, cast.choir, certificate(until)))
    if accept:
        database.write(
            lambda uow: accept_paper(
                uow, cast.front_desk, number, valid_from=None, valid_until=until
            )
        )
    return number


def uninsure(database: Database, cast: Cast) -> None:
    def forget(uow) -> None:
        uow.session.get_one(Organisation, cast.choir).insurance_until = None

    database.write(forget)


def test_a_loan_that_outlasts_the_insurance_is_told_of(database: Database, cast: Cast) -> None:
    uninsure(database, cast)
    first = draft(database, cast, {cast.chairs: 5})
    insure(database, cast, MONDAY.date() - timedelta(days=1))
    with database.read() as uow:
        (loan,) = own_uncovered_loans(uow, cast.alice)
        assert (loan.booking_id, loan.ends_on, loan.is_coming) == (first, MONDAY.date(), False)
        assert own_uncovered_loans(uow, cast.bob) == ()
    longer = insure(database, cast, MONDAY.date(), accept=False)
    with database.read() as uow:
        assert uncovered_loans(uow, booking_id=first)[0].is_coming
    database.write(
        lambda uow: accept_paper(
            uow, cast.front_desk, longer, valid_from=None, valid_until=MONDAY.date()
        )
    )
    with database.read() as uow:
        assert own_uncovered_loans(uow, cast.alice) == (), "covered to the very day of the return"


def test_papers_are_forgotten_with_the_contacts_but_not_that_they_were_there(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.chairs: 5})
    insure(database, cast, MAY)
    clock.instant += timedelta(days=200)
    with database.read() as uow:
        before = papers_of_organisation(uow, cast.front_desk, cast.choir)[0].content

    def over(uow) -> None:
        uow.session.get_one(Booking, number).state = State.CLOSED

    database.write(over)
    database.write(lambda uow: forget_contact(uow, cast.manager, cast.choir, "Demandé le 4 mai"))
    with database.read() as uow:
        (paper,) = papers_of_organisation(uow, cast.front_desk, cast.choir)
        assert files_in_use(uow) == set()
    assert (paper.content, paper.valid_until) == (before, MAY)
    assert paper.issuer == paper.number == paper.label == ""
    assert paper.handed_in_by == "–"
