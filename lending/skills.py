"""What agents hold and what work asks for: licences, machines, electrical work."""

import re
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


ASKED_BY_ITEMS = tuple(skill for skill in Skill if not skill.is_licence)
"""What an item may ask for; who may drive is a matter of the vehicle, not of what it carries."""

LIFTING = frozenset({Skill.CACES_FORKLIFT, Skill.CACES_CRANE})
"""What it takes to load and unload, whether or not the pieces are set up then."""


def read_skills(text: str) -> frozenset[Skill]:
    """Return the skills that codes name, separated by blanks, commas or semicolons.

    Raises:
        ValueError: one of the codes is none that an item may ask for.
    """
    found = frozenset(Skill(code) for code in re.split(r"[\s,;|]+", text.lower()) if code)
    if not found <= set(ASKED_BY_ITEMS):
        raise ValueError(text)
    return found


def write_skills(skills: Iterable[Skill]) -> str:
    """Return skills as `read_skills` reads them, always in the same order."""
    held = set(skills)
    return " ".join(skill.value for skill in Skill if skill in held)
