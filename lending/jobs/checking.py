"""The nightly checks: what nobody sees until it is too late."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lending.authorities.models import Authority
from lending.bookings.models import Booking, Event
from lending.bookings.states import GRANTED, State
from lending.catalogue.models import Item
from lending.catalogue.photos import PhotoStore
from lending.db.database import UnitOfWork
from lending.equity.record.checks import check_records
from lending.i18n import N_
from lending.jobs.finding_kinds import FindingKind
from lending.jobs.findings import Found, Settled, settle
from lending.jobs.schedule import Count, Run
from lending.logistics.models import Task, TaskEvent
from lending.organisations.models import Organisation, OrganisationKind
from lending.policies.queries import read_rulebook


def check_insurances(run: Run) -> list[Count]:
    """Find granted loans at whose end the association is not insured any more."""

    def check(uow: UnitOfWork) -> Settled:
        return settle(uow, FindingKind.INSURANCE, uninsured_loans(uow))

    return counts(run.database.write(check))


def check_rules(run: Run) -> list[Count]:
    """Find lenders that lend without having published rules."""

    def check(uow: UnitOfWork) -> Settled:
        return settle(uow, FindingKind.RULES, without_rules(uow))

    return counts(run.database.write(check))


def check_files(run: Run) -> list[Count]:
    """Find rows that name files which are not there."""
    instance = run.settings.instance

    def check(uow: UnitOfWork) -> Settled:
        photos = missing_photos(uow, PhotoStore(instance))
        pictures = missing_pictures(uow, PhotoStore(instance, "field"))
        first = settle(uow, FindingKind.PHOTO, photos)
        second = settle(uow, FindingKind.PICTURE, pictures)
        return Settled(
            first.standing + second.standing, first.new + second.new, first.gone + second.gone
        )

    return counts(run.database.write(check))


def check_all_records(run: Run) -> list[Count]:
    """Find records of decisions that do not hold."""
    broken = check_records(run.database)

    def keep(uow: UnitOfWork) -> None:
        names = uow.session.execute(
            select(Authority.id, Authority.name).where(Authority.id.in_(broken))
        )
        settle(uow, FindingKind.RECORD, [Found(number, number, name) for number, name in names])

    run.database.write(keep)
    return [Count(N_("Records that do not hold"), len(broken))]


def counts(settled: Settled) -> list[Count]:
    """Return what a check says of itself."""
    return [
        Count(N_("Things to look at"), settled.standing),
        Count(N_("New ones"), settled.new),
        Count(N_("Put right"), settled.gone),
    ]


def uninsured_loans(uow: UnitOfWork) -> Iterator[Found]:
    """Yield each association's first loan at each lender that outlasts its insurance."""
    rows = uow.session.execute(
        select(Booking, Organisation, Authority.timezone)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Authority, Authority.id == Booking.authority_id)
        .where(
            Booking.state.in_(GRANTED | {State.OUT}),
            Booking.ends_at > uow.now,
            Organisation.kind != OrganisationKind.DEPARTMENT,
        )
        .order_by(Booking.starts_at, Booking.id)
    )
    rulebook = read_rulebook(uow.session)
    told = set()
    for booking, borrower, timezone in rows:
        until = borrower.insurance_until
        last_day = booking.ends_at.astimezone(ZoneInfo(timezone)).date()
        rules = rulebook.at(booking.authority_id, booking.complete_at or uow.now).rules
        key = (booking.authority_id, borrower.id)
        if key in told or not rules.insurance or (until is not None and until >= last_day):
            continue
        told.add(key)
        yield Found(*key, borrower.name, until, booking.reference)


def without_rules(uow: UnitOfWork) -> Iterator[Found]:
    """Yield the lenders with requests and without rules that were published."""
    lending = select(Booking.id).where(
        Booking.authority_id == Authority.id, Booking.state != State.DRAFT
    )
    rows = uow.session.execute(select(Authority.id, Authority.name).where(lending.exists())).all()
    rulebook = read_rulebook(uow.session)
    for number, name in rows:
        if not rulebook.versions(number):
            yield Found(number, number, name)


def missing_photos(uow: UnitOfWork, store: PhotoStore) -> Iterator[Found]:
    """Yield the items that show a photo of which there is no file."""
    rows = uow.session.execute(
        select(Item.authority_id, Item.id, Item.name, Item.photo).where(Item.photo != "")
    )
    for authority_id, item_id, name, photo in rows:
        if not store.has(photo):
            yield Found(authority_id, item_id, name)


def missing_pictures(uow: UnitOfWork, store: PhotoStore) -> Iterator[Found]:
    """Yield the tasks with a photo or a signature of which there is no file."""
    rows = uow.session.execute(
        select(Task, Event.name, Booking.reference, TaskEvent.photo, TaskEvent.signature)
        .join(Task, Task.id == TaskEvent.task_id)
        .join(Booking, Booking.id == Task.booking_id)
        .join(Event, Event.id == Booking.event_id)
        .where((TaskEvent.photo != "") | (TaskEvent.signature != ""))
    )
    for task, event, reference, *names in rows:
        if not all(store.has(name) for name in names if name):
            yield Found(task.authority_id, task.id, event, None, reference)
