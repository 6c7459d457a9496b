"""What the departments think of a request; one person decides, knowing all of it.

Listens to the bookings: opinions are asked for when a request is taken in review, and nothing is
granted while some are awaited or against it, unless somebody says why; that is kept.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Department
from lending.bookings.duty_sources import departments_by_competence, departments_of_items
from lending.bookings.facts import BookingChanged, BookingMoved
from lending.bookings.models import Booking, Transition
from lending.bookings.moves import load_for
from lending.bookings.states import GRANTING, UNDECIDED, State
from lending.db.database import UnitOfWork
from lending.equity.routing.members import voices
from lending.equity.routing.models import DecidedAgainst, Opinion, Verdict
from lending.errors import FieldError, Forbidden, InvalidInput, NotAllowedNow
from lending.events import Events
from lending.i18n import N_

OPEN = UNDECIDED | {State.WAITLISTED}
"""The states in which an opinion still counts."""
STANDING = N_(
    "Opinions awaited: %(pending)d, unfavourable: %(unfavourable)d. "
    "Say why you grant it all the same."
)


@dataclass(frozen=True)
class OpinionView:
    """What a department was asked and what it answered."""

    department_id: int
    department: str
    verdict: Verdict
    reason: str
    by: str
    on_behalf_of: str
    """Whose delegation the giver held; empty without."""
    asked_at: datetime
    at: datetime | None
    may_give: bool
    """Whether the reader may speak for the department now."""


@dataclass(frozen=True)
class Opinions:
    """The opinions about a request, and the departments that would be asked."""

    given: tuple[OpinionView, ...]
    concerned: tuple[str, ...]
    """The departments that it concerns, by name."""

    @property
    def pending(self) -> int:
        """How many are awaited."""
        return sum(each.verdict is Verdict.PENDING for each in self.given)

    @property
    def unfavourable(self) -> int:
        """How many are against it."""
        return sum(each.verdict is Verdict.UNFAVOURABLE for each in self.given)

    @property
    def stand_in_the_way(self) -> bool:
        """Whether granting it takes a reason."""
        return bool(self.pending or self.unfavourable)


@dataclass(frozen=True)
class AgainstView:
    """Why a request was granted although opinions were awaited or against it."""

    reason: str
    pending: int
    unfavourable: int


@dataclass(frozen=True)
class Standing:
    """An opinion that stands in the way of granting."""

    department_id: int
    department: str
    is_pending: bool
    """Whether it is awaited; it is unfavourable otherwise."""
    reason: str
    """Why the department is against it."""


class OpinionsStand(InvalidInput):
    """Opinions are awaited or against a request; granting it takes a reason of its own."""

    code = "opinions_stand"
    default_message = N_("Departments have not agreed to this booking.")

    def __init__(self, pending: int, unfavourable: int) -> None:
        self.pending, self.unfavourable = pending, unfavourable
        values = (("pending", pending), ("unfavourable", unfavourable))
        super().__init__([FieldError("opinions_reason", STANDING, values)])


def listen(events: Events) -> None:
    """Ask for opinions and hold to them; called once, by the composition root.

    Before the record is written: it may refuse a move.
    """
    events.subscribe(BookingMoved, _moved)
    events.subscribe(BookingChanged, _changed)


def departments_concerned(uow: UnitOfWork, booking: Booking) -> dict[int, str]:
    """Return the departments that a booking concerns: of its items, and of the event's cause."""
    by_items = departments_of_items(uow, select(Booking.id).where(Booking.id == booking.id))
    by_cause = departments_by_competence(uow, {booking.authority_id})
    numbers = by_items[booking.id] | by_cause[booking.authority_id, booking.event.competence]
    rows = uow.session.execute(
        select(Department.id, Department.name)
        .where(Department.id.in_(numbers), Department.authority_id == booking.authority_id)
        .order_by(Department.name, Department.id)
    )
    return dict(rows.all())


def give_opinion(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    department_id: int,
    verdict: Verdict,
    reason: str = "",
) -> Opinion:
    """Say what a department thinks of a request that is not decided; it can be said again.

    Raises:
        InvalidInput: no verdict, an unfavourable one without a reason, or the department was
            not asked.
        Forbidden: the actor does not speak for the department.
        NotFound: there is no such booking that the actor may know of.
        NotAllowedNow: the request is decided.
    """
    booking = load_for(uow, actor, booking_id, Action.GIVE_OPINION)
    opinion = uow.session.scalar(
        select(Opinion).where(
            Opinion.booking_id == booking.id, Opinion.department_id == department_id
        )
    )
    if opinion is None:
        raise InvalidInput(department_id=N_("This department was not asked."))
    voice = voices(uow, actor, booking.authority_id).get(department_id)
    if voice is None:
        raise Forbidden
    if booking.state not in OPEN:
        raise NotAllowedNow
    if verdict is Verdict.PENDING:
        raise InvalidInput(verdict=N_("Choose an opinion."))
    if verdict is Verdict.UNFAVOURABLE and not reason.strip():
        raise InvalidInput(reason=N_("Say why you are against it: who decides needs to know."))
    opinion.verdict, opinion.reason, opinion.at = verdict, reason.strip(), uow.now
    opinion.by_id, opinion.by_name = actor.user_id, actor.name
    opinion.for_id, opinion.for_name = voice.for_id, voice.for_name
    return opinion


def opinions_of(uow: UnitOfWork, actor: Principal, booking_id: int) -> Opinions:
    """Return the opinions about a booking; the caller has checked that it may be seen."""
    booking = uow.session.get_one(Booking, booking_id)
    may = voices(uow, actor, booking.authority_id) if booking.state in OPEN else {}
    rows = uow.session.execute(
        select(Opinion, Department.name)
        .join(Department, Department.id == Opinion.department_id)
        .where(Opinion.booking_id == booking_id)
        .order_by(Department.name, Opinion.id)
    )
    given = tuple(
        OpinionView(
            department_id=row.department_id,
            department=name,
            verdict=row.verdict,
            reason=row.reason,
            by=row.by_name,
            on_behalf_of=row.for_name,
            asked_at=row.asked_at,
            at=row.at,
            may_give=row.department_id in may,
        )
        for row, name in rows
    )
    return Opinions(given, tuple(departments_concerned(uow, booking).values()))


def standing_opinions(
    uow: UnitOfWork, booking_ids: Collection[int]
) -> dict[int, tuple[Standing, ...]]:
    """Return the opinions that are awaited or unfavourable, by booking; without those of none."""
    rows = uow.session.execute(
        select(Opinion, Department.name)
        .join(Department, Department.id == Opinion.department_id)
        .where(
            Opinion.booking_id.in_(booking_ids),
            Opinion.verdict.in_([Verdict.PENDING, Verdict.UNFAVOURABLE]),
        )
        .order_by(Department.name, Opinion.id)
    )
    found: dict[int, tuple[Standing, ...]] = {}
    for row, name in rows:
        each = Standing(row.department_id, name, row.verdict is Verdict.PENDING, row.reason)
        found[row.booking_id] = (*found.get(row.booking_id, ()), each)
    return found


def decided_against_of(uow: UnitOfWork, booking_id: int) -> Mapping[int, AgainstView]:
    """Return what was granted against opinions or without them, by number of the transition."""
    rows = uow.session.scalars(
        select(DecidedAgainst)
        .join(Transition, Transition.id == DecidedAgainst.transition_id)
        .where(Transition.booking_id == booking_id)
    )
    return {
        row.transition_id: AgainstView(row.reason, row.pending, row.unfavourable) for row in rows
    }


def _moved(fact: BookingMoved, uow: UnitOfWork) -> None:
    if fact.move == "review":
        _ask(uow, uow.session.get_one(Booking, fact.booking_id))
    elif fact.move in GRANTING:
        _hold_to(uow, fact)


def _changed(fact: BookingChanged, uow: UnitOfWork) -> None:
    booking = uow.session.get_one(Booking, fact.booking_id)
    if booking.state is State.IN_REVIEW:
        _ask(uow, booking)


def _ask(uow: UnitOfWork, booking: Booking) -> None:
    """Ask the departments that were not asked yet, where there is more than one."""
    concerned = departments_concerned(uow, booking)
    if len(concerned) <= 1:
        return
    asked = select(Opinion.department_id).where(Opinion.booking_id == booking.id)
    missing = concerned.keys() - set(uow.session.scalars(asked))
    uow.session.add_all(
        Opinion(
            booking_id=booking.id,
            department_id=number,
            asked_at=uow.now,
            verdict=Verdict.PENDING,
        )
        for number in sorted(missing)
    )


def _hold_to(uow: UnitOfWork, fact: BookingMoved) -> None:
    verdicts = uow.session.scalars(
        select(Opinion.verdict).where(Opinion.booking_id == fact.booking_id)
    ).all()
    pending = verdicts.count(Verdict.PENDING)
    unfavourable = verdicts.count(Verdict.UNFAVOURABLE)
    if not pending and not unfavourable:
        return
    because = fact.although.opinions.strip()
    if not because:
        raise OpinionsStand(pending, unfavourable)
    uow.session.add(
        DecidedAgainst(
            transition_id=fact.transition_id,
            reason=because,
            pending=pending,
            unfavourable=unfavourable,
        )
    )
