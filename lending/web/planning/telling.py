"""What a change by hand did, told once on the next page, with what undoes it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from math import ceil, floor

from flask import session, url_for
from flask_babel import gettext, ngettext

from lending.logistics.planner.plans import Reasons, Shortage
from lending.logistics.queries import TaskRow
from lending.logistics.rounds.stands import Change, Stand
from lending.logistics.working_time import DAY
from lending.web import formats
from lending.web.planning.words import obstacle_words, task_words

KEPT = "planning_told"


@dataclass(frozen=True)
class Told:
    """A message, with the form that undoes what it tells."""

    text: str
    undo_url: str = ""
    """Empty: nothing can be undone."""
    undo_fields: Mapping[str, str] = field(default_factory=dict)


def tell(task: TaskRow, change: Change, others: Mapping[int, TaskRow]) -> None:
    """Keep for the next page what a change did."""
    told = Told(_text(task, change, others), *_undo(task, change.before))
    session[KEPT] = asdict(told)


def take_told() -> Told | None:
    """Return what is to be told, once."""
    kept = session.pop(KEPT, None)
    return Told(**kept) if kept else None


def obstacles_words(
    reasons: Reasons, crews: Mapping[int, str], names: Mapping[int, TaskRow]
) -> list[tuple[list[str], str]]:
    """Say what stands in the way of a task with which crews."""
    found = []
    for obstacle in reasons.obstacles:
        numbers = {int(shift.partition("@")[0]) for shift in obstacle.shifts}
        who = [name for number, name in crews.items() if number in numbers]
        if who:
            found.append((who, obstacle_words(obstacle, names)))
    return found


def shortage_words(found: Shortage, crews: Mapping[int, str], everybody: Collection[str]) -> str:
    """Say what no plan of a week can hold."""
    days = sorted({date.fromisoformat(shift.partition("@")[2]) for shift in found.shifts})
    numbers = {int(shift.partition("@")[0]) for shift in found.shifts}
    about = {
        "days": formats.sentence(_days(days)),
        "work": hours_asked(found.work),
        "available": hours_there(found.available),
        "crews": ", ".join(name for number, name in crews.items() if number in numbers),
    }
    if set(found.shifts) >= {shift for shift in everybody if shift.partition("@")[2] in _iso(days)}:
        return str(gettext("%(days)s: %(work)s of work for %(available)s available.", **about))
    return str(
        gettext("%(days)s, for %(crews)s: %(work)s of work for %(available)s available.", **about)
    )


def _iso(days: Iterable[date]) -> set[str]:
    return {day.isoformat() for day in days}


def _days(days: Sequence[date]) -> str:
    if len(days) == 1:
        return formats.day(days[0])
    if days[-1] - days[0] == (len(days) - 1) * DAY:
        ends = {"first": formats.short_day(days[0]), "last": formats.short_day(days[-1])}
        return str(gettext("%(first)s to %(last)s", **ends))
    return ", ".join(formats.short_day(each) for each in days)


def hours_asked(minutes: int) -> str:
    """Write hours of work, never fewer than they are."""
    return f"{formats.number(ceil(minutes / 6) / 10)}{formats.NO_BREAK}h"


def hours_there(minutes: int) -> str:
    """Write hours that there are, never more than they are."""
    return f"{formats.number(floor(minutes / 6) / 10)}{formats.NO_BREAK}h"


def _text(task: TaskRow, change: Change, others: Mapping[int, TaskRow]) -> str:
    parts = []
    if change.after is None:
        parts.append(gettext("%(task)s is no longer planned.", task=task_words(task)))
    else:
        when = formats.short_moment(change.after.starts_at)
        place = {"crew": change.after.crew, "when": when}
        parts.append(gettext("%(task)s: %(crew)s, %(when)s.", task=task_words(task), **place))
    if change.retimed:
        parts.append(
            ngettext(
                "%(num)d other task of that day changes its time.",
                "%(num)d other tasks of that day change their time.",
                len(change.retimed),
            )
        )
    if change.dropped:
        names = ", ".join(task_words(others[each]) for each in change.dropped if each in others)
        parts.append(gettext("Taken out with it, since they wait for it: %(tasks)s.", tasks=names))
    return " ".join(str(part) for part in parts)


def _undo(task: TaskRow, before: Stand | None) -> tuple[str, dict[str, str]]:
    if before is None:
        return url_for("planning.unplan", task_id=task.id), {}
    return url_for("planning.move", task_id=task.id), {
        "crew_id": str(before.crew_id),
        "day": before.day.isoformat(),
        "starts": f"{formats.local(before.starts_at):%H:%M}",
        "pin": before.pin.value,
    }
