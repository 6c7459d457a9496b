"""The decision record: append-only, each entry chained to the one before it."""
