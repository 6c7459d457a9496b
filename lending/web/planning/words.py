"""What stands in the way of a task, in the reader's words."""

from collections.abc import Iterable, Mapping

from flask_babel import gettext

from lending.i18n import N_
from lending.logistics.crew_shifts import LIFTING, ON_WHEELS
from lending.logistics.means.kinds import Skill
from lending.logistics.planner.plans import Obstacle, Reasons, Why
from lending.logistics.queries import TaskRow
from lending.logistics.rounds.errors import DoesNotFit

WHY_TEXTS = {
    Why.NO_SKILL: N_("no crew has what it takes: %(skills)s"),
    Why.TOO_FEW_AGENTS: N_("no crew is large enough"),
    Why.TOO_LARGE: N_("no vehicle carries the load in one trip"),
    Why.OTHER_DEPOT: N_("no round leaves from the depot that holds the equipment"),
    Why.OUTSIDE_HOURS: N_("no crew works when it may be done"),
    Why.NOBODY: N_("no crew may do it: some lack the skills, the size or the hours"),
    Why.PIN: N_("the crew or the time that it is kept to does not allow it"),
    Why.PREDECESSOR: N_("what must come first is not planned: %(tasks)s"),
    Why.PARTNER: N_("what must be done at the same time is not planned: %(tasks)s"),
    Why.FULL: N_("the crews that could do it have no time left"),
}
HERE_TEXTS = {
    Why.NO_SKILL: N_("the crew lacks %(skills)s"),
    Why.TOO_FEW_AGENTS: N_("the crew is too small"),
    Why.TOO_LARGE: N_("the load does not fit in the vehicle"),
    Why.OTHER_DEPOT: N_("the round does not leave from the depot that holds the equipment"),
    Why.OUTSIDE_HOURS: N_("the crew cannot be there when it may be done"),
    Why.FULL: N_("the crew has no time left"),
}
"""The same said of one crew."""

Names = Mapping[int, TaskRow]
"""The tasks that may be spoken of, by number."""


def reason_words(reasons: Reasons, names: Names) -> str:
    """Say why a task is not planned."""
    obstacle = next((o for o in reasons.obstacles if o.why is reasons.why), Obstacle(reasons.why))
    return _words(WHY_TEXTS, obstacle, names)


def refusal_words(refused: DoesNotFit, names: Names) -> str:
    """Say why a task cannot be put where somebody wants it."""
    told = []
    if refused.obstacle is not None:
        told.append(obstacle_words(refused.obstacle, names))
    if refused.pushed:
        pushed = ", ".join(_names(refused.pushed, names))
        told.append(gettext("these tasks would lose their place: %(tasks)s", tasks=pushed))
    if not told:
        return str(gettext(refused.message))
    return str(gettext("It does not fit there: %(why)s.", why="; ".join(told)))


def obstacle_words(obstacle: Obstacle, names: Names) -> str:
    """Say what is in the way with one crew."""
    return _words({**WHY_TEXTS, **HERE_TEXTS}, obstacle, names)


def _words(texts: Mapping[Why, str], obstacle: Obstacle, names: Names) -> str:
    tasks = _names((int(task) for task in obstacle.tasks), names)
    return str(
        gettext(
            texts[obstacle.why],
            skills=", ".join(skill_words(skill) for skill in sorted(obstacle.skills)) or "–",
            tasks=", ".join(tasks) or "–",
        )
    )


def _names(tasks: Iterable[int], names: Names) -> list[str]:
    return [task_words(names[task]) for task in tasks if task in names]


def task_words(task: TaskRow) -> str:
    """Name a task as people speak of it: what, and for whom."""
    return f"{gettext(task.kind.label)} ({task.organisation})"


def skill_words(skill: str) -> str:
    """Name what a task asks for: a skill, or a vehicle to go anywhere."""
    if skill == ON_WHEELS:
        return str(gettext("a vehicle that somebody may drive"))
    if skill == LIFTING:
        return str(gettext("two people or a tail lift"))
    if skill.startswith("depot-"):
        return str(gettext("a vehicle to reach the depot"))
    return str(gettext(Skill(skill).label))
