"""What a request says, and what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select

from lending.authorities.models import Commune, Competence
from lending.availability.answers import Wanted
from lending.bookings.models import Booking, Logistics, SiteAccess, SiteSetting, Source
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput
from lending.i18n import N_

LONGEST_NAME, LONGEST_ADDRESS = 200, 250
MOST_PEOPLE = 10_000_000
MOST_PIECES = 1_000_000


@dataclass(frozen=True)
class EventDetails:
    """What the borrower says of its event."""

    name: str
    starts_at: datetime
    ends_at: datetime
    commune_insee: str
    competence: Competence
    attendance: int | None = None
    site_address: str = ""
    lat: float | None = None
    lon: float | None = None
    access: SiteAccess = field(default_factory=SiteAccess)
    setting: SiteSetting = field(default_factory=SiteSetting)
    description: str = ""
    is_public: bool = False
    """Whether the public programme may show it, once something is granted for it."""


@dataclass(frozen=True)
class BookingDetails:
    """What the borrower asks for, apart from the lines."""

    organisation_id: int
    authority_id: int
    starts_at: datetime
    ends_at: datetime
    logistics: Logistics = Logistics.PICKUP
    note: str = ""
    source: Source = Source.WEB


def check_lines(
    uow: UnitOfWork, booking: Booking, lines: Sequence[Wanted], totals: dict[int, int]
) -> None:
    """Refuse lines that cannot be asked of the booking's authority.

    Raises:
        InvalidInput: an item is not lent by it, or too much is asked.
    """
    # What was asked for before it left the catalogue may stay in the request, but not grow.
    before = {line.item_id: line.requested for line in booking.lines}
    stays = [i for i, quantity in totals.items() if quantity <= before.get(i, 0)]
    query = select(Item.id, Item.max_per_booking).where(
        Item.id.in_(totals),
        Item.authority_id == booking.authority_id,
        or_(Item.is_active, Item.id.in_(stays)),
    )
    limits = {row.id: row.max_per_booking for row in uow.session.execute(query)}
    errors: list[FieldError] = []
    for position, line in enumerate(lines):
        field = f"lines.{position}"
        if line.quantity <= 0:
            errors.append(FieldError(f"{field}.quantity", N_("Give a quantity of at least 1.")))
        elif totals[line.item_id] > MOST_PIECES:
            errors.append(FieldError(f"{field}.quantity", N_("That is more than anybody lends.")))
        elif line.item_id not in limits:
            errors.append(
                FieldError(f"{field}.item_id", N_("This authority does not lend this item."))
            )
        elif (limit := limits[line.item_id]) is not None and totals[line.item_id] > limit:
            errors.append(
                FieldError(
                    f"{field}.quantity",
                    N_("At most %(limit)d of these can be lent at once."),
                    (("limit", limit),),
                )
            )
    if errors:
        raise InvalidInput(errors)


def check_period(starts_at: datetime, ends_at: datetime) -> list[FieldError]:
    """Return what is wrong with the dates of a loan."""
    if ends_at <= starts_at:
        return [FieldError("end", N_("The return must come after the collection."))]
    return []


def check_event(uow: UnitOfWork, event: EventDetails) -> list[FieldError]:
    """Return what is wrong with an event."""
    errors = []
    if not event.name.strip():
        errors.append(FieldError("event.name", N_("Give the event a name.")))
    for name, limit in (("name", LONGEST_NAME), ("site_address", LONGEST_ADDRESS)):
        if len(getattr(event, name)) > limit:
            errors.append(
                FieldError(
                    f"event.{name}",
                    N_("Shorten this to %(limit)d characters."),
                    (("limit", limit),),
                )
            )
    errors += _access_errors(event.access) + setting_errors(event.setting)
    if event.ends_at <= event.starts_at:
        errors.append(FieldError("event.end", N_("The event must end after it begins.")))
    if event.attendance is not None and not 0 <= event.attendance <= MOST_PEOPLE:
        errors.append(FieldError("event.attendance", N_("Give a number of people.")))
    if uow.session.get(Commune, event.commune_insee) is None:
        errors.append(FieldError("event.commune_insee", N_("We do not know this commune.")))
    return errors


def setting_errors(setting: SiteSetting) -> list[FieldError]:
    """Return what is wrong with what is said of the place."""
    limits = (("tents_apart_m", 1000), ("stage_height_cm", 1000), ("sockets", 1000))
    return [
        FieldError(
            f"event.setting.{name}", N_("Give a number from 0 to %(most)d."), (("most", most),)
        )
        for name, most in limits
        if not 0 <= (getattr(setting, name) or 0) <= most
    ]


def _access_errors(access: SiteAccess) -> list[FieldError]:
    errors = [
        FieldError(
            f"event.access.{name}",
            N_("Shorten this to %(limit)d characters."),
            (("limit", limit),),
        )
        for name, limit in (("contact", 120), ("phone", 30), ("note", 500))
        if len(getattr(access, name)) > limit
    ]
    if (access.opens is None) != (access.closes is None):
        missing = "opens" if access.opens is None else "closes"
        errors.append(FieldError(f"event.access.{missing}", N_("Give both hours, or none.")))
    elif access.opens and access.closes and access.closes <= access.opens:
        text = N_("The site closes after it opens.")
        errors.append(FieldError("event.access.closes", text))
    return errors
