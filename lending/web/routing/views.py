"""The blueprint with its views; apart, because pages of requests show parts of it too."""

from lending.web.routing import blueprint, delegations, opinions, passing_on

__all__ = ["blueprint", "delegations", "opinions", "passing_on"]
