"""The pages that entries lead to, as paths; a test holds them against the pages there are."""


def booking_page(booking_id: int) -> str:
    """Return the path of a booking's page."""
    return f"/demandes/{booking_id}"


def item_page(item_id: int) -> str:
    """Return the path of an item's page."""
    return f"/catalogue/{item_id}"
