"""A small demonstration, loaded once for all processes of a test run, and copied."""

import fcntl
import shutil
from pathlib import Path

from lending.app import build_database
from lending.db.schema import migrate
from lending.demo.load import load_demo
from lending.settings import Settings

REQUESTS = 40
"""Of its season: enough for every state, every kind of feed, and a July to decide on."""


def settings_at(folder: Path) -> Settings:
    """Return the settings of an installation on SQLite in a folder."""
    return Settings(
        database_url=f"sqlite:///{folder / 'demo.db'}",
        instance=folder,
        secret_key="of a test, and long enough",
        secure_cookies=False,
    )


def demonstration(shared: Path, folder: Path) -> Settings:
    """Copy the demonstration into a folder; load it first if nobody has.

    `shared` is a folder that all processes of the run know.
    """
    with (shared / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        model = shared / "demonstration"
        if not model.is_dir():
            draft = shared / "demonstration.draft"
            draft.mkdir()
            database = build_database(settings_at(draft))
            migrate(database)
            load_demo(database, requests=REQUESTS, instance=draft)
            database.dispose()
            draft.rename(model)
    shutil.copytree(model, folder, dirs_exist_ok=True)
    return settings_at(folder)
