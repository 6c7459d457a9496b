"""What documents say: read from the database once, as plain values that are kept for ever."""
