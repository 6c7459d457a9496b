"""All jobs, and how often they run."""

from datetime import timedelta

from lending.accounts.tidying import forget_old_sessions
from lending.api.keys import forget_old_keys
from lending.bookings.expiry import expire_options
from lending.bookings.waiting import serve_everyone
from lending.jobs.runs import forget_old_runs
from lending.jobs.schedule import Job, Run
from lending.subscriptions.keeping import refresh_everything


def _expire_options(run: Run) -> str:
    return f"{expire_options(run.database)} lapsed"


def _serve_waiting_list(run: Run) -> str:
    return f"{run.database.write(serve_everyone)} served"


def _refresh_calendars(run: Run) -> str:
    return f"{refresh_everything(run.database, run.settings.public_url)} entries changed"


def _tidy(run: Run) -> str:
    sessions = run.database.write(forget_old_sessions)
    runs = run.database.write(forget_old_runs)
    return f"{sessions} sessions, {runs} runs forgotten"


def _forget_old_keys(run: Run) -> str:
    return f"{run.database.write(forget_old_keys)} answers forgotten"


JOBS = (
    Job("expire-options", _expire_options, every=timedelta(minutes=5)),
    Job("serve-waiting-list", _serve_waiting_list, every=timedelta(minutes=10)),
    # Each change is rendered where it is made; this is for what no event tells.
    Job("refresh-calendars", _refresh_calendars, every=timedelta(hours=1)),
    Job("forget-answers", _forget_old_keys, every=timedelta(hours=6), offset=timedelta(minutes=40)),
    Job("tidy", _tidy, every=timedelta(days=1), offset=timedelta(hours=3, minutes=20)),
)
