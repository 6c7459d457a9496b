"""Charges as they are read, for both sides, and as a table for the finance department."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import selectinload

from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.bookings.charges import Charge, ChargeState
from lending.bookings.models import Booking, Event
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.handover.charging import WAYS
from lending.handover.scale import Bill
from lending.i18n import N_
from lending.organisations.models import Organisation
from lending.policies.models import LendingPolicy
from lending.sheets import Sheet


@dataclass(frozen=True)
class ChargeSaid:
    """A move of a charge, with the words of whoever made it."""

    new: ChargeState
    cents: int
    actor: str
    words: str
    at: datetime


@dataclass(frozen=True)
class ChargeView:
    """A charge with its bill and its history."""

    id: int
    statement_id: int
    booking_id: int
    reference: str
    event: str
    organisation_id: int
    organisation: str
    siret: str
    authority_id: int
    authority: str
    zone: ZoneInfo
    state: ChargeState
    proposed_cents: int
    cents: int
    bill: Bill
    policy_number: int | None
    """The version of the rules; none for those one begins with."""
    proposed_at: datetime
    title: str
    history: tuple[ChargeSaid, ...]
    ways: frozenset[str]
    """What the actor may do with it now, by name (lending.handover.charging)."""

    @property
    def is_to_credit(self) -> bool:
        """Whether the finance department is asked to cancel its order."""
        return self.state is ChargeState.CREDITING

    @property
    def title_said(self) -> str:
        """Return what to say of the order, if there is one: a gettext id that takes `number`."""
        if not self.title:
            return ""
        if self.is_to_credit:
            return N_("revenue order no. %(number)s, to be cancelled")
        if self.state is ChargeState.WAIVED:
            return N_("revenue order no. %(number)s, cancelled")
        return N_("revenue order no. %(number)s")

    @property
    def order_cents(self) -> int:
        """What the order of the finance department is over, whether to be issued or cancelled."""
        if not self.is_to_credit:
            return self.cents
        return next(s.cents for s in reversed(self.history) if s.new is ChargeState.EXPORTED)


_Found = Row[Charge, Booking, Event, Organisation, Authority, int | None]


def charges_of(uow: UnitOfWork, actor: Principal, booking_id: int) -> list[ChargeView]:
    """Return the charges of a booking, in order; none to who may not see them."""
    rows = uow.session.execute(_rows().where(Charge.booking_id == booking_id).order_by(Charge.id))
    return [_view(actor, row) for row in rows if _may_see(actor, row[0])]


def get_charge(uow: UnitOfWork, actor: Principal, charge_id: int) -> ChargeView:
    """Return a charge.

    Raises:
        NotSignedIn, NotFound: there is none that the actor may see.
    """
    row = uow.session.execute(_rows().where(Charge.id == charge_id)).one_or_none()
    if row is None:
        actor.check(Action.SEE_CHARGE)
        raise NotFound
    charge = row[0]
    actor.check(
        Action.SEE_CHARGE,
        authority_id=charge.authority_id,
        organisation_id=charge.organisation_id,
        hidden=True,
    )
    return _view(actor, row)


def list_charges(
    uow: UnitOfWork, actor: Principal, states: Collection[ChargeState] = ()
) -> list[ChargeView]:
    """Return the charges that the actor may see, the oldest first; of these states, if any.

    Raises:
        NotSignedIn, Forbidden: the actor may see none at all.
    """
    actor.check(Action.SEE_CHARGE)
    query = _rows().order_by(Charge.proposed_at, Charge.id)
    if states:
        query = query.where(Charge.state.in_(states))
    if not actor.is_staff:
        query = query.where(Charge.organisation_id.in_(actor.organisation_ids))
    elif (scope := actor.authority_scope(Action.SEE_CHARGE)) is not None:
        query = query.where(Charge.authority_id.in_(scope))
    return [_view(actor, row) for row in uow.session.execute(query)]


def charges_sheet(charges: Collection[ChargeView]) -> Sheet:
    """Return what the finance department needs to issue the titres de recettes of these.

    Where one is to be cancelled, the line says so, with its number and amount. The names of the
    columns are stable, as those of every file.
    """
    return Sheet(
        name="charges",
        columns=(
            "charge",
            "loan",
            "lender",
            "debtor",
            "debtor_siret",
            "event",
            "object",
            "proposed_on",
            "state",
            "amount_eur",
            "title",
            "operation",
        ),
        rows=[
            (
                each.id,
                each.reference,
                each.authority,
                each.organisation,
                each.siret,
                each.event,
                "; ".join(
                    f"{line.quantity} × {line.item_code} {line.name}: {line.fault.value}, "
                    f"{line.percent} %"
                    for line in each.bill.lines
                ),
                to_local(each.proposed_at, each.zone).date(),
                each.state.value,
                (Decimal(each.order_cents) / 100).quantize(Decimal("0.01")),
                each.title,
                "cancel" if each.is_to_credit else "issue",
            )
            for each in charges
        ],
    )


def _rows() -> Select[Charge, Booking, Event, Organisation, Authority, int | None]:
    return (
        select(Charge, Booking, Event, Organisation, Authority, LendingPolicy.number)
        .join(Booking, Booking.id == Charge.booking_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Organisation, Organisation.id == Charge.organisation_id)
        .join(Authority, Authority.id == Charge.authority_id)
        .outerjoin(LendingPolicy, LendingPolicy.id == Charge.policy_id)
        .options(selectinload(Charge.moves))
    )


def _may_see(actor: Principal, charge: Charge) -> bool:
    return actor.can(
        Action.SEE_CHARGE,
        authority_id=charge.authority_id,
        organisation_id=charge.organisation_id,
    )


def _view(actor: Principal, row: _Found) -> ChargeView:
    charge, booking, event, organisation, authority, number = row
    lender, borrower = charge.authority_id, charge.organisation_id
    return ChargeView(
        id=charge.id,
        statement_id=charge.statement_id,
        booking_id=booking.id,
        reference=booking.reference,
        event=event.name,
        organisation_id=organisation.id,
        organisation=organisation.name,
        siret=organisation.siret or "",
        authority_id=authority.id,
        authority=authority.name,
        zone=ZoneInfo(authority.timezone),
        state=charge.state,
        proposed_cents=charge.proposed_cents,
        cents=charge.cents,
        bill=Bill.model_validate_json(charge.bill),
        policy_number=number,
        proposed_at=charge.proposed_at,
        title=charge.title,
        history=tuple(
            ChargeSaid(move.new, move.cents, move.actor_name, move.words, move.at)
            for move in charge.moves
        ),
        ways=frozenset(
            name
            for name, way in WAYS.items()
            if charge.state in way.sources
            and actor.can(way.action, authority_id=lender, organisation_id=borrower)
        ),
    )
