"""Add vehicles, change what is known of them, take them out of service."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.db.database import UnitOfWork
from lending.errors import FieldError, NotFound
from lending.i18n import N_
from lending.logistics.means.checks import (
    check_authority,
    days_errors,
    depot_errors,
    load_vehicle,
    refuse,
    text_errors,
    tidy,
)
from lending.logistics.means.kinds import Skill, VehicleClass
from lending.logistics.means.models import Crew, Vehicle, VehicleOutage

NAME, REGISTRATION, REASON = 80, 20, 200
LARGEST_G, LARGEST_L = 44_000_000, 120_000
"""What the largest lorry on French roads weighs, and more than any carries."""


@dataclass(frozen=True)
class VehicleDetails:
    """What is known of a vehicle and its trailer; weights in grams, volumes in litres."""

    name: str
    vehicle_class: VehicleClass
    licence: Skill
    payload_g: int
    volume_l: int
    registration: str = ""
    depot_id: int | None = None
    trailer_licence: Skill | None = None
    """None: it has no trailer."""
    trailer_payload_g: int = 0
    trailer_volume_l: int = 0
    has_tail_lift: bool = False


def add_vehicle(
    uow: UnitOfWork, actor: Principal, authority_id: int, details: VehicleDetails
) -> Vehicle:
    """Add a vehicle.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not see to this authority's means.
        InvalidInput: no name, loads that cannot be, a licence that is none, another's depot.
    """
    check_authority(uow, actor, authority_id)
    vehicle = Vehicle(authority_id=authority_id)
    _write(uow, vehicle, details)
    uow.session.add(vehicle)
    uow.session.flush()  # the caller leads to it by its number
    return vehicle


def edit_vehicle(
    uow: UnitOfWork, actor: Principal, vehicle_id: int, details: VehicleDetails
) -> Vehicle:
    """Change what is known of a vehicle.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this vehicle.
        InvalidInput: as `add_vehicle`.
    """
    vehicle = load_vehicle(uow, actor, vehicle_id)
    _write(uow, vehicle, details)
    return vehicle


def retire_vehicle(uow: UnitOfWork, actor: Principal, vehicle_id: int) -> list[str]:
    """Take a vehicle out of the fleet; return the names of the crews that now have none.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this vehicle.
    """
    vehicle = load_vehicle(uow, actor, vehicle_id)
    vehicle.is_active = False
    crews = uow.session.scalars(
        select(Crew).where(Crew.vehicle_id == vehicle_id).order_by(Crew.name)
    ).all()
    for crew in crews:
        crew.vehicle_id = None
    return [crew.name for crew in crews if crew.is_active]


def add_outage(
    uow: UnitOfWork,
    actor: Principal,
    vehicle_id: int,
    first_day: date,
    last_day: date | None,
    reason: str,
) -> VehicleOutage:
    """Take a vehicle out of service from one local day to another, or until further notice.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this vehicle.
        InvalidInput: days in the wrong order, no reason.
    """
    vehicle = load_vehicle(uow, actor, vehicle_id)
    reason = tidy(reason)
    asked = N_("Say why it is out of service.")
    refuse(
        [
            *days_errors(first_day, last_day),
            *text_errors("reason", reason, REASON, asked=asked),
        ]
    )
    outage = VehicleOutage(first_day=first_day, last_day=last_day, reason=reason)
    vehicle.outages.append(outage)
    uow.session.flush()  # the caller names it by its number
    return outage


def remove_outage(uow: UnitOfWork, actor: Principal, outage_id: int) -> int:
    """Put a vehicle back in service for these days; return its number.

    Raises:
        NotSignedIn, NotFound: the actor does not see to the vehicle, or there is no such outage.
    """
    outage = uow.session.get(VehicleOutage, outage_id)
    vehicle = load_vehicle(uow, actor, outage.vehicle_id if outage else 0)
    if outage is None:
        raise NotFound
    vehicle.outages.remove(outage)
    return vehicle.id


def _write(uow: UnitOfWork, vehicle: Vehicle, details: VehicleDetails) -> None:
    name, registration = tidy(details.name), tidy(details.registration).upper()
    refuse(
        [
            *text_errors("name", name, NAME, asked=N_("Give a name.")),
            *text_errors("registration", registration, REGISTRATION),
            *depot_errors(uow, vehicle.authority_id, details.depot_id),
            *_load_errors(details),
        ]
    )
    vehicle.name, vehicle.registration = name, registration
    vehicle.vehicle_class, vehicle.licence = details.vehicle_class, details.licence
    vehicle.payload_g, vehicle.volume_l = details.payload_g, details.volume_l
    vehicle.depot_id, vehicle.has_tail_lift = details.depot_id, details.has_tail_lift
    tows = details.trailer_licence is not None
    vehicle.trailer_licence = details.trailer_licence
    vehicle.trailer_payload_g = details.trailer_payload_g if tows else 0
    vehicle.trailer_volume_l = details.trailer_volume_l if tows else 0


def _load_errors(details: VehicleDetails) -> Iterable[FieldError]:
    for field, licence in (
        ("licence", details.licence),
        ("trailer_licence", details.trailer_licence),
    ):
        if licence is not None and not licence.is_licence:
            yield FieldError(field, N_("Choose a driving licence."))
    if not 0 < details.payload_g <= LARGEST_G:
        yield FieldError("payload_kg", N_("Give the payload in kilograms, as on its papers."))
    if not 0 < details.volume_l <= LARGEST_L:
        yield FieldError("volume_l", N_("Give the volume in litres: 1 m³ is 1,000 litres."))
    if details.trailer_licence is None:
        return
    if not 0 < details.trailer_payload_g <= LARGEST_G:
        yield FieldError("trailer_payload_kg", N_("Give what the trailer carries."))
    if not 0 <= details.trailer_volume_l <= LARGEST_L:
        yield FieldError("trailer_volume_l", N_("Give the volume in litres: 1 m³ is 1,000 litres."))
