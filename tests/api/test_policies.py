"""Programs read the rules of an authority, and compute their fingerprint again."""

from datetime import date
from hashlib import sha256

import pytest
from flask import Flask

from lending.db.database import Database
from lending.policies.drafting import Draft
from lending.policies.queries import read_rules
from lending.policies.rules import Rules
from tests.api.conftest import Program, token_for
from tests.factories import Cast
from tests.policies.test_versions import drafted, published

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def address(cast: Cast) -> str:
    """Return the address of the town's rules."""
    return f"/authorities/{cast.town}/policies"


def test_before_anything_is_published_the_usual_rules_have_no_number(
    app: Flask, cast: Cast
) -> None:
    program, base = Program(app.test_client(), token_for(app, cast.alice)), address(cast)
    assert program.get(base)["items"] == []
    told = program.get(f"{base}/in-force")
    assert (told["number"], told["rules"]["lead_time_days"]) == (None, 45)
    assert sha256(told["content"].encode()).hexdigest() == told["sha256"]


def test_published_versions_are_listed_and_a_draft_is_not(
    app: Flask, database: Database, cast: Cast
) -> None:
    published(database, cast)
    published(database, cast, date(2027, 1, 1), Draft(Rules(lead_time_days=60), "", "no 2"))
    drafted(database, cast.manager, cast.town)
    program, base = Program(app.test_client(), token_for(app, cast.alice)), address(cast)
    page = program.get(base)
    assert [(each["number"], each["effective_on"]) for each in page["items"]] == [
        (1, "2026-03-02"),
        (2, "2027-01-01"),
    ]
    for each in page["items"]:
        assert sha256(each["content"].encode()).hexdigest() == each["sha256"]
        assert read_rules(each["content"]).model_dump(mode="json") == each["rules"]
    assert program.get(f"{base}/in-force")["number"] == 1
    assert program("GET", "/authorities/999/policies").status_code == 404
