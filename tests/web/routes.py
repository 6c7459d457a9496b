"""Which permission each route needs, on whose object: declared once more, apart from the code.

A new route stands here or `test_every_route_with_every_role` fails.
"""

from dataclasses import dataclass
from enum import Enum, auto

from lending.accounts.permissions import Action


class Owner(Enum):
    """Whose object a route is about in the walk."""

    NOBODY = auto()
    """No object: whoever may do the action anywhere may come in."""
    BOOKING = auto()
    """The choir's booking at the town."""
    TOWN = auto()
    """An item, a depot, a maintenance of the town."""
    CHOIR = auto()
    """The choir itself."""
    ALICE = auto()
    """What belongs to Alice alone, and to no role."""


@dataclass(frozen=True)
class Route:
    """What a route needs; without an action, it is open to whoever `signed_in` lets in."""

    action: Action | None = None
    owner: Owner = Owner.NOBODY
    signed_in: bool = False
    also: Action | None = None
    """A second action that is needed."""
    on_object: Action | None = None
    """The action that decides on the object, where the door asks for another one."""
    instead: Action | None = None
    """An action that opens it to others than its owner."""
    by_secret: bool = False
    """The address itself is the secret: whoever has it reads."""


PUBLIC = Route()
SIGNED_IN = Route(signed_in=True)
ALICES = Route(owner=Owner.ALICE, signed_in=True)
SECRET = Route(by_secret=True)


def _of(owner: Owner, action: Action, room: str, *views: str) -> dict[str, Route]:
    return {f"{room}.{view}": Route(action, owner) for view in views}


ROUTES: dict[str, Route] = {
    "home.show": PUBLIC,
    "health.alive": PUBLIC,
    "health.ready": PUBLIC,
    "preferences.choose": PUBLIC,
    "about.accessibility": PUBLIC,
    "static": PUBLIC,
    "api.openapi": PUBLIC,
    "reference.show": PUBLIC,
    "bootstrap.static": PUBLIC,
    "feeds.show": SECRET,
    "feeds.programme": PUBLIC,
    "programme.index": Route(Action.SEE_PROGRAMME),
    "programme.follow": Route(Action.SEE_PROGRAMME),
    **_of(Owner.NOBODY, Action.SEE_POLICY, "policies", "choose", "show", "version"),
    **_of(
        Owner.TOWN, Action.MANAGE_POLICY, "policies",
        "prepare", "begin", "edit", "drop", "try_out", "publish",
    ),
    # accounts
    "accounts.sign_in": PUBLIC,
    "accounts.sign_out": PUBLIC,
    "accounts.register": Route(Action.REGISTER_ORGANISATION),
    "accounts.registered": Route(Action.SEE_ORGANISATION),
    "accounts.show": SIGNED_IN,
    "accounts.password": SIGNED_IN,
    "accounts.language": SIGNED_IN,
    "accounts.end_others": SIGNED_IN,
    "accounts.end_one": ALICES,
    # organisations
    "organisations.own": Route(Action.SEE_ORGANISATION),
    "organisations.index": Route(Action.LIST_ORGANISATIONS),
    "organisations.create": Route(Action.VERIFY_ORGANISATION),
    **_of(Owner.CHOIR, Action.SEE_ORGANISATION, "organisations", "show"),
    **_of(Owner.CHOIR, Action.EDIT_ORGANISATION, "organisations", "edit"),
    **_of(Owner.CHOIR, Action.VERIFY_ORGANISATION, "organisations",
        "verify", "reject", "add_contact", "reset_contact",
    ),
    # what they hand in
    **_of(Owner.CHOIR, Action.SEE_PAPERS, "attachments", "index", "show", "file"),
    **_of(Owner.CHOIR, Action.HAND_IN_PAPERS, "attachments", "give", "withdraw"),
    **_of(Owner.CHOIR, Action.CHECK_PAPERS, "attachments", "accept", "decline"),
    "attachments.of_booking": Route(
        Action.SEE_PAPERS, Owner.BOOKING, on_object=Action.SEE_BOOKING
    ),
    "attachments.give_for": Route(
        Action.HAND_IN_PAPERS, Owner.BOOKING, on_object=Action.SEE_BOOKING
    ),
    # what is safe
    **_of(Owner.BOOKING, Action.EDIT_BOOKING, "safety", "setting"),
    **_of(Owner.BOOKING, Action.DO_TASKS, "safety", "wind"),
    # administration
    **_of(
        Owner.NOBODY, Action.MANAGE_USERS, "administration",
        "index", "people", "create_person", "person", "give_role", "take_role",
        "deactivate", "reactivate", "new_password_for", "tokens", "revoke", "assign",
    ),
    "administration.authorities": Route(Action.MANAGE_AUTHORITY),
    **_of(Owner.TOWN, Action.MANAGE_AUTHORITY, "administration", "authority", "depot"),
    # catalogue
    **_of(Owner.NOBODY, Action.BROWSE_CATALOGUE, "catalogue", "index", "item", "photo", "kits"),
    **_of(
        Owner.NOBODY, Action.EDIT_CATALOGUE, "catalogue",
        "create", "new_kit", "families", "create_family", "edit_family",
    ),
    **_of(
        Owner.TOWN, Action.EDIT_CATALOGUE, "catalogue",
        "companions", "edit_kit_page", "drop_kit", "restore_kit",
        "edit", "ask_photo", "take_photo", "ask_deactivate", "deactivate", "reactivate",
    ),
    **_of(Owner.TOWN, Action.MANAGE_STOCK, "catalogue", "move", "maintain", "ask_end", "end"),
    # numbered units
    "units.due": Route(Action.SEE_STOCK_DETAILS),
    "units.scan": Route(Action.SEE_STOCK_DETAILS),
    "units.found": Route(Action.BROWSE_CATALOGUE),
    **_of(
        Owner.TOWN, Action.SEE_STOCK_DETAILS, "units",
        "index", "show", "register", "labels", "labels_file",
    ),
    **_of(
        Owner.TOWN, Action.MANAGE_STOCK, "units",
        "add", "edit", "retire", "restore", "kinds", "record", "end_kind",
    ),
    **_of(
        Owner.BOOKING, Action.HAND_OVER, "assigning",
        "show", "scan", "choose", "propose", "let_go", "back", "lost",
    ),
    # bookings
    "bookings.index": Route(Action.SEE_BOOKING),
    "bookings.start": Route(Action.CREATE_BOOKING),
    **_of(Owner.BOOKING, Action.SEE_BOOKING, "bookings", "show", "sent", "plan", "why"),
    **_of(Owner.BOOKING, Action.CREATE_BOOKING, "bookings", "copy"),
    **_of(Owner.BOOKING, Action.CANCEL_BOOKING, "bookings", "cancel"),
    **_of(
        Owner.BOOKING, Action.EDIT_BOOKING, "bookings",
        "logistics", "elsewhere", "other_dates", "complete", "conflict", "dates", "submit",
        "equivalent", "event", "set_line", "remove_line", "wait", "equipment", "set_dates",
        "change", "part", "reduce", "delete", "review", "announce", "keep", "set_kits",
    ),
    # documents
    **_of(Owner.BOOKING, Action.SEE_BOOKING, "documents", "index", "file", "copy"),
    **_of(Owner.TOWN, Action.ISSUE_DOCUMENT, "documents",
        "draft", "issue", "link", "withdraw", "state_value",
    ),
    **_of(Owner.BOOKING, Action.SIGN_AGREEMENT, "documents", "sign_now"),
    **_of(Owner.BOOKING, Action.HAND_IN_AGREEMENT, "documents", "hand_in"),
    **_of(Owner.TOWN, Action.MANAGE_AUTHORITY, "documents",
        "letterhead", "new_signatory", "last_day", "take_logo", "logo",
    ),
    "documents.sign": SECRET,
    "documents.sign_file": SECRET,
    # closed days
    "closures.choose": Route(Action.MANAGE_CLOSURES),
    "allocations.index": Route(Action.SEE_POLICY),
    "allocations.show": Route(Action.SEE_POLICY),
    **_of(
        Owner.TOWN,
        Action.MANAGE_POLICY,
        "allocations",
        *("announce", "attempt", "adopt", "give_up"),
    ),
    **_of(
        Owner.TOWN, Action.MANAGE_CLOSURES, "closures",
        "index", "close", "follow", "keep_holidays",
        "ask_open", "reopen", "read_now", "ask_remove", "remove",
    ),
    # the staff's pages
    "inbox.index": Route(Action.SEE_INBOX),
    "board.index": Route(Action.SEE_BOARD),
    "shortages.index": Route(Action.SEE_SHORTAGES),
    **_of(Owner.NOBODY, Action.SEE_JOBS, "jobs", "index", "show"),
    "jobs.run": Route(Action.RUN_JOBS),
    # messages
    "messages.index": SIGNED_IN,
    "messages.open_one": ALICES,
    "messages.mark_one": ALICES,
    "messages.mark_all": SIGNED_IN,
    "messages.preferences": SIGNED_IN,
    "messages.failures": Route(Action.SEE_MAIL),
    "messages.retry": Route(Action.SEE_MAIL, Owner.TOWN),
    "messages.retry_all": Route(Action.SEE_MAIL),
    **_of(Owner.NOBODY, Action.SEE_RECORD, "audit", "index", "heads"),
    **_of(Owner.TOWN, Action.SEE_RECORD, "audit", "check", "export"),
    "logistics.index": Route(Action.SEE_TASKS),
    **_of(Owner.BOOKING, Action.SEE_TASKS, "logistics", "show"),
    **_of(Owner.BOOKING, Action.DO_TASKS, "logistics", "start", "finish", "report", "say"),
    **_of(Owner.BOOKING, Action.SEE_TASKS, "logistics", "picture"),
    "rounds.index": Route(Action.SEE_TASKS),
    "rounds.session": Route(Action.DO_TASKS),
    "rounds.offline": PUBLIC,
    "rounds.worker": PUBLIC,
    **_of(Owner.TOWN, Action.SEE_TASKS, "rounds", "sheet"),
    **_of(Owner.BOOKING, Action.MANAGE_MEANS, "planning", "move", "pin", "unplan"),
    **_of(Owner.TOWN, Action.MANAGE_MEANS, "planning", "board", "outlines", "wall", "regroup"),
    "means.choose": Route(Action.MANAGE_MEANS),
    **_of(
        Owner.TOWN, Action.MANAGE_MEANS, "means",
        "index", "week", "plan_crew", "copy",
        "rates", "times", "times_file", "correct",
        "new_agent", "agent", "give_skill", "take_skill", "ask_retire_agent", "let_go",
        "note_absence", "ask_remove_absence", "drop_absence",
        "new_vehicle", "vehicle", "stop_vehicle", "ask_resume", "resume",
        "ask_retire_vehicle", "scrap",
        "new_crew", "crew", "ask_retire_crew", "dissolve",
        "new_shift", "shift", "ask_remove_shift", "drop_shift",
    ),
    "planning.choose": Route(Action.MANAGE_MEANS),
    **_of(
        Owner.TOWN, Action.MANAGE_MEANS, "planning",
        "ask", "run", "apply", "drop", "preview", "publish", "restore",
    ),
    **_of(Owner.BOOKING, Action.SEE_INBOX, "decisions", "show"),
    **_of(Owner.BOOKING, Action.DECIDE_BOOKING, "decisions", "grant", "refuse", "wait", "safety"),
    **_of(Owner.BOOKING, Action.REVIEW_BOOKING, "decisions", "review", "pieces", "prolong"),
    "decisions.complete": Route(Action.EDIT_BOOKING, Owner.BOOKING, also=Action.SEE_INBOX),
    "decisions.cancel": Route(Action.CANCEL_BOOKING, Owner.BOOKING, also=Action.SEE_INBOX),
    **_of(
        Owner.BOOKING, Action.HAND_OVER, "decisions", "prepare", "hand_over", "take_back", "close"
    ),
    # what left and came back
    **_of(Owner.BOOKING, Action.MAKE_STATEMENT, "statements", "write", "tell"),
    **_of(Owner.BOOKING, Action.SEE_BOOKING, "statements", "show", "picture"),
    **_of(Owner.BOOKING, Action.HAND_OVER, "statements", "adopt", "dismiss"),
    "charges.index": Route(Action.SEE_CHARGE),
    "charges.export_file": Route(Action.DECIDE_CHARGE),
    **_of(Owner.BOOKING, Action.SEE_CHARGE, "charges", "show"),
    **_of(Owner.BOOKING, Action.ANSWER_CHARGE, "charges", "answer"),
    **_of(Owner.BOOKING, Action.DECIDE_CHARGE, "charges", "decide"),
    # what loans are worth
    "valuation.choose": Route(Action.SEE_VALUE),
    **_of(
        Owner.TOWN, Action.SEE_VALUE, "valuation", "annex", "annex_file", "scdl", "scdl_file"
    ),
    **_of(Owner.CHOIR, Action.SEE_ORGANISATION, "valuation", "statement", "statement_file"),
    **_of(Owner.CHOIR, Action.VERIFY_ORGANISATION, "organisations", "forget"),
    "organisations.erasures": Route(Action.VERIFY_ORGANISATION),
    # whether all are treated alike
    "register.choose": Route(Action.SEE_RECORD),
    **_of(Owner.TOWN, Action.SEE_RECORD, "register", "show", "show_file"),
    **_of(Owner.NOBODY, Action.SEE_POLICY, "register", "public", "public_file"),
    # the right lender, and who has a say
    **_of(Owner.BOOKING, Action.REVIEW_BOOKING, "routing", "pass_on"),
    **_of(Owner.BOOKING, Action.EDIT_BOOKING, "routing", "take"),
    **_of(Owner.BOOKING, Action.DECIDE_BOOKING, "overrides", "confirm", "set_aside"),
    **_of(Owner.BOOKING, Action.DECIDE_BOOKING, "preemption", "choose", "take"),
    **_of(Owner.BOOKING, Action.GIVE_OPINION, "routing", "opine"),
    **_of(Owner.NOBODY, Action.GIVE_OPINION, "routing", "delegations", "take_back"),
    # calendars
    "subscriptions.index": Route(Action.SUBSCRIBE),
    "subscriptions.create": Route(
        Action.SUBSCRIBE, Owner.CHOIR, on_object=Action.SEE_ORGANISATION
    ),
    "subscriptions.download": Route(Action.SEE_BOOKING, Owner.BOOKING),
    "subscriptions.ask_revoke": ALICES,
    "subscriptions.ask_renew": ALICES,
    "subscriptions.replace": ALICES,
    "subscriptions.give_up": Route(
        owner=Owner.ALICE, signed_in=True, instead=Action.MANAGE_USERS
    ),
}  # fmt: skip

QUERIES = {
    "valuation.scdl": "?which=all",
    "attachments.give_for": "?kind=authorisation",
    "valuation.statement": "?detail=yes",
    "subscriptions.create": "?view=organisation&id={organisation_id}",
}
"""What has to stand behind an address for it to be about something."""

FORMS = {
    "documents.state_value": {"authority_id": "{authority_id}", "year": "2026"},
    "logistics.say": {"kind": "note", "key": "a-good-key", "reason": "Bonjour"},
    "bookings.keep": {"whole_asked": "yes"},
    "bookings.set_kits": {"kit_id": "{kit_id}", "quantity": "1"},
    "bookings.set_line": {"item_id": "{item_id}", "quantity": "3"},
}
"""What a form says where an empty one is answered before anybody looks at the object."""
