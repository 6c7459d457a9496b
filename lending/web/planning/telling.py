"""What a change by hand did, told once on the next page, with what undoes it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from flask import session, url_for
from flask_babel import gettext, ngettext

from lending.logistics.planner.plans import Reasons
from lending.logistics.queries import TaskRow
from lending.logistics.rounds.stands import Change, Stand
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
