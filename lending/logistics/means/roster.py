"""What the services that plan shifts share: whose shifts lie around, and what the law says.

Contains no use case of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.intervals import Interval
from calendars.zones import local_day, start_of_day, to_local, to_utc
from lending.accounts.permissions import Principal
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput
from lending.i18n import N_
from lending.logistics.means.checks import FIRST, LAST, tidy
from lending.logistics.means.models import Absence, Agent, Shift, ShiftDerogation
from lending.logistics.working_time import (
    DAY,
    REACH,
    WEEK,
    Breach,
    Work,
    monday_of,
    new_breaches,
)

REASON = 500


@dataclass(frozen=True)
class Times:
    """When somebody works, by the clock; an end before the beginning is on the next morning."""

    starts: time
    ends: time
    break_minutes: int = 0

    def on(self, day: date, zone: ZoneInfo) -> Interval:
        """Return the presence on a local day.

        Raises:
            ValueError: it lasts no time, as in the night when the clocks skip it.
        """
        last_day = day if self.ends > self.starts else day + DAY
        return Interval(
            to_utc(datetime.combine(day, self.starts), zone),
            to_utc(datetime.combine(last_day, self.ends), zone),
        )


@dataclass(frozen=True)
class AgentBreach:
    """A rule that does not hold for somebody."""

    agent_id: int
    name: str
    breach: Breach


class WorkingTimeRefused(InvalidInput):
    """The law's guarantees do not hold; nothing was planned. `breaches` names each.

    The same with a reason is planned: exceptional circumstances are the only derogation.
    """

    code = "working_time"

    def __init__(self, breaches: Sequence[AgentBreach]) -> None:
        self.breaches = tuple(breaches)
        super().__init__(
            [
                FieldError(
                    "reason",
                    N_("%(name)s, %(day)s: the law asks for %(rule)s; found: %(found)s."),
                    (
                        ("name", each.name),
                        ("day", each.breach.day),
                        ("rule", each.breach.rule),
                        ("found", each.breach.found),
                    ),
                )
                for each in breaches
            ]
        )


def work_of(shift: Shift) -> Work:
    """Return a shift as the rules of working time see it."""
    return Work(Interval(shift.starts_at, shift.ends_at), timedelta(minutes=shift.break_minutes))


def check_times(day: date, times: Times, zone: ZoneInfo) -> Interval:
    """Return the presence on a day.

    Raises:
        InvalidInput: not a day of our time, no duration, a break longer than the presence.
    """
    if not FIRST <= day <= LAST:
        raise InvalidInput(day=N_("Give a day of our time."))
    if times.starts == times.ends:
        raise InvalidInput(ends=N_("The end is not the beginning."))
    try:
        presence = times.on(day, zone)
    except ValueError as error:
        raise InvalidInput(starts=N_("The clocks skip this time on that night.")) from error
    if not 0 <= times.break_minutes * 60 < presence.duration.total_seconds():
        raise InvalidInput(break_minutes=N_("The break is shorter than the presence."))
    return presence


def check_free(
    uow: UnitOfWork, agent: Agent, day: date, presence: Interval, but: int | None = None
) -> None:
    """Check that an agent is in service, not absent on a day and does not work already.

    Raises:
        InvalidInput: one of these.
    """
    name = (("name", agent.name),)
    if not agent.is_active:
        raise InvalidInput([FieldError("day", N_("%(name)s has left."), name)])
    away = select(Absence.id).where(
        Absence.agent_id == agent.id, Absence.first_day <= day, Absence.last_day >= day
    )
    if uow.session.scalar(away) is not None:
        raise InvalidInput([FieldError("day", N_("%(name)s is absent on that day."), name)])
    busy = select(Shift.id).where(
        Shift.agent_id == agent.id,
        Shift.starts_at < presence.end,
        Shift.ends_at > presence.start,
        Shift.id != (but or 0),
    )
    if uow.session.scalar(busy) is not None:
        raise InvalidInput([FieldError("starts", N_("%(name)s already works at that time."), name)])


def breaches_of_change(
    uow: UnitOfWork,
    agent: Agent,
    zone: ZoneInfo,
    added: Iterable[Work],
    but: int | None = None,
) -> list[AgentBreach]:
    """Return what is broken by shifts that are added, and was not, or less, without them.

    The shift `but` is the one that is replaced: whatever broke a rule must be allowed again.
    """
    new = sorted(added)
    if not new:
        return []
    first = start_of_day(monday_of(new[0].day(zone)) - REACH, zone)
    last = start_of_day(monday_of(new[-1].day(zone)) + REACH + WEEK, zone)
    around = uow.session.scalars(
        select(Shift).where(
            Shift.agent_id == agent.id, Shift.starts_at >= first, Shift.starts_at < last
        )
    ).all()
    kept = [work_of(shift) for shift in around if shift.id != but]
    found = new_breaches(kept, [*kept, *new], zone)
    return [AgentBreach(agent.id, agent.name, breach) for breach in found]


def allow(
    uow: UnitOfWork,
    actor: Principal,
    shifts: Mapping[int, Sequence[tuple[Shift, date]]],
    found: Sequence[AgentBreach],
    reason: str,
) -> None:
    """Record why shifts are planned against the law; `shifts` are new ones with days, by agent.

    The record goes to the shift of the day, or the last one of the week that is too long.

    Raises:
        WorkingTimeRefused: something is broken and no reason is given.
        InvalidInput: the reason is too long.
    """
    reason = tidy(reason)
    if not found:
        return
    if not reason:
        raise WorkingTimeRefused(found)
    if len(reason) > REASON:
        limit = (("most", REASON),)
        raise InvalidInput([FieldError("reason", N_("Use at most %(most)d characters."), limit)])
    for each in found:
        own = shifts[each.agent_id]
        shift = _shift_for(own, each.breach)
        if all(known.rule is not each.breach.rule for known in shift.derogations):
            shift.derogations.append(
                ShiftDerogation(
                    rule=each.breach.rule,
                    reason=reason,
                    decided_by=actor.name,
                    decided_at=uow.now,
                )
            )


def _shift_for(own: Sequence[tuple[Shift, date]], breach: Breach) -> Shift:
    on_day = [shift for shift, day in own if day == breach.day]
    in_week = [shift for shift, day in own if monday_of(day) == breach.day]
    return (on_day or in_week or [own[-1][0]])[-1]


def day_of(shift: Shift, zone: ZoneInfo) -> date:
    """Return the local day to which a shift belongs."""
    return to_local(shift.starts_at, zone).date()


def beginning_on(first: date, last: date, zone: ZoneInfo) -> Interval:
    """Return within which instants the shifts of local days, both included, begin."""
    return Interval(local_day(first, zone).start, local_day(last, zone).end)
