"""A worker in a process of its own: `python -m tests.notifications.process URL PORT`."""

import sys

from lending.db.database import Database
from lending.mailing import MailServer, Security
from lending.notifications.delivering import mail_what_waits
from tests.notifications.conftest import PUBLIC_URL, SENDER


def main() -> None:
    """Mail what waits in the database at an address, over the server at a port."""
    server = MailServer("127.0.0.1", int(sys.argv[2]), Security.NONE, sender=SENDER)
    mail_what_waits(Database(sys.argv[1]), server, PUBLIC_URL)


if __name__ == "__main__":
    main()
