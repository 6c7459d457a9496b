"""Two workers on one outbox: each mail leaves once."""

import subprocess
import sys
from collections import Counter

from lending.db.database import Database
from tests.factories import Cast, submitted
from tests.support.post import Postbox

REQUESTS = 12


def test_two_processes_on_one_outbox_send_each_mail_once(
    told: Database, cast: Cast, database_url: str, port: int, postbox: Postbox
):
    for _ in range(REQUESTS):
        submitted(told, cast, {cast.chairs: 1})
    command = [sys.executable, "-m", "tests.notifications.process", database_url, str(port)]
    workers = [subprocess.Popen(command) for _ in range(2)]
    assert [worker.wait(timeout=120) for worker in workers] == [0, 0]
    sent = Counter(letter["Message-ID"] for letter in postbox.letters)
    assert set(sent.values()) == {1}
    # Of each request one mail to Alice, one to the contact; one of all of them to the manager.
    assert len(sent) == 2 * REQUESTS + 1
