"""A worker in a process of its own (see test_two_workers.py)."""

from lending.db.database import Database
from lending.mailing import MailServer, Security
from lending.notifications.delivering import mail_what_waits
from tests.notifications.conftest import PUBLIC_URL, SENDER


def work(url: str, port: int) -> None:
    """Mail what waits in the database at an address, over the server at a port."""
    server = MailServer("127.0.0.1", port, Security.NONE, sender=SENDER)
    mail_what_waits(Database(url), server, PUBLIC_URL)
