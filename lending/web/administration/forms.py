"""The forms of administrators."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    PasswordField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import PasswordInput

from lending.accounts.permissions import Role
from lending.authorities.queries import AuthorityView, OpenStretch
from lending.authorities.service import AuthorityDetails, DepotDetails
from lending.errors import FieldError, InvalidInput
from lending.i18n import N_
from lending.web.form_errors import text_of
from lending.web.numbers import number_or_none

_TIMES = re.compile(r"(\d{1,2})(?:[:hH.](\d{2})?)?\s*[-–à]\s*(\d{1,2})(?:[:hH.](\d{2})?)?")


class RoleForm(FlaskForm):  # type: ignore[misc]
    """A role, and for whom it is held."""

    role = SelectField(_l("Role"), [InputRequired(_l("Choose a role."))])
    authority_id = SelectField(
        _l("Of which authority?"), [Optional()], description=_l("For staff.")
    )
    organisation_id = SelectField(
        _l("For which association?"), [Optional()], description=_l("For a contact.")
    )

    def offer(self, authorities: Mapping[int, str], organisations: Mapping[int, str]) -> None:
        """Fill the lists."""
        self.role.choices = [
            ("", gettext("Choose…")),
            *((role.value, gettext(role.label)) for role in Role),
        ]
        self.authority_id.choices = [
            ("", gettext("Every authority")),
            *((str(number), name) for number, name in authorities.items()),
        ]
        self.organisation_id.choices = [
            ("", gettext("None")),
            *((str(number), name) for number, name in organisations.items()),
        ]

    def owner(self) -> dict[str, Any]:
        """Return for whom the role is held, as the services take it."""
        return {
            "authority_id": number_or_none(self.authority_id.data),
            "organisation_id": number_or_none(self.organisation_id.data),
        }


class PersonForm(RoleForm):
    """A new account with its first role."""

    name = StringField(_l("Name"), [InputRequired(_l("Give a name.")), Length(max=120)])
    email = EmailField(
        _l("E-mail address"), [InputRequired(_l("Give an e-mail address.")), Length(max=254)]
    )
    password = PasswordField(
        _l("First password"),
        [InputRequired(_l("Choose a password."))],
        description=_l("Tell it to the person, who changes it after signing in."),
        widget=PasswordInput(hide_value=False),
        render_kw={"autocomplete": "new-password"},
    )


class TokenForm(RoleForm):
    """A new API token."""

    label = StringField(
        _l("Which program will use it?"),
        [InputRequired(_l("Say which program will use the token.")), Length(max=120)],
        description=_l("For example: town website, cultural agenda."),
    )


class AuthorityForm(FlaskForm):  # type: ignore[misc]
    """How an authority is called and reached."""

    name = StringField(_l("Name"), [InputRequired(_l("Give a name.")), Length(max=160)])
    email = EmailField(_l("E-mail address"), [Optional(), Length(max=254)])
    phone = TelField(_l("Telephone"), [Optional(), Length(max=30)])
    siret = StringField(
        _l("SIRET"),
        [Optional(), Length(max=20)],
        description=_l("Of the seat, fourteen digits. The aid in kind is published under it."),
        render_kw={"inputmode": "numeric"},
    )

    def details(self) -> AuthorityDetails:
        """Return what is set."""
        return AuthorityDetails(
            name=text_of(self.name),
            email=text_of(self.email),
            phone=text_of(self.phone),
            siret=text_of(self.siret),
        )


class DepotForm(FlaskForm):  # type: ignore[misc]
    """A depot, and its hours on each day of the week."""

    name = StringField(_l("Name"), [InputRequired(_l("Give a name.")), Length(max=120)])
    address = StringField(_l("Address"), [Optional(), Length(max=250)])
    phone = TelField(_l("Telephone"), [Optional(), Length(max=30)])
    note = TextAreaField(
        _l("Good to know"),
        [Optional(), Length(max=500)],
        description=_l("How to get in, where to park, whom to ask for."),
    )
    monday = StringField(_l("Monday"), [Optional(), Length(max=60)])
    tuesday = StringField(_l("Tuesday"), [Optional(), Length(max=60)])
    wednesday = StringField(_l("Wednesday"), [Optional(), Length(max=60)])
    thursday = StringField(_l("Thursday"), [Optional(), Length(max=60)])
    friday = StringField(_l("Friday"), [Optional(), Length(max=60)])
    saturday = StringField(_l("Saturday"), [Optional(), Length(max=60)])
    sunday = StringField(_l("Sunday"), [Optional(), Length(max=60)])

    def details(self) -> DepotDetails:
        """Return what is set, apart from the hours."""
        return DepotDetails(
            text_of(self.name), text_of(self.address), text_of(self.phone), text_of(self.note)
        )

    def hours(self) -> list[OpenStretch]:
        """Return the week.

        Raises:
            InvalidInput: what is written for a day cannot be read.
        """
        stretches: list[OpenStretch] = []
        errors: list[FieldError] = []
        for weekday, name in enumerate(DAYS):
            try:
                stretches += read_hours(weekday, text_of(self[name]))
            except ValueError:
                text = N_("Write hours such as 8:00-12:00, 13:30-17:00; nothing when it is closed.")
                errors.append(FieldError(name, text))
        if errors:
            raise InvalidInput(errors)
        return stretches


DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOURS_NAMES = {f"hours.{weekday}": name for weekday, name in enumerate(DAYS)}


def read_hours(weekday: int, text: str) -> list[OpenStretch]:
    """Read "8:00-12:00, 13h30-17h"; nothing means closed.

    Raises:
        ValueError: it cannot be read.
    """
    stretches = []
    for part in (part.strip() for part in re.split(r"[,;]| et ", text) if part.strip()):
        found = _TIMES.fullmatch(part)
        if found is None:
            raise ValueError(part)
        hour, minute, last_hour, last_minute = (int(group or 0) for group in found.groups())
        if minute > 59 or last_minute > 59:
            raise ValueError(part)
        stretches.append(OpenStretch(weekday, hour * 60 + minute, last_hour * 60 + last_minute))
    return stretches


def write_hours(hours: Sequence[OpenStretch]) -> dict[str, str]:
    """Write the hours of each day as `read_hours` reads them."""
    return {
        name: ", ".join(
            f"{clock(each.opens)}-{clock(each.closes)}" for each in hours if each.weekday == weekday
        )
        for weekday, name in enumerate(DAYS)
    }


def clock(minutes: int) -> str:
    """Write minutes since midnight as 8:30."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def values_of(authority: AuthorityView) -> dict[str, object]:
    """Return what the form of an authority shows first."""
    return {name: getattr(authority, name) for name in AuthorityDetails.__dataclass_fields__}
