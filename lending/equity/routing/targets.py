"""Which authority can help: the one that carries the event's cause and reaches its commune."""

from dataclasses import dataclass
from enum import StrEnum

from lending.authorities.models import Commune
from lending.authorities.queries import AuthorityView, list_authorities
from lending.bookings.models import Booking
from lending.db.database import UnitOfWork
from lending.equity.routing.following import passed_it_on


class Reach(StrEnum):
    """How a request touches the territory of an authority."""

    EVENT = "event"
    SEAT = "seat"
    """The seat of the organisation only."""
    NONE = "none"


@dataclass(frozen=True)
class Target:
    """An authority, judged by what a request is about."""

    authority_id: int
    name: str
    carries: bool
    """Whether one of its departments carries the event's cause."""
    reach: Reach
    cause: str
    """The event's cause: a gettext id."""
    commune: str
    """The one by which it is reached, or else that of the event."""
    communes: int
    """How many its territory counts."""

    @property
    def fits(self) -> bool:
        """Whether the request is its business."""
        return self.carries and self.reach is not Reach.NONE

    @property
    def order(self) -> tuple[bool, bool, int, int, int]:
        """Best first: its business, then its cause, its place, and the smaller territory."""
        reach = list(Reach).index(self.reach)
        return not self.fits, not self.carries, reach, self.communes, self.authority_id


@dataclass(frozen=True)
class Targets:
    """The authority that was asked, and the others, best first."""

    here: Target
    others: tuple[Target, ...]

    @property
    def suggested(self) -> Target | None:
        """The other authority whose business the request is, if there is one."""
        return next((other for other in self.others if other.fits), None)

    @property
    def better(self) -> Target | None:
        """The suggestion, where the request is not the business of who was asked."""
        return None if self.here.fits else self.suggested


def find_targets(uow: UnitOfWork, booking_id: int) -> Targets:
    """Return who could help with a booking; the caller has checked that it may be seen.

    Who has passed it on already is left out.
    """
    booking = uow.session.get_one(Booking, booking_id)
    seat, place = booking.organisation.commune_insee, booking.event.commune_insee
    names = {insee: uow.session.get_one(Commune, insee).name for insee in {seat, place}}
    found = {each.id: _target(booking, each, names) for each in list_authorities(uow)}
    here = found.pop(booking.authority_id)
    for number in passed_it_on(uow, booking.id):
        found.pop(number, None)
    return Targets(here, tuple(sorted(found.values(), key=lambda target: target.order)))


def suggest(uow: UnitOfWork, booking_id: int) -> Target | None:
    """Return the other authority whose business a booking is, or None."""
    return find_targets(uow, booking_id).suggested


def _target(booking: Booking, authority: AuthorityView, names: dict[str, str]) -> Target:
    seat, place = booking.organisation.commune_insee, booking.event.commune_insee
    territory = {commune.insee for commune in authority.communes}
    reach = Reach.EVENT if place in territory else Reach.SEAT if seat in territory else Reach.NONE
    return Target(
        authority_id=authority.id,
        name=authority.name,
        carries=booking.event.competence in authority.competences,
        reach=reach,
        cause=booking.event.competence.label,
        commune=names[seat if reach is Reach.SEAT else place],
        communes=len(territory),
    )
