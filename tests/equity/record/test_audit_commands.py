"""`treteau audit` proves the chains, and compares them with the heads that were kept."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from lending.cli_audit import audit
from lending.db.database import Database
from lending.equity.record.canonical import FIRST, canonical, link, parse
from lending.equity.record.chain import erase_words
from lending.equity.record.models import DecisionRecord
from lending.errors import InvalidInput
from tests.equity.record.chains import make_chain, tamper
from tests.factories import Cast


@pytest.fixture
def chain(database: Database, cast: Cast) -> str:
    """Record four decisions of the town; return its code."""
    make_chain(database, cast.town, 4, reason="Il en reste assez.")
    return "sainte-planche"


def run(database: Database, *arguments: str) -> Result:
    """Run `treteau audit`."""
    context = SimpleNamespace(database=database)
    return CliRunner().invoke(audit, arguments, obj=context, catch_exceptions=False)


def test_whole_chains_are_told_with_their_length_and_head(database: Database, chain: str):
    database.write(lambda uow: erase_words(uow, [2]))
    told = run(database, "verify")
    (head,) = run(database, "export").output.splitlines()
    assert told.exit_code == 0
    assert told.stdout.splitlines() == [
        f"trois-treteaux\t0 decisions\t0 erased\t{FIRST}",
        f"sainte-planche\t4 decisions\t1 erased\t{head.split()[2]}",
    ]


def test_a_broken_link_is_named_and_the_exit_is_not_zero(database: Database, chain: str):
    tamper(database, "UPDATE decision SET payload = replace(payload, 'P-3', 'P-4')")
    told = run(database, "verify", "--authority", chain)
    assert told.exit_code == 1
    line = "sainte-planche\tbroken at 3\tchanged\tits hash is not that of its content"
    assert told.stdout.splitlines() == [line]
    assert run(database, "verify", "--authority", "trois-treteaux").exit_code == 0


def test_heads_are_written_as_lines_to_be_kept(database: Database, chain: str):
    told = run(database, "export", "--authority", chain)
    code, sequence, hash_, at = told.stdout.rstrip("\n").split("\t")
    assert (code, sequence, at) == (chain, "4", "2026-03-02T08:00:00.000000Z")
    assert len(hash_) == 64
    assert run(database, "export", "--authority", "trois-treteaux").stdout == ""


def test_heads_that_were_kept_still_stand_when_the_chain_has_grown(
    database: Database, chain: str, cast: Cast, tmp_path: Path
):
    kept = tmp_path / "heads.txt"
    kept.write_text("# of March\n\n" + run(database, "export").stdout)
    make_chain(database, cast.town, 2)
    make_chain(database, cast.agglomeration, 2)
    told = run(database, "verify", "--against", str(kept))
    assert told.exit_code == 0, told.output
    assert told.stdout.splitlines()[-1] == "1 of 1 heads stand"


def rewrite(database: Database) -> None:
    """Change the second decision and hash everything after it again, the head included."""
    with database.read() as uow:
        columns = (DecisionRecord.sequence, DecisionRecord.payload)
        rows = uow.session.execute(select(*columns).order_by(DecisionRecord.sequence)).all()
    previous = FIRST
    for row in rows:
        content = parse(row.payload)
        assert isinstance(content, dict)
        if row.sequence == 2:
            content["result"] = {"granted": {"1": 2000}}
        payload = canonical(content)
        values = {"payload": payload, "previous": previous, "hash": link(previous, payload)}
        tamper(
            database,
            "UPDATE decision SET payload = :payload, previous_hash = :previous, hash = :hash"
            f" WHERE sequence = {row.sequence}",
            **values,
        )
        previous = values["hash"]
    tamper(database, "UPDATE decision_chain SET hash = :hash", hash=previous)


def test_a_chain_that_was_written_anew_holds_and_is_found_by_the_heads_that_were_kept(
    database: Database, chain: str, tmp_path: Path
):
    kept = tmp_path / "heads.txt"
    kept.write_text(run(database, "export").stdout)
    rewrite(database)
    assert run(database, "verify").exit_code == 0
    told = run(database, "verify", "--against", str(kept))
    assert told.exit_code == 1
    assert "sainte-planche\tbroken at 4\tchanged" in told.stdout
    assert told.stdout.splitlines()[-1] == "0 of 1 heads stand"


def test_the_end_of_a_chain_cut_off_is_found_by_the_heads_that_were_kept(
    database: Database, chain: str, tmp_path: Path
):
    kept = tmp_path / "heads.txt"
    kept.write_text(run(database, "export").stdout)
    tamper(
        database,
        "DELETE FROM decision_words WHERE decision_id > 2",
        "DELETE FROM decision WHERE sequence > 2",
        "UPDATE decision_chain SET sequence = 2,"
        " hash = (SELECT hash FROM decision WHERE sequence = 2)",
    )
    assert run(database, "verify").exit_code == 0
    assert run(database, "verify", "--against", str(kept)).exit_code == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_used_is_said(database: Database, chain: str, tmp_path: Path):
    kept = tmp_path / "heads.txt"
    kept.write_text("# heads\nsainte-planche 4 nothing\n")
    with pytest.raises(InvalidInput, match="Line 2"):
        run(database, "verify", "--against", str(kept))
    with pytest.raises(InvalidInput, match="authority"):
        run(database, "verify", "--authority", "nowhere")
