"""One booking with everything an actor may know of it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import select

from calendars.intervals import Interval
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority, Commune
from lending.availability.answers import free_for_loan
from lending.bookings.consent import may_be_shown
from lending.bookings.kit_views import KitUnits, kits_of_lines
from lending.bookings.models import Booking, BookingLine, Event, SiteAccess, SiteSetting, Transition
from lending.bookings.queries import BookingRow, row_of, rows_query
from lending.bookings.states import GRANTED, MOVES, UNDECIDED, Move, RefusalReason, State
from lending.catalogue.models import Category, Item
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.organisations.models import Organisation, Verification
from lending.policies.queries import read_rulebook


@dataclass(frozen=True)
class EventView:
    """What the borrower says of its event."""

    id: int
    name: str
    starts_at: datetime
    ends_at: datetime
    commune_insee: str
    commune: str
    competence: str
    competence_label: str
    """A gettext id."""
    attendance: int | None
    site_address: str
    lat: float | None
    lon: float | None
    access: SiteAccess
    setting: SiteSetting
    description: str
    is_public: bool
    """Whether the public programme may show it."""

    @property
    def place(self) -> str:
        """The address with its commune, which many write themselves."""
        if not self.site_address or self.commune in self.site_address:
            return self.site_address or self.commune
        return f"{self.site_address}, {self.commune}"

    @property
    def period(self) -> Interval:
        """The time of the event."""
        return Interval(self.starts_at, self.ends_at)


@dataclass(frozen=True)
class LineView:
    """One item of a booking, with what is free of it for the booking's dates."""

    id: int
    item_id: int
    code: str
    name: str
    name_en: str
    category: str
    pictogram: str
    photo: str
    requested: int
    granted: int | None
    delivered: int
    awaited: int
    """What a later delivery brings."""
    returned: int
    damaged: int
    lost: int
    all_or_nothing: bool
    kits: tuple[KitUnits, ...]
    """The kits that take pieces of it."""
    """Whether a part is of no use to who asks."""
    note: str
    stock: int
    """At the beginning of the loan."""
    free: int
    """Signed, over the whole loan, what the booking itself holds not counted as taken."""
    max_per_booking: int | None
    is_active: bool
    weight_g: int
    """Of one piece."""
    volume_l: int
    """Of one piece."""
    replacement_value_cents: int
    department_id: int | None
    depot_id: int | None
    is_service: bool
    """Whether its pieces are hours of help."""

    @property
    def quantity(self) -> int:
        """What it is about now: what is granted, or else what is requested."""
        return self.requested if self.granted is None else self.granted

    @property
    def missing(self) -> int:
        """How many pieces of this quantity are not free."""
        return max(0, self.quantity - max(self.free, 0))


@dataclass(frozen=True)
class HistoryLine:
    """Something that happened to a booking."""

    id: int
    at: datetime
    move: str
    """A name of `states.MOVES`, or create, change, reduce."""
    old: State | None
    new: State
    actor: str
    actor_id: int | None
    reason: str


@dataclass(frozen=True)
class BookingDetail(BookingRow):
    """A booking with its event, lines and history, and what the actor may do with it."""

    event_view: EventView
    line_views: tuple[LineView, ...]
    history: tuple[HistoryLine, ...]
    """Newest first."""
    moves: tuple[Move, ...]
    """The moves of the table that the actor may make now."""
    note: str
    refusal_reason: RefusalReason | None
    verification: Verification
    """Of the organisation: only a verified one can send requests."""
    organisation_phone: str
    organisation_email: str
    organisation_contact: str
    authority_phone: str
    authority_email: str
    answer_days: int
    change_until: datetime
    """Until when a borrower may still give back a part of what was granted."""
    can_edit: bool
    """Whether the actor may change the draft."""
    can_change: bool
    """Whether the actor may change dates and lines of what was sent."""
    can_reduce: bool
    """Whether the actor may give back a part of what was granted."""
    can_show_event: bool
    """Whether the actor may say that the public programme shows the event."""
    can_copy: bool
    """Whether the actor may take the booking up again for other dates."""

    @property
    def weight_g(self) -> int:
        """What everything weighs."""
        return sum(line.weight_g * line.quantity for line in self.line_views)

    @property
    def volume_l(self) -> int:
        """The room everything takes."""
        return sum(line.volume_l * line.quantity for line in self.line_views)

    @property
    def is_short(self) -> bool:
        """Whether something it is about is not free."""
        return any(line.missing for line in self.line_views)

    def allows(self, name: str) -> bool:
        """Return whether the actor may make this move now."""
        return any(move.name == name for move in self.moves)


def get_booking(uow: UnitOfWork, actor: Principal, booking_id: int) -> BookingDetail:
    """Return a booking.

    Raises:
        NotSignedIn: somebody would have to be.
        NotFound: there is none that the actor may know of.
    """
    row = uow.session.execute(rows_query().where(Booking.id == booking_id)).one_or_none()
    if row is None:
        actor.check(Action.SEE_BOOKING)
        raise NotFound
    booking: Booking = row[0]
    authority: Authority = row[3]
    owners = {"authority_id": booking.authority_id, "organisation_id": booking.organisation_id}
    actor.check(Action.SEE_BOOKING, hidden=True, **owners)
    rulebook = read_rulebook(uow.session)
    summary = row_of(uow, rulebook, *row)
    organisation = uow.session.get_one(Organisation, booking.organisation_id)
    may_edit = actor.can(Action.EDIT_BOOKING, **owners)
    rules = rulebook.at(booking.authority_id, booking.complete_at or uow.now).rules
    change_until = booking.starts_at - timedelta(days=rules.change_notice_days)
    in_time = uow.now <= change_until or actor.can(
        Action.REVIEW_BOOKING, authority_id=booking.authority_id
    )
    return BookingDetail(
        **{field.name: getattr(summary, field.name) for field in fields(summary)},
        event_view=_event(uow, row[1]),
        line_views=read_lines(uow, booking.id, summary.period),
        history=_history(uow, booking.id),
        moves=tuple(
            move
            for move in MOVES.values()
            if booking.state in move.sources
            and move.action is not None
            and actor.can(move.action, **owners)
        ),
        note=booking.note,
        refusal_reason=booking.refusal_reason,
        verification=organisation.verification,
        organisation_phone=organisation.contact_phone,
        organisation_email=organisation.contact_email,
        organisation_contact=organisation.contact_name,
        authority_phone=authority.phone,
        authority_email=authority.email,
        answer_days=rules.answer_days,
        change_until=change_until,
        can_edit=may_edit and booking.state is State.DRAFT,
        can_change=may_edit and booking.state in UNDECIDED | {State.WAITLISTED},
        can_reduce=may_edit and booking.state in GRANTED and in_time,
        can_show_event=may_edit and may_be_shown(booking.state),
        can_copy=may_edit
        and actor.can(Action.CREATE_BOOKING, **owners)
        and booking.state is not State.DRAFT,
    )


def read_lines(uow: UnitOfWork, booking_id: int, period: Interval) -> tuple[LineView, ...]:
    """Return the lines of a booking, with what is free of them without its own holds."""
    rows = uow.session.execute(
        select(BookingLine, Item, Category)
        .join(Item, Item.id == BookingLine.item_id)
        .join(Category, Category.id == Item.category_id)
        .where(BookingLine.booking_id == booking_id)
        .order_by(Category.position, Item.name, BookingLine.id)
    ).all()
    return _line_views(uow, period, rows)


def _line_views(
    uow: UnitOfWork, period: Interval, rows: Sequence[tuple[BookingLine, Item, Category]]
) -> tuple[LineView, ...]:
    if not rows:
        return ()
    free = free_for_loan(
        uow,
        period,
        item_ids=[item.id for _, item, _ in rows],
        without_lines=[line.id for line, _, _ in rows],
    )
    kits = kits_of_lines(uow, [line.id for line, _, _ in rows])
    return tuple(
        LineView(
            id=line.id,
            item_id=item.id,
            code=item.code,
            name=item.name,
            name_en=item.name_en,
            category=category.name,
            pictogram=category.pictogram,
            photo=item.photo,
            requested=line.requested,
            granted=line.granted,
            delivered=line.delivered,
            awaited=line.awaited,
            returned=line.returned,
            damaged=line.damaged,
            lost=line.lost,
            all_or_nothing=line.all_or_nothing,
            kits=kits.get(line.id, ()),
            note=line.note,
            stock=free[item.id].stock,
            free=free[item.id].free,
            max_per_booking=item.max_per_booking,
            is_active=item.is_active,
            weight_g=item.weight_g,
            volume_l=item.volume_l,
            replacement_value_cents=item.replacement_value_cents,
            department_id=item.department_id,
            depot_id=item.depot_id,
            is_service=item.is_service,
        )
        for line, item, category in rows
    )


def _event(uow: UnitOfWork, event: Event) -> EventView:
    commune = uow.session.get_one(Commune, event.commune_insee)
    return EventView(
        id=event.id,
        name=event.name,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        commune_insee=commune.insee,
        commune=commune.name,
        competence=event.competence.value,
        competence_label=event.competence.label,
        attendance=event.attendance,
        site_address=event.site_address,
        lat=event.lat,
        lon=event.lon,
        access=event.access,
        setting=event.setting,
        description=event.description,
        is_public=event.is_public,
    )


def _history(uow: UnitOfWork, booking_id: int) -> tuple[HistoryLine, ...]:
    rows = uow.session.scalars(
        select(Transition).where(Transition.booking_id == booking_id).order_by(Transition.id.desc())
    )
    return tuple(
        HistoryLine(
            id=row.id,
            at=row.at,
            move=row.move,
            old=row.old,
            new=row.new,
            actor=row.actor_name,
            actor_id=row.actor_id,
            reason=row.reason,
        )
        for row in rows
    )
