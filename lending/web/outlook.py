"""What a booking would do to the crews' days, in the reader's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor

from flask_babel import gettext, ngettext

from calendars.intervals import Interval
from lending.accounts.permissions import Action
from lending.bookings.detail import BookingDetail
from lending.bookings.states import UNDECIDED, State
from lending.db.database import UnitOfWork
from lending.logistics.capacity import outlook_of
from lending.logistics.outlook import DayLoad, Impossible, Outlook, Overload
from lending.logistics.overruling import OverruleView
from lending.logistics.working_time import DAY
from lending.web.context import principal
from lending.web.formats import NO_BREAK, day, number, sentence, short_day
from lending.web.planning.words import reason_words
from lending.web.widgets import HistoryEntry

WIDTH = 200
"""Of the bar of a day, in its own units."""


@dataclass(frozen=True)
class DayRow:
    """A day of the crews; hours come written."""

    day: date
    crews: int
    vehicles: int
    free: str
    """Before the booking."""
    added: str
    left: str
    over: str
    """What is asked too much; empty when it fits."""
    bars: tuple[tuple[str, int, int], ...]
    """Of a bar of WIDTH: name, begin, length."""


@dataclass(frozen=True)
class OutlookView:
    """The panel of the page that decides."""

    warnings: tuple[str, ...]
    """Why it cannot be done."""
    notes: tuple[str, ...]
    """What is good to know."""
    rows: tuple[DayRow, ...]
    better: tuple[Interval, ...]

    @property
    def needs_reason(self) -> bool:
        """Whether granting it takes a reason of its own."""
        return bool(self.warnings)


def read_outlook(
    uow: UnitOfWork, booking: BookingDetail, granted: Mapping[int, int]
) -> OutlookView | None:
    """Return the panel of a booking that is yet to be decided; None if there is nothing to say."""
    open_states = UNDECIDED | {State.WAITLISTED}
    may = principal().can(Action.REVIEW_BOOKING, authority_id=booking.authority_id)
    if booking.state not in open_states or not may:
        return None
    within = {
        line.item_id: min(max(granted[line.item_id], 0), line.requested)
        for line in booking.line_views
        if line.item_id in granted
    }
    found = outlook_of(uow, principal(), booking.id, within)
    return outlook_view(found) if found else None


def outlook_view(found: Outlook) -> OutlookView:
    """Put an outlook in words."""
    rows = [load for load in found.days if load.added or load.over]
    longest = max((max(load.available, load.asked + load.added) for load in rows), default=0)
    firm = [each for each in found.impossible if not each.can_be_arranged]
    soft = [each for each in found.impossible if each.can_be_arranged]
    return OutlookView(
        warnings=(*map(_overload, found.overloads), *dict.fromkeys(map(_impossible, firm))),
        notes=(*_unplanned(found.unplanned), *dict.fromkeys(map(_arranged, soft))),
        rows=tuple(_row(load, longest) for load in rows),
        better=found.better,
    )


def told_again(found: Outlook) -> str:
    """Say why a reason is asked for, where it was missing."""
    view = outlook_view(found)
    ask = gettext("Say why you grant it all the same.")
    return f"{view.warnings[0]} {ask}"


def overruled(entry: HistoryEntry, about: OverruleView) -> HistoryEntry:
    """Return what the history tells beside a grant that went past the proof."""
    if about.first_day is None or about.last_day is None:
        text = gettext("Granted although no crew can do a part of the field work")
    else:
        days = [about.first_day]
        while days[-1] < about.last_day:
            days.append(days[-1] + DAY)
        text = gettext(
            "Granted although the crews have no room (%(days)s: %(work)s for %(available)s)",
            days=_days(days),
            work=_more(about.work_minutes),
            available=_less(about.available_minutes),
        )
    return HistoryEntry(
        entry.at, str(text), entry.actor, about.reason, "wait", "exclamation-triangle-fill"
    )


def _overload(found: Overload) -> str:
    about = {
        "days": sentence(_days(found.days)),
        "work": _more(found.work),
        "available": _less(found.available),
        "crews": ", ".join(found.crews),
    }
    if found.crews:
        text = gettext(
            "%(days)s, for %(crews)s: %(work)s of work for %(available)s available.", **about
        )
    else:
        text = gettext("%(days)s: %(work)s of work for %(available)s available.", **about)
    if found.is_older:
        older = gettext("Other bookings ask for too much already.")
        return f"{text} {older}"
    return str(text)


def _impossible(found: Impossible) -> str:
    if found.reasons is None:
        why = gettext("the site is closed all the time in which it may be done")
    else:
        why = reason_words(found.reasons, {})
    task = gettext(found.kind.label)
    return str(gettext("%(task)s: %(why)s.", task=task, why=why))


def _arranged(found: Impossible) -> str:
    task = gettext(found.kind.label)
    return str(
        gettext("%(task)s: no crew works at that time. Arrange it with the depot.", task=task)
    )


def _unplanned(mondays: Sequence[date]) -> list[str]:
    if not mondays:
        return []
    weeks = ", ".join(short_day(monday) for monday in mondays)
    return [
        str(
            ngettext(
                "No crew is planned yet in the week of %(weeks)s: nothing can be said of it.",
                "No crew is planned yet in the weeks of %(weeks)s: nothing can be said of them.",
                len(mondays),
                weeks=weeks,
            )
        )
    ]


def _row(load: DayLoad, longest: int) -> DayRow:
    scale = WIDTH / longest if longest else 0
    held = min(load.asked, load.available)
    fits = max(0, min(load.asked + load.added, load.available) - held)
    lengths = (("asked", held), ("added", fits), ("over", load.over))
    bars, begin = [], 0
    for name, minutes in lengths:
        length = round(minutes * scale)
        if length:
            bars.append((name, begin, length))
        begin += length
    rest = load.available - load.asked
    return DayRow(
        day=load.day,
        crews=load.crews,
        vehicles=load.vehicles,
        free=_less(max(0, rest)),
        added=_more(load.added),
        left=_less(max(0, rest - load.added)),
        over=_more(load.over) if load.over else "",
        bars=(("all", 0, round(load.available * scale)), *bars),
    )


def _days(days: Sequence[date]) -> str:
    """Write "samedi 6 juin 2026", "du ven. 5 juin au lun. 8 juin" or "ven. 5 juin, lun. 8 juin"."""
    if len(days) == 1:
        return day(days[0])
    if days[-1] - days[0] == (len(days) - 1) * DAY:
        return str(
            gettext("%(first)s to %(last)s", first=short_day(days[0]), last=short_day(days[-1]))
        )
    return ", ".join(short_day(each) for each in days)


def _more(minutes: int) -> str:
    """Write hours of work, never fewer than they are."""
    return f"{number(ceil(minutes / 6) / 10)}{NO_BREAK}h"


def _less(minutes: int) -> str:
    """Write hours that there are, never more than they are."""
    return f"{number(floor(minutes / 6) / 10)}{NO_BREAK}h"
