"""What the rules say no to is granted by two people only, with a motive, and it is told."""

from dataclasses import replace
from datetime import date

import pytest

from lending.accounts.permissions import SYSTEM, Principal, Role
from lending.bookings.changes import change_booking
from lending.bookings.decisions import approve_booking, refuse_booking, review_booking
from lending.bookings.details import BookingDetails
from lending.bookings.facts import Although, Override
from lending.bookings.models import Booking, Logistics
from lending.bookings.states import RefusalReason, State
from lending.db.database import Database
from lending.equity.eligibility.criteria import Criterion
from lending.equity.overriding.guarding import RulesSayNo
from lending.equity.overriding.queries import (
    ProposalView,
    override_duties,
    overrides_of,
    proposal_of,
)
from lending.equity.overriding.service import (
    confirm_override,
    propose_override,
    set_override_aside,
)
from lending.equity.record.replaying import replay_chain
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound
from tests.bookings.steps import held_by, lines_of, state_of
from tests.equity.overriding.conftest import insured_until
from tests.equity.record.chains import contents, walk
from tests.factories import FRIDAY, MONDAY, Cast, make_user, submitted, waiting

BECAUSE = "L'assureur confirme par téléphone, l'attestation suit."


@pytest.fixture
def second(held: Database, cast: Cast) -> Principal:
    """Add another manager of the town."""
    return held.write(
        lambda uow: make_user(uow.session, "Mireille", Role.MANAGER, authority_id=cast.town)
    )


def proposal(database: Database, actor: Principal, number: int) -> ProposalView | None:
    with database.read() as uow:
        return proposal_of(uow, actor, uow.session.get_one(Booking, number))


def propose(database: Database, actor: Principal, number: int, motive: str = BECAUSE, **more):
    database.write(lambda uow: propose_override(uow, actor, number, motive, **more))


def test_what_the_rules_say_no_to_is_not_granted(
    held: Database, cast: Cast, uninsured: int
) -> None:
    for actor in (cast.manager, cast.administrator, SYSTEM):
        with pytest.raises(RulesSayNo) as caught:
            held.write(lambda uow, actor=actor: approve_booking(uow, actor, uninsured))
        assert [each.criterion for each in caught.value.findings] == [Criterion.INSURANCE]
    assert state_of(held, uninsured) is State.SUBMITTED
    assert contents(held, cast.town) == []


def test_no_one_alone_overrides_by_any_way(
    held: Database, cast: Cast, uninsured: int, second: Principal
) -> None:
    alone = Override(BECAUSE, cast.manager.user_id, "Marc")
    without_motive = Override("  ", second.user_id, "Mireille")
    nobody = Override(BECAUSE, None, "Tréteau")
    for override in (alone, without_motive, nobody):
        with pytest.raises(RulesSayNo):
            held.write(
                lambda uow, override=override: approve_booking(
                    uow, cast.manager, uninsured, although=Although(override=override)
                )
            )
    assert state_of(held, uninsured) is State.SUBMITTED


def test_a_second_person_grants_what_the_first_one_proposed(
    held: Database, cast: Cast, uninsured: int, second: Principal
) -> None:
    propose(held, cast.manager, uninsured, granted={cast.barriers: 25}, reason="Le reste sert.")
    assert state_of(held, uninsured) is State.SUBMITTED
    told = proposal(held, second, uninsured)
    assert told is not None
    assert (told.motive, told.by, told.granted) == (BECAUSE, "Marc", {cast.barriers: 25})
    with pytest.raises(InvalidInput):
        held.write(lambda uow: confirm_override(uow, cast.manager, uninsured))
    held.write(lambda uow: confirm_override(uow, second, uninsured))
    assert state_of(held, uninsured) is State.PARTLY_APPROVED
    assert lines_of(held, uninsured) == {cast.barriers: (40, 25)}
    assert proposal(held, second, uninsured) is None
    with held.read() as uow:
        (kept,) = overrides_of(uow, uninsured).values()
    assert (kept.motive, kept.proposed_by, kept.criteria) == (
        BECAUSE,
        "Marc",
        (Criterion.INSURANCE,),
    )


def test_the_record_names_the_override_its_two_authors_and_who_is_worse_off(
    held: Database, cast: Cast, uninsured: int, second: Principal
) -> None:
    others = waiting(held, cast, {cast.barriers: 30}, organisation=cast.club)
    propose(held, cast.manager, uninsured)
    held.write(lambda uow: confirm_override(uow, second, uninsured))
    (says,) = contents(held, cast.town)
    assert (says["kind"], says["rule"]) == ("override", "override")
    assert says["author"]["user_id"] == second.user_id
    assert says["result"]["override"] == {
        "criteria": ["insurance"],
        "proposed_by": cast.manager.user_id,
        # 60 barriers: without the override all 30 would be free for the club, with it 20.
        "worse_off": [{"booking_id": others, "item_id": cast.barriers, "pieces": 10}],
    }
    assert walk(held, cast.town).first_break is None
    with held.read() as uow:
        found = replay_chain(uow, cast.town)
    assert (found.differences, found.doubts) == ((), ())


def test_the_choice_shows_who_would_be_worse_off_before_anything_is_granted(
    held: Database, cast: Cast, uninsured: int, second: Principal
) -> None:
    others = waiting(held, cast, {cast.barriers: 30}, organisation=cast.club)
    propose(held, cast.manager, uninsured)
    told = proposal(held, second, uninsured)
    assert told is not None
    assert [(loss.booking_id, loss.pieces) for loss in told.losses] == [(others, 10)]


def test_a_proposal_is_refused_where_nothing_is_to_be_overridden(
    held: Database, cast: Cast, uninsured: int
) -> None:
    in_order = submitted(held, cast, {cast.chairs: 1}, organisation=cast.club)
    with pytest.raises(NotAllowedNow):
        propose(held, cast.manager, in_order)
    with pytest.raises(InvalidInput):
        propose(held, cast.manager, uninsured, "  ")
    with pytest.raises(InvalidInput):
        propose(held, cast.manager, uninsured, granted={cast.barriers: 41})
    program = replace(cast.manager, user_id=None, api_token_id=1)
    with pytest.raises(InvalidInput):
        propose(held, program, uninsured)
    for actor, error in (
        (cast.front_desk, Forbidden),
        (cast.auditor, Forbidden),
        (cast.alice, Forbidden),
        (cast.other_manager, NotFound),
    ):
        with pytest.raises(error):
            propose(held, actor, uninsured)
    assert proposal(held, cast.administrator, uninsured) is None


def test_a_proposal_goes_when_it_is_set_aside_or_the_request_moves_or_changes(
    held: Database, cast: Cast, uninsured: int, second: Principal
) -> None:
    propose(held, cast.manager, uninsured)
    held.write(lambda uow: set_override_aside(uow, second, uninsured))
    assert proposal(held, second, uninsured) is None
    with pytest.raises(NotAllowedNow):
        held.write(lambda uow: confirm_override(uow, second, uninsured))

    propose(held, cast.manager, uninsured)
    held.write(lambda uow: review_booking(uow, cast.manager, uninsured))
    assert proposal(held, second, uninsured) is not None
    longer = BookingDetails(cast.choir, cast.town, FRIDAY, MONDAY, Logistics.DELIVERY)
    held.write(lambda uow: change_booking(uow, cast.alice, uninsured, details=longer))
    assert proposal(held, second, uninsured) is None

    propose(held, cast.manager, uninsured)
    code = RefusalReason.FILE_INCOMPLETE
    held.write(lambda uow: refuse_booking(uow, cast.manager, uninsured, code, "Pas d'assurance."))
    assert proposal(held, second, uninsured) is None


def test_what_was_mended_meanwhile_is_granted_without_an_override(
    held: Database, cast: Cast, uninsured: int, second: Principal
) -> None:
    propose(held, cast.manager, uninsured)
    insured_until(held, cast.choir, date(2026, 12, 31))
    held.write(lambda uow: confirm_override(uow, second, uninsured))
    (says,) = contents(held, cast.town)
    assert says["kind"] == "grant"
    assert "override" not in says["result"]
    assert held_by(held, uninsured)[cast.barriers][0] == 40


def test_it_is_a_duty_of_those_who_may_be_the_second_person(
    held: Database, cast: Cast, uninsured: int, second: Principal
) -> None:
    propose(held, cast.manager, uninsured)

    def duties(actor: Principal) -> list[int | None]:
        with held.read() as uow:
            return [duty.booking_id for duty in override_duties(uow, actor)]

    assert duties(second) == duties(cast.administrator) == [uninsured]
    for actor in (cast.manager, cast.front_desk, cast.other_manager, cast.auditor, cast.alice):
        assert duties(actor) == []
