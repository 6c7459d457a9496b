"""Tables whose rows stay as they were written: the database itself refuses to alter them.

Triggers stop a mistake, in this program or at a console. Who owns the database can take them
away; what such a person then alters must be found by other means. Contains no business logic.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Table, event, text

MESSAGE = "rows of {} stay as they were written"


@dataclass(frozen=True)
class Guard:
    """Refuses UPDATE, DELETE, TRUNCATE and SQLite's REPLACE on a table."""

    table: str
    key: tuple[str, ...]
    """The columns of a unique key: SQLite's REPLACE would take away a row that has it."""
    erasable: tuple[str, ...] = ()
    """Columns that may be emptied, all of them at once and for ever."""

    def set_up(self, connection: Connection) -> None:
        """Make the triggers on the table, which exists."""
        _run(connection, self._making(connection.dialect.name))

    def take_down(self, connection: Connection) -> None:
        """Remove the triggers; the table may be gone already, and they with it."""
        _run(connection, self._removing(connection.dialect.name))

    def _making(self, dialect: str) -> Iterator[str]:
        refusal = MESSAGE.format(self.table)
        if dialect == "sqlite":
            stop = f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            same = " AND ".join(f"{name} = NEW.{name}" for name in self.key)
            there = f"WHEN EXISTS (SELECT 1 FROM {self.table} WHERE {same})"  # noqa: S608 - names
            for what, when in (
                ("UPDATE", self._unless_erased("WHEN NOT ({})")),
                ("DELETE", ""),
                ("INSERT", there),
            ):
                name = f"{self.table}_refuses_{what.lower()}"
                yield f"CREATE TRIGGER {name} BEFORE {what} ON {self.table} {when} {stop}"
            return
        function = f"{self.table}_stays()"
        yield (
            f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation'; END $$"
        )
        update = self._unless_erased("FOR EACH ROW WHEN (NOT ({}))") or "FOR EACH STATEMENT"
        for what, each in (("UPDATE", update), ("DELETE OR TRUNCATE", "FOR EACH STATEMENT")):
            name = f"{self.table}_refuses_{what.partition(' ')[0].lower()}"
            yield (
                f"CREATE TRIGGER {name} BEFORE {what} ON {self.table} {each}"
                f" EXECUTE FUNCTION {function}"
            )

    def _removing(self, dialect: str) -> Iterator[str]:
        if dialect == "sqlite":
            for what in ("update", "delete", "insert"):
                yield f"DROP TRIGGER IF EXISTS {self.table}_refuses_{what}"
        else:
            yield f"DROP FUNCTION IF EXISTS {self.table}_stays() CASCADE"

    def _unless_erased(self, wrapped: str) -> str:
        """Return the condition under which an update is something else than an erasure."""
        if not self.erasable:
            return ""
        kept = [f"NEW.{name} = OLD.{name}" for name in self.key]
        emptied = [f"NEW.{name} IS NULL" for name in self.erasable]
        return wrapped.format(" AND ".join(kept + emptied))


def guard_with_its_table(table: Table, guard: Guard) -> None:
    """Make the guard whenever the table itself is made, migrations apart: these call it."""

    def made(target: Table, connection: Connection, **_: object) -> None:
        guard.set_up(connection)

    def dropped(target: Table, connection: Connection, **_: object) -> None:
        guard.take_down(connection)

    event.listen(table, "after_create", made)
    event.listen(table, "after_drop", dropped)


def _run(connection: Connection, statements: Iterator[str]) -> None:
    for statement in statements:
        connection.execute(text(statement))
