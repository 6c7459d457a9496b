"""Change the rates of an authority; what has not begun is computed again."""

from collections.abc import Mapping

from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.bookings.models import Booking
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput
from lending.i18n import N_
from lending.logistics.generating import generate_tasks
from lending.logistics.means.checks import check_authority
from lending.logistics.rates import ALL, IN_HAND
from lending.logistics.rates_models import WorkRate, WorkRateChange


def set_rates(
    uow: UnitOfWork, actor: Principal, authority_id: int, told: Mapping[str, int | None]
) -> int:
    """Set the rates that are told, in the units that are shown; none gives the default back.

    What is not told stays. Return how many bookings were computed again: none, if nothing
    changed.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not see to this authority's means.
        InvalidInput: a rate out of its bounds, or one that we do not know.
    """
    check_authority(uow, actor, authority_id)
    _check(told)
    known = {
        row.name: row
        for row in uow.session.scalars(
            select(WorkRate).where(WorkRate.authority_id == authority_id).with_for_update()
        )
    }
    changed = False
    for name, shown in told.items():
        bounds, row = ALL[name], known.get(name)
        old = row.value if row else None
        new = None if shown is None or shown == bounds.default else shown * bounds.scale
        if old == new:
            continue
        changed = True
        if new is None:
            uow.session.delete(row)
        elif row is None:
            uow.session.add(WorkRate(authority_id=authority_id, name=name, value=new))
        else:
            row.value = new
        uow.session.add(
            WorkRateChange(
                authority_id=authority_id,
                name=name,
                old=old,
                new=new,
                changed_by=actor.name,
                changed_at=uow.now,
            )
        )
    if not changed:
        return 0
    uow.session.flush()  # what follows reads the rates
    return compute_again(uow, authority_id)


def compute_again(uow: UnitOfWork, authority_id: int) -> int:
    """Compute the tasks of an authority again that have not begun; return of how many bookings."""
    bookings = uow.session.scalars(
        select(Booking)
        .where(Booking.authority_id == authority_id, Booking.state.in_(IN_HAND))
        .order_by(Booking.id)
        .with_for_update(of=Booking)
    ).all()
    for booking in bookings:
        generate_tasks(uow, booking)
    return len(bookings)


def _check(told: Mapping[str, int | None]) -> None:
    errors = []
    for name, value in told.items():
        bounds = ALL.get(name)
        if bounds is None:
            errors.append(FieldError(name, N_("We know no such rate.")))
        elif value is not None and not bounds.least <= value <= bounds.most:
            text = N_("Give a number from %(least)d to %(most)d.")
            errors.append(FieldError(name, text, (("least", bounds.least), ("most", bounds.most))))
    if errors:
        raise InvalidInput(errors)
