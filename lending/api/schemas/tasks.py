"""Field work."""

import re
from datetime import date as calendar_day
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from lending.api.schemas.common import (
    EARLIEST,
    LATEST,
    Input,
    Instant,
    Output,
    Page,
    Paged,
    QueryNumber,
    Reason,
)
from lending.logistics.kinds import TaskKind, TaskState
from lending.logistics.queries import TaskRow


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


class ProblemIn(Input):
    """Why it could not be done, or not wholly."""

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
    weight_kg: float
    volume_m3: float
    started_at: Instant | None
    ended_at: Instant | None
    problem: str


class TaskPage(Page):
    """Tasks, those that must end first before the others."""

    items: list[TaskOut]


def task_out(task: TaskRow) -> TaskOut:
    """Write a task for programs."""
    return TaskOut(
        id=task.id,
        kind=task.kind,
        state=task.state,
        booking_id=task.booking_id,
        reference=task.reference,
        organisation=task.organisation,
        event=task.event,
        authority_id=task.authority_id,
        depot_id=task.depot_id,
        place=task.place,
        part=task.part,
        parts=task.parts,
        earliest=task.window.start,
        latest=task.window.end,
        minutes=task.minutes,
        crew=task.crew,
        weight_kg=task.weight_g / 1000,
        volume_m3=task.volume_l / 1000,
        started_at=task.started_at,
        ended_at=task.ended_at,
        problem=task.problem,
    )
