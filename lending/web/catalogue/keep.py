"""Write and change items."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action, Principal
from lending.authorities.queries import AuthorityView, get_authority, list_authorities
from lending.bookings.holders import list_loans
from lending.catalogue.models import Item
from lending.catalogue.queries import (
    ItemDetail,
    equivalence_groups,
    get_item,
    list_categories,
)
from lending.catalogue.service import (
    create_item,
    create_service,
    deactivate_item,
    edit_item,
    reactivate_item,
)
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.web.catalogue import blueprint
from lending.web.catalogue.cards import item_name
from lending.web.catalogue.forms import RENAMED, ItemForm, values_of
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors
from lending.web.numbers import whole_number


@blueprint.route("/catalogue/nouveau", methods=["GET", "POST"])
@allowed(Action.EDIT_CATALOGUE)
def create() -> ResponseReturnValue:
    """Write a new item of an authority."""
    with database().read() as uow:
        scope = principal().authority_scope(Action.EDIT_CATALOGUE)
        authorities = list_authorities(uow, scope)
        categories, groups = list_categories(uow), equivalence_groups(uow)
    if not categories:
        flash(gettext("Items are shown by family: begin with one."), "info")
        return redirect(url_for("catalogue.create_family"), 303)
    authority = chosen_authority(authorities)
    if authority is None:
        return render_template(
            "catalogue/choose_authority.html",
            authorities=authorities,
            title=gettext("New item"),
            page="catalogue.create",
        )
    form = ItemForm()
    form.offer(categories, authority)
    if form.validate_on_submit():
        try:
            add = create_service if form.is_service.data else create_item
            made = database().write(
                lambda uow: (
                    add(uow, principal(), authority.id, form.details(), form.stock.data or 0).id
                )
            )
        except InvalidInput as error:
            tell_errors(form, error, RENAMED)
        else:
            flash(gettext("The item is in the catalogue. A photo helps people choose."), "good")
            return redirect(url_for("catalogue.ask_photo", item_id=made), 303)
    return _form(form, authority, groups, None)


@blueprint.route("/catalogue/<int:item_id>/modifier", methods=["GET", "POST"])
@allowed(Action.EDIT_CATALOGUE)
def edit(item_id: int) -> ResponseReturnValue:
    """Change what is said of an item."""
    with database().read() as uow:
        item = get_item(uow, item_id)
        principal().check(Action.EDIT_CATALOGUE, authority_id=item.authority_id)
        authority = get_authority(uow, item.authority_id)
        categories, groups = list_categories(uow), equivalence_groups(uow)
    form = ItemForm(data=values_of(item))
    del form.stock, form.is_service
    form.offer(categories, authority)
    if form.validate_on_submit():
        try:
            database().write(lambda uow: edit_item(uow, principal(), item_id, form.details()))
        except InvalidInput as error:
            tell_errors(form, error, RENAMED)
        else:
            flash(gettext("The changes are kept."), "good")
            return redirect(url_for("catalogue.item", item_id=item_id), 303)
    return _form(form, authority, groups, item)


def chosen_authority(authorities: tuple[AuthorityView, ...]) -> AuthorityView | None:
    """Return the authority of the address, or the only one there is to choose."""
    if len(authorities) == 1:
        return authorities[0]
    wanted = request.args.get("authority", type=whole_number)
    return next((authority for authority in authorities if authority.id == wanted), None)


def _form(
    form: ItemForm, authority: AuthorityView, groups: list[str], item: ItemDetail | None
) -> ResponseReturnValue:
    page = render_template(
        "catalogue/edit.html",
        form=form,
        authority=authority,
        groups=groups,
        item=item,
        name=item_name(item) if item else "",
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.get("/catalogue/<int:item_id>/retirer")
@allowed(Action.EDIT_CATALOGUE)
def ask_deactivate(item_id: int) -> ResponseReturnValue:
    """Ask whether an item should really be lent no more, and say what is promised of it."""
    with database().read() as uow:
        item = get_item(uow, item_id)
        principal().check(Action.EDIT_CATALOGUE, authority_id=item.authority_id)
        loans = list_loans(uow, principal(), item_id)
    return render_template(
        "catalogue/deactivate.html", item=item, name=item_name(item), loans=loans
    )


@blueprint.post("/catalogue/<int:item_id>/retirer")
@allowed(Action.EDIT_CATALOGUE)
def deactivate(item_id: int) -> ResponseReturnValue:
    """Lend an item no more."""
    return _switch(item_id, deactivate_item, gettext("The item is no longer lent."))


@blueprint.post("/catalogue/<int:item_id>/remettre")
@allowed(Action.EDIT_CATALOGUE)
def reactivate(item_id: int) -> ResponseReturnValue:
    """Lend an item again."""
    return _switch(item_id, reactivate_item, gettext("The item can be lent again."))


def _switch(
    item_id: int, switch: Callable[[UnitOfWork, Principal, int], Item], told: str
) -> ResponseReturnValue:
    database().write(lambda uow: switch(uow, principal(), item_id))
    flash(told, "good")
    return redirect(url_for("catalogue.item", item_id=item_id), 303)
