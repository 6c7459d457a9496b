"""What is wrong with an installation, and what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryFile

from sqlalchemy.exc import SQLAlchemyError

from lending.authorities.queries import has_authorities
from lending.bookings.shortages import overbooked
from lending.db.database import Database, UnitOfWork
from lending.db.schema import pending_migrations
from lending.documents.printing import REMEDY, can_print
from lending.jobs.backups import TOO_OLD, last_backup
from lending.jobs.declared import JOBS
from lending.jobs.lease import find_leader
from lending.jobs.queries import read_jobs
from lending.notifications.failing import count_trouble
from lending.settings import Settings

PACKAGE = Path(__file__).resolve().parent
LEAST_SECRET = 32


class Health(StrEnum):
    """How bad a finding is."""

    GOOD = "ok"
    DOUBTFUL = "look"
    BAD = "BAD"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    health: Health
    what: str
    remedy: str = ""


def examine(settings: Settings, database: Database) -> Iterator[Finding]:
    """Yield what was found, one thing after the other.

    Nothing is changed, but that folders which are missing are made.
    """
    yield from _settings(settings)
    yield from _mail(settings)
    yield from _folder(settings.instance)
    yield from _files()
    yield from _printing()
    try:
        pending = pending_migrations(database)
    except SQLAlchemyError as error:
        reason = str(error).splitlines()[0]
        yield Finding(Health.BAD, f"The database does not answer: {reason}", "Check DATABASE_URL.")
        return
    if pending:
        what = f"{len(pending)} migrations are pending"
        yield Finding(Health.BAD, what, "Run: treteau migrate")
        return
    yield Finding(Health.GOOD, f"The database is up to date ({database.engine.dialect.name})")
    yield from _contents(database)
    yield from _backups(settings.backup_dir, database)
    yield from _jobs(database)


def _settings(settings: Settings) -> Iterator[Finding]:
    yield _judge(
        len(settings.secret_key) >= LEAST_SECRET,
        "The secret key is long enough",
        Health.BAD,
        "The secret key is short: anybody could forge a form.",
        "Set TRETEAU_SECRET_KEY to 32 random characters or more, or unset it.",
    )
    yield _judge(
        not (settings.demo or settings.debug),
        "No demonstration, no debugging",
        Health.DOUBTFUL,
        "This is a demonstration or a debugging installation.",
        "Unset TRETEAU_DEMO and TRETEAU_DEBUG before real people use it.",
    )
    yield _judge(
        settings.secure_cookies and settings.public_url.startswith("https://"),
        "Sessions travel over https only",
        Health.DOUBTFUL,
        "Sessions may travel in the clear.",
        "Serve over https, set TRETEAU_PUBLIC_URL=https://… and TRETEAU_SECURE_COOKIES=yes.",
    )


def _mail(settings: Settings) -> Iterator[Finding]:
    yield _judge(
        settings.mail_server is not None,
        f"Mails are handed to {settings.smtp_host}",
        Health.DOUBTFUL,
        "No mail leaves: associations without an account hear nothing.",
        "Set TRETEAU_SMTP_HOST and TRETEAU_MAIL_FROM, then try: treteau mail test ADDRESS",
    )


def _folder(instance: Path) -> Iterator[Finding]:
    try:
        instance.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=instance):
            yield Finding(Health.GOOD, f"{instance} can be written in")
    except OSError as error:
        what = f"{instance} cannot be written in: {error.strerror}"
        yield Finding(Health.BAD, what, "Give the service's user the folder.")


def _files() -> Iterator[Finding]:
    yield _judge(
        (PACKAGE / "static" / "vendor" / "manifest.json").is_file(),
        "The front-end libraries are there",
        Health.BAD,
        "The front-end libraries are missing: pages have no style.",
        "In a checkout: make assets. Otherwise install the wheel again.",
    )
    yield _judge(
        any((PACKAGE / "translations").rglob("*.mo")),
        "The translations are compiled",
        Health.BAD,
        "The translations are not compiled: French pages would be English.",
        "In a checkout: make translations. Otherwise install the wheel again.",
    )


def _printing() -> Iterator[Finding]:
    yield _judge(
        can_print(),
        "Documents can be printed",
        Health.BAD,
        "Documents cannot be printed: the system lacks Pango.",
        f"On Debian: {REMEDY}",
    )


def _contents(database: Database) -> Iterator[Finding]:
    with database.read() as uow:
        yield _judge(
            has_authorities(uow),
            "Somebody lends here",
            Health.DOUBTFUL,
            "There is no authority yet.",
            "Sign in as an administrator and create one.",
        )
        leader = find_leader(uow)
        yield _judge(
            leader is not None and leader.is_alive,
            "A worker is running",
            Health.BAD,
            "No worker is running: options do not lapse, nobody on a waiting list is served.",
            "Start: treteau worker",
        )
        yield from examine_mails(uow)
        short = overbooked(uow, int(uow.now.timestamp()))
        yield _judge(
            not short,
            "Nothing is promised twice",
            Health.DOUBTFUL,
            f"{len(short)} items are promised more often than they exist.",
            "See the page of shortages: stock fell, or loans are late.",
        )


def examine_mails(uow: UnitOfWork) -> Iterator[Finding]:
    """Yield whether mails have failed, and whether some are stuck."""
    trouble = count_trouble(uow)
    yield _judge(
        not trouble.failed,
        "No mail has failed",
        Health.DOUBTFUL,
        f"{trouble.failed} mails have failed.",
        "See the page of mails that failed, under messages.",
    )
    yield _judge(
        not trouble.stuck,
        "No mail is stuck",
        Health.DOUBTFUL,
        f"{trouble.stuck} mails are tried again and again: {trouble.reason}",
        "Try: treteau mail test ADDRESS",
    )


def _backups(folder: Path | None, database: Database) -> Iterator[Finding]:
    if folder is None:
        what = "No backup is made here by itself."
        remedy = "Set TRETEAU_BACKUP_DIR, or see to it elsewhere: treteau backup FILE"
        yield Finding(Health.DOUBTFUL, what, remedy)
        return
    yield from _folder(folder)
    with database.read() as uow:
        last = last_backup(uow)
        yield _judge(
            last is not None and uow.now - last.made_at <= TOO_OLD,
            "The last good backup is fresh",
            Health.BAD,
            f"The last good backup is of {last.made_at:%Y-%m-%d %H:%M} UTC."
            if last
            else "There is no good backup yet.",
            "Look at the page of jobs for the reason, then run it from there.",
        )


def _jobs(database: Database) -> Iterator[Finding]:
    with database.read() as uow:
        failing = [job.name for job in read_jobs(uow, JOBS).jobs if job.failing]
    yield _judge(
        not failing,
        "No job is failing",
        Health.DOUBTFUL,
        f"These jobs failed since they were last done: {', '.join(failing)}.",
        "The page of jobs says why.",
    )


def _judge(good: bool, when_good: str, otherwise: Health, what: str, remedy: str) -> Finding:
    return Finding(Health.GOOD, when_good) if good else Finding(otherwise, what, remedy)


def report(findings: Iterator[Finding], say: Callable[[str], object]) -> bool:
    """Say each finding in a line, with its remedy below; return whether none is bad."""
    bad = False
    for finding in findings:
        say(f"{finding.health:5} {finding.what}")
        if finding.remedy:
            say(f"      -> {finding.remedy}")
        bad = bad or finding.health is Health.BAD
    return not bad
