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
    """A mail could not be handed over now; the text says why, in English."""


class ServerAway(MailError):
    """The server cannot be reached, or does not let us in: no mail would do better."""


class MailRefused(MailError):
    """The server refuses this mail for good: trying again is of no use."""


class AddressRefused(MailRefused):
    """The server knows nobody at this address."""


NOBODY_THERE = frozenset({550, 551, 553, 556})
"""What servers answer about an address, unless 5.7 follows: that is about who writes."""


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
            ServerAway: the server cannot be reached, does not let us in, or offers no secret
                connection where one is asked for.
            MailRefused: the server does not take this mail, now or later (5xx).
            AddressRefused: for want of anybody at the address.
            MailError: it does not take it now (4xx).
        """
        del message["From"]
        message["From"] = self.sender
        # Before an address is named nothing can be wrong with it. A certificate that is not
        # trusted is a ValueError, too.
        try:
            with self._connect() as connection:
                self._sign_in(connection)
                self._hand_over(connection, message)
        except (OSError, ValueError) as error:
            raise self._away(error) from error

    def _sign_in(self, connection: smtplib.SMTP) -> None:
        if not self.user:
            return
        try:
            connection.login(self.user, self.password)
        except UnicodeEncodeError:  # which would show a letter of the password
            text = "TRETEAU_SMTP_USER and TRETEAU_SMTP_PASSWORD must be plain ASCII"
            raise ServerAway(f"{self.host}: {text}") from None

    def _hand_over(self, connection: smtplib.SMTP, message: EmailMessage) -> None:
        try:
            connection.send_message(message)
        except OSError as error:
            raise self._told(error) from error
        except ValueError as error:  # what no server can be asked, such as a broken address
            raise AddressRefused(str(error)) from error

    def _away(self, error: Exception) -> ServerAway:
        return ServerAway(f"{self.host}: {type(error).__name__}: {error}")

    def _told(self, error: Exception) -> MailError:
        answer: bytes | str
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            code, answer = next(iter(error.recipients.values()))
        elif isinstance(error, smtplib.SMTPDataError):
            code, answer = error.smtp_code, error.smtp_error
        elif isinstance(error, smtplib.SMTPNotSupportedError) and self.sender.isascii():
            # an accent in the address that it goes to
            return MailRefused(f"{self.host}: {error}")
        else:
            return self._away(error)
        said = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
        text = f"{self.host}: {code} {said}"
        if code < 500:
            return MailError(text)
        is_address = code in NOBODY_THERE and not said.startswith("5.7.")
        is_address = is_address and isinstance(error, smtplib.SMTPRecipientsRefused)
        return AddressRefused(text) if is_address else MailRefused(text)

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
