"""Whatever is altered in a chain behind its back is found, and named."""

import pytest

from lending.db.database import Database
from lending.equity.record import verifying
from lending.equity.record.canonical import canonical, link, parse
from lending.equity.record.chain import erase_words
from lending.equity.record.models import DecisionRecord
from lending.equity.record.verifying import Fault
from tests.equity.record.chains import make_chain, tamper, walk
from tests.factories import Cast

LENGTH = 12


@pytest.fixture
def chain(database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> int:
    """Record twelve decisions, walked in batches of five; return their authority."""
    monkeypatch.setattr(verifying, "BATCH", 5)
    make_chain(database, cast.town, LENGTH, reason="Il en reste assez.")
    return cast.town


def found(database: Database, chain: int) -> tuple[int, Fault] | None:
    """Return where the chain is broken, and how."""
    first = walk(database, chain).first_break
    return (first.sequence, first.fault) if first else None


def forge(database: Database, number: int, **changes: object) -> dict[str, str]:
    """Return payload and hash of a decision with other content, hashed as it should be."""
    with database.read() as uow:
        row = uow.session.query(DecisionRecord).filter_by(sequence=number).one()
        content = parse(row.payload)
        assert isinstance(content, dict)
        payload = canonical({**content, **changes})
        return {"payload": payload, "hash": link(row.previous_hash, payload)}


def test_a_chain_that_nobody_touched_holds(database: Database, chain: int):
    told = walk(database, chain)
    assert (told.decisions, told.erased, told.first_break) == (LENGTH, 0, None)


def test_an_authority_without_decisions_has_nothing_to_prove(database: Database, cast: Cast):
    told = walk(database, cast.agglomeration)
    assert (told.decisions, told.first_break) == (0, None)


@pytest.mark.parametrize(
    "change",
    [
        "payload = replace(payload, 'P-7', 'P-8')",
        "payload = payload || ' '",
        "payload = 'nonsense'",
        "hash = '" + "0" * 64 + "'",
        "previous_hash = '" + "f" * 64 + "'",
        "kind = 'refuse'",
        "kind = 'nonsense'",
        "booking_id = 99",
        "booking_id = NULL",
        "round_id = 1",
        "recorded_at = '2026-03-01 00:00:00'",
    ],
)
def test_a_changed_decision_is_found(database: Database, chain: int, change: str):
    tamper(database, f"UPDATE decision SET {change} WHERE sequence = 7")
    assert found(database, chain) == (7, Fault.CHANGED)
    assert walk(database, chain).decisions == 6


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("change", ["recorded_at = 'soon'", "sequence = 'x'", "booking_id = 'x'"])
def test_what_only_a_loose_column_can_hold_is_found(database: Database, chain: int, change: str):
    tamper(database, f"UPDATE decision SET {change} WHERE sequence = 7")
    first = found(database, chain)
    assert first is not None
    assert first[0] == 7


def test_a_decision_changed_and_hashed_again_is_found(database: Database, chain: int):
    forged = forge(database, 7, result={"granted": {"1": 70}})
    tamper(
        database,
        "UPDATE decision SET payload = :payload, hash = :hash WHERE sequence = 7",
        **forged,
    )
    assert found(database, chain) == (7, Fault.CHANGED)


def test_the_last_decision_changed_and_hashed_again_is_found(database: Database, chain: int):
    forged = forge(database, LENGTH, result={"granted": {"1": 70}})
    tamper(
        database,
        "UPDATE decision SET payload = :payload, hash = :hash WHERE sequence = 12",
        **forged,
    )
    assert found(database, chain) == (LENGTH, Fault.HEAD)


@pytest.mark.parametrize("number", [1, 5, 7, LENGTH])
def test_a_removed_decision_is_found(database: Database, chain: int, number: int):
    tamper(
        database,
        "DELETE FROM decision_words WHERE decision_id = :number",
        "DELETE FROM decision WHERE sequence = :number",
        number=number,
    )
    assert found(database, chain) == (number, Fault.REMOVED)


@pytest.mark.parametrize("number", [1, 5, 7])
def test_a_removed_decision_is_found_when_the_others_have_moved_up(
    database: Database, chain: int, number: int
):
    tamper(
        database,
        "DELETE FROM decision_words WHERE decision_id = :number",
        "DELETE FROM decision WHERE sequence = :number",
        "UPDATE decision SET sequence = sequence + 1000 WHERE sequence > :number",
        "UPDATE decision SET sequence = sequence - 1001 WHERE sequence > 1000",
        "UPDATE decision_chain SET sequence = sequence - 1",
        number=number,
    )
    assert found(database, chain) == (number, Fault.REMOVED)


MAKE_ROOM = (
    "UPDATE decision SET sequence = sequence + 1000 WHERE sequence >= 7",
    "UPDATE decision SET sequence = sequence - 999 WHERE sequence > 1000",
    "UPDATE decision_chain SET sequence = sequence + 1",
)
PUT_IN = (
    "INSERT INTO decision (id, authority_id, sequence, kind, booking_id, recorded_at, payload,"
    " previous_hash, hash) SELECT 99, authority_id, 7, kind, booking_id, recorded_at, :payload,"
    " {previous}, :hash FROM decision WHERE sequence = 8"
)


def test_an_inserted_decision_is_found(database: Database, chain: int):
    """It follows number 6 as it should, but so does the next one."""
    forged = forge(database, 7, reason_digest=None, booking_id=7)
    tamper(database, *MAKE_ROOM, PUT_IN.format(previous="previous_hash"), **forged)
    assert found(database, chain) == (7, Fault.INSERTED)


@pytest.mark.parametrize("previous", ["'nothing'", "hash"])
def test_an_inserted_decision_that_follows_nothing_is_found(
    database: Database, chain: int, previous: str
):
    forged = forge(database, 7, reason_digest=None)
    tamper(database, *MAKE_ROOM, PUT_IN.format(previous=previous), **forged)
    assert found(database, chain) == (7, Fault.INSERTED)


def test_a_decision_put_behind_the_head_is_found(database: Database, chain: int):
    with database.read() as uow:
        last = uow.session.query(DecisionRecord).filter_by(sequence=LENGTH).one()
        content = parse(last.payload)
        assert isinstance(content, dict)
        payload = canonical({**content, "sequence": LENGTH + 1, "reason_digest": None})
        values = {"payload": payload, "hash": link(last.hash, payload), "previous": last.hash}
    tamper(
        database,
        "INSERT INTO decision (id, authority_id, sequence, kind, booking_id, recorded_at, payload,"
        " previous_hash, hash) SELECT 99, authority_id, sequence + 1, kind, booking_id,"
        " recorded_at, :payload, :previous, :hash FROM decision WHERE sequence = 12",
        **values,
    )
    assert found(database, chain) == (LENGTH + 1, Fault.INSERTED)


@pytest.mark.parametrize(("one", "other"), [(1, 2), (6, 7), (3, 11), (11, 12), (1, 12)])
def test_reordered_decisions_are_found(database: Database, chain: int, one: int, other: int):
    tamper(
        database,
        "UPDATE decision SET sequence = 1000 WHERE sequence = :one",
        "UPDATE decision SET sequence = :one WHERE sequence = :other",
        "UPDATE decision SET sequence = :other WHERE sequence = 1000",
        one=one,
        other=other,
    )
    assert found(database, chain) == (one, Fault.REORDERED)


def test_a_decision_moved_to_the_end_is_found(database: Database, chain: int):
    tamper(database, "UPDATE decision SET sequence = 13 WHERE sequence = 7")
    assert found(database, chain) == (7, Fault.REORDERED)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE decision_chain SET hash = 'another'", (LENGTH, Fault.HEAD)),
        ("UPDATE decision_chain SET sequence = 13", (LENGTH + 1, Fault.REMOVED)),
        ("UPDATE decision_chain SET sequence = 11", (11, Fault.HEAD)),
        ("DELETE FROM decision_chain", (LENGTH, Fault.HEAD)),
    ],
)
def test_a_head_that_is_not_the_last_is_found(
    database: Database, chain: int, change: str, fault: tuple[int, Fault]
):
    tamper(database, change)
    assert found(database, chain) == fault


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE decision_words SET words = 'Parce que c''est vous.' WHERE decision_id = 7",
        "UPDATE decision_words SET salt = 'another' WHERE decision_id = 7",
        "DELETE FROM decision_words WHERE decision_id = 7",
    ],
)
def test_changed_words_are_found(database: Database, chain: int, change: str):
    tamper(database, change)
    assert found(database, chain) == (7, Fault.WORDS)


def test_erased_words_leave_the_chain_whole(database: Database, chain: int):
    assert database.write(lambda uow: erase_words(uow, [3, 7, 99])) == 2
    assert database.write(lambda uow: erase_words(uow, [7])) == 0
    told = walk(database, chain)
    assert (told.decisions, told.erased, told.first_break) == (LENGTH, 2, None)


def test_chains_of_two_authorities_stand_apart(database: Database, chain: int, cast: Cast):
    make_chain(database, cast.agglomeration, 3)
    tamper(
        database,
        "DELETE FROM decision_words WHERE decision_id = 2",
        "DELETE FROM decision WHERE sequence = 2 AND authority_id = :town",
        town=cast.town,
    )
    assert found(database, cast.agglomeration) is None
    assert found(database, cast.town) == (2, Fault.REMOVED)


def test_a_decision_moved_to_another_authority_is_found(database: Database, chain: int, cast: Cast):
    tamper(
        database,
        "UPDATE decision SET authority_id = :other WHERE sequence = 1",
        other=cast.agglomeration,
    )
    assert found(database, cast.town) == (1, Fault.REMOVED)
    assert found(database, cast.agglomeration) == (1, Fault.CHANGED)
