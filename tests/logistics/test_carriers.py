"""Loads are cut into trips of what the authority's own vehicles carry."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from lending.bookings.models import Logistics
from lending.clock import FixedClock
from lending.db.database import Database
from lending.logistics.carriers import carriers_of
from lending.logistics.kinds import TaskKind, TaskState
from lending.logistics.means.fleet import add_outage, add_vehicle, retire_vehicle
from lending.logistics.means.kinds import Skill, VehicleClass
from lending.logistics.means.people import AgentDetails, add_agent, retire_agent, set_skill
from lending.logistics.models import Task
from lending.logistics.rating import compute_again
from lending.logistics.work import Room
from tests.factories import Cast, approved
from tests.logistics.crews import lorry

VAN = lorry(
    name="Fourgon",
    vehicle_class=VehicleClass.LIGHT,
    licence=Skill.LICENCE_B,
    payload_g=150_000,
    volume_l=12_000,
    has_tail_lift=False,
)
TOWING = replace(
    VAN,
    trailer_licence=Skill.LICENCE_BE,
    trailer_payload_g=600_000,
    trailer_volume_l=4_000,
)


def carriers(database: Database, cast: Cast) -> tuple[Room, ...]:
    with database.read() as uow:
        return carriers_of(uow, cast.town)


@pytest.fixture
def van(database: Database, cast: Cast) -> int:
    return database.write(lambda uow: add_vehicle(uow, cast.manager, cast.town, VAN).id)


def test_the_largest_comes_first_and_what_is_scrapped_does_not_count(
    database: Database, cast: Cast, van: int
) -> None:
    big = database.write(lambda uow: add_vehicle(uow, cast.manager, cast.town, lorry()).id)
    assert carriers(database, cast) == (Room(5_000_000, 30_000), Room(150_000, 12_000))
    database.write(lambda uow: retire_vehicle(uow, cast.manager, big))
    assert carriers(database, cast) == (Room(150_000, 12_000),)
    with database.read() as uow:
        assert carriers_of(uow, cast.agglomeration) == ()


def test_a_trailer_counts_where_somebody_may_tow_it(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    database.write(lambda uow: add_vehicle(uow, cast.manager, cast.town, TOWING).id)
    alone, together = Room(150_000, 12_000), Room(750_000, 16_000)
    assert carriers(database, cast) == (alone,)
    zoe = database.write(
        lambda uow: add_agent(uow, cast.manager, cast.town, AgentDetails("Zoé Banc")).id
    )
    database.write(lambda uow: set_skill(uow, cast.manager, zoe, Skill.LICENCE_B))
    assert carriers(database, cast) == (alone,)
    until = clock.now().date()
    database.write(lambda uow: set_skill(uow, cast.manager, zoe, Skill.LICENCE_BE, until))
    assert carriers(database, cast) == (together,)
    database.write(lambda uow: retire_agent(uow, cast.manager, zoe))
    assert carriers(database, cast) == (alone,)


def test_what_is_out_of_service_for_good_does_not_count_and_what_comes_back_does(
    database: Database, cast: Cast, van: int, clock: FixedClock
) -> None:
    today = clock.now().date()

    def stop(last: date | None) -> None:
        database.write(lambda uow: add_outage(uow, cast.manager, van, today, last, "Révision").id)

    stop(today)
    assert carriers(database, cast) == (Room(150_000, 12_000),)
    stop(None)
    assert carriers(database, cast) == ()


def test_a_load_is_cut_for_the_van_and_again_for_the_lorry(
    database: Database, cast: Cast, van: int
) -> None:
    # 90 chairs of 4.2 kg: 378 kg, for a van that takes 150.
    booking = approved(database, cast, {cast.chairs: 90}, logistics=Logistics.DELIVERY)

    def trips() -> int:
        with database.read() as uow:
            return (
                uow.session.scalar(
                    select(func.count()).where(
                        Task.booking_id == booking,
                        Task.kind == TaskKind.DELIVER,
                        Task.state == TaskState.TO_DO,
                    )
                )
                or 0
            )

    assert trips() == 3
    database.write(lambda uow: add_vehicle(uow, cast.manager, cast.town, lorry()).id)
    assert trips() == 3
    database.write(lambda uow: compute_again(uow, cast.town))
    assert trips() == 1
