"""The table of permissions: every action is placed, and reaches no further than its scope."""

import pytest

from lending.accounts.permissions import (
    ANONYMOUS,
    PERMISSIONS,
    PUBLIC_ACTIONS,
    STAFF,
    SYSTEM,
    Action,
    Grant,
    Principal,
    Role,
    Scope,
)
from lending.errors import Forbidden, NotFound, NotSignedIn


def test_every_action_stands_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Action)


def test_an_administrator_may_do_everything_but_sign_for_a_borrower() -> None:
    assert {action for action in Action if not SYSTEM.can(action, authority_id=1)} == {
        Action.SIGN_AGREEMENT
    }


def test_an_auditor_changes_nothing() -> None:
    reading = {
        Action.BROWSE_CATALOGUE,
        Action.SEE_PROGRAMME,
        Action.SEE_POLICY,
        Action.SEE_STOCK_DETAILS,
        Action.SEE_ORGANISATION,
        Action.LIST_ORGANISATIONS,
        Action.SEE_BOOKING,
        Action.SEE_INBOX,
        Action.SEE_BOARD,
        Action.SEE_SHORTAGES,
        Action.SEE_TASKS,
        Action.SUBSCRIBE,
        Action.SEE_JOBS,
        Action.SEE_RECORD,
        Action.SEE_VALUE,
        Action.SEE_CHARGE,
        Action.SEE_PAPERS,
    }
    assert {action for action in Action if Role.AUDITOR in PERMISSIONS[action]} == reading


@pytest.mark.parametrize("action", Action)
def test_nobody_in_particular_may_only_what_is_public(action: Action) -> None:
    assert ANONYMOUS.can(action) is (action in PUBLIC_ACTIONS)
    if action not in PUBLIC_ACTIONS:
        with pytest.raises(NotSignedIn):
            ANONYMOUS.check(action, hidden=True)


@pytest.mark.parametrize("role", [Role.BORROWER])
@pytest.mark.parametrize("action", sorted(set(Action) - PUBLIC_ACTIONS))
def test_a_borrower_never_reaches_another_organisation(role: Role, action: Action) -> None:
    borrower = Principal(1, "A", (Grant(role, organisation_id=7),))
    assert not borrower.can(action, organisation_id=8, authority_id=1) or (
        PERMISSIONS[action].get(role) is Scope.ALL
    )
    if PERMISSIONS[action].get(role) is Scope.OWN:
        assert borrower.can(action, organisation_id=7, authority_id=1)
        with pytest.raises(NotFound):
            borrower.check(action, organisation_id=8, authority_id=1, hidden=True)
        with pytest.raises(Forbidden):
            borrower.check(action, organisation_id=8, authority_id=1)


@pytest.mark.parametrize("role", sorted(STAFF))
@pytest.mark.parametrize("action", sorted(set(Action) - PUBLIC_ACTIONS))
def test_staff_reach_another_authority_only_where_the_scope_is_everything(
    role: Role, action: Action
) -> None:
    local = Principal(1, "A", (Grant(role, authority_id=1),))
    shared = Principal(2, "B", (Grant(role),))
    scope = PERMISSIONS[action].get(role)

    assert local.can(action, authority_id=2, organisation_id=7) is (scope is Scope.ALL)
    assert local.can(action, authority_id=1, organisation_id=7) is (scope is not None)
    assert shared.can(action, authority_id=2, organisation_id=7) is (scope is not None)


@pytest.mark.parametrize("action", Action)
def test_the_scope_of_a_list_agrees_with_the_check_of_one(action: Action) -> None:
    for role in STAFF:
        person = Principal(1, "A", (Grant(role, authority_id=1),))
        scope = person.authority_scope(action)
        for authority in (1, 2):
            within = scope is None or authority in scope
            if action not in PUBLIC_ACTIONS:
                assert person.can(action, authority_id=authority) is within


def test_a_person_acts_in_the_role_that_the_table_allows_it_in():
    here = {"authority_id": 1, "organisation_id": 7}
    both = Principal(
        user_id=1, grants=(Grant(Role.BORROWER, organisation_id=7), Grant(Role.MANAGER, 1))
    )
    assert both.role_for(Action.CANCEL_BOOKING, **here) is Role.BORROWER
    assert both.role_for(Action.DECIDE_BOOKING, **here) is Role.MANAGER
    assert both.role_for(Action.DECIDE_BOOKING, authority_id=2, organisation_id=7) is None
