"""Labels with a code that cameras read and one that people type, as sheets to print."""

from collections.abc import Sequence
from dataclasses import dataclass

import segno
from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lending.accounts.permissions import Action
from lending.catalogue.queries import ItemDetail, get_item
from lending.catalogue.unit_queries import UnitView, list_units
from lending.documents.printing import print_pdf
from lending.errors import InvalidInput
from lending.i18n import N_
from lending.web.catalogue.cards import item_name
from lending.web.context import allowed, database, principal, settings
from lending.web.label_sheets import SHEETS, LabelSheet
from lending.web.numbers import whole_number
from lending.web.units import blueprint


@dataclass(frozen=True)
class Label:
    """What stands on one label."""

    number: int
    code: str
    qr: str
    """The picture, as an address that brings its data along."""


@blueprint.get("/catalogue/<int:item_id>/etiquettes")
@allowed(Action.SEE_STOCK_DETAILS)
def labels(item_id: int) -> ResponseReturnValue:
    """Choose the sheet, where to begin, and the units."""
    item, units = _units(item_id)
    return render_template(
        "units/labels.html",
        item=item,
        name=item_name(item),
        units=units,
        sheets=SHEETS,
        most=max(sheet.per_page for sheet in SHEETS.values()),
    )


@blueprint.get("/catalogue/<int:item_id>/etiquettes.pdf")
@allowed(Action.SEE_STOCK_DETAILS)
def labels_file(item_id: int) -> ResponseReturnValue:
    """Write the labels that were chosen; without a choice, those of all units."""
    item, units = _units(item_id)
    sheet, start = _asked(request.args.get("feuille", ""), request.args.get("debut", "1"))
    wanted = set(request.args.getlist("exemplaire", type=int))
    chosen = [unit for unit in units if not wanted or unit.id in wanted]
    if not chosen:
        raise InvalidInput(unit_ids=N_("Number pieces first: there is nothing to label."))
    html = render_template(
        "units/labels_pdf.html",
        item=item,
        name=item_name(item),
        sheet=sheet,
        pages=list(sheet.pages(_labels(chosen), start)),
    )
    answer = Response(print_pdf(html, {}, item.code), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="etiquettes-{item.id}.pdf"'
    return answer


def _units(item_id: int) -> tuple[ItemDetail, list[UnitView]]:
    with database().read() as uow:
        return get_item(uow, item_id), list_units(uow, principal(), item_id)


def _asked(name: str, start: str) -> tuple[LabelSheet, int]:
    sheet = SHEETS.get(name) or next(iter(SHEETS.values()))
    try:
        position = whole_number(start or "1")
    except ValueError:
        position = 0
    if not 1 <= position <= sheet.per_page:
        raise InvalidInput(debut=N_("The sheet has no label at this place."))
    return sheet, position


def _labels(units: Sequence[UnitView]) -> list[Label]:
    address = settings().public_url.rstrip("/")
    return [
        Label(
            unit.number,
            unit.code,
            segno.make(
                f"{address}{url_for('units.found', code=unit.code)}", error="m", micro=False
            ).svg_data_uri(border=0),
        )
        for unit in units
    ]
