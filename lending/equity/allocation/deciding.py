"""Decide a round: classes first, then shares, then what is wanted whole or not at all."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lending.equity.allocation.moments import Moments, Shelf
from lending.equity.allocation.sharing import Filling, fill, groups_of
from lending.equity.allocation.values import (
    Grant,
    Limit,
    Outcome,
    Place,
    Request,
    Squeeze,
    Stock,
    order_of,
)


@dataclass(frozen=True)
class _Whole:
    """Something that is wanted whole: a request, or one want of it."""

    key: str
    index: int | None
    place: int


def decide(stocks: Iterable[Stock], requests: Iterable[Request], seed: str) -> Outcome:
    """Return what each request is granted, and why; the order of the input does not matter.

    What is wanted whole takes part like the rest. If it ends below all of it, it is set aside,
    the one with the last place first, and the class is shared anew; at the end each one set aside
    is tried once more, the first place first. So all-or-nothing never takes more than a share.

    Raises:
        ValueError: a key is used twice, or a class, a quantity or a time makes no sense.
    """
    everyone = tuple(sorted(requests, key=lambda request: request.key))
    _check(everyone)
    places = order_of(everyone, seed)
    moments = Moments(stocks, everyone)
    by_name = {place.organisation: place for place in places}
    grants: dict[str, tuple[Grant, ...]] = {}
    for rank in sorted({request.rank for request in everyone}):
        those = [request for request in everyone if request.rank == rank]
        grants |= _Class(moments, those, by_name).decide()
    return Outcome(grants, places)


def _check(requests: Sequence[Request]) -> None:
    if len({request.key for request in requests}) != len(requests):
        raise ValueError("two requests have the same key")
    for request in requests:
        if request.rank < 1 or request.served < 0:
            raise ValueError(f"{request.key}: a rank counts from 1, what was served from 0")
        for want in request.wants:
            if want.units < 1 or not want.parts:
                raise ValueError(f"{request.key}: a want is of at least one unit of something")
            if any(part.starts >= part.ends or part.pieces < 1 for part in want.parts):
                raise ValueError(f"{request.key}: a part takes pieces for some time")
            if len({part.item_id for part in want.parts}) != len(want.parts):
                raise ValueError(f"{request.key}: a kit names an item once")


class _Class:
    """The requests of one priority class, and what the classes before left."""

    def __init__(
        self, moments: Moments, requests: Sequence[Request], places: Mapping[str, Place]
    ) -> None:
        self._moments = moments
        self._requests = {request.key: request for request in requests}
        self._places = places
        self._left = {shelf: list(free) for shelf, free in moments.free.items()}
        self._spans = {
            (request.key, index): tuple(moments.span(part) for part in want.parts)
            for request in requests
            for index, want in enumerate(request.wants)
        }
        self._asked = self._demand()
        self._groups = groups_of(self._spans.values())
        self._members: dict[Shelf, list[tuple[str, int]]] = defaultdict(list)
        for which, spans in self._spans.items():
            self._members[self._groups[spans[0].shelf]].append(which)
        self._aside: set[_Whole] = set()
        self._filled: dict[tuple[str, int], Filling] = {}
        self._short: set[tuple[str, int]] = set()

    def decide(self) -> dict[str, tuple[Grant, ...]]:
        self._share(set(self._groups.values()))
        while failing := self._failing():
            self._set_aside(max(failing, key=lambda whole: (whole.place, whole.key)))
        for whole in sorted(self._aside, key=lambda whole: (whole.place, whole.key)):
            self._try_again(whole)
        return {
            key: tuple(self._grant((key, index)) for index in range(len(request.wants)))
            for key, request in self._requests.items()
        }

    def _share(self, groups: set[Shelf]) -> None:
        """Share these groups of shelves anew, among those that are not set aside."""
        for shelf, group in self._groups.items():
            if group in groups:
                self._moments.free[shelf][:] = self._left[shelf]
        for group in groups:
            members = self._members[group]
            fillings = [self._filling(which) for which in members if self._takes_part(which)]
            fill(self._moments, fillings)
            self._short.difference_update(members)
            for which in members:
                self._filled.pop(which, None)
            for each in fillings:
                self._filled[each.key, each.index] = each
                if each.units < each.want.units:
                    self._short.add((each.key, each.index))

    def _filling(self, which: tuple[str, int]) -> Filling:
        key, index = which
        request = self._requests[key]
        return Filling(
            key=key,
            index=index,
            organisation=request.organisation,
            place=self._place(key),
            served=self._places[request.organisation].served,
            want=request.wants[index],
            spans=self._spans[which],
        )

    def _place(self, key: str) -> int:
        return self._places[self._requests[key].organisation].position

    def _takes_part(self, which: tuple[str, int]) -> bool:
        key, index = which
        place = self._place(key)
        return not self._aside & {_Whole(key, None, place), _Whole(key, index, place)}

    def _failing(self) -> set[_Whole]:
        """Return what is wanted whole, takes part, and did not get all of it."""
        found = set()
        for key, index in self._short:
            request = self._requests[key]
            if request.whole:
                found.add(_Whole(key, None, self._place(key)))
            elif request.wants[index].whole:
                found.add(_Whole(key, index, self._place(key)))
        return found

    def _set_aside(self, whole: _Whole) -> None:
        self._aside.add(whole)
        self._share(self._groups_of(whole))

    def _try_again(self, whole: _Whole) -> None:
        self._aside.remove(whole)
        self._share(self._groups_of(whole))
        if self._failing():
            self._set_aside(whole)

    def _groups_of(self, whole: _Whole) -> set[Shelf]:
        indexes = (
            range(len(self._requests[whole.key].wants)) if whole.index is None else (whole.index,)
        )
        return {self._groups[self._spans[whole.key, index][0].shelf] for index in indexes}

    def _grant(self, which: tuple[str, int]) -> Grant:
        filled = self._filled.get(which)
        if filled is None:
            return Grant(0, Limit.WHOLE, self._tightest(which))
        if filled.limit is None or filled.stretch is None:
            tightest = self._tightest(which)
            scarce = tightest.asked > tightest.free
            return Grant(filled.units, Limit.MET if scarce else Limit.ENOUGH, tightest)
        squeeze = self._squeeze(*filled.stretch)
        nothing_left = squeeze.free < max(span.pieces for span in filled.spans)
        return Grant(filled.units, Limit.RANK if nothing_left else filled.limit, squeeze)

    def _tightest(self, which: tuple[str, int]) -> Squeeze:
        """Return the moment of a want at which most is missing for all who ask."""
        moments = (
            self._squeeze(span.shelf, stretch)
            for span in self._spans[which]
            for stretch in range(span.first, span.behind)
        )
        return max(moments, key=lambda one: one.asked - one.free)

    def _squeeze(self, shelf: Shelf, stretch: int) -> Squeeze:
        edges = self._moments.edges[shelf]
        return Squeeze(
            shelf.item_id,
            edges[stretch],
            edges[stretch + 1],
            self._left[shelf][stretch],
            self._asked[shelf][stretch],
        )

    def _demand(self) -> dict[Shelf, list[int]]:
        """Return how many pieces the class asks for in each stretch of each shelf."""
        found = {shelf: [0] * len(free) for shelf, free in self._moments.free.items()}
        for (key, index), spans in self._spans.items():
            units = self._requests[key].wants[index].units
            for shelf, first, behind, pieces in spans:
                for stretch in range(first, behind):
                    found[shelf][stretch] += units * pieces
        return found
