"""What is told of the wind: at once, to all who set tents up, wait for them, or lent them."""

from collections import defaultdict
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.zones import local_day, to_local
from lending.bookings.models import Booking
from lending.db.database import UnitOfWork
from lending.logistics.models import Task
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Round, Stop
from lending.notifications import links
from lending.notifications.contents import departments_of, of_booking
from lending.notifications.kinds import Kind
from lending.notifications.recipients import crews_people, people_of, staff_of
from lending.notifications.writing import Told, tell
from lending.safety.facts import WindChecked
from lending.safety.models import WindCheck


def tell_wind(fact: WindChecked, uow: UnitOfWork) -> None:
    """Tell of a no-go, and of the go that takes it back; of nothing that everybody knows."""
    latest = uow.session.scalars(
        select(WindCheck)
        .where(WindCheck.booking_id == fact.booking_id)
        .order_by(WindCheck.id.desc())
        .limit(2)
    ).all()
    check, before = latest[0], latest[1] if len(latest) > 1 else None
    was_go = before is None or before.is_go
    if was_go == fact.is_go:
        return
    booking = uow.session.get_one(Booking, fact.booking_id)
    said = of_booking(booking) | {
        "forecast": check.forecast_kmh,
        "limit": check.limit_kmh,
        "is_go": check.is_go,
    }

    def about(kind: Kind, path: str) -> Told:
        return Told(kind, f"wind:{check.id}", path, said, booking.id, booking.authority_id)

    kind = Kind.WIND_GO if check.is_go else Kind.WIND_NO_GO
    tell(uow, about(kind, links.booking(booking.id)), people_of(uow, booking.organisation_id))
    staff = staff_of(uow, booking.authority_id, departments=departments_of(booking))
    told = about(Kind.WIND_DECIDED, links.decision(booking.id))
    tell(uow, told, [each for each in staff if each.user_id != check.by_id])
    for day, crew_ids in _rounds_of(uow, booking).items():
        for crew_id in crew_ids:
            people = crews_people(uow, [crew_id], local_day(day, _zone(booking)))
            told = about(Kind.WIND_ON_ROUND, links.sheet(crew_id, day))
            tell(uow, told, [each for each in people if each.user_id != check.by_id])


def _rounds_of(uow: UnitOfWork, booking: Booking) -> dict[date, list[int]]:
    """Return which crews go to a loan from today on, by day, as far as they know."""
    today = to_local(uow.now, _zone(booking)).date()
    rows = uow.session.execute(
        select(Round.day, Round.crew_id)
        .join(Stop, Stop.round_id == Round.id)
        .join(Task, Task.id == Stop.task_id)
        .where(
            Task.booking_id == booking.id,
            Round.version == Version.PUBLISHED,
            Round.day >= today,
        )
        .distinct()
        .order_by(Round.day, Round.crew_id)
    )
    found: dict[date, list[int]] = defaultdict(list)
    for day, crew_id in rows:
        found[day].append(crew_id)
    return found


def _zone(booking: Booking) -> ZoneInfo:
    return ZoneInfo(booking.authority.timezone)
