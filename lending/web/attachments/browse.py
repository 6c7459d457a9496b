"""The papers of an organisation or of a request, one paper, and its file."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from lending.accounts.permissions import Action
from lending.attachments.inspecting import JPEG
from lending.attachments.keeping import paper_files
from lending.attachments.kinds import ALWAYS, FOR_ONE
from lending.attachments.queries import (
    PaperView,
    get_paper,
    papers_of_booking,
    papers_of_organisation,
)
from lending.organisations.queries import get_organisation
from lending.storing import FileStore
from lending.web.attachments import blueprint
from lending.web.attachments.forms import CheckForm, DeclineForm, words_of
from lending.web.bookings.common import read_booking
from lending.web.context import allowed, database, principal, settings

LOCKED_UP = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
"""Whatever a file holds, it runs nothing here, is taken for nothing else and stays nowhere."""


def store() -> FileStore:
    """Return the folder of the installation's papers."""
    return paper_files(settings().instance)


@blueprint.get("/associations/<int:organisation_id>/pieces")
@allowed(Action.SEE_PAPERS)
def index(organisation_id: int) -> ResponseReturnValue:
    """Show what an organisation has handed in for all its requests, and what it can."""
    with database().read() as uow:
        papers = papers_of_organisation(uow, principal(), organisation_id)
        organisation = get_organisation(uow, principal(), organisation_id)
    return render_template(
        "attachments/index.html",
        organisation=organisation,
        papers=[paper for paper in papers if paper.is_current],
        past=[paper for paper in papers if not paper.is_current],
        kinds=ALWAYS,
        can_hand_in=principal().can(Action.HAND_IN_PAPERS, organisation_id=organisation_id),
        is_own=organisation_id in principal().organisation_ids,
    )


@blueprint.get("/demandes/<int:booking_id>/pieces")
@allowed(Action.SEE_PAPERS)
def of_booking(booking_id: int) -> ResponseReturnValue:
    """Show the papers of a request: its own, and those of its organisation."""
    booking = read_booking(booking_id)
    with database().read() as uow:
        papers = papers_of_booking(uow, principal(), booking_id)
    return render_template(
        "attachments/of_booking.html",
        booking=booking,
        papers=[paper for paper in papers if paper.is_current],
        past=[paper for paper in papers if not paper.is_current],
        kinds=(*FOR_ONE, *ALWAYS),
        can_hand_in=principal().can(Action.HAND_IN_PAPERS, organisation_id=booking.organisation_id),
    )


@blueprint.get("/pieces/<int:attachment_id>")
@allowed(Action.SEE_PAPERS)
def show(attachment_id: int) -> ResponseReturnValue:
    """Show a paper; to those who check it, with what they have to look at."""
    with database().read() as uow:
        paper = get_paper(uow, principal(), attachment_id)
    return page_of(paper)


def page_of(
    paper: PaperView, accept: CheckForm | None = None, decline: DeclineForm | None = None
) -> str:
    """Return the page of a paper, with what was typed into its forms."""
    if accept is None:
        accept = CheckForm(paper.kind, formdata=None)
        for name, day in (("valid_from", paper.valid_from), ("valid_until", paper.valid_until)):
            if name in accept:  # a kind asks only for what stands on it
                accept[name].data = day
    return render_template(
        "attachments/show.html",
        paper=paper,
        words=words_of(paper.kind),
        accept=accept,
        decline=decline or DeclineForm(formdata=None),
        is_picture=paper.media == JPEG,
        can_check=principal().can(Action.CHECK_PAPERS) and paper.is_current,
        can_hand_in=principal().can(Action.HAND_IN_PAPERS, organisation_id=paper.organisation_id)
        and paper.is_current,
    )


@blueprint.get("/pieces/<int:attachment_id>/fichier")
@allowed(Action.SEE_PAPERS)
def file(attachment_id: int) -> ResponseReturnValue:
    """Send the file of a paper: pictures that we drew may be shown, all else is saved."""
    with database().read() as uow:
        paper = get_paper(uow, principal(), attachment_id)
    content = store().read(paper.content) if paper.is_kept else None
    if content is None:
        raise PageNotFound
    way = "inline" if paper.media == JPEG else "attachment"
    told = {**LOCKED_UP, "Content-Disposition": f'{way}; filename="{paper.file_name}"'}
    return Response(content, mimetype=paper.media, headers=told)
