"""`treteau audit`: prove that no decision was altered, decide again, keep what proves it."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

import click

from lending.authorities.queries import AuthorityView, authority_id_of, list_authorities
from lending.db.database import Database, UnitOfWork
from lending.equity.record.heads import Head, heads_of, read_heads, stands
from lending.equity.record.replaying import Found, Replayed, replay_chain
from lending.equity.record.verifying import Verified, length_of, verify_chain


class HasDatabase(Protocol):
    """The part of the commands' context that is needed here."""

    @property
    def database(self) -> Database:
        """Return the database."""


AUTHORITY = click.option("--authority", "code", default="", help="Code of one lender only.")


@click.group()
def audit() -> None:
    """The record of decisions: verify it, write down what proves it."""


@audit.command()
@AUTHORITY
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of heads that `audit export` wrote earlier: they must still be in the chains.",
)
@click.pass_obj
def verify(context: HasDatabase, code: str, against: Path | None) -> None:
    """Walk along every chain of decisions; say where the first broken link is, and exit with 1.

    A line for each lender: its code, how many decisions, of how many the words were erased, and
    the hash of the last.
    """
    kept = read_heads(against.read_text("utf-8").splitlines()) if against else []
    with context.database.read() as uow:
        walked = _walk(uow, code, verify_chain, "Verifying decisions")
        for lender, found in walked:
            click.echo(_line(lender.code, found))
        lost = [head for head in kept if code in ("", head.authority) and not stands(uow, head)]
    for head in lost:
        click.echo(f"{head.authority}\tbroken at {head.sequence}\tchanged\t{_told(head)}")
    if kept:
        click.echo(f"{len(kept) - len(lost)} of {len(kept)} heads stand")
    if lost or any(found.first_break for _, found in walked):
        sys.exit(1)


@audit.command()
@AUTHORITY
@click.pass_obj
def replay(context: HasDatabase, code: str) -> None:
    """Decide everything again by the rules and facts recorded; exit with 1 if anything differs.

    A line for each lender: its code, how many decisions and rounds, how many differ; then a line
    for each difference: its number, in what, and how. A doubt is a reason that the figures
    recorded with it do not bear out: it is told, and is no error.
    """
    with context.database.read() as uow:
        walked = _walk(uow, code, replay_chain, "Deciding again")
    for lender, found in walked:
        click.echo(_replayed(lender.code, found))
        for what, those in (("differs", found.differences), ("doubt", found.doubts)):
            for each in those:
                click.echo(_difference(lender.code, what, each))
    if any(found.differences for _, found in walked):
        sys.exit(1)


@audit.command()
@AUTHORITY
@click.pass_obj
def export(context: HasDatabase, code: str) -> None:
    """Write the head of each chain: lender, number, hash and time of its last decision.

    Keep these lines where nobody of this installation can alter them; `audit verify --against`
    compares them later.
    """
    with context.database.read() as uow:
        for head in heads_of(uow, authority_id_of(uow, code) if code else None):
            click.echo(str(head))


Answer = TypeVar("Answer")


def _walk(
    uow: UnitOfWork,
    code: str,
    walk: Callable[[UnitOfWork, int, Callable[[int], None]], Answer],
    label: str,
) -> list[tuple[AuthorityView, Answer]]:
    chosen = authority_id_of(uow, code) if code else None
    lenders = [each for each in list_authorities(uow, None) if chosen in (None, each.id)]
    lengths = {lender.id: length_of(uow, lender.id) for lender in lenders}
    walked, done = [], 0
    with click.progressbar(length=sum(lengths.values()), label=label, file=sys.stderr) as bar:
        for lender in lenders:
            before = done

            def report(here: int, before: int = before) -> None:
                bar.update(before + here - bar.pos)

            walked.append((lender, walk(uow, lender.id, report)))
            done += lengths[lender.id]
            bar.update(done - bar.pos)
    return walked


def _line(code: str, found: Verified) -> str:
    broken = found.first_break
    if broken is None:
        return f"{code}\t{found.decisions} decisions\t{found.erased} erased\t{found.hash}"
    return f"{code}\tbroken at {broken.sequence}\t{broken.fault}\t{broken.told}"


def _replayed(code: str, found: Replayed) -> str:
    counts = (
        f"{found.decisions} decisions",
        f"{found.rounds} rounds",
        f"{len(found.differences)} differ",
        f"{len(found.doubts)} doubts",
    )
    return "\t".join((code, *counts))


def _difference(code: str, what: str, found: Found) -> str:
    difference = found.difference
    return f"{code}\t{what} at {found.sequence}\t{difference.aspect}\t{difference.told}"


def _told(head: Head) -> str:
    return f"the head that was kept is not there: {head.hash}"
