"""What was typed in forms, and what a service found wrong beside the fields it is about."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from lending.errors import InvalidInput, LendingError
from lending.web.errors import words


def text_of(field: Any) -> str:
    """Return what was typed in a field of text; nothing is an empty text."""
    return str(field.data or "")


def tell_errors(form: Any, error: InvalidInput, names: Mapping[str, str] | None = None) -> None:
    """Put each error beside its field of the form; `names` says where another name is shown."""
    for found in error.errors:
        text = gettext(found.message, **dict(found.data))
        field = form._fields.get((names or {}).get(found.field, found.field))
        if field is None:
            form.form_errors.append(text)
        else:
            field.errors = [*field.errors, text]


def tell_error(form: Any, error: LendingError) -> None:
    """Put an error that is about no field on top of the form."""
    form.form_errors.append(words(error))
