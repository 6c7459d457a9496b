"""Files outside the database, each under the hash of its content. Contains no business logic."""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Collection
from pathlib import Path

SETTLED_SECONDS = 24 * 3600
"""A file is written before its row names it; after this time the row is there or never will be."""

DRAFT = ".draft"
"""How files end that are being written."""

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
        write_whole(path, content)
        return name

    def read(self, name: str) -> bytes | None:
        """Return a file's content, or None when there is none of this name."""
        path = self._folder / name
        return path.read_bytes() if _NAME.fullmatch(name) and path.is_file() else None

    def has(self, name: str) -> bool:
        """Return whether there is a file of this name."""
        return bool(_NAME.fullmatch(name)) and (self._folder / name).is_file()

    def remove_others(self, used: Collection[str]) -> int:
        """Remove the files of other names; return how many. See `remove_unused`."""
        return remove_unused(self._folder, lambda path: path.name in used)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, whoever writes it at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}{DRAFT}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def remove_unused(folder: Path, is_used: Callable[[Path], bool]) -> int:
    """Remove the files of a folder that nothing uses, and drafts of them; return how many.

    What is younger than a day stays: its row may be about to be written.
    """
    removed = 0
    for path in folder.glob("*"):
        if is_used(path):
            continue
        try:
            if time.time() - path.stat().st_mtime > SETTLED_SECONDS:
                path.unlink()
                removed += 1
        except FileNotFoundError:
            continue  # another worker was faster
    return removed
