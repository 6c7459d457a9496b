"""The history of a booking in words."""

from collections.abc import Iterable, Iterator, Mapping

from flask_babel import gettext

from lending.bookings.detail import HistoryLine
from lending.equity.overriding.queries import OverrideView
from lending.equity.routing.opinions import AgainstView
from lending.i18n import N_
from lending.logistics.overruling import OverruleView
from lending.web.outlook import overruled
from lending.web.routing.words import went_against
from lending.web.statuses import status_of
from lending.web.widgets import HistoryEntry

WORDS = {
    "create": N_("Request begun"),
    "submit": N_("Request sent"),
    "wait": N_("Put on the waiting list at the association's wish"),
    "serve": N_("Served from the waiting list: the equipment is reserved"),
    "ask_for_pieces": N_("Something was asked of the association"),
    "prolong": N_("More time was left to send what is missing"),
    "complete": N_("The association answered: the file is complete"),
    "review": N_("Taken in review"),
    "approve": N_("Granted"),
    "approve_in_part": N_("Granted in part"),
    "refuse": N_("Refused"),
    "put_on_waiting_list": N_("Put on the waiting list by the authority"),
    "redirect": N_("Passed on to another lender"),
    "take_back": N_("A part was taken back by the lender"),
    "mark_safety": N_("Put among elections, safety and crises"),
    "unmark_safety": N_("No longer among elections, safety and crises"),
    "prepare": N_("Prepared at the depot"),
    "check_out": N_("Equipment handed over"),
    "check_out_more": N_("The rest, or a part of it, was handed over"),
    "check_in_part": N_("A part came back"),
    "statement_dismissed": N_("A statement that contradicted another was set aside"),
    "check_in": N_("Everything is back"),
    "close": N_("Closed"),
    "cancel": N_("Cancelled"),
    "expire": N_("Lapsed without a decision"),
    "change": N_("Dates or equipment changed"),
    "reduce": N_("A part was given back before the loan"),
    "show_event": N_("Event announced in the public programme"),
    "hide_event": N_("Event taken out of the public programme"),
}
QUIET = {
    "create",
    "change",
    "reduce",
    "prolong",
    "mark_safety",
    "unmark_safety",
    "check_out_more",
    "check_in_part",
    "statement_dismissed",
    "show_event",
    "hide_event",
}
"""What leaves the state as it is, and so has no state's colour."""


def history_of(
    lines: Iterable[HistoryLine],
    overrules: Mapping[int, OverruleView] | None = None,
    against: Mapping[int, AgainstView] | None = None,
    overrides: Mapping[int, OverrideView] | None = None,
) -> tuple[HistoryEntry, ...]:
    """Return what happened to a booking, in the order given.

    For staff, `overrules` tells what was granted although the crews had no room, and `against`
    what was granted although departments had not agreed, `overrides` what was granted although
    the rules said no.
    """
    return tuple(
        entry
        for line in lines
        for entry in _entries(line, overrules or {}, against or {}, overrides or {})
    )


def _entries(
    line: HistoryLine,
    overrules: Mapping[int, OverruleView],
    against: Mapping[int, AgainstView],
    overrides: Mapping[int, OverrideView],
) -> Iterator[HistoryEntry]:
    entry = _entry(line)
    if line.id in overrules:
        yield overruled(entry, overrules[line.id])
    if line.id in against:
        yield went_against(entry, against[line.id])
    if line.id in overrides:
        yield _overridden(entry, overrides[line.id])
    yield entry


def _overridden(entry: HistoryEntry, about: OverrideView) -> HistoryEntry:
    """Return what the history tells beside a grant that the rules said no to."""
    text = gettext(
        "Granted by override, proposed by %(who)s, against: %(criteria)s",
        who=about.proposed_by,
        criteria=", ".join(gettext(each.label) for each in about.criteria),
    )
    lost = [
        gettext(
            "%(organisation)s goes without %(pieces)s of %(item)s",
            organisation=loss.organisation,
            pieces=loss.pieces,
            item=loss.item,
        )
        for loss in about.losses
    ]
    reason = " – ".join([about.motive, *lost])
    return HistoryEntry(entry.at, str(text), entry.actor, reason, "wait", "people")


def _entry(line: HistoryLine) -> HistoryEntry:
    look = status_of("booking", line.new)
    quiet = line.move in QUIET
    return HistoryEntry(
        at=line.at,
        text=gettext(WORDS.get(line.move, line.move)),
        actor=line.actor,
        reason=line.reason,
        tone="plain" if quiet else look.tone,
        icon="pencil" if quiet else look.icon,
    )
