"""What the worker does in the background, when it did it last, and what failed."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.errors import NotFound
from lending.i18n import N_
from lending.jobs.backups import TOO_OLD
from lending.jobs.declared import JOBS
from lending.jobs.orders import order_run
from lending.jobs.queries import PER_PAGE, read_history, read_jobs
from lending.jobs.schedule import Job
from lending.web.context import allowed, database, principal, settings
from lending.web.numbers import whole_number
from lending.web.widgets import Pager

blueprint = Blueprint("jobs", __name__)

WORDS = {
    "expire-options": N_("Let options lapse that nobody decided in time"),
    "serve-waiting-list": N_("Give what came free to the waiting list"),
    "tell-late-loans": N_("Tell of loans that are not back in time"),
    "refresh-calendars": N_("Bring calendar subscriptions up to date"),
    "read-calendars": N_("Read the calendars of closed days"),
    "issue-documents": N_("Issue the letters that are due, and make their files"),
    "send-mail": N_("Send the mails that wait"),
    "write-reminders": N_("Remind of loans, insurance, shortages and rounds"),
    "forget-messages": N_("Forget messages whose time is over"),
    "forget-answers": N_("Forget answers kept for programs that ask twice"),
    "tidy-files": N_("Remove photos and files that nothing shows any more"),
    "check-records": N_("Verify the record of decisions and decide it again"),
    "tell-witness": N_("Send the heads of the record to the witness"),
    "forget-contacts": N_("Forget contacts that nobody needs any more"),
    "erase-words": N_("Erase the words of reasons whose time is over"),
    "tidy": N_("Forget old sessions and old runs"),
    "back-up": N_("Back up the database and all files"),
    "plan-weeks": N_("Work out the plans that were asked for"),
    "check-insurances": N_("Look for loans that outlast an insurance"),
    "check-rules": N_("Look for lenders without rules of their own"),
    "check-files": N_("Look for files that are missing"),
    "check-inspections": N_("Look for inspections that fall due within a month"),
}


@blueprint.get("/travaux")
@allowed(Action.SEE_JOBS)
def index() -> ResponseReturnValue:
    """Show every job with its last run, those that fail first."""
    with database().read() as uow:
        page = read_jobs(uow, JOBS)
    backs_up = settings().backup_dir is not None
    return render_template(
        "jobs/index.html", page=page, words=WORDS, backs_up=backs_up, too_old=TOO_OLD
    )


@blueprint.get("/travaux/<job_name>")
@allowed(Action.SEE_JOBS)
def show(job_name: str) -> ResponseReturnValue:
    """Show the runs of a job, and how long each took."""
    job = _job_of(job_name)
    with database().read() as uow:
        history = read_history(uow, job, request.args.get("page", 1, type=whole_number) or 1)
        (view,) = read_jobs(uow, [job]).jobs
        now = uow.now
    pager = Pager(history.page, PER_PAGE, history.total)
    return render_template(
        "jobs/show.html", job=view, history=history, pager=pager, words=WORDS, now=now
    )


@blueprint.post("/travaux/<job_name>/lancer")
@allowed(Action.RUN_JOBS)
def run(job_name: str) -> ResponseReturnValue:
    """Have the worker run a job at once."""
    database().write(lambda uow: order_run(uow, principal(), JOBS, job_name))
    flash(gettext("The worker runs it within a few seconds."), "good")
    return redirect(url_for("jobs.index"), 303)


def _job_of(name: str) -> Job:
    for job in JOBS:
        if job.name == name:
            return job
    raise NotFound
