"""Families of equipment: the pictograms above the catalogue."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.exceptions import NotFound as PageNotFound
from wtforms import IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # stubs lag behind
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lending.accounts.permissions import Action
from lending.catalogue.families import FamilyDetails, add_category, edit_category
from lending.catalogue.queries import CategoryEntry, list_categories
from lending.errors import InvalidInput
from lending.web.catalogue import blueprint
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors

PICTOGRAMS = {
    "chair": _l("Chair"),
    "bench": _l("Bench"),
    "table": _l("Folding table"),
    "barrier": _l("Barrier"),
    "tent": _l("Tent"),
    "stage": _l("Stage"),
    "sound": _l("Sound"),
    "video": _l("Video"),
    "light": _l("Festoon"),
    "electricity": _l("Power"),
    "sign": _l("Sign"),
    "exhibition": _l("Exhibition"),
    "crockery": _l("Crockery"),
    "cold": _l("Cold"),
    "waste": _l("Waste"),
    "sport": _l("Podium"),
    "toilet": _l("Toilet"),
    "voting": _l("Voting booth"),
    "box": _l("Box"),
}
DRAWINGS = [SelectChoice(key, label) for key, label in PICTOGRAMS.items()]


class FamilyForm(FlaskForm):  # type: ignore[misc]
    """What is said of a family."""

    name = StringField(_l("Name"), [InputRequired(_l("Give the family a name.")), Length(max=120)])
    name_en = StringField(_l("Name in English"), [Optional(), Length(max=120)])
    position = IntegerField(
        _l("Place in the list"),
        [InputRequired(_l("Give a number from 0 to 10 000.")), NumberRange(min=0, max=10_000)],
        default=900,
        description=_l("Families come in the order of these numbers."),
    )
    pictogram = RadioField(_l("Drawing"), choices=DRAWINGS, default="box")

    def details(self) -> FamilyDetails:
        """Return what was filled in."""
        return FamilyDetails(
            name=self.name.data or "",
            name_en=self.name_en.data or "",
            pictogram=self.pictogram.data or "box",
            position=self.position.data or 0,
        )


@blueprint.get("/catalogue/familles")
@allowed(Action.EDIT_CATALOGUE)
def families() -> ResponseReturnValue:
    """List the families."""
    with database().read() as uow:
        return render_template("catalogue/families.html", families=list_categories(uow))


@blueprint.route("/catalogue/familles/nouvelle", methods=["GET", "POST"])
@allowed(Action.EDIT_CATALOGUE)
def create_family() -> ResponseReturnValue:
    """Write a new family."""
    form = FamilyForm()
    if form.validate_on_submit():
        try:
            database().write(lambda uow: add_category(uow, principal(), form.details()))
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            return _done()
    return _form(form, None)


@blueprint.route("/catalogue/familles/<int:category_id>", methods=["GET", "POST"])
@allowed(Action.EDIT_CATALOGUE)
def edit_family(category_id: int) -> ResponseReturnValue:
    """Change a family."""
    with database().read() as uow:
        family = next((f for f in list_categories(uow) if f.id == category_id), None)
    if family is None:
        raise PageNotFound
    form = FamilyForm(obj=family)
    if form.validate_on_submit():
        try:
            database().write(
                lambda uow: edit_category(uow, principal(), category_id, form.details())
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            return _done()
    return _form(form, family)


def _done() -> ResponseReturnValue:
    flash(gettext("The changes are kept."), "good")
    return redirect(url_for("catalogue.families"), 303)


def _form(form: FamilyForm, family: CategoryEntry | None) -> ResponseReturnValue:
    page = render_template("catalogue/family.html", form=form, family=family)
    return page, 422 if form.is_submitted() else 200
