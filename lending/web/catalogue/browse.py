"""Find equipment and look at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from calendars.zones import to_local
from lending.accounts.permissions import Action
from lending.authorities.queries import authority_names, get_authority
from lending.availability.answers import Free, free_for_loan
from lending.availability.shelf import ShelfItem, equivalents_with_free, list_shelf
from lending.bookings.holders import Loan, list_loans
from lending.catalogue.queries import (
    CategoryEntry,
    ItemDetail,
    ItemFilter,
    get_item,
    list_categories,
)
from lending.catalogue.records import (
    MaintenanceEntry,
    Movement,
    list_maintenance,
    list_movements,
    stock_at,
)
from lending.db.database import UnitOfWork
from lending.web.catalogue import blueprint
from lending.web.catalogue.cards import (
    CardGroup,
    cards_of,
    category_name,
    group_by_family,
    item_name,
    month_table,
    photo_address,
)
from lending.web.catalogue.choosing import Choosing, choosing_for
from lending.web.catalogue.kits import KitCard, kit_cards
from lending.web.context import allowed, database, principal
from lending.web.dates import ChosenDates, chosen_dates
from lending.web.formats import DEFAULT_ZONE
from lending.web.numbers import whole_number
from lending.web.widgets import ItemCard, Month, Pager

PER_PAGE, MOST_PER_PAGE = 96, 200
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Family:
    """A family to filter by."""

    name: str
    pictogram: str
    url: str
    current: bool
    items: int


@dataclass(frozen=True)
class CataloguePage:
    """What the catalogue shows, and what it was asked."""

    words: str
    category: str
    authority_id: int | None
    free_only: bool
    with_retired: bool
    dates: ChosenDates
    families: tuple[Family, ...]
    authorities: tuple[tuple[int, str], ...]
    groups: tuple[CardGroup, ...]
    kits: tuple[KitCard, ...]
    pager: Pager
    choosing: Choosing | None
    can_edit: bool

    @property
    def active_filters(self) -> int:
        """How many filters narrow the list."""
        filters = (self.words, self.category, self.authority_id, self.free_only, self.with_retired)
        return sum(map(bool, filters))


@blueprint.get("/catalogue")
@allowed(Action.BROWSE_CATALOGUE)
def index() -> ResponseReturnValue:
    """Show what can be borrowed, with what is free for the reader's dates."""
    with database().read() as uow:
        page = _page(uow)
    fragment = request.headers.get("HX-Target") == "catalogue-results"
    return render_template(
        "catalogue/_results.html" if fragment else "catalogue/index.html", page=page
    )


def _page(uow: UnitOfWork) -> CataloguePage:
    names = authority_names(uow)
    authority_id = request.args.get("authority", type=whole_number)
    if authority_id not in names:
        authority_id = None
    g.zone = _zone_of(uow, authority_id)
    dates = chosen_dates(g.zone, uow.now)
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    category = request.args.get("category", "")
    free_only = bool(request.args.get("free")) and dates.period is not None
    only = None if authority_id is None else (authority_id,)
    can_edit = principal().can(Action.EDIT_CATALOGUE)
    with_retired = can_edit and bool(request.args.get("retired"))
    wanted = ItemFilter(words, category, only, with_inactive=with_retired)
    shelf = list_shelf(uow, wanted, dates.period, free_only=free_only)
    per_page = min(max(request.args.get("per_page", PER_PAGE, type=whole_number), 1), MOST_PER_PAGE)
    pager = _pager(len(shelf), per_page)
    shown = shelf[(pager.page - 1) * per_page : pager.page * per_page]
    choosing = choosing_for(uow, dates, [entry.item for entry in shown])
    cards = cards_of(shown, choosing, with_authority=len(names) > 1)
    groups = _groups(shown, cards, words)
    first = pager.page == 1 and not category
    kits = kit_cards(uow, authority_id, dates.period, choosing, words=words) if first else []
    if free_only:
        kits = [card for card in kits if card.free]
    return CataloguePage(
        words=words,
        category=category,
        authority_id=authority_id,
        free_only=free_only,
        with_retired=with_retired,
        dates=dates,
        families=_families(list_categories(uow, only), category),
        authorities=tuple(names.items()),
        groups=tuple(groups),
        kits=tuple(kits),
        pager=pager,
        choosing=choosing,
        can_edit=can_edit,
    )


def _groups(shown: Sequence[ShelfItem], cards: Sequence[ItemCard], words: str) -> list[CardGroup]:
    """Put the cards under the names of their families; what was searched stays in its order."""
    if not words:
        return group_by_family(shown, cards)
    return [CardGroup("", "", tuple(cards))] if cards else []


def _pager(total: int, per_page: int) -> Pager:
    last = max(1, -(-total // per_page))
    return Pager(min(max(request.args.get("page", 1, type=whole_number), 1), last), per_page, total)


def _families(categories: list[CategoryEntry], current: str) -> tuple[Family, ...]:
    kept = {name: value for name, value in request.args.items() if name not in ("category", "page")}
    return tuple(
        Family(
            name=category_name(entry.name, entry.name_en),
            pictogram=entry.pictogram,
            url=url_for("catalogue.index", **kept, category=entry.code),  # type: ignore[arg-type]
            current=entry.code == current,
            items=entry.items,
        )
        for entry in categories
        if entry.items or entry.code == current
    )


def _zone_of(uow: UnitOfWork, authority_id: int | None) -> ZoneInfo:
    if authority_id is None:
        return DEFAULT_ZONE
    return ZoneInfo(get_authority(uow, authority_id).timezone)


@dataclass(frozen=True)
class Keeping:
    """What only the item's keepers see."""

    loans: tuple[Loan, ...]
    maintenance: tuple[MaintenanceEntry, ...]
    movements: tuple[Movement, ...]
    can_edit: bool
    can_move: bool


@dataclass(frozen=True)
class ItemPage:
    """An item, what is free of it and what could stand in for it."""

    item: ItemDetail
    name: str
    category: str
    photo: str
    photo_large: str
    stock: int
    free: Free | None
    dates: ChosenDates
    month: Month
    equivalents: tuple[ItemCard, ...]
    card: ItemCard
    choosing: Choosing | None
    keeping: Keeping | None


@blueprint.get("/catalogue/<int:item_id>")
@allowed(Action.BROWSE_CATALOGUE)
def item(item_id: int) -> ResponseReturnValue:
    """Show one item with a month of what is free of it."""
    with database().read() as uow:
        page = _item_page(uow, get_item(uow, item_id))
    return render_template("catalogue/item.html", page=page, item=page.item)


def _item_page(uow: UnitOfWork, item: ItemDetail) -> ItemPage:
    zone = g.zone = ZoneInfo(item.timezone)
    dates = chosen_dates(zone, uow.now)
    stock = stock_at(uow, [item.id], uow.now)[item.id]
    free = free_for_loan(uow, dates.period, item_ids=[item.id]) if dates.period else {}
    choosing = choosing_for(uow, dates, [item]) if item.is_active else None
    first_day = _asked_month() or _first_month(dates, uow, zone)
    return ItemPage(
        item=item,
        name=item_name(item),
        category=category_name(item.category, item.category_en),
        photo=photo_address(item.photo, 640),
        photo_large=photo_address(item.photo, 1280),
        stock=stock,
        free=free.get(item.id),
        dates=dates,
        month=month_table(
            uow,
            item,
            first_day,
            zone,
            stock=stock,
            selected=dates.period,
            address=lambda day: url_for("catalogue.item", item_id=item.id, month=f"{day:%Y-%m}"),
        ),
        equivalents=tuple(cards_of(equivalents_with_free(uow, item, dates.period), None)),
        card=cards_of([ShelfItem(item, stock, free[item.id].free if free else None)], choosing)[0],
        choosing=choosing,
        keeping=_keeping(uow, item),
    )


def _asked_month() -> date | None:
    try:
        asked = date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        return None
    return asked if 2000 <= asked.year <= 2199 else None


def _first_month(dates: ChosenDates, uow: UnitOfWork, zone: ZoneInfo) -> date:
    now = to_local(uow.now, zone).date()
    shown = max(now, dates.start.date()) if dates.period and dates.start else now
    return shown.replace(day=1)


def _keeping(uow: UnitOfWork, item: ItemDetail) -> Keeping | None:
    actor = principal()
    if not actor.can(Action.SEE_STOCK_DETAILS, authority_id=item.authority_id):
        return None
    return Keeping(
        loans=tuple(list_loans(uow, actor, item.id)),
        maintenance=tuple(list_maintenance(uow, actor, item.id)),
        movements=tuple(list_movements(uow, actor, item.id)),
        can_edit=actor.can(Action.EDIT_CATALOGUE, authority_id=item.authority_id),
        can_move=actor.can(Action.MANAGE_STOCK, authority_id=item.authority_id),
    )
