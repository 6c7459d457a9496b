"""Records are checked now and then; words are erased in time; anybody can check an export."""

import json
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from lending.accounts.permissions import SYSTEM
from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.record.canonical import FIRST
from lending.equity.record.checks import check_records, last_checks
from lending.equity.record.export import record_lines
from lending.equity.record.models import DecisionWords
from lending.equity.record.overview import read_records
from lending.equity.record.retention import erase_old_words
from lending.errors import Forbidden
from lending.policies.drafting import Draft
from lending.policies.rules import Rules
from tests.equity.record.chains import make_chain, tamper, walk
from tests.factories import NOW, Cast
from tests.policies.test_versions import published


def test_a_check_keeps_what_it_found(database: Database, cast: Cast, clock: FixedClock):
    make_chain(database, cast.town, 4)
    assert check_records(database) == []
    clock.instant += timedelta(days=1)
    make_chain(database, cast.town, 2)
    with database.read() as uow:
        (record,) = read_records(uow, cast.auditor)
    assert record.check is not None
    assert (record.decisions, record.check.decisions, record.since) == (6, 4, 2)
    assert (record.check.is_whole, record.check.checked_at) == (True, NOW)
    tamper(database, "UPDATE decision SET payload = replace(payload, 'P-3', 'P-4')")
    assert check_records(database) == [cast.town]
    with database.read() as uow:
        check = last_checks(uow)[cast.town]
    assert (check.is_whole, check.decisions, check.broken_at, check.fault) == (
        False,
        2,
        3,
        "changed",
    )
    assert check.checked_at == clock.instant


def test_a_chain_without_decisions_or_of_another_lender_is_not_shown(
    database: Database, cast: Cast
):
    make_chain(database, cast.agglomeration, 3)
    with database.read() as uow:
        assert [record.decisions for record in read_records(uow, cast.auditor)] == [0]
        assert [record.decisions for record in read_records(uow, SYSTEM)] == [3, 0]
        with pytest.raises(Forbidden):
            read_records(uow, cast.alice)


def words(database: Database) -> list[str | None]:
    """Return the words of all decisions."""
    with database.read() as uow:
        return list(
            uow.session.scalars(select(DecisionWords.words).order_by(DecisionWords.decision_id))
        )


def test_words_are_erased_when_the_rules_of_their_lender_say_so(
    database: Database, cast: Cast, clock: FixedClock
):
    make_chain(database, cast.town, 2, reason="Marc l'a promis.")
    make_chain(database, cast.agglomeration, 1, reason="Odile l'a promis.")
    clock.instant += timedelta(days=200)
    make_chain(database, cast.town, 1, reason="Encore promis.")
    published(database, cast, draft=Draft(Rules(record_years=2), vote_reference="2026-09-18"))
    clock.instant = NOW.replace(year=2028)
    assert erase_old_words(database) == 0
    clock.instant += timedelta(seconds=1)
    assert erase_old_words(database) == 2
    assert erase_old_words(database) == 0
    assert words(database) == [None, None, "Odile l'a promis.", "Encore promis."]
    clock.instant = NOW.replace(year=2036) + timedelta(seconds=1)
    assert erase_old_words(database) == 2  # the agglomeration's after ten years
    found = walk(database, cast.town)
    assert (found.first_break, found.decisions, found.erased) == (None, 3, 3)


def test_words_are_erased_in_pieces_and_on_the_last_day_of_february_too(
    database: Database, cast: Cast, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("lending.equity.record.retention.BATCH", 2)
    make_chain(database, cast.town, 5, reason="Promis.")
    clock.instant = NOW.replace(year=2052, month=2, day=29)
    published(database, cast, draft=Draft(Rules(record_years=3), vote_reference="2052"))
    assert erase_old_words(database) == 5


def test_the_export_is_checked_with_nothing_but_a_hash(database: Database, cast: Cast):
    make_chain(database, cast.town, 3, reason="Marc l'a promis.")
    with database.read() as uow:
        lines = list(record_lines(uow, cast.town))
    previous = FIRST
    for number, line in enumerate(lines, start=1):
        entry = json.loads(line)
        assert (entry["sequence"], entry["previous_hash"]) == (number, previous)
        previous = sha256(f"{previous}\n{entry['payload']}".encode()).hexdigest()
        assert entry["hash"] == previous
        assert "Marc" not in line
    assert len(lines) == 3
