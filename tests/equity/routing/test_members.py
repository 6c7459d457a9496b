"""Who works for a department, who speaks for whom, and what awaits them in the inbox."""

from datetime import timedelta

import pytest

from lending.accounts.people import deactivate_user
from lending.bookings.duties import DutyKind
from lending.bookings.inbox import InboxFilter, next_booking, read_inbox
from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.routing.awaited import opinion_duties
from lending.equity.routing.members import (
    colleagues,
    delegate,
    department_choices,
    list_delegations,
    set_departments,
    take_back_delegation,
    voices,
)
from lending.equity.routing.models import Verdict
from lending.equity.routing.opinions import give_opinion, opinions_of
from lending.errors import Forbidden, InvalidInput, NotFound
from tests.equity.routing.conftest import Town
from tests.factories import NOW, Cast

TODAY = NOW.date()
DAY = timedelta(days=1)


def give(database: Database, giver, to, first=TODAY, last=TODAY) -> int:
    """Let somebody speak for the giver."""
    return database.write(lambda uow: delegate(uow, giver, to.user_id, first, last).id)


def spoken_for(database: Database, actor, authority_id: int) -> dict[int, str]:
    """Return the departments that somebody speaks for, and whose delegation that takes."""
    with database.read() as uow:
        found = voices(uow, actor, authority_id)
        return {number: voice.for_name for number, voice in found.items()}


def test_a_delegation_lends_the_voice_for_its_days(
    heard: Database, cast: Cast, town: Town, asked: int
) -> None:
    give(heard, town.teo, town.prune)
    assert spoken_for(heard, town.prune, cast.town) == {town.parties: "", town.technical: "Teo"}
    heard.write(
        lambda uow: give_opinion(uow, town.prune, asked, town.technical, Verdict.FAVOURABLE)
    )
    with heard.read() as uow:
        said = {o.department_id: o for o in opinions_of(uow, cast.manager, asked).given}
    assert (said[town.technical].by, said[town.technical].on_behalf_of) == ("Prune", "Teo")


@pytest.mark.parametrize(("first", "last"), [(1, 3), (-5, -1)])
def test_outside_its_days_it_lends_nothing(
    heard: Database, cast: Cast, town: Town, first: int, last: int
) -> None:
    assert isinstance(heard.clock, FixedClock)
    heard.clock.instant = NOW + first * DAY if first < 0 else NOW
    give(heard, town.teo, town.prune, TODAY + first * DAY, TODAY + last * DAY)
    heard.clock.instant = NOW
    assert spoken_for(heard, town.prune, cast.town) == {town.parties: ""}


def test_a_delegation_is_not_passed_along(heard: Database, cast: Cast, town: Town) -> None:
    give(heard, town.teo, cast.front_desk)
    give(heard, cast.front_desk, town.prune)
    assert spoken_for(heard, town.prune, cast.town)[town.technical] == "Fanny"
    heard.write(
        lambda uow: set_departments(uow, cast.administrator, cast.front_desk.user_id, [town.sport])
    )
    assert town.technical not in spoken_for(heard, town.prune, cast.town)


def test_who_is_gone_lends_nothing(heard: Database, cast: Cast, town: Town) -> None:
    give(heard, town.teo, town.prune)
    heard.write(lambda uow: deactivate_user(uow, cast.administrator, town.teo.user_id))
    assert spoken_for(heard, town.prune, cast.town) == {town.parties: ""}


def test_only_a_colleague_can_be_chosen(heard: Database, cast: Cast, town: Town) -> None:
    with heard.read() as uow:
        names = {each.name for each in colleagues(uow, town.teo)}
    assert names == {"Ada", "Fanny", "Marc", "Prune"}
    for stranger in (cast.alice, cast.other_manager, cast.auditor, town.teo):
        with pytest.raises(InvalidInput):
            give(heard, town.teo, stranger)
    for actor in (cast.alice, cast.auditor, cast.agent):
        with pytest.raises(Forbidden):
            give(heard, actor, town.prune)


def test_the_days_must_make_sense(heard: Database, cast: Cast, town: Town) -> None:
    for first, last in ((TODAY, TODAY - DAY), (TODAY - 9 * DAY, TODAY - DAY)):
        with pytest.raises(InvalidInput):
            give(heard, town.teo, town.prune, first, last)


def test_one_takes_back_what_one_gave(heard: Database, cast: Cast, town: Town) -> None:
    number = give(heard, town.teo, town.prune)
    with pytest.raises(NotFound):
        heard.write(lambda uow: take_back_delegation(uow, town.prune, number))
    with heard.read() as uow:
        (held,) = list_delegations(uow, town.prune)
    assert (held.giver, held.is_own) == ("Teo", False)
    heard.write(lambda uow: take_back_delegation(uow, town.teo, number))
    assert spoken_for(heard, town.prune, cast.town) == {town.parties: ""}


def test_only_the_administrator_says_who_works_where(
    heard: Database, cast: Cast, town: Town
) -> None:
    with heard.read() as uow:
        found = department_choices(uow, cast.administrator, town.teo.user_id or 0)
    assert [each.name for each in found if each.is_member] == ["Technique"]
    with pytest.raises(Forbidden):
        heard.write(lambda uow: set_departments(uow, cast.manager, 1, []))
    for user_id, wanted, error in ((9999, [], NotFound), (1, [9999], InvalidInput)):
        with pytest.raises(error):
            heard.write(
                lambda uow, u=user_id, w=wanted: set_departments(uow, cast.administrator, u, w)
            )


def test_the_opinion_awaited_is_a_duty_of_the_departments_people(
    heard: Database, cast: Cast, town: Town, asked: int
) -> None:
    def waits_for(actor) -> list[int | None]:
        with heard.read() as uow:
            inbox = read_inbox(
                uow,
                actor,
                InboxFilter(kind=DutyKind.OPINION, department_id=town.technical),
                more=opinion_duties(uow, actor),
            )
        return [duty.booking_id for duty in inbox.duties]

    assert waits_for(town.teo) == [asked]
    assert waits_for(town.prune) == []
    assert waits_for(cast.manager) == []
    give(heard, town.teo, town.prune)
    assert waits_for(town.prune) == [asked]
    heard.write(
        lambda uow: give_opinion(uow, town.teo, asked, town.technical, Verdict.NOT_CONCERNED)
    )
    assert waits_for(town.teo) == []


def test_the_same_booking_is_not_the_next_thing_to_turn_to(
    heard: Database, cast: Cast, town: Town, asked: int
) -> None:
    with heard.read() as uow:
        more = opinion_duties(uow, town.teo)
        assert next_booking(uow, town.teo, InboxFilter(), asked, more=more) is None
