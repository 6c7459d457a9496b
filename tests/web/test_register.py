"""The register at the screen of an auditor, and what everybody reads of it."""

import csv
import io
from collections.abc import Callable

import pytest
from flask import Flask

from lending.db.database import Database
from tests.factories import Cast, approved, submitted
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]
NAMES = ("Chorale des Planches", "Club de pétanque du Gué", "Bal des voisins", "Alice", "R-2026-")


@pytest.fixture
def town(app: Flask, cast: Cast) -> Database:
    """A town that granted a part of what two associations asked for."""
    database: Database = app.extensions["database"]
    approved(database, cast, {cast.chairs: 30}, name="Bal des voisins")
    approved(database, cast, {cast.chairs: 40}, granted={cast.chairs: 20}, organisation=cast.club)
    submitted(database, cast, {cast.tables: 2})
    return database


def test_an_auditor_reads_who_was_served_and_takes_it_along(
    town: Database, cast: Cast, browse: Browse
) -> None:
    aude = browse(cast.auditor)
    page = f"/collectivites/{cast.town}/registre-d-equite"
    shown = aude.get(page).text
    for words in (
        '<strong class="num">3</strong> demandes',
        "71 %",
        "Aucun écart",
    ):
        assert words in shown, words
    assert "Chorale des Planches" in aude.get(f"{page}?par=organisation").text
    rows = list(csv.DictReader(io.StringIO(aude.get(f"{page}.csv").text.lstrip("\ufeff"))))
    assert [(row["outcome"], row["asked"], row["granted"]) for row in rows] == [
        ("granted", "30", "30"),
        ("part", "40", "20"),
        ("open", "2", "0"),
    ]
    assert aude.get(f"{page}.ods").status_code == 200
    assert aude.get(f"{page}.exe").status_code == 404


def test_everybody_reads_the_year_and_recognises_nobody(
    app: Flask, town: Database, cast: Cast
) -> None:
    nobody = Browser(app)
    page = f"/collectivites/{cast.town}/bilan/2026"
    assert (
        f"/collectivites/{cast.town}/bilan"
        in nobody.get(f"/collectivites/{cast.town}/reglement").text
    )
    texts = [nobody.get(page).text]
    texts += [nobody.get(f"{page}/demandes.{ending}").text for ending in ("csv", "json")]
    for text in texts:
        assert not [name for name in NAMES if name in text]
    told = nobody.get(f"{page}/demandes.json").json
    assert told["year"] == 2026
    assert [row["outcome"] for row in told["requests"]] == ["granted", "part"]
    assert {row["commune"] for row in told["requests"]} == {None}
    assert set(told["columns"]) == set(told["requests"][0])
    assert len(told["record"]["sha256"]) == 64


def test_a_year_without_requests_says_so(
    app: Flask, town: Database, cast: Cast, browse: Browse
) -> None:
    assert (
        "Aucune demande pour 2019"
        in Browser(app).get(f"/collectivites/{cast.town}/bilan/2019").text
    )
    empty = browse(cast.auditor).get(f"/collectivites/{cast.town}/registre-d-equite?year=2019").text
    assert "Aucune demande pour 2019" in empty
    assert Browser(app).get("/collectivites/4711/bilan").status_code == 404
