"""Public holidays are those of the place, under their name."""

from datetime import date

import pytest

from calendars.holidays import (
    SCHOOL_HOLIDAYS,
    SCHOOL_HOLIDAYS_UNTIL,
    SCHOOL_ZONES,
    SchoolHoliday,
    holiday_names,
    public_holidays,
    school_holidays,
    subdivision_of,
)


def test_the_country_has_eleven_public_holidays() -> None:
    days = public_holidays(2026)
    assert len(days) == 11
    assert [h.name for h in days if h.day == date(2026, 7, 14)] == ["Fête nationale"]
    assert [h.day for h in days] == sorted(h.day for h in days)


@pytest.mark.parametrize(
    ("insee", "day", "name"),
    [
        ("67482", date(2026, 12, 26), "Saint-Étienne"),
        ("68066", date(2026, 4, 3), "Vendredi saint"),
        ("57463", date(2026, 12, 26), "Saint-Étienne"),
        ("97411", date(2026, 12, 20), "Abolition de l'esclavage"),
    ],
)
def test_places_with_holidays_of_their_own_have_them(insee: str, day: date, name: str) -> None:
    subdivision = subdivision_of(insee)
    assert subdivision is not None
    assert holiday_names(day, day, subdivision) == {day: name}
    assert day not in {h.day for h in public_holidays(day.year)}


def test_other_places_have_none_of_their_own() -> None:
    assert subdivision_of("76540") is None
    assert subdivision_of("2A004") is None


def test_names_can_be_had_in_english() -> None:
    assert holiday_names(date(2026, 12, 25), date(2026, 12, 25), language="en") == {
        date(2026, 12, 25): "Christmas Day"
    }


def test_a_period_over_new_year_has_the_holidays_of_both_years() -> None:
    assert list(holiday_names(date(2025, 12, 20), date(2026, 1, 5))) == [
        date(2025, 12, 25),
        date(2026, 1, 1),
    ]


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="subdivision"):
        public_holidays(2026, "Atlantis")
    with pytest.raises(ValueError, match="holidays"):
        public_holidays(2026, language="xx")


@pytest.mark.parametrize(
    ("zone", "winter", "spring"),
    [
        ("A", (date(2028, 2, 19), date(2028, 3, 5)), (date(2028, 4, 22), date(2028, 5, 8))),
        ("B", (date(2028, 2, 5), date(2028, 2, 20)), (date(2028, 4, 8), date(2028, 4, 23))),
        ("C", (date(2028, 2, 12), date(2028, 2, 27)), (date(2028, 4, 15), date(2028, 5, 1))),
    ],
)
def test_each_zone_has_school_holidays_of_its_own(
    zone: str, winter: tuple[date, date], spring: tuple[date, date]
) -> None:
    assert school_holidays(zone, date(2028, 2, 1), date(2028, 5, 20)) == (
        SchoolHoliday(*winter, "Vacances d'hiver"),
        SchoolHoliday(*spring, "Vacances de printemps"),
    )


def test_school_holidays_are_whole_across_the_new_year_and_in_both_languages() -> None:
    assert school_holidays("B", date(2027, 1, 1), date(2027, 1, 1)) == (
        SchoolHoliday(date(2026, 12, 19), date(2027, 1, 3), "Vacances de Noël"),
    )
    (christmas,) = school_holidays("B", date(2027, 1, 1), date(2027, 1, 1), "en")
    assert christmas.name == "Christmas Break"


def test_school_holidays_end_where_the_ministry_has_decided_nothing_yet() -> None:
    for zone in SCHOOL_ZONES:
        summer = school_holidays(zone, date(2028, 6, 1), date(2040, 1, 1))
        assert [found.last for found in summer] == [SCHOOL_HOLIDAYS_UNTIL]
    with pytest.raises(ValueError, match="Corse"):
        school_holidays("Corse", date(2026, 1, 1), date(2026, 12, 31))


def test_every_zone_has_an_official_address() -> None:
    assert set(SCHOOL_ZONES) < set(SCHOOL_HOLIDAYS)
    assert len(set(SCHOOL_HOLIDAYS.values())) == 13
