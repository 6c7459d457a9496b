"""What a round decided about and what came of it, as plain values that can be written and read.

Lists, whole numbers and text only: a record keeps them in its one way of writing, and whoever reads
them decides again.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter

from lending.equity.allocation.values import Outcome, Request, Stock

Plain = dict[str, Any]

_STOCKS = TypeAdapter(tuple[Stock, ...])
_REQUESTS = TypeAdapter(tuple[Request, ...])
_OUTCOME = TypeAdapter(Outcome)


def inputs_json(stocks: Iterable[Stock], requests: Iterable[Request], seed: str) -> Plain:
    """Return everything that `decide` is asked, the same for any order of it."""
    by_item = tuple(sorted(stocks, key=lambda stock: stock.item_id))
    by_key = tuple(sorted(requests, key=lambda request: request.key))
    return {
        "seed": seed,
        "stocks": _STOCKS.dump_python(by_item, mode="json"),
        "requests": _REQUESTS.dump_python(by_key, mode="json"),
    }


def inputs_from_json(
    values: Mapping[str, Any],
) -> tuple[tuple[Stock, ...], tuple[Request, ...], str]:
    """Return what `inputs_json` wrote: stocks, requests, seed.

    Raises:
        ValueError, KeyError: it is something else.
    """
    return (
        _STOCKS.validate_python(values["stocks"]),
        _REQUESTS.validate_python(values["requests"]),
        str(values["seed"]),
    )


def outcome_json(outcome: Outcome) -> Plain:
    """Return what came of a round."""
    found: Plain = _OUTCOME.dump_python(outcome, mode="json")
    return found


def outcome_from_json(values: Mapping[str, Any]) -> Outcome:
    """Return what `outcome_json` wrote.

    Raises:
        ValueError: it is something else.
    """
    return _OUTCOME.validate_python(values)


def granted_by_item(request: Request, outcome: Outcome) -> dict[int, int]:
    """Return how many pieces of each item a request was granted, kits taken apart."""
    found: dict[int, int] = {}
    for want, grant in zip(request.wants, outcome.grants[request.key], strict=True):
        for part in want.parts:
            found[part.item_id] = found.get(part.item_id, 0) + grant.units * part.pieces
    return found
