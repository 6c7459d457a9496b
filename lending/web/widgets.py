"""The values that the widgets of templates/ui/ show; all texts come translated already."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import ceil


@dataclass(frozen=True)
class NavEntry:
    """A link of the navigation, with a count of what waits behind it."""

    label: str
    url: str
    icon: str = ""
    current: bool = False
    count: int = 0


@dataclass(frozen=True)
class AccountBadge:
    """Who is signed in, as the header says it."""

    name: str
    role: str
    url: str
    sign_out_url: str


@dataclass(frozen=True)
class Shell:
    """What stands around every page; each part may be missing."""

    authority_name: str = ""
    navigation: tuple[NavEntry, ...] = ()
    account: AccountBadge | None = None
    messages_url: str = ""
    unread: int = 0
    """Messages that who is signed in has not read."""
    home_url: str = "/"
    sign_in_url: str = ""
    register_url: str = ""
    rules_url: str = ""
    accessibility_url: str = ""
    source_url: str = ""
    contact: str = ""
    demo: bool = False


@dataclass(frozen=True)
class ItemCard:
    """An item in the catalogue; `free` and `stock` are None while no dates are chosen."""

    item_id: int
    name: str
    url: str
    pictogram: str = "box"
    category: str = ""
    detail: str = ""
    authority: str = ""
    photo_url: str = ""
    free: int | None = None
    stock: int | None = None
    quantity: int = 0
    field_name: str = ""
    """The name of the quantity's field; without it the card has no stepper."""
    maximum: int | None = None
    """The most that one booking may ask for."""
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class ListLine:
    """A line of the running list; `remove_url` is posted to."""

    name: str
    quantity: int
    url: str = ""
    free: int | None = None
    remove_url: str = ""

    @property
    def is_short(self) -> bool:
        """Whether more is wanted than is free."""
        return self.free is not None and self.quantity > self.free


@dataclass(frozen=True)
class RunningList:
    """What somebody has chosen so far, with its weight in grams and volume in litres."""

    lines: tuple[ListLine, ...]
    weight_g: int = 0
    volume_l: int = 0
    period: str = ""
    continue_url: str = ""
    continue_label: str = ""
    empty_text: str = ""

    @property
    def pieces(self) -> int:
        """How many pieces there are in all."""
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True)
class Task:
    """A thing to do; state is one of done, todo, problem, waiting, later."""

    title: str
    url: str
    state: str
    hint: str = ""


@dataclass(frozen=True)
class HistoryEntry:
    """A thing that happened."""

    at: datetime
    text: str
    actor: str = ""
    reason: str = ""
    tone: str = "plain"
    icon: str = ""


@dataclass(frozen=True)
class Pager:
    """Where one is in a long list; pages count from 1."""

    page: int
    per_page: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, ceil(self.total / self.per_page))

    @property
    def first(self) -> int:
        """The number of the first thing shown, 0 when there is none."""
        return min(self.total, (self.page - 1) * self.per_page + 1)

    @property
    def last(self) -> int:
        """The number of the last thing shown."""
        return min(self.total, self.page * self.per_page)

    @property
    def shown(self) -> tuple[int | None, ...]:
        """The pages to offer: the first, the last and those around; None is a gap."""
        near = {1, self.pages, *range(self.page - 1, self.page + 2)}
        kept = sorted(number for number in near if 1 <= number <= self.pages)
        offered: list[int | None] = kept[:1]
        for before, number in pairwise(kept):
            if number > before + 1:
                offered.append(None)
            offered.append(number)
        return tuple(offered)


@dataclass(frozen=True)
class CalendarDay:
    """A day of a month's table; `free` is None when nothing is known of it."""

    day: date
    free: int | None = None
    stock: int = 0
    holiday: str = ""
    closed: bool = False
    url: str = ""
    selected: bool = False
    note: str = ""

    @property
    def is_weekend(self) -> bool:
        """Whether it is a Saturday or a Sunday."""
        return self.day.weekday() >= 5

    @property
    def level(self) -> str:
        """How free it is: unknown, none, few (a quarter at most) or free."""
        if self.free is None:
            return "unknown"
        if self.free <= 0:
            return "none"
        return "few" if self.free * 4 <= self.stock else "free"


@dataclass(frozen=True)
class Month:
    """A month as weeks from Monday to Sunday; None stands for a day of another month."""

    first_day: date
    weeks: tuple[tuple[CalendarDay | None, ...], ...]
    previous_url: str = ""
    next_url: str = ""
    today: date | None = None


def month_of(
    first_day: date,
    days: Mapping[date, CalendarDay],
    *,
    previous_url: str = "",
    next_url: str = "",
    today: date | None = None,
) -> Month:
    """Lay the days of a month out in weeks; days that are not given show no figure."""
    first = first_day.replace(day=1)
    start = first - timedelta(days=first.weekday())
    following = (first + timedelta(days=31)).replace(day=1)
    weeks: list[tuple[CalendarDay | None, ...]] = []
    while start < following:
        week = [start + timedelta(days=offset) for offset in range(7)]
        weeks.append(
            tuple(
                days.get(day, CalendarDay(day)) if first <= day < following else None
                for day in week
            )
        )
        start += timedelta(days=7)
    return Month(first, tuple(weeks), previous_url, next_url, today)


@dataclass(frozen=True)
class Alternative:
    """A way out of a conflict: a form of one button, sending `fields` by POST to `action`."""

    title: str
    text: str
    button: str
    action: str
    fields: tuple[tuple[str, str], ...] = ()
    icon: str = "calendar-week"


@dataclass(frozen=True)
class TimelineStep:
    """A stretch over which the free quantity stays the same."""

    start: datetime
    end: datetime
    free: int


@dataclass(frozen=True)
class Timeline:
    """How an item goes over some days around what is asked; all datetimes aware."""

    start: datetime
    end: datetime
    asked_start: datetime
    asked_end: datetime
    steps: tuple[TimelineStep, ...]
    stock: int
    wanted: int


@dataclass(frozen=True)
class Conflict:
    """Why something cannot be had as asked, and what can."""

    item_name: str
    sentence: str
    asked: int
    free: int
    explanation: str = ""
    timeline: Timeline | None = None
    alternatives: tuple[Alternative, ...] = field(default=())
