"""What sorts of vehicles, colours and absences there are."""

from enum import StrEnum

from lending.i18n import N_
from lending.skills import LICENCES, SKILL_LABELS, Skill, with_included

__all__ = [
    "LICENCES",
    "SKILL_LABELS",
    "AbsenceKind",
    "Colour",
    "Skill",
    "VehicleClass",
    "with_included",
]


class VehicleClass(StrEnum):
    """How fast it is on the road; the value is the planner's word."""

    LIGHT = "VL"
    HEAVY = "PL"

    @property
    def label(self) -> str:
        """Return the gettext id of the class's name."""
        return CLASS_LABELS[self]


CLASS_LABELS = {
    VehicleClass.LIGHT: N_("light vehicle, up to 3.5 t"),
    VehicleClass.HEAVY: N_("heavy vehicle, above 3.5 t"),
}


class Colour(StrEnum):
    """A crew's colour; never the only thing that tells crews apart."""

    BLUE = "blue"
    GREEN = "green"
    ORANGE = "orange"
    PURPLE = "purple"
    PINK = "pink"
    BROWN = "brown"
    TEAL = "teal"
    GREY = "grey"

    @property
    def label(self) -> str:
        """Return the gettext id of the colour's name."""
        return COLOUR_LABELS[self]


COLOUR_LABELS = {
    Colour.BLUE: N_("blue"),
    Colour.GREEN: N_("green"),
    Colour.ORANGE: N_("orange"),
    Colour.PURPLE: N_("purple"),
    Colour.PINK: N_("pink"),
    Colour.BROWN: N_("brown"),
    Colour.TEAL: N_("teal"),
    Colour.GREY: N_("grey"),
}


class AbsenceKind(StrEnum):
    """Why somebody is away, no finer than planning needs: nothing tells of anybody's health."""

    LEAVE = "leave"
    TRAINING = "training"
    AWAY = "away"

    @property
    def label(self) -> str:
        """Return the gettext id of the kind's name."""
        return ABSENCE_LABELS[self]


ABSENCE_LABELS = {
    AbsenceKind.LEAVE: N_("On leave"),
    AbsenceKind.TRAINING: N_("In training"),
    AbsenceKind.AWAY: N_("Away"),
}
