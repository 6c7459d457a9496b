"""Files outside the database, each under the hash of its content. Contains no business logic."""

import hashlib
import os
import re
import time
from collections.abc import Collection
from pathlib import Path

SETTLED_SECONDS = 24 * 3600
"""A file is written before its row names it; after this time the row is there or never will be."""

_NAME = re.compile(r"[0-9a-f]{64}")


class FileStore:
    """A folder of files that never change, outside the web root."""

    def __init__(self, instance: Path, folder: str) -> None:
        self.instance = instance
        self._folder = instance / folder

    def save(self, content: bytes) -> str:
        """Keep a file and return its name, its SHA-256; the same content has the same name."""
        name = hashlib.sha256(content).hexdigest()
        path = self._folder / name
        if path.is_file():
            os.utime(path)  # young again: the row that names it is being written
            return name
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"{name}.{os.getpid()}"
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        return name

    def read(self, name: str) -> bytes | None:
        """Return a file's content, or None when there is none of this name."""
        path = self._folder / name
        return path.read_bytes() if _NAME.fullmatch(name) and path.is_file() else None

    def has(self, name: str) -> bool:
        """Return whether there is a file of this name."""
        return bool(_NAME.fullmatch(name)) and (self._folder / name).is_file()

    def remove_others(self, used: Collection[str]) -> int:
        """Remove the files of other names, and what was left half written; return how many.

        What is younger than a day stays: its row may be about to be written.
        """
        removed = 0
        for path in self._folder.glob("*"):
            if path.name in used:
                continue
            try:
                if time.time() - path.stat().st_mtime > SETTLED_SECONDS:
                    path.unlink()
                    removed += 1
            except FileNotFoundError:
                continue  # another worker was faster
        return removed
