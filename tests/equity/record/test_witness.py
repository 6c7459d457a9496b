"""The heads go to a witness by mail, over a real connection to a mail server."""

from collections.abc import Iterator
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from lending.db.database import Database
from lending.equity.record.checks import check_records
from lending.equity.record.heads import read_heads, stands
from lending.jobs.declared import JOBS
from lending.jobs.schedule import Run
from lending.mailing import MailError, MailServer, Security
from lending.settings import Settings
from tests.equity.record.chains import make_chain, tamper
from tests.factories import NOW, Cast
from tests.support.post import Postbox, post_office

pytestmark = pytest.mark.filterwarnings(
    # The server of these tests asks for a password in the clear, on this machine.
    "ignore:Requiring AUTH while not requiring TLS"
)

WITNESS, SENDER = "huissier@temoin.example", "prets@sainte-planche.example"


def _knows(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"prets", b"bal")
    return AuthResult(success=right, handled=False)


@pytest.fixture
def postbox() -> Postbox:
    """Return a postbox without letters."""
    return Postbox()


@pytest.fixture
def port(postbox: Postbox) -> Iterator[int]:
    """Run a mail server that wants to know who writes."""
    options = {"authenticator": _knows, "auth_required": True, "auth_require_tls": False}
    with post_office(postbox, **options) as number:
        yield number


@pytest.fixture
def mailing(settings: Settings, port: int) -> Settings:
    """Return the settings of an installation with a mail server and a witness."""
    return changed(
        settings,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="none",
        smtp_user="prets",
        smtp_password="bal",
        mail_from=SENDER,
        witness_email=WITNESS,
        public_url="https://prets.sainte-planche.example",
    )


def tell(database: Database, settings: Settings) -> int:
    """Run the job."""
    (job,) = [job for job in JOBS if job.name == "tell-witness"]
    (count,) = job.run(Run(database, settings, NOW))
    return count.number


def test_the_witness_receives_a_file_that_the_chains_are_compared_with_later(
    database: Database, cast: Cast, mailing: Settings, postbox: Postbox, tmp_path: Path
):
    make_chain(database, cast.town, 4, reason="Marc l'a promis.")
    make_chain(database, cast.agglomeration, 2)
    assert tell(database, mailing) == 1
    (letter,) = postbox.letters
    assert postbox.envelopes == [(SENDER, [WITNESS])]
    assert (letter["From"], letter["To"]) == (SENDER, WITNESS)
    assert "2026-03-02" in letter["Subject"]
    (attached,) = letter.iter_attachments()
    assert attached.get_filename() == "heads.txt"
    kept = read_heads(attached.get_content().splitlines())
    assert [(head.authority, head.sequence) for head in kept] == [
        ("sainte-planche", 4),
        ("trois-treteaux", 2),
    ]
    body = letter.get_body()
    assert body is not None
    for head in kept:
        assert head.hash in body.get_content()
    assert "Marc" not in body.get_content()
    make_chain(database, cast.town, 1)
    with database.read() as uow:
        assert all(stands(uow, head) for head in kept)
    tamper(database, "UPDATE decision SET hash = previous_hash WHERE sequence = 4")
    with database.read() as uow:
        assert [stands(uow, head) for head in kept] == [False, True]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_letter_says_what_the_last_check_found(
    database: Database, cast: Cast, mailing: Settings, postbox: Postbox
):
    make_chain(database, cast.town, 3)
    tell(database, mailing)
    check_records(database)
    tell(database, mailing)
    tamper(database, "UPDATE decision SET payload = replace(payload, 'P-2', 'P-4')")
    check_records(database)
    tell(database, mailing)
    bodies = [body.get_content() for letter in postbox.letters if (body := letter.get_body())]
    assert ["NE tient PAS" in body for body in bodies] == [False, False, True]
    assert len(set(bodies)) == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_witness_nothing_is_sent(
    database: Database, cast: Cast, mailing: Settings, postbox: Postbox
):
    assert tell(database, changed(mailing, witness_email="")) == 0
    assert tell(database, changed(mailing, smtp_host="")) == 0
    assert postbox.letters == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_password": "another"},
        {"smtp_security": "starttls"},
        {"smtp_security": "tls"},
        {"smtp_port": 1},
    ],
)
def test_a_letter_that_cannot_be_handed_over_in_secret_fails_the_run(
    database: Database, cast: Cast, mailing: Settings, postbox: Postbox, wrong: dict[str, Any]
):
    with pytest.raises(MailError, match=r"127\.0\.0\.1"):
        tell(database, changed(mailing, **wrong))
    assert postbox.letters == []


def test_a_mail_server_has_its_usual_port_and_hides_its_password():
    settings = Settings.from_env(
        {
            "TRETEAU_SECRET_KEY": "tests only, and long enough",
            "TRETEAU_SMTP_HOST": "smtp.sainte-planche.example",
            "TRETEAU_SMTP_SECURITY": "tls",
            "TRETEAU_MAIL_FROM": SENDER,
            "TRETEAU_WITNESS_EMAIL": WITNESS,
            "TRETEAU_SMTP_PASSWORD": "le bal",
        }
    )
    host = "smtp.sainte-planche.example"
    assert settings.mail_server == MailServer(
        host, security=Security.TLS, password="le bal", sender=SENDER
    )
    assert "le bal" not in repr(settings)
