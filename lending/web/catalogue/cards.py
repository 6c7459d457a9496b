"""Items as the cards, the lists and the months that the pages show."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import get_locale, gettext

from calendars.intervals import Interval
from calendars.zones import days_of_month, days_touched, to_local
from lending.availability.answers import free_by_day
from lending.availability.shelf import ShelfItem
from lending.catalogue.queries import ItemDetail, ItemSummary
from lending.closures.days import closed_days
from lending.db.database import UnitOfWork
from lending.web.catalogue.choosing import Choosing
from lending.web.formats import kilograms, number
from lending.web.widgets import CalendarDay, ItemCard, Month, month_of
from lending.words import stems


@dataclass(frozen=True)
class CardGroup:
    """The cards of one family under its name; a search has one group without a name."""

    title: str
    pictogram: str
    cards: tuple[ItemCard, ...]


DRAWN = {
    stem: drawing
    for words, drawing in (
        ("chaise siège", "chair"),
        ("banc", "bench"),
        ("table plateau tréteau mange", "table"),
        ("barrière plot", "barrier"),
        ("barnum tente vitabri chapiteau", "tent"),
        ("podium praticable scène estrade", "stage"),
        ("sono micro enceinte", "sound"),
        ("vidéoprojecteur écran", "video"),
        ("guirlande projecteur", "light"),
        ("coffret rallonge groupe", "electricity"),
        ("grille", "exhibition"),
        ("gobelet vaisselle percolateur", "crockery"),
        ("réfrigérateur", "cold"),
        ("poubelle support", "waste"),
        ("toilette", "toilet"),
        ("isoloir urne", "voting"),
    )
    for stem in stems(words)
}
"""What the first word of a name is drawn as, where its family holds different things."""


def language() -> str:
    """Return the language of the page."""
    locale = get_locale()
    return str(locale.language) if locale else "fr"


def item_name(item: ItemSummary) -> str:
    """Return the item's name in the reader's language, as far as it has one."""
    return item.name_en if item.name_en and language() == "en" else item.name


def category_name(name: str, name_en: str) -> str:
    """Return a family's name in the reader's language, as far as it has one."""
    return name_en if name_en and language() == "en" else name


def cards_of(
    shelf: Sequence[ShelfItem], choosing: Choosing | None, *, with_authority: bool = True
) -> list[ItemCard]:
    """Return the cards of items, with the quantities that are chosen already."""
    address = item_address()
    in_language = language()
    return [_card(entry, address, choosing, in_language, with_authority) for entry in shelf]


def _card(
    entry: ShelfItem,
    address: Callable[[int], str],
    choosing: Choosing | None,
    in_language: str,
    with_authority: bool,
) -> ItemCard:
    item, english = entry.item, in_language == "en"
    return ItemCard(
        item_id=item.id,
        name=item.name_en if english and item.name_en else item.name,
        url=address(item.id),
        pictogram=pictogram_of(item.name, item.pictogram),
        category=item.category_en if english and item.category_en else item.category,
        detail=detail_of(item.length_cm, item.width_cm, item.height_cm, item.weight_g, in_language),
        authority=item.authority if with_authority else "",
        photo_url=photo_address(item.photo, 640),
        free=entry.free,
        stock=entry.stock,
        quantity=choosing.quantities.get(item.id, 0) if choosing else 0,
        field_name="quantity" if choosing and item.is_active else "",
        maximum=item.max_per_booking,
        note=_note(item),
    )


@lru_cache(maxsize=2048)
def pictogram_of(name: str, usual: str) -> str:
    """Return the drawing of what an item's name begins with, or else that of its family."""
    first = next(iter(stems(name)), "")
    return next((drawing for stem, drawing in DRAWN.items() if first.startswith(stem)), usual)


def _note(item: ItemSummary) -> str:
    if not item.is_active:
        return str(gettext("No longer lent"))
    if item.max_per_booking is not None:
        return str(gettext("At most %(number)s per request", number=number(item.max_per_booking)))
    return ""


def group_by_family(shelf: Sequence[ShelfItem], cards: Sequence[ItemCard]) -> list[CardGroup]:
    """Put the cards, which come in the order of the families, under the families' names."""
    pairs = zip(shelf, cards, strict=True)
    return [
        CardGroup(name, pictogram, tuple(card for _, card in group))
        for (name, pictogram), group in groupby(
            pairs, key=lambda pair: (pair[1].category, pair[0].item.pictogram)
        )
    ]


def item_address() -> Callable[[int], str]:
    """Return a function from an item's number to its address, quicker than url_for for many."""
    before, _, after = url_for("catalogue.item", item_id=987654321).partition("987654321")
    return lambda item_id: f"{before}{item_id}{after}"


def photo_address(name: str, width: int) -> str:
    """Return the address of a photo, nothing where there is none."""
    return url_for("catalogue.photo", name=name, width=width) if name else ""


@lru_cache(maxsize=2048)
def detail_of(
    length_cm: int | None, width_cm: int | None, height_cm: int | None, weight_g: int, _locale: str
) -> str:
    """Say the size and the weight of an item in a line; kept, since lists say it often."""
    sizes = [number(size) for size in (length_cm, width_cm, height_cm) if size]
    parts = [f"{' × '.join(sizes)} cm"] if sizes else []
    if weight_g:
        parts.append(kilograms(weight_g))
    return ", ".join(parts)


def month_table(
    uow: UnitOfWork,
    item: ItemDetail,
    first_day: date,
    zone: ZoneInfo,
    *,
    stock: int,
    selected: Interval | None,
    address: Callable[[date], str],
) -> Month:
    """Return a month of an item: how much could be lent over each whole day from today on."""
    days = days_of_month(first_day.year, first_day.month, zone)
    today = to_local(uow.now, zone).date()
    coming = [day for day in days if day.day >= today]
    free = free_by_day(uow, item.id, [day.interval for day in coming])
    figures = dict(zip((day.day for day in coming), free, strict=True))
    closed = closed_days(uow, item.authority_id, days[0].day, days[-1].day, language())
    reasons = closed.at(item.depot_id)
    chosen = _days_of(selected, zone)
    before = (first_day - timedelta(days=1)).replace(day=1)
    after = (first_day + timedelta(days=31)).replace(day=1)
    return month_of(
        first_day,
        {
            day.day: CalendarDay(
                day.day,
                figures.get(day.day),
                stock,
                reasons.get(day.day, ""),
                selected=day.day in chosen,
            )
            for day in days
        },
        previous_url=address(before) if before >= today.replace(day=1) else "",
        next_url=address(after),
        today=today,
    )


def _days_of(period: Interval | None, zone: ZoneInfo) -> Collection[date]:
    return {day.day for day in days_touched(period, zone)} if period else ()
