"""Sign an agreement: on screen by a secret address, or by hand with a copy handed in."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import BooleanField, FileField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from lending.accounts.permissions import Action
from lending.attachments.keeping import keep_file
from lending.documents.drawings import checked_drawing
from lending.documents.making import make_file
from lending.documents.printing import CannotPrint
from lending.documents.queries import file_of, get_document
from lending.documents.signing import (
    HandedIn,
    Signed,
    ToSign,
    make_link,
    make_own_link,
    open_link,
    sign_on_screen,
    take_signed_copy,
    withdraw_links,
)
from lending.documents.typesetting import text_of as agreement_text
from lending.errors import InvalidInput
from lending.web.context import allowed, database, principal, settings
from lending.web.documents import blueprint, store
from lending.web.documents.of_booking import page_of, pdf_answer
from lending.web.fields import ACCEPTED
from lending.web.form_errors import tell_errors, text_of

NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class WhoForm(FlaskForm):  # type: ignore[misc]
    """Who signs."""

    name = StringField(
        _l("Your first and last name"),
        [InputRequired(_l("Write your first and last name.")), Length(max=120)],
        render_kw={"autocomplete": "name"},
    )
    quality = StringField(
        _l("What you are in the association"),
        [
            InputRequired(_l("Say what you are in the association: president, treasurer…")),
            Length(max=120),
        ],
        description=_l("President, treasurer, or somebody they have asked to sign."),
    )


class SignForm(WhoForm):
    """The same, on screen."""

    drawing = HiddenField()
    agrees = BooleanField()


class CopyForm(WhoForm):
    """The same, by hand."""

    name = StringField(_l("Who signed"), [InputRequired(_l("Write who signed.")), Length(max=120)])
    quality = StringField(
        _l("In which quality"),
        [InputRequired(_l("Say in which quality: president, treasurer…")), Length(max=120)],
    )
    copy = FileField(
        _l("The signed agreement"),
        description=_l("A PDF, or a photo of every page in one picture. 10 MB at most."),
        render_kw={"accept": ACCEPTED},
    )


@blueprint.post("/documents/<int:document_id>/lien")
@allowed(Action.ISSUE_DOCUMENT)
def link(document_id: int) -> ResponseReturnValue:
    """Make a link to sign with, and show it this once."""
    booking_id = _booking_of(document_id)
    secret = database().write(lambda uow: make_link(uow, principal(), document_id))
    address = settings().public_url + url_for("documents.sign", secret=secret)
    return page_of(booking_id, 201, link=address)


@blueprint.post("/documents/<int:document_id>/lien/retirer")
@allowed(Action.ISSUE_DOCUMENT)
def withdraw(document_id: int) -> ResponseReturnValue:
    """Make the links that were given worthless."""
    booking_id = _booking_of(document_id)
    database().write(lambda uow: withdraw_links(uow, principal(), document_id))
    flash(gettext("The link no longer opens anything."), "good")
    return redirect(url_for("documents.index", booking_id=booking_id), 303)


@blueprint.post("/documents/<int:document_id>/signer")
@allowed(Action.SIGN_AGREEMENT)
def sign_now(document_id: int) -> ResponseReturnValue:
    """Lead somebody of the association to the page on which it signs."""
    secret = database().write(lambda uow: make_own_link(uow, principal(), document_id))
    return redirect(url_for("documents.sign", secret=secret), 303)


@blueprint.route("/documents/<int:document_id>/signe", methods=["GET", "POST"])
@allowed(Action.HAND_IN_AGREEMENT)
def hand_in(document_id: int) -> ResponseReturnValue:
    """Take in the copy of what was signed by hand."""
    with database().read() as uow:
        document = get_document(uow, principal(), document_id)
    principal().check(
        Action.HAND_IN_AGREEMENT,
        authority_id=document.authority_id,
        organisation_id=document.organisation_id,
    )
    form = CopyForm()
    if form.validate_on_submit():
        try:
            edition = _hand_in(document_id, form)
        except InvalidInput as error:
            tell_errors(form, error, {"file": "copy"})
        else:
            _make(edition)
            flash(gettext("The signed agreement is kept. Thank you."), "good")
            return redirect(url_for("documents.index", booking_id=document.booking_id), 303)
    page = render_template("documents/hand_in.html", form=form, document=document)
    return page, 422 if form.is_submitted() else 200


def _hand_in(document_id: int, form: CopyForm) -> int:
    sent = form.copy.data
    # Outside the transaction: the name is that of the content, so twice does no harm.
    copy = keep_file(store(), sent.read() if sent else b"")
    given = HandedIn(text_of(form.name), text_of(form.quality), copy.name, copy.media)
    return database().write(lambda uow: take_signed_copy(uow, principal(), document_id, given).id)


@blueprint.route("/signer/<secret>", methods=["GET", "POST"])
def sign(secret: str) -> ResponseReturnValue:
    """Show the agreement to whoever has the address, and take the signature."""
    with database().read() as uow:
        found = open_link(uow, secret)
    form = SignForm(name=found.contact)
    if form.validate_on_submit():
        try:
            edition = _sign(secret, form)
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            _make(edition)
            return render_template("documents/signed.html", found=found), 200, NO_STORE
    return _sign_page(found, secret, form), 422 if form.is_submitted() else 200, NO_STORE


def _sign_page(found: ToSign, secret: str, form: SignForm) -> str:
    # Our own template over values that it escapes.
    text = Markup(agreement_text(found.content))  # noqa: S704
    return render_template("documents/sign.html", found=found, form=form, text=text, secret=secret)


def _sign(secret: str, form: SignForm) -> int:
    drawn = text_of(form.drawing)
    drawing = store().save(checked_drawing(drawn)) if drawn else ""
    signed = Signed(
        name=text_of(form.name),
        quality=text_of(form.quality),
        agrees=bool(form.agrees.data),
        drawing=drawing,
        address=request.remote_addr or "",
    )
    return database().write(lambda uow: sign_on_screen(uow, principal(), secret, signed).id)


@blueprint.get("/signer/<secret>/convention.pdf")
def sign_file(secret: str) -> ResponseReturnValue:
    """Give the agreement itself to whoever has the address."""
    with database().read() as uow:
        found = open_link(uow, secret)
        name, content = file_of(uow, store(), found.document_id)
    return pdf_answer(content, name)


def _make(document_id: int) -> None:
    """Make the file of the signed edition, or leave it to the worker."""
    try:
        make_file(database(), store(), document_id)
    except CannotPrint:
        return


def _booking_of(document_id: int) -> int:
    with database().read() as uow:
        document = get_document(uow, principal(), document_id)
    principal().check(Action.ISSUE_DOCUMENT, authority_id=document.authority_id)
    return document.booking_id or 0
