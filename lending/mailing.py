"""Hand a mail to the server that the settings name. Contains no business logic."""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum

PATIENCE = 30
"""Seconds to wait for the server's answer."""


class Security(StrEnum):
    """How the connection to the mail server is kept secret."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


class MailError(Exception):
    """A mail could not be handed over; the text says why, in English."""


@dataclass(frozen=True)
class MailServer:
    """Where mails are handed over, and as whom."""

    host: str
    port: int = 0
    """0: the usual one."""
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""

    def send(self, message: EmailMessage) -> None:
        """Hand a mail over; who it is from is filled in.

        Raises:
            MailError: the server cannot be reached, offers no secret connection where one is
                asked for, or takes the mail from us for nobody.
        """
        del message["From"]
        message["From"] = self.sender
        try:
            with self._connect() as connection:
                if self.user:
                    connection.login(self.user, self.password)
                connection.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(f"{self.host}: {type(error).__name__}: {error}") from error

    def _connect(self) -> smtplib.SMTP:
        port = self.port or PORTS[self.security]
        if self.security is Security.TLS:
            secret = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, port, timeout=PATIENCE, context=secret)
        connection = smtplib.SMTP(self.host, port, timeout=PATIENCE)
        if self.security is Security.STARTTLS:
            try:
                connection.starttls(context=ssl.create_default_context())
            except BaseException:
                connection.close()
                raise
        return connection
