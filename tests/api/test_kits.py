"""Programs write kits, read how many are free, and ask for some."""

from tests.api.conftest import request_body
from tests.factories import approved

PERIOD = "?start=2026-06-05T16:00:00%2B02:00&end=2026-06-08T09:00:00%2B02:00"


def kit_body(cast, **more):
    return {
        "authority_id": cast.town,
        "code": "SCENE",
        "name": "Scène 4 × 3 m",
        "parts": [
            {"item_id": cast.tables, "quantity": 5},
            {"item_id": cast.barriers, "quantity": 4},
            {"item_id": cast.tables, "quantity": 3},
        ],
        **more,
    }


def test_a_kit_is_written_and_read_with_what_is_free_for_dates(program, cast, live):
    manager, alice = program(cast.manager), program(cast.alice)
    answer = manager("POST", "/kits", kit_body(cast))
    assert answer.status_code == 201
    place = answer.headers["Location"].removeprefix("/api/v1")
    told = alice.get(place)
    assert told == answer.json
    assert {part["item_id"]: part["quantity"] for part in told["parts"]} == {
        cast.tables: 8,
        cast.barriers: 4,
    }
    assert (told["stock"], told["free"]) == (2, None)
    approved(live, cast, {cast.tables: 5})
    (listed,) = alice.get(f"/kits{PERIOD}")["items"]
    assert (listed["stock"], listed["free"]) == (2, 1)
    assert alice.get(f"/kits?authority_id={cast.agglomeration}")["items"] == []
    half = alice("GET", "/kits?start=2026-06-05T16:00:00Z")
    assert [error["field"] for error in half.json["errors"]] == ["end"]


def test_what_cannot_be_a_kit_is_told_by_field(program, cast):
    manager = program(cast.manager)
    for change, field in (
        ({"parts": []}, "parts"),
        ({"parts": [{"item_id": 999, "quantity": 1}]}, "parts"),
        ({"name": ""}, "name"),
        ({"colour": "blue"}, "colour"),
    ):
        answer = manager("POST", "/kits", kit_body(cast, **change))
        assert answer.status_code == 422
        assert [error["field"].partition(".")[0] for error in answer.json["errors"]] == [field]
    manager.post("/kits", kit_body(cast))
    again = manager("POST", "/kits", kit_body(cast))
    assert [error["field"] for error in again.json["errors"]] == ["code"]
    for person in (cast.alice, cast.agent, cast.other_manager):
        assert program(person)("POST", "/kits", kit_body(cast, code="X")).status_code == 403


def test_kits_are_asked_for_beside_lines_and_each_line_names_its_kit(program, cast):
    kit = program(cast.manager).post("/kits", kit_body(cast))["id"]
    alice = program(cast.alice)
    lines = [{"item_id": cast.tables, "quantity": 1}]
    body = request_body(cast, lines=lines, kits=[{"kit_id": kit, "units": 2}])
    told = alice.post("/bookings", body)
    assert told["state"] == "submitted"
    by_item = {line["item_id"]: line for line in told["lines"]}
    assert by_item[cast.tables]["requested"] == 17
    assert by_item[cast.tables]["kits"] == [
        {"kit_id": kit, "name": "Scène 4 × 3 m", "units": 2, "pieces": 16}
    ]
    assert by_item[cast.barriers]["requested"] == 8
    short = alice("POST", "/bookings", body)
    assert (short.status_code, short.json["code"]) == (409, "stock_conflict")
    never = request_body(cast, kits=[{"kit_id": 999, "units": 1}])
    assert alice("POST", "/bookings", never).status_code == 404
