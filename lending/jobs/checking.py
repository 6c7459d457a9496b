"""The nightly checks: what nobody sees until it is too late."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.zones import to_local
from lending.attachments.expiring import uncovered_loans
from lending.authorities.models import Authority
from lending.bookings.models import Booking
from lending.bookings.states import GRANTED, State
from lending.catalogue.inspection_queries import inspections_due
from lending.db.database import UnitOfWork
from lending.equity.record.checks import check_records
from lending.i18n import N_
from lending.jobs.finding_kinds import FindingKind
from lending.jobs.findings import Found, Settled, settle
from lending.jobs.missing_files import missing_files
from lending.jobs.schedule import Count, Run
from lending.policies.queries import read_rulebook

INSPECT_WITHIN = timedelta(days=30)
"""How long before it is due an inspection is spoken of: whoever does it has to come."""


def check_insurances(run: Run) -> list[Count]:
    """Find granted loans at whose end the association is not insured any more."""
    return _check(run, FindingKind.INSURANCE, uninsured_loans)


def check_rules(run: Run) -> list[Count]:
    """Find lenders that lend without having published rules."""
    return _check(run, FindingKind.RULES, without_rules)


def check_inspections(run: Run) -> list[Count]:
    """Find units that need an inspection within a month, or failed one."""
    return _check(run, FindingKind.INSPECTION, units_to_inspect)


def check_files(run: Run) -> list[Count]:
    """Find rows that name files which are not there."""
    missing = missing_files(run.database, run.settings.instance)

    def keep(uow: UnitOfWork) -> Settled:
        parts = [settle(uow, kind, found) for kind, found in missing.items()]
        return Settled(
            sum(part.standing for part in parts),
            sum(part.new for part in parts),
            sum(part.gone for part in parts),
        )

    return counts(run.database.write(keep))


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


def _check(
    run: Run, kind: FindingKind, find: Callable[[UnitOfWork], Iterable[Found]]
) -> list[Count]:
    return counts(run.database.write(lambda uow: settle(uow, kind, find(uow))))


def counts(settled: Settled) -> list[Count]:
    """Return what a check says of itself."""
    return [
        Count(N_("Things to look at"), settled.standing),
        Count(N_("New ones"), settled.new),
        Count(N_("Put right"), settled.gone),
    ]


def uninsured_loans(uow: UnitOfWork) -> Iterator[Found]:
    """Yield each association's first loan at each lender that outlasts its insurance."""
    told = set()
    for loan in uncovered_loans(uow, states=GRANTED | {State.OUT}):
        key = (loan.authority_id, loan.organisation_id)
        if key not in told:
            told.add(key)
            yield Found(*key, loan.organisation, loan.insured_until, loan.reference)


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


def units_to_inspect(uow: UnitOfWork) -> Iterator[Found]:
    """Yield each unit with the first inspection that is due within a month, or failed."""
    lenders = defaultdict(list)
    for number, timezone in uow.session.execute(select(Authority.id, Authority.timezone)):
        lenders[to_local(uow.now, ZoneInfo(timezone)).date()].append(number)
    told = set()
    for today, numbers in lenders.items():
        for each in inspections_due(uow, today + INSPECT_WITHIN, numbers):
            if each.unit_id not in told:
                told.add(each.unit_id)
                name = f"{each.item} n° {each.number}"
                yield Found(each.authority_id, each.unit_id, name, each.due.due_on)
