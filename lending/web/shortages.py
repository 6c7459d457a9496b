"""Where more is promised than there is, and what can be done about it."""

from collections import defaultdict
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from lending.accounts.permissions import Action
from lending.authorities.queries import list_authorities
from lending.bookings.remedies import Remedies, find_remedies
from lending.bookings.shortages import Shortage, find_shortages
from lending.web.context import allowed, database, principal

blueprint = Blueprint("shortages", __name__)


@dataclass(frozen=True)
class ShortItem:
    """An item with everything that is short of it."""

    item_id: int
    name: str
    code: str
    authority: str
    shortages: tuple[Shortage, ...]
    remedies: Remedies


@blueprint.get("/manques")
@allowed(Action.SEE_SHORTAGES)
def index() -> ResponseReturnValue:
    """List shortages, soonest first, with the choices there are."""
    scope = principal().authority_scope(Action.SEE_SHORTAGES)
    with database().read() as uow:
        found = find_shortages(uow, scope)
        remedies = find_remedies(uow, found)
        authorities = {each.id: each for each in list_authorities(uow, scope)}
        now = uow.now
    if authorities:
        g.zone = ZoneInfo(next(iter(authorities.values())).timezone)
    by_item: dict[int, list[Shortage]] = defaultdict(list)
    for shortage in found:
        by_item[shortage.item_id].append(shortage)
    items = [
        ShortItem(
            item_id=item_id,
            name=shortages[0].name,
            code=shortages[0].code,
            authority=authorities[shortages[0].authority_id].name,
            shortages=tuple(shortages),
            remedies=remedies[item_id],
        )
        for item_id, shortages in by_item.items()
    ]
    return render_template("shortages/index.html", items=items, now=now)
