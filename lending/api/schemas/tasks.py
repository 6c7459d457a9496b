"""Field work."""

import re
from datetime import date as calendar_day
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from lending.api.schemas.common import (
    EARLIEST,
    LATEST,
    Input,
    Instant,
    Number,
    Output,
    Page,
    Paged,
    Part,
    QueryNumber,
    Reason,
)
from lending.logistics.kinds import TaskKind, TaskState, Told
from lending.logistics.queries import TaskDetail, TaskRow
from lending.skills import write_skills


def day_value(value: object) -> object:
    """Read a day; what is not written as one is refused, and days that are mistakes."""
    if isinstance(value, str):
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            raise PydanticCustomError("date_parsing", "not a day")
        if not EARLIEST <= int(value[:4]) <= LATEST:
            raise PydanticCustomError("far_instant", "too far away")
        try:
            return calendar_day.fromisoformat(value)
        except ValueError as error:
            raise PydanticCustomError("date_parsing", "not a day") from error
    return value


class TasksQuery(Paged):
    """Which tasks are wanted."""

    date: Annotated[calendar_day | None, BeforeValidator(day_value)] = Field(
        None,
        description="What may be done or was done on this day, by the clock of the authority;"
        " of the present day also what is late.",
    )
    authority_id: QueryNumber | None = None
    depot_id: QueryNumber | None = None
    crew_id: QueryNumber | None = Field(
        None, description="What was published to this crew, on that day or on any."
    )


class CountIn(Input):
    """How many pieces of an item were brought, or fetched."""

    item_id: Number
    quantity: Part


def _once_each(counts: list[CountIn]) -> list[CountIn]:
    if len({count.item_id for count in counts}) < len(counts):
        raise PydanticCustomError("value_error", "an item twice")
    return counts


Counts = Annotated[list[CountIn], Field(max_length=500), AfterValidator(_once_each)]


class StartIn(Input):
    """When it began."""

    happened_at: Instant | None = Field(
        None, description="Not before yesterday, nor to come; left out: just now."
    )


class DoneIn(StartIn):
    """When it was done, and what was counted."""

    counts: Counts | None = Field(
        None, description="Left out: everything. With pieces missing, the task is done in part."
    )

    @property
    def counted(self) -> dict[int, int] | None:
        """Return the pieces by the number of their item; None when nobody counted."""
        if self.counts is None:
            return None
        return {count.item_id: count.quantity for count in self.counts}


class PartialIn(DoneIn):
    """What is missing, and why."""

    reason: Reason


class ProblemIn(StartIn):
    """Why it could not be done."""

    reason: Reason


class TaskOut(Output):
    """One piece of field work. It begins and ends between `earliest` and `latest`."""

    id: int
    kind: TaskKind
    state: TaskState
    booking_id: int
    reference: str
    organisation: str
    event: str
    authority_id: int
    depot_id: int | None
    place: str = Field(description="The site, or the depot; empty when nobody said.")
    part: int = Field(description="Which trip, when the load is larger than the largest vehicle.")
    parts: int
    earliest: Instant
    latest: Instant
    minutes: int = Field(description="How long it takes `crew` people.")
    crew: int
    needs_lift: bool = Field(description="One person alone needs a tail lift.")
    skills: list[str] = Field(description="What must be held, among those who do it.")
    weight_kg: float
    volume_m3: float
    started_at: Instant | None
    ended_at: Instant | None
    problem: str
    contested: bool = Field(
        description="Whether two told of it otherwise, and nobody cleared it up."
    )


class TaskLineOut(Output):
    """Pieces of an item that a task is about."""

    item_id: int
    code: str
    name: str
    quantity: int
    done: int | None = Field(description="How many were brought, or fetched, once counted.")


class ToldOut(Output):
    """What somebody told of a task."""

    kind: Told
    happened_at: Instant
    arrived_at: Instant
    told_by: str
    text: str
    receiver: str = Field(description="Who signed on the spot; empty when nobody did.")
    conflict: TaskState | None = Field(
        description="Where somebody else had brought the task: this changed nothing."
    )


class TaskDetailOut(TaskOut):
    """A task with its load and all that was told of it, in the order in which it came."""

    lines: list[TaskLineOut]
    told: list[ToldOut]


class TaskPage(Page):
    """Tasks, those that must end first before the others."""

    items: list[TaskOut]


def task_out(task: TaskRow) -> TaskOut:
    """Write a task for programs."""
    return TaskOut(**_fields(task))


def task_detail_out(task: TaskDetail) -> TaskDetailOut:
    """Write a task for programs, with its load and what was told of it."""
    lines = [
        TaskLineOut(
            item_id=line.item_id,
            code=line.code,
            name=line.name,
            quantity=line.quantity,
            done=line.done,
        )
        for line in task.lines
    ]
    told = [
        ToldOut(
            kind=event.kind,
            happened_at=event.happened_at,
            arrived_at=event.arrived_at,
            told_by=event.told_by,
            text=event.text,
            receiver=event.receiver,
            conflict=event.conflict,
        )
        for event in task.events
    ]
    return TaskDetailOut(**_fields(task), lines=lines, told=told)


def _fields(task: TaskRow) -> dict[str, Any]:
    return {
        "id": task.id,
        "kind": task.kind,
        "state": task.state,
        "booking_id": task.booking_id,
        "reference": task.reference,
        "organisation": task.organisation,
        "event": task.event,
        "authority_id": task.authority_id,
        "depot_id": task.depot_id,
        "place": task.place,
        "part": task.part,
        "parts": task.parts,
        "earliest": task.window.start,
        "latest": task.window.end,
        "minutes": task.minutes,
        "crew": task.crew,
        "needs_lift": task.needs_lift,
        "skills": write_skills(task.skills).split(),
        "weight_kg": task.weight_g / 1000,
        "volume_m3": task.volume_l / 1000,
        "started_at": task.started_at,
        "ended_at": task.ended_at,
        "problem": task.problem,
        "contested": task.is_contested,
    }
