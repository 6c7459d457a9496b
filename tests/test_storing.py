"""Files outside the database."""

import os
import time
from pathlib import Path

from lending.storing import SETTLED_SECONDS, FileStore


def test_a_file_is_read_under_the_hash_of_its_content_and_kept_once(tmp_path: Path) -> None:
    store = FileStore(tmp_path, "papers")
    name = store.save(b"insured")
    assert store.save(b"insured") == name
    assert store.read(name) == b"insured"
    assert store.has(name)
    assert [path.name for path in (tmp_path / "papers").iterdir()] == [name]


def test_nothing_is_read_outside_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("hidden")
    store = FileStore(tmp_path, "papers")
    assert store.read("../secret_key") is None
    assert store.read("0" * 64) is None
    assert not store.has("../secret_key")


def test_what_nothing_names_is_removed_once_it_is_a_day_old(tmp_path: Path) -> None:
    store = FileStore(tmp_path, "papers")
    used, young, old = store.save(b"used"), store.save(b"young"), store.save(b"old")
    long_ago = time.time() - SETTLED_SECONDS - 1
    for name in (used, old):
        os.utime(tmp_path / "papers" / name, (long_ago, long_ago))
    assert store.remove_others({used}) == 1
    assert [store.read(name) is None for name in (used, young, old)] == [False, False, True]
