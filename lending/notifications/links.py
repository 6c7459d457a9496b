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


def documents(booking_id: int) -> str:
    """Return the path of a booking's documents, where its agreement is signed."""
    return f"/demandes/{booking_id}/documents"


def signing(secret: str) -> str:
    """Return the path on which whoever has the secret signs an agreement."""
    return f"/signer/{secret}"


def charge(charge_id: int) -> str:
    """Return the path of a charge, for both sides."""
    return f"/dommages/{charge_id}"


def paper(attachment_id: int) -> str:
    """Return the path of a paper, for both sides."""
    return f"/pieces/{attachment_id}"


def papers(organisation_id: int) -> str:
    """Return the path of an organisation's papers."""
    return f"/associations/{organisation_id}/pieces"


def papers_of(booking_id: int) -> str:
    """Return the path of the papers of a booking."""
    return f"/demandes/{booking_id}/pieces"


def hand_in(organisation_id: int, kind: str) -> str:
    """Return the path where an organisation hands in a paper of a kind."""
    return f"{papers(organisation_id)}/deposer?kind={kind}"


def shortage(item_id: int) -> str:
    """Return the path of an item's shortage."""
    return f"{SHORTAGES}#item-{item_id}"


def sheet(crew_id: int, day: date) -> str:
    """Return the path of a crew's round on a day."""
    return f"{ROUNDS}/{crew_id}/{day.isoformat()}"


def allocation(round_id: int) -> str:
    """Return the path of an allocation round."""
    return f"/tours-d-attribution/{round_id}"
