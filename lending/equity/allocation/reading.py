"""Read back what a round decided about, from the plain values that a record keeps of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from lending.equity.allocation.values import Place, Request, Stock

_STOCKS = TypeAdapter(tuple[Stock, ...])
_REQUESTS = TypeAdapter(tuple[Request, ...])
_PLACES = TypeAdapter(tuple[Place, ...])


def read_inputs(
    values: Mapping[str, Any],
) -> tuple[tuple[Stock, ...], tuple[Request, ...], str]:
    """Return stocks, requests and seed.

    Raises:
        ValueError, KeyError: it is something else.
    """
    return (
        _STOCKS.validate_python(values["stocks"]),
        _REQUESTS.validate_python(values["requests"]),
        str(values["seed"]),
    )


def read_places(values: Any) -> tuple[Place, ...]:
    """Return the order of service.

    Raises:
        ValueError: it is something else.
    """
    return _PLACES.validate_python(values)


def granted_by_item(request: Request, units: Sequence[int]) -> dict[int, int]:
    """Return how many pieces of each item so many units of each want come to."""
    found: dict[int, int] = {}
    for want, number in zip(request.wants, units, strict=True):
        for part in want.parts:
            found[part.item_id] = found.get(part.item_id, 0) + number * part.pieces
    return found
