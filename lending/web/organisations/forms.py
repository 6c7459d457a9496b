"""The form of an association."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from lending.authorities.queries import CommuneView
from lending.organisations.details import IDENTITY, OrganisationDetails
from lending.organisations.models import OrganisationKind
from lending.organisations.queries import OrganisationView

DOCUMENTS = ("insurance_until", "republican_commitment_on")


class OrganisationForm(FlaskForm):  # type: ignore[misc]
    """What is said of an association; the reader's rights decide which fields there are."""

    name = StringField(
        _l("Full name"),
        [InputRequired(_l("Give the organisation's full name.")), Length(max=200)],
    )
    kind = SelectField(_l("What it is"))
    rna = StringField(
        _l("RNA number"),
        [Optional(), Length(max=30)],
        description=_l("A W and nine digits."),
    )
    siren = StringField(
        _l("SIREN"), [Optional(), Length(max=30)], render_kw={"inputmode": "numeric"}
    )
    siret = StringField(
        _l("SIRET"), [Optional(), Length(max=30)], render_kw={"inputmode": "numeric"}
    )
    commune_insee = SelectField(
        _l("Commune of its seat"), [InputRequired(_l("Choose the commune of the seat."))]
    )
    address = StringField(_l("Address"), [Optional(), Length(max=250)])
    purpose = TextAreaField(_l("What it does"), [Optional(), Length(max=500)])
    contact_name = StringField(_l("Contact"), [Optional(), Length(max=120)])
    contact_email = EmailField(_l("E-mail address"), [Optional(), Length(max=254)])
    contact_phone = TelField(_l("Telephone"), [Optional(), Length(max=30)])
    insurance_until = DateField(
        _l("Liability insurance shown, valid until"),
        [Optional()],
        description=_l("The last day on the certificate."),
    )
    republican_commitment_on = DateField(
        _l("Republican commitment signed on"),
        [Optional()],
        description=_l("The contrat d'engagement républicain."),
    )

    def __init__(
        self, communes: Iterable[CommuneView], without: Iterable[str] = (), **more: Any
    ) -> None:
        super().__init__(**more)
        for name in without:
            del self[name]
        if "kind" in self:
            self.kind.choices = [(kind.value, gettext(kind.label)) for kind in OrganisationKind]
        if "commune_insee" in self:
            self.commune_insee.choices = [
                ("", gettext("Choose…")),
                *((commune.insee, commune.name) for commune in communes),
            ]

    def details(self, before: OrganisationDetails | None = None) -> OrganisationDetails:
        """Return what is said now; what the form does not show stays as it was."""
        said = {
            field.short_name: field.data
            for field in self
            if field.short_name in OrganisationDetails.__dataclass_fields__
        }
        for name, value in said.items():
            if value is None and name not in DOCUMENTS:
                said[name] = ""
        if "kind" in said:
            said["kind"] = OrganisationKind(said["kind"])
        return replace(before, **said) if before else OrganisationDetails(**said)


def details_shown(organisation: OrganisationView) -> OrganisationDetails:
    """Return what an association says of itself, as its page shows it."""
    return OrganisationDetails(
        **{name: getattr(organisation, name) for name in OrganisationDetails.__dataclass_fields__}
    )


def out_of_reach(organisation: OrganisationView, is_staff: bool) -> tuple[str, ...]:
    """Return the fields that the reader cannot change."""
    if is_staff:
        return ()
    verified = organisation.verification.value == "verified"
    return (*DOCUMENTS, *(IDENTITY if verified else ()))
