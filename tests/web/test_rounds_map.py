"""The map of the rounds: markers and lines without tiles, tiles only from where it is set."""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Browser, Page, expect

from lending.accounts.permissions import SYSTEM
from lending.accounts.sessions import Limits, Visitor, open_session
from lending.authorities.outlines import Polygon, import_outlines
from lending.db.database import Database
from lending.errors import SettingsError
from lending.settings import Settings
from lending.web.planning.mapping import tiles_origin
from lending.web.security import CONTENT_SECURITY_POLICY, SESSION_COOKIE
from tests.factories import TOWN_COMMUNE, Cast
from tests.logistics.conftest import database
from tests.logistics.crews import MONDAY, Yard
from tests.logistics.test_problem import yard
from tests.logistics.test_rounds import booked
from tests.logistics.test_rounds_board import DAY, spread
from tests.support.browser import chromium, served, violations

__all__ = ["booked", "database", "spread", "yard"]

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cf500f0004020180cb7d5ff70000000049454e44ae426082"
)
ANY = "https://tiles.example/{z}/{x}/{y}.png"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.mark.parametrize(
    ("tiles", "origin"),
    [
        ("", ""),
        (ANY, "https://tiles.example"),
        ("https://data.example:8443/wmts?TileMatrix={z}&TileRow={y}&TileCol={x}",
         "https://data.example:8443"),
        ("https://tiles.example/extract.pmtiles", "https://tiles.example"),
        ("/tiles/extract.pmtiles", ""),
        ("/tiles/{z}/{x}/{y}.png", ""),
    ],
)  # fmt: skip
def test_tiles_come_from_an_address_or_a_file(tiles: str, origin: str) -> None:
    assert Settings.from_env({"TRETEAU_MAP_TILES": tiles}).map_tiles == tiles
    assert tiles_origin(tiles) == origin


@pytest.mark.parametrize(
    "tiles",
    [
        "yes",
        "https://tiles.example/",
        "//tiles.example/{z}/{x}/{y}.png",
        "ftp://tiles.example/{z}/{x}/{y}.png",
        "https://tiles.example; script-src */{z}/{x}/{y}",
        "https://tiles.example/{z}/{x}/{y}.png; object-src *",
        "javascript:/{z}/{x}/{y}",
    ],
)
def test_what_is_no_address_of_tiles_stops_the_program(tiles: str) -> None:
    with pytest.raises(SettingsError):
        Settings.from_env({"TRETEAU_MAP_TILES": tiles})


@contextmanager
def opened(
    browser: Browser, app: Flask, database: Database, cast: Cast
) -> Iterator[tuple[Page, str, list[str]]]:
    """Open the board of Friday on an application; what the console says is collected."""
    number = cast.manager.user_id
    assert number is not None
    cookie = database.write(lambda uow: open_session(uow, number, Visitor(), Limits()))
    with served(app) as base:
        context = browser.new_context(
            locale="fr-FR", viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": base}])
        page, said = context.new_page(), []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        friday = MONDAY + 4 * DAY
        page.goto(f"{base}/collectivites/{cast.town}/planification?day={friday}&vue=jour")
        page.wait_for_load_state("networkidle")
        yield page, base, said
        context.close()


@one_database
def test_without_tiles_the_stops_are_numbered_on_plain_ground(
    browser: Browser,
    make_app: Callable[..., Flask],
    spread: Yard,
    database: Database,
    cast: Cast,
) -> None:
    square = [[(-3.0, 46.0), (-2.9, 46.0), (-2.9, 46.1), (-3.0, 46.0)]]
    outline = {TOWN_COMMUNE: Polygon(type="Polygon", coordinates=square)}
    database.write(lambda uow: import_outlines(uow, SYSTEM, outline))
    with opened(browser, make_app(), database, cast) as (page, base, said):
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.reload()
        page.wait_for_load_state("networkidle")
        stops = page.locator("#rounds-map .map-mark:not(.map-depot)")
        assert stops.count() == 2, "two deliveries"
        assert page.locator("#rounds-map .map-line").count() == 1
        expect(page.locator("#rounds-map .map-outline")).to_have_count(1)
        expect(page.locator("#rounds-map .map-commune")).to_have_text("Sainte-Planche")
        numbers = [each.inner_text() for each in stops.all()]
        label = stops.first.get_attribute("aria-label") or ""
        assert f"arrêt {numbers[0]}" in label
        stops.first.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".lane details[open] .task-number").first).to_contain_text(numbers[0])
        assert all(url.startswith(base) for url in asked), "nothing is fetched from elsewhere"
        assert said == []
        assert violations(page) == []
        answer = page.request.get(page.url)
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY


def tiles_server(archive: bytes = b"") -> Flask:
    """Return a server of tiles elsewhere: one picture for each, and an archive by ranges."""
    elsewhere = Flask("tiles")

    @elsewhere.get("/<int:z>/<int:x>/<int:y>.png")
    def tile(z: int, x: int, y: int) -> Response:
        return Response(PIXEL, mimetype="image/png", headers={"Access-Control-Allow-Origin": "*"})

    @elsewhere.route("/extract.pmtiles", methods=["GET", "OPTIONS"])
    def extract() -> Response:
        first, last = request.headers.get("Range", "bytes=0-0").removeprefix("bytes=").split("-")
        part = archive[int(first) : int(last) + 1]
        return Response(
            part if request.method == "GET" else b"",
            206 if request.method == "GET" else 204,
            {
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Allow-Headers": "range,if-match",
                "Access-Control-Expose-Headers": "etag",
                "Content-Range": f"bytes {first}-{int(first) + len(part) - 1}/{len(archive)}",
            },
        )

    return elsewhere


@one_database
def test_tiles_of_another_server_lie_under_the_rounds(
    browser: Browser,
    make_app: Callable[..., Flask],
    settings: Settings,
    spread: Yard,
    database: Database,
    cast: Cast,
) -> None:
    with served(tiles_server()) as tiles:
        chosen = replace(
            settings, map_tiles=f"{tiles}/{{z}}/{{x}}/{{y}}.png", map_attribution="© Nous"
        )
        with opened(browser, make_app(chosen), database, cast) as (page, base, said):
            page.locator("#rounds-map .leaflet-tile-loaded").first.wait_for(state="attached")
            expect(page.locator("#rounds-map .leaflet-control-attribution")).to_have_text("© Nous")
            assert said == [], "the content security policy lets them in"
            policy = page.request.get(page.url).headers["content-security-policy"]
            assert f"img-src 'self' data: {tiles}" in policy
            other = page.request.get(f"{base}/interventions").headers["content-security-policy"]
            assert other == CONTENT_SECURITY_POLICY, "on that page alone"


def archive() -> bytes:
    """Return a PMTiles archive (version 3) of one tile, the world, with one empty layer."""
    layer = b"\x0a\x05earth\x28\x80\x20\x78\x02"
    tile = b"\x1a" + bytes([len(layer)]) + layer
    directory = bytes([1, 0, 1, len(tile), 1])
    metadata = b"{}"
    starts = (127, 127 + len(directory), 127 + len(directory) + len(metadata))
    header = b"PMTiles\x03" + struct.pack(
        "<11Q6B4iB2i",
        *(starts[0], len(directory), starts[1], len(metadata), starts[2], 0),
        *(starts[2], len(tile), 1, 1, 1),
        *(1, 1, 1, 1, 0, 0),
        *(-1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000),
        *(0, 0, 0),
    )
    return header + directory + metadata + tile


@one_database
def test_an_archive_of_vector_tiles_is_read_by_ranges_and_drawn(
    browser: Browser,
    make_app: Callable[..., Flask],
    settings: Settings,
    spread: Yard,
    database: Database,
    cast: Cast,
) -> None:
    with served(tiles_server(archive())) as tiles:
        chosen = replace(settings, map_tiles=f"{tiles}/extract.pmtiles")
        with opened(browser, make_app(chosen), database, cast) as (page, _, said):
            page.locator("#rounds-map canvas.leaflet-tile-loaded").first.wait_for(state="attached")
            with page.expect_response("**/extract.pmtiles") as read:
                page.reload()
            assert read.value.status == 206
            page.wait_for_load_state("networkidle")
            assert said == []
