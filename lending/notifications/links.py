"""The pages that messages lead to, as paths; a test holds them against the pages there are."""

from datetime import date

MESSAGES = "/messages"
PREFERENCES = "/messages/reglages"
START = "/demandes/nouvelle"
SHORTAGES = "/manques"
ROUNDS = "/tournees"
OWN_ORGANISATION = "/association"


def booking(booking_id: int) -> str:
    """Return the path of a booking as its organisation reads it."""
    return f"/demandes/{booking_id}"


def answer(booking_id: int) -> str:
    """Return the path of why a booking was answered as it was."""
    return f"/demandes/{booking_id}/reponse"


def pieces(booking_id: int) -> str:
    """Return the path where what is missing is handed in."""
    return f"/demandes/{booking_id}/completer"


def decision(booking_id: int) -> str:
    """Return the path of a booking as the staff decides it."""
    return f"/a-traiter/{booking_id}"


def shortage(item_id: int) -> str:
    """Return the path of an item's shortage."""
    return f"{SHORTAGES}#item-{item_id}"


def sheet(crew_id: int, day: date) -> str:
    """Return the path of a crew's round on a day."""
    return f"{ROUNDS}/{crew_id}/{day.isoformat()}"


def allocation(round_id: int) -> str:
    """Return the path of an allocation round."""
    return f"/tours-d-attribution/{round_id}"
