"""Somebody with a telephone, who scans a label for a booking, and tells what the screen says."""

from multiprocessing.connection import Connection

import lending.migrations.metadata  # noqa: F401 - every table, as in the application
from lending.accounts.permissions import SYSTEM
from lending.db.database import Database
from lending.errors import LendingError
from lending.handover.assigning import assign_code
from tests.support.racing import wait_for_all


def scan(line: Connection, booking_id: int, url: str, code: str) -> None:
    """Scan once."""
    database = Database(url)
    with database.read() as uow:
        uow.session.connection()  # nobody wins by connecting first
    wait_for_all(line, "ready")
    try:
        database.write(lambda uow: assign_code(uow, SYSTEM, booking_id, code))
        told = {"code": "chosen"}
    except LendingError as error:
        told = {"code": error.code, **error.data}
    line.send(told)
    database.dispose()
