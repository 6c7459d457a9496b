"""The description of the API (OpenAPI 3.1), drawn from the operations and their schemas."""

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from lending import __version__
from lending.api.errors import KEY_HEADER
from lending.api.operations import Operation
from lending.api.schemas.problems import ConflictProblem, Problem

PREFIX = "/api/v1"
REF = "#/components/schemas/{model}"

DESCRIPTION = """\
Reserve equipment of a French town or agglomeration, decide, hand over, and see what is free.

Every request carries an API token (`treteau token create`, or the page of the administrators),
which acts in one role; it sees and does what people in this role do. Times are ISO 8601 with an
offset; stretches of time include their start and not their end. Errors are problem documents
(RFC 9457) with a stable `code`, in French or English by `Accept-Language`. With an
`Idempotency-Key`, a POST that is sent again within 48 hours gets its first answer (2xx or 409)
and is not run again.
"""

PROBLEMS = {
    400: "The body is not JSON.",
    401: "No API token, or one that is unknown or revoked.",
    403: "The token's role does not allow this.",
    404: "There is no such thing, or none that the token may know of.",
    409: "The present situation does not allow this; see `code`.",
    413: "The body is larger than 1 MiB; with a file, than 14 MiB.",
    415: "The body is not application/json.",
    422: "A field is missing, unknown or unusable; `errors` names each.",
    503: "The database is busy. Nothing was changed; try again.",
}


def describe(operations: Sequence[Operation]) -> dict[str, Any]:
    """Return the whole description."""
    return _described(tuple(operations))


@cache
def _described(operations: tuple[Operation, ...]) -> dict[str, Any]:
    references, definitions = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        method = operation.method.lower()
        paths.setdefault(operation.path, {})[method] = _operation(operation, references, operations)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tréteau",
            "version": __version__,
            "summary": "Lending equipment to associations",
            "description": DESCRIPTION,
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(op.tag for op in operations)],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "parameters": {"IdempotencyKey": _key_parameter()},
            "responses": {
                f"Problem{status}": _problem(text, references[Problem, "serialization"])
                for status, text in PROBLEMS.items()
            },
        },
    }


References = dict[tuple[type[BaseModel], JsonSchemaMode], dict[str, Any]]


def _schemas(operations: Sequence[Operation]) -> tuple[References, dict[str, Any]]:
    """Return a reference to each schema, and the definitions of all."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {
        (Problem, "serialization"): None,
        (ConflictProblem, "serialization"): None,
    }
    for operation in operations:
        if operation.body:
            wanted[operation.body, "validation"] = None
        if operation.answer:
            wanted[operation.answer, "serialization"] = None
    found, everything = models_json_schema(list(wanted), ref_template=REF)
    references = cast(References, found)
    return references, everything["$defs"]


def _operation(
    operation: Operation, references: References, operations: Sequence[Operation]
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "x-permission": operation.action.value,
        "parameters": _parameters(operation),
        "responses": _responses(operation, references, operations),
    }
    if operation.description:
        told["description"] = operation.description
    if operation.body:
        told["requestBody"] = {
            "required": any(field.is_required() for field in operation.body.model_fields.values()),
            "content": {"application/json": {"schema": references[operation.body, "validation"]}},
        }
    return told


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    names = [part.strip("{}") for part in operation.path.split("/") if part.startswith("{")]
    number = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": number} for name in names
    ]
    if operation.query:
        found += _query_parameters(operation.query)
    if operation.method == "POST":
        found.append({"$ref": "#/components/parameters/IdempotencyKey"})
    return found


def _query_parameters(query: type[BaseModel]) -> list[dict[str, Any]]:
    schema = query.model_json_schema()
    definitions = schema.get("$defs", {})
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": described.pop("description", ""),
            "schema": _inlined(described, definitions),
        }
        for name, described in schema["properties"].items()
    ]


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """Return a schema with what it refers to written out: enums are short."""
    if isinstance(schema, list):
        return [_inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "anyOf" in schema:  # a parameter that may be left out, not one that may be null
        kept = [part for part in schema["anyOf"] if part.get("type") != "null"]
        return _inlined(kept[0], definitions)
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return {k: v for k, v in definitions[name].items() if k not in ("title", "description")}
    return {name: _inlined(part, definitions) for name, part in schema.items() if name != "title"}


def _responses(
    operation: Operation, references: References, operations: Sequence[Operation]
) -> dict[str, Any]:
    good: dict[str, Any] = {"description": operation.summary}
    if operation.answer:
        schema = references[operation.answer, "serialization"]
        good["content"] = {"application/json": {"schema": schema}}
    if operation.media_type:
        good["content"] = {operation.media_type: {}}
    if operation.location:
        good["headers"] = {"Location": {"schema": {"type": "string"}}}
        good["links"] = _links(operation, operations)
    responses: dict[str, Any] = {str(operation.status): good}
    for status in sorted(_refusals(operation)):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    if operation.may_conflict:
        text = "Not everything is free, or the situation has changed; see `code`."
        schemas = [references[m, "serialization"] for m in (ConflictProblem, Problem)]
        responses["409"] = _problem(text, {"anyOf": schemas})
    return responses


def _links(operation: Operation, operations: Sequence[Operation]) -> dict[str, Any]:
    """Return what can be done next with what was made: its number goes into their address."""
    place = operation.location.removesuffix("{id}") + "{"
    return {
        other.name: {
            "operationId": other.name,
            "parameters": {other.path.removeprefix(place).partition("}")[0]: "$response.body#/id"},
        }
        for other in operations
        if other.path.startswith(place)
    }


def _refusals(operation: Operation) -> set[int]:
    statuses = {401, 403, *operation.refusals}
    if "{" in operation.path:
        statuses.add(404)
    if operation.query or operation.body:
        statuses.add(422)
    if operation.body:
        statuses |= {400, 413, 415}
    if operation.writes:
        statuses.add(503)
    if operation.method == "POST":
        statuses |= {409, 422}
    return statuses


def _problem(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {"application/problem+json": {"schema": schema}}}


def _key_parameter() -> dict[str, Any]:
    return {
        "name": KEY_HEADER,
        "in": "header",
        "required": False,
        "description": "Names this request: sent again, it gets its first answer.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        "example": "0b8f7a3e-2f0c-4c63-9a1e-6c2f3d1a7b55",
    }
