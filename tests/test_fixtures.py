"""The standing cast is ready for the tests: on both databases, with the services' own holds."""

from sqlalchemy import func, select

from lending.availability.models import Hold, HoldKind
from lending.bookings.models import Booking
from lending.bookings.states import State
from lending.db.database import Database
from tests.factories import Cast, approved, draft, submitted, waiting


def test_bookings_are_ready_for_their_next_step(database: Database, cast: Cast) -> None:
    made = {
        draft(database, cast, {cast.chairs: 5}): State.DRAFT,
        submitted(database, cast, {cast.chairs: 30}): State.SUBMITTED,
        waiting(database, cast, {cast.chairs: 90}): State.WAITLISTED,
        approved(database, cast, {cast.chairs: 40, cast.tables: 4}): State.APPROVED,
        approved(
            database, cast, {cast.barriers: 40}, granted={cast.barriers: 10}
        ): State.PARTLY_APPROVED,
    }

    with database.read() as uow:
        states = {number: uow.session.get_one(Booking, number).state for number in made}
        held = dict(
            uow.session.execute(
                select(Hold.kind, func.sum(Hold.quantity)).group_by(Hold.kind)
            ).all()
        )
    assert states == made
    assert held == {HoldKind.OPTION: 30, HoldKind.DECIDED: 54}
