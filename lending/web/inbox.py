"""What needs somebody: the staff's first page."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.attachments.duties import paper_duties
from lending.bookings.duties import DutyKind
from lending.bookings.duty_sources import Duty
from lending.bookings.inbox import PER_PAGE, Inbox, InboxFilter, read_inbox
from lending.db.database import UnitOfWork
from lending.equity.overriding.queries import override_duties
from lending.equity.routing.awaited import opinion_duties
from lending.handover.awaited import handover_duties
from lending.i18n import N_
from lending.jobs.finding_kinds import FindingKind
from lending.jobs.findings import FindingView, list_findings
from lending.logistics.capacity import which_cannot_fit
from lending.web.context import allowed, database, principal
from lending.web.formats import local
from lending.web.navigation import address
from lending.web.numbers import whole_number
from lending.web.widgets import Pager
from lending.web.wording import urgency_of

blueprint = Blueprint("inbox", __name__)

GROUPS = (
    ("late", N_("Late")),
    ("today", N_("Today")),
    ("soon", N_("Within three days")),
    ("normal", N_("Afterwards")),
)
ICONS = {
    DutyKind.DECIDE: "question-circle",
    DutyKind.OPINION: "chat-square-text",
    DutyKind.CONFIRM: "people",
    DutyKind.PIECES: "paperclip",
    DutyKind.PAPERS: "file-earmark-check",
    DutyKind.VERIFY: "person-check",
    DutyKind.SHORTAGE: "exclamation-triangle-fill",
    DutyKind.LATE_RETURN: "alarm",
    DutyKind.PREPARE: "box-seam",
    DutyKind.HAND_OVER: "truck",
    DutyKind.TAKE_BACK: "box-arrow-in-down",
    DutyKind.CLEAR_UP: "exclamation-diamond",
    DutyKind.CHARGE: "chat-square-text",
    DutyKind.CLOSE: "check2-all",
}

FINDING_ICONS = {
    FindingKind.INSURANCE: "shield-exclamation",
    FindingKind.RULES: "journal-x",
    FindingKind.PHOTO: "image",
    FindingKind.PICTURE: "image",
    FindingKind.STATEMENT: "image",
    FindingKind.PAPER: "file-earmark-x",
    FindingKind.DOCUMENT: "file-earmark-x",
    FindingKind.LOGO: "image",
    FindingKind.RECORD: "shield-x",
    FindingKind.INSPECTION: "clipboard-check",
}
FINDING_PAGES = {
    FindingKind.INSURANCE: ("organisations.edit", "organisation_id"),
    FindingKind.RULES: ("policies.prepare", "authority_id"),
    FindingKind.PHOTO: ("catalogue.edit", "item_id"),
    FindingKind.PICTURE: ("logistics.show", "task_id"),
    FindingKind.STATEMENT: ("statements.show", "statement_id"),
    FindingKind.PAPER: ("attachments.show", "attachment_id"),
    FindingKind.DOCUMENT: ("organisations.show", "organisation_id"),
    FindingKind.LOGO: ("documents.letterhead", "authority_id"),
    FindingKind.RECORD: ("audit.index", "_anchor"),
    FindingKind.INSPECTION: ("units.show", "unit_id"),
}
"""Where each is put right, and what of its address the number of the subject is."""


@dataclass(frozen=True)
class DutyRow:
    """A duty as the page shows it."""

    duty: Duty
    url: str
    icon: str
    urgency: str
    due: date
    is_too_much: bool
    """Whether the crews cannot do the field work of the request."""


@dataclass(frozen=True)
class DutyGroup:
    """Duties that press equally."""

    key: str
    title: str
    rows: tuple[DutyRow, ...]


@dataclass(frozen=True)
class FindingRow:
    """Something to look at, and where it is put right."""

    view: FindingView
    url: str
    icon: str


@dataclass(frozen=True)
class InboxPage:
    """What the page shows, and what it was asked."""

    inbox: Inbox
    wanted: InboxFilter
    groups: tuple[DutyGroup, ...]
    pager: Pager
    tabs: tuple[tuple[str, str, bool, int], ...]
    active_filters: int
    findings: tuple[FindingRow, ...]


@blueprint.get("/a-traiter")
@allowed(Action.SEE_INBOX)
def index() -> ResponseReturnValue:
    """Show what is to be done, oldest duty first."""
    wanted = filter_of_request()
    with database().read() as uow:
        inbox = read_inbox(uow, principal(), wanted, more=more_duties(uow))
        asked = {d.booking_id for d in inbox.duties if d.booking_id and d.kind is DutyKind.DECIDE}
        too_much = which_cannot_fit(uow, asked)
        findings = _findings(uow, wanted)
    g.zone = inbox.zone
    rows = [_row(duty, inbox.now, inbox.zone, too_much) for duty in inbox.duties]
    page = InboxPage(
        inbox=inbox,
        wanted=wanted,
        groups=tuple(_groups(rows)),
        pager=Pager(inbox.page, PER_PAGE, inbox.total),
        tabs=tuple(_tabs(inbox, wanted)),
        active_filters=sum(
            chosen is not None for chosen in (wanted.authority_id, wanted.department_id)
        ),
        findings=findings,
    )
    return render_template("inbox/index.html", page=page)


def more_duties(uow: UnitOfWork) -> list[Duty]:
    """Return the reader's duties that rooms above the bookings know of."""
    actor = principal()
    return [
        *opinion_duties(uow, actor),
        *override_duties(uow, actor),
        *paper_duties(uow, actor),
        *handover_duties(uow, actor),
    ]


def filter_of_request() -> InboxFilter:
    """Return what the address says one wants to see."""
    kind = request.args.get("kind", "")
    return InboxFilter(
        kind=DutyKind(kind) if kind in list(DutyKind) else None,
        authority_id=request.args.get("authority", type=whole_number),
        department_id=request.args.get("department", type=whole_number),
        page=request.args.get("page", 1, type=whole_number),
    )


def filter_arguments() -> dict[str, str]:
    """Return what has to be carried along to come back to the same part of the inbox."""
    names = ("kind", "authority", "department")
    return {name: request.args[name] for name in names if request.args.get(name)}


def _row(duty: Duty, now: datetime, zone: ZoneInfo, too_much: Collection[int]) -> DutyRow:
    due = local(duty.due_at, zone).date()
    return DutyRow(
        duty=duty,
        url=_url(duty),
        icon=ICONS[duty.kind],
        # What should have been done an hour ago is late, though it is today.
        urgency="late" if duty.due_at < now else urgency_of(due, local(now, zone).date()),
        due=due,
        is_too_much=duty.kind is DutyKind.DECIDE and duty.booking_id in too_much,
    )


def _url(duty: Duty) -> str:
    if duty.kind is DutyKind.PAPERS and duty.booking_id is not None:
        return url_for("attachments.of_booking", booking_id=duty.booking_id)
    if duty.kind is DutyKind.PAPERS:
        return address("attachments.index", organisation_id=duty.organisation_id)
    if duty.booking_id is not None:
        return url_for("decisions.show", booking_id=duty.booking_id, **filter_arguments())  # type: ignore[arg-type]
    if duty.kind is DutyKind.SHORTAGE:
        return url_for("shortages.index", _anchor=f"item-{duty.item_id}")
    return address("organisations.show", organisation_id=duty.organisation_id)


def _findings(uow: UnitOfWork, wanted: InboxFilter) -> tuple[FindingRow, ...]:
    """Return what the nightly checks found, where nothing else is looked for."""
    if wanted.kind is not None or wanted.department_id is not None or (wanted.page or 1) > 1:
        return ()
    found = list_findings(uow, principal(), wanted.authority_id)
    return tuple(FindingRow(each, _where(each), FINDING_ICONS[each.kind]) for each in found)


def _where(view: FindingView) -> str:
    endpoint, argument = FINDING_PAGES[view.kind]
    number = view.found.subject_id
    value = f"record-{number}" if argument == "_anchor" else number
    return url_for(endpoint, **{argument: value})  # type: ignore[arg-type]


def _groups(rows: list[DutyRow]) -> Iterable[DutyGroup]:
    for key, title in GROUPS:
        chosen = tuple(row for row in rows if row.urgency == key)
        if chosen:
            yield DutyGroup(key, gettext(title), chosen)


def _tabs(inbox: Inbox, wanted: InboxFilter) -> Iterable[tuple[str, str, bool, int]]:
    kept = {name: value for name, value in filter_arguments().items() if name != "kind"}
    total = sum(inbox.counts.values())
    yield gettext("Everything"), url_for("inbox.index", **kept), wanted.kind is None, total  # type: ignore[arg-type]
    for kind in DutyKind:
        if inbox.counts.get(kind) or wanted.kind is kind:
            url = url_for("inbox.index", **kept, kind=kind.value)  # type: ignore[arg-type]
            yield gettext(kind.label), url, wanted.kind is kind, inbox.counts.get(kind, 0)
