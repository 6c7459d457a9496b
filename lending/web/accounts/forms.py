"""The forms of accounts."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, RadioField, SelectField, StringField, TelField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import PasswordInput

from lending.accounts.passwords import LEAST_LENGTH
from lending.authorities.queries import CommuneView
from lending.organisations.details import OrganisationDetails
from lending.organisations.identifiers import compact
from lending.organisations.models import OrganisationKind
from lending.organisations.service import NewContact
from lending.web.form_errors import text_of


class SignInForm(FlaskForm):  # type: ignore[misc]
    """E-mail address and password."""

    email = EmailField(
        _l("E-mail address"),
        [InputRequired(_l("Give your e-mail address."))],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Give your password."))],
        render_kw={"autocomplete": "current-password"},
    )


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """The present password and a new one."""

    current = PasswordField(
        _l("Present password"),
        [InputRequired(_l("Give your present password."))],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        _l("New password"),
        [InputRequired(_l("Choose a new password."))],
        render_kw={"autocomplete": "new-password"},
    )


class RegistrationForm(FlaskForm):  # type: ignore[misc]
    """An association and the person who registers it."""

    kind = RadioField(_l("What are you registering?"), default=OrganisationKind.ASSOCIATION.value)
    name = StringField(
        _l("Its full name"),
        [InputRequired(_l("Give the organisation's full name.")), Length(max=200)],
        description=_l("As in its statutes."),
        render_kw={"autocomplete": "organization"},
    )
    rna = StringField(
        _l("RNA number"),
        [Optional(), Length(max=30)],
        description=_l(
            "A W and nine digits, on the receipt of the prefecture. Not in Alsace and Moselle."
        ),
        render_kw={"autocomplete": "off", "autocapitalize": "characters"},
    )
    siret = StringField(
        _l("SIREN or SIRET"),
        [Optional(), Length(max=30)],
        description=_l(
            "9 or 14 digits. Needed for subsidies; without it, the RNA number is enough."
        ),
        render_kw={"autocomplete": "off", "inputmode": "numeric"},
    )
    commune_insee = SelectField(
        _l("Commune of its seat"), [InputRequired(_l("Choose the commune of the seat."))]
    )
    purpose = StringField(
        _l("What it does"),
        [Optional(), Length(max=500)],
        description=_l("In a few words: choir, football club, parents of the school…"),
    )
    person = StringField(
        _l("Your name"),
        [InputRequired(_l("Give your name.")), Length(max=120)],
        render_kw={"autocomplete": "name"},
    )
    phone = TelField(
        _l("Telephone"),
        [Optional(), Length(max=30)],
        description=_l("For the day of the delivery."),
        render_kw={"autocomplete": "tel"},
    )
    email = EmailField(
        _l("E-mail address"),
        [InputRequired(_l("Give your e-mail address.")), Length(max=254)],
        description=_l("You will sign in with it."),
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Choose a password."))],
        # Everything typed stays when something has to be put right; the page is never stored.
        widget=PasswordInput(hide_value=False),
        render_kw={"autocomplete": "new-password"},
    )

    SERVICE_NAMES = {  # noqa: RUF012 - never changed
        "siren": "siret",
        "contact_name": "person",
        "contact_email": "email",
        "contact_phone": "phone",
        "contact.name": "person",
        "contact.email": "email",
        "contact.password": "password",
    }
    """Where the service's errors are shown."""

    def __init__(self, communes: Iterable[CommuneView], **more: Any) -> None:
        super().__init__(**more)
        for either in (self.rna, self.siret):
            either.flags.silent_optional = True
        self.kind.choices = [
            (OrganisationKind.ASSOCIATION.value, gettext("An association")),
            (OrganisationKind.SCHOOL.value, gettext("A school")),
            (OrganisationKind.PUBLIC_BODY.value, gettext("Another public body")),
        ]
        self.commune_insee.choices = [
            ("", gettext("Choose…")),
            *((commune.insee, commune.name) for commune in communes),
        ]
        self.password.description = gettext(
            "At least %(least)d characters; a short sentence is easy to remember.",
            least=LEAST_LENGTH,
        )

    def details(self) -> OrganisationDetails:
        """Return what is said of the organisation."""
        number = text_of(self.siret)
        return OrganisationDetails(
            name=text_of(self.name),
            commune_insee=text_of(self.commune_insee),
            kind=self._kind(),
            rna=text_of(self.rna),
            siren=number if is_siren(number) else "",
            siret="" if is_siren(number) else number,
            purpose=text_of(self.purpose),
            contact_name=text_of(self.person),
            contact_email=text_of(self.email),
            contact_phone=text_of(self.phone),
        )

    def _kind(self) -> OrganisationKind:
        known = {kind.value: kind for kind in OrganisationKind}
        return known.get(text_of(self.kind), OrganisationKind.ASSOCIATION)

    def contact(self, language: str) -> NewContact:
        """Return the person who registers."""
        return NewContact(
            text_of(self.person), text_of(self.email), text_of(self.password), language
        )


def is_siren(number: str) -> bool:
    """Tell which of the two numbers somebody means, who may have left a digit out or doubled it."""
    return len(compact(number)) <= 11
