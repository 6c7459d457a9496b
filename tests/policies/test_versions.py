"""Versions of rules: drafted, published with a vote and a day, never altered afterwards."""

from datetime import date, timedelta

import pytest

from lending.accounts.permissions import Principal
from lending.bookings.detail import get_booking
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound, NotSignedIn
from lending.policies.drafting import (
    Draft,
    drop_draft,
    edit_draft,
    open_draft,
    publish_policy,
)
from lending.policies.facts import PolicyPublished
from lending.policies.queries import read_rulebook, rules_in_force
from lending.policies.rules import DEFAULT, Rules
from tests.factories import Cast, submitted

QUICK = Draft(Rules(lead_time_days=7, answer_days=5), "Plus vite", "2026-11-12 no 4")


def drafted(database: Database, actor: Principal, authority_id: int, draft: Draft = QUICK) -> int:
    """Draft a version; return its number in the table."""
    number = database.write(lambda uow: open_draft(uow, actor, authority_id).id)
    database.write(lambda uow: edit_draft(uow, actor, number, draft))
    return number


def published(
    database: Database, cast: Cast, effective_on: date | None = None, draft: Draft = QUICK
) -> int:
    """Publish a version, from today on if nothing else is said."""
    day = effective_on or database.clock.now().date()
    number = drafted(database, cast.manager, cast.town, draft)
    database.write(lambda uow: publish_policy(uow, cast.manager, number, day))
    return number


def test_an_authority_begins_with_the_usual_rules(database: Database, cast: Cast) -> None:
    with database.read() as uow:
        version = rules_in_force(uow.session, cast.town, uow.now)
    assert (version.rules, version.number) == (DEFAULT, None)


def test_a_draft_changes_nothing_until_it_is_published(database: Database, cast: Cast) -> None:
    number = drafted(database, cast.manager, cast.town)
    with database.read() as uow:
        assert rules_in_force(uow.session, cast.town, uow.now).number is None
    told: list[int] = []
    database.events.subscribe(PolicyPublished, lambda fact, uow: told.append(fact.policy_id))
    today = database.clock.now().date()
    database.write(lambda uow: publish_policy(uow, cast.manager, number, today))
    with database.read() as uow:
        version = rules_in_force(uow.session, cast.town, uow.now)
    assert (version.number, version.rules.lead_time_days) == (1, 7)
    assert told == [number]


def test_a_draft_begins_as_a_copy_of_what_is_in_force_and_there_is_one_at_a_time(
    database: Database, cast: Cast
) -> None:
    first = published(database, cast)
    draft = database.write(lambda uow: open_draft(uow, cast.manager, cast.town).id)
    assert draft != first
    assert database.write(lambda uow: open_draft(uow, cast.manager, cast.town).id) == draft
    database.write(lambda uow: drop_draft(uow, cast.manager, draft))
    with pytest.raises(NotFound):
        database.write(lambda uow: drop_draft(uow, cast.manager, draft))


def test_what_is_published_is_not_edited_dropped_or_published_again(
    database: Database, cast: Cast
) -> None:
    number = published(database, cast)
    today = database.clock.now().date()
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: edit_draft(uow, cast.manager, number, QUICK))
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: drop_draft(uow, cast.manager, number))
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: publish_policy(uow, cast.manager, number, today))


def test_a_version_holds_from_the_beginning_of_its_local_day(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    published(database, cast)
    later = date(2026, 4, 1)
    published(database, cast, later, Draft(Rules(lead_time_days=60), "Plus tôt", "no 9"))
    with database.read() as uow:
        book = read_rulebook(uow.session)
        first, second = book.versions(cast.town)
    assert second.effective_at is not None
    assert second.effective_at.isoformat() == "2026-03-31T22:00:00+00:00"
    before = second.effective_at - timedelta(seconds=1)
    assert book.at(cast.town, before) == first
    assert book.at(cast.town, second.effective_at) == second
    assert first.effective_at is not None
    # What was decided earlier today stays under the rules of that time.
    assert first.effective_at == clock.now()


@pytest.mark.parametrize(
    ("day", "vote", "fields"),
    [
        (date(2026, 3, 1), "no 4", ["effective_on"]),
        (date(2026, 3, 19), "no 4", ["effective_on"]),
        (date(2026, 3, 20), "", ["vote_reference"]),
    ],
)
def test_publishing_takes_a_vote_and_a_day_that_does_not_look_back(
    database: Database, cast: Cast, day: date, vote: str, fields: list[str]
) -> None:
    published(database, cast, date(2026, 3, 20))
    draft = drafted(database, cast.manager, cast.town, Draft(Rules(), "", vote))
    with pytest.raises(InvalidInput) as refused:
        database.write(lambda uow: publish_policy(uow, cast.manager, draft, day))
    assert [error.field for error in refused.value.errors] == fields


def test_only_those_who_set_the_rules_draft_and_publish(database: Database, cast: Cast) -> None:
    with pytest.raises(NotSignedIn):
        database.write(lambda uow: open_draft(uow, Principal(), cast.town))
    for actor in (cast.alice, cast.front_desk, cast.auditor):
        with pytest.raises(Forbidden):
            database.write(lambda uow, a=actor: open_draft(uow, a, cast.town))
    with pytest.raises(NotFound):
        database.write(lambda uow: open_draft(uow, cast.administrator, 999_999))


def test_a_request_is_judged_by_the_version_in_force_when_its_file_was_complete(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    before = submitted(database, cast, {cast.chairs: 1})
    clock.instant += timedelta(days=1)
    published(database, cast)
    after = submitted(database, cast, {cast.chairs: 1})
    with database.read() as uow:
        old, new = (get_booking(uow, cast.manager, number) for number in (before, after))
    assert (old.answer_days, new.answer_days) == (DEFAULT.answer_days, 5)
