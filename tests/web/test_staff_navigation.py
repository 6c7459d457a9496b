"""Where each role can go."""

import pytest

from lending.accounts.permissions import ANONYMOUS, Grant, Principal, Role
from lending.web.navigation import places_for


def places(role: Role) -> list[str]:
    return [place.endpoint for place in places_for(Principal(1, "Somebody", (Grant(role),)))]


def test_a_manager_starts_with_what_is_to_be_done() -> None:
    assert places(Role.MANAGER)[:2] == ["inbox.index", "board.index"]


def test_an_association_sees_nothing_of_the_staff() -> None:
    found = Principal(1, "Alice", (Grant(Role.BORROWER, organisation_id=1),))
    offered = [place.endpoint for place in places_for(found)]
    assert "home.show" in offered
    assert not {"inbox.index", "board.index", "shortages.index", "jobs.index"} & set(offered)


def test_a_stranger_is_offered_the_catalogue() -> None:
    assert "catalogue.index" in [place.endpoint for place in places_for(ANONYMOUS)]


@pytest.mark.parametrize("role", list(Role))
def test_nobody_is_offered_what_the_table_refuses(role: Role) -> None:
    person = Principal(1, "Somebody", (Grant(role, authority_id=1, organisation_id=1),))
    assert all(person.can(place.action) for place in places_for(person))
