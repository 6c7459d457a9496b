"""Keep what goes with what, and work out how much of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from lending.accounts.permissions import Action, Principal
from lending.catalogue.models import Companion, Item
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotFound
from lending.i18n import N_

MOST = 10_000
MOST_COMPANIONS = 20


@dataclass(frozen=True)
class CompanionRule:
    """So many pieces of an item, begun, take so many of another."""

    item_id: int
    other_id: int
    per: int
    quantity: int
    is_required: bool

    def needed(self, pieces: int) -> int:
        """Return how many pieces of the other go with so many of the item."""
        return -(-pieces // self.per) * self.quantity


@dataclass(frozen=True)
class Need:
    """How much of an item goes with the rest, and how much is there."""

    item_id: int
    needed: int
    there: int
    is_required: bool
    with_items: tuple[int, ...]
    """What it goes with, as far as it asks for some."""

    @property
    def missing(self) -> int:
        """How many pieces are not asked for."""
        return max(0, self.needed - self.there)


def needs_of(pieces: Mapping[int, int], rules: Sequence[CompanionRule]) -> tuple[Need, ...]:
    """Return what goes with these pieces, by item; several that take the same add up.

    Required is what one of them requires, also if others only propose it.
    """
    found: dict[int, list[CompanionRule]] = {}
    for rule in rules:
        if pieces.get(rule.item_id, 0) > 0:
            found.setdefault(rule.other_id, []).append(rule)
    return tuple(
        Need(
            item_id=other,
            needed=sum(rule.needed(pieces[rule.item_id]) for rule in those),
            there=pieces.get(other, 0),
            is_required=any(rule.is_required for rule in those),
            with_items=tuple(rule.item_id for rule in those),
        )
        for other, those in sorted(found.items())
    )


def companions_of(uow: UnitOfWork, item_ids: Collection[int]) -> tuple[CompanionRule, ...]:
    """Return what goes with these items and is lent."""
    other = aliased(Item)
    rows = uow.session.scalars(
        select(Companion)
        .join(other, other.id == Companion.other_id)
        .where(Companion.item_id.in_(item_ids), other.is_active)
        .order_by(Companion.item_id, Companion.other_id)
    )
    return tuple(
        CompanionRule(row.item_id, row.other_id, row.per, row.quantity, row.is_required)
        for row in rows
    )


def set_companions(
    uow: UnitOfWork, actor: Principal, item_id: int, rules: Sequence[CompanionRule]
) -> None:
    """Say all that goes with an item, in place of what was said.

    Raises:
        InvalidInput: another authority's item, the item itself, or quantities that make no sense.
        NotFound, NotSignedIn, Forbidden: the actor may not.
    """
    item = uow.session.get(Item, item_id)
    if item is None:
        raise NotFound
    actor.check(Action.EDIT_CATALOGUE, authority_id=item.authority_id)
    if errors := _check(uow, item, rules):
        raise InvalidInput(errors)
    kept = {
        row.other_id: row
        for row in uow.session.scalars(select(Companion).where(Companion.item_id == item_id))
    }
    for rule in rules:
        row = kept.pop(rule.other_id, None) or Companion(item_id=item_id, other_id=rule.other_id)
        row.per, row.quantity, row.is_required = rule.per, rule.quantity, rule.is_required
        uow.session.add(row)
    for row in kept.values():
        uow.session.delete(row)


def _check(uow: UnitOfWork, item: Item, rules: Sequence[CompanionRule]) -> list[FieldError]:
    others = [rule.other_id for rule in rules]
    known = set(
        uow.session.scalars(
            select(Item.id).where(Item.id.in_(others), Item.authority_id == item.authority_id)
        )
    )
    errors = []
    if len(rules) > MOST_COMPANIONS or len(set(others)) < len(others):
        errors.append(FieldError("companions", N_("Name each item once, and not more than 20.")))
    if item.id in others or set(others) - known:
        errors.append(FieldError("companions", N_("Choose another item of the same lender.")))
    if any(not 1 <= n <= MOST for rule in rules for n in (rule.per, rule.quantity)):
        errors.append(FieldError("companions", N_("Give a quantity of at least 1.")))
    return errors
