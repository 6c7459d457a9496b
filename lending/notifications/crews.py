"""What crews are told: the round of tomorrow, and what changes in a week they know."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from calendars.intervals import Interval
from calendars.zones import local_day, start_of_day
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.logistics.rounds.facts import RoundsPublished
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Publication, Round
from lending.notifications import links
from lending.notifications.contents import of_authority
from lending.notifications.kinds import Kind
from lending.notifications.recipients import crews_people
from lending.notifications.writing import Told, iso, tell

ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(days=7)


def tell_changed_rounds(fact: RoundsPublished, uow: UnitOfWork) -> None:
    """Tell the crews whose rounds changed that the week they know is another one.

    The first time a week is published nobody knows it yet: each round is told the day before.
    """
    published = uow.session.execute(
        select(func.count(), func.max(Publication.id)).where(
            Publication.authority_id == fact.authority_id, Publication.monday == fact.monday
        )
    ).one()
    if published[0] < 2 or not fact.crew_ids:
        return
    authority = uow.session.get_one(Authority, fact.authority_id)
    zone = ZoneInfo(authority.timezone)
    week = Interval(start_of_day(fact.monday, zone), start_of_day(fact.monday + ONE_WEEK, zone))
    told = Told(
        Kind.ROUNDS_CHANGED,
        f"publication:{published[1]}",
        links.ROUNDS,
        {**of_authority(authority), "monday": fact.monday.isoformat()},
        authority_id=authority.id,
    )
    tell(uow, told, crews_people(uow, fact.crew_ids, week))


def tell_rounds_of(uow: UnitOfWork, authority: Authority, day: date) -> int:
    """Tell each crew its published round of a day; return how many people were told."""
    rounds = uow.session.scalars(
        select(Round).where(
            Round.authority_id == authority.id,
            Round.day == day,
            Round.version == Version.PUBLISHED,
        )
    ).all()
    period = local_day(day, ZoneInfo(authority.timezone))
    return sum(
        tell(
            uow,
            Told(
                Kind.ROUND_TOMORROW,
                f"round:{each.crew_id}:{day.isoformat()}",
                links.sheet(each.crew_id, day),
                of_authority(authority) | _of_round(each),
                authority_id=authority.id,
            ),
            crews_people(uow, [each.crew_id], period),
        )
        for each in rounds
    )


def _of_round(each: Round) -> dict[str, Any]:
    return {
        "crew": each.crew.name,
        "day": each.day.isoformat(),
        "leaves": iso(each.leaves_at),
        "returns": iso(each.returns_at),
        "stops": [
            {
                "at": iso(stop.starts_at),
                "kind": stop.task.kind.label,
                "organisation": stop.task.booking.organisation.name,
                "place": stop.task.booking.event.site_address
                or stop.task.booking.event.commune.name,
            }
            for stop in each.stops
            if stop.task is not None
        ],
    }
