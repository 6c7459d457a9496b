"""Tréteau: a public authority lends its equipment to the associations of its territory."""

__version__ = "0.1.0"
