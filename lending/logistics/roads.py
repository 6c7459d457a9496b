"""How long drives take, for plans that are made and for plans that are checked.

A service that is set up is asked before a plan is worked out, never inside a transaction. What it
told is kept, and from then on everybody counts with it; where it told nothing, an estimate from
the great circle stands in, pair by pair.
"""

import logging
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from time import monotonic

from sqlalchemy import bindparam, delete, select, text

from lending.db.base import UtcDateTime
from lending.db.database import Database, UnitOfWork
from lending.logistics.planner.travel import MANOEUVRE, GreatCircle
from lending.logistics.planner.values import Place, Problem
from lending.logistics.road_services import RoadService, RoadsUnavailable, Seconds
from lending.logistics.roads_models import Road

KEPT = timedelta(days=90)
"""How long a measure holds: roads are built and closed."""
PATIENCE = 60.0
"""Seconds for all questions before one plan: who plans is not to be taken for dead."""
ESTIMATED = "great circle"
log = logging.getLogger(__name__)

_WRITE = text(
    "INSERT INTO road (kind, origin, destination, minutes, source, measured_at)"
    " VALUES (:kind, :origin, :destination, :minutes, :source, :measured_at)"
    " ON CONFLICT (kind, origin, destination) DO UPDATE SET"
    " minutes = excluded.minutes, source = excluded.source, measured_at = excluded.measured_at"
).bindparams(bindparam("measured_at", type_=UtcDateTime()))

Pair = tuple[str, str]
"""Where a drive begins and where it ends, as `Road` has it."""


@dataclass(frozen=True)
class Measure:
    """A drive as a service told it."""

    minutes: int | None
    """None: it knows no road."""
    source: str


@dataclass(frozen=True)
class KnownRoads:
    """What services have measured between some places, and estimates for the rest."""

    measured: Mapping[str, Mapping[Pair, Measure]] = field(default_factory=dict)
    """By kind of vehicle."""
    places: tuple[Place, ...] = ()
    """Those that were looked up."""

    def matrix(self, places: Sequence[Place], kind: str) -> list[list[int]]:
        """Return minutes, rounded up."""
        rows = GreatCircle().matrix(places, kind)
        known = self.measured.get(kind)
        if not known:
            return rows
        names = [point_of(place) for place in places]
        for here, origin in enumerate(names):
            for there, destination in enumerate(names):
                found = known.get((origin, destination))
                if found is not None and found.minutes is not None and rows[here][there]:
                    rows[here][there] = found.minutes
        return rows

    @property
    def source(self) -> str:
        """Return who told the drives: `osrm`, `great circle`, `osrm, 3 pairs by great circle`."""
        told = [each for known in self.measured.values() for each in known.values()]
        names = sorted({each.source for each in told if each.minutes is not None})
        if not names:
            return ESTIMATED
        pairs = _pairs(self.places, self.places)
        missing = sum(
            known.get(pair, Measure(None, "")).minutes is None
            for known in self.measured.values()
            for pair in pairs
        )
        rest = f", {missing} {'pair' if missing == 1 else 'pairs'} by {ESTIMATED}"
        return " and ".join(names) + (rest if missing else "")


def point_of(place: Place) -> str:
    """Return where a place is, to some ten metres."""
    # Adding nothing makes -0.0 to 0.0: one point, one name.
    return f"{round(place.latitude, 4) + 0:.4f},{round(place.longitude, 4) + 0:.4f}"


def known_roads(uow: UnitOfWork, problem: Problem) -> KnownRoads:
    """Return what tells the minutes between a problem's places; it asks nobody outside."""
    kinds = kinds_of(problem)
    return KnownRoads(
        {kind: _measured(uow, problem.places, kind) for kind in kinds}, problem.places
    )


def kinds_of(problem: Problem) -> list[str]:
    """Return the kinds of vehicles that drive in a problem."""
    return sorted({shift.vehicle.kind for shift in problem.shifts})


def measure_roads(
    database: Database,
    service: RoadService,
    places: Sequence[Place],
    kinds: Iterable[str],
    patience: float = PATIENCE,
) -> int:
    """Ask a service for the drives that are not known, and keep them. Returns how many it told.

    When it fails or takes too long, what it told before is kept, and that is logged. It must not
    be called inside a transaction.
    """
    deadline, told = monotonic() + patience, 0
    database.write(_forget_old)
    for kind in kinds:
        with database.read() as uow:
            known = _measured(uow, places, kind)
        for origins, destinations in _questions(places, known, service.most):
            if monotonic() > deadline:
                log.warning("%s takes too long: the other drives are estimated", service.name)
                return told
            try:
                found = service.seconds(origins, destinations, kind)
            except RoadsUnavailable as error:
                log.warning("%s told no drives, they are estimated: %s", service.name, error)
                return told
            rows = _rows(origins, destinations, found)
            told += len(rows)
            database.write(partial(_keep, kind=kind, rows=rows, source=service.name))
    return told


def _measured(uow: UnitOfWork, places: Sequence[Place], kind: str) -> dict[Pair, Measure]:
    points = {point_of(place) for place in places}
    rows = uow.session.execute(
        select(Road.origin, Road.destination, Road.minutes, Road.source).where(
            Road.kind == kind,
            Road.origin.in_(points),
            Road.destination.in_(points),
            Road.measured_at > uow.now - KEPT,
        )
    )
    return {(row.origin, row.destination): Measure(row.minutes, row.source) for row in rows}


def _pairs(origins: Iterable[Place], destinations: Collection[Place]) -> set[Pair]:
    """Return the drives there are: none from a point to itself."""
    ends = {point_of(place) for place in destinations}
    starts = {point_of(place) for place in origins}
    return {(start, end) for start in starts for end in ends if start != end}


def _questions(
    places: Sequence[Place], known: Collection[Pair], most: int
) -> Iterator[tuple[list[Place], list[Place]]]:
    """Split the drives that are not known into tables that a service answers."""
    missing: dict[str, set[str]] = defaultdict(set)
    for start, end in _pairs(places, places):
        if (start, end) not in known:
            missing[start].add(end)
    at = {point_of(place): place for place in places}
    starts = [point for point in at if point in missing]
    for first in range(0, len(starts), most):
        some = starts[first : first + most]
        wanted = set().union(*(missing[start] for start in some))
        ends = [point for point in at if point in wanted]
        for second in range(0, len(ends), most):
            yield [at[start] for start in some], [at[end] for end in ends[second : second + most]]


def _rows(
    origins: Sequence[Place], destinations: Sequence[Place], found: Seconds
) -> dict[Pair, int | None]:
    """Return whole minutes, never less than the drive and the parking take."""
    return {
        (point_of(origin), point_of(destination)): (
            None if seconds is None else math.ceil(seconds / 60 + MANOEUVRE)
        )
        for origin, row in zip(origins, found, strict=True)
        for destination, seconds in zip(destinations, row, strict=True)
        if point_of(origin) != point_of(destination)
    }


def _keep(uow: UnitOfWork, kind: str, rows: Mapping[Pair, int | None], source: str) -> None:
    """Write measures down, over what somebody else wrote meanwhile; all in one order."""
    values = [
        {
            "kind": kind,
            "origin": origin,
            "destination": destination,
            "minutes": minutes,
            "source": source,
            "measured_at": uow.now,
        }
        for (origin, destination), minutes in sorted(rows.items())
    ]
    if values:
        uow.session.execute(_WRITE, values)


def _forget_old(uow: UnitOfWork) -> None:
    uow.session.execute(delete(Road).where(Road.measured_at <= uow.now - KEPT))
