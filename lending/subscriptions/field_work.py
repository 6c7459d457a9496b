"""The feeds of crews and agents: the stops of the rounds that are published to them."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import joinedload, selectinload

from calendars.entries import Alarm, Calendar, Entry, Place, Status
from calendars.intervals import Interval
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.bookings.models import Booking, Event
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.i18n import N_
from lending.logistics.kinds import TaskKind, TaskState
from lending.logistics.means.models import Agent, Crew, Shift
from lending.logistics.models import Task, TaskLine
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Round, Stop
from lending.subscriptions.addresses import task_page
from lending.subscriptions.bookings import (
    CANCELLED_KEPT,
    depot_in_words,
    numbers,
    place_of,
    site_of,
)
from lending.subscriptions.drawing import PRODUCT, Drawn, Feed, Pen, Reach
from lending.subscriptions.models import Audience, CalendarEntry, View

TITLES = {
    TaskKind.PREPARE: N_("Preparation – %(what)s"),
    TaskKind.DELIVER: N_("Delivery – %(what)s"),
    TaskKind.CONNECT: N_("Connection – %(what)s"),
    TaskKind.HAND_OUT: N_("Hand-over at the counter – %(what)s"),
    TaskKind.DISCONNECT: N_("Disconnection – %(what)s"),
    TaskKind.COLLECT: N_("Collection from the site – %(what)s"),
    TaskKind.TAKE_BACK: N_("Return at the counter – %(what)s"),
    TaskKind.CHECK_IN: N_("Counting – %(what)s"),
}
AROUND = {
    TaskState.DONE: N_("✓ %(title)s"),
    TaskState.PARTIAL: N_("%(title)s (done in part)"),
    TaskState.PROBLEM: N_("%(title)s (could not be done)"),
}
CANCELLED = N_("CANCELLED – %(title)s")
REMINDS_BEFORE = timedelta(hours=1)
REMINDER = N_("In an hour: %(title)s")
REFRESH = timedelta(hours=1)

Row = TypeVar("Row", Crew, Agent)


@dataclass(frozen=True)
class _Place:
    """Where a task stands in a round, or last stood before it was taken out."""

    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None = None


class FieldWorkView(ABC):
    """What the two feeds have in common."""

    view: View
    description: str

    @abstractmethod
    def _keeper(self, uow: UnitOfWork, scope_id: int) -> Crew | Agent:
        """Return whose rounds are in the feed."""

    @abstractmethod
    def _belongs(self, scope_id: int) -> ColumnElement[bool]:
        """Return which rounds are in the feed."""

    def reach(self, uow: UnitOfWork, actor: Principal, scope_id: int) -> Reach:
        """Let those read it who see field work of the authority."""
        actor.check(Action.SUBSCRIBE)
        keeper = self._keeper(uow, scope_id)
        actor.check(Action.SEE_TASKS, authority_id=keeper.authority_id, hidden=True)
        return Reach(Audience.STAFF)

    def name(self, uow: UnitOfWork, scope_id: int) -> str:
        """Return the name of the crew or the agent."""
        return self._keeper(uow, scope_id).name

    def scopes(self, uow: UnitOfWork, bookings: ColumnElement[bool]) -> set[int]:
        """Return whose rounds have stops for these bookings."""
        of_them = select(Task.id).join(Booking, Booking.id == Task.booking_id).where(bookings)
        return self.scopes_of(uow, Stop.task_id.in_(of_them))

    @abstractmethod
    def scopes_of(self, uow: UnitOfWork, stops: ColumnElement[bool]) -> set[int]:
        """Return whose rounds have these stops."""

    def calendar(self, uow: UnitOfWork, feed: Feed, pen: Pen) -> Calendar:
        """Name the feed after the crew or the agent."""
        keeper = self._keeper(uow, feed.scope_id)
        authority = uow.session.get_one(Authority, keeper.authority_id)
        return Calendar(
            product=PRODUCT,
            name=pen.words.gettext("%(name)s – rounds") % {"name": keeper.name},
            description=pen.words.gettext(self.description) % {"name": authority.name},
            timezone=ZoneInfo(authority.timezone).key,
            colour="darkorange",
            colour_hex="#b9651a",
            refresh=REFRESH,
        )

    def draw(
        self,
        uow: UnitOfWork,
        feed: Feed,
        pen: Pen,
        sources: Collection[str] | None,
        since: datetime,
    ) -> Iterator[Drawn]:
        """Draw every published stop, and what was taken out of the rounds as cancelled."""
        shown = (
            select(Stop.task_id, Stop.starts_at, Stop.ends_at)
            .join(Stop.round)
            .where(
                Round.version == Version.PUBLISHED,
                Stop.task_id.is_not(None),
                self._belongs(feed.scope_id),
            )
        )
        if sources is None:
            shown = shown.where(Stop.ends_at > since)
        else:
            shown = shown.where(Stop.task_id.in_(numbers(sources, "task")))
        places = {
            row.task_id: _Place(row.starts_at, row.ends_at) for row in uow.session.execute(shown)
        }
        places |= self._gone(uow, feed, sources, since, places.keys())
        keeper = self._keeper(uow, feed.scope_id).uuid
        # Everybody inserts in one order: two who subscribe at once do not deadlock.
        for task in uow.session.scalars(_tasks(places.keys())):
            yield _Drawing(uow, task, places[task.id], pen, feed, keeper).drawn()

    def _gone(
        self,
        uow: UnitOfWork,
        feed: Feed,
        sources: Collection[str] | None,
        since: datetime,
        there: Collection[int],
    ) -> dict[int, _Place]:
        """Return what the feed shows still, and is in none of its rounds any more."""
        query = select(CalendarEntry).where(
            CalendarEntry.view == feed.view,
            CalendarEntry.scope_id == feed.scope_id,
            CalendarEntry.language == feed.language,
            CalendarEntry.audience == feed.audience,
            CalendarEntry.alarms == feed.alarms,
            (CalendarEntry.shown_until.is_(None)) | (CalendarEntry.shown_until > uow.now),
        )
        if sources is None:
            # What ended before is not looked up: it is past, and not gone.
            query = query.where(CalendarEntry.ends_at > since)
        else:
            query = query.where(CalendarEntry.source.in_(sources))
        rows = {numbers([row.source], "task")[0]: row for row in uow.session.scalars(query)}
        return {
            number: _Place(row.starts_at, row.ends_at, row.cancelled_at or uow.now)
            for number, row in rows.items()
            if number not in there
        }


class CrewView(FieldWorkView):
    """The rounds of one crew."""

    view = View.CREW
    description = N_("The stops of this crew of %(name)s, as they were published.")

    def _keeper(self, uow: UnitOfWork, scope_id: int) -> Crew:
        return _get(uow, Crew, scope_id)

    def _belongs(self, scope_id: int) -> ColumnElement[bool]:
        return Round.crew_id == scope_id

    def scopes_of(self, uow: UnitOfWork, stops: ColumnElement[bool]) -> set[int]:
        """Return the crews whose rounds have these stops."""
        query = select(Round.crew_id).join(Round.stops)
        return set(uow.session.scalars(query.where(Round.version == Version.PUBLISHED, stops)))


class AgentView(FieldWorkView):
    """The rounds of the crews with which one agent works, day by day."""

    view = View.AGENT
    description = N_("The stops of this agent of %(name)s, as they were published.")

    def reach(self, uow: UnitOfWork, actor: Principal, scope_id: int) -> Reach:
        """Let those read it who see field work of the authority, and the agent in person."""
        agent = _get(uow, Agent, scope_id)
        if actor.user_id is not None and agent.user_id == actor.user_id:
            return Reach(Audience.STAFF)
        return super().reach(uow, actor, scope_id)

    def _keeper(self, uow: UnitOfWork, scope_id: int) -> Agent:
        return _get(uow, Agent, scope_id)

    def _belongs(self, scope_id: int) -> ColumnElement[bool]:
        return exists(select(Shift.id).where(Shift.agent_id == scope_id, _with_the_crew()))

    def scopes_of(self, uow: UnitOfWork, stops: ColumnElement[bool]) -> set[int]:
        """Return the agents who work with the crews whose rounds have these stops."""
        query = (
            select(Shift.agent_id)
            .join(Round, _with_the_crew())
            .join(Round.stops)
            .where(Round.version == Version.PUBLISHED, stops)
        )
        return set(uow.session.scalars(query))


FIELD_WORK: dict[View, FieldWorkView] = {View.CREW: CrewView(), View.AGENT: AgentView()}


def _with_the_crew() -> ColumnElement[bool]:
    """Return when a shift is with the crew of a round, while it is out."""
    return and_(
        Shift.crew_id == Round.crew_id,
        Shift.starts_at < Round.returns_at,
        Shift.ends_at > Round.leaves_at,
    )


def _get(uow: UnitOfWork, kind: type[Row], number: int) -> Row:
    found = uow.session.get(kind, number)
    if found is None:
        raise NotFound
    return found


def _tasks(wanted: Collection[int]) -> Select[Task]:
    return (
        select(Task)
        .where(Task.id.in_(wanted))
        .order_by(Task.id)
        .options(
            joinedload(Task.depot),
            joinedload(Task.booking).joinedload(Booking.event).joinedload(Event.commune),
            joinedload(Task.booking).joinedload(Booking.organisation),
            selectinload(Task.lines).joinedload(TaskLine.item),
        )
    )


@dataclass(frozen=True)
class _Drawing:
    """One task on its way into a feed."""

    uow: UnitOfWork
    task: Task
    place: _Place
    pen: Pen
    feed: Feed
    keeper: str
    """The uuid of the crew or the agent."""

    def drawn(self) -> Drawn:
        task, place, ended = self.task, self.place, self._ended()
        return Drawn(
            source=f"task:{task.id}",
            authority_id=task.authority_id,
            entry=self._entry(is_off=ended is not None),
            starts_at=place.starts_at,
            ends_at=place.ends_at,
            cancelled_at=ended,
            shown_until=max(ended, place.ends_at) + CANCELLED_KEPT if ended else None,
        )

    def _ended(self) -> datetime | None:
        """Return when it left the round, or was needed no more."""
        if self.place.cancelled_at is not None:
            return self.place.cancelled_at
        if self.task.state is not TaskState.CANCELLED:
            return None
        kept = self.uow.session.scalars(
            select(CalendarEntry.cancelled_at).where(
                CalendarEntry.source == f"task:{self.task.id}",
                CalendarEntry.uid == self._uid(),
                CalendarEntry.cancelled_at.is_not(None),
            )
        ).first()
        return kept or self.uow.now

    def _uid(self) -> str:
        # Another crew's is another entry: the one cancels it, the other has it new.
        name = uuid5(NAMESPACE_URL, f"{self.task.uuid}/{self.keeper}")
        return self.pen.uid(str(name), self.feed.view)

    def _entry(self, *, is_off: bool) -> Entry:
        task, booking = self.task, self.task.booking
        title = self._words(TITLES[task.kind], what=self._what())
        around = CANCELLED if is_off else AROUND.get(task.state)
        address = self.pen.address(task_page(task.id))
        where, point = self._where()
        return Entry(
            uid=self._uid(),
            when=Interval(self.place.starts_at, self.place.ends_at),
            title=self._words(around, title=title) if around else title,
            created=booking.created_at,
            modified=booking.created_at,
            description="\n".join([*self._lines(), address]),
            location=where,
            place=point,
            status=Status.CANCELLED if is_off else Status.CONFIRMED,
            transparent=is_off,
            categories=(self._words(task.kind.label),),
            url=address,
            alarms=self._alarms(title) if not is_off else (),
        )

    def _alarms(self, title: str) -> tuple[Alarm, ...]:
        if not self.feed.alarms or self.task.state is TaskState.DONE:
            return ()
        return (Alarm(REMINDS_BEFORE, self._words(REMINDER, title=title)),)

    def _what(self) -> str:
        booking = self.task.booking
        if self.task.kind.is_on_site:
            return f"{site_of(booking.event)} ({booking.reference})"
        return f"{booking.organisation.name} ({booking.reference})"

    def _where(self) -> tuple[str, Place | None]:
        event, depot = self.task.booking.event, self.task.depot
        if self.task.kind.is_on_site:
            return site_of(event), place_of(event)
        return (depot_in_words(depot), place_of(depot)) if depot else ("", None)

    def _lines(self) -> Iterator[str]:
        task, booking = self.task, self.task.booking
        for line in task.lines:
            name = line.item.name_en if self.pen.language == "en" else ""
            yield f"{line.quantity} × {name or line.item.name}"
        yield ""
        yield f"{booking.organisation.name}, {booking.event.name}"
        contact = ", ".join(filter(None, self._whom_to_call()))
        if contact:
            yield self._words(N_("Contact: %(name)s"), name=contact)
        if task.problem:
            yield task.problem

    def _whom_to_call(self) -> tuple[str, str]:
        access, organisation = self.task.booking.event.access, self.task.booking.organisation
        if self.task.kind.is_on_site and (access.contact or access.phone):
            return access.contact, access.phone
        return organisation.contact_name, organisation.contact_phone

    def _words(self, message: str, **data: object) -> str:
        return self.pen.words.gettext(message) % data
