"""The description of the API is true and whole: it comes from what routes and parses."""

import json
import re

import jsonschema_rs
import pytest

from lending.api.routes import all_operations
from lending.api.schemas.bookings import BookingIn

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def described(app):
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    return answer.json


def test_anybody_may_read_it_and_it_is_openapi_3_1(described):
    assert described["openapi"].startswith("3.1.")
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert described["security"] == [{"token": []}]


def test_it_lists_exactly_what_is_routed(app, described):
    routed = {
        (method, re.sub(r"<int:(\w+)>", r"{\1}", rule.rule).removeprefix("/api/v1"))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.openapi"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    listed = {
        (method.upper(), path)
        for path, operations in described["paths"].items()
        for method in operations
    }
    assert listed == routed
    assert len(listed) == len(all_operations()) > 35


def test_everything_it_refers_to_is_there_and_every_schema_is_one(described):
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(described)):
        place = described
        for part in reference.split("/"):
            place = place[part]
    for name, schema in described["components"]["schemas"].items():
        jsonschema_rs.meta.validate({**schema, "$schema": SCHEMA}), name


SCHEMA = "https://json-schema.org/draft/2020-12/schema"


def test_every_operation_says_what_it_is_for_and_how_it_refuses(described):
    for operations in described["paths"].values():
        for operation in operations.values():
            assert operation["summary"]
            assert operation["x-permission"]
            assert {"401", "403"} <= operation["responses"].keys()


def test_every_body_refuses_fields_that_it_does_not_know(described):
    schemas = described["components"]["schemas"]
    bodies = 0
    for operations in described["paths"].values():
        for operation in operations.values():
            if "requestBody" in operation:
                sent = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
                assert schemas[sent.rsplit("/", 1)[1]]["additionalProperties"] is False
                bodies += 1
    assert bodies > 20


def test_what_is_answered_is_what_is_described(described, program, cast):
    validator = {
        name: jsonschema_rs.validator_for(
            {"$schema": SCHEMA, "$ref": f"#/components/schemas/{name}", **described}
        )
        for name in ("ItemPage", "AuthorityPage", "OrganisationPage", "Problem")
    }
    manager = program(cast.manager)
    validator["ItemPage"].validate(manager.get("/items"))
    validator["AuthorityPage"].validate(manager.get("/authorities"))
    validator["OrganisationPage"].validate(manager.get("/organisations"))
    validator["Problem"].validate(manager("GET", "/items/999").json)


def test_the_example_of_a_request_is_one(described):
    schema = {"$schema": SCHEMA, "$ref": "#/components/schemas/BookingIn", **described}
    (example,) = described["components"]["schemas"]["BookingIn"]["examples"]
    jsonschema_rs.validator_for(schema).validate(example)
    assert BookingIn.model_validate_json(json.dumps(example)).submit
