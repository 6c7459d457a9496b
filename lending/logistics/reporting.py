"""How long field work really takes, against what was computed, and what to make of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.zones import local_day
from lending.accounts.permissions import Principal
from lending.db.database import UnitOfWork
from lending.errors import NotAllowedNow
from lending.logistics.kinds import TaskKind, TaskState
from lending.logistics.means.checks import check_authority
from lending.logistics.models import Task
from lending.logistics.rates import ALL
from lending.logistics.rating import set_rates
from lending.logistics.work import pace_name
from lending.sheets import Sheet

ENOUGH = 5
"""From so many tasks on, what they took says something of the next ones."""
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=12)
"""What takes less was told afterwards at once, what takes more was forgotten to be ended."""


@dataclass(frozen=True)
class KindTimes:
    """What the tasks of a kind were computed to take, and took, in minutes of their crews."""

    kind: TaskKind
    tasks: int
    planned: int
    real: int
    base: int
    """What they would have been computed to take without any correction."""

    @property
    def ratio(self) -> int:
        """Return the real time in percent of the computed one."""
        return round(100 * self.real / self.planned)

    @property
    def proposal(self) -> int | None:
        """Return the correction that would have made it right, in percent; none from few tasks."""
        if self.tasks < ENOUGH:
            return None
        bounds = ALL[pace_name(self.kind)]
        return min(max(round(100 * self.real / self.base), bounds.least), bounds.most)


@dataclass(frozen=True)
class TimesReport:
    """What was done in a period, by kind of task."""

    first_day: date
    last_day: date
    kinds: tuple[KindTimes, ...]
    """Those of which something was measured, in the order of the work."""
    unmeasured: int
    """Done tasks of which nobody told both when they began and when they ended."""

    @property
    def tasks(self) -> int:
        """How many were measured."""
        return sum(row.tasks for row in self.kinds)


def times_report(
    uow: UnitOfWork, actor: Principal, authority_id: int, first_day: date, last_day: date
) -> TimesReport:
    """Return computed against real times of the tasks done on these local days, both included.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not see to this authority's means.
    """
    zone = ZoneInfo(check_authority(uow, actor, authority_id).timezone)
    rows = uow.session.execute(
        select(Task.kind, Task.minutes, Task.base_minutes, Task.started_at, Task.ended_at).where(
            Task.authority_id == authority_id,
            Task.state == TaskState.DONE,
            Task.ended_at >= local_day(first_day, zone).start,
            Task.ended_at < local_day(last_day, zone).end,
        )
    ).all()
    found: dict[TaskKind, list[tuple[int, int, timedelta]]] = defaultdict(list)
    unmeasured = 0
    for kind, minutes, base, started_at, ended_at in rows:
        took = ended_at - started_at if started_at and ended_at else timedelta(0)
        if SHORTEST <= took <= LONGEST:
            found[kind].append((minutes, base, took))
        else:
            unmeasured += 1
    kinds = tuple(_times(kind, found[kind]) for kind in TaskKind if found[kind])
    return TimesReport(first_day, last_day, kinds, unmeasured)


def _times(kind: TaskKind, measured: Sequence[tuple[int, int, timedelta]]) -> KindTimes:
    real = sum((took for _, _, took in measured), timedelta(0))
    return KindTimes(
        kind,
        len(measured),
        sum(minutes for minutes, _, _ in measured),
        round(real / timedelta(minutes=1)),
        sum(base for _, base, _ in measured),
    )


def apply_proposal(
    uow: UnitOfWork,
    actor: Principal,
    authority_id: int,
    kind: TaskKind,
    first_day: date,
    last_day: date,
) -> int:
    """Correct the time of a kind as the report of these days proposes; return the percent.

    Raises:
        NotAllowedNow: too little was measured.
        NotSignedIn, Forbidden, NotFound: the actor does not see to this authority's means.
    """
    report = times_report(uow, actor, authority_id, first_day, last_day)
    proposal = next((row.proposal for row in report.kinds if row.kind is kind), None)
    if proposal is None:
        raise NotAllowedNow
    set_rates(uow, actor, authority_id, {pace_name(kind): proposal})
    return proposal


def times_sheet(report: TimesReport) -> Sheet:
    """Return the report as a table for offices and programs."""
    return Sheet(
        "times",
        (
            "first_day",
            "last_day",
            "kind",
            "tasks",
            "planned_minutes",
            "real_minutes",
            "ratio_percent",
            "proposed_correction_percent",
        ),
        [
            [
                report.first_day,
                report.last_day,
                row.kind.value,
                row.tasks,
                row.planned,
                row.real,
                row.ratio,
                row.proposal,
            ]
            for row in report.kinds
        ],
    )
