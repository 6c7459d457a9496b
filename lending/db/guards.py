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
    free_until: str = ""
    """A column: a row may be changed and removed as long as it is empty there."""
    other_keys: tuple[tuple[str, ...], ...] = ()
    """Further unique keys, by which REPLACE would find a row."""

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
            for what, when in (
                ("UPDATE", self._when_updated_in_sqlite()),
                ("DELETE", self._when_kept("WHEN {}")),
                ("INSERT", f"WHEN {self._would_replace()}"),
            ):
                name = f"{self.table}_refuses_{what.lower()}"
                yield f"CREATE TRIGGER {name} BEFORE {what} ON {self.table} {when} {stop}"
            return
        function = f"{self.table}_stays()"
        yield (
            f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation'; END $$"
        )
        every = "FOR EACH STATEMENT"
        for what, each in (
            ("UPDATE", self._when_updated("FOR EACH ROW WHEN ({})") or every),
            ("DELETE", self._when_kept("FOR EACH ROW WHEN ({})") or every),
            ("TRUNCATE", every),
        ):
            name = f"{self.table}_refuses_{what.lower()}"
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

    def _when_updated(self, wrapped: str) -> str:
        """Return the condition under which an update is refused; nothing for always."""
        if self.erasable:
            kept = [f"NEW.{name} = OLD.{name}" for name in self.key]
            emptied = [f"NEW.{name} IS NULL" for name in self.erasable]
            return wrapped.format(f"NOT ({' AND '.join(kept + emptied)})")
        return self._when_kept(wrapped)

    def _when_kept(self, wrapped: str) -> str:
        """Return the condition under which a row stays; nothing for always."""
        return wrapped.format(f"OLD.{self.free_until} IS NOT NULL") if self.free_until else ""

    def _when_updated_in_sqlite(self) -> str:
        """Return the same where UPDATE OR REPLACE could take another row's place."""
        refused = self._when_updated("WHEN {}")
        if not self.free_until:
            return refused
        return f"{refused} OR {self._would_replace(' AND rowid <> OLD.rowid')}"

    def _would_replace(self, others: str = "") -> str:
        """Return the condition under which a row of SQLite would take another one's place."""
        same = " OR ".join(
            " AND ".join(f"{name} = NEW.{name}" for name in key)
            for key in (self.key, *self.other_keys)
        )
        kept = f" AND {self.free_until} IS NOT NULL" if self.free_until else ""
        return f"EXISTS (SELECT 1 FROM {self.table} WHERE ({same}){kept}{others})"  # noqa: S608 - names


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
