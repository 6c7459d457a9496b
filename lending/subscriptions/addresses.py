"""The pages that entries lead to, as paths; a test holds them against the pages there are."""

from datetime import date

PROGRAMME_FEED = "/calendars/programme.ics"


def booking_page(booking_id: int) -> str:
    """Return the path of a booking's page."""
    return f"/demandes/{booking_id}"


def task_page(task_id: int) -> str:
    """Return the path of a task's page."""
    return f"/interventions/{task_id}"


def item_page(item_id: int) -> str:
    """Return the path of an item's page."""
    return f"/catalogue/{item_id}"


def programme_page(month: date, event_id: int) -> str:
    """Return the path of an event in the public programme."""
    return f"/programme?month={month:%Y-%m}#event-{event_id}"


def programme_feed(authority_code: str | None = None, language: str = "fr") -> str:
    """Return the path of the public programme's calendar, of one lender or of all."""
    name = f"/calendars/programme/{authority_code}.ics" if authority_code else PROGRAMME_FEED
    return name if language == "fr" else f"{name}?language={language}"
