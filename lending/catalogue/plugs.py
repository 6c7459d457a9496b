"""Plugs of equipment and sockets of places: which fits into which, and how much it gives."""

from enum import StrEnum

from lending.i18n import N_


class Plug(StrEnum):
    """A plug, or the strongest socket of a place."""

    NONE = "none"
    A16 = "16a"
    A32 = "32a"
    A63 = "63a"

    @property
    def label(self) -> str:
        """Return the gettext id of the plug's name."""
        return {
            "none": N_("No electricity"),
            "16a": N_("Ordinary sockets, 16 A"),
            "32a": N_("Three phases, 32 A"),
            "63a": N_("Three phases, 63 A"),
        }[self.value]

    @property
    def rank(self) -> int:
        """Return a number that is larger for what gives more."""
        return list(Plug).index(self)

    def watts(self, sockets: int) -> int:
        """Return what a place gives at most: each ordinary socket counts, of the others one."""
        if self is Plug.A16:
            return 16 * 230 * sockets
        return {Plug.NONE: 0, Plug.A32: 22_000, Plug.A63: 43_000}[self]
