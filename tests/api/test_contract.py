"""What programs were promised: names, statuses, forms of answers."""

from datetime import datetime

import pytest

from lending.bookings.models import Logistics
from tests.api.conftest import request_body
from tests.factories import approved, submitted
from tests.logistics.crews import build_short_friday
from tests.logistics.stages import make_stage

JUNE = "start=2026-06-01T00:00:00%2B02:00&end=2026-07-01T00:00:00%2B02:00"


@pytest.fixture
def manager(program, cast):
    return program(cast.manager)


@pytest.fixture
def choir(program, cast):
    return program(cast.alice)


def test_authorities_are_listed_under_items_with_paging(manager, cast):
    page = manager.get("/authorities?per_page=1")
    assert [authority["id"] for authority in page["items"]] == [cast.agglomeration]
    assert (page["total"], page["page"], page["per_page"]) == (2, 1, 1)
    second = manager.client.get(
        page["next"], headers={"Authorization": f"Bearer {manager.token}"}
    ).json
    assert [authority["id"] for authority in second["items"]] == [cast.town]
    assert second["next"] is None


def test_an_item_is_made_with_the_stock_it_always_had(manager, cast):
    sent = {
        "authority_id": cast.town,
        "category": "Sono et lumière",
        "code": "SONO-1",
        "name": "Enceinte amplifiée",
        "stock": 6,
        "preparation_minutes": 30,
        "turnaround_minutes": 45,
        "weight_kg": 18.5,
        "volume_m3": 0.12,
        "setup_person_minutes": 7.5,
        "replacement_value_cents": 64900,
    }
    made = manager.post("/items", sent)
    assert {**made, **sent} == {**made, "category": "Sono et lumière"}
    assert made["category"] == "sono-et-lumiere"
    assert made["category_name"] == "Sono et lumière"
    assert manager.get(f"/items/{made['id']}") == made
    past = "start=2001-01-01T00:00:00Z&end=2001-01-02T00:00:00Z"
    assert manager.get(f"/items/{made['id']}/availability?{past}")["free"] == 6
    again = manager.post("/items", {**sent, "code": "SONO-2"})
    assert again["category"] == "sono-et-lumiere"
    nameless = manager.post("/items", {**sent, "code": "SONO-3", "category": "!"}, status=422)
    assert [error["field"] for error in nameless["errors"]] == ["category"]


def test_the_address_of_what_is_made_is_told(manager, cast):
    sent = {"authority_id": cast.town, "category": "seats", "code": "X", "name": "Banc"}
    answer = manager("POST", "/items", sent)
    assert answer.headers["Location"] == f"/api/v1/items/{answer.json['id']}"


def test_items_are_found_by_words_category_and_authority(manager, cast):
    def codes(query):
        return [item["code"] for item in manager.get(f"/items?{query}")["items"]]

    assert codes("q=tables") == ["TAB-183"]
    assert codes("category=seats") == ["CHA-COQ", "CHA-PLI"]
    assert codes("category=Chaises et bancs&authority_id=" + str(cast.town)) == ["CHA-PLI"]
    assert codes("category=unknown") == []
    assert manager.get("/items?per_page=2")["total"] == 6


def test_an_item_changes_only_in_what_is_given(manager, cast):
    before = manager.get(f"/items/{cast.chairs}")
    answer = manager("PATCH", f"/items/{cast.chairs}", {"name": "Chaise bleue", "weight_kg": 4})
    assert answer.status_code == 200
    assert answer.json == {**before, "name": "Chaise bleue", "weight_kg": 4.0}


def test_stock_moves_and_maintenance_take_effect_when_they_say(manager, cast):
    moved = manager.post(
        f"/items/{cast.chairs}/stock-movements",
        {"quantity_delta": 20, "effective_at": "2026-06-10T00:00:00Z", "reason": "Achat"},
    )
    assert moved["quantity_delta"] == 20
    assert moved["stock_after"] == 120
    kept = manager.post(
        f"/items/{cast.chairs}/maintenance",
        {
            "quantity": 15,
            "start": "2026-06-20T00:00:00Z",
            "end": "2026-06-21T00:00:00Z",
            "reason": "Contrôle",
        },
    )
    assert kept["quantity"] == 15
    timeline = manager.get(f"/items/{cast.chairs}/availability?{JUNE}")["timeline"]
    assert [step["free"] for step in timeline] == [100, 120, 105, 120]
    assert manager("POST", f"/maintenance/{kept['id']}/end").status_code == 204
    timeline = manager.get(f"/items/{cast.chairs}/availability?{JUNE}")["timeline"]
    assert [step["free"] for step in timeline] == [100, 120]


def test_an_organisation_entered_by_staff_is_verified_at_once(manager):
    sent = {
        "name": "Les Amis du Kiosque",
        "rna": "W2A1002867",
        "siren": "732 829 320",
        "commune_insee": "00101",
    }
    made = manager.post("/organisations", sent)
    assert made["verification"] == "verified"
    assert (made["rna"], made["siren"]) == ("W2A1002867", "732829320")
    changed = manager("PATCH", f"/organisations/{made['id']}", {"purpose": "Musique"})
    assert changed.json == {**made, "purpose": "Musique"}


def test_an_organisation_may_come_from_a_commune_that_is_new_here(manager):
    made = manager.post("/organisations", {"name": "D'ailleurs", "commune_insee": "35238"})
    assert made["commune_insee"] == "35238"
    nowhere = manager.post("/organisations", {"name": "X", "commune_insee": "99999"}, status=422)
    assert [error["field"] for error in nowhere["errors"]] == ["commune_insee"]


def test_a_request_that_is_sent_holds_what_it_asks_for(choir, cast):
    body = request_body(cast)
    made = choir.post("/bookings", body)
    assert made["state"] == "submitted"
    assert body["event"]["site"].items() <= made["event"]["site"].items()
    assert made["event"]["competence"] == "local_life"
    assert made["logistics"] == "delivery_setup"
    assert made["source"] == "api"
    (line,) = made["lines"]
    assert (line["item_id"], line["requested"], line["granted"]) == (cast.chairs, 10, None)
    free = choir.get(f"/items/{cast.chairs}/availability?{JUNE}")
    assert (free["item_id"], free["stock"], free["free"]) == (cast.chairs, 100, 90)
    assert [step["free"] for step in free["timeline"]] == [100, 90, 100]
    assert choir.get(f"/bookings/{made['id']}") == made


def test_a_draft_holds_nothing_until_it_is_sent(choir, cast):
    made = choir.post("/bookings", request_body(cast, submit=False))
    assert made["state"] == "draft"
    assert choir.get(f"/items/{cast.chairs}/availability?{JUNE}")["free"] == 100
    sent = choir.post(f"/bookings/{made['id']}/submit", status=200)
    assert sent["state"] == "submitted"
    assert choir.get(f"/items/{cast.chairs}/availability?{JUNE}")["free"] == 90


def test_a_token_of_one_association_need_not_say_who_asks_nor_where_its_event_is(choir, cast):
    body = request_body(cast, event={"name": "Répétition"})
    del body["organisation_id"]
    made = choir.post("/bookings", body)
    assert made["organisation_id"] == cast.choir
    assert made["event"]["commune_insee"] == "00101"
    assert made["event"]["start"] == made["start"]


def test_availability_counts_the_buffers_of_each_item(choir, cast, app):
    submitted(app.extensions["database"], cast, {cast.tables: 15})
    after = "start=2026-06-08T08:00:00Z&end=2026-06-08T10:00:00Z"  # an hour after the return
    assert choir.get(f"/items/{cast.tables}/availability?{after}")["free"] == 5
    later = "start=2026-06-08T10:00:00Z&end=2026-06-08T11:00:00Z"  # two of turnaround, one before
    assert choir.get(f"/items/{cast.tables}/availability?{later}")["free"] == 20


def test_availability_of_all_is_listed_and_narrowed(choir, cast):
    page = choir.get(f"/availability?{JUNE}")
    assert page["total"] == 6
    assert {"item_id", "code", "name", "stock", "free"} <= page["items"][0].keys()
    found = choir.get(f"/availability?{JUNE}&authority_id={cast.town}&category=seats&q=chaise")
    assert [(item["item_id"], item["free"]) for item in found["items"]] == [(cast.chairs, 100)]


def test_a_plus_sign_that_was_not_escaped_is_understood(choir, cast):
    june = "start=2026-06-01T00:00:00+02:00&end=2026-06-02T00:00:00+02:00"
    answer = choir.get(f"/items/{cast.chairs}/availability?{june}")
    assert answer["start"] == "2026-05-31T22:00:00+00:00"


def test_times_are_answered_with_their_offset(choir, cast):
    made = choir.post("/bookings", request_body(cast))
    for name in ("start", "end", "created_at", "submitted_at"):
        assert datetime.fromisoformat(made[name]).utcoffset() is not None
    assert made["start"] == "2026-06-05T14:00:00+00:00"


def test_a_manager_decides_hands_over_and_takes_back(manager, choir, cast):
    number = choir.post("/bookings", request_body(cast))["id"]
    assert manager.post(f"/bookings/{number}/review", status=200)["state"] == "in_review"
    lines = [{"item_id": cast.chairs, "granted": 6}]
    granted = manager.post(f"/bookings/{number}/approve", {"lines": lines}, status=200)
    assert granted["state"] == "partly_approved"
    assert granted["lines"][0]["granted"] == 6
    assert granted["history"][0]["reason"], "the association reads that it is a part"
    assert manager.post(f"/bookings/{number}/prepare", status=200)["state"] == "prepared"
    key = {"key": "one-and-the-same"}
    out = manager.post(f"/bookings/{number}/check-out", key, status=200)
    assert (out["state"], out["lines"][0]["delivered"]) == ("out", 6)
    assert (out["statement"]["standing"], out["statement"]["repeated"]) == ("counted", False)
    again = manager.post(f"/bookings/{number}/check-out", key, status=200)["statement"]
    assert again == out["statement"] | {"repeated": True}
    part = {"lines": [{"item_id": cast.chairs, "returned": 4}]}
    assert manager.post(f"/bookings/{number}/check-in", part, status=200)["state"] == "out"
    back = manager.post(f"/bookings/{number}/check-in", status=200)
    assert (back["state"], back["lines"][0]["returned"]) == ("returned", 6)
    assert manager.post(f"/bookings/{number}/close", status=200)["state"] == "closed"


def test_a_request_is_refused_with_a_reason_of_the_list(manager, cast, app):
    number = submitted(app.extensions["database"], cast, {cast.chairs: 5})
    reason = {"reason_code": "LATE", "reason": "Trop tard pour préparer."}
    refused = manager.post(f"/bookings/{number}/refuse", reason, status=200)
    assert (refused["state"], refused["reason_code"]) == ("refused", "LATE")
    unknown = {"reason_code": "BECAUSE", "reason": "Voilà."}
    told = manager.post(f"/bookings/{number}/refuse", unknown, status=422)
    assert [error["field"] for error in told["errors"]] == ["reason_code"]


def test_an_association_completes_waits_and_cancels(manager, choir, cast, app):
    number = submitted(app.extensions["database"], cast, {cast.chairs: 5})
    asked = manager.post(f"/bookings/{number}/pieces", {"what": "L'assurance"}, status=200)
    assert asked["state"] == "incomplete"
    done = choir.post(f"/bookings/{number}/complete", {"answer": "Voici."}, status=200)
    assert done["state"] == "submitted"
    waits = choir.post(f"/bookings/{number}/wait", status=200)
    assert waits["state"] == "waitlisted"
    gone = choir.post(f"/bookings/{number}/cancel", {"reason": "Annulée"}, status=200)
    assert gone["state"] == "cancelled"


def test_an_undecided_request_changes_and_what_is_granted_is_reduced(choir, cast, app):
    database = app.extensions["database"]
    number = submitted(database, cast, {cast.chairs: 5})
    changed = choir(
        "PATCH",
        f"/bookings/{number}",
        {
            "start": "2026-06-04T16:00:00+02:00",
            "event": {"name": "Fête de la musique", "site": {"address": "Le kiosque"}},
            "lines": [{"item_id": cast.barriers, "quantity": 8}],
        },
    ).json
    assert changed["start"] == "2026-06-04T14:00:00+00:00"
    assert changed["event"]["name"] == "Fête de la musique"
    assert changed["event"]["site"]["address"] == "Le kiosque"
    assert [(li["item_id"], li["requested"]) for li in changed["lines"]] == [(cast.barriers, 8)]
    granted = approved(database, cast, {cast.chairs: 30})
    less = {"lines": [{"item_id": cast.chairs, "quantity": 12}]}
    reduced = choir("PATCH", f"/bookings/{granted}", less)
    assert reduced.json["lines"][0]["granted"] == 12
    late = choir("PATCH", f"/bookings/{granted}", {"note": "Encore une chose"})
    assert (late.status_code, late.json["code"]) == (409, "not_allowed_now")


def test_a_draft_can_be_thrown_away_and_a_request_cannot(choir, cast):
    draft = choir.post("/bookings", request_body(cast, submit=False))["id"]
    assert choir("DELETE", f"/bookings/{draft}").status_code == 204
    assert choir("GET", f"/bookings/{draft}").status_code == 404
    sent = choir.post("/bookings", request_body(cast))["id"]
    assert choir("DELETE", f"/bookings/{sent}").status_code == 409


def test_bookings_are_listed_by_state_and_time(manager, cast, app):
    database = app.extensions["database"]
    waits = submitted(database, cast, {cast.chairs: 1})
    granted = approved(database, cast, {cast.chairs: 1})
    both = manager.get("/bookings?state=submitted&state=approved&order=soonest")
    assert [row["id"] for row in both["items"]] == [waits, granted]
    assert [row["id"] for row in manager.get("/bookings?state=approved")["items"]] == [granted]
    assert manager.get(f"/bookings?{JUNE}")["total"] == 2
    july = "start=2026-07-01T00:00:00Z&end=2026-08-01T00:00:00Z"
    assert manager.get(f"/bookings?{july}")["total"] == 0


def test_a_calendar_is_subscribed_and_given_up(choir, cast, app):
    sent = {"view": "organisation", "id": cast.choir, "alarms": True, "cancelled": False}
    made = choir.post("/calendar-subscriptions", sent)
    path = made["url"].removeprefix("http://127.0.0.1:5000")
    assert app.test_client().get(path).status_code == 200
    assert [row["id"] for row in choir.get("/calendar-subscriptions")["items"]] == [made["id"]]
    assert choir("DELETE", f"/calendar-subscriptions/{made['id']}").status_code == 204
    assert app.test_client().get(path).status_code == 410


def test_what_the_crews_cannot_do_is_granted_only_with_a_reason(manager, choir, app, cast):
    town = app.extensions["database"]
    build_short_friday(town, cast)
    stage = make_stage(town, cast)
    approved(town, cast, {stage: 4}, logistics=Logistics.DELIVERY_SETUP)
    number = submitted(town, cast, {stage: 5}, logistics=Logistics.DELIVERY_SETUP)
    path = f"/bookings/{number}/approve"
    told = manager.post(path, status=422)
    assert told["code"] == "capacity_exceeded"
    (error,) = told["errors"]
    assert error["field"] == "capacity_reason"
    assert "2026-06-05" in error["message"]
    assert "3.5" in error["message"]
    assert manager.get(f"/bookings/{number}")["state"] == "submitted"
    reason = {"capacity_reason": "Deux agents viennent en renfort."}
    assert manager.post(path, reason, status=200)["state"] == "approved"
    assert "renfort" not in str(choir.get(f"/bookings/{number}")), "staff alone read it"
