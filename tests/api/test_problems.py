"""What goes wrong is a problem document that names the fields, in the client's language."""

import pytest

from tests.api.conftest import request_body, token_for

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def alice(program, cast):
    return program(cast.alice)


def send(alice, data, content_type="application/json"):
    return alice.client.post(
        "/api/v1/bookings",
        data=data,
        content_type=content_type,
        headers={"Authorization": f"Bearer {alice.token}"},
    )


def fields(answer):
    assert answer.status_code == 422
    return [error["field"] for error in answer.json["errors"]]


def test_a_problem_says_all_that_the_standard_asks_and_what_ours_adds(alice):
    answer = alice("GET", "/bookings/999")
    assert answer.mimetype == "application/problem+json"
    assert answer.json == {
        "type": "urn:treteau:problem:not_found",
        "title": "Il n’y a rien ici",
        "status": 404,
        "detail": "Nous ne trouvons pas ce que vous cherchez.",
        "code": "not_found",
        "errors": [],
    }


@pytest.mark.parametrize(
    ("accepted", "title"),
    [
        ("en", "There is nothing here"),
        ("en-GB,fr;q=0.3", "There is nothing here"),
        ("fr-FR,en;q=0.3", "Il n’y a rien ici"),
        ("de", "Il n’y a rien ici"),
    ],
)
def test_the_language_is_the_one_the_client_prefers(alice, accepted, title):
    assert alice("GET", "/bookings/999", Accept_Language=accepted).json["title"] == title


def test_a_naive_time_is_refused_by_its_field(alice, cast):
    answer = alice("POST", "/bookings", request_body(cast, start="2026-06-05T16:00:00"))
    assert fields(answer) == ["start"]
    assert "fuseau" in answer.json["errors"][0]["message"]


def test_the_end_must_come_after_the_start(alice, cast):
    body = request_body(cast, end="2026-06-05T16:00:00+02:00")
    assert fields(alice("POST", "/bookings", body)) == ["end"]
    query = "start=2026-06-02T00:00:00Z&end=2026-06-01T00:00:00Z"
    assert fields(alice("GET", f"/availability?{query}")) == ["end"]
    assert fields(alice("GET", f"/items/{cast.chairs}/availability?{query}")) == ["end"]


def test_unknown_fields_are_refused_at_every_depth(alice, cast):
    body = request_body(cast, colour="blue")
    body["event"]["weather"] = "fine"
    body["lines"][0]["size"] = 3
    assert fields(alice("POST", "/bookings", body)) == ["event.weather", "lines.0.size", "colour"]


def test_every_field_that_is_wrong_is_named_at_once(alice, cast):
    body = request_body(
        cast,
        authority_id="one",
        logistics="balloon",
        lines=[{"item_id": cast.chairs, "quantity": 0}, {"quantity": 2.5}],
    )
    assert fields(alice("POST", "/bookings", body)) == [
        "authority_id",
        "logistics",
        "lines.0.quantity",
        "lines.1.item_id",
        "lines.1.quantity",
    ]


def test_what_the_services_refuse_is_named_as_in_the_request(alice, cast):
    body = request_body(cast, lines=[{"item_id": cast.barriers, "quantity": 41}])
    assert fields(alice("POST", "/bookings", body)) == ["lines.0.quantity"]
    elsewhere = request_body(cast, lines=[{"item_id": cast.stage, "quantity": 1}])
    assert fields(alice("POST", "/bookings", elsewhere)) == ["lines.0.item_id"]
    past = request_body(cast, start="2026-01-01T00:00:00Z")
    assert fields(alice("POST", "/bookings", past)) == ["start"]


def test_a_text_with_a_nul_is_refused_before_any_database_sees_it(alice, cast):
    assert fields(alice("POST", "/bookings", request_body(cast, note="a\0b"))) == ["note"]


@pytest.mark.parametrize("data", [b"{", b'{"a": NaN', b"\xff", b'{"a": "\\ud800"}', b"[" * 5000])
def test_what_is_not_json_is_malformed(alice, data):
    answer = send(alice, data)
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")


def test_json_that_is_no_object_is_refused(alice):
    assert fields(send(alice, b"[]")) == ["body"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_type_is_refused(alice, kind):
    answer = send(alice, b"{}", kind)
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


def test_a_body_that_is_too_large_is_refused(alice):
    answer = send(alice, b'{"note": "' + b"x" * (1024 * 1024) + b'"}')
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_a_wrong_method_is_told_with_the_right_ones(alice):
    answer = alice("PUT", "/items")
    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize("path", ["/nothing", "/items/", "/items/abc", "/items/99999999999"])
def test_an_address_without_anything_behind_it_is_not_found(alice, path):
    assert alice("GET", path).json["code"] == "not_found"


def test_pages_keep_their_own_errors(alice):
    assert alice.client.get("/nothing").mimetype == "text/html"


def test_no_cookie_signs_in_and_none_is_set(app, cast):
    from tests.web.conftest import Browser

    browser = Browser(app).sign_in(cast.alice)
    answer = browser.get("/api/v1/bookings")
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers


def test_answers_are_not_kept_by_caches(alice):
    assert "no-store" in alice("GET", "/bookings").headers["Cache-Control"]


def test_a_fault_of_ours_is_a_problem_too_and_tells_nothing_of_it(make_app, cast):
    app = make_app(PROPAGATE_EXCEPTIONS=False)
    token = token_for(app, cast.alice)
    app.extensions["database"].read = None  # the database has gone
    answer = app.test_client().get("/api/v1/items", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert answer.json["code"] == "server_error"
    assert "NoneType" not in answer.text
