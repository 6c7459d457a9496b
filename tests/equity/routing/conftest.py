"""A town with two departments concerned, where opinions are asked for and held to."""

from dataclasses import dataclass

import pytest

from lending.accounts.permissions import Principal, Role
from lending.authorities.models import Competence, Department, DepartmentCompetence
from lending.bookings.decisions import review_booking
from lending.catalogue.models import Item
from lending.db.database import Database, UnitOfWork
from lending.equity.routing.members import set_departments
from lending.equity.routing.opinions import listen
from tests.factories import Cast, make_user, submitted


@dataclass(frozen=True)
class Town:
    """The town's departments beside the first, and who works for them."""

    parties: int
    """Fêtes et cérémonies: carries local life, owns the chairs."""
    technical: int
    """Owns the barriers; `teo` works for it."""
    sport: int
    """Carries sport, owns nothing."""
    teo: Principal
    prune: Principal
    """Works for the parties' department."""


@pytest.fixture
def heard(database: Database) -> Database:
    """Let the opinions listen to the database."""
    listen(database.events)
    return database


@pytest.fixture
def town(heard: Database, cast: Cast) -> Town:
    return build_town(heard, cast)


def build_town(database: Database, cast: Cast) -> Town:
    """Give the town two more departments, and people to two of them."""

    def build(uow: UnitOfWork) -> Town:
        technical = Department(authority_id=cast.town, code="ctm", name="Technique")
        sport = Department(
            authority_id=cast.town,
            code="sport",
            name="Sports",
            competences=[DepartmentCompetence(competence=Competence.SPORT)],
        )
        uow.session.add_all([technical, sport])
        uow.session.flush()  # items and people need their ids
        uow.session.get_one(Item, cast.barriers).department_id = technical.id
        teo = make_user(uow.session, "Teo", Role.MANAGER, authority_id=cast.town)
        prune = make_user(uow.session, "Prune", Role.FRONT_DESK, authority_id=cast.town)
        boss = cast.administrator
        set_departments(uow, boss, teo.user_id or 0, [technical.id])
        set_departments(uow, boss, prune.user_id or 0, [cast.town_department])
        return Town(cast.town_department, technical.id, sport.id, teo, prune)

    return database.write(build)


def in_review(database: Database, cast: Cast) -> int:
    """Write a request over two departments that is taken in review."""
    number = submitted(database, cast, {cast.chairs: 10, cast.barriers: 4})
    database.write(lambda uow: review_booking(uow, cast.manager, number))
    return number


@pytest.fixture
def asked(heard: Database, cast: Cast, town: Town) -> int:
    """A request over two departments, whose opinions are awaited."""
    return in_review(heard, cast)
