"""Kits: seen by everybody with what is free, kept by the staff."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from calendars.intervals import Interval
from lending.accounts.permissions import Action
from lending.authorities.queries import AuthorityView, get_authority, list_authorities
from lending.availability.kits import ShelfKit, kits_with_free
from lending.catalogue.kits import (
    KitDetails,
    KitView,
    create_kit,
    edit_kit,
    get_kit,
    list_kits,
    retire_kit,
)
from lending.catalogue.queries import ItemFilter, ItemSummary, find_items
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput
from lending.i18n import N_
from lending.web.catalogue import blueprint
from lending.web.catalogue.cards import language, pictogram_of
from lending.web.catalogue.choosing import Choosing, choosing_for
from lending.web.catalogue.keep import chosen_authority
from lending.web.context import allowed, database, principal
from lending.web.dates import chosen_dates
from lending.web.form_errors import tell_errors, text_of
from lending.web.formats import DEFAULT_ZONE, number
from lending.web.numbers import whole_number
from lending.words import stems

ROWS, SPARE = 6, 2
"""Rows for parts in an empty form, and empty ones after those there are."""


@dataclass(frozen=True)
class KitCard:
    """A kit as the catalogue shows it."""

    kit: KitView
    name: str
    recipe: str
    pictogram: str
    free: int | None
    stock: int
    units: int
    """How many the request that is being prepared asks for."""
    set_url: str
    """Where a quantity is sent; empty for those who do not prepare a request of its lender."""
    edit_url: str


class KitForm(FlaskForm):  # type: ignore[misc]
    """What staff say of a kit, apart from its parts."""

    name = StringField(
        _l("Name"),
        [InputRequired(_l("Give a name.")), Length(max=160)],
        description=_l("With its size, for example: Stage 4 × 3 m."),
    )
    code = StringField(_l("Code"), [InputRequired(_l("Give a code.")), Length(max=40)])
    description = TextAreaField(_l("Description"), [Length(max=5000)])
    name_en = StringField(_l("Name in English"), [Length(max=160)])


@dataclass(frozen=True)
class PartRow:
    """A row of the form: what is chosen and typed."""

    item_id: str
    quantity: str


@blueprint.get("/catalogue/kits")
@allowed(Action.BROWSE_CATALOGUE)
def kits() -> ResponseReturnValue:
    """Show the kits, with how many are free for the reader's dates."""
    can_edit = principal().can(Action.EDIT_CATALOGUE)
    with database().read() as uow:
        g.zone = DEFAULT_ZONE
        dates = chosen_dates(g.zone, uow.now)
        choosing = choosing_for(uow, dates, [])
        cards = kit_cards(uow, None, dates.period, choosing, with_retired=can_edit)
    return render_template(
        "catalogue/kits.html", cards=cards, dates=dates, choosing=choosing, can_edit=can_edit
    )


def kit_cards(
    uow: UnitOfWork,
    authority_id: int | None,
    period: Interval | None,
    choosing: Choosing | None,
    *,
    words: str = "",
    with_retired: bool = False,
) -> list[KitCard]:
    """Return the kits of an authority, or of all, whose names have the words."""
    only = None if authority_id is None else (authority_id,)
    wanted = stems(words)
    found = [
        kit
        for kit in list_kits(uow, only, with_retired=with_retired)
        if set(wanted) <= set(stems(f"{kit.name} {kit.name_en} {kit.code}"))
    ]
    return [_card(entry, choosing) for entry in kits_with_free(uow, found, period)]


def _card(entry: ShelfKit, choosing: Choosing | None) -> KitCard:
    kit, english = entry.kit, language() == "en"
    draft = choosing.draft if choosing else None
    mine = draft is not None and draft.authority_id == kit.authority_id and kit.can_be_lent
    units = {tie.kit_id: tie.units for li in draft.line_views for tie in li.kits} if draft else {}
    may = principal().can(Action.EDIT_CATALOGUE, authority_id=kit.authority_id)
    return KitCard(
        kit=kit,
        name=kit.name_en if english and kit.name_en else kit.name,
        recipe=" + ".join(
            f"{number(part.quantity)} {part.name_en if english and part.name_en else part.name}"
            for part in kit.parts
        ),
        pictogram=pictogram_of(kit.name, "box"),
        free=entry.free,
        stock=entry.stock,
        units=units.get(kit.id, 0),
        set_url=url_for("bookings.set_kits", booking_id=draft.id) if draft and mine else "",
        edit_url=url_for("catalogue.edit_kit_page", kit_id=kit.id) if may else "",
    )


@blueprint.route("/catalogue/kits/nouveau", methods=["GET", "POST"])
@allowed(Action.EDIT_CATALOGUE)
def new_kit() -> ResponseReturnValue:
    """Write a new kit of an authority."""
    with database().read() as uow:
        authorities = list_authorities(uow, principal().authority_scope(Action.EDIT_CATALOGUE))
    authority = chosen_authority(authorities)
    if authority is None:
        return render_template(
            "catalogue/choose_authority.html",
            authorities=authorities,
            title=gettext("New kit"),
            page="catalogue.new_kit",
        )
    form = KitForm()
    rows = _typed() if form.is_submitted() else [PartRow("", "")] * ROWS
    if form.validate_on_submit():
        try:
            details = _details(form, rows)
            database().write(lambda uow: create_kit(uow, principal(), authority.id, details).id)
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The kit is in the catalogue."), "good")
            return redirect(url_for("catalogue.kits"), 303)
    return _form(form, rows, authority, None)


@blueprint.route("/catalogue/kits/<int:kit_id>/modifier", methods=["GET", "POST"])
@allowed(Action.EDIT_CATALOGUE)
def edit_kit_page(kit_id: int) -> ResponseReturnValue:
    """Change what is said of a kit, and its recipe."""
    with database().read() as uow:
        kit = get_kit(uow, kit_id)
        principal().check(Action.EDIT_CATALOGUE, authority_id=kit.authority_id)
        authority = get_authority(uow, kit.authority_id)
    form = KitForm(obj=kit)
    rows = _typed() if form.is_submitted() else _rows(kit)
    if form.validate_on_submit():
        try:
            details = _details(form, rows)
            database().write(lambda uow: edit_kit(uow, principal(), kit_id, details).id)
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The changes are kept."), "good")
            return redirect(url_for("catalogue.kits"), 303)
    return _form(form, rows, authority, kit)


@blueprint.post("/catalogue/kits/<int:kit_id>/retirer")
@allowed(Action.EDIT_CATALOGUE)
def drop_kit(kit_id: int) -> ResponseReturnValue:
    """Lend a kit no more; its parts are lent as before."""
    database().write(lambda uow: retire_kit(uow, principal(), kit_id).id)
    flash(gettext("The kit is no longer lent; its parts are."), "good")
    return redirect(url_for("catalogue.kits"), 303)


@blueprint.post("/catalogue/kits/<int:kit_id>/remettre")
@allowed(Action.EDIT_CATALOGUE)
def restore_kit(kit_id: int) -> ResponseReturnValue:
    """Lend a kit again."""
    database().write(lambda uow: retire_kit(uow, principal(), kit_id, is_active=True).id)
    flash(gettext("The kit can be lent again."), "good")
    return redirect(url_for("catalogue.kits"), 303)


def _form(
    form: KitForm, rows: list[PartRow], authority: AuthorityView, kit: KitView | None
) -> ResponseReturnValue:
    with database().read() as uow:
        items: list[ItemSummary] = find_items(uow, ItemFilter(authority_ids=(authority.id,)))
    wrong = form.form_errors[0] if form.form_errors else ""
    page = render_template(
        "catalogue/kit.html",
        form=form,
        rows=rows,
        items=items,
        authority=authority,
        kit=kit,
        wrong=wrong,
    )
    return page, 422 if form.is_submitted() else 200


def _rows(kit: KitView) -> list[PartRow]:
    rows = [PartRow(str(part.item_id), str(part.quantity)) for part in kit.parts]
    return rows + [PartRow("", "")] * SPARE


def _typed() -> list[PartRow]:
    """Return the rows as they were sent."""
    return [
        PartRow(item_id, quantity.strip())
        for item_id, quantity in zip(
            request.form.getlist("part"), request.form.getlist("pieces"), strict=False
        )
    ]


def _details(form: KitForm, rows: list[PartRow]) -> KitDetails:
    """Return what was typed; a row without an item says nothing.

    Raises:
        InvalidInput: a quantity is no number.
    """
    return KitDetails(
        code=text_of(form.code),
        name=text_of(form.name),
        parts=_parts(rows),
        name_en=text_of(form.name_en),
        description=text_of(form.description),
    )


def _parts(rows: list[PartRow]) -> Mapping[int, int]:
    found: dict[int, int] = {}
    try:
        for row in rows:
            if row.item_id:
                item = whole_number(row.item_id)
                found[item] = found.get(item, 0) + whole_number(row.quantity or "0")
    except ValueError:
        text = N_("Give a whole number of pieces.")
        raise InvalidInput([FieldError("parts", text)]) from None
    return found
