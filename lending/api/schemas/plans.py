"""Plans of a week of field work."""

from datetime import date as calendar_day
from typing import Annotated

from pydantic import BeforeValidator, Field

from lending.api.schemas.common import Input, Instant, Number, Output
from lending.api.schemas.tasks import day_value
from lending.logistics.planner.plans import Why
from lending.logistics.rounds.kinds import RunState
from lending.logistics.rounds.reviewing import PlanView, RoundView, RunView


class PlanIn(Input):
    """The week to plan: that of the date."""

    date: Annotated[calendar_day, BeforeValidator(day_value)] = Field(examples=["2026-06-03"])
    authority_id: Number | None = Field(
        None, description="May be left out by who plans for one authority only."
    )


class ApplyIn(Input):
    """Which of the plans becomes the draft of its week."""

    bolder: bool = Field(default=False, description="The one that moves more and leaves out less.")


class StopOut(Output):
    """A halt of a round: a task, or the depot to load again."""

    task_id: int | None
    arrives_at: Instant
    starts_at: Instant
    ends_at: Instant


class RoundOut(Output):
    """What a crew does on a day."""

    crew_id: int
    crew: str
    date: calendar_day
    leaves_at: Instant
    returns_at: Instant
    break_starts_at: Instant | None
    driving_minutes: int
    stops: list[StopOut]


class UnplannedOut(Output):
    """A task that the plan leaves out, and the first reason."""

    task_id: int
    why: Why


class ProposalOut(Output):
    """A plan."""

    rounds: list[RoundOut]
    unplanned: list[UnplannedOut]


class PlanOut(Output):
    """A plan that was asked for; `proposal` and `bolder` once it is worked out."""

    id: int
    authority_id: int
    week: calendar_day = Field(description="Its Monday.")
    state: RunState
    progress: int = Field(description="Thousandths.")
    proposal: ProposalOut | None
    bolder: ProposalOut | None = Field(
        description="A second plan that moves more of what crews know, and leaves out less."
    )


def plan_out(view: RunView) -> PlanOut:
    """Write a plan for programs."""
    run = view.run
    return PlanOut(
        id=run.id,
        authority_id=run.authority_id,
        week=run.monday,
        state=run.state,
        progress=run.progress,
        proposal=_proposal(view.plan),
        bolder=_proposal(view.bolder),
    )


def _proposal(plan: PlanView | None) -> ProposalOut | None:
    if plan is None:
        return None
    return ProposalOut(
        rounds=[_round(each) for each in plan.rounds],
        unplanned=[UnplannedOut(task_id=task.id, why=reasons.why) for task, reasons in plan.left],
    )


def _round(each: RoundView) -> RoundOut:
    return RoundOut(
        crew_id=each.crew_id,
        crew=each.crew,
        date=each.day,
        leaves_at=each.leaves_at,
        returns_at=each.returns_at,
        break_starts_at=each.break_starts_at,
        driving_minutes=each.driving_minutes,
        stops=[
            StopOut(
                task_id=stop.task.id if stop.task else None,
                arrives_at=stop.arrives_at,
                starts_at=stop.starts_at,
                ends_at=stop.ends_at,
            )
            for stop in each.stops
        ],
    )
