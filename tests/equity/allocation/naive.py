"""The definition of a share, taken literally: one piece at a time, one instant at a time."""

from collections.abc import Sequence

from lending.equity.allocation.values import Request, Stock, order_of

INSTANTS = range(9)


def naive_units(
    stocks: Sequence[Stock], requests: Sequence[Request], seed: str
) -> dict[str, list[int]]:
    """Return what each want is granted, where nothing is all-or-nothing."""
    place = {p.organisation: p.position for p in order_of(tuple(requests), seed)}
    free = {(stock.item_id, at): max(0, _free(stock, at)) for stock in stocks for at in INSTANTS}
    granted = {request.key: [0] * len(request.wants) for request in requests}
    for rank in sorted({request.rank for request in requests}):
        those = sorted(
            (request for request in requests if request.rank == rank),
            key=lambda request: (place[request.organisation], request.key),
        )
        _fill(those, free, granted)
    return granted


def _free(stock: Stock, at: int) -> int:
    there = stock.pieces + sum(delta for when, delta in stock.changes if when <= at)
    return there - sum(many for starts, ends, many in stock.taken if starts <= at < ends)


def _fill(
    requests: Sequence[Request], free: dict[tuple[int, int], int], granted: dict[str, list[int]]
) -> None:
    open_wants = {
        (request.key, index): (request, want)
        for request in requests
        for index, want in enumerate(request.wants)
    }
    organisations = list(dict.fromkeys(request.organisation for request in requests))
    level = 0
    while open_wants:
        level += 1
        for organisation in organisations:
            mine = [
                key
                for key, (request, _) in open_wants.items()
                if request.organisation == organisation
            ]
            for key in sorted(mine, key=lambda key: (granted[key[0]][key[1]], key)):
                want = open_wants[key][1]
                cells = [
                    (part, at)
                    for part in want.parts
                    for at in INSTANTS
                    if part.starts <= at < part.ends
                ]
                if any(free[part.item_id, at] < part.pieces for part, at in cells):
                    del open_wants[key]
                    continue
                if any(
                    _held(requests, granted, organisation, part.item_id, at) + part.pieces > level
                    for part, at in cells
                ):
                    continue
                for part, at in cells:
                    free[part.item_id, at] -= part.pieces
                granted[key[0]][key[1]] += 1
                if granted[key[0]][key[1]] == want.units:
                    del open_wants[key]


def _held(
    requests: Sequence[Request],
    granted: dict[str, list[int]],
    organisation: str,
    item: int,
    at: int,
) -> int:
    return sum(
        granted[request.key][index] * part.pieces
        for request in requests
        if request.organisation == organisation
        for index, want in enumerate(request.wants)
        for part in want.parts
        if part.item_id == item and part.starts <= at < part.ends
    )
