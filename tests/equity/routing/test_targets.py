"""Which authority can help with a request."""

from lending.authorities.models import Competence
from lending.bookings.models import Booking
from lending.db.database import Database
from lending.equity.routing.redirecting import redirect_booking
from lending.equity.routing.targets import Reach, Targets, find_targets, suggest
from tests.factories import OTHER_COMMUNE, Cast, submitted


def _about(database: Database, number: int, **event: object) -> Targets:
    def change(uow) -> None:
        for name, value in event.items():
            setattr(uow.session.get_one(Booking, number).event, name, value)

    database.write(change)
    with database.read() as uow:
        return find_targets(uow, number)


def test_the_cause_and_the_place_of_the_event_point_to_the_agglomeration(
    database: Database, cast: Cast
) -> None:
    number = submitted(database, cast, {cast.chairs: 1})
    found = _about(database, number, competence=Competence.CULTURE, commune_insee=OTHER_COMMUNE)
    assert found.better is not None
    assert found.better.authority_id == cast.agglomeration
    assert (found.better.reach, found.better.commune) == (Reach.EVENT, "Le Gué-aux-Tréteaux")
    assert not found.here.carries
    assert found.here.reach is Reach.SEAT


def test_what_is_the_business_of_who_was_asked_stays_there(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 1})
    found = _about(database, number, competence=Competence.LOCAL_LIFE)
    assert found.here.fits
    assert found.better is None
    assert found.suggested is None  # the agglomeration does not carry it


def test_from_the_agglomeration_a_local_cause_points_to_the_town(
    database: Database, cast: Cast
) -> None:
    number = submitted(database, cast, {cast.shell_chairs: 1}, authority=cast.agglomeration)
    found = _about(database, number, competence=Competence.LOCAL_LIFE)
    assert found.better is not None
    assert found.better.authority_id == cast.town


def test_the_seat_counts_where_the_event_is_far_away(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 1})
    found = _about(database, number, competence=Competence.CULTURE, commune_insee="00199")
    assert found.suggested is not None
    assert (found.suggested.reach, found.suggested.commune) == (Reach.SEAT, "Sainte-Planche")


def test_a_cause_that_nobody_carries_points_nowhere(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 1})
    found = _about(database, number, competence=Competence.SPORT)
    assert found.suggested is None
    assert [other.authority_id for other in found.others] == [cast.agglomeration]
    with database.read() as uow:
        assert suggest(uow, number) is None


def test_who_has_passed_it_on_is_not_suggested_again(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 1})
    to = cast.agglomeration
    passed = database.write(lambda uow: redirect_booking(uow, cast.manager, number, to, "Culture."))
    found = _about(database, passed.booking_id, competence=Competence.LOCAL_LIFE)
    assert (found.suggested, found.others) == (None, ())
