"""Positions on the map are read as people paste them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.web.bookings.positions import position_text, read_position


@pytest.mark.parametrize(
    "text",
    [
        "48.11, -1.68",
        " 48.11 -1.68 ",
        "48.11°; -1.68°",
        "48,11; -1,68",
        "48,11 -1,68",
        "geo:48.11,-1.68?z=17",
        "https://www.openstreetmap.org/?mlat=48.11&mlon=-1.68#map=15/48.1/-1.6",
        "https://www.openstreetmap.org/#map=17/48.11/-1.68",
        "https://www.google.com/maps/@48.11,-1.68,17z",
        "https://maps.google.com/?q=48.11,-1.68",
    ],
)
def test_numbers_and_links_of_maps_are_known(text: str) -> None:
    assert read_position(text) == (48.11, -1.68)


@pytest.mark.parametrize("text", ["", "place du Marché", "148.11, 2.2", "48.11, 200.5", "12 34"])
def test_anything_else_is_no_position(text: str) -> None:
    assert read_position(text) is None


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_what_the_form_shows_is_read_back(latitude: float, longitude: float) -> None:
    found = read_position(position_text(latitude, longitude))
    assert found is not None
    assert found == pytest.approx((latitude, longitude), abs=1e-6)
