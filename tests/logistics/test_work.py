"""How long the field work of a loan takes, how many people, and when it may be done."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from calendars.intervals import Interval
from lending.logistics.kinds import TaskKind
from lending.logistics.loads import Pieces
from lending.logistics.work import (
    RATES,
    WIRING,
    Job,
    Rates,
    Room,
    crew_for,
    minutes_for,
    needs_lift_for,
    work_of,
)
from lending.skills import Skill

LIGHTS = Pieces(
    3, 4, weight_g=8_000, setup_seconds=2_400, min_crew=2, skills=frozenset({Skill.ELECTRICAL})
)
BLOCKS = Pieces(4, 2, weight_g=1_300_000, skills=frozenset({Skill.CACES_CRANE}))
PARIS = ZoneInfo("Europe/Paris")
CHAIRS = Pieces(1, 400, weight_g=4_000, volume_l=20, setup_seconds=18)
TENT = Pieces(2, 1, weight_g=60_000, volume_l=280, setup_seconds=2_700, min_crew=3)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=PARIS)


LOAN, EVENT = Interval(at(5, 16), at(8, 9)), Interval(at(6, 10), at(7, 23))


def job(*load: Pieces, carried: bool = True, set_up: bool = True, out: bool = False) -> Job:
    return Job(LOAN, EVENT, carried, set_up, not out, ((7, tuple(load)),))


def kinds(asked: Job, rates: Rates = RATES) -> list[TaskKind]:
    return [work.kind for work in work_of(asked, rates)]


def test_a_delivery_is_prepared_brought_fetched_and_put_away() -> None:
    assert kinds(job(CHAIRS)) == [
        TaskKind.PREPARE,
        TaskKind.DELIVER,
        TaskKind.COLLECT,
        TaskKind.CHECK_IN,
    ]


def test_what_is_electrical_is_connected_by_those_who_may() -> None:
    work = {each.kind: each for each in work_of(job(CHAIRS, LIGHTS))}
    assert list(work) == [
        TaskKind.PREPARE,
        TaskKind.DELIVER,
        TaskKind.CONNECT,
        TaskKind.DISCONNECT,
        TaskKind.COLLECT,
        TaskKind.CHECK_IN,
    ]
    electrical = frozenset({Skill.ELECTRICAL})
    assert {kind for kind, each in work.items() if each.skills} == WIRING
    assert work[TaskKind.CONNECT].skills == work[TaskKind.DISCONNECT].skills == electrical
    # The lights travel with the chairs, and are then connected: four of 40 minutes, by two.
    assert work[TaskKind.DELIVER].load == (CHAIRS, LIGHTS)
    assert work[TaskKind.CONNECT].load == (LIGHTS,)
    assert work[TaskKind.CONNECT].weight_g == 0
    assert (work[TaskKind.CONNECT].crew, work[TaskKind.CONNECT].minutes) == (2, 95)
    assert work[TaskKind.DISCONNECT].minutes == 75
    # What only travels adds its handling to the delivery, not its set-up.
    carried = replace(LIGHTS, skills=frozenset(), setup_seconds=0, min_crew=1)
    minutes = minutes_for(TaskKind.DELIVER, [CHAIRS, carried], 2, is_set_up=True)
    assert work[TaskKind.DELIVER].minutes == minutes


def test_what_is_only_brought_is_not_connected() -> None:
    carried = job(LIGHTS, set_up=False)
    assert WIRING.isdisjoint(kinds(carried))
    assert not any(each.skills for each in work_of(carried))
    assert WIRING.isdisjoint(kinds(job(LIGHTS, carried=False, set_up=False)))
    assert WIRING.isdisjoint(kinds(job(CHAIRS, LIGHTS.only(0))))


def test_once_it_is_out_it_is_still_connected_until_the_event_is_over() -> None:
    out = job(LIGHTS, out=True)
    assert kinds(out) == [
        TaskKind.CONNECT,
        TaskKind.DISCONNECT,
        TaskKind.COLLECT,
        TaskKind.CHECK_IN,
    ]
    assert TaskKind.CONNECT not in kinds(replace(out, is_over=True))


def test_what_a_crane_lifts_is_delivered_by_somebody_who_may_whether_set_up_or_not() -> None:
    for is_set_up in (True, False):
        skilled = {each.kind for each in work_of(job(BLOCKS, set_up=is_set_up)) if each.skills}
        assert skilled == {TaskKind.DELIVER, TaskKind.COLLECT}


def test_a_platform_is_asked_of_those_who_set_up_only() -> None:
    high = replace(CHAIRS, skills=frozenset({Skill.CACES_PLATFORM}))
    assert any(each.skills for each in work_of(job(high)))
    assert not any(each.skills for each in work_of(job(high, set_up=False)))


def test_the_trip_without_a_heavy_piece_asks_for_nobody_who_drives_a_crane() -> None:
    work = work_of(job(BLOCKS, CHAIRS), Rates(trip_weight_g=2_600_000))
    trips = [each for each in work if each.kind is TaskKind.DELIVER]
    assert [bool(each.skills) for each in trips] == [True, False]


def test_who_collects_at_the_depot_is_met_at_the_counter() -> None:
    assert kinds(job(CHAIRS, carried=False, set_up=False)) == [
        TaskKind.PREPARE,
        TaskKind.HAND_OUT,
        TaskKind.TAKE_BACK,
        TaskKind.CHECK_IN,
    ]


def test_once_it_is_out_only_the_way_back_is_left() -> None:
    assert kinds(job(CHAIRS, out=True)) == [TaskKind.COLLECT, TaskKind.CHECK_IN]


def test_nothing_to_carry_is_no_work() -> None:
    assert work_of(job()) == []


def test_a_load_larger_than_the_vehicle_takes_several_trips() -> None:
    work = work_of(job(CHAIRS), Rates(trip_weight_g=700_000))
    trips = [each for each in work if each.kind is TaskKind.DELIVER]
    assert [(each.part, each.parts, each.weight_g) for each in trips] == [
        (1, 3, 700_000),
        (2, 3, 700_000),
        (3, 3, 200_000),
    ]
    assert len([each for each in work if each.kind is TaskKind.PREPARE]) == 1


def test_trips_are_cut_for_the_vehicle_that_needs_the_fewest() -> None:
    def parts(*carriers: Room) -> list[int]:
        work = work_of(job(CHAIRS), Rates(carriers=carriers))
        return [each.weight_g for each in work if each.kind is TaskKind.DELIVER]

    lorry, van, box = Room(3_000_000, 30_000), Room(1_100_000, 12_000), Room(800_000, 20_000)
    # 1.6 t and 8 m³
    assert parts(lorry, van) == [1_600_000]
    assert parts(van) == [1_100_000, 500_000]
    assert parts(van, box) == [1_100_000, 500_000]
    # Where there is no vehicle, what the rates say.
    assert parts() == [1_600_000]


def test_what_is_light_and_large_goes_with_the_largest_box() -> None:
    foam = Pieces(5, 10, weight_g=10_000, volume_l=2_000)
    work = work_of(job(foam), Rates(carriers=(Room(3_000_000, 10_000), Room(800_000, 20_000))))
    assert len([each for each in work if each.kind is TaskKind.DELIVER]) == 1


def test_each_depot_prepares_and_sends_its_own() -> None:
    two = replace(job(CHAIRS), loads=((7, (CHAIRS,)), (8, (TENT,))))
    work = work_of(two)
    assert [each.depot_id for each in work if each.kind is TaskKind.DELIVER] == [7, 8]


def test_what_is_too_heavy_for_one_takes_two_and_a_tent_its_crew() -> None:
    assert crew_for(TaskKind.PREPARE, [CHAIRS], is_set_up=True) == 1
    assert crew_for(TaskKind.PREPARE, [TENT], is_set_up=True) == 2
    assert crew_for(TaskKind.DELIVER, [CHAIRS], is_set_up=False) == 2
    assert crew_for(TaskKind.DELIVER, [TENT], is_set_up=True) == 3
    assert crew_for(TaskKind.DELIVER, [TENT], is_set_up=False) == 2


def test_one_person_brings_what_is_heavy_with_a_tail_lift_but_does_not_set_it_up() -> None:
    alone = Rates(crew_on_site=1)
    brought = {each.kind: each for each in work_of(job(TENT, set_up=False), alone)}
    deliver, prepare = brought[TaskKind.DELIVER], brought[TaskKind.PREPARE]
    assert (deliver.crew, deliver.needs_lift) == (1, True)
    assert (prepare.crew, prepare.needs_lift) == (2, False)
    light = {each.kind: each for each in work_of(job(CHAIRS, set_up=False), alone)}
    assert not any(each.needs_lift for each in light.values())
    one = replace(TENT, min_crew=1)
    set_up = {each.kind: each for each in work_of(job(one), alone)}[TaskKind.DELIVER]
    assert (set_up.crew, set_up.needs_lift) == (2, False)


PIECES = st.builds(
    Pieces,
    st.integers(1, 9),
    st.integers(0, 5),
    weight_g=st.sampled_from([0, 4_000, 24_999, 25_000, 25_001, 60_000]),
    min_crew=st.integers(1, 5),
)


@given(st.sampled_from(TaskKind), st.lists(PIECES, max_size=4), st.booleans())
def test_nobody_lifts_more_than_25_kg_alone_whatever_the_work(
    kind: TaskKind, load: list[Pieces], is_set_up: bool
) -> None:
    crew = crew_for(kind, load, is_set_up)
    lifted = [pieces for pieces in load if pieces.quantity]
    if any(pieces.weight_g > 25_000 for pieces in lifted):
        assert crew >= 2
        assert not needs_lift_for(kind, load, is_set_up)
        alone = Rates(crew_on_site=1)
        assert crew_for(kind, load, is_set_up, alone) >= 2 or needs_lift_for(
            kind, load, is_set_up, alone
        )
    elif not kind.is_on_site:
        assert crew == 1
    # What is not there asks for nobody.
    assert crew == crew_for(kind, lifted, is_set_up)


def test_the_time_is_that_of_the_hands_shared_by_the_crew() -> None:
    # 400 chairs: 11 s to pick up each, twice; 18 s to set up: 16 000 s for two people
    assert minutes_for(TaskKind.DELIVER, [CHAIRS], 2, is_set_up=True) == 150
    assert minutes_for(TaskKind.DELIVER, [CHAIRS], 4, is_set_up=True) == 85
    # taken down in 70 % of the time
    assert minutes_for(TaskKind.COLLECT, [CHAIRS], 2, is_set_up=True) == 135
    assert minutes_for(TaskKind.DELIVER, [CHAIRS], 2, is_set_up=False) == 90
    assert minutes_for(TaskKind.PREPARE, [CHAIRS], 1, is_set_up=True) == 90


def test_the_event_stands_between_delivery_and_collection() -> None:
    windows = {work.kind: work.window for work in work_of(job(CHAIRS))}
    assert windows[TaskKind.PREPARE].end == LOAN.start
    assert windows[TaskKind.DELIVER] == Interval(LOAN.start, EVENT.start)
    assert windows[TaskKind.COLLECT] == Interval(EVENT.end, LOAN.end)
    assert windows[TaskKind.CHECK_IN].start == LOAN.end


HOURS = st.integers(0, 24 * 9)
SPANS = st.tuples(HOURS, st.integers(1, 24 * 9)).map(
    lambda span: Interval(
        at(5, 0) + timedelta(hours=span[0]), at(5, 0) + timedelta(hours=span[0] + span[1])
    )
)


@given(SPANS, SPANS, st.booleans(), st.integers(1, 3_000))
def test_every_task_fits_its_window(
    loan: Interval, event: Interval, carried: bool, pieces: int
) -> None:
    """Also where an event lies outside of its loan."""
    asked = job(CHAIRS.only(pieces), TENT, LIGHTS, carried=carried, set_up=carried)
    work = work_of(replace(asked, loan=loan, event=event))
    assert all(each.window.duration >= timedelta(minutes=each.minutes) for each in work)
    prepared = next(each for each in work if each.kind is TaskKind.PREPARE)
    assert prepared.window.end == loan.start
    if carried:
        # One after the other fits on the same side of the event.
        found = {each.kind: each for each in work}
        connect, disconnect = found[TaskKind.CONNECT], found[TaskKind.DISCONNECT]
        delivered, collected = found[TaskKind.DELIVER].window, found[TaskKind.COLLECT].window
        assert delivered.end + timedelta(minutes=connect.minutes) <= connect.window.end
        assert disconnect.window.start + timedelta(minutes=disconnect.minutes) <= collected.start


@given(st.integers(1, 1_000), st.integers(1, 1_000), st.sampled_from(TaskKind), st.booleans())
def test_more_never_takes_less_time(few: int, more: int, kind: TaskKind, set_up: bool) -> None:
    first, second = sorted((few, more))
    assert minutes_for(kind, [CHAIRS.only(first)], 2, set_up) <= minutes_for(
        kind, [CHAIRS.only(second)], 2, set_up
    )
