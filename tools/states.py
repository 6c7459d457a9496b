"""Draw the states of a booking from their table: `python -m tools.states` writes the page."""

from pathlib import Path

from lending.bookings.states import HOLDS, MOVES, State

PAGE = Path(__file__).resolve().parents[1] / "docs" / "booking-states.md"

HEAD = """# The states of a booking

Drawn from the table in `lending/bookings/states.py` by `python -m tools.states`; a test compares.

"""


def page() -> str:
    """Return the page: the diagram, and what each move requires."""
    return "\n".join([HEAD.rstrip("\n"), "", *_diagram(), "", *_states(), "", *_moves(), ""])


def _diagram() -> list[str]:
    arrows = [
        f"    {source} --> {move.target}: {move.label}"
        for move in MOVES.values()
        for source in State
        if source in move.sources
    ]
    return ["```mermaid", "stateDiagram-v2", "    [*] --> draft", *arrows, "```"]


def _states() -> list[str]:
    rows = [
        f"| `{state}` | {state.label} | {HOLDS[state].value if state in HOLDS else '—'} |"
        for state in State
    ]
    return ["| State | Shown as | Takes stock as |", "|---|---|---|", *rows]


def _moves() -> list[str]:
    rows = [
        f"| `{name}` | {move.label} | {move.action or 'the installation itself'} | "
        f"{'yes' if move.needs_reason else 'no'} |"
        for name, move in MOVES.items()
    ]
    return ["| Move | Shown as | Permission | Needs a reason |", "|---|---|---|---|", *rows]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
