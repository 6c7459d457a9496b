"""The operations, by subject. Each parses nothing, calls one service or query, and answers."""

from functools import cache

from lending.api.operations import Operation
from lending.api.routes import (
    attachments,
    authorities,
    availability,
    bookings,
    decisions,
    documents,
    handover,
    items,
    kits,
    organisations,
    plans,
    policies,
    record,
    rounds,
    routing,
    stock,
    subscriptions,
    tasks,
    units,
)


@cache
def all_operations() -> tuple[Operation, ...]:
    """Return every operation, in the order in which they are described."""
    subjects = (
        authorities,
        policies,
        items,
        kits,
        stock,
        units,
        organisations,
        attachments,
        bookings,
        decisions,
        record,
        routing,
        rounds,
        handover,
        documents,
        tasks,
        plans,
        availability,
        subscriptions,
    )
    return tuple(operation for subject in subjects for operation in subject.operations.listed)
