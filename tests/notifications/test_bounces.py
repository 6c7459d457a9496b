"""What mail servers send back later marks the message, and the address if nobody is there."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner

from lending.app import build_database
from lending.cli import Context, treteau
from lending.db.database import Database
from lending.notifications.addresses import find_dead
from lending.notifications.bouncing import read_bounces, take_bounce
from lending.notifications.failing import list_failures
from lending.settings import Settings
from tests.factories import Cast, submitted
from tests.notifications.test_delivering import CONTACT, Mail
from tests.support.post import Postbox

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

REPORT = """\
From: MAILER-DAEMON@mx.example
To: prets@sainte-planche.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="B"
MIME-Version: 1.0

--B
Content-Type: text/plain; charset=utf-8

Nobody lives here.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such
 mailbox

{original}
--B--
"""
HEADERS = "--B\nContent-Type: text/rfc822-headers\n\nSubject: x\nMessage-ID: {name}\n"
WHOLE = "--B\nContent-Type: message/rfc822\n\nSubject: x\nMessage-ID: {name}\n\nBody\n"


def report(
    address: str = CONTACT, action: str = "failed", status: str = "5.1.1", original: str = ""
) -> bytes:
    """Return a report as Postfix writes them."""
    text = REPORT.format(address=address, action=action, status=status, original=original)
    return text.encode()


@pytest.fixture
def sent(told: Database, cast: Cast, mail: Mail, postbox: Postbox) -> str:
    """Mail an acknowledgement to the contact; return its Message-ID."""
    submitted(told, cast, {cast.chairs: 10})
    mail()
    return str(postbox.to(CONTACT)[0]["Message-ID"])


def take(database: Database, raw: bytes) -> list[bool]:
    return [
        database.write(lambda uow, each=bounce: take_bounce(uow, each))
        for bounce in read_bounces(raw)
    ]


@pytest.mark.parametrize("original", [HEADERS, WHOLE])
def test_a_report_marks_its_message_and_the_address(
    told: Database, cast: Cast, sent: str, original: str
):
    raw = report(original=original.format(name=sent))
    assert take(told, raw) == [True]
    assert take(told, raw) == [True], "told twice, it does no more"
    with told.read() as uow:
        (failure,) = list_failures(uow, cast.manager, "fr")
        assert failure.reason == "smtp; 550 5.1.1 no such mailbox"
        assert find_dead(uow, CONTACT)


def test_a_report_that_does_not_name_our_message_is_nothing_against_the_address(
    told: Database, cast: Cast, sent: str
):
    assert take(told, report()) == [True]
    with told.read() as uow:
        assert len(list_failures(uow, cast.manager, "fr")) == 1
        assert not find_dead(uow, CONTACT)


def test_a_full_mailbox_is_a_failure_but_nothing_against_the_address(
    told: Database, cast: Cast, sent: str
):
    assert take(told, report(status="5.2.2", original=HEADERS.format(name=sent))) == [True]
    with told.read() as uow:
        assert len(list_failures(uow, cast.manager, "fr")) == 1
        assert not find_dead(uow, CONTACT)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00 not a mail",
        b"Subject: I am on holiday\n\nBack on Monday.",
        report(action="delayed", status="4.4.1"),
        report(action="failed", status=""),
        report().replace(b"message/delivery-status", b"message/rfc822"),
    ],
)
def test_what_is_no_failure_changes_nothing(told: Database, cast: Cast, sent: str, raw: bytes):
    assert take(told, raw) == []
    with told.read() as uow:
        assert list_failures(uow, cast.manager, "fr") == []


def test_a_report_about_somebody_elses_mail_is_passed_over(told: Database, cast: Cast, sent: str):
    assert take(told, report(address="stranger@elsewhere.example")) == [False]
    name = "<00000000-0000-4000-8000-000000000000@prets.example>"
    assert take(told, report(original=HEADERS.format(name=name))) == [False]


@pytest.fixture
def run(mailing: Settings) -> Callable[..., tuple[int, str]]:
    """Return a function that runs `treteau` with that mail server."""

    def call(*arguments: str, given: bytes = b"") -> tuple[int, str]:
        context = Context(build_database, print, print, [], "", "")  # type: ignore[arg-type]
        context.__dict__["settings"] = mailing
        result = CliRunner().invoke(treteau, list(arguments), obj=context, input=given)
        return result.exit_code, result.output

    return call


def test_a_report_is_piped_into_the_command(
    told: Database, sent: str, run: Callable[..., tuple[int, str]]
):
    status, said = run("mail", "bounce", given=report())
    assert (status, CONTACT in said) == (0, True)
    assert run("mail", "bounce", given=b"Subject: holiday\n\n.") == (0, "")


def test_the_command_tries_the_mail_server(
    cast: Cast, postbox: Postbox, run: Callable[..., tuple[int, str]]
):
    status, said = run("mail", "test", "somebody@example.org")
    assert (status, said) == (0, "127.0.0.1 took the mail for somebody@example.org.\n")
    assert len(postbox.letters) == 1
    postbox.answers["somebody@example.org"] = "550 5.1.1 nobody"
    status, said = run("mail", "test", "somebody@example.org")
    assert (status, "550 5.1.1 nobody" in said) == (1, True)
