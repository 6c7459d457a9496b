"""Kits from a file and to a file: all of its lines or none."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.authorities.models import Authority
from lending.catalogue.kits import KitDetails, create_kit, edit_kit
from lending.catalogue.models import Item, Kit
from lending.csvfiles import BadFile, LineError, Row, Table, read_table
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.i18n import N_
from lending.sheets import Sheet

TEXTS = ("name", "name_en", "description")
COLUMNS = ("authority", "code", *TEXTS, "parts")
ALIASES = {"name_fr": "name", "nom": "name", "composition": "parts"}


@dataclass(frozen=True)
class ImportedKits:
    """What an import did."""

    created: int
    updated: int
    unchanged: int


def read_kits(content: bytes) -> Table:
    """Read a file of kits; `parts` is written `CODE:6 OTHER:1`.

    Raises:
        BadFile: it cannot be read as a table with the columns `code`, `name` and `parts`.
    """
    return read_table(
        content,
        COLUMNS,
        aliases=ALIASES,
        ignored=("id", "uuid"),
        required=("code", "name", "parts"),
    )


def import_kits(
    uow: UnitOfWork, actor: Principal, rows: Sequence[Row], authority_code: str = ""
) -> ImportedKits:
    """Write the kits of a file: new ones, and known ones (by authority and code) as it says.

    Raises:
        BadFile: a line cannot be used; nothing may be kept.
        NotSignedIn, Forbidden: the actor may not.
    """
    authorities = {a.code: a.id for a in uow.session.scalars(select(Authority))}
    items = {(i.authority_id, i.code): i.id for i in uow.session.scalars(select(Item))}
    kits = {(k.authority_id, k.code): k for k in uow.session.scalars(select(Kit))}
    seen: dict[tuple[int, str], int] = {}
    done = {"created": 0, "updated": 0, "unchanged": 0}
    for row in rows:
        authority_id = authorities.get(row.text("authority") or authority_code)
        if authority_id is None:
            known = ", ".join(sorted(authorities))
            text = N_("No authority has this code. There are: %(known)s.")
            row.refuse("authority", text, known=known)
            continue
        key = (authority_id, row.text("code"))
        if key in seen:
            row.refuse("code", N_("Line %(line)d has the same code."), line=seen[key])
            continue
        seen[key] = row.line
        details = _details(row, authority_id, items, kits.get(key))
        if not row.errors:
            try:
                done[_write(uow, actor, authority_id, details, kits.get(key))] += 1
            except InvalidInput as error:
                row.errors += [
                    LineError(row.line, each.field, each.message, each.data)
                    for each in error.errors
                ]
    errors = [error for row in rows for error in row.errors]
    if errors:
        raise BadFile(errors)
    return ImportedKits(**done)


def _details(
    row: Row, authority_id: int, items: dict[tuple[int, str], int], known: Kit | None
) -> KitDetails:
    parts: dict[int, int] = {}
    for written in row.text("parts").split():
        code, _, number = written.rpartition(":")
        item_id = items.get((authority_id, code))
        if not number.isdecimal() or len(number) > 6 or not code:
            row.refuse("parts", N_("Write parts as CODE:quantity, with blanks between."))
        elif item_id is None:
            row.refuse("parts", N_("This authority has no “%(text)s”."), text=code)
        else:
            parts[item_id] = parts.get(item_id, 0) + int(number)
    told = {
        name: row.text(name) if row.has(name) or known is None else getattr(known, name)
        for name in TEXTS
    }
    return KitDetails(code=row.text("code"), parts=parts, **told)


def _write(
    uow: UnitOfWork, actor: Principal, authority_id: int, details: KitDetails, known: Kit | None
) -> str:
    if known is None:
        create_kit(uow, actor, authority_id, details)
        return "created"
    if details == _as_kept(known):
        return "unchanged"
    edit_kit(uow, actor, known.id, details)
    return "updated"


def _as_kept(kit: Kit) -> KitDetails:
    parts = {part.item_id: part.quantity for part in kit.parts}
    return KitDetails(kit.code, kit.name, parts, kit.name_en, kit.description)


def export_kits(uow: UnitOfWork) -> Sheet:
    """Return all kits as a table that `import_kits` reads back without changing anything."""
    kits = uow.session.scalars(select(Kit).order_by(Kit.authority_id, Kit.code)).all()
    rows = [
        [
            kit.authority.code,
            kit.code,
            *(getattr(kit, name) for name in TEXTS),
            " ".join(f"{part.item.code}:{part.quantity}" for part in kit.parts),
        ]
        for kit in kits
    ]
    return Sheet("kits", COLUMNS, rows)
