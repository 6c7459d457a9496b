"""Which statements there are, where they are made, what became of them."""

from enum import StrEnum

from lending.i18n import N_


class StatementKind(StrEnum):
    """Which way the equipment goes."""

    CHECK_OUT = "check_out"
    CHECK_IN = "check_in"

    @property
    def label(self) -> str:
        """Return the gettext id of the kind's name."""
        return {"check_out": N_("Check-out statement"), "check_in": N_("Check-in statement")}[
            self.value
        ]


class Place(StrEnum):
    """Where a statement is made."""

    DEPOT = "depot"
    SITE = "site"

    @property
    def label(self) -> str:
        """Return the gettext id of the place in words."""
        return {"depot": N_("At the depot"), "site": N_("On the site")}[self.value]


class Standing(StrEnum):
    """What became of a statement when it came."""

    COUNTED = "counted"
    """It has its effect."""
    AGREES = "agrees"
    """Somebody else had told the same before: it has none, and needs none."""
    KEPT = "kept"
    """It contradicts what was told meanwhile: somebody has to decide."""
    DISMISSED = "dismissed"
    """It contradicted, and somebody decided against it."""

    @property
    def label(self) -> str:
        """Return the gettext id of what became of it."""
        return {
            "counted": N_("Counted"),
            "agrees": N_("Confirms what was counted"),
            "kept": N_("To be cleared up"),
            "dismissed": N_("Set aside"),
        }[self.value]


class Fate(StrEnum):
    """What became of a numbered unit."""

    LEFT = "left"
    BACK = "back"
    DAMAGED = "damaged"
    LOST = "lost"

    @property
    def label(self) -> str:
        """Return the gettext id of what became of it."""
        return {
            "left": N_("It left"),
            "back": N_("Back"),
            "damaged": N_("It is broken"),
            "lost": N_("Gone for good"),
        }[self.value]
