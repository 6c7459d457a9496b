"""The kits of a booking's lines, as pages and programs show them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from lending.bookings.models import LineKit
from lending.catalogue.models import Kit
from lending.db.database import UnitOfWork


@dataclass(frozen=True)
class KitUnits:
    """So many units of a kit, and how many pieces of the line they take."""

    kit_id: int
    name: str
    name_en: str
    units: int
    pieces: int


def kits_of_lines(uow: UnitOfWork, line_ids: Collection[int]) -> dict[int, tuple[KitUnits, ...]]:
    """Return the kits of lines, by line; without those that have none."""
    rows = uow.session.execute(
        select(LineKit, Kit.name, Kit.name_en)
        .join(Kit, Kit.id == LineKit.kit_id)
        .where(LineKit.line_id.in_(line_ids))
        .order_by(Kit.name, Kit.id)
    )
    found: dict[int, tuple[KitUnits, ...]] = {}
    for tie, name, name_en in rows:
        units = KitUnits(tie.kit_id, name, name_en, tie.units, tie.units * tie.per_unit)
        found[tie.line_id] = (*found.get(tie.line_id, ()), units)
    return found
