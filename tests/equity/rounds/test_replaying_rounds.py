"""A round is shared anew from its record, and its requests got what it says."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lending.bookings.decisions import cancel_booking
from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.allocation.deciding import decide
from lending.equity.allocation.reading import read_inputs, read_places
from lending.equity.allocation.values import Request, Stock
from lending.equity.record.canonical import canonical
from tests.equity.allocation import strategies
from tests.equity.record.test_replaying import Content, alter, replay, told
from tests.equity.rounds.test_rounds import adopt
from tests.factories import Cast, submitted


@pytest.fixture
def adopted(lender: Database, cast: Cast, collecting: int, clock: FixedClock) -> Database:
    """Decide a round in which two associations ask for forty of sixty barriers each."""
    for organisation in (cast.choir, cast.club):
        lines = {cast.barriers: 40, cast.chairs: 10}
        submitted(lender, cast, lines, organisation=organisation)
    adopt(lender, cast, clock, collecting)
    return lender


def test_a_round_is_decided_again_and_its_requests_follow_it(adopted: Database, cast: Cast) -> None:
    found = replay(adopted, cast)
    assert (found.decisions, found.rounds, found.differences, found.doubts) == (3, 1, (), ())


def test_what_becomes_of_a_request_later_is_not_its_rounds(
    adopted: Database, cast: Cast, clock: FixedClock
) -> None:
    clock.instant += timedelta(hours=1)
    adopted.write(lambda uow: cancel_booking(uow, cast.manager, 1, "Il pleuvra."))
    assert replay(adopted, cast).differences == ()


def test_a_request_that_got_something_else_than_its_round_says_is_named(
    adopted: Database, cast: Cast
) -> None:
    def more(content: Content) -> None:
        content["result"]["granted"][str(cast.barriers)] = 29

    alter(adopted, cast, more)
    words = f"item {cast.barriers}: granted 29, the round 30"
    assert told(adopted, cast) == [(3, "round", words)]


def _served(content: Content) -> None:
    content["inputs"]["requests"][0]["served"] = 5


def _share(content: Content) -> None:
    content["result"]["grants"]["R-2026-0001"] = [31, 10]


def _missing(content: Content) -> None:
    del content["result"]["grants"]["R-2026-0001"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda content: content["inputs"].update(seed="another one"), "the seed is not the one"),
        (lambda content: content["inputs"].update(commitment="f" * 64), "another seed was"),
        (lambda content: content["result"]["places"].reverse(), "the order of service"),
        (_served, "the order of service"),
        (_share, "R-2026-0001: recorded [31, 10], found "),
        (_missing, "R-2026-0001: recorded None, found "),
        (lambda content: content["inputs"].update(stocks="none"), "cannot be read"),
    ],
)
def test_a_round_that_comes_to_something_else_is_named(
    adopted: Database, cast: Cast, change: Callable[[Content], None], words: str
) -> None:
    alter(adopted, cast, change, sequence=1)
    assert any(words in each for sequence, _, each in told(adopted, cast) if sequence == 1)


@settings(max_examples=50)
@given(strategies.stocks(), strategies.rounds(), st.text("ab", max_size=5))
def test_a_round_comes_back_from_what_is_recorded(
    stocks: tuple[Stock, ...], requests: tuple[Request, ...], seed: str
) -> None:
    inputs = {
        "stocks": [asdict(each) for each in stocks],
        "requests": [asdict(each) for each in requests],
        "seed": seed,
    }
    kept: Any = json.loads(canonical(inputs))
    assert read_inputs(kept) == (stocks, requests, seed)
    places = decide(stocks, requests, seed).places
    assert read_places(json.loads(canonical([asdict(each) for each in places]))) == places
