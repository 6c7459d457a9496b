"""Which pieces of a booking's lines belong to kits; pure work on its rows."""

from collections.abc import Mapping

from lending.bookings.models import Booking, LineKit


def pieces_in_kits(booking: Booking) -> dict[int, int]:
    """Return how many pieces of each item are parts of kits."""
    return {
        line.item_id: sum(tie.units * tie.per_unit for tie in line.kits) for line in booking.lines
    }


def units_of(booking: Booking) -> dict[int, int]:
    """Return how many of each kit are asked for."""
    return {tie.kit_id: tie.units for line in booking.lines for tie in line.kits}


def recipe_of(booking: Booking, kit_id: int) -> dict[int, int]:
    """Return what one unit of a kit in the booking takes of each item."""
    return {
        line.item_id: tie.per_unit
        for line in booking.lines
        for tie in line.kits
        if tie.kit_id == kit_id
    }


def untie(booking: Booking, kit_id: int) -> None:
    """Make the pieces of a kit pieces like others."""
    for line in booking.lines:
        line.kits[:] = [tie for tie in line.kits if tie.kit_id != kit_id]


def untie_broken(booking: Booking) -> None:
    """Untie the kits of lines that ask for less than they take: what remains are pieces."""
    taken = pieces_in_kits(booking)
    broken = {
        tie.kit_id
        for line in booking.lines
        for tie in line.kits
        if taken[line.item_id] > line.requested
    }
    for kit_id in broken:
        untie(booking, kit_id)


def tie(booking: Booking, kit_id: int, units: int, recipe: Mapping[int, int]) -> None:
    """Say that the lines of a recipe hold so many units of a kit that is not tied yet."""
    for line in booking.lines:
        if line.item_id in recipe:
            line.kits.append(LineKit(kit_id=kit_id, units=units, per_unit=recipe[line.item_id]))


def tie_like(booking: Booking, other: Booking) -> None:
    """Tie the lines of a copy as those of the other booking, as far as it holds them."""
    lines = {line.item_id for line in booking.lines}
    for kit_id, units in units_of(other).items():
        recipe = recipe_of(other, kit_id)
        if recipe.keys() <= lines:
            tie(booking, kit_id, units, recipe)
    untie_broken(booking)
