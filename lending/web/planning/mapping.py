"""The rounds of a day as they are drawn on a map."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from flask_babel import gettext

from lending.logistics.crew_shifts import shift_name
from lending.logistics.rounds.cards import Board, Lane, Site
from lending.web.formats import clock


@dataclass(frozen=True)
class MapStop:
    """A marker: its number among the crew's stops, what is said of it, and its card."""

    number: int
    label: str
    card: str
    site: Site


@dataclass(frozen=True)
class MapRound:
    """A crew's way from its gate and back."""

    crew: str
    colour: str
    gate: Site | None
    stops: tuple[MapStop, ...]


def map_of(board: Board, day: date) -> tuple[MapRound, ...]:
    """Return the rounds that go somewhere; nothing where no site is known at all."""
    rounds = tuple(
        MapRound(
            lane.name,
            lane.colour.value if lane.colour else "",
            board.gates.get(shift_name(lane.crew_id, day)),
            stops,
        )
        for lane in board.of_day(day)
        if (stops := tuple(_stops(board, lane)))
    )
    is_known = any(not stop.site.is_guess for each in rounds for stop in each.stops)
    return rounds if is_known else ()


def _stops(board: Board, lane: Lane) -> list[MapStop]:
    return [
        MapStop(number, _label(lane, number), f"tache-{card.task.id}", site)
        for number, card in enumerate(lane.cards, start=1)
        if card.task.kind.is_on_site and (site := board.sites.get(card.task.id))
    ]


def _label(lane: Lane, number: int) -> str:
    card = lane.cards[number - 1]
    return str(
        gettext(
            "%(crew)s, stop %(number)d, %(when)s: %(task)s, %(who)s",
            crew=lane.name,
            number=number,
            when=clock(card.starts_at),
            task=gettext(card.task.kind.label),
            who=card.task.organisation,
        )
    )


def tiles_origin(tiles: str) -> str:
    """Return the server that tiles come from; nothing where it is this one, or there are none."""
    parts = urlsplit(tiles)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
