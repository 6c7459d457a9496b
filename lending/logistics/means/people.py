"""Add agents, change what is known of them, let them go; say what they may do and until when."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select

from lending.accounts.models import User
from lending.accounts.permissions import Principal
from lending.db.database import UnitOfWork
from lending.errors import FieldError, NotFound
from lending.i18n import N_
from lending.logistics.facts import RosterChanged
from lending.logistics.means.checks import (
    FIRST,
    LAST,
    check_authority,
    depot_errors,
    load_agent,
    refuse,
    text_errors,
    tidy,
)
from lending.logistics.means.kinds import Skill
from lending.logistics.means.models import Agent, AgentSkill, Shift, crew_member

NAME, PHONE = 120, 30


@dataclass(frozen=True)
class AgentDetails:
    """What is known of an agent."""

    name: str
    phone: str = ""
    depot_id: int | None = None
    email: str = ""
    """Of the account with which the agent signs in; empty without."""


def add_agent(uow: UnitOfWork, actor: Principal, authority_id: int, details: AgentDetails) -> Agent:
    """Add somebody who does field work.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not see to this authority's means.
        InvalidInput: no name, another's depot, no such account, or one that is taken.
    """
    check_authority(uow, actor, authority_id)
    agent = Agent(authority_id=authority_id)
    _write(uow, agent, details)
    uow.session.add(agent)
    uow.session.flush()  # the caller leads to it by its number
    return agent


def edit_agent(uow: UnitOfWork, actor: Principal, agent_id: int, details: AgentDetails) -> Agent:
    """Change what is known of an agent.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this agent.
        InvalidInput: as `add_agent`.
    """
    agent = load_agent(uow, actor, agent_id)
    _write(uow, agent, details)
    return agent


def retire_agent(uow: UnitOfWork, actor: Principal, agent_id: int) -> int:
    """Let an agent go: out of the crews, and out of the shifts to come; return how many those were.

    What was worked stays.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this agent.
    """
    agent = load_agent(uow, actor, agent_id, lock=True)
    agent.is_active = False
    uow.session.execute(delete(crew_member).where(crew_member.c.agent_id == agent_id))
    ahead = uow.session.scalars(
        select(Shift).where(Shift.agent_id == agent_id, Shift.starts_at > uow.now)
    ).all()
    for shift in ahead:
        uow.session.delete(shift)
    uow.session.flush()
    uow.events.publish(RosterChanged(frozenset({agent_id})), uow)
    return len(ahead)


def set_skill(
    uow: UnitOfWork,
    actor: Principal,
    agent_id: int,
    skill: Skill,
    expires_on: date | None = None,
) -> None:
    """Say that an agent holds a skill, until which day included; or change that day.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this agent.
        InvalidInput: a day that is not of our time.
    """
    agent = load_agent(uow, actor, agent_id)
    if expires_on is not None and not FIRST <= expires_on <= LAST:
        refuse([FieldError("expires_on", N_("Give a day of our time."))])
    for held in agent.skills:
        if held.skill is skill:
            held.expires_on = expires_on
            return
    agent.skills.append(AgentSkill(skill=skill, expires_on=expires_on))


def remove_skill(uow: UnitOfWork, actor: Principal, agent_id: int, skill: Skill) -> None:
    """Say that an agent does not hold a skill after all.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this agent, or the skill is not held.
    """
    agent = load_agent(uow, actor, agent_id)
    for held in agent.skills:
        if held.skill is skill:
            agent.skills.remove(held)
            return
    raise NotFound


def _write(uow: UnitOfWork, agent: Agent, details: AgentDetails) -> None:
    name, phone = tidy(details.name), tidy(details.phone)
    errors = [
        *text_errors("name", name, NAME, asked=N_("Give a name.")),
        *text_errors("phone", phone, PHONE),
        *depot_errors(uow, agent.authority_id, details.depot_id),
    ]
    user_id, wrong = _account(uow, agent, details.email.strip().lower())
    refuse([*errors, *wrong])
    agent.name, agent.phone = name, phone
    agent.depot_id, agent.user_id = details.depot_id, user_id


def _account(uow: UnitOfWork, agent: Agent, email: str) -> tuple[int | None, list[FieldError]]:
    """Return the account with an address, and what is wrong with it."""
    if not email:
        return None, []
    user_id = uow.session.scalar(
        select(User.id).where(func.lower(User.email) == email, User.is_active)
    )
    if user_id is None:
        return None, [FieldError("email", N_("No account has this address."))]
    other = uow.session.scalar(select(Agent.id).where(Agent.user_id == user_id))
    if other is not None and other != agent.id:
        return None, [FieldError("email", N_("Another agent signs in with this account."))]
    return user_id, []
