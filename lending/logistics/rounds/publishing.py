"""Show a week to the crews, see what that changes for them, or return to what they know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.db.database import UnitOfWork
from lending.logistics.kinds import TaskState
from lending.logistics.models import Task
from lending.logistics.planner.replanning import Difference, difference
from lending.logistics.planner.values import Assignment
from lending.logistics.rounds.asking import Week, ask_week, lock_plans
from lending.logistics.rounds.drafting import settle_draft, span_of
from lending.logistics.rounds.facts import RoundsPublished
from lending.logistics.rounds.keeping import (
    BEGUN,
    Span,
    copy_round,
    plan_of,
    rounds_of,
    take_out,
)
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Pin, Publication, Round
from lending.logistics.rounds.settling import dropped, settled
from lending.logistics.working_time import monday_of


@dataclass(frozen=True)
class Changes:
    """What publishing a draft would change for the crews."""

    difference: Difference
    lost: tuple[int, ...] = ()
    """Tasks that lose their place in the draft itself, because something changed since."""

    @property
    def is_empty(self) -> bool:
        """Whether the crews would notice nothing."""
        found = self.difference
        return not (found.added or found.dropped or found.moved or found.retimed or self.lost)


@dataclass(frozen=True)
class Published:
    """A week as it was shown to its crews: when, by whom, and what that changed."""

    at: datetime
    by: str
    added: int
    moved: int
    removed: int

    @property
    def changes(self) -> int:
        """How many tasks the crews found elsewhere than before."""
        return self.added + self.moved + self.removed


def changes_of(
    uow: UnitOfWork, actor: Principal, authority_id: int, day: date
) -> tuple[Week, Changes]:
    """Return what publishing the week of a day would change, and the week it is read by.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not plan for this authority.
    """
    week = ask_week(uow, actor, authority_id, day)
    standing = week.standing(week.draft)
    after = settled(week, standing)
    lost = tuple(sorted(map(int, dropped(after, standing))))
    span = span_of(week)
    shown = plan_of(_from_today(uow, span, Version.PUBLISHED), week.origin)
    return week, Changes(_without_begun(uow, difference(shown, after)), lost)


def publish_week(uow: UnitOfWork, actor: Principal, authority_id: int, day: date) -> Published:
    """Show the draft of a week to its crews, from today on; what is over stays as it was.

    The draft is first brought in line with what changed since, and proved by the checker: what
    crews see never breaks a constraint.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not plan for this authority.
    """
    week = settle_draft(uow, actor, authority_id, day)
    span = span_of(week)
    drafted = _from_today(uow, span, Version.DRAFT)
    shown = _from_today(uow, span, Version.PUBLISHED)
    found = _without_begun(
        uow, difference(plan_of(shown, week.origin), plan_of(drafted, week.origin))
    )
    _replace(uow, shown, drafted, Version.PUBLISHED)
    known = Publication(
        authority_id=authority_id,
        monday=week.monday,
        published_at=uow.now,
        published_by=actor.name,
        added=len(found.added),
        moved=len(found.moved) + len(found.retimed),
        removed=len(found.dropped),
    )
    uow.session.add(known)
    uow.session.flush()
    uow.events.publish(_fact(authority_id, week.monday, found), uow)
    return _published(known)


def restore_draft(uow: UnitOfWork, actor: Principal, authority_id: int, day: date) -> None:
    """Forget the changes of a week's draft that crews have not seen.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not plan for this authority.
    """
    lock_plans(uow, actor, authority_id)
    span = span_of(ask_week(uow, actor, authority_id, day))
    drafted = _from_today(uow, span, Version.DRAFT)
    shown = _from_today(uow, span, Version.PUBLISHED)
    _replace(uow, drafted, shown, Version.DRAFT)
    _forget_pins(uow, drafted, shown)


def _forget_pins(uow: UnitOfWork, drafted: Sequence[Round], shown: Sequence[Round]) -> None:
    """Forget what was pinned anywhere but where crews know it."""
    known = {
        stop.task_id: (each.crew_id, each.day, stop.starts_at)
        for each in (*drafted, *shown)
        for stop in each.stops
    }
    for pin in uow.session.scalars(select(Pin).where(Pin.task_id.in_(known))):
        crew_id, day, starts_at = known[pin.task_id]
        if (pin.crew_id, pin.day, pin.starts_at or starts_at) != (crew_id, day, starts_at):
            uow.session.delete(pin)
    uow.session.flush()


def last_publication(uow: UnitOfWork, authority_id: int, day: date) -> Published | None:
    """Return when the week of a day was last shown to its crews; who may ask is asked before."""
    known = uow.session.scalars(
        select(Publication)
        .where(Publication.authority_id == authority_id, Publication.monday == monday_of(day))
        .order_by(Publication.id.desc())
        .limit(1)
    ).one_or_none()
    return _published(known) if known else None


def _published(known: Publication) -> Published:
    return Published(
        known.published_at, known.published_by, known.added, known.moved, known.removed
    )


def _from_today(uow: UnitOfWork, span: Span, version: Version) -> Sequence[Round]:
    first = max(span.first, span.today)
    return rounds_of(uow, span.authority_id, version, first, max(first, span.last))


def _replace(uow: UnitOfWork, old: Sequence[Round], new: Sequence[Round], version: Version) -> None:
    for known in old:
        uow.session.delete(known)
    uow.session.flush()
    tasks = [stop.task_id for each in new for stop in each.stops if stop.task_id is not None]
    take_out(uow, tasks, version)
    uow.session.add_all(copy_round(each, version) for each in new)
    uow.session.flush()


def _without_begun(uow: UnitOfWork, found: Difference) -> Difference:
    """Leave out what is only gone from the plan because it is done, or needed no more."""
    numbers = [int(each.task) for each in found.dropped]
    over = set(
        uow.session.scalars(
            select(Task.id).where(
                Task.id.in_(numbers), Task.state.in_(BEGUN | {TaskState.CANCELLED})
            )
        )
    )
    kept = tuple(each for each in found.dropped if int(each.task) not in over)
    return Difference(found.added, kept, found.moved, found.retimed)


def _fact(authority_id: int, monday: date, found: Difference) -> RoundsPublished:
    places: list[Assignment] = [*found.added, *found.dropped]
    for move in (*found.moved, *found.retimed):
        places += [move.old, move.new]
    return RoundsPublished(
        authority_id,
        monday,
        frozenset(int(each.task) for each in places),
        frozenset(int(each.shift.split("@")[0]) for each in places),
    )
