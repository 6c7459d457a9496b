"""The API described for people: everything that is described, on one page of our own."""

import re

import pytest
from flask import Flask

from lending.api.routes import all_operations
from lending.web.reference import kind_of, read_reference
from tests.support.browser import THEMES, chromium, served, violations_in

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@on_sqlite
def test_anybody_reads_every_operation_and_every_object(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/docs")
    assert answer.status_code == 200
    for operation in all_operations():
        assert f'id="{operation.name}"' in answer.text, operation.name
        assert operation.path in answer.text
    for schema in read_reference().schemas:
        assert f'id="schema-{schema.name}"' in answer.text


@on_sqlite
def test_every_link_within_the_page_leads_somewhere(app: Flask) -> None:
    page = app.test_client().get("/api/v1/docs").text
    places = re.findall(r'\bid="([^"]+)"', page)
    assert len(places) == len(set(places))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(places)


@on_sqlite
def test_it_needs_no_other_host(app: Flask) -> None:
    page = app.test_client().get("/api/v1/docs").text
    assert re.findall(r'(?:src|<link[^>]+href)="(?:https?:)?//', page) == []
    assert "<style" not in page
    assert 'style="' not in page


@pytest.mark.parametrize(
    ("schema", "words", "name"),
    [
        ({"type": "integer"}, "integer", ""),
        ({"type": "string", "format": "date-time"}, "date-time", ""),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer or null", ""),
        ({"$ref": "#/components/schemas/Site"}, "", "Site"),
        ({"type": "array", "items": {"$ref": "#/x/LineIn"}}, "list of", "LineIn"),
        ({"enum": ["soonest", "latest"], "type": "string"}, "soonest, latest", ""),
    ],
)
def test_what_a_value_is_is_said_in_words(schema: dict[str, object], words: str, name: str) -> None:
    kind = kind_of(schema)
    assert (kind.words, kind.schema) == (words, name)


@on_sqlite
def test_it_is_read_by_everybody(app: Flask) -> None:
    with served(app) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text))
        page.goto(f"{address}/api/v1/docs")
        page.locator("#add_booking > summary").click()
        assert page.locator("#add_booking pre").is_visible()
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            for theme in THEMES:
                assert violations_in(page, theme) == [], (width, theme)
        assert refused == []
