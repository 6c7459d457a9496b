"""`treteau plan-benchmark`: measure the planning engine on public instances."""

from pathlib import Path

import click

from lending.errors import InvalidInput
from lending.i18n import N_
from lending.logistics.planner.engine import plan
from lending.logistics.planner.model import BadProblem
from lending.logistics.planner.solomon import SCALE, read
from lending.logistics.planner.travel import Plane


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
