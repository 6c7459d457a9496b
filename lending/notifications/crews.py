"""What crews are told: the round that is near, and what changes in a week they know."""

from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from calendars.intervals import Interval
from calendars.zones import local_day, start_of_day, to_local
from lending.authorities.models import Authority
from lending.clock import is_civil, next_civil
from lending.db.database import UnitOfWork
from lending.logistics.rounds.facts import RoundsPublished
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Publication, Round
from lending.notifications import links
from lending.notifications.contents import of_authority
from lending.notifications.kinds import Kind
from lending.notifications.recipients import crews_people
from lending.notifications.writing import Told, iso, tell

TOLD_FROM = time(17)
"""When crews are told of the next day, on the lender's clock."""
ONE_WEEK = timedelta(days=7)


def tell_changed_rounds(fact: RoundsPublished, uow: UnitOfWork) -> None:
    """Tell the crews whose rounds changed that the week they know is another one.

    The first time a week is published nobody knows it yet: each round is told when it is near.
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


def tell_rounds(uow: UnitOfWork, authority: Authority, zone: ZoneInfo) -> int:
    """Tell each crew its published round of tomorrow, or of today; return how many people that is.

    Whoever publishes in the evening or in the night has it told in the morning, but at once where
    the crew leaves before.
    """
    local = to_local(uow.now, zone)
    last_day = local.date() + timedelta(days=local.time() >= TOLD_FROM)
    query = select(Round).where(
        Round.authority_id == authority.id,
        Round.day.between(local.date(), last_day),
        Round.version == Version.PUBLISHED,
        Round.returns_at > uow.now,
    )
    if not is_civil(uow.now, zone):
        query = query.where(Round.leaves_at < next_civil(uow.now, zone))
    rounds = uow.session.scalars(query.order_by(Round.day, Round.crew_id)).all()
    return sum(
        tell(
            uow,
            Told(
                Kind.ROUND_TOMORROW,
                f"round:{each.crew_id}:{each.day.isoformat()}",
                links.sheet(each.crew_id, each.day),
                of_authority(authority) | _of_round(each),
                authority_id=authority.id,
            ),
            crews_people(uow, [each.crew_id], local_day(each.day, zone)),
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
