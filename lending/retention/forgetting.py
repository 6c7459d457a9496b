"""Make contacts anonymous: by the time that the rules set, or because somebody asks for it.

The decision record keeps people by number only, so that it holds as before (GDPR, article 17; the
time is a parameter of the lending rules).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Select, Table, and_, delete, exists, func, or_, select, update

from lending.accounts.models import ApiToken, User, UserSession
from lending.accounts.permissions import SYSTEM, Action, Principal, Role
from lending.attachments.forgetting import NOBODY, forget_papers
from lending.attachments.models import Attachment
from lending.authorities.models import Authority
from lending.bookings.models import Booking, Event, Transition
from lending.bookings.states import AT_WORK, State
from lending.db.database import Database, UnitOfWork
from lending.errors import InvalidInput, NotAllowedNow, NotFound
from lending.handover.models import Statement, StatementPhoto
from lending.i18n import N_
from lending.logistics.models import Task, TaskEvent
from lending.organisations.models import Organisation
from lending.policies.queries import read_rulebook
from lending.retention.facts import ContactsForgotten
from lending.retention.models import Erasure

BATCH = 50
"""Organisations a transaction."""
DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True)
class Due:
    """Contacts whose time is over, or soon will be."""

    organisation_id: int
    organisation: str
    last: datetime
    """The end of its last loan or request, or when it registered."""
    due_at: datetime


def forget_contact(uow: UnitOfWork, actor: Principal, organisation_id: int, reason: str) -> None:
    """Make the contacts of an organisation anonymous because somebody asks for it.

    Raises:
        InvalidInput: no reason.
        NotAllowedNow: a loan or a request of it is not over: somebody has to be reached.
        NotSignedIn, Forbidden, NotFound: the actor cannot.
    """
    actor.check(Action.VERIFY_ORGANISATION, organisation_id=organisation_id)
    organisation = uow.session.get(Organisation, organisation_id, with_for_update=True)
    if organisation is None:
        raise NotFound
    if not reason.strip():
        raise InvalidInput(reason=N_("Say who asked for it, and when."))
    open_ones = exists().where(
        Booking.organisation_id == organisation_id, Booking.state.in_(AT_WORK | {State.RETURNED})
    )
    if uow.session.scalar(select(open_ones)):
        raise NotAllowedNow
    _forget(uow, actor, organisation, reason.strip())


def due_contacts(uow: UnitOfWork, until: datetime) -> list[Due]:
    """Return the organisations whose contacts are to be forgotten until an instant, in order.

    Their time runs from the end of the last loan or request, at any lender; the longest time of
    any lender's rules holds.
    """
    last = (
        select(Booking.organisation_id, func.max(Booking.ends_at).label("ends_at"))
        .where(Booking.state != State.DRAFT)
        .group_by(Booking.organisation_id)
        .subquery()
    )
    kept = _kept_for(uow)
    since = func.coalesce(last.c.ends_at, Organisation.created_at)
    rows = uow.session.execute(
        select(Organisation.id, Organisation.name, last.c.ends_at, Organisation.created_at)
        .outerjoin(last, last.c.organisation_id == Organisation.id)
        .where(since <= until - kept, _has_contact())
        .order_by(since, Organisation.id)
    )
    return [
        Due(number, name, ended or created, (ended or created) + kept)
        for number, name, ended, created in rows
    ]


def forget_old_contacts(database: Database) -> int:
    """Forget the contacts whose time is over, and who was met on loans long past.

    Returns how many organisations have no contact any more.
    """
    database.write(_forget_on_site)
    total = 0
    while forgotten := database.write(_forget_some):
        total += forgotten
    return total


def _forget_some(uow: UnitOfWork) -> int:
    due = due_contacts(uow, uow.now)[:BATCH]
    for each in due:
        organisation = uow.session.get_one(Organisation, each.organisation_id)
        _forget(uow, SYSTEM, organisation, "")
    return len(due)


def _forget(uow: UnitOfWork, actor: Principal, organisation: Organisation, reason: str) -> None:
    organisation.contact_name = organisation.contact_email = organisation.contact_phone = ""
    _close_accounts(uow, organisation.id)
    forget_papers(uow, organisation.id)
    bookings = select(Booking.id).where(Booking.organisation_id == organisation.id)
    _forget_people_of(uow, bookings)
    uow.session.add(
        Erasure(
            organisation_id=organisation.id,
            at=uow.now,
            by_id=actor.user_id,
            by_name=actor.name,
            reason=reason,
        )
    )
    uow.session.flush()  # the next batch must not find it again
    uow.events.publish(ContactsForgotten(organisation.id), uow)


def _close_accounts(uow: UnitOfWork, organisation_id: int) -> None:
    """Close the accounts that serve this organisation only, and the tokens of its programs."""
    uow.session.execute(delete(ApiToken).where(ApiToken.organisation_id == organisation_id))
    users = uow.session.scalars(
        select(User).where(User.roles.any(organisation_id=organisation_id))
    ).all()
    for user in users:
        if any(
            role.role is not Role.BORROWER or role.organisation_id != organisation_id
            for role in user.roles
        ):
            user.roles = [r for r in user.roles if r.organisation_id != organisation_id]
            continue
        user.email, user.name = f"anonyme-{user.id}@treteau.invalid", NOBODY
        user.password_hash, user.is_active = "", False
        uow.session.execute(delete(UserSession).where(UserSession.user_id == user.id))
        uow.session.execute(
            update(Transition).where(Transition.actor_id == user.id).values(actor_name=NOBODY)
        )


def _forget_on_site(uow: UnitOfWork) -> None:
    """Forget whom crews met on loans that ended before the time of the rules."""
    old = select(Booking.id).where(Booking.ends_at <= uow.now - _kept_for(uow))
    _forget_people_of(uow, old)


def _forget_people_of(uow: UnitOfWork, bookings: Select[int]) -> None:
    """Forget them for these bookings, however many: their numbers stay in the database."""
    events = select(Booking.event_id).where(Booking.id.in_(bookings))
    table = cast(Table, Event.__table__)
    uow.session.execute(
        update(table)
        .where(table.c.id.in_(events), or_(table.c.site_contact != "", table.c.site_phone != ""))
        .values(site_contact="", site_phone="")
    )
    tasks = select(Task.id).where(Task.booking_id.in_(bookings))
    uow.session.execute(
        update(TaskEvent)
        .where(
            TaskEvent.task_id.in_(tasks),
            or_(TaskEvent.receiver != "", TaskEvent.signature != "", TaskEvent.photo != ""),
        )
        .values(receiver="", signature="", photo="")
    )
    told = select(Statement.id).where(Statement.booking_id.in_(bookings))
    uow.session.execute(
        update(Statement)
        .where(
            Statement.id.in_(told),
            or_(Statement.borrower_name != "", Statement.borrower_signature != ""),
        )
        .values(borrower_name="", borrower_signature="")
    )
    uow.session.execute(delete(StatementPhoto).where(StatementPhoto.statement_id.in_(told)))


def _kept_for(uow: UnitOfWork) -> timedelta:
    """Return how long contacts are kept: the longest of the lenders that share them."""
    book = read_rulebook(uow.session)
    authorities = uow.session.scalars(select(Authority.id)).all()
    months = [book.at(number, uow.now).rules.contact_months for number in authorities]
    return timedelta(days=round(max(months, default=0) * DAYS_A_MONTH))


def _has_contact() -> ColumnElement[bool]:
    """Return the condition that there is somebody to forget, or a paper that names people."""
    account = exists().where(and_(User.is_active, User.roles.any(organisation_id=Organisation.id)))
    paper = exists().where(Attachment.organisation_id == Organisation.id, Attachment.is_kept)
    return or_(
        Organisation.contact_name != "",
        Organisation.contact_email != "",
        Organisation.contact_phone != "",
        account,
        paper,
    )
