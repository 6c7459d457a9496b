"""OSRM and Valhalla are asked in their own words, and not believed blindly."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lending.errors import SettingsError
from lending.logistics.planner.values import Place
from lending.logistics.road_services import (
    LORRY,
    Osrm,
    RoadService,
    RoadsUnavailable,
    Valhalla,
    road_service,
)
from lending.settings import Settings
from tests.support.roads import Roads, at_40_an_hour, serving_roads

TOWN_HALL = Place("town hall", 47.2186, -1.5541)
DEPOT = Place("depot", 47.2500, -1.6000)
FIELD = Place("field", 47.1000, -1.4000)
PLACES = (TOWN_HALL, DEPOT, FIELD)


@pytest.fixture
def roads() -> Iterator[Roads]:
    with serving_roads() as running:
        yield running


@pytest.fixture(params=[Osrm, Valhalla])
def service(request: pytest.FixtureRequest, roads: Roads) -> RoadService:
    made: RoadService = request.param(roads.address, 0.4)
    return made


def point(place: Place) -> tuple[float, float]:
    return place.latitude, place.longitude


def test_each_service_is_asked_for_drives_and_gives_their_seconds(
    service: RoadService, roads: Roads
) -> None:
    found = service.seconds(PLACES, PLACES[:2], "VL")
    wanted = [[at_40_an_hour(point(here), point(there)) for there in PLACES[:2]] for here in PLACES]
    assert found == [pytest.approx(row) for row in wanted]
    assert roads.asked == [(3, 2, "driving" if service.name == "osrm" else "auto")]


def test_valhalla_is_asked_for_lorries_and_osrm_which_knows_none_is_stretched(
    roads: Roads,
) -> None:
    plain = at_40_an_hour(point(TOWN_HALL), point(DEPOT))
    assert plain is not None
    assert Valhalla(roads.address).seconds([TOWN_HALL], [DEPOT], "PL") == [[pytest.approx(plain)]]
    assert roads.asked == [(1, 1, "truck")]
    stretched = Osrm(roads.address).seconds([TOWN_HALL], [DEPOT], "PL")
    assert stretched == [[pytest.approx(LORRY * plain)]]


def test_valhalla_is_understood_when_it_answers_without_words(roads: Roads) -> None:
    roads.says(json.dumps({"sources_to_targets": {"durations": [[0, 900, None]]}}).encode())
    assert Valhalla(roads.address).seconds([TOWN_HALL], PLACES, "VL") == [[0, 900, None]]


def test_where_there_is_no_road_nothing_is_known(service: RoadService, roads: Roads) -> None:
    roads.drive = lambda here, there: None if there == point(FIELD) else 3600
    assert service.seconds([DEPOT], PLACES, "VL") == [[3600, 3600, None]]


@pytest.mark.parametrize("seconds", [0, 30, -5, float("inf"), float("nan")])
def test_a_drive_that_nobody_can_do_is_not_believed(
    service: RoadService, roads: Roads, seconds: float
) -> None:
    roads.drive = lambda here, there: seconds
    assert service.seconds([TOWN_HALL], [FIELD], "VL") == [[None]], "17 km"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>Bad gateway</html>",
        b"[]",
        b"{}",
        b'{"code": "Ok"}',
        b'{"code": "Ok", "durations": 7, "sources_to_targets": 7}',
        b'{"code": "Ok", "durations": [], "sources_to_targets": []}',
        b'{"code": "Ok", "durations": [[0, 900]], "sources_to_targets": [[0, 900]]}',
        b'{"code": "Ok", "durations": [[0], [0]], "sources_to_targets": [[0], [0]]}',
        b'{"code": "Ok", "durations": [7, 7], "sources_to_targets": [7, 7]}',
        (
            b'{"code": "Ok", "durations": [[0, "9"], [9, 0]],'
            b' "sources_to_targets": [[0, "9"], [9, 0]]}'
        ),
        (
            b'{"code": "Ok", "durations": [[0, true], [9, 0]],'
            b' "sources_to_targets": [[0, true], [9, 0]]}'
        ),
        b'{"code": "NoSegment", "error": "No suitable edges near location"}',
        b"[" * 100_000,
    ],
)
def test_an_answer_of_another_form_or_size_is_refused(
    service: RoadService, roads: Roads, content: bytes
) -> None:
    roads.says(content)
    with pytest.raises(RoadsUnavailable):
        service.seconds(PLACES[:2], PLACES[:2], "VL")


@pytest.mark.parametrize("status", [302, 400, 429, 500, 503])
def test_a_refusal_says_why(service: RoadService, roads: Roads, status: int) -> None:
    roads.says(b'{"code": "TooBig", "message": "Too many", "error": "Too many"}', status)
    with pytest.raises(RoadsUnavailable, match=f"status {status}: Too many"):
        service.seconds(PLACES, PLACES, "VL")


def test_who_is_silent_is_not_waited_for(service: RoadService, roads: Roads) -> None:
    roads.is_silent_for(1.5)
    began = time.monotonic()
    with pytest.raises(RoadsUnavailable, match="Timeout"):
        service.seconds(PLACES, PLACES, "VL")
    assert time.monotonic() - began < 1.3


def test_who_trickles_is_not_waited_for_either(service: RoadService, roads: Roads) -> None:
    roads.trickles()
    began = time.monotonic()
    with pytest.raises(RoadsUnavailable, match="Timeout"):
        service.seconds(PLACES, PLACES, "VL")
    assert time.monotonic() - began < 2


def test_nobody_at_the_address_is_told() -> None:
    with pytest.raises(RoadsUnavailable, match="ConnectError"):
        Osrm("http://127.0.0.1:9").seconds(PLACES, PLACES, "VL")


def test_the_setting_names_the_service() -> None:
    assert road_service("") is None
    assert road_service("osrm:https://roads.example/fr") == Osrm("https://roads.example/fr")
    assert road_service("valhalla:http://127.0.0.1:8002") == Valhalla("http://127.0.0.1:8002")


@pytest.mark.parametrize(
    "value", ["osrm:https://roads.example/fr/", "valhalla:http://127.0.0.1:8002", ""]
)
def test_a_setting_that_names_a_service_is_taken(value: str, tmp_path: Path) -> None:
    environ = {"TRETEAU_ROADS": value, "TRETEAU_INSTANCE": str(tmp_path)}
    assert Settings.from_env(environ).roads == value.rstrip("/")


@pytest.mark.parametrize(
    "value",
    [
        "https://roads.example",
        "google:https://roads.example",
        "osrm:",
        "osrm:roads.example",
        "osrm:ftp://roads.example",
        "osrm:https://roads.example/?key=1",
        "osrm:https://me:secret@roads.example",
        "valhalla:http://roads.example:99999",
        "valhalla:http://roads.example/a b é",
    ],
)
def test_any_other_setting_is_refused(value: str, tmp_path: Path) -> None:
    environ = {"TRETEAU_ROADS": value, "TRETEAU_INSTANCE": str(tmp_path)}
    with pytest.raises(SettingsError, match="TRETEAU_ROADS: write osrm: or valhalla:"):
        Settings.from_env(environ)
