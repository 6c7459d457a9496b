"""Somebody with a telephone: `python -m tests.concurrency.scanner URL BOOKING CODE`.

Says when it is ready, waits for a line, scans the label for the booking, and tells what it heard.
"""

import json
import sys

import lending.migrations.metadata  # noqa: F401 - every table, as in the application
from lending.accounts.permissions import SYSTEM
from lending.db.database import Database
from lending.errors import LendingError
from lending.handover.assigning import assign_code


def main(url: str, booking_id: int, code: str) -> None:
    """Scan once."""
    database = Database(url)
    with database.read() as uow:
        uow.session.connection()  # nobody wins by connecting first
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        database.write(lambda uow: assign_code(uow, SYSTEM, booking_id, code))
        told = {"code": "chosen"}
    except LendingError as error:
        told = {"code": error.code, **error.data}
    print(json.dumps(told), flush=True)
    database.dispose()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
