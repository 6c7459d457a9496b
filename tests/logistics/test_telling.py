"""What crews tell counts once, keeps its own time, and never overrules somebody silently."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.bookings.decisions import cancel_booking
from lending.bookings.models import Logistics
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotFound
from lending.handover.service import prepare_booking
from lending.handover.statements import tell_check_out
from lending.logistics.kinds import TaskKind, TaskState, Told
from lending.logistics.models import TaskEvent
from lending.logistics.queries import TaskDetail, TaskFilter, get_task, list_tasks, tasks_of
from lending.logistics.telling import Outcome, Report, tell
from tests.factories import FRIDAY, Cast, approved

HOUR = timedelta(hours=1)
Teller = Callable[..., Outcome]


@pytest.fixture
def booking(database: Database, cast: Cast) -> int:
    lines = {cast.chairs: 40, cast.tables: 5}
    return approved(database, cast, lines, logistics=Logistics.DELIVERY)


@pytest.fixture
def task(database: Database, cast: Cast, booking: int, clock: FixedClock) -> int:
    """Return the number of the delivery; it is the day of the delivery."""
    clock.instant = FRIDAY
    with database.read() as uow:
        return next(t.id for t in tasks_of(uow, booking) if t.kind is TaskKind.DELIVER)


@pytest.fixture
def say(database: Database, cast: Cast, task: int) -> Teller:
    """Return a function that tells something of the delivery."""
    serial = iter(range(10_000))

    def told(kind: Told, who: Principal = cast.manager, key: str = "", **more: object) -> Outcome:
        report = Report(kind, key or f"report-{next(serial):04d}", **more)  # type: ignore[arg-type]
        return database.write(lambda uow: tell(uow, who, task, report))

    return told


def read(database: Database, actor: Principal, task_id: int) -> TaskDetail:
    with database.read() as uow:
        return get_task(uow, actor, task_id)


def counts(task: TaskDetail) -> dict[int, int | None]:
    return {line.item_id: line.done for line in task.lines}


def test_a_report_that_comes_again_does_nothing_more(
    database: Database, cast: Cast, clock: FixedClock, task: int, say: Teller
) -> None:
    first = say(Told.STARTED, key="the-only-one")
    clock.instant = FRIDAY + HOUR
    again = say(Told.STARTED, key="the-only-one")
    assert (again.event_id, again.state) == (first.event_id, TaskState.STARTED)
    assert (first.is_repeated, again.is_repeated) == (False, True)
    seen = read(database, cast.manager, task)
    assert (seen.started_at, len(seen.events)) == (FRIDAY, 1)


def test_a_report_that_comes_many_times_at_once_counts_once(
    database: Database, cast: Cast, task: int, say: Teller
) -> None:
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda _: say(Told.DONE, key="all-at-once"), range(6)))
    assert len({outcome.event_id for outcome in told}) == 1
    assert sorted(outcome.is_repeated for outcome in told) == [False] + 5 * [True]
    with database.read() as uow:
        assert len(uow.session.scalars(select(TaskEvent)).all()) == 1


def test_work_keeps_the_times_at_which_it_happened(
    database: Database, cast: Cast, clock: FixedClock, task: int, say: Teller
) -> None:
    clock.instant = FRIDAY + 5 * HOUR
    say(Told.STARTED, happened_at=FRIDAY, seen_at=FRIDAY)
    say(Told.DONE, happened_at=FRIDAY + HOUR, seen_at=FRIDAY)
    seen = read(database, cast.manager, task)
    assert (seen.state, seen.started_at, seen.ended_at) == (
        TaskState.DONE,
        FRIDAY,
        FRIDAY + HOUR,
    )
    assert all(event.arrived_at == FRIDAY + 5 * HOUR for event in seen.events)
    assert all(event.is_late for event in seen.events)


@pytest.mark.parametrize(
    ("happened", "is_accepted"),
    [
        (FRIDAY + timedelta(minutes=4), True),
        (FRIDAY + timedelta(minutes=6), False),
        (datetime(2026, 6, 3, 22, 0, tzinfo=UTC), True),
        (datetime(2026, 6, 3, 21, 59, tzinfo=UTC), False),
    ],
    ids=["clock a little fast", "to come", "yesterday at midnight in Paris", "before yesterday"],
)
def test_the_time_on_the_telephone_must_be_possible(
    database: Database, cast: Cast, task: int, say: Teller, happened: datetime, is_accepted: bool
) -> None:
    if not is_accepted:
        with pytest.raises(InvalidInput) as refused:
            say(Told.STARTED, happened_at=happened)
        assert [error.field for error in refused.value.errors] == ["happened_at"]
        assert read(database, cast.manager, task).events == ()
        return
    say(Told.STARTED, happened_at=happened)
    assert read(database, cast.manager, task).started_at == min(happened, FRIDAY)


def test_what_is_done_is_counted(database: Database, cast: Cast, task: int, say: Teller) -> None:
    say(Told.DONE)
    assert counts(read(database, cast.manager, task)) == {cast.chairs: 40, cast.tables: 5}


def test_what_is_done_with_pieces_missing_is_done_in_part(
    database: Database, cast: Cast, task: int, say: Teller
) -> None:
    outcome = say(Told.DONE, counts={cast.chairs: 38}, text="Deux chaises cassées")
    seen = read(database, cast.manager, task)
    assert outcome.state is seen.state is TaskState.PARTIAL
    assert counts(seen) == {cast.chairs: 38, cast.tables: None}
    assert (seen.problem, seen.is_open) == ("Deux chaises cassées", True)
    assert seen.events[0].counts == {cast.chairs: 38}


def test_the_rest_of_a_part_can_be_done(
    database: Database, cast: Cast, clock: FixedClock, task: int, say: Teller
) -> None:
    say(Told.PARTIAL, text="Camion plein", counts={cast.chairs: 20, cast.tables: 5})
    clock.instant = FRIDAY + HOUR
    say(Told.STARTED)
    clock.instant = FRIDAY + 2 * HOUR
    say(Told.DONE)
    seen = read(database, cast.manager, task)
    assert (seen.state, seen.problem, seen.ended_at) == (TaskState.DONE, "", FRIDAY + 2 * HOUR)
    assert counts(seen) == {cast.chairs: 40, cast.tables: 5}
    assert seen.started_at == FRIDAY


def test_two_who_end_it_otherwise_are_both_heard(
    database: Database, cast: Cast, clock: FixedClock, task: int, say: Teller
) -> None:
    """A crew out of reach worked while the office wrote the delivery off."""
    clock.instant = FRIDAY + HOUR
    say(Told.IMPOSSIBLE, cast.administrator, text="Le camion est en panne")
    clock.instant = FRIDAY + 3 * HOUR
    late = {"seen_at": FRIDAY, "happened_at": FRIDAY + 2 * HOUR}
    outcome = say(Told.DONE, counts={cast.chairs: 40, cast.tables: 5}, receiver="Mme Roy", **late)
    assert (outcome.conflict, outcome.state) == (TaskState.PROBLEM, TaskState.PROBLEM)
    assert outcome.told_by == cast.administrator.name
    seen = read(database, cast.manager, task)
    assert (seen.state, seen.problem) == (TaskState.PROBLEM, "Le camion est en panne")
    kept = seen.events[-1]
    assert (kept.kind, kept.conflict, kept.receiver) == (Told.DONE, TaskState.PROBLEM, "Mme Roy")
    assert kept.counts == {cast.chairs: 40, cast.tables: 5}


def test_who_knew_may_tell_otherwise(
    database: Database, cast: Cast, clock: FixedClock, task: int, say: Teller
) -> None:
    say(Told.IMPOSSIBLE, cast.administrator, text="Portail fermé")
    clock.instant = FRIDAY + HOUR
    outcome = say(Told.DONE, seen_at=FRIDAY + HOUR)
    assert (outcome.conflict, outcome.state) == (None, TaskState.DONE)


def test_one_corrects_oneself_without_the_network(
    database: Database, cast: Cast, clock: FixedClock, task: int, say: Teller
) -> None:
    say(Told.DONE, happened_at=FRIDAY, seen_at=FRIDAY - HOUR)
    outcome = say(Told.PARTIAL, text="Une table manque", seen_at=FRIDAY - HOUR)
    assert (outcome.conflict, outcome.state) == (None, TaskState.PARTIAL)


def test_two_who_say_the_same_agree(
    database: Database, cast: Cast, clock: FixedClock, task: int, say: Teller
) -> None:
    say(Told.DONE, cast.administrator)
    clock.instant = FRIDAY + HOUR
    out_of_reach = {"seen_at": FRIDAY - HOUR, "happened_at": FRIDAY - HOUR / 2}
    assert say(Told.STARTED, **out_of_reach).conflict is None
    assert say(Told.DONE, **out_of_reach).conflict is None
    assert read(database, cast.manager, task).state is TaskState.DONE
    other = say(Told.DONE, counts={cast.chairs: 12}, **out_of_reach)
    assert other.conflict is TaskState.DONE, "another number of pieces is another outcome"


def test_work_that_is_no_longer_needed_is_told_all_the_same(
    database: Database, cast: Cast, task: int, booking: int, say: Teller
) -> None:
    database.write(lambda uow: cancel_booking(uow, cast.manager, booking, "Il pleut."))
    assert say(Told.DONE).conflict is TaskState.CANCELLED
    assert say(Told.NOTE, text="Tout est déchargé").conflict is None
    seen = read(database, cast.manager, task)
    assert (seen.state, len(seen.events)) == (TaskState.CANCELLED, 2)


def test_what_the_booking_shows_as_done_is_not_undone_from_out_of_reach(
    database: Database, cast: Cast, clock: FixedClock, task: int, booking: int, say: Teller
) -> None:
    database.write(lambda uow: prepare_booking(uow, cast.manager, booking))
    database.write(lambda uow: tell_check_out(uow, cast.manager, booking))
    clock.instant = FRIDAY + HOUR
    late = say(Told.IMPOSSIBLE, text="Personne sur place", seen_at=FRIDAY - HOUR)
    assert (late.conflict, late.state) == (TaskState.DONE, TaskState.DONE)


@pytest.mark.parametrize(
    ("report", "field"),
    [
        (Report(Told.PARTIAL, "a-good-key", text="  "), "reason"),
        (Report(Told.IMPOSSIBLE, "a-good-key"), "reason"),
        (Report(Told.NOTE, "a-good-key", text="x" * 2001), "reason"),
        (Report(Told.SIGNED, "a-good-key"), "receiver"),
        (Report(Told.SIGNED, "a-good-key", receiver="x" * 121), "receiver"),
        (Report(Told.PHOTO, "a-good-key"), "photo"),
        (Report(Told.DONE, "a-good-key", counts={1: -1}), "counts"),
        (Report(Told.DONE, "a-good-key", counts={1: 10**9}), "counts"),
        (Report(Told.DONE, "short"), "key"),
        (Report(Told.DONE, "clé interdite"), "key"),
    ],
)
def test_what_cannot_be_used_is_told_and_nothing_is_written(
    database: Database, cast: Cast, task: int, report: Report, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        database.write(lambda uow: tell(uow, cast.manager, task, report))
    assert [error.field for error in refused.value.errors] == [field]
    assert read(database, cast.manager, task).events == ()


def test_only_who_does_the_work_tells_of_it(
    database: Database, cast: Cast, task: int, say: Teller
) -> None:
    for stranger in (cast.alice, cast.other_manager):
        with pytest.raises(NotFound):
            say(Told.NOTE, stranger, text="Bonjour")
    with pytest.raises(Forbidden):
        say(Told.NOTE, cast.auditor, text="Bonjour")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_however_often_and_late_reports_come_each_is_there_once(
    database: Database, cast: Cast, task: int, data: st.DataObject
) -> None:
    """Law: sent again any number of times after its first arrival, a report changes nothing."""
    kinds = st.sampled_from([Told.STARTED, Told.DONE, Told.PARTIAL, Told.IMPOSSIBLE, Told.NOTE])
    told = data.draw(st.lists(kinds, min_size=1, max_size=6))
    prefix = f"law-{uuid4()}"
    before = len(read(database, cast.manager, task).events)
    reports = [
        Report(kind, f"{prefix}-{n}", text="Voilà", seen_at=FRIDAY - HOUR)
        for n, kind in enumerate(told)
    ]
    outcomes: dict[str, Outcome] = {}
    for number, report in enumerate(reports):
        who = data.draw(st.sampled_from([cast.manager, cast.administrator]))
        outcomes[report.key] = send(database, who, task, report)
        for again in data.draw(st.lists(st.sampled_from(reports[: number + 1]), max_size=3)):
            state = read(database, cast.manager, task).state
            repeated = send(database, cast.manager, task, again)
            assert repeated.is_repeated
            assert repeated.event_id == outcomes[again.key].event_id
            assert repeated.conflict == outcomes[again.key].conflict
            assert read(database, cast.manager, task).state is state
    assert len(read(database, cast.manager, task).events) == before + len(reports)


def send(database: Database, who: Principal, task: int, report: Report) -> Outcome:
    return database.write(lambda uow: tell(uow, who, task, report))


def test_counts_told_for_what_the_task_no_longer_carries_are_kept_as_told(
    database: Database, cast: Cast, task: int, say: Teller
) -> None:
    told: Mapping[int, int] = {cast.chairs: 40, cast.tables: 5, cast.barriers: 3}
    assert say(Told.DONE, counts=told).state is TaskState.DONE
    seen = read(database, cast.manager, task)
    assert seen.events[0].counts == told
    assert cast.barriers not in counts(seen)


def test_what_two_told_otherwise_is_shown_until_somebody_clears_it_up(
    database: Database, cast: Cast, clock: FixedClock, task: int, booking: int, say: Teller
) -> None:
    """Also when the booking is cancelled: a lorry was unloaded for nobody."""

    def contested() -> list[int]:
        with database.read() as uow:
            rows = list_tasks(uow, cast.manager, TaskFilter(clock.instant.date()))
        return [row.id for row in rows if row.is_contested]

    database.write(lambda uow: cancel_booking(uow, cast.manager, booking, "Il pleut."))
    assert contested() == []
    say(Told.DONE, cast.agent)
    clock.instant = FRIDAY + 30 * 24 * HOUR
    assert contested() == [task]
    say(Told.NOTE, cast.agent, text="Tout est sur place")
    assert contested() == [task], "who told it does not clear it up alone"
    say(Told.NOTE, text="Nous repassons le chercher")
    assert contested() == []
