"""Other crews for a day: two become one, or somebody goes with another one; the draft follows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.zones import to_local
from lending.accounts.permissions import Principal
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput
from lending.i18n import N_
from lending.logistics.crew_shifts import shift_name
from lending.logistics.facts import RosterChanged
from lending.logistics.means.models import Agent, Crew, Shift
from lending.logistics.means.roster import beginning_on
from lending.logistics.planner.values import Assignment
from lending.logistics.rounds.asking import Week, ask_week, lock_plans
from lending.logistics.rounds.drafting import span_of
from lending.logistics.rounds.keeping import keep_draft
from lending.logistics.rounds.models import Pin
from lending.logistics.rounds.settling import dropped, is_sound, settled


@dataclass(frozen=True)
class Regrouped:
    """What became of a day."""

    agents: tuple[str, ...]
    """Who goes with another crew."""
    crew: str
    """With which one."""
    dropped: tuple[int, ...]
    """Tasks that no longer fit, and wait again."""


def merge_crews(
    uow: UnitOfWork, actor: Principal, authority_id: int, day: date, gone: int, into: int
) -> Regrouped:
    """Let the crew `gone` work with another one on a day, with its vehicle, on its tasks too.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not plan for this authority.
        InvalidInput: a day that is over, the same crew twice, one that does not work on that day.
    """
    week = _week(uow, actor, authority_id, day)
    if gone == into:
        raise InvalidInput(into_crew=N_("Choose two different crews."))
    crew = _crew(uow, authority_id, into, "into_crew")
    if not _shifts(uow, authority_id, day, into):
        raise InvalidInput(into_crew=N_("This crew does not work on that day."))
    leaving = _shifts(uow, authority_id, day, gone)
    if not leaving:
        raise InvalidInput(from_crew=N_("This crew does not work on that day."))
    for shift in leaving:
        shift.crew_id = into
    for pin in uow.session.scalars(select(Pin).where(Pin.crew_id == gone, Pin.day == day)):
        pin.crew_id = into
    old, new = shift_name(gone, day), shift_name(into, day)
    standing = [
        replace(each, shift=new, trip=0) if each.shift == old else each
        for each in week.standing(week.draft)
    ]
    return _follow(uow, actor, week, leaving, crew, standing)


def lend_agent(
    uow: UnitOfWork, actor: Principal, authority_id: int, day: date, shift_id: int, into: int
) -> Regrouped:
    """Let somebody work with another crew on a day; one that has nobody yet is then at work.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not plan for this authority.
        InvalidInput: a day that is over, somebody who does not work on that day, the same crew.
    """
    week = _week(uow, actor, authority_id, day)
    crew = _crew(uow, authority_id, into, "to_crew")
    shift = next((each for each in _shifts(uow, authority_id, day) if each.id == shift_id), None)
    if shift is None:
        raise InvalidInput(shift_id=N_("Choose somebody who works on that day."))
    if shift.crew_id == into:
        raise InvalidInput(to_crew=N_("This is the crew they are with already."))
    shift.crew_id = into
    return _follow(uow, actor, week, [shift], crew, week.standing(week.draft))


def _week(uow: UnitOfWork, actor: Principal, authority_id: int, day: date) -> Week:
    lock_plans(uow, actor, authority_id)
    week = ask_week(uow, actor, authority_id, day)
    if day < week.today:
        raise InvalidInput(day=N_("This day is over."))
    return week


def _crew(uow: UnitOfWork, authority_id: int, number: int, field: str) -> Crew:
    crew = uow.session.get(Crew, number)
    if crew is None or crew.authority_id != authority_id or not crew.is_active:
        raise InvalidInput([FieldError(field, N_("Choose a crew of this authority."))])
    return crew


def _shifts(
    uow: UnitOfWork, authority_id: int, day: date, crew_id: int | None = None
) -> Sequence[Shift]:
    """Return the shifts of a local day, of all crews or one."""
    zone = ZoneInfo(uow.session.get_one(Authority, authority_id).timezone)
    begins = beginning_on(day, day, zone)
    rows = uow.session.scalars(
        select(Shift)
        .join(Agent, Agent.id == Shift.agent_id)
        .where(
            Agent.authority_id == authority_id,
            Shift.starts_at >= begins.start,
            Shift.starts_at < begins.end,
        )
        .order_by(Agent.name, Shift.id)
    ).all()
    return [
        row
        for row in rows
        if crew_id in (None, row.crew_id) and to_local(row.starts_at, zone).date() == day
    ]


def _follow(
    uow: UnitOfWork,
    actor: Principal,
    before: Week,
    moved: Sequence[Shift],
    crew: Crew,
    standing: Sequence[Assignment],
) -> Regrouped:
    """Keep of the draft what the new crews can do."""
    uow.session.flush()
    uow.events.publish(RosterChanged(frozenset(shift.agent_id for shift in moved)), uow)
    # Crews and shifts are read anew, and what they are derived from with them.
    uow.session.expire_all()
    week = ask_week(uow, actor, before.authority_id, before.monday)
    kept = [each for each in standing if each.shift in week.shifts]
    after = settled(week, kept)
    if not is_sound(week, after):
        raise AssertionError(f"the draft of {week.monday} with other crews breaks a constraint")
    keep_draft(uow, span_of(week), after, week.origin, week.shifts)
    return Regrouped(
        tuple(dict.fromkeys(shift.agent.name for shift in moved)),
        crew.name,
        tuple(sorted(map(int, dropped(after, standing)))),
    )
