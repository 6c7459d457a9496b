"""`treteau plan` and `treteau plan-benchmark`: work out the plan of a week, or of an instance."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Protocol

import click

from lending.accounts.permissions import SYSTEM
from lending.authorities.queries import list_authorities
from lending.db.database import Database, UnitOfWork
from lending.errors import InvalidInput
from lending.i18n import N_
from lending.logistics.planner.engine import ITERATIONS, plan
from lending.logistics.planner.model import BadProblem
from lending.logistics.planner.solomon import SCALE, read
from lending.logistics.planner.travel import Plane
from lending.logistics.road_services import road_service
from lending.logistics.rounds.publishing import publish_week as publish_rounds
from lending.logistics.rounds.reviewing import PlanView, review_run
from lending.logistics.rounds.runs import apply_run, ask_for_plan
from lending.logistics.rounds.working_out import run_plans
from lending.settings import Settings


class HasDatabase(Protocol):
    """What the command group hands on."""

    @property
    def database(self) -> Database:
        """Return the database."""

    @property
    def settings(self) -> Settings:
        """Return the settings."""


@click.command("plan")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE")
@click.option("--authority", "code", help="Its code, where there are several.")
@click.option("--iterations", type=click.IntRange(0), default=ITERATIONS, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--apply", "applied", is_flag=True, help="Make the plan the draft of the week.")
@click.option("--publish", is_flag=True, help="Apply it, and show it to the crews.")
@click.pass_obj
def plan_week(
    context: HasDatabase,
    day: datetime,
    code: str | None,
    iterations: int,
    seed: int,
    applied: bool,
    publish: bool,
) -> None:
    """Work out the rounds of the week of DATE; nothing changes unless it is applied."""
    database, that = context.database, day.date()
    with database.read() as uow:
        authority_id = _authority(uow, code)
    run_id = database.write(
        lambda uow: ask_for_plan(uow, SYSTEM, authority_id, that, iterations, seed)
    )
    with click.progressbar(length=1000, label="Working out the plan", file=sys.stderr) as bar:
        run_plans(
            database,
            lambda done, whole: bar.update(1000 * done // whole - bar.pos),
            road_service(context.settings.roads),
        )
    with database.read() as uow:
        view = review_run(uow, SYSTEM, run_id)
    if view.plan is None:
        raise click.ClickException(view.run.failure or "Another worker took this plan over.")
    _tell(view.plan)
    if applied or publish:
        database.write(lambda uow: apply_run(uow, SYSTEM, run_id))
        click.echo("applied")
    if publish:
        database.write(lambda uow: publish_rounds(uow, SYSTEM, authority_id, that))
        click.echo("published")


def _authority(uow: UnitOfWork, code: str | None) -> int:
    found = list_authorities(uow, None)
    matching = [each for each in found if code in (None, each.code)]
    if len(matching) == 1:
        return matching[0].id
    known = ", ".join(each.code for each in found)
    raise click.UsageError(f"Say which with --authority: {known}." if known else "No authority.")


def _tell(plan: PlanView) -> None:
    for each in plan.rounds:
        stops = sum(stop.task is not None for stop in each.stops)
        click.echo(f"{each.day}\t{each.crew}\t{stops} tasks\t{each.driving_minutes} min driving")
    for task, reasons in plan.left:
        click.echo(f"not planned\t{task.id}\t{task.kind}\t{task.organisation}\t{reasons.why}")
    click.echo(f"planned\t{plan.placed}\tleft\t{len(plan.left)}")


@click.command("plan-benchmark")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--seconds", type=click.FloatRange(min=0), default=10.0, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
def plan_benchmark(file: Path, seconds: float, seed: int) -> None:
    """Plan an instance in Solomon's format; print distance, routes and customers left over."""
    try:
        problem = read(file.read_text(encoding="utf-8", errors="replace"))
    except BadProblem as error:
        raise InvalidInput(file=N_("This file is not in Solomon's format.")) from error
    found = plan(problem, Plane(SCALE), seed=seed, seconds=seconds)
    click.echo(f"distance\t{found.cost.driving / SCALE:.1f}")
    click.echo(f"routes\t{len(found.rounds)}")
    click.echo(f"unserved\t{len(found.unserved)}")
    click.echo(f"iterations\t{found.iterations}")
