"""Sheets of labels: what stands on them, where, and that a camera reads it."""

from collections.abc import Callable

import pytest
import zxingcpp
from flask import Flask
from pypdfium2 import PdfDocument

from lending.catalogue.unit_queries import list_units
from lending.db.database import Database
from tests.factories import Cast
from tests.support.units import number_pieces
from tests.web.conftest import Browser

Browse = Callable[..., Browser]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


def test_a_camera_reads_every_label_of_the_sheet(
    database: Database, browse: Browse, cast: Cast
) -> None:
    number_pieces(database, cast.tables, 23)
    with database.read() as uow:
        codes = [unit.code for unit in list_units(uow, cast.manager, cast.tables)]
    answer = browse(cast.manager).get(
        f"/catalogue/{cast.tables}/etiquettes.pdf?feuille=63,5x38,1&debut=20"
    )
    assert answer.content_type == "application/pdf"
    document = PdfDocument(answer.data)
    pages = list(document)
    assert len(pages) == 2  # the last two places of a sheet that was begun, then 21 more
    assert pages[0].get_size() == pytest.approx((595.3, 841.9), abs=0.2)
    text = pages[0].get_textpage().get_text_bounded()
    for words in (f"{codes[0][:4]} {codes[0][4:]}", "Table pliante 183 cm", "Ateliers municipaux"):
        assert words in text
    assert "Sainte-Planche" in text
    read = [
        code.text
        for page in pages
        for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())
    ]
    assert sorted(read) == sorted(f"http://127.0.0.1:5000/u/{code}" for code in codes)


@pytest.mark.parametrize("start", ["0", "25", "x"])
def test_a_place_that_the_sheet_does_not_have_is_refused(
    database: Database, browse: Browse, cast: Cast, start: str
) -> None:
    number_pieces(database, cast.tables, 1)
    address = f"/catalogue/{cast.tables}/etiquettes.pdf?debut={start}"
    assert browse(cast.manager).get(address).status_code == 422
