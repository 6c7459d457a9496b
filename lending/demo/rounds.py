"""The field work of the demonstration: a week that crews work through, one that is drafted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.zones import to_local, to_utc
from lending.accounts.permissions import SYSTEM, Grant, Principal, Role
from lending.authorities.models import Authority
from lending.clock import FixedClock
from lending.db.database import Database
from lending.demo.crews import CREWS, plan_crews, write_crews
from lending.demo.rushes import busy_saturday
from lending.errors import NotAllowedNow
from lending.logistics.fieldwork import finish_task, report_problem, start_task
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Round, Stop
from lending.logistics.rounds.publishing import publish_week
from lending.logistics.rounds.runs import apply_run, ask_for_plan
from lending.logistics.rounds.working_out import run_plans
from lending.logistics.working_time import WEEK, monday_of

ITERATIONS = 120
DAY_BEGINS = time(5)
LATE = "La grille était fermée et personne ne répondait : il faut repasser."

Step = Callable[[], None]


@dataclass
class FieldWork:
    """Crews that plan on Monday morning and work through the week, on the season's clock."""

    database: Database
    clock: FixedClock
    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The day of the demonstration."""
        return to_local(self.now, self.zone).date()

    @property
    def monday_morning(self) -> datetime:
        """When the present week is planned: before anybody begins."""
        monday = datetime.combine(monday_of(self.today), DAY_BEGINS)
        return min(to_utc(monday, self.zone), self.now - timedelta(minutes=1))

    def begin(self) -> Iterator[tuple[datetime, Step]]:
        """Write the crews, publish the present week, and yield what they then do, and when."""
        self.database.write(write_crews)
        for authority_id in self._authorities():
            self._propose(authority_id, self.today)
            self._publish(authority_id)
        chance = Random(7)  # noqa: S311 - a demonstration
        with self.database.read() as uow:
            stops = uow.session.execute(
                select(Stop.task_id, Stop.starts_at, Stop.ends_at, Round.authority_id, Stop.id)
                .join(Stop.round)
                .where(Stop.version == Version.PUBLISHED, Stop.task_id.is_not(None))
                .order_by(Stop.starts_at, Stop.id)
            ).all()
        for stop in stops:
            crew = _crew(stop.authority_id)
            yield stop.starts_at, self._told(start_task, crew, stop.task_id)
            if chance.random() < 0.08:
                stuck = stop.starts_at + timedelta(minutes=10)
                yield stuck, self._told(report_problem, crew, stop.task_id, LATE)
            else:
                took = (stop.ends_at - stop.starts_at) * chance.uniform(0.8, 1.3)
                yield stop.starts_at + took, self._told(finish_task, crew, stop.task_id)

    def end(self) -> None:
        """Draft next week, and send few crews into a Saturday with too much work."""
        for authority_id in self._authorities():
            self._propose(authority_id, self.today + WEEK)
        saturday = busy_saturday(self.today)
        self.database.write(lambda uow: plan_crews(uow, monday_of(saturday)))

    def _authorities(self) -> list[int]:
        with self.database.read() as uow:
            return list(uow.session.scalars(select(Authority.id).where(Authority.code.in_(CREWS))))

    def _propose(self, authority_id: int, day: date) -> None:
        run_id = self.database.write(
            lambda uow: ask_for_plan(uow, SYSTEM, authority_id, day, ITERATIONS)
        )
        run_plans(self.database)
        self.database.write(lambda uow: apply_run(uow, SYSTEM, run_id))

    def _publish(self, authority_id: int) -> None:
        self.database.write(lambda uow: publish_week(uow, SYSTEM, authority_id, self.today))

    def _told(self, service: Callable[..., None], crew: Principal, *values: object) -> Step:
        """Return what tells of a task, unless its booking went another way meanwhile."""

        def tell() -> None:
            try:
                self.database.write(lambda uow: service(uow, crew, *values))
            except NotAllowedNow:
                return

        return tell


def _crew(authority_id: int) -> Principal:
    return Principal(None, "Équipe technique", (Grant(Role.MANAGER, authority_id=authority_id),))
