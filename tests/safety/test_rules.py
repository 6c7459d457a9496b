"""Which safety rules a loan brings: the tables of DOMAIN.md, and laws over all loans."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.bookings.models import Ground, SiteSetting
from lending.bookings.states import RefusalReason
from lending.catalogue.plugs import Plug
from lending.safety.rules import (
    CAUTIOUS_KMH,
    Code,
    Level,
    Piece,
    Question,
    SafetyNotice,
    WindDecision,
    notices,
    questions,
    together_dm2,
    wind_limit,
)

DAY = date(2026, 6, 5)
GAZEBO = Piece("Barnum 3x3", 1, 900, can_be_closed=True, wind_max_kmh=55, weight_g=32_000)
SMALL = Piece("Barnum 3x4,5", 1, 1350, can_be_closed=True, wind_max_kmh=55)
LARGE = Piece("Barnum 4x4", 1, 1600, can_be_closed=True, wind_max_kmh=60)
MARQUEE = Piece("Tente 5x12", 1, 6000, can_be_closed=True, wind_max_kmh=80)
OPEN = replace(LARGE, name="Parasol", can_be_closed=False)
WALL = Piece("Mur", 4, can_be_closed=True)
DECK = Piece("Praticable", 6, deck_area_dm2=200, drop_max_cm=100, weight_g=38_000)
SOUND = Piece("Sono", 1, power_w=2000, plug=Plug.A16)
BOX = Piece("Coffret", 1, plug=Plug.A32)
NOWHERE = SiteSetting()


def codes(*pieces: Piece, setting: SiteSetting = NOWHERE) -> set[Code]:
    return {notice.code for notice in notices(pieces, setting, DAY)}


def one(
    code: Code, *pieces: Piece, setting: SiteSetting = NOWHERE, wind: WindDecision | None = None
) -> SafetyNotice:
    return next(n for n in notices(pieces, setting, DAY, wind) if n.code is code)


def test_scenario_5_two_tents_of_3x3_placed_3_m_apart_bring_the_warning_of_cts_37() -> None:
    notice = one(Code.CTS_SMALL, replace(GAZEBO, quantity=2), setting=SiteSetting(tents_apart_m=3))
    assert (notice.level, notice.source) == (Level.WARNING, "CTS 37")
    assert dict(notice.values)["area"] == 18
    assert notice.refusal is RefusalReason.SAFETY_WIND_CTS


def test_scenario_6_a_forecast_of_75_kmh_on_the_day_before_is_a_no_go() -> None:
    decided = WindDecision(75, 55, is_go=False, by="Malik")
    first = notices([GAZEBO], NOWHERE, DAY, decided)[0]
    assert (first.code, first.level) == (Code.NO_GO, Level.BLOCKING)
    assert dict(first.values) == {"forecast": 75, "limit": 55, "by": "Malik"}


@pytest.mark.parametrize(
    ("pieces", "apart", "area"),
    [
        ([GAZEBO], None, 900),
        ([replace(GAZEBO, quantity=2)], None, 1800),
        ([replace(GAZEBO, quantity=2)], 4, 1800),
        ([replace(GAZEBO, quantity=2)], 5, 900),
        ([GAZEBO, SMALL], 0, 2250),
        ([GAZEBO, SMALL], 5, 1350),
        ([LARGE], 50, 1600),
        ([OPEN], None, 0),
        ([OPEN, WALL], None, 1600),
        ([MARQUEE, GAZEBO], 7, 6900),
        ([MARQUEE, GAZEBO], 8, 6000),
        ([WALL, DECK], None, 0),
    ],
)
def test_tents_are_one_where_they_stand_close(
    pieces: list[Piece], apart: int | None, area: int
) -> None:
    assert together_dm2(pieces, SiteSetting(tents_apart_m=apart)) == area


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([SMALL], set()),
        ([LARGE], {Code.CTS_SMALL}),
        ([replace(LARGE, quantity=3)], {Code.CTS_SMALL}),
        ([replace(LARGE, quantity=4)], {Code.CTS_FULL, Code.CTS_REGISTER, Code.CTS_INSPECTION}),
        ([MARQUEE], {Code.CTS_FULL, Code.CTS_REGISTER, Code.CTS_INSPECTION}),
    ],
)
def test_the_rules_for_tents_begin_at_16_and_at_50_square_metres(
    pieces: list[Piece], expected: set[Code]
) -> None:
    rules = {Code.CTS_SMALL, Code.CTS_FULL, Code.CTS_REGISTER, Code.CTS_INSPECTION}
    assert codes(*pieces) & rules == expected


def test_the_register_reaches_the_mayor_8_days_before() -> None:
    assert one(Code.CTS_REGISTER, MARQUEE).due == DAY - timedelta(days=8)


@pytest.mark.parametrize(
    ("pieces", "limit"),
    [
        ([DECK], None),
        ([GAZEBO, MARQUEE], 55),
        ([replace(MARQUEE, wind_max_kmh=130)], 100),
        ([replace(GAZEBO, wind_max_kmh=None)], CAUTIOUS_KMH),
    ],
)
def test_the_weakest_tent_says_how_much_wind_is_too_much(
    pieces: list[Piece], limit: int | None
) -> None:
    assert wind_limit(pieces) == limit


def test_the_forecast_is_asked_for_until_somebody_has_decided() -> None:
    asked = one(Code.WIND_LIMIT, GAZEBO)
    assert (asked.level, asked.due) == (Level.WARNING, DAY - timedelta(days=1))
    go = WindDecision(40, 55, is_go=True, by="Malik")
    assert one(Code.WIND_LIMIT, GAZEBO, wind=go).level is Level.INFO
    assert one(Code.GO, GAZEBO, wind=go).level is Level.INFO


def test_a_stage_carries_500_kg_a_square_metre() -> None:
    assert dict(one(Code.STAGE_LOAD, DECK).values) == {"load": 6000, "area": 12}


@pytest.mark.parametrize(("height", "rails"), [(None, True), (99, False), (100, True)])
def test_rails_are_needed_from_1_m_on(height: int | None, rails: bool) -> None:
    setting = SiteSetting(stage_height_cm=height)
    assert (Code.GUARD_RAILS in codes(DECK, setting=setting)) is rails


@pytest.mark.parametrize(
    ("pieces", "setting", "code"),
    [
        ([SOUND], SiteSetting(), Code.POWER_UNKNOWN),
        ([SOUND], SiteSetting(power=Plug.NONE), Code.POWER),
        ([SOUND], SiteSetting(power=Plug.A16, sockets=1), None),
        ([replace(SOUND, quantity=2)], SiteSetting(power=Plug.A16, sockets=1), Code.POWER),
        ([replace(SOUND, quantity=2)], SiteSetting(power=Plug.A16, sockets=2), None),
        ([BOX], SiteSetting(power=Plug.A16, sockets=20), Code.POWER),
        ([BOX, SOUND], SiteSetting(power=Plug.A32), None),
        ([replace(SOUND, quantity=20)], SiteSetting(power=Plug.A32), Code.POWER),
        ([GAZEBO], SiteSetting(), None),
    ],
)
def test_power_is_asked_for_and_compared(
    pieces: list[Piece], setting: SiteSetting, code: Code | None
) -> None:
    found = codes(*pieces, setting=setting) & {Code.POWER, Code.POWER_UNKNOWN}
    assert found == ({code} if code else set())


def test_too_little_power_is_told_six_weeks_before_with_its_reason() -> None:
    notice = one(Code.POWER, SOUND, setting=SiteSetting(power=Plug.NONE))
    assert notice.due == DAY - timedelta(weeks=6)
    assert notice.refusal is RefusalReason.SAFETY_POWER


def test_heavy_pieces_are_named() -> None:
    assert dict(one(Code.LIFTING, GAZEBO, SOUND).values) == {"names": "Barnum 3x3"}


@pytest.mark.parametrize(
    ("pieces", "asked"),
    [
        ([SOUND], {Question.POWER}),
        ([GAZEBO], {Question.GROUND}),
        ([replace(GAZEBO, quantity=2)], {Question.GROUND, Question.TENTS_APART}),
        ([DECK], {Question.STAGE_HEIGHT}),
        ([WALL], set()),
    ],
)
def test_only_what_the_equipment_needs_is_asked(pieces: list[Piece], asked: set[Question]) -> None:
    assert set(questions(pieces)) == asked


ANY_PIECE = st.builds(
    Piece,
    name=st.just("X"),
    quantity=st.integers(1, 30),
    tent_area_dm2=st.sampled_from([0, 900, 1600, 6000]),
    can_be_closed=st.booleans(),
    wind_max_kmh=st.none() | st.integers(1, 150),
    deck_area_dm2=st.sampled_from([0, 200]),
    drop_max_cm=st.none() | st.integers(1, 200),
    power_w=st.integers(0, 5000),
    plug=st.sampled_from(Plug),
    weight_g=st.integers(0, 100_000),
)
ANY_SETTING = st.builds(
    SiteSetting,
    st.none() | st.integers(0, 20),
    st.none() | st.sampled_from(Ground),
    st.none() | st.integers(0, 200),
    st.none() | st.sampled_from(Plug),
    st.integers(0, 20),
)


@given(st.lists(ANY_PIECE, max_size=6), ANY_SETTING)
def test_saying_nothing_of_the_place_never_hides_a_rule_for_tents(
    pieces: list[Piece], setting: SiteSetting
) -> None:
    assert together_dm2(pieces, NOWHERE) >= together_dm2(pieces, setting)


@given(st.lists(ANY_PIECE, max_size=6), ANY_PIECE, ANY_SETTING)
def test_more_equipment_is_never_safer(
    pieces: list[Piece], another: Piece, setting: SiteSetting
) -> None:
    before, after = wind_limit(pieces), wind_limit([*pieces, another])
    assert before is None or (after is not None and after <= before)
    if setting.tents_apart_m is None:
        assert together_dm2([*pieces, another], setting) >= together_dm2(pieces, setting)


@given(st.lists(ANY_PIECE, max_size=6), ANY_SETTING)
def test_every_notice_can_be_put_in_words_and_names_its_source(
    pieces: list[Piece], setting: SiteSetting
) -> None:
    found = notices(pieces, setting, DAY)
    assert len({notice.code for notice in found}) == len(found)
    for notice in found:
        values = dict(notice.values)
        assert notice.source
        assert notice.text % values
        assert notice.action % values
