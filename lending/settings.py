"""Everything an installation can set, read once from the environment."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from lending.errors import SettingsError
from lending.mailing import MailServer, Security

PREFIX = "TRETEAU_"
MAP_TILES = re.compile(r"(https?://[\w.-]+(:\d+)?)?/(?!/)[^\s;,'\"<>]*")
"""An address on another server, or below this one's."""


@dataclass(frozen=True)
class Settings:
    """The settings of one installation; see docs/administration/settings.md for each."""

    database_url: str
    instance: Path
    secret_key: str
    demo: bool = False
    debug: bool = False
    secure_cookies: bool = True
    behind_proxies: int = 0
    public_url: str = "http://127.0.0.1:5000"
    feed_gzip: bool = True
    metrics: bool = False
    fetch_allow: tuple[IPv4Network | IPv6Network, ...] = ()
    roads: str = ""
    web_workers: int = 2
    web_threads: int = 4
    session_days: int = 30
    sign_in_attempts: int = 8
    log_level: str = "INFO"
    map_tiles: str = ""
    map_attribution: str = ""
    smtp_host: str = ""
    smtp_port: int = 0
    smtp_security: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    mail_from: str = ""
    message_days: int = 400
    witness_email: str = ""
    backup_dir: Path | None = None

    @property
    def backups_apart(self) -> tuple[Path, ...]:
        """The folder of backups, which no backup holds."""
        return (self.backup_dir,) if self.backup_dir else ()

    @property
    def mail_server(self) -> MailServer | None:
        """Where mails are handed over; none if no server is named."""
        if not self.smtp_host:
            return None
        return MailServer(
            host=self.smtp_host,
            port=self.smtp_port,
            security=Security(self.smtp_security),
            user=self.smtp_user,
            password=self.smtp_password,
            sender=self.mail_from,
        )

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings from the environment.

        A secret can also be given as the path of a file that holds it, under its name with
        `_FILE` behind it.

        Raises:
            SettingsError: a value cannot be used, is missing, or a TRETEAU_ name is unknown.
        """
        return _Reader(os.environ if environ is None else environ).settings()


class _Reader:
    """Turns names and texts of the environment into typed values, loudly."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def settings(self) -> Settings:
        self._refuse_unknown()
        instance = Path(self._text("TRETEAU_INSTANCE", "instance")).expanduser().absolute()
        demo = self._flag("TRETEAU_DEMO", Settings.demo)
        debug = self._flag("TRETEAU_DEBUG", Settings.debug)
        return Settings(
            instance=instance,
            database_url=_with_driver(
                self._secret("DATABASE_URL") or f"sqlite:///{instance / 'treteau.db'}"
            ),
            secret_key=self._secret("TRETEAU_SECRET_KEY") or _kept_secret(instance),
            demo=demo,
            debug=debug,
            secure_cookies=self._flag("TRETEAU_SECURE_COOKIES", not (demo or debug)),
            behind_proxies=self._count("TRETEAU_BEHIND_PROXIES", Settings.behind_proxies, 0),
            public_url=self._text("TRETEAU_PUBLIC_URL", Settings.public_url).rstrip("/"),
            feed_gzip=self._flag("TRETEAU_FEED_GZIP", Settings.feed_gzip),
            metrics=self._flag("TRETEAU_METRICS", Settings.metrics),
            fetch_allow=self._networks("TRETEAU_FETCH_ALLOW"),
            roads=self._roads("TRETEAU_ROADS"),
            web_workers=self._count("TRETEAU_WEB_WORKERS", Settings.web_workers, 1),
            web_threads=self._count("TRETEAU_WEB_THREADS", Settings.web_threads, 1),
            session_days=self._count("TRETEAU_SESSION_DAYS", Settings.session_days, 1),
            sign_in_attempts=self._count("TRETEAU_SIGN_IN_ATTEMPTS", Settings.sign_in_attempts, 1),
            log_level=self._choice(
                "TRETEAU_LOG_LEVEL", Settings.log_level, ("DEBUG", "INFO", "WARNING", "ERROR")
            ),
            message_days=self._count("TRETEAU_MESSAGE_DAYS", Settings.message_days, 30),
            map_tiles=self._tiles("TRETEAU_MAP_TILES"),
            map_attribution=self._text("TRETEAU_MAP_ATTRIBUTION", Settings.map_attribution),
            backup_dir=self._folder("TRETEAU_BACKUP_DIR"),
            **self._mail(),
        )

    def _mail(self) -> dict[str, Any]:
        host = self._text("TRETEAU_SMTP_HOST", "")
        sender = self._mail_address("TRETEAU_MAIL_FROM")
        witness = self._mail_address("TRETEAU_WITNESS_EMAIL")
        if host and not sender:
            raise SettingsError("TRETEAU_MAIL_FROM: write the address that mails come from.")
        if witness and not host:
            raise SettingsError("TRETEAU_WITNESS_EMAIL: name a mail server in TRETEAU_SMTP_HOST.")
        return {
            "smtp_host": host,
            "smtp_port": self._count("TRETEAU_SMTP_PORT", Settings.smtp_port, 0),
            "smtp_security": self._choice(
                "TRETEAU_SMTP_SECURITY",
                Settings.smtp_security.upper(),
                tuple(way.upper() for way in Security),
            ).lower(),
            "smtp_user": self._text("TRETEAU_SMTP_USER", ""),
            "smtp_password": self._secret("TRETEAU_SMTP_PASSWORD"),
            "mail_from": sender,
            "witness_email": witness,
        }

    def _mail_address(self, name: str) -> str:
        value = self._text(name, "")
        try:
            return validate_email(value, check_deliverability=False).normalized if value else ""
        except EmailNotValidError as error:
            raise SettingsError(f"{name}: write one e-mail address, not {value!r}.") from error

    def _refuse_unknown(self) -> None:
        known = {PREFIX + field.name.upper() for field in fields(Settings)} - {
            "TRETEAU_DATABASE_URL"
        }
        known |= {"TRETEAU_SECRET_KEY_FILE", "TRETEAU_SMTP_PASSWORD_FILE"}
        unknown = sorted(n for n in self.environ if n.startswith(PREFIX) and n not in known)
        if unknown:
            raise SettingsError(f"Unknown settings: {', '.join(unknown)}. Remove or correct them.")

    def _text(self, name: str, default: str) -> str:
        return self.environ.get(name, "").strip() or default

    def _folder(self, name: str) -> Path | None:
        value = self._text(name, "")
        return Path(value).expanduser().absolute() if value else None

    def _secret(self, name: str) -> str:
        path = self.environ.get(f"{name}_FILE", "").strip()
        if not path:
            return self._text(name, "")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{name}_FILE: cannot read {path} ({error.strerror}).") from error

    def _flag(self, name: str, default: bool) -> bool:
        value = self._text(name, "yes" if default else "no").lower()
        if value in ("1", "yes", "true", "on"):
            return True
        if value in ("0", "no", "false", "off"):
            return False
        raise SettingsError(f"{name}: write yes or no, not {value!r}.")

    def _count(self, name: str, default: int, least: int) -> int:
        value = self._text(name, str(default))
        if not value.isdecimal() or int(value) < least:
            raise SettingsError(f"{name}: write a whole number from {least}, not {value!r}.")
        return int(value)

    def _networks(self, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
        try:
            return tuple(
                ip_network(part.strip()) for part in self._text(name, "").split(",") if part
            )
        except ValueError as error:
            raise SettingsError(
                f"{name}: write networks such as 10.12.0.0/16, separated by commas ({error})."
            ) from error

    def _roads(self, name: str) -> str:
        value = self._text(name, "").rstrip("/")
        kind, _, address = value.partition(":")
        try:
            parts = urlsplit(address)
            is_right = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            is_right = False
        is_plain = not set("?#@") & set(address) and address.isascii() and address.isprintable()
        if value and not (kind in ("osrm", "valhalla") and is_right and is_plain):
            raise SettingsError(
                f"{name}: write osrm: or valhalla: and an address, such as"
                f" osrm:https://roads.example, not {value!r}."
            )
        return value

    def _tiles(self, name: str) -> str:
        value = self._text(name, "")
        template = all(part in value for part in ("{z}", "{x}", "{y}"))
        if value and not (MAP_TILES.fullmatch(value) and (template or value.endswith(".pmtiles"))):
            raise SettingsError(
                f"{name}: write https://…{{z}}…{{x}}…{{y}}…, or the address of a .pmtiles file,"
                f" not {value!r}."
            )
        return value

    def _choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self._text(name, default).upper()
        if value not in choices:
            raise SettingsError(f"{name}: write one of {', '.join(choices)}, not {value!r}.")
        return value


def _with_driver(url: str) -> str:
    """Name the driver we ship when the address leaves it open."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError(
            "DATABASE_URL: write sqlite:////absolute/path.db or postgresql://user:password@host/name."
        )
    return url


def _kept_secret(instance: Path) -> str:
    """Return the secret kept in the instance folder, made on first use, readable by us alone."""
    path = instance / "secret_key"
    try:
        instance.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            draft = instance / f".secret_key.{os.getpid()}"
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(secrets.token_urlsafe(48))
            # A link appears whole or not at all: of several first processes, one secret wins.
            with suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(
            f"TRETEAU_INSTANCE: cannot write in {instance} ({error.strerror})."
        ) from error
