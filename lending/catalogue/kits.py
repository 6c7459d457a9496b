"""Keep the recipes of kits, and read them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.catalogue.models import Item, Kit, KitPart
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotFound
from lending.i18n import N_

MOST_PARTS = 20
MOST_PIECES = 10_000
"""Of one item in one kit."""


@dataclass(frozen=True)
class KitDetails:
    """What staff say of a kit; `parts` is pieces in one kit by item."""

    code: str
    name: str
    parts: Mapping[int, int]
    name_en: str = ""
    description: str = ""


@dataclass(frozen=True)
class PartView:
    """An item of a kit."""

    item_id: int
    code: str
    name: str
    name_en: str
    quantity: int
    is_active: bool


@dataclass(frozen=True)
class KitView:
    """A kit with its recipe."""

    id: int
    code: str
    name: str
    name_en: str
    description: str
    authority_id: int
    authority: str
    is_active: bool
    parts: tuple[PartView, ...]

    @property
    def can_be_lent(self) -> bool:
        """Whether it is lent, with all of its parts."""
        return self.is_active and all(part.is_active for part in self.parts)


def create_kit(uow: UnitOfWork, actor: Principal, authority_id: int, details: KitDetails) -> Kit:
    """Write a kit of items of one authority.

    Raises:
        InvalidInput: a field cannot be used.
        NotSignedIn, Forbidden: the actor may not.
    """
    actor.check(Action.EDIT_CATALOGUE, authority_id=authority_id)
    if uow.session.get(Authority, authority_id) is None:
        raise InvalidInput(authority_id=N_("We do not know this authority."))
    kit = Kit(authority_id=authority_id, created_at=uow.now)
    _write(uow, kit, details)
    uow.session.add(kit)
    _flush(uow)
    return kit


def edit_kit(uow: UnitOfWork, actor: Principal, kit_id: int, details: KitDetails) -> Kit:
    """Change a kit; what was asked for keeps the recipe of its time.

    Raises:
        InvalidInput: a field cannot be used.
        NotFound, NotSignedIn, Forbidden: the actor may not.
    """
    kit = _kit(uow, actor, kit_id)
    _write(uow, kit, details)
    _flush(uow)
    return kit


def retire_kit(uow: UnitOfWork, actor: Principal, kit_id: int, *, is_active: bool = False) -> Kit:
    """Lend a kit no more, or again; its parts are lent as before.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not.
    """
    kit = _kit(uow, actor, kit_id)
    kit.is_active = is_active
    return kit


def list_kits(
    uow: UnitOfWork,
    authority_ids: Collection[int] | None = None,
    *,
    with_retired: bool = False,
) -> tuple[KitView, ...]:
    """Return kits by name, with their recipes; those that can be lent unless said otherwise."""
    query = select(Kit).options(*_WHOLE).order_by(Kit.name, Kit.id)
    if authority_ids is not None:
        query = query.where(Kit.authority_id.in_(authority_ids))
    found = (_view(kit) for kit in uow.session.scalars(query))
    return tuple(kit for kit in found if with_retired or kit.can_be_lent)


def get_kit(uow: UnitOfWork, kit_id: int) -> KitView:
    """Return one kit.

    Raises:
        NotFound: there is none of this number.
    """
    kit = uow.session.scalars(select(Kit).where(Kit.id == kit_id).options(*_WHOLE)).one_or_none()
    if kit is None:
        raise NotFound
    return _view(kit)


_WHOLE = (
    joinedload(Kit.authority, innerjoin=True),
    selectinload(Kit.parts).joinedload(KitPart.item, innerjoin=True),
)


def _view(kit: Kit) -> KitView:
    return KitView(
        id=kit.id,
        code=kit.code,
        name=kit.name,
        name_en=kit.name_en,
        description=kit.description,
        authority_id=kit.authority_id,
        authority=kit.authority.name,
        is_active=kit.is_active,
        parts=tuple(
            PartView(
                item_id=part.item_id,
                code=part.item.code,
                name=part.item.name,
                name_en=part.item.name_en,
                quantity=part.quantity,
                is_active=part.item.is_active,
            )
            for part in kit.parts
        ),
    )


def _kit(uow: UnitOfWork, actor: Principal, kit_id: int) -> Kit:
    kit = uow.session.get(Kit, kit_id)
    if kit is None:
        raise NotFound
    actor.check(Action.EDIT_CATALOGUE, authority_id=kit.authority_id)
    return kit


def _write(uow: UnitOfWork, kit: Kit, details: KitDetails) -> None:
    if errors := _check(uow, kit.authority_id, details):
        raise InvalidInput(errors)
    kit.code, kit.name = details.code.strip(), details.name.strip()
    kit.name_en, kit.description = details.name_en.strip(), details.description.strip()
    kept = {part.item_id: part for part in kit.parts}
    for item_id, quantity in details.parts.items():
        if item_id in kept:
            kept[item_id].quantity = quantity
        else:
            kit.parts.append(KitPart(item_id=item_id, quantity=quantity))
    for item_id in kept.keys() - details.parts.keys():
        kit.parts.remove(kept[item_id])


def _check(uow: UnitOfWork, authority_id: int, details: KitDetails) -> list[FieldError]:
    errors = []
    for name, most in (("code", 40), ("name", 160), ("name_en", 160), ("description", 5000)):
        if len(getattr(details, name)) > most:
            text = N_("Shorten this to %(limit)d characters.")
            errors.append(FieldError(name, text, (("limit", most),)))
    if not details.code.strip():
        errors.append(FieldError("code", N_("Give a code.")))
    if not details.name.strip():
        errors.append(FieldError("name", N_("Give a name.")))
    if not details.parts:
        errors.append(FieldError("parts", N_("A kit has at least one part.")))
    if len(details.parts) > MOST_PARTS:
        text = N_("A kit has at most %(most)d parts.")
        errors.append(FieldError("parts", text, (("most", MOST_PARTS),)))
    if any(not 1 <= quantity <= MOST_PIECES for quantity in details.parts.values()):
        errors.append(FieldError("parts", N_("Give a quantity of at least 1.")))
    known = set(
        uow.session.scalars(
            select(Item.id).where(Item.id.in_(details.parts), Item.authority_id == authority_id)
        )
    )
    if details.parts.keys() - known:
        errors.append(FieldError("parts", N_("This authority does not lend this item.")))
    return errors


def _flush(uow: UnitOfWork) -> None:
    try:
        uow.session.flush()  # the caller needs the id, and to know whether the code is free
    except IntegrityError as error:
        text = N_("Another kit of this authority has this code.")
        raise InvalidInput(code=text) from error
