"""In what condition a piece is (the five steps that French depots write on their sheets)."""

from enum import StrEnum

from lending.i18n import N_


class Condition(StrEnum):
    """How good a piece is, from new to of no use."""

    NEW = "new"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNUSABLE = "unusable"

    @property
    def label(self) -> str:
        """Return the gettext id of the condition's name."""
        return {
            "new": N_("New"),
            "good": N_("Good"),
            "fair": N_("Worn"),
            "poor": N_("Poor"),
            "unusable": N_("Out of use"),
        }[self.value]
