"""The API described as a page: the same description that programs read, for people."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from lending.api.openapi import PREFIX, describe
from lending.api.routes import all_operations

blueprint = Blueprint("reference", __name__)

Schema = Mapping[str, Any]
_CODE = re.compile(r"`([^`]+)`")
_LIMITS = {
    "minimum": "from",
    "maximum": "to",
    "minLength": "at least",
    "maxLength": "at most",
    "minItems": "at least",
    "maxItems": "at most",
}


@dataclass(frozen=True)
class Kind:
    """What a value is, in words, and the schema that says more."""

    words: str
    schema: str = ""


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of an object."""

    name: str
    kind: Kind
    is_required: bool
    text: str
    limits: str


@dataclass(frozen=True)
class Refusal:
    """A status with which an operation answers no."""

    status: str
    text: str


@dataclass(frozen=True)
class OperationView:
    """One thing that a program can ask for."""

    name: str
    method: str
    path: str
    summary: str
    text: str
    permission: str
    parameters: tuple[Field, ...]
    body: str
    """The name of the schema of what is sent; none when nothing is."""
    example: str
    status: str
    answer: str
    """The name of the schema of what comes back."""
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True)
class SchemaView:
    """An object with fields, or a list of words."""

    name: str
    text: str
    fields: tuple[Field, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    """The whole page."""

    version: str
    text: str
    server: str
    operations: Mapping[str, tuple[OperationView, ...]]
    """By subject."""
    schemas: tuple[SchemaView, ...]


@blueprint.get(f"{PREFIX}/docs")
def show() -> ResponseReturnValue:
    """Show what programs can ask for; the descriptions are in English, as in the code."""
    return render_template("about/reference.html", reference=read_reference())


@blueprint.app_template_filter("code_words")
def code_words(text: str) -> Markup:
    """Return a text with what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


@cache
def read_reference() -> Reference:
    """Return the description of the API in the order and words of a page."""
    told = describe(all_operations())
    parts = told["components"]
    subjects: dict[str, list[OperationView]] = {tag["name"]: [] for tag in told["tags"]}
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            view = _operation(method.upper(), path, operation, parts)
            subjects[operation["tags"][0]].append(view)
    return Reference(
        version=told["info"]["version"],
        text=told["info"]["description"],
        server=told["servers"][0]["url"],
        operations={name: tuple(views) for name, views in subjects.items()},
        schemas=tuple(_schema(name, parts["schemas"][name]) for name in sorted(parts["schemas"])),
    )


def _operation(method: str, path: str, told: Schema, parts: Schema) -> OperationView:
    good, *refused = sorted(told["responses"].items())
    body = _content(told.get("requestBody", {}))
    examples = parts["schemas"].get(_name(body), {}).get("examples", [])
    return OperationView(
        name=told["operationId"],
        method=method,
        path=path,
        summary=told["summary"],
        text=told.get("description", ""),
        permission=told["x-permission"],
        parameters=tuple(
            Field(
                each["name"],
                kind_of(each["schema"]),
                each["required"],
                each.get("description", ""),
                _limits(each["schema"]),
            )
            for each in (_resolved(each, parts["parameters"]) for each in told["parameters"])
        ),
        body=_name(body),
        example=json.dumps(examples[0], ensure_ascii=False, indent=2) if examples else "",
        status=good[0],
        answer=_name(_content(good[1])),
        refusals=tuple(
            Refusal(status, _resolved(each, parts["responses"])["description"])
            for status, each in refused
        ),
    )


def _schema(name: str, told: Schema) -> SchemaView:
    required = told.get("required", ())
    return SchemaView(
        name=name,
        text=told.get("description", ""),
        fields=tuple(
            Field(
                each,
                kind_of(schema),
                each in required,
                schema.get("description", ""),
                _limits(schema),
            )
            for each, schema in told.get("properties", {}).items()
        ),
        words=tuple(told.get("enum", ())),
    )


def kind_of(schema: Schema) -> Kind:
    """Say what a value is."""
    if "$ref" in schema:
        return Kind("", _name(schema))
    if "anyOf" in schema:
        kinds = [kind_of(part) for part in schema["anyOf"]]
        named = next((kind.schema for kind in kinds if kind.schema), "")
        return Kind(" or ".join(kind.words for kind in kinds if kind.words), named)
    if schema.get("type") == "array":
        inner = kind_of(schema.get("items", {}))
        return Kind(f"list of {inner.words}".strip(), inner.schema)
    if "enum" in schema:
        return Kind(", ".join(str(word) for word in schema["enum"]))
    if "const" in schema:
        return Kind(str(schema["const"]))
    return Kind(str(schema.get("format") or schema.get("type", "anything")))


def _limits(schema: Schema) -> str:
    """Say between which bounds a value lies, and what it is when it is left out."""
    inner = next((p for p in schema.get("anyOf", ()) if p.get("type") != "null"), schema)
    said = [f"{word} {inner[key]}" for key, word in _LIMITS.items() if key in inner]
    if schema.get("default") not in (None, ""):
        said.append(f"otherwise {json.dumps(schema['default'])}")
    return ", ".join(said)


def _content(told: Schema) -> Schema:
    """Return the schema of what a body holds, nothing for none and for files."""
    kinds: Iterable[Schema] = told.get("content", {}).values()
    return next((kind.get("schema", {}) for kind in kinds), {})


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _resolved(told: Schema, parts: Schema) -> Schema:
    found: Schema = parts[_name(told)] if "$ref" in told else told
    return found
