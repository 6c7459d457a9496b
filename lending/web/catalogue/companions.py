"""The staff say what goes with an item."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.catalogue.companions import CompanionRule, companions_of, set_companions
from lending.catalogue.queries import ItemFilter, find_items, get_item
from lending.errors import InvalidInput
from lending.web.catalogue import blueprint
from lending.web.catalogue.cards import item_name
from lending.web.context import allowed, database, principal
from lending.web.numbers import whole_number

SPARE = 3
"""Empty rows after those there are."""


@dataclass(frozen=True)
class Row:
    """A row of the form: what is chosen and typed."""

    other_id: str = ""
    per: str = "1"
    quantity: str = ""
    is_required: bool = False


@blueprint.route("/catalogue/<int:item_id>/va-avec", methods=["GET", "POST"])
@allowed(Action.EDIT_CATALOGUE)
def companions(item_id: int) -> ResponseReturnValue:
    """Say what goes with an item, and whether it is required."""
    with database().read() as uow:
        item = get_item(uow, item_id)
        principal().check(Action.EDIT_CATALOGUE, authority_id=item.authority_id)
        rules = companions_of(uow, [item_id])
        items = [
            other
            for other in find_items(uow, ItemFilter(authority_ids=(item.authority_id,)))
            if other.id != item_id
        ]
    rows = [Row(str(r.other_id), str(r.per), str(r.quantity), r.is_required) for r in rules]
    rows += [Row()] * SPARE
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        rows = _typed()
        try:
            database().write(lambda uow: set_companions(uow, principal(), item_id, _rules(item_id)))
        except ValueError:
            errors = [("companions", gettext("Give a whole number of pieces."))]
        except InvalidInput as error:
            errors = [(e.field, gettext(e.message, **dict(e.data))) for e in error.errors]
        else:
            flash(gettext("The changes are kept."), "good")
            return redirect(url_for("catalogue.item", item_id=item_id), 303)
    page = render_template(
        "catalogue/companions.html",
        item=item,
        name=item_name(item),
        items=items,
        rows=rows,
        errors=errors,
    )
    return page, 422 if errors else 200


def _typed() -> list[Row]:
    """Return the rows as they were sent."""
    return [
        Row(
            request.form.get(f"other-{number}", ""),
            request.form.get(f"per-{number}", "").strip(),
            request.form.get(f"quantity-{number}", "").strip(),
            request.form.get(f"required-{number}") == "yes",
        )
        for number in range(1, 31)
        if f"other-{number}" in request.form
    ]


def _rules(item_id: int) -> list[CompanionRule]:
    """Return what was typed; a row without an item says nothing.

    Raises:
        ValueError: a quantity is no number.
    """
    return [
        CompanionRule(
            item_id,
            whole_number(row.other_id),
            whole_number(row.per or "0"),
            whole_number(row.quantity or "0"),
            row.is_required,
        )
        for row in _typed()
        if row.other_id
    ]
