"""What the worker does in the background, when it did it last, and what failed."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lending.accounts.permissions import Action
from lending.i18n import N_
from lending.jobs.declared import JOBS
from lending.jobs.queries import read_jobs
from lending.web.context import allowed, database

blueprint = Blueprint("jobs", __name__)

WORDS = {
    "expire-options": N_("Let options lapse that nobody decided in time"),
    "serve-waiting-list": N_("Give what came free to the waiting list"),
    "refresh-calendars": N_("Bring calendar subscriptions up to date"),
    "read-calendars": N_("Read the calendars of closed days"),
    "send-mail": N_("Send the mails that wait"),
    "write-reminders": N_("Remind of loans, late returns, insurance, shortages and rounds"),
    "forget-messages": N_("Forget messages whose time is over"),
    "forget-answers": N_("Forget answers kept for programs that ask twice"),
    "tidy-photos": N_("Remove photos that no item shows any more"),
    "check-records": N_("Verify the record of decisions and decide it again"),
    "tell-witness": N_("Send the heads of the record to the witness"),
    "forget-contacts": N_("Forget contacts that nobody needs any more"),
    "erase-words": N_("Erase the words of reasons whose time is over"),
    "tidy": N_("Forget old sessions and old runs"),
}


@blueprint.get("/travaux")
@allowed(Action.SEE_JOBS)
def index() -> ResponseReturnValue:
    """Show every job with its last run."""
    with database().read() as uow:
        page = read_jobs(uow, JOBS)
    return render_template("jobs/index.html", page=page, words=WORDS)
