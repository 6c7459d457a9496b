"""How a lower room tells a higher one what happened, in the same transaction.

Subscribers are registered once, in the composition root. A subscriber that raises undoes the
whole use case: what must not do so belongs behind the outbox.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

Event = TypeVar("Event")


class Events:
    """A synchronous registry: event class to the functions that want to know."""

    def __init__(self) -> None:
        self._subscribers: dict[type, list[Callable[[Any, Any], None]]] = defaultdict(list)

    def subscribe(self, kind: type[Event], subscriber: Callable[[Event, Any], None]) -> None:
        """Call `subscriber(event, uow)` for each event of this very class."""
        self._subscribers[kind].append(subscriber)

    def publish(self, event: object, uow: Any) -> None:
        """Tell the subscribers of the event's class, in the order of their registration."""
        for subscriber in self._subscribers[type(event)]:
            subscriber(event, uow)
