"""The diagram of the states is drawn from their table."""

from pathlib import Path

from lending.bookings.diagram import states_page
from lending.bookings.states import MOVES, State

PAGE = Path(__file__).resolve().parents[2] / "docs" / "booking-states.md"


def test_the_page_says_what_the_table_says():
    assert PAGE.read_text(encoding="utf-8") == states_page()


def test_every_state_but_the_first_can_be_reached():
    assert {move.target for move in MOVES.values()} == set(State) - {State.DRAFT}
