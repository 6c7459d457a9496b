"""Two workers on one outbox: each mail leaves once."""

from collections import Counter

from lending.db.database import Database
from tests.factories import Cast, submitted
from tests.notifications.process import work
from tests.support.post import Postbox
from tests.support.racing import forks

REQUESTS = 12


def test_two_processes_on_one_outbox_send_each_mail_once(
    told: Database, cast: Cast, database_url: str, port: int, postbox: Postbox
):
    for _ in range(REQUESTS):
        submitted(told, cast, {cast.chairs: 1})
    workers = [forks.Process(target=work, args=(database_url, port), daemon=True) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    sent = Counter(letter["Message-ID"] for letter in postbox.letters)
    assert set(sent.values()) == {1}
    # Of each request one mail to Alice, one to the contact; one of all of them to the manager.
    assert len(sent) == 2 * REQUESTS + 1
