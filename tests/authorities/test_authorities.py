"""What anybody may know of authorities, and what administrators set."""

from dataclasses import replace

import pytest

from lending.accounts.permissions import Principal
from lending.authorities.facts import AuthorityChanged
from lending.authorities.models import Competence
from lending.authorities.queries import (
    OpenStretch,
    authority_names,
    find_communes,
    get_authority,
    get_commune,
    has_authorities,
    list_authorities,
    list_communes,
)
from lending.authorities.service import (
    AuthorityDetails,
    DepotDetails,
    edit_authority,
    edit_depot,
    hours_errors,
)
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotFound
from tests.factories import OTHER_COMMUNE, TOWN_COMMUNE, Cast

DETAILS = AuthorityDetails("Ville", "v@ville.example", "01")


def test_an_empty_installation_has_no_authority(database: Database) -> None:
    with database.read() as uow:
        assert not has_authorities(uow)
        assert list_authorities(uow) == ()
        with pytest.raises(NotFound):
            get_authority(uow, 1)


def test_an_authority_shows_departments_depots_hours_and_territory(
    database: Database, cast: Cast
) -> None:
    with database.read() as uow:
        agglomeration, town = list_authorities(uow)
        assert has_authorities(uow)
        assert list(authority_names(uow)) == [cast.agglomeration, cast.town]
        assert list_authorities(uow, [cast.town]) == (town,)
    assert (agglomeration.id, town.id) == (cast.agglomeration, cast.town)
    assert town.competences == (Competence.LOCAL_LIFE,)
    assert [commune.insee for commune in agglomeration.communes] == [OTHER_COMMUNE, TOWN_COMMUNE]
    (depot,) = town.depots
    assert depot.hours[:2] == (OpenStretch(0, 480, 720), OpenStretch(0, 810, 1020))
    assert len(depot.hours) == 10


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("gue", [OTHER_COMMUNE]),
        ("GUÉ aux", [OTHER_COMMUNE]),
        ("le gué-aux-tréteaux", [OTHER_COMMUNE]),
        ("001", [OTHER_COMMUNE, "00199", TOWN_COMMUNE]),
        ("planche", [TOWN_COMMUNE]),
        ("paris", []),
    ],
)
def test_communes_are_found_by_the_beginning_of_words(
    database: Database, cast: Cast, search: str, found: list[str]
) -> None:
    with database.read() as uow:
        assert [commune.insee for commune in list_communes(uow, search=search)] == found


def test_a_territory_and_one_commune(database: Database, cast: Cast) -> None:
    with database.read() as uow:
        town = list_communes(uow, authority_id=cast.town)
        assert [commune.insee for commune in town] == [TOWN_COMMUNE]
        assert len(list_communes(uow, limit=2)) == 2
        assert get_commune(uow, "00999") is None
        assert [c.insee for c in find_communes(uow, "00110")] == [OTHER_COMMUNE]
        assert [c.insee for c in find_communes(uow, "sainte planche")] == [TOWN_COMMUNE]


def test_only_administrators_say_how_an_authority_is_called(database: Database, cast: Cast) -> None:
    for actor in (cast.alice, cast.manager, cast.auditor):
        with pytest.raises(Forbidden):
            database.write(lambda uow, a=actor: edit_authority(uow, a, cast.town, DETAILS))
    told: list[int] = []
    database.events.subscribe(AuthorityChanged, lambda fact, uow: told.append(fact.authority_id))
    database.write(lambda uow: edit_authority(uow, cast.administrator, cast.town, DETAILS))
    with database.read() as uow:
        seen = get_authority(uow, cast.town)
    assert seen.name == "Ville"
    assert told == [cast.town]


def test_an_authority_without_a_name_is_refused_beside_its_field(
    database: Database, cast: Cast
) -> None:
    with pytest.raises(InvalidInput) as refused:
        database.write(
            lambda uow: edit_authority(
                uow, cast.administrator, cast.town, replace(DETAILS, name=" ")
            )
        )
    assert [error.field for error in refused.value.errors] == ["name"]


def test_a_depots_week_is_replaced_as_a_whole(database: Database, cast: Cast) -> None:
    week = [OpenStretch(4, 900, 1080), OpenStretch(0, 480, 720)]

    def edit(actor: Principal) -> None:
        database.write(
            lambda uow: edit_depot(uow, actor, cast.depot, DepotDetails("Ateliers"), week)
        )

    with pytest.raises(Forbidden):
        edit(cast.manager)
    edit(cast.administrator)
    with database.read() as uow:
        (depot,) = get_authority(uow, cast.town).depots
    assert depot.hours == (OpenStretch(0, 480, 720), OpenStretch(4, 900, 1080))


@pytest.mark.parametrize(
    ("hours", "fields"),
    [
        ([(0, 480, 720), (0, 720, 1020)], []),
        ([(0, 480, 720), (0, 700, 1020)], ["hours.0"]),
        ([(3, 720, 480)], ["hours.3"]),
        ([(1, 0, 1441), (2, -5, 30)], ["hours.1", "hours.2"]),
    ],
)
def test_hours_that_no_depot_can_have_are_refused(
    hours: list[tuple[int, int, int]], fields: list[str]
) -> None:
    errors = hours_errors([OpenStretch(*each) for each in hours])
    assert [error.field for error in errors] == fields


def test_the_siret_of_an_authority_gives_its_siren(database: Database, cast: Cast) -> None:
    told = replace(DETAILS, siret="000 000 018 00010")
    database.write(lambda uow: edit_authority(uow, cast.administrator, cast.town, told))
    with database.read() as uow:
        town = get_authority(uow, cast.town)
    assert (town.siret, town.siren) == ("00000001800010", "000000018")


@pytest.mark.parametrize("wrong", ["00000001800011", "1234", "ABCDEFGHIJKLMN"])
def test_a_siret_that_does_not_add_up_is_refused(
    database: Database, cast: Cast, wrong: str
) -> None:
    told = replace(DETAILS, siret=wrong)
    with pytest.raises(InvalidInput) as refused:
        database.write(lambda uow: edit_authority(uow, cast.administrator, cast.town, told))
    assert [error.field for error in refused.value.errors] == ["siret"]
