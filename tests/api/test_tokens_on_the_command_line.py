"""`treteau token`: what it prints, what it refuses."""

import pytest
from click.testing import CliRunner

from lending.accounts.tokens import principal_of_token
from lending.cli import treteau

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Context:
    """What the commands need: the database alone."""

    def __init__(self, database):
        self.database = database


@pytest.fixture
def run(database, cast):
    return lambda *words: CliRunner().invoke(treteau, ["token", *words], obj=Context(database))


def test_a_token_is_printed_alone_and_opens_its_role(run, database):
    made = run("create", "--role", "manager")
    assert made.exit_code == 0
    (secret,) = made.stdout.split()
    principal = principal_of_token(database, secret)
    (grant,) = principal.grants
    assert (grant.role, grant.authority_id) == ("manager", None)


def test_a_token_can_be_kept_to_one_authority_or_organisation(run, database, cast):
    town = run("create", "--role", "front_desk", "--authority", "sainte-planche").stdout.strip()
    assert principal_of_token(database, town).grants[0].authority_id == cast.town
    choir = run("create", "--role", "borrower", "--organisation", str(cast.choir)).stdout.strip()
    assert principal_of_token(database, choir).grants[0].organisation_id == cast.choir


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--role", "manager", "--authority", "atlantis"], "authority"),
        (["--role", "borrower"], "organisation_id"),
        (["--role", "king"], "king"),
    ],
)
def test_what_cannot_be_is_one_clear_line(run, words, told):
    made = run("create", *words)
    assert made.exit_code != 0
    assert made.stdout == ""
    assert told in made.stderr
    assert "Traceback" not in made.stderr


def test_tokens_are_listed_without_their_secrets_and_revoked(run, database):
    secret = run("create", "--role", "auditor", "--label", "Tableau de bord").stdout.strip()
    listed = run("list").stdout
    assert "Tableau de bord" in listed
    assert secret not in listed
    number = listed.split("\t")[0]
    assert run("revoke", number).exit_code == 0
    assert principal_of_token(database, secret) is None
    assert "revoked" in run("list").stdout
    assert run("revoke", "999").exit_code == 1
