"""A round shares kits as kits: a stage without its steps is of no use to anybody."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lending.availability.answers import Wanted
from lending.bookings.changes import change_booking
from lending.bookings.kits import set_kit
from lending.bookings.submission import submit_booking
from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.allocation.checking import faults
from lending.equity.allocation.values import Grant, Limit, Squeeze
from lending.equity.rounds.bundles import AskedLine, Tie, bundles_of, grants_of_lines
from lending.equity.rounds.models import Share
from lending.equity.rounds.words import explain
from lending.policies.models import AllocationRound
from tests.bookings.steps import lines_of
from tests.equity.rounds.test_rounds import AFTER, adopt, trial_of
from tests.factories import Cast, draft
from tests.support.kits import make_kit


def sent(database: Database, cast: Cast, kit: int, units: int, organisation: int) -> int:
    """Send a request for kits and ten chairs."""
    actor = cast.alice if organisation == cast.choir else cast.bob
    number = draft(database, cast, {cast.chairs: 10}, organisation=organisation)
    database.write(lambda uow: set_kit(uow, actor, number, kit, units))
    database.write(lambda uow: submit_booking(uow, actor, number))
    return number


def test_a_kit_counts_as_one_share_and_no_part_is_given_without_the_others(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    kit = make_kit(lender, cast)  # of twenty tables, for two kits
    first = sent(lender, cast, kit, 2, cast.choir)
    second = sent(lender, cast, kit, 2, cast.club)
    clock.instant = AFTER
    trial = trial_of(lender, collecting)
    with lender.read() as uow:
        seed = uow.session.get_one(AllocationRound, collecting).seed
    assert faults(trial.stocks, trial.requests, seed, trial.outcome) == []
    told = explain(trial.results[0], str)
    assert "4 of 8" in told
    assert "Table" in told.split("kit of which ")[1]
    adopt(lender, cast, clock, collecting)
    for number in (first, second):
        assert lines_of(lender, number) == {
            cast.chairs: (10, 10),
            cast.tables: (16, 8),
            cast.barriers: (8, 4),
        }
    with lender.read() as uow:
        shares = uow.session.scalars(select(Share).where(Share.line.has(booking_id=first))).all()
        kept = {share.tight_item_id for share in shares if share.limit is not Limit.ENOUGH}
    assert kept == {cast.tables}


@pytest.mark.parametrize(("units", "granted"), [(1, 1), (2, 0)])
def test_kits_of_which_a_part_is_of_no_use_are_given_all_or_none(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int, units: int, granted: int
) -> None:
    kit = make_kit(lender, cast)
    number = sent(lender, cast, kit, units, cast.choir)
    whole = [
        Wanted(cast.tables, 8 * units + 1, whole=True),
        Wanted(cast.barriers, 4 * units),
        Wanted(cast.chairs, 10),
    ]
    lender.write(lambda uow: change_booking(uow, cast.alice, number, lines=whole))
    sent(lender, cast, kit, 2, cast.club)
    adopt(lender, cast, clock, collecting)
    assert lines_of(lender, number) == {
        cast.chairs: (10, 10),
        cast.tables: (8 * units + 1, granted * (8 * units + 1)),
        cast.barriers: (4 * units, granted * 4 * units),
    }


@st.composite
def asked_lines(draw: st.DrawFn) -> tuple[AskedLine, ...]:
    """Draw lines with up to three kits among them."""
    items = draw(st.sets(st.integers(1, 5), min_size=1))
    kits = {
        kit: (draw(st.integers(1, 4)), draw(st.sets(st.sampled_from(sorted(items)), min_size=1)))
        for kit in range(draw(st.integers(0, 3)))
    }
    lines = []
    for item in sorted(items):
        ties = tuple(
            Tie(kit, units, draw(st.integers(1, 3)))
            for kit, (units, recipe) in kits.items()
            if item in recipe
        )
        taken = sum(tie.units * tie.per_unit for tie in ties)
        loose = draw(st.integers(0 if ties else 1, 6))
        lines.append(AskedLine(item, item, str(item), taken + loose, draw(st.booleans()), ties))
    return tuple(lines)


@given(asked_lines(), st.data())
def test_bundles_ask_for_every_piece_once_and_whole_lines_are_given_whole(
    lines: tuple[AskedLine, ...], data: st.DataObject
) -> None:
    bundles = bundles_of(lines)
    asked: Counter[int] = Counter()
    for bundle in bundles:
        for item, each in bundle.pieces:
            asked[item] += bundle.units * each
    assert asked == {line.item_id: line.quantity for line in lines}
    grants = [
        Grant(
            data.draw(
                st.sampled_from([0, one.units]) if one.is_whole else st.integers(0, one.units)
            ),
            Limit.SHARE,
            Squeeze(one.pieces[0][0], 0, 1, 0, 1),
        )
        for one in bundles
    ]
    for line, grant in zip(lines, grants_of_lines(lines, bundles, grants), strict=True):
        assert 0 <= grant.units <= line.quantity
        if line.is_whole:
            assert grant.units in (0, line.quantity)
