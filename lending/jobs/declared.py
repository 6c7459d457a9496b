"""All jobs, and how often they run."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from lending.accounts.permissions import SYSTEM
from lending.accounts.tidying import forget_old_sessions
from lending.api.keys import forget_old_keys
from lending.attachments.keeping import paper_files
from lending.attachments.queries import files_in_use
from lending.bookings.expiry import expire_options
from lending.bookings.waiting import serve_everyone
from lending.catalogue.photos import FIELD, PhotoStore
from lending.catalogue.queries import photos_in_use
from lending.closures.service import fetcher, read_all_again
from lending.documents.letterhead import FOLDER, logos_in_use
from lending.documents.making import files_in_use as document_files_in_use
from lending.documents.making import issue_and_make, some_document_waits
from lending.documents.signing import signing_files_in_use
from lending.equity.record.retention import erase_old_words
from lending.equity.record.witness import write_letter
from lending.handover.late import tell_late_loans
from lending.handover.queries import statement_pictures_in_use
from lending.i18n import N_
from lending.jobs.backups import BACK_UP
from lending.jobs.checking import (
    check_all_records,
    check_files,
    check_inspections,
    check_insurances,
    check_rules,
)
from lending.jobs.runs import forget_old_runs
from lending.jobs.schedule import Count, Job, Run
from lending.logistics.road_services import road_service
from lending.logistics.rounds.working_out import run_plans, some_run_waits
from lending.logistics.told import pictures_in_use
from lending.notifications.delivering import mail_what_waits, some_mail_waits
from lending.notifications.forgetting import forget_old_messages
from lending.notifications.reminding import tell_everybody
from lending.retention.forgetting import forget_old_contacts
from lending.storing import FileStore
from lending.subscriptions.keeping import refresh_everything


def _expire_options(run: Run) -> list[Count]:
    return [Count(N_("Options lapsed"), expire_options(run.database))]


def _serve_waiting_list(run: Run) -> list[Count]:
    return [Count(N_("Requests served"), run.database.write(serve_everyone))]


def _refresh_calendars(run: Run) -> list[Count]:
    changed = refresh_everything(run.database, run.settings.public_url)
    return [Count(N_("Entries changed"), changed)]


def _read_calendars(run: Run) -> list[Count]:
    fetch = fetcher(run.settings.fetch_allow)
    read, failed = read_all_again(run.database, SYSTEM, fetch)
    return [Count(N_("Calendars read"), read), Count(N_("Calendars that cannot be read"), failed)]


def _plan_weeks(run: Run) -> list[Count]:
    return [
        Count(N_("Plans proposed"), run_plans(run.database, roads=road_service(run.settings.roads)))
    ]


def _issue_documents(run: Run) -> list[Count]:
    made = issue_and_make(run.database, FileStore(run.settings.instance, FOLDER))
    return [Count(N_("Documents issued"), made)]


def _send_mail(run: Run) -> list[Count]:
    mailed = mail_what_waits(run.database, run.settings.mail_server, run.settings.public_url)
    return [
        Count(N_("Mails sent"), mailed.sent),
        Count(N_("Mails that failed"), mailed.failed),
        Count(N_("Mails to be tried again"), mailed.put_off),
    ]


def _write_reminders(run: Run) -> list[Count]:
    return [Count(N_("Messages written"), tell_everybody(run.database))]


def _forget_messages(run: Run) -> list[Count]:
    days = run.settings.message_days
    gone = run.database.write(partial(forget_old_messages, days=days))
    return [Count(N_("Messages forgotten"), gone)]


def _tidy(run: Run) -> list[Count]:
    return [
        Count(N_("Sessions forgotten"), run.database.write(forget_old_sessions)),
        Count(N_("Runs forgotten"), run.database.write(forget_old_runs)),
    ]


def _tell_witness(run: Run) -> list[Count]:
    server, witness = run.settings.mail_server, run.settings.witness_email
    if server is None or not witness:
        return [Count(N_("Letters sent"), 0)]
    with run.database.read() as uow:
        letter = write_letter(uow, witness, run.settings.public_url)
    server.send(letter)
    return [Count(N_("Letters sent"), 1)]


def _erase_words(run: Run) -> list[Count]:
    return [Count(N_("Reasons erased"), erase_old_words(run.database))]


def _forget_contacts(run: Run) -> list[Count]:
    return [Count(N_("Contacts forgotten"), forget_old_contacts(run.database))]


def _tidy_files(run: Run) -> list[Count]:
    with run.database.read() as uow:
        shown = photos_in_use(uow)
        told = pictures_in_use(uow) | statement_pictures_in_use(uow)
        made = document_files_in_use(uow) | logos_in_use(uow) | signing_files_in_use(uow)
        handed_in = files_in_use(uow)
    instance = run.settings.instance
    photos = PhotoStore(instance).remove_others(shown)
    photos += PhotoStore(instance, FIELD).remove_others(told)
    files = FileStore(instance, FOLDER).remove_others(made)
    files += paper_files(instance).remove_others(handed_in)
    return [Count(N_("Photos removed"), photos), Count(N_("Files removed"), files)]


def _tell_late_loans(run: Run) -> list[Count]:
    return [Count(N_("Late loans told"), tell_late_loans(run.database))]


def _forget_old_keys(run: Run) -> list[Count]:
    return [Count(N_("Answers forgotten"), run.database.write(forget_old_keys))]


def _nightly(name: str, run: Callable[[Run], Sequence[Count]], **at: int) -> Job:
    return Job(name, run, every=timedelta(days=1), offset=timedelta(**at))


JOBS = (
    BACK_UP,
    Job("expire-options", _expire_options, every=timedelta(minutes=5)),
    Job("serve-waiting-list", _serve_waiting_list, every=timedelta(minutes=10)),
    Job("tell-late-loans", _tell_late_loans, every=timedelta(minutes=10)),
    # Each change is rendered where it is made; this is for what no event tells.
    Job("refresh-calendars", _refresh_calendars, every=timedelta(hours=1)),
    Job("read-calendars", _read_calendars, every=timedelta(hours=6), offset=timedelta(minutes=20)),
    Job("plan-weeks", _plan_weeks, every=timedelta(seconds=10), waits=some_run_waits),
    # What a booking calls for is issued apart from it, so that setting type keeps nobody waiting.
    Job(
        "issue-documents",
        _issue_documents,
        every=timedelta(seconds=5),
        waits=some_document_waits,
    ),
    # Each mail is tried when it is due; the job waits for the first one that is.
    Job("send-mail", _send_mail, every=timedelta(seconds=5), waits=some_mail_waits),
    Job("write-reminders", _write_reminders, every=timedelta(minutes=10)),
    Job("forget-answers", _forget_old_keys, every=timedelta(hours=6), offset=timedelta(minutes=40)),
    _nightly("check-records", check_all_records, hours=2, minutes=10),
    _nightly("check-insurances", check_insurances, hours=2, minutes=30),
    _nightly("check-rules", check_rules, hours=2, minutes=40),
    _nightly("check-files", check_files, hours=2, minutes=50),
    _nightly("check-inspections", check_inspections, hours=3),
    _nightly("tidy", _tidy, hours=3, minutes=20),
    _nightly("forget-contacts", _forget_contacts, hours=3, minutes=30),
    _nightly("forget-messages", _forget_messages, hours=3, minutes=40),
    # After the contacts were forgotten: what their papers said goes the same night.
    _nightly("tidy-files", _tidy_files, hours=3, minutes=50),
    # After the check: the letter says what came of it.
    _nightly("tell-witness", _tell_witness, hours=4),
    _nightly("erase-words", _erase_words, hours=4, minutes=20),
)
