"""Plans of a week: asked for, read when they are worked out, applied or dropped, published."""

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.common import Nothing
from lending.api.schemas.plans import ApplyIn, PlanIn, PlanOut, plan_out
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.i18n import N_
from lending.logistics.rounds.publishing import publish_week
from lending.logistics.rounds.reviewing import review_run
from lending.logistics.rounds.runs import apply_run, ask_for_plan, drop_run

operations = Operations("Rounds")
ONE = "/plans/{plan_id}"


@operations.add(
    "POST",
    "/plans",
    Action.MANAGE_MEANS,
    PlanOut,
    body=PlanIn,
    status=201,
    location="/plans/{id}",
    refusals=(404,),
)
def add_plan(uow: UnitOfWork, call: Call[None, PlanIn]) -> PlanOut:
    """Ask for a plan of the week of a date; the worker works it out within seconds or minutes."""
    authority_id = call.body.authority_id
    if authority_id is None:
        scope = call.actor.authority_scope(Action.MANAGE_MEANS)
        if scope is None or len(scope) != 1:
            raise InvalidInput(authority_id=N_("Say for which authority."))
        (authority_id,) = scope
    run_id = ask_for_plan(uow, call.actor, authority_id, call.body.date)
    return plan_out(review_run(uow, call.actor, run_id))


@operations.add("GET", ONE, Action.MANAGE_MEANS, PlanOut)
def read_plan(uow: UnitOfWork, call: Call[None, None]) -> PlanOut:
    """Read how far a plan is, and what it proposes."""
    return _told(uow, call)


@operations.add("POST", f"{ONE}/apply", Action.MANAGE_MEANS, PlanOut, body=ApplyIn)
def apply_plan(uow: UnitOfWork, call: Call[None, ApplyIn]) -> PlanOut:
    """Make a proposed plan the draft of its week."""
    apply_run(uow, call.actor, call.ids["plan_id"], bolder=call.body.bolder)
    return _told(uow, call)


@operations.add("POST", f"{ONE}/drop", Action.MANAGE_MEANS, PlanOut, body=Nothing)
def drop_plan(uow: UnitOfWork, call: Call[None, Nothing]) -> PlanOut:
    """Do without a plan, or stop working it out."""
    drop_run(uow, call.actor, call.ids["plan_id"])
    return _told(uow, call)


@operations.add("POST", f"{ONE}/publish", Action.MANAGE_MEANS, PlanOut, body=Nothing)
def publish_plan(uow: UnitOfWork, call: Call[None, Nothing]) -> PlanOut:
    """Show the draft of the plan's week to its crews, with what was changed in it by hand."""
    run = review_run(uow, call.actor, call.ids["plan_id"]).run
    publish_week(uow, call.actor, run.authority_id, run.monday)
    return _told(uow, call)


def _told(uow: UnitOfWork, call: Call[None, object]) -> PlanOut:
    uow.session.flush()
    return plan_out(review_run(uow, call.actor, call.ids["plan_id"]))
