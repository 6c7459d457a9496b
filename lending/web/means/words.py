"""What crews lack and which rules do not hold, in the reader's words."""

from collections.abc import Iterable
from datetime import date

from flask_babel import gettext, ngettext

from lending.logistics.means.crew_day import Problem
from lending.logistics.means.kinds import Skill
from lending.logistics.means.roster import AgentBreach, WorkingTimeRefused
from lending.logistics.means.shifts import Planned
from lending.web.formats import NO_BREAK, day, short_day
from lending.web.wording import duration


def problem_words(problem: Problem) -> str:
    """Say what a crew lacks."""
    return str(gettext(problem.trouble.text, **{k: _word(v) for k, v in problem.data}))


def _word(value: object) -> str:
    if isinstance(value, Skill):
        return str(gettext(value.label))
    return day(value) if isinstance(value, date) else str(value)


def breach_words(each: AgentBreach) -> str:
    """Say which rule does not hold for whom, and by how much."""
    return str(
        gettext(
            "%(name)s, %(day)s: the law asks for %(rule)s; found: %(found)s.",
            name=each.name,
            day=day(each.breach.day),
            rule=gettext(each.breach.rule.label),
            found=hours(int(each.breach.found.total_seconds()) // 60),
        )
    )


def hours(minutes: int) -> str:
    """Write a length of work: 45 min, 7 h 30, 48 h; never in days, which have other lengths."""
    return duration(minutes) if minutes % 1440 else f"{minutes // 60}{NO_BREAK}h"


def refusal_words(error: WorkingTimeRefused) -> list[str]:
    """Say each rule that does not hold."""
    return [breach_words(each) for each in error.breaches]


def planned_words(planned: Planned) -> str:
    """Say what was planned, and whom it left out."""
    told = [str(ngettext("%(num)d shift planned.", "%(num)d shifts planned.", planned.made))]
    if planned.skipped:
        left = ", ".join(
            gettext("%(name)s on %(day)s (%(why)s)", name=name, day=short_day(on), why=gettext(w))
            for name, on, w in ((name, on, why.label) for name, on, why in planned.skipped)
        )
        told.append(str(gettext("Left out: %(who)s.", who=left)))
    return " ".join(told)


def absence_words(days: Iterable[date]) -> str:
    """Say that an absence is noted, and which shifts it took away."""
    taken = [short_day(each) for each in days]
    if not taken:
        return str(gettext("The absence is noted. No shift was planned on these days."))
    text = ngettext(
        "The absence is noted. One shift is taken away: %(days)s.",
        "The absence is noted. %(num)d shifts are taken away: %(days)s.",
        len(taken),
        days=", ".join(taken),
    )
    return str(text)
