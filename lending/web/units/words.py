"""How a unit and what is due for it are called on pages."""

from datetime import date
from typing import Protocol

from flask_babel import gettext

from lending.catalogue.conditions import Condition
from lending.catalogue.inspection_queries import Due
from lending.catalogue.label_codes import spaced
from lending.web.catalogue.cards import language
from lending.web.units import blueprint

CONDITION_LOOK = {
    Condition.NEW: ("good", "stars"),
    Condition.GOOD: ("good", "check-circle-fill"),
    Condition.FAIR: ("part", "circle-half"),
    Condition.POOR: ("wait", "exclamation-circle"),
    Condition.UNUSABLE: ("bad", "x-circle-fill"),
}


class Numbered(Protocol):
    """A unit, in whichever view of it."""

    @property
    def item(self) -> str:
        """Return the name of its item."""

    @property
    def item_en(self) -> str:
        """Return the name of its item in English, or nothing."""

    @property
    def number(self) -> int:
        """Return its number."""


@blueprint.app_template_filter("unit_name")
def unit_name(unit: Numbered) -> str:
    """Write "Tente pliante 3x3 n° 7"."""
    name = unit.item_en if unit.item_en and language() == "en" else unit.item
    return str(gettext("%(name)s no. %(number)d", name=name, number=unit.number))


@blueprint.app_template_filter("label_code")
def label_code(code: str) -> str:
    """Write a code in two groups, as its label does."""
    return spaced(code)


@blueprint.app_template_filter("condition_look")
def condition_look(condition: Condition) -> tuple[str, str]:
    """Return the tone and the icon of a condition."""
    return CONDITION_LOOK[condition]


@blueprint.app_template_test("due_by")
def is_due_by(due: Due, day: date) -> bool:
    """Return whether an inspection is asked for until this day, or failed."""
    return due.has_failed or due.due_on <= day
