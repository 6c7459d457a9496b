"""The archive: a compressed tar whose last member, the manifest, vouches for all others."""

import gzip
import hashlib
import io
import json
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from lending.errors import LendingError

FORMAT = 1
MANIFEST = "manifest.json"
SECRET_KEY = "secret_key"  # noqa: S105 - the name of a file
TABLES = "tables/"
FILES = "files/"
CHUNK = 1 << 20

_NAME = re.compile(rf"{SECRET_KEY}|{TABLES}\w+\.jsonl|{FILES}\w[\w.-]*(/\w[\w.-]*)+", re.ASCII)

Report = Callable[[int, int], None]
"""Told how much is done, of how much."""


class BackupError(LendingError):
    """A backup cannot be made or restored; nothing was changed."""

    code = "backup"


@dataclass
class Manifest:
    """What an archive holds, and what it was made of."""

    version: str
    """Of the program."""
    database: str
    revision: str
    """Which tables the rows fit."""
    made_at: datetime
    format: int = FORMAT
    rows: dict[str, int] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """Return what is written."""
        values = asdict(self) | {"made_at": self.made_at.isoformat()}
        return json.dumps(values, indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Manifest":
        """Read what was written.

        Raises:
            BackupError: it is no manifest, or one of a later form.
        """
        try:
            values: dict[str, Any] = json.loads(content)
            if values["format"] > FORMAT:
                raise BackupError(
                    f"The archive was made by Tréteau {values['version']}, which is newer than"
                    " this one. Install that version first."
                )
            return cls(**values | {"made_at": datetime.fromisoformat(values["made_at"])})
        except (ValueError, KeyError, TypeError) as error:
            raise BackupError("The archive is damaged: its manifest cannot be read.") from error


def is_name(name: str) -> bool:
    """Return whether a backup may have a member of this name."""
    return _NAME.fullmatch(name) is not None


class ArchiveWriter:
    """Writes members one after the other, and the manifest at the end."""

    def __init__(self, file: IO[bytes], manifest: Manifest) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w:gz", compresslevel=6)  # noqa: SIM115
        self.manifest = manifest

    def __enter__(self) -> "ArchiveWriter":
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write the manifest; without it, nobody takes the archive for whole."""
        if error is None:
            content = self.manifest.to_json()
            self._add(MANIFEST, io.BytesIO(content), len(content))
        self._tar.close()

    def add(self, name: str, source: IO[bytes]) -> None:
        """Add what can be read from a file, from its beginning."""
        size = source.seek(0, io.SEEK_END)
        source.seek(0)
        hashing = Hashing(source)
        self._add(name, hashing, size)
        self.manifest.sha256[name] = hashing.hexdigest()

    def _add(self, name: str, source: "IO[bytes] | Hashing", size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size = size
        member.mode = 0o600
        member.mtime = int(self.manifest.made_at.timestamp())
        # Only read() is asked of it.
        self._tar.addfile(member, source)


class Hashing:
    """Reads from a file and hashes what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        with _damage_told():
            found = self._source.read(size)
        self._hash.update(found)
        return found

    def lines(self) -> Iterator[bytes]:
        """Yield the lines that are left."""
        with _damage_told():
            for line in self._source:
                self._hash.update(line)
                yield line

    def hexdigest(self) -> str:
        """Return the hash of all that was read."""
        return self._hash.hexdigest()


def members(path: Path, report: Report) -> Iterator[tuple[str, Hashing]]:
    """Yield every member with its name; each has to be read before the next is asked for.

    Raises:
        BackupError: the file is no archive, or a damaged one.
    """
    size = path.stat().st_size
    with _damage_told(), path.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:gz") as tar:
        for member in tar:
            source = tar.extractfile(member)
            if source is None or not (member.name == MANIFEST or is_name(member.name)):
                raise BackupError(f"The archive holds what no backup does: {member.name}")
            yield member.name, Hashing(source)
            report(raw.tell(), size)


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise BackupError(f"The archive is damaged: {error}") from error


def verify(path: Path, report: Report) -> Manifest:
    """Read the whole archive and return its manifest.

    Raises:
        BackupError: something is missing, was added or altered.
    """
    found: dict[str, str] = {}
    manifest = None
    for name, content in members(path, report):
        if name == MANIFEST:
            manifest = Manifest.from_json(content.read())
            continue
        while content.read(CHUNK):
            pass
        found[name] = content.hexdigest()
    if manifest is None:
        raise BackupError("The archive is not whole: its end is missing.")
    differing = found.items() ^ manifest.sha256.items()
    if differing:
        name = min(name for name, _ in differing)
        raise BackupError(f"The archive is damaged: {name} is not what was written.")
    return manifest
