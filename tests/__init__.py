"""Specifications: what Tréteau does, in sentences that run."""
