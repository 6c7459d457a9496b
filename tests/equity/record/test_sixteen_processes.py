"""Sixteen processes decide at once for one lender: the chain has no gap and no fork."""

from collections import Counter
from datetime import timedelta

import pytest

from lending.accounts.permissions import SYSTEM
from lending.authorities.models import Competence
from lending.availability.answers import Wanted
from lending.bookings.details import BookingDetails, EventDetails
from lending.bookings.drafts import create_booking
from lending.bookings.submission import submit_booking
from lending.db.database import Database, UnitOfWork
from tests.concurrency.stage import OPENING, set_stage
from tests.equity.record.chains import contents, make_chain, walk
from tests.equity.record.decider import race
from tests.support.racing import let_all_pass, results, start

PROCESSES, EACH = 16, 8


@pytest.fixture
def lender(database: Database) -> int:
    """Set a stage on which each process has an item of its own, wanted by eight.

    So nothing but the chain makes them wait for each other.
    """
    lender, borrower, items = set_stage(database)

    def ask(uow: UnitOfWork) -> None:
        for day in range(EACH):
            start = OPENING + timedelta(days=2 * day)
            end = start + timedelta(days=1)
            details = BookingDetails(borrower, lender, start, end)
            event = EventDetails("Fête", start, end, "00001", Competence.LOCAL_LIFE)
            for item in items[:PROCESSES]:
                booking = create_booking(uow, SYSTEM, details, event, [Wanted(item, 3)])
                submit_booking(uow, SYSTEM, booking.id)

    database.write(ask)
    return lender


def let_them_decide(url: str, way: str, count: int = PROCESSES) -> Counter[str]:
    """Let processes decide at once; return how often what came of it."""
    deciders = start(race, [(share, url, way) for share in range(1, count + 1)])
    let_all_pass(deciders, "ready")
    return sum(results(deciders), Counter())


def test_the_chain_has_no_gap_and_no_fork(database: Database, database_url: str, lender: int):
    outcome = let_them_decide(database_url, "locked")
    assert outcome == {"decided": PROCESSES * EACH}
    says = contents(database, lender)
    assert [one["sequence"] for one in says] == list(range(1, len(says) + 1))
    # Who was served from the waiting list meanwhile is in it as well.
    by_hand = [one["booking_id"] for one in says if one["kind"] != "serve"]
    assert len(by_hand) == len(set(by_hand)) == PROCESSES * EACH
    told = walk(database, lender)
    assert (told.decisions, told.first_break) == (len(says), None)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_without_its_lock_decisions_collide_and_the_database_refuses_the_fork(
    database: Database, database_url: str, lender: int
):
    """Otherwise the test above would prove nothing."""
    make_chain(database, lender, 1)
    outcome = let_them_decide(database_url, "unlocked", count=6)
    assert outcome["error: IntegrityError"] > 0
    assert walk(database, lender).first_break is None
