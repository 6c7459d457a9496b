"""What sorts of skills, vehicles, colours and absences there are."""

from collections.abc import Iterable
from enum import StrEnum

from lending.i18n import N_


class Skill(StrEnum):
    """Something that one must hold, most of the time for a limited time, to do some work.

    Licences are those of the code de la route (R221-4); a CACES is an employer's permission to
    drive a machine, on a test that is repeated; electrical work takes an habilitation (R4544-9 of
    the code du travail).
    """

    LICENCE_B = "licence_b"
    LICENCE_B96 = "licence_b96"
    LICENCE_BE = "licence_be"
    LICENCE_C1 = "licence_c1"
    LICENCE_C1E = "licence_c1e"
    LICENCE_C = "licence_c"
    LICENCE_CE = "licence_ce"
    CACES_FORKLIFT = "caces_r489"
    CACES_CRANE = "caces_r490"
    CACES_PLATFORM = "caces_r486"
    ELECTRICAL = "electrical"

    @property
    def label(self) -> str:
        """Return the gettext id of the skill's name."""
        return SKILL_LABELS[self]

    @property
    def is_licence(self) -> bool:
        """Whether it is a licence to drive on roads."""
        return self in LICENCES


SKILL_LABELS = {
    Skill.LICENCE_B: N_("licence B"),
    Skill.LICENCE_B96: N_("licence B96"),
    Skill.LICENCE_BE: N_("licence BE"),
    Skill.LICENCE_C1: N_("licence C1"),
    Skill.LICENCE_C1E: N_("licence C1E"),
    Skill.LICENCE_C: N_("licence C"),
    Skill.LICENCE_CE: N_("licence CE"),
    Skill.CACES_FORKLIFT: N_("forklift (CACES R489)"),
    Skill.CACES_CRANE: N_("lorry crane (CACES R490)"),
    Skill.CACES_PLATFORM: N_("lifting platform (CACES R486)"),
    Skill.ELECTRICAL: N_("electrical work"),
}

_B, _B96, _BE = Skill.LICENCE_B, Skill.LICENCE_B96, Skill.LICENCE_BE
_C1, _C1E, _C, _CE = (
    Skill.LICENCE_C1,
    Skill.LICENCE_C1E,
    Skill.LICENCE_C,
    Skill.LICENCE_CE,
)
LICENCES: dict[Skill, frozenset[Skill]] = {
    _B: frozenset(),
    _B96: frozenset({_B}),
    _BE: frozenset({_B, _B96}),
    _C1: frozenset({_B}),
    _C1E: frozenset({_B, _B96, _BE, _C1}),
    _C: frozenset({_B, _C1}),
    _CE: frozenset({_B, _B96, _BE, _C1, _C1E, _C}),
}
"""Each licence, with the others that it includes or is not given without."""


def with_included(skills: Iterable[Skill]) -> frozenset[Skill]:
    """Return the skills with the licences that they include."""
    held = frozenset(skills)
    return held.union(*(LICENCES.get(skill, frozenset()) for skill in held))


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
