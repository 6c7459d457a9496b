"""Prove that an outcome follows the rule, by other means than those that found it.

Nothing here looks at how shares are worked out: it recounts the result.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lending.equity.allocation.values import Outcome, Part, Request, Stock, Want, order_of


@dataclass(frozen=True)
class Fault:
    """Something that the rule does not allow."""

    what: str
    request: str = ""
    item_id: int = 0
    at: int = 0


@dataclass(frozen=True)
class _Use:
    """What one want of one request was granted."""

    request: Request
    want: Want
    units: int


def faults(
    stocks: Iterable[Stock], requests: Sequence[Request], seed: str, outcome: Outcome
) -> list[Fault]:
    """Return everything in an outcome that breaks the rule; nothing for a right one."""
    uses = [
        _Use(request, want, grant.units)
        for request in requests
        for want, grant in zip(request.wants, outcome.grants[request.key], strict=True)
    ]
    by_item = {stock.item_id: stock for stock in stocks}
    found = [*_wrong_units(uses), *_torn(requests, outcome), *_over_stock(by_item, uses)]
    if order_of(tuple(requests), seed) != outcome.places:
        found.append(Fault("the places are not those of the seed"))
    positions = {place.organisation: place.position for place in outcome.places}
    return [*found, *_envied(by_item, uses, positions)]


def _wrong_units(uses: Iterable[_Use]) -> Iterator[Fault]:
    for use in uses:
        if not 0 <= use.units <= use.want.units:
            yield Fault("more than was asked, or less than nothing", use.request.key)


def _torn(requests: Iterable[Request], outcome: Outcome) -> Iterator[Fault]:
    for request in requests:
        grants = outcome.grants[request.key]
        full = [
            grant.units == want.units for want, grant in zip(request.wants, grants, strict=True)
        ]
        if request.whole and any(grant.units for grant in grants) and not all(full):
            yield Fault("wanted whole, granted in part", request.key)
        for want, grant in zip(request.wants, grants, strict=True):
            if want.whole and grant.units not in (0, want.units):
                yield Fault("wanted whole, granted in part", request.key)


def _over_stock(stocks: Mapping[int, Stock], uses: Sequence[_Use]) -> Iterator[Fault]:
    for item, at in _instants(stocks, uses):
        used = _used(uses, item, at)
        if used and used > _free(stocks, item, at):
            yield Fault("more than there is", item_id=item, at=at)


def _envied(
    stocks: Mapping[int, Stock], uses: Sequence[_Use], positions: Mapping[str, int]
) -> Iterator[Fault]:
    """Find who could have had more at the cost of somebody of the class who has more.

    A want that got less than it asked (all-or-nothing apart) must meet an instant of its time
    at which its unit is not free, and where every organisation of the class holds at most what
    its own holds, plus one unit (not even that if the other's place is behind), but for a
    remainder that is too small to make a unit.
    """
    instants: dict[int, list[int]] = defaultdict(list)
    for item, at in _instants(stocks, uses):
        instants[item].append(at)
    for use in uses:
        if use.units == use.want.units or use.want.whole or use.request.whole:
            continue
        if not any(
            _is_just(stocks, uses, positions, use, part, at)
            for part in use.want.parts
            for at in instants[part.item_id]
            if part.starts <= at < part.ends
        ):
            yield Fault("could have more", use.request.key)


def _is_just(
    stocks: Mapping[int, Stock],
    uses: Sequence[_Use],
    positions: Mapping[str, int],
    use: _Use,
    part: Part,
    at: int,
) -> bool:
    rank = use.request.rank
    before = [each for each in uses if each.request.rank <= rank]
    free = _free(stocks, part.item_id, at) - _used(before, part.item_id, at)
    if free >= part.pieces:
        return False
    peers = [each for each in uses if each.request.rank == rank]
    own = max(_most_held(peers, use.request.organisation, each) for each in use.want.parts)
    largest = max(each.pieces for each in use.want.parts)
    beyond = 0
    for name in {each.request.organisation for each in peers} - {use.request.organisation}:
        held = _used(
            [each for each in peers if each.request.organisation == name], part.item_id, at
        )
        behind = positions[name] > positions[use.request.organisation]
        allowed = own + largest - (largest == 1 and behind)
        beyond += max(0, held - allowed)
    # What others hold beyond that would not make a whole unit, or it would have gone round.
    return free + beyond < part.pieces


def _most_held(peers: Sequence[_Use], organisation: str, part: Part) -> int:
    """Return the most that an organisation holds of an item at an instant of a part."""
    own = [each for each in peers if each.request.organisation == organisation]
    starts = {each.starts for use in own for each in use.want.parts} | {part.starts}
    return max(_used(own, part.item_id, at) for at in starts if part.starts <= at < part.ends)


def _instants(stocks: Mapping[int, Stock], uses: Sequence[_Use]) -> Iterator[tuple[int, int]]:
    """Return the instants at which something of an item begins or ends."""
    found: dict[int, set[int]] = defaultdict(set)
    for use in uses:
        for part in use.want.parts:
            found[part.item_id].update((part.starts, part.ends))
    for item, instants in found.items():
        if item in stocks:
            instants.update(at for at, _ in stocks[item].changes)
            instants.update(at for taken in stocks[item].taken for at in taken[:2])
        for at in sorted(instants):
            yield item, at


def _used(uses: Iterable[_Use], item: int, at: int) -> int:
    return sum(
        use.units * part.pieces
        for use in uses
        for part in use.want.parts
        if part.item_id == item and part.starts <= at < part.ends
    )


def _free(stocks: Mapping[int, Stock], item: int, at: int) -> int:
    if item not in stocks:
        return 0
    stock = stocks[item]
    pieces = stock.pieces + sum(delta for when, delta in stock.changes if when <= at)
    taken = sum(quantity for starts, ends, quantity in stock.taken if starts <= at < ends)
    return max(0, pieces - taken)
