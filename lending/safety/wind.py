"""Go or no-go: by the forecast of the day before, somebody decides whether tents are set up."""

from dataclasses import dataclass
from datetime import timedelta

from lending.accounts.permissions import Action, Principal
from lending.bookings.models import Booking
from lending.bookings.states import GRANTED, State
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotAllowedNow, NotFound
from lending.i18n import N_
from lending.safety.facts import WindChecked
from lending.safety.models import WindCheck
from lending.safety.reading import pieces_of
from lending.safety.rules import wind_limit

BEFORE = timedelta(days=3)
"""A forecast for later says nothing."""
MOST_KMH = 400


@dataclass(frozen=True)
class WindCase:
    """A loan whose tents depend on the wind."""

    booking_id: int
    reference: str
    organisation: str
    event: str
    limit_kmh: int


def wind_case(uow: UnitOfWork, actor: Principal, booking_id: int) -> WindCase:
    """Return what somebody needs to decide by the forecast.

    Raises:
        NotAllowedNow: it is not granted, has no tent, is over, or begins later than in three days.
        NotFound, NotSignedIn: there is none for which the actor may decide this.
    """
    booking = uow.session.get(Booking, booking_id)
    if booking is None:
        raise NotFound
    actor.check(Action.DO_TASKS, authority_id=booking.authority_id, hidden=True)
    limit = wind_limit(pieces_of(uow, [booking_id])[booking_id])
    if limit is None or not is_time(uow, booking):
        raise NotAllowedNow
    return WindCase(
        booking.id, booking.reference, booking.organisation.name, booking.event.name, limit
    )


def check_wind(
    uow: UnitOfWork, actor: Principal, booking_id: int, forecast_kmh: int, *, is_go: bool
) -> WindCheck:
    """Write the forecast and the decision; the latest one counts.

    One may hold tents back in less wind than they stand, never set them up in more.

    Raises:
        InvalidInput: the forecast cannot be, or says no.
        NotAllowedNow, NotFound, NotSignedIn: as `wind_case`.
    """
    case = wind_case(uow, actor, booking_id)
    if not 0 <= forecast_kmh <= MOST_KMH:
        raise InvalidInput(forecast_kmh=N_("Give the strongest gust in km/h, such as 45."))
    if is_go and forecast_kmh > case.limit_kmh:
        raise InvalidInput(forecast_kmh=N_("In so much wind no tent is set up: it is a no-go."))
    check = WindCheck(
        booking_id=booking_id,
        forecast_kmh=forecast_kmh,
        limit_kmh=case.limit_kmh,
        is_go=is_go,
        at=uow.now,
        by_id=actor.user_id,
        by_name=actor.name,
    )
    uow.session.add(check)
    uow.session.flush()  # subscribers read what the database holds
    uow.events.publish(WindChecked(booking_id, is_go), uow)
    return check


def is_time(uow: UnitOfWork, booking: Booking) -> bool:
    """Return whether the forecast says something about the loan."""
    granted = booking.state in GRANTED | {State.OUT}
    return granted and booking.starts_at - BEFORE <= uow.now < booking.ends_at
