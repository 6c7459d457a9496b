"""Programs number pieces, read their labels, and choose which goes where."""

from tests.factories import FRIDAY, approved


def test_units_are_numbered_changed_and_retired(program, cast):
    manager = program(cast.manager)
    place = f"/items/{cast.tables}/units"
    made = manager("POST", place, {"first": 1, "count": 3, "condition": "new"})
    assert made.status_code == 201
    assert [unit["number"] for unit in made.json["items"]] == [1, 2, 3]
    first = made.json["items"][0]
    assert len(first["code"]) == 8
    changed = manager("PATCH", f"/units/{first['id']}", {"condition": "fair", "serial": "T1"})
    assert (changed.json["condition"], changed.json["serial"]) == ("fair", "T1")
    retired = manager("PATCH", f"/units/{first['id']}", {"retired_reason": "Cassée"}).json
    assert (retired["is_active"], retired["condition"]) == (False, "fair")
    assert len(manager.get(place)["items"]) == 2
    assert len(manager.get(f"{place}?with_retired=true")["items"]) == 3
    taken = manager("POST", place, {"first": 3})
    assert (taken.status_code, taken.json["errors"][0]["field"]) == (422, "first")


def test_a_unit_that_somebody_has_is_refused_with_who(program, cast, live):
    manager = program(cast.manager)
    made = manager("POST", f"/items/{cast.tables}/units", {"first": 1, "count": 2}).json["items"]
    one = approved(live, cast, {cast.tables: 1})
    other = approved(live, cast, {cast.tables: 1}, organisation=cast.club)
    told = manager("POST", f"/bookings/{one}/units", {"code": made[0]["code"]}).json
    assert [each["unit"]["number"] for each in told["lines"][0]["chosen"]] == [1]
    assert told["lines"][0]["missing"] == 0
    refused = manager("POST", f"/bookings/{other}/units", {"unit_id": made[0]["id"]})
    assert (refused.status_code, refused.json["code"]) == (409, "unit_taken")
    assert "Chorale des Planches" in refused.json["detail"]
    free = manager.get(f"/bookings/{other}/units")["lines"][0]["free"]
    assert [unit["number"] for unit in free] == [2]
    both = manager("POST", f"/bookings/{other}/units", {"unit_id": 1, "code": "X"})
    assert both.status_code == 422


def test_units_leave_and_come_back_with_statements(program, cast, live, clock):
    manager = program(cast.manager)
    made = manager("POST", f"/items/{cast.tables}/units", {"first": 1, "count": 2}).json["items"]
    first, second = (unit["code"] for unit in made)
    loan = approved(live, cast, {cast.tables: 2})
    clock.instant = FRIDAY
    place = f"/bookings/{loan}"
    wrong = manager("POST", f"{place}/check-out", {"units": [{"code": first}, {"code": "XYZ"}]})
    assert wrong.json["errors"][0]["field"] == "units.1.code"
    left = manager("POST", f"{place}/check-out", {"units": [{"code": first}, {"code": second}]})
    assert left.status_code == 200
    back = {
        "lines": [{"item_id": cast.tables, "returned": 1, "lost": 1}],
        "units": [{"code": first, "condition": "fair"}, {"code": second, "lost": True}],
    }
    contradicts = back | {"units": [{"code": first}, {"code": second}]}
    refused = manager("POST", f"{place}/check-in", contradicts)
    fields = [error["field"] for error in refused.json["errors"]]
    assert (refused.status_code, fields) == (422, ["lines.0.returned", "lines.0.lost"])
    assert manager("POST", f"{place}/check-in", back).json["state"] == "returned"
    told = manager.get(f"{place}/statements")["items"]
    assert [[unit["fate"] for unit in each["lines"][0]["units"]] for each in told] == [
        ["left", "left"],
        ["back", "lost"],
    ]
    assert told[1]["lines"][0]["units"][0]["condition"] == "fair"


def test_which_unit_was_broken_is_told_afterwards_and_lets_the_loan_be_closed(
    program, cast, live, clock
):
    manager = program(cast.manager)
    made = manager("POST", f"/items/{cast.tables}/units", {"first": 1, "count": 2}).json["items"]
    loan = approved(live, cast, {cast.tables: 2})
    clock.instant = FRIDAY
    place = f"/bookings/{loan}"
    leaving = {"units": [{"code": unit["code"]} for unit in made]}
    assert manager("POST", f"{place}/check-out", leaving).status_code == 200
    counted = {"lines": [{"item_id": cast.tables, "returned": 1, "damaged": 1}]}
    assert manager("POST", f"{place}/check-in", counted).status_code == 200
    assert manager("POST", f"{place}/close", {}).status_code == 422
    broken = f"{place}/units/{made[1]['id']}/outcome"
    assert manager("POST", broken, {"fate": "lost"}).status_code == 409
    told = manager("POST", broken, {"fate": "damaged"})
    chosen = told.json["lines"][0]["chosen"]
    assert [each["unit"]["condition"] for each in chosen] == ["good", "poor"]
    assert manager("POST", f"{place}/close", {}).json["state"] == "closed"
