"""Which permission each operation of the API needs, on whose object, and a body that is sound."""

from base64 import b64encode
from typing import Any

from lending.accounts.permissions import Action
from tests.support.papers import picture
from tests.web.routes import Owner, Route

FRIDAY, MONDAY = "2026-07-03T16:00:00+02:00", "2026-07-06T09:00:00+02:00"


def _of(owner: Owner, action: Action, *names: str) -> dict[str, Route]:
    return {f"api.{name}": Route(action, owner) for name in names}


API_ROUTES: dict[str, Route] = {
    **_of(
        Owner.NOBODY, Action.BROWSE_CATALOGUE,
        "read_authorities", "read_authority", "list_items", "read_item", "list_categories",
        "read_item_availability", "read_availability", "list_kits", "read_kit",
    ),
    **_of(Owner.NOBODY, Action.SEE_POLICY, "list_policies", "read_policy_in_force"),
    **_of(Owner.TOWN, Action.EDIT_CATALOGUE, "add_item", "change_item", "add_kit"),
    **_of(Owner.TOWN, Action.SEE_STOCK_DETAILS, "list_stock_movements", "list_item_maintenance"),
    **_of(
        Owner.TOWN, Action.MANAGE_STOCK,
        "add_stock_movement", "add_maintenance", "end_maintenance_now",
        "add_item_units", "change_unit",
    ),
    **_of(Owner.TOWN, Action.SEE_STOCK_DETAILS, "list_item_units", "read_unit"),
    **_of(
        Owner.BOOKING, Action.HAND_OVER,
        "read_booking_units", "choose_booking_unit", "name_booking_unit",
    ),
    "api.read_organisations": Route(Action.SEE_ORGANISATION),
    "api.add_organisation": Route(Action.VERIFY_ORGANISATION),
    **_of(Owner.CHOIR, Action.SEE_ORGANISATION, "read_organisation"),
    **_of(Owner.CHOIR, Action.EDIT_ORGANISATION, "change_organisation"),
    **_of(Owner.CHOIR, Action.VERIFY_ORGANISATION, "verify", "reject"),
    **_of(
        Owner.CHOIR, Action.SEE_PAPERS,
        "list_organisation_attachments", "read_attachment", "read_attachment_content",
    ),
    **_of(
        Owner.CHOIR, Action.HAND_IN_PAPERS, "add_organisation_attachment", "withdraw_attachment"
    ),
    **_of(Owner.CHOIR, Action.CHECK_PAPERS, "accept_attachment", "decline_attachment"),
    "api.list_booking_attachments": Route(
        Action.SEE_PAPERS, Owner.BOOKING, on_object=Action.SEE_BOOKING
    ),
    "api.add_booking_attachment": Route(
        Action.HAND_IN_PAPERS, Owner.BOOKING, on_object=Action.SEE_BOOKING
    ),
    "api.read_bookings": Route(Action.SEE_BOOKING),
    **_of(Owner.BOOKING, Action.CREATE_BOOKING, "add_booking"),
    **_of(Owner.BOOKING, Action.SEE_BOOKING, "read_booking"),
    **_of(
        Owner.BOOKING, Action.EDIT_BOOKING, "change", "throw_away", "submit", "wait", "complete"
    ),
    **_of(Owner.BOOKING, Action.CANCEL_BOOKING, "cancel"),
    **_of(Owner.BOOKING, Action.REVIEW_BOOKING, "review", "pieces", "redirect"),
    **_of(Owner.BOOKING, Action.GIVE_OPINION, "opine"),
    **_of(Owner.BOOKING, Action.SEE_INBOX, "read_opinions"),
    **_of(Owner.BOOKING, Action.DECIDE_BOOKING, "approve", "refuse", "waiting_list"),
    **_of(Owner.BOOKING, Action.HAND_OVER, "prepare", "hand_over", "take_back", "close"),
    **_of(Owner.BOOKING, Action.SEE_BOOKING, "read_decisions", "read_statements"),
    "api.read_charges": Route(Action.SEE_CHARGE),
    **_of(Owner.BOOKING, Action.SEE_CHARGE, "read_charge"),
    **_of(Owner.BOOKING, Action.ANSWER_CHARGE, "accept", "contest"),
    **_of(Owner.BOOKING, Action.SEE_BOOKING, "read_decisions"),
    **_of(Owner.BOOKING, Action.SEE_BOOKING, "read_documents", "read_document"),
    "api.read_tasks": Route(Action.SEE_TASKS),
    **_of(Owner.BOOKING, Action.DO_TASKS, "start", "done", "partial", "problem"),
    **_of(Owner.BOOKING, Action.SEE_TASKS, "read_task"),
    **_of(
        Owner.TOWN, Action.MANAGE_MEANS,
        "add_plan", "read_plan", "apply_plan", "drop_plan", "publish_plan",
    ),
    **_of(Owner.NOBODY, Action.SEE_POLICY, "list_rounds", "read_allocation_round"),
    **_of(Owner.TOWN, Action.SEE_INBOX, "read_shares"),
    **_of(Owner.TOWN, Action.MANAGE_POLICY, "announce", "dry_run", "adopt", "give_up"),
    "api.read_subscriptions": Route(Action.SUBSCRIBE),
    "api.add_subscription": Route(
        Action.SUBSCRIBE, Owner.CHOIR, on_object=Action.SEE_ORGANISATION
    ),
    "api.drop_subscription": Route(
        owner=Owner.ALICE, signed_in=True, instead=Action.MANAGE_USERS
    ),
}  # fmt: skip

PERIOD = f"?start={FRIDAY}&end={MONDAY}".replace("+", "%2B")
API_QUERIES = {
    "api.read_item_availability": PERIOD,
    "api.read_availability": PERIOD,
    "api.read_decisions": "?booking_id={booking_id}",
}


def api_body(endpoint: str, arguments: dict[str, object]) -> dict[str, Any]:
    """Return a body that could be accepted: a refusal is then about the reader, not the body."""
    item, choir, town = (arguments[f"{n}_id"] for n in ("item", "organisation", "authority"))
    reason = {"reason": "Il pleut."}
    sample = b64encode(picture()).decode()
    bodies: dict[str, dict[str, Any]] = {
        "add_item": {"authority_id": town, "category": "seats", "code": "BAN", "name": "Banc"},
        "add_kit": {
            "authority_id": town,
            "code": "K",
            "name": "Kit",
            "parts": [{"item_id": item, "quantity": 1}],
        },
        "change_item": {"name": "Chaise"},
        "add_item_units": {"first": 50, "count": 2},
        "change_unit": {"condition": "fair"},
        "choose_booking_unit": {"unit_id": arguments["unit_id"]},
        "name_booking_unit": {"fate": "back"},
        "add_stock_movement": {"quantity_delta": 1, "effective_at": FRIDAY, **reason},
        "add_maintenance": {"quantity": 1, "start": FRIDAY, "end": MONDAY, **reason},
        "add_organisation": {"name": "Fanfare", "rna": "W001000888", "commune_insee": "00101"},
        "change_organisation": {"address": "1 place du Kiosque"},
        "reject": reason,
        "add_organisation_attachment": {"kind": "statutes", "content": sample},
        "add_booking_attachment": {"kind": "site_plan", "content": sample},
        "accept_attachment": {"valid_until": "2026-12-31"},
        "decline_attachment": reason,
        "contest": {"words": "Elle était déjà cassée."},
        "problem": reason,
        "partial": reason,
        "add_booking": {
            "organisation_id": choir,
            "authority_id": town,
            "event": {"name": "Kermesse"},
            "start": FRIDAY,
            "end": MONDAY,
            "lines": [{"item_id": item, "quantity": 1}],
        },
        "change": {"note": "Merci"},
        "cancel": reason,
        "pieces": {"what": "L'attestation d'assurance."},
        "refuse": {"reason_code": "LATE", **reason},
        "waiting_list": reason,
        "redirect": {"authority_id": 2, **reason},
        "opine": {"department_id": 1, "verdict": "favourable"},
        "add_plan": {"date": "2026-06-03", "authority_id": town},
        "announce": {
            "authority_id": town,
            "period_start": "2026-09-01T00:00:00+02:00",
            "period_end": "2026-10-01T00:00:00+02:00",
            "opens_at": "2026-07-01T00:00:00+02:00",
            "cut_off_at": "2026-08-01T00:00:00+02:00",
        },
        "give_up": reason,
        "add_subscription": {"view": "organisation", "id": choir},
    }
    return bodies.get(endpoint.removeprefix("api."), {})
