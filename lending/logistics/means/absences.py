"""Say when somebody is away; the shifts of those days are taken away."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotFound
from lending.i18n import N_
from lending.logistics.facts import RosterChanged
from lending.logistics.means.checks import days_errors, load_agent, refuse
from lending.logistics.means.kinds import AbsenceKind
from lending.logistics.means.models import Absence, Shift
from lending.logistics.means.roster import beginning_on, day_of

LONGEST = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Noted:
    """An absence, and the days whose shifts it took away."""

    absence_id: int
    days: tuple[date, ...]


def add_absence(
    uow: UnitOfWork,
    actor: Principal,
    agent_id: int,
    first_day: date,
    last_day: date,
    kind: AbsenceKind,
) -> Noted:
    """Note that an agent is away on local days, both included, and take the shifts away.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this agent.
        InvalidInput: days in the wrong order, too many, or some of another absence.
    """
    agent = load_agent(uow, actor, agent_id, lock=True)
    errors = list(days_errors(first_day, last_day))
    if not errors and last_day - first_day > LONGEST:
        errors.append(FieldError("last_day", N_("Note an absence for three years at most.")))
    refuse(errors)
    known = select(Absence.id).where(
        Absence.agent_id == agent_id,
        Absence.first_day <= last_day,
        Absence.last_day >= first_day,
    )
    if uow.session.scalar(known) is not None:
        raise InvalidInput(first_day=N_("Another absence is already noted on these days."))
    absence = Absence(agent_id=agent_id, first_day=first_day, last_day=last_day, kind=kind)
    uow.session.add(absence)
    zone = ZoneInfo(uow.session.get_one(Authority, agent.authority_id).timezone)
    begins = beginning_on(first_day, last_day, zone)
    taken = uow.session.scalars(
        select(Shift)
        .where(
            Shift.agent_id == agent_id,
            Shift.starts_at >= begins.start,
            Shift.starts_at < begins.end,
        )
        .order_by(Shift.starts_at)
    ).all()
    for shift in taken:
        uow.session.delete(shift)
    uow.session.flush()  # the caller names it by its number
    if taken:
        uow.events.publish(RosterChanged(frozenset({agent_id})), uow)
    return Noted(absence.id, tuple(day_of(shift, zone) for shift in taken))


def remove_absence(uow: UnitOfWork, actor: Principal, absence_id: int) -> int:
    """Take an absence back; the shifts are not planned again. Return the agent's number.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this agent, or there is no such absence.
    """
    absence = uow.session.get(Absence, absence_id)
    if absence is None:
        actor.check(Action.MANAGE_MEANS)
        raise NotFound
    load_agent(uow, actor, absence.agent_id)
    uow.session.delete(absence)
    return absence.agent_id
