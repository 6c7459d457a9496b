"""Nothing is granted that the crews cannot do, unless somebody says why: that is kept.

Listens to the bookings in the transaction that grants them, so that no way leads past it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from lending.authorities.models import Authority
from lending.bookings.facts import BookingMoved
from lending.bookings.models import Booking, Transition
from lending.bookings.states import GRANTING
from lending.db.base import Base
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput
from lending.events import Events
from lending.i18n import N_
from lending.logistics.capacity import foresee, has_crews
from lending.logistics.outlook import Outlook

NO_ROOM = N_(
    "From %(first)s to %(last)s the crews have %(available)s h for %(work)s h of work. "
    "Say why you grant it all the same."
)
NO_ROOM_THAT_DAY = N_(
    "On %(first)s the crews have %(available)s h for %(work)s h of work. "
    "Say why you grant it all the same."
)
NOBODY = N_("No crew can do a part of the field work. Say why you grant it all the same.")


class Overrule(Base):
    """A request was granted although its field work could not be done."""

    __tablename__ = "overrule"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("work_minutes >= available_minutes", name="minutes"),
        CheckConstraint("first_day <= last_day", name="days"),
    )

    transition_id: Mapped[int] = mapped_column(
        ForeignKey("transition.id", ondelete="CASCADE"), primary_key=True
    )
    reason: Mapped[str] = mapped_column(Text)
    first_day: Mapped[date | None]
    """Of the days that were asked too much; none if no crew could do a part of it at all."""
    last_day: Mapped[date | None]
    work_minutes: Mapped[int]
    """Asked on these days, of crews that had `available_minutes`."""
    available_minutes: Mapped[int]


@dataclass(frozen=True)
class OverruleView:
    """Why a request was granted, and what stood against it."""

    reason: str
    first_day: date | None
    last_day: date | None
    work_minutes: int
    available_minutes: int


class CapacityExceeded(InvalidInput):
    """The field work of a booking cannot be done; granting it takes a reason of its own."""

    code = "capacity_exceeded"
    default_message = N_("The crews cannot do the field work of this booking.")

    def __init__(self, outlook: Outlook) -> None:
        self.outlook = outlook
        super().__init__([_field_error(outlook)])


def listen(events: Events) -> None:
    """Judge what is granted; called once, by the composition root, before tasks are made."""
    events.subscribe(BookingMoved, _moved)


def overrules_of(uow: UnitOfWork, booking_id: int) -> Mapping[int, OverruleView]:
    """Return what was granted against the proof, by number of the transition."""
    rows = uow.session.scalars(
        select(Overrule)
        .join(Transition, Transition.id == Overrule.transition_id)
        .where(Transition.booking_id == booking_id)
    )
    return {
        row.transition_id: OverruleView(
            row.reason, row.first_day, row.last_day, row.work_minutes, row.available_minutes
        )
        for row in rows
    }


def _moved(fact: BookingMoved, uow: UnitOfWork) -> None:
    if fact.move not in GRANTING:
        return
    booking = uow.session.get_one(Booking, fact.booking_id)
    if not has_crews(uow, booking.authority_id):
        return
    # Two requests granted at the same moment must not both take the crews' last hours.
    uow.session.execute(
        select(Authority.id)
        .where(Authority.id == booking.authority_id)
        .with_for_update(key_share=True)
    )
    granted = {line.item_id: line.granted or 0 for line in booking.lines}
    outlook = foresee(uow, booking, granted)
    if outlook is None or outlook.fits:
        return
    because = fact.although.capacity.strip()
    if not because:
        raise CapacityExceeded(outlook)
    worst = outlook.worst
    uow.session.add(
        Overrule(
            transition_id=fact.transition_id,
            reason=because,
            first_day=worst.days[0] if worst else None,
            last_day=worst.days[-1] if worst else None,
            work_minutes=worst.work if worst else 0,
            available_minutes=worst.available if worst else 0,
        )
    )


def _field_error(outlook: Outlook) -> FieldError:
    worst = outlook.worst
    if worst is None:
        return FieldError("capacity_reason", NOBODY)
    return FieldError(
        "capacity_reason",
        NO_ROOM if len(worst.days) > 1 else NO_ROOM_THAT_DAY,
        (
            ("first", worst.days[0].isoformat()),
            ("last", worst.days[-1].isoformat()),
            ("work", f"{worst.work / 60:.1f}"),
            ("available", f"{worst.available / 60:.1f}"),
        ),
    )
