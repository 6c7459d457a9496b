"""Rounds of allocation as use cases: who takes part, what comes out, and adopting it."""
