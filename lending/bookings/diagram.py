"""Draw the states of a booking from their table, as a Mermaid diagram."""

from lending.accounts.permissions import PERMISSIONS, ROLE_LABELS
from lending.bookings.states import LABELS, MOVES, Move, State

HEAD = """# States of a booking

Drawn from the table in `lending/bookings/states.py` by `python -m lending.bookings.diagram`;
a test compares. Every move writes a transition: old state, new state, actor, reason, instant.

"""


def states_page() -> str:
    """Return the page of documentation, Markdown with a Mermaid diagram and two tables."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> draft"]
    lines += [
        f"    {source} --> {move.target}: {move.name}"
        for move in MOVES.values()
        for source in sorted(move.sources)
    ]
    lines += ["```", "", "| state | meaning | stock |", "| --- | --- | --- |"]
    lines += [f"| `{state}` | {LABELS[state]} | {_stock(state)} |" for state in State]
    lines += ["", "| move | meaning | who | reason |", "| --- | --- | --- | --- |"]
    lines += [
        f"| `{move.name}` | {move.label} | {_who(move)} |"
        f" {'required' if move.needs_reason else ''} |"
        for move in MOVES.values()
    ]
    return HEAD + "\n".join(lines) + "\n"


def _stock(state: State) -> str:
    return f"held as {state.holds}" if state.holds else ""


def _who(move: Move) -> str:
    if move.action is None:
        return "the installation"
    return ", ".join(ROLE_LABELS[role].lower() for role in PERMISSIONS[move.action])


if __name__ == "__main__":
    print(states_page(), end="")
