"""Auditors see whether the record holds, check it again, and take it away with them."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from lending.settings import Settings
from tests.equity.record.chains import make_chain, tamper
from tests.factories import Cast
from tests.web.conftest import Browser
from tests.web.test_why_this_answer import text_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]


@pytest.fixture
def aude(app: Flask, cast: Cast, browse: Browse) -> Browser:
    """The auditor of the town, whose record has four decisions."""
    database = app.extensions["database"]
    make_chain(database, cast.town, 4, reason="Marc l'a promis.")
    make_chain(database, cast.agglomeration, 2)
    return browse(cast.auditor)


def test_the_page_shows_the_chain_and_checks_it(app: Flask, cast: Cast, aude: Browser) -> None:
    page = text_of(aude.get("/audit").text)
    assert "Pas encore vérifié" in page
    assert "Trois Tréteaux" not in page
    answer = aude.post(f"/audit/{cast.town}/verifier")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/audit")
    page = text_of(aude.get("/audit").text)
    for words in ("Tout est intact", "Intact", "Depuis la dernière vérification", "Le témoin"):
        assert words in page, words
    database = app.extensions["database"]
    tamper(database, "UPDATE decision SET payload = replace(payload, 'P-3', 'P-4')")
    aude.post(f"/audit/{cast.town}/verifier")
    page = text_of(aude.get("/audit").text)
    for words in ("Quelque chose ne tient pas", "Rompu", "rompue à la décision n° 3"):
        assert words in page, words


def test_heads_and_the_whole_record_are_files(app: Flask, cast: Cast, aude: Browser) -> None:
    heads = aude.get("/audit/tetes.txt")
    assert heads.text.split("\t")[:2] == ["sainte-planche", "4"]
    assert 'filename="tetes.txt"' in heads.headers["Content-Disposition"]
    record = aude.get(f"/audit/{cast.town}/registre.jsonl")
    entries = [json.loads(line) for line in record.text.splitlines()]
    assert [entry["sequence"] for entry in entries] == [1, 2, 3, 4]
    assert entries[-1]["hash"] in heads.text
    assert "Marc" not in record.text
    assert 'filename="sainte-planche.jsonl"' in record.headers["Content-Disposition"]


def test_another_lenders_record_is_not_for_this_auditor(cast: Cast, aude: Browser) -> None:
    assert aude.get(f"/audit/{cast.agglomeration}/registre.jsonl").status_code == 403
    assert aude.post(f"/audit/{cast.agglomeration}/verifier").status_code == 403


def test_a_witness_is_named(make_app: Callable[..., Flask], settings: Settings, cast: Cast) -> None:
    app = make_app(replace(settings, witness_email="huissier@temoin.example"))
    page = Browser(app).sign_in(cast.administrator).get("/audit").text
    assert "huissier@temoin.example" in page


def test_the_page_of_jobs_leads_there(cast: Cast, aude: Browser) -> None:
    assert 'href="/audit"' in aude.get("/travaux").text
