"""Change how an authority lends: its contacts, its depots' opening hours."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from stdnum.fr import siret as siret_rule

from lending.accounts.permissions import Action, Principal
from lending.authorities.facts import AuthorityChanged
from lending.authorities.models import Authority, Depot, OpeningHours
from lending.authorities.queries import OpenStretch
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotFound
from lending.i18n import N_

DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class AuthorityDetails:
    """What an administrator sets for an authority; see the columns of `Authority`."""

    name: str
    email: str
    phone: str
    siret: str = ""


@dataclass(frozen=True)
class DepotDetails:
    """What an administrator sets for a depot."""

    name: str
    address: str = ""
    phone: str = ""
    note: str = ""


def edit_authority(
    uow: UnitOfWork, actor: Principal, authority_id: int, details: AuthorityDetails
) -> None:
    """Set how an authority is called and reached.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage this authority.
        NotFound: no such authority.
        InvalidInput: no name, or a SIRET that does not add up.
    """
    actor.check(Action.MANAGE_AUTHORITY, authority_id=authority_id)
    authority = uow.session.get(Authority, authority_id, with_for_update={"of": Authority})
    if authority is None:
        raise NotFound
    siret = compact_siret(details.siret)
    errors = _name_errors(details.name, 160) + siret_errors(siret)
    if errors:
        raise InvalidInput(errors)
    was_called = authority.name
    for field, value in vars(details).items():
        setattr(authority, field, value.strip() if isinstance(value, str) else value)
    authority.siret = siret
    if siret:
        authority.siren = siret[:9]
    uow.session.flush()  # subscribers read what the database holds
    is_other = authority.name != was_called
    uow.events.publish(AuthorityChanged(authority_id, is_called_otherwise=is_other), uow)


def edit_depot(
    uow: UnitOfWork,
    actor: Principal,
    depot_id: int,
    details: DepotDetails,
    hours: Sequence[OpenStretch],
) -> None:
    """Set where a depot is and when it is open, in a normal week.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage the depot's authority.
        NotFound: no such depot.
        InvalidInput: no name, or hours that end before they begin or overlap.
    """
    depot = uow.session.get(Depot, depot_id, with_for_update={"of": Depot})
    actor.check(Action.MANAGE_AUTHORITY, authority_id=depot.authority_id if depot else None)
    if depot is None:
        raise NotFound
    errors = _name_errors(details.name, 120) + hours_errors(hours)
    if errors:
        raise InvalidInput(errors)
    was_called = (depot.name, depot.address)
    for field, value in vars(details).items():
        setattr(depot, field, value.strip())
    depot.opening_hours = [
        OpeningHours(weekday=each.weekday, opens=each.opens, closes=each.closes)
        for each in sorted(hours, key=lambda each: (each.weekday, each.opens))
    ]
    uow.session.flush()  # subscribers read what the database holds
    is_other = (depot.name, depot.address) != was_called
    uow.events.publish(AuthorityChanged(depot.authority_id, is_called_otherwise=is_other), uow)


def hours_errors(hours: Sequence[OpenStretch]) -> list[FieldError]:
    """Return what is wrong with the hours of a week; the field is `hours.<weekday>`."""
    errors = []
    for weekday in sorted({each.weekday for each in hours}):
        day = sorted((each.opens, each.closes) for each in hours if each.weekday == weekday)
        field = f"hours.{weekday}"
        if any(not 0 <= opens < closes <= DAY_MINUTES for opens, closes in day):
            errors.append(FieldError(field, N_("Closing comes after opening.")))
        elif any(day[i][1] > day[i + 1][0] for i in range(len(day) - 1)):
            errors.append(FieldError(field, N_("These hours overlap.")))
    return errors


def compact_siret(number: str) -> str:
    """Return a SIRET without what people write between its digits."""
    return re.sub(r"[\s.\-]+", "", number)


def siret_errors(siret: str) -> list[FieldError]:
    """Return what is wrong with a SIRET; an authority may have none yet."""
    if not siret or siret_rule.is_valid(siret):
        return []
    text = N_("A SIRET has fourteen digits that add up. Check it and try again.")
    return [FieldError("siret", text)]


def _name_errors(name: str, most: int) -> list[FieldError]:
    if not name.strip():
        return [FieldError("name", N_("Give a name."))]
    if len(name) > most:
        return [FieldError("name", N_("Use at most %(most)d characters."), (("most", most),))]
    return []
