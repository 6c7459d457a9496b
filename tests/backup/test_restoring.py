"""What was backed up comes back whole, on either database; what is damaged changes nothing."""

import gzip
import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from lending.app import build_database
from lending.authorities.queries import list_authorities
from lending.backup.archive import MANIFEST, BackupError, Manifest, verify
from lending.backup.making import make_backup
from lending.backup.restoring import Restored, restore
from lending.bookings.models import Booking, BookingLine
from lending.bookings.states import State
from lending.clock import FixedClock
from lending.db.database import Database
from lending.db.schema import migrate
from lending.db.whole import is_empty
from lending.equity.record.verifying import verify_chain
from lending.migrations.metadata import metadata
from lending.settings import Settings
from lending.storing import FileStore
from tests.backup.booking import book
from tests.factories import NOW, Cast, approved, standing_cast
from tests.postgres import Server
from tests.support.every_table import fill_every_table
from tests.support.racing import start
from tests.web.stage import build_stage


def quiet(done: int, total: int) -> None:
    """Report to nobody."""


class House:
    """An installation: a database and a folder."""

    def __init__(self, url: str, instance: Path) -> None:
        self.instance = instance
        settings = Settings(url, instance, "tests only, and long enough")
        self.database = build_database(settings, FixedClock(NOW))

    def back_up(self, name: str, **more: str) -> tuple[Path, Manifest]:
        """Write an archive beside the instance's folder."""
        target = self.instance.with_name(name)
        return target, make_backup(self.database, self.instance, target, quiet, **more)

    def restore(self, archive: Path, replace: bool = False) -> Restored:
        """Restore an archive here."""
        return restore(self.database, self.instance, archive, quiet, replace=replace)

    def files(self) -> set[str]:
        """Return what lies in the folder, the database apart."""
        return {
            path.relative_to(self.instance).as_posix()
            for path in self.instance.rglob("*")
            if path.is_file() and not path.name.startswith("house.db")
        }


class Houses:
    """Makes places without any table, by their kind of database."""

    def __init__(self, folder: Path, lend: Callable[[], str]) -> None:
        self.made: list[House] = []
        self._folder = folder
        self._lend = lend

    def __call__(self, kind: str) -> House:
        """Make one more."""
        instance = self._folder / f"house-{len(self.made)}" / "instance"
        url = f"sqlite:///{instance / 'house.db'}" if kind == "sqlite" else self._lend()
        house = House(url, instance)
        self.made.append(house)
        if kind == "postgresql":
            metadata.drop_all(house.database.engine)
        return house


@dataclass(frozen=True)
class LivedIn:
    """A backup of an installation that was used, and what is in it."""

    archive: Path
    made: Manifest
    cast: Cast
    document: str


CONTENT = b"%PDF-1.7 une convention"


@pytest.fixture
def houses(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Houses]:
    with ExitStack() as stack:

        def lend() -> str:
            server: Server = request.getfixturevalue("postgres")
            return stack.enter_context(server.database())

        houses = Houses(tmp_path, lend)
        yield houses
        for house in houses.made:
            house.database.dispose()


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> LivedIn:
    """Back up an installation with something in every table, decisions and a file."""
    folder = tmp_path_factory.mktemp("lived-in")
    stage = build_stage(folder)
    granted = {stage.cast.tables: 2}
    approved(stage.database, stage.cast, {stage.cast.tables: 4}, granted=granted)
    fill_every_table(stage.database)
    name = FileStore(folder, "documents").save(CONTENT)
    archive = folder / "first.tar.gz"
    made = make_backup(stage.database, folder, archive, quiet)
    stage.database.dispose()
    return LivedIn(archive, made, stage.cast, name)


def test_every_table_and_file_comes_back_on_either_database_and_everything_goes_on(
    houses: Houses, lived_in: LivedIn
) -> None:
    assert lived_in.made.rows.keys() == metadata.tables.keys()
    assert all(lived_in.made.rows.values())
    archive = lived_in.archive
    for kind in ("postgresql", "postgresql", "sqlite"):
        house = houses(kind)
        assert house.restore(archive).aside == ()
        archive, made = house.back_up("again.tar.gz")
        assert made.database == kind
        assert made.sha256 == lived_in.made.sha256
        assert FileStore(house.instance, "documents").read(lived_in.document) == CONTENT
    for house in houses.made[1:]:
        assert_everything_goes_on(house.database, lived_in.cast)


def assert_everything_goes_on(database: Database, cast: Cast) -> None:
    """Decide once more: numbers follow those that were, the record grows and stays."""
    with database.read() as uow:
        ids = set(uow.session.scalars(select(Booking.id)))
        references = set(uow.session.scalars(select(Booking.reference)))
    decided = assert_the_record_holds(database)
    number = approved(database, cast, {cast.tables: 1})
    with database.read() as uow:
        booking = uow.session.get_one(Booking, number)
        assert number > max(ids)
        assert booking.reference not in references
    assert assert_the_record_holds(database) == decided + 1
    with pytest.raises(DatabaseError, match="stay as they were written"):
        database.write(lambda uow: uow.session.execute(text("DELETE FROM decision")))


def assert_the_record_holds(database: Database) -> int:
    """Return how many decisions it has."""
    with database.read() as uow:
        walked = [verify_chain(uow, lender.id) for lender in list_authorities(uow, None)]
    assert [found.first_break for found in walked] == [None] * len(walked)
    return sum(found.decisions for found in walked)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_sees_one_instant_while_another_process_books(houses: Houses, kind: str) -> None:
    old, new = houses(kind), houses("sqlite")
    migrate(old.database)
    cast = standing_cast(old.database)
    url = old.database.engine.url.render_as_string(hide_password=False)
    [booker] = start(book, [(url, cast.chairs, cast.choir, cast.town)])
    booker.hear()
    archive, _ = old.back_up("busy.tar.gz")
    booker.hear()
    booker.process.kill()
    booker.process.join()
    new.restore(archive)
    with new.database.read() as uow:
        states = uow.session.scalars(select(Booking.state)).all()
        lines = uow.session.scalar(select(func.count()).select_from(BookingLine))
        holds = uow.session.scalar(text("SELECT count(*) FROM hold"))
    assert states
    assert len(states) == lines
    assert len([state for state in states if state is not State.DRAFT]) == holds


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_only_who_asks_for_it_replaces_what_is_here_and_that_is_kept(
    houses: Houses, lived_in: LivedIn, kind: str
) -> None:
    house = houses(kind)
    archive, cast = lived_in.archive, lived_in.cast
    house.restore(archive)
    later = approved(house.database, cast, {cast.chairs: 1})
    newer = FileStore(house.instance, "documents").save(b"later")
    with pytest.raises(BackupError, match="--replace"):
        house.restore(archive)
    with house.database.read() as uow:
        assert uow.session.get(Booking, later) is not None
    aside = house.restore(archive, replace=True).aside
    _, again = house.back_up("second.tar.gz")
    assert again.sha256 == lived_in.made.sha256
    documents = FileStore(house.instance, "documents")
    assert (documents.read(lived_in.document) is None, documents.read(newer)) == (False, None)
    assert len(aside) == 2
    assert (house.instance / "before-20260302-080000" / "documents" / newer).is_file()
    if kind == "sqlite":
        kept = Database(f"sqlite:///{aside[0]}")
        with kept.read() as uow:
            assert uow.session.get(Booking, later) is not None
        kept.dispose()
    else:
        with house.database.read() as uow:
            query = f"SELECT id FROM before_20260302_080000.booking WHERE id = {later}"
            assert uow.session.scalar(text(query)) == later


def cut(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-200])


def flip(archive: Path) -> None:
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 0xFF
    archive.write_bytes(content)


def rewrite(archive: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Change the members of an archive, which stays readable."""
    with tarfile.open(archive) as tar:
        found = {each.name: tar.extractfile(each).read() for each in tar}  # type: ignore[union-attr]
    change(found)
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in found.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def alter(archive: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        rows = members["tables/organisation.jsonl"]
        members["tables/organisation.jsonl"] = rows.replace(b"Chorale", b"Kermess")

    rewrite(archive, change)


def climb(archive: Path) -> None:
    rewrite(archive, lambda members: members.update({"files/../../escaped": b"x"}))


def come_from_later(archive: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        manifest = json.loads(members[MANIFEST])
        members[MANIFEST] = json.dumps(manifest | {"revision": "20990101"}).encode()

    rewrite(archive, change)


def lose_a_row(archive: Path) -> None:
    """Take away a row that others refer to, and hash anew, as a careless hand would."""

    def change(members: dict[str, bytes]) -> None:
        name = "tables/organisation.jsonl"
        lines = members[name].splitlines(keepends=True)
        members[name] = b"".join([lines[0], *lines[2:]])
        manifest = json.loads(members[MANIFEST])
        manifest["sha256"][name] = hashlib.sha256(members[name]).hexdigest()
        manifest["rows"]["organisation"] -= 1
        members[MANIFEST] = json.dumps(manifest).encode()

    rewrite(archive, change)


def be_no_archive(archive: Path) -> None:
    archive.write_bytes(gzip.compress(b"no tar"))


@pytest.mark.parametrize(
    ("damage", "kind", "told"),
    [
        (cut, "sqlite", "damaged|not whole"),
        (flip, "sqlite", "damaged|not whole"),
        (alter, "sqlite", "organisation"),
        (climb, "sqlite", "what no backup does"),
        (come_from_later, "sqlite", "Install that version first"),
        (be_no_archive, "sqlite", "damaged"),
        (lose_a_row, "sqlite", "Nothing was restored"),
        (lose_a_row, "postgresql", "Nothing was restored"),
    ],
)
def test_what_cannot_be_restored_whole_changes_nothing(
    houses: Houses,
    lived_in: LivedIn,
    tmp_path: Path,
    damage: Callable[[Path], None],
    kind: str,
    told: str,
) -> None:
    new = houses(kind)
    archive = Path(shutil.copy(lived_in.archive, tmp_path / "damaged.tar.gz"))
    damage(archive)
    with pytest.raises(BackupError, match=told):
        new.restore(archive)
    assert is_empty(new.database.engine)
    assert new.files() == set()


def test_a_file_that_others_have_open_is_not_replaced(houses: Houses, lived_in: LivedIn) -> None:
    house = houses("sqlite")
    house.restore(lived_in.archive)
    other = Database(house.database.engine.url.render_as_string())
    with other.read() as uow:
        uow.session.scalar(text("SELECT 1 FROM booking"))
        with pytest.raises(BackupError, match="Stop the web server"):
            house.restore(lived_in.archive, replace=True)
    other.dispose()
    assert not is_empty(house.database.engine)


def test_the_secret_key_travels_only_when_asked_for(houses: Houses) -> None:
    old, new = houses("sqlite"), houses("sqlite")
    migrate(old.database)
    (old.instance / "secret_key").write_text("kept in the folder")
    plain, _ = old.back_up("plain.tar.gz")
    assert "secret_key" not in verify(plain, quiet).sha256
    full, _ = old.back_up("full.tar.gz", secret_key="the key")
    assert full.stat().st_mode & 0o077 == 0
    new.restore(full)
    assert (new.instance / "secret_key").read_text() == "the key"
    assert (new.instance / "secret_key").stat().st_mode & 0o077 == 0


def test_a_backup_never_takes_the_place_of_another(houses: Houses) -> None:
    house = houses("sqlite")
    migrate(house.database)
    archive, _ = house.back_up("first.tar.gz")
    content = archive.read_bytes()
    with pytest.raises(BackupError, match="already"):
        house.back_up("first.tar.gz")
    assert archive.read_bytes() == content
