"""What the documents of an authority look like, and who signs them."""

from datetime import date
from typing import cast
from zoneinfo import ZoneInfo

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from calendars.zones import to_local
from lending.accounts.permissions import Action
from lending.authorities.queries import get_authority
from lending.documents.kinds import Signing
from lending.documents.letterhead import (
    LetterheadDetails,
    LetterheadView,
    SignatoryDetails,
    add_signatory,
    checked_logo,
    edit_letterhead,
    end_signatory,
    list_signatories,
    read_letterhead,
    set_logo,
)
from lending.documents.printing import REMEDY, can_print
from lending.errors import InvalidInput
from lending.web.context import allowed, database, principal
from lending.web.documents import blueprint, store
from lending.web.form_errors import tell_errors, text_of

ADDRESS = "/administration/collectivites/<int:authority_id>/documents"


class LetterheadForm(FlaskForm):  # type: ignore[misc]
    """What stands on every letter, and how documents are issued."""

    address = TextAreaField(
        _l("Postal address"),
        [Optional(), Length(max=500)],
        description=_l("A line each, as on an envelope. It stands on top of every document."),
        render_kw={"rows": 3},
    )
    place = StringField(
        _l("Signed at"),
        [Optional(), Length(max=120)],
        description=_l("The town that stands before the date."),
    )
    legal_basis = TextAreaField(
        _l("Legal basis"),
        [Optional(), Length(max=2000)],
        description=_l(
            "A line each, beginning with “Vu”. The law on aid in kind and the version of your"
            " rules are there already."
        ),
        render_kw={"rows": 4},
    )
    signing = SelectField(_l("Loan agreements"))
    is_automatic = BooleanField(
        _l("Issue acknowledgements and decision letters by themselves"),
        description=_l("Within a minute after a request is sent or decided."),
    )

    def offer(self) -> None:
        """Set the choices."""
        self.signing.choices = [(each.value, gettext(each.label)) for each in Signing]

    def details(self) -> LetterheadDetails:
        """Return what is set."""
        return LetterheadDetails(
            address=text_of(self.address),
            place=text_of(self.place),
            legal_basis=text_of(self.legal_basis),
            signing=Signing(self.signing.data),
            is_automatic=bool(self.is_automatic.data),
        )


class SignatoryForm(FlaskForm):  # type: ignore[misc]
    """Somebody who may sign."""

    name = StringField(
        _l("First and last name"), [InputRequired(_l("Give a name.")), Length(max=120)]
    )
    quality = StringField(
        _l("Quality"),
        [
            InputRequired(_l("Give the quality, as it stands above the name.")),
            Length(max=160),
        ],
        description=_l("As it stands above the name: “Le Maire”, “Pour le Maire, l’adjointe…”."),
    )
    delegation = StringField(
        _l("Order of delegation"),
        [Optional(), Length(max=200)],
        description=_l("Its number and date; nothing for who signs by office."),
    )
    valid_from = DateField(_l("From"), [InputRequired(_l("Choose a day."))])
    valid_until = DateField(_l("Until"), [Optional()])

    def details(self) -> SignatoryDetails:
        """Return what is set."""
        return SignatoryDetails(
            name=text_of(self.name),
            quality=text_of(self.quality),
            delegation=text_of(self.delegation),
            valid_from=cast(date, self.valid_from.data),
            valid_until=self.valid_until.data,
        )


@blueprint.route(ADDRESS, methods=["GET", "POST"])
@allowed(Action.MANAGE_AUTHORITY)
def letterhead(authority_id: int) -> ResponseReturnValue:
    """Set what the documents of an authority have in common."""
    form = LetterheadForm(data=_values(_read(authority_id)))
    form.offer()
    if form.validate_on_submit():
        try:
            database().write(
                lambda uow: edit_letterhead(uow, principal(), authority_id, form.details())
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("Documents issued from now on look like this."), "good")
            return _back(authority_id)
    page = _page(authority_id, form, SignatoryForm(formdata=None))
    return page, 422 if form.is_submitted() else 200


@blueprint.post(f"{ADDRESS}/signataires")
@allowed(Action.MANAGE_AUTHORITY)
def new_signatory(authority_id: int) -> ResponseReturnValue:
    """Write down that somebody may sign."""
    form = SignatoryForm()
    if form.validate_on_submit():
        try:
            database().write(
                lambda uow: add_signatory(uow, principal(), authority_id, form.details())
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The signatory is kept."), "good")
            return _back(authority_id)
    shown = LetterheadForm(formdata=None, data=_values(_read(authority_id)))
    shown.offer()
    return _page(authority_id, shown, form), 422


@blueprint.post(f"{ADDRESS}/signataires/<int:signatory_id>/fin")
@allowed(Action.MANAGE_AUTHORITY)
def last_day(authority_id: int, signatory_id: int) -> ResponseReturnValue:
    """Say that somebody signs no longer, from tomorrow on."""
    with database().read() as uow:
        authority = get_authority(uow, authority_id)
        today = to_local(uow.now, ZoneInfo(authority.timezone)).date()
    try:
        database().write(
            lambda uow: end_signatory(uow, principal(), authority_id, signatory_id, today)
        )
    except InvalidInput as error:
        flash(gettext(error.errors[0].message), "warn")
    else:
        flash(gettext("From tomorrow on, this person signs no longer."), "good")
    return _back(authority_id)


@blueprint.post(f"{ADDRESS}/logo")
@allowed(Action.MANAGE_AUTHORITY)
def take_logo(authority_id: int) -> ResponseReturnValue:
    """Keep the logo that was sent, or take the present one away."""
    principal().check(Action.MANAGE_AUTHORITY, authority_id=authority_id)
    name, sent = "", request.files.get("logo")
    if not request.form.get("remove"):
        try:
            # Outside the transaction: the name is that of the content, so twice does no harm.
            name = store().save(checked_logo(sent.read() if sent else b""))
        except InvalidInput as error:
            flash(gettext(error.errors[0].message), "warn")
            return _back(authority_id)
    database().write(lambda uow: set_logo(uow, principal(), authority_id, name))
    flash(gettext("The logo is kept.") if name else gettext("The logo is removed."), "good")
    return _back(authority_id)


@blueprint.get(f"{ADDRESS}/logo.png")
@allowed(Action.MANAGE_AUTHORITY)
def logo(authority_id: int) -> ResponseReturnValue:
    """Show the logo."""
    content = store().read(_read(authority_id).logo)
    if content is None:
        abort(404)
    return Response(content, mimetype="image/png")


def _read(authority_id: int) -> LetterheadView:
    with database().read() as uow:
        get_authority(uow, authority_id)
        return read_letterhead(uow, authority_id)


def _values(found: LetterheadView) -> dict[str, object]:
    return {**vars(found), "signing": found.signing.value}


def _page(authority_id: int, form: LetterheadForm, signatory: SignatoryForm) -> str:
    with database().read() as uow:
        authority = get_authority(uow, authority_id)
        today = to_local(uow.now, ZoneInfo(authority.timezone)).date()
        found = list_signatories(uow, authority_id)
        head = read_letterhead(uow, authority_id)
    return render_template(
        "documents/letterhead.html",
        authority=authority,
        form=form,
        signatory=signatory,
        signatories=found,
        today=today,
        head=head,
        can_print=can_print(),
        remedy=REMEDY,
    )


def _back(authority_id: int) -> ResponseReturnValue:
    return redirect(url_for("documents.letterhead", authority_id=authority_id), 303)
