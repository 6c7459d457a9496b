"""What was decided is decided again from the record, and what differs is named."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from lending.bookings.decisions import approve_booking, cancel_booking, refuse_booking
from lending.bookings.states import RefusalReason
from lending.cli_audit import audit
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.equity.record.canonical import canonical, link, parse
from lending.equity.record.models import DecisionRecord
from lending.equity.record.replaying import Replayed, replay_chain
from lending.organisations.models import Organisation
from lending.policies.drafting import Draft, edit_draft, open_draft, publish_policy
from lending.policies.rules import Rules
from tests.equity.record.chains import make_chain, tamper, walk
from tests.factories import Cast, submitted, waiting

Content = dict[str, Any]
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def replay(database: Database, cast: Cast) -> Replayed:
    """Decide everything of the town again."""
    with database.read() as uow:
        return replay_chain(uow, cast.town)


def told(database: Database, cast: Cast) -> list[tuple[int, str, str]]:
    """Return number, aspect and words of each difference."""
    found = replay(database, cast).differences
    return [(each.sequence, each.difference.aspect.value, each.difference.told) for each in found]


def publish(database: Database, cast: Cast, **rules: object) -> int:
    """Let the town publish rules; return their number in the table."""

    def use_case(uow: UnitOfWork) -> int:
        policy = open_draft(uow, cast.manager, cast.town)
        draft = Draft(Rules.model_validate(rules), vote_reference="2026-12")
        edit_draft(uow, cast.manager, policy.id, draft)
        return publish_policy(uow, cast.manager, policy.id, uow.now.date()).id

    return database.write(use_case)


def alter(
    database: Database, cast: Cast, change: Callable[[Content], None], sequence: int | None = None
) -> None:
    """Alter a decision of the town, the last by default, and hash all again: the chain holds."""
    with database.read() as uow:
        query = select(DecisionRecord).where(DecisionRecord.authority_id == cast.town)
        rows = list(uow.session.scalars(query.order_by(DecisionRecord.sequence)))
        contents: list[Any] = [parse(row.payload) for row in rows]
        numbers, previous = [row.id for row in rows], rows[0].previous_hash
    change(contents[(sequence or len(contents)) - 1])
    for number, content in zip(numbers, contents, strict=True):
        payload = canonical(content)
        before, previous = previous, link(previous, payload)
        tamper(
            database,
            "UPDATE decision SET payload = :payload, previous_hash = :before, hash = :hash"
            " WHERE id = :id",
            payload=payload,
            before=before,
            hash=previous,
            id=number,
        )
    tamper(
        database,
        "UPDATE decision_chain SET hash = :hash WHERE authority_id = :town",
        hash=previous,
        town=cast.town,
    )
    assert walk(database, cast.town).first_break is None


def test_everything_that_is_decided_comes_out_the_same_again(
    recorded: Database, cast: Cast, clock: FixedClock
):
    whole = submitted(recorded, cast, {cast.chairs: 60, cast.tables: 2})
    waiting(recorded, cast, {cast.chairs: 90})
    recorded.write(lambda uow: approve_booking(uow, cast.manager, whole))
    clock.instant += timedelta(days=1)
    publish(recorded, cast, lead_time_days=200)
    late = submitted(recorded, cast, {cast.barriers: 20})
    refused = RefusalReason.LATE
    recorded.write(lambda uow: refuse_booking(uow, cast.manager, late, refused, "Trop tard."))
    part = submitted(recorded, cast, {cast.barriers: 20})
    recorded.write(
        lambda uow: approve_booking(uow, cast.manager, part, {cast.barriers: 5}, "Le reste sert.")
    )
    clock.instant += timedelta(days=1)
    publish(recorded, cast, lead_time_days=1)
    recorded.write(lambda uow: cancel_booking(uow, cast.alice, whole, "Il pleuvra."))
    found = replay(recorded, cast)
    assert (found.decisions, found.differences, found.doubts) == (5, (), ())
    with recorded.read() as uow:
        kinds = uow.session.scalars(select(DecisionRecord.kind).order_by(DecisionRecord.id))
        assert list(kinds) == ["grant", "refuse", "grant_in_part", "cancel", "serve"]


@pytest.fixture
def granted(recorded: Database, cast: Cast) -> Database:
    """Record one grant, of forty chairs, by published rules."""
    publish(recorded, cast, territory="seat")
    number = submitted(recorded, cast, {cast.chairs: 40})
    recorded.write(lambda uow: approve_booking(uow, cast.manager, number))
    return recorded


def _more_than_free(content: Content) -> None:
    for each in content["stock"].values():
        each["free"] = 39


def _more_than_asked(content: Content) -> None:
    for item in content["result"]["granted"]:
        content["result"]["granted"][item] = 41


def _less_than_all(content: Content) -> None:
    for item in content["result"]["granted"]:
        content["result"]["granted"][item] = 39


def _another_finding(content: Content) -> None:
    finding = next(f for f in content["inputs"]["findings"] if f["criterion"] == "territory")
    finding["verdict"], finding["blocks"] = "failed", True


def _another_fact(content: Content) -> None:
    content["inputs"]["facts"]["seat_in_territory"] = False


def _another_version(content: Content) -> None:
    content["inputs"]["policy"]["digest"] = "0" * 64


def _no_such_rules(content: Content) -> None:
    content["policy_id"] = 4711


def _no_facts_to_read(content: Content) -> None:
    content["inputs"]["facts"] = {"kind": "a choir"}


@ONE_DATABASE
@pytest.mark.parametrize(
    ("change", "aspects", "words"),
    [
        (_more_than_free, ["stock"], "40 granted, 39 free"),
        (_more_than_asked, ["result", "result"], "41 granted, 40 asked"),
        (_less_than_all, ["result"], "grant: 39"),
        (_another_finding, ["findings", "result"], "territory: recorded failed, blocks, found met"),
        (_another_fact, ["findings"], "territory: recorded met, found failed, blocks"),
        (_another_version, ["rules"], "not those that were recorded"),
        (_no_such_rules, ["rules"], "4711 are not there"),
        (_no_facts_to_read, ["content"], "cannot be read"),
    ],
)
def test_a_decision_that_does_not_follow_from_what_it_says_is_named_though_its_chain_holds(
    granted: Database,
    cast: Cast,
    change: Callable[[Content], None],
    aspects: list[str],
    words: str,
):
    assert told(granted, cast) == []
    alter(granted, cast, change)
    found = told(granted, cast)
    assert [(sequence, aspect) for sequence, aspect, _ in found] == [(1, each) for each in aspects]
    assert words in found[0][2]


def test_rules_altered_behind_the_back_of_the_program_are_named(granted: Database, cast: Cast):
    tamper(granted, "UPDATE lending_policy SET content = replace(content, '\"seat\"', '\"event\"')")
    assert told(granted, cast) == [(1, "rules", "the rules are not what their digest says")]


def test_a_decision_by_rules_that_were_not_in_force_is_named(granted: Database, cast: Cast):
    tamper(granted, "UPDATE lending_policy SET effective_at = '2027-01-01 00:00:00'")
    ((_, aspect, words),) = told(granted, cast)
    assert (aspect, words.endswith("in force were none")) == ("rules", True)


def test_a_reason_that_its_own_figures_do_not_bear_out_is_a_doubt(recorded: Database, cast: Cast):
    for code in (RefusalReason.LATE, RefusalReason.STOCK_EXHAUSTED, RefusalReason.PUBLIC_ORDER):
        number = submitted(recorded, cast, {cast.chairs: 4})
        recorded.write(
            lambda uow, n=number, c=code: refuse_booking(uow, cast.manager, n, c, "Non.")
        )
    found = replay(recorded, cast)
    assert found.differences == ()
    assert [(each.sequence, each.difference.told) for each in found.doubts] == [
        (1, "LATE: lead_time was met"),
        (2, "STOCK_EXHAUSTED: everything asked for was free"),
    ]


def run(database: Database, *arguments: str) -> Result:
    """Run `treteau audit replay`."""
    context = SimpleNamespace(database=database)
    return CliRunner().invoke(audit, ["replay", *arguments], obj=context, catch_exceptions=False)


def test_the_command_tells_a_line_a_lender_and_ends_with_zero(granted: Database, cast: Cast):
    make_chain(granted, cast.agglomeration, 3)
    answer = run(granted)
    assert answer.exit_code == 0
    assert answer.stdout.splitlines() == [
        "trois-treteaux\t3 decisions\t0 rounds\t0 differ\t0 doubts",
        "sainte-planche\t1 decisions\t0 rounds\t0 differ\t0 doubts",
    ]


def test_the_command_names_what_differs_and_ends_with_one(granted: Database, cast: Cast):
    alter(granted, cast, _more_than_free)
    answer = run(granted, "--authority", "sainte-planche")
    assert answer.exit_code == 1
    assert answer.stdout.splitlines() == [
        "sainte-planche\t1 decisions\t0 rounds\t1 differ\t0 doubts",
        f"sainte-planche\tdiffers at 1\tstock\titem {cast.chairs}: 40 granted, 39 free",
    ]
    assert run(granted, "--authority", "trois-treteaux").exit_code == 0


def test_a_doubt_is_told_and_is_no_error(recorded: Database, cast: Cast):
    number = submitted(recorded, cast, {cast.chairs: 4})
    code = RefusalReason.LATE
    recorded.write(lambda uow: refuse_booking(uow, cast.manager, number, code, "Trop tard."))
    answer = run(recorded, "--authority", "sainte-planche")
    assert answer.exit_code == 0
    assert "sainte-planche\tdoubt at 1\treason\tLATE: lead_time was met" in answer.stdout


def test_what_the_rules_said_no_to_is_named_where_no_two_people_overrode_it(
    recorded: Database, cast: Cast
):
    """The record alone: nothing holds to the rules here but the check."""
    recorded.write(
        lambda uow: setattr(uow.session.get_one(Organisation, cast.choir), "insurance_until", None)
    )
    number = submitted(recorded, cast, {cast.chairs: 4})
    recorded.write(lambda uow: approve_booking(uow, cast.manager, number))
    assert told(recorded, cast) == [
        (1, "result", "granted although the rules say no: insurance"),
    ]
