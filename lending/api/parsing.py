"""From the bytes of a request to values of our schemas, or to errors that name each field."""

from collections.abc import Mapping
from typing import Any, TypeVar, get_origin

from flask import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lending.api.errors import Unreadable, WrongType
from lending.errors import FieldError, InvalidInput
from lending.i18n import N_

Model = TypeVar("Model", bound=BaseModel)

MESSAGES = {
    "missing": N_("This field is needed."),
    "extra_forbidden": N_("We do not know this field."),
    "string_type": N_("Write a text."),
    "string_too_long": N_("This is too long: %(max_length)d characters at most."),
    "string_too_short": N_("This is too short: %(min_length)d characters at least."),
    "int_type": N_("Write a whole number."),
    "int_parsing": N_("Write a whole number."),
    "int_from_float": N_("Write a whole number."),
    "float_type": N_("Write a number."),
    "bool_type": N_("Write true or false."),
    "bool_parsing": N_("Write true or false."),
    "greater_than_equal": N_("Write a number of at least %(ge)s."),
    "less_than_equal": N_("Write a number of at most %(le)s."),
    "enum": N_("Write one of: %(expected)s."),
    "literal_error": N_("Write one of: %(expected)s."),
    "list_type": N_("Write a list."),
    "too_short": N_("This list is too short: %(min_length)d at least."),
    "too_long": N_("This list is too long: %(max_length)d at most."),
    "model_type": N_("Write an object with fields."),
    "model_attributes_type": N_("Write an object with fields."),
    "date_type": N_("Write a date such as 2026-06-05."),
    "date_parsing": N_("Write a date such as 2026-06-05."),
    "date_from_datetime_parsing": N_("Write a date such as 2026-06-05."),
    "instant": N_("Write a time such as 2026-06-05T16:00:00+02:00."),
    "naive_instant": N_("Say the time zone too, such as 2026-06-05T16:00:00+02:00."),
    "far_instant": N_("Write a time between 1971 and 2199."),
}
OTHERWISE = N_("This value cannot be used.")


def read_body(request: Request, schema: type[Model], most_bytes: int) -> Model:
    """Return the body; none at all is an object without fields.

    Raises:
        WrongType: it is not said to be JSON.
        Unreadable: it is not JSON.
        InvalidInput: a field is missing, unknown or unusable.
    """
    request.max_content_length = most_bytes
    data = request.get_data(cache=True)
    if not data:
        data = b"{}"
    elif not request.is_json:
        raise WrongType
    try:
        return schema.model_validate_json(data)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        if any(detail["type"] == "json_invalid" for detail in details):
            raise Unreadable from error
        raise InvalidInput([_field_error(detail) for detail in details]) from error


def read_query(request: Request, schema: type[Model]) -> Model:
    """Return the parameters of the address; those we do not know are ignored.

    Raises:
        InvalidInput: one is missing or unusable.
    """
    given: dict[str, Any] = {
        name: request.args.getlist(name) if _is_list(field.annotation) else request.args[name]
        for name, field in schema.model_fields.items()
        if name in request.args
    }
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise InvalidInput([_field_error(detail) for detail in details]) from error


def _is_list(annotation: object) -> bool:
    return get_origin(annotation) is list


def _field_error(detail: ErrorDetails) -> FieldError:
    context: Mapping[str, Any] = detail.get("ctx", {})
    message = MESSAGES.get(detail["type"], OTHERWISE)
    name = ".".join(str(part) for part in detail["loc"]) or "body"
    data = {key: _plain(value) for key, value in context.items()}
    return FieldError(name, message, tuple(data.items()))


def _plain(value: object) -> object:
    """Take the English out of a list of choices."""
    return value.replace(" or ", ", ").replace("'", "") if isinstance(value, str) else value
