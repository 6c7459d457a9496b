"""Public holidays are those of the place, under their name."""

from datetime import date

import pytest

from calendars.holidays import holiday_names, public_holidays, subdivision_of


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
