"""What builds addresses is compiled once a process, not once for every test's application."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

_builders: dict[object, Callable[..., Any]] = {}


class RememberedRule(Rule):
    """A rule that takes the function that builds its address from an equal one.

    Most of an application's start is compiling these functions, two for each rule.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Any]:
        key = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in _builders:
            _builders[key] = super()._compile_builder(append_unknown)
        return _builders[key]


def compile_routes_once() -> None:
    """Use these rules from now on."""
    Flask.url_rule_class = RememberedRule
