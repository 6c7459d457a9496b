"""Who takes part in a round, and what there is to share: the inputs of the pure engine."""

from collections import Counter
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from calendars.intervals import Interval
from lending.availability.holds import Supply, Terms, read_supply, seconds, terms_of
from lending.bookings.holding import period_of
from lending.bookings.models import Booking, BookingLine
from lending.bookings.states import GRANTED, UNDECIDED, State
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.equity.allocation.values import Part, Request, Stock, Want
from lending.equity.eligibility.criteria import Facts, Finding, judge, priority_class
from lending.equity.eligibility.facts import facts_of
from lending.equity.rounds.bundles import AskedLine, Tie, bundles_of
from lending.policies.models import AllocationRound
from lending.policies.queries import read_rulebook

TWELVE_MONTHS = timedelta(days=365)
LENT = GRANTED | {State.OUT, State.RETURNED, State.CLOSED}


@dataclass(frozen=True)
class Candidate:
    """A request of the period, and whether it takes part."""

    booking_id: int
    reference: str
    organisation_id: int
    organisation: str
    event: str
    period: Interval
    arrival: int | None
    state: State
    lines: tuple[AskedLine, ...]
    facts: Facts
    rank: int | None
    """Of its priority class; none if the rules do not serve it."""
    blocking: tuple[Finding, ...]
    is_complete: bool
    """Whether its file was complete by the cut-off."""

    @property
    def takes_part(self) -> bool:
        """Whether the round decides about it."""
        return self.is_complete and not self.blocking and self.rank is not None


@dataclass(frozen=True)
class Inputs:
    """All that a round decides on."""

    stocks: tuple[Stock, ...]
    requests: tuple[Request, ...]


def candidates_of(uow: UnitOfWork, found: AllocationRound) -> tuple[Candidate, ...]:
    """Return the undecided requests of a round's period, in the order of their arrival."""
    bookings = uow.session.scalars(
        select(Booking)
        .where(
            Booking.authority_id == found.authority_id,
            Booking.starts_at >= found.period_start,
            Booking.starts_at < found.period_end,
            Booking.state.in_(UNDECIDED | {State.WAITLISTED}),
        )
        .options(
            joinedload(Booking.organisation, innerjoin=True),
            joinedload(Booking.event, innerjoin=True),
            selectinload(Booking.lines).joinedload(BookingLine.item, innerjoin=True),
            selectinload(Booking.lines).selectinload(BookingLine.kits),
        )
        .order_by(Booking.arrival.is_(None), Booking.arrival, Booking.id)
    ).all()
    facts = facts_of(uow, bookings)
    book = read_rulebook(uow.session)
    candidates = []
    for booking in bookings:
        rules = book.at(booking.authority_id, booking.complete_at or uow.now).rules
        known = facts[booking.id]
        candidates.append(
            Candidate(
                booking_id=booking.id,
                reference=booking.reference,
                organisation_id=booking.organisation_id,
                organisation=booking.organisation.name,
                event=booking.event.name,
                period=period_of(booking),
                arrival=booking.arrival,
                state=booking.state,
                lines=tuple(
                    AskedLine(
                        line.id,
                        line.item_id,
                        line.item.name,
                        line.requested,
                        line.all_or_nothing,
                        tuple(Tie(tie.kit_id, tie.units, tie.per_unit) for tie in line.kits),
                    )
                    for line in booking.lines
                ),
                facts=known,
                rank=rules.rank_of(priority_class(known)),
                blocking=tuple(each for each in judge(rules, known) if each.blocks),
                is_complete=booking.complete_at is not None
                and booking.complete_at <= found.cut_off_at,
            )
        )
    return tuple(candidates)


def inputs_of(uow: UnitOfWork, candidates: Sequence[Candidate]) -> Inputs:
    """Return what the engine shares among those who take part."""
    those = [candidate for candidate in candidates if candidate.takes_part]
    item_ids = {line.item_id for each in those for line in each.lines}
    terms = terms_of(uow.session, item_ids)
    served = _served(uow, {each.organisation_id for each in those})
    requests = tuple(
        Request(
            key=each.reference,
            organisation=str(each.organisation_id),
            rank=each.rank or 1,
            served=served.get(each.organisation_id, 0),
            wants=tuple(
                Want(
                    bundle.units,
                    tuple(_part(each, item, terms[item], pieces) for item, pieces in bundle.pieces),
                    bundle.is_whole,
                )
                for bundle in bundles_of(each.lines)
            ),
        )
        for each in those
        if each.lines
    )
    return Inputs(_stocks(uow, those, item_ids), requests)


def _part(candidate: Candidate, item_id: int, terms: Terms, pieces: int = 1) -> Part:
    period = candidate.period
    starts, ends = terms.widen(seconds(period.start), seconds(period.end))
    return Part(item_id, starts, ends, pieces)


def _stocks(
    uow: UnitOfWork, those: Sequence[Candidate], item_ids: AbstractSet[int]
) -> tuple[Stock, ...]:
    """Return stock and promises of the items, without what those who take part hold."""
    if not item_ids:
        return ()
    terms = terms_of(uow.session, item_ids)
    parts = [
        _part(each, line.item_id, terms[line.item_id]) for each in those for line in each.lines
    ]
    supplies = read_supply(
        uow.session,
        min(part.starts for part in parts),
        max(part.ends for part in parts),
        seconds(uow.now),
        item_ids=item_ids,
        without_lines=[line.id for each in those for line in each.lines],
    )
    return tuple(
        Stock(
            item_id,
            supplies[item_id].stock,
            tuple((at, delta) for at, delta in supplies[item_id].changes),
            _promised(supplies[item_id]),
        )
        for item_id in sorted(item_ids & supplies.keys())
    )


def _promised(supply: Supply) -> tuple[tuple[int, int, int], ...]:
    """Return the promises, without those that are taken back by what is decided anew."""
    net: Counter[tuple[int, int]] = Counter()
    for starts, ends, quantity in supply.claims:
        net[starts, ends] += quantity
    return tuple((*time, quantity) for time, quantity in sorted(net.items()) if quantity)


def _served(uow: UnitOfWork, organisation_ids: Collection[int]) -> dict[int, int]:
    """Return what organisations were lent over twelve months, in cents of replacement value.

    Pieces lent times what one costs anew: a measure that needs no tariff and compares a stage
    with chairs.
    """
    value = func.sum(BookingLine.granted * Item.replacement_value_cents)
    rows = uow.session.execute(
        select(Booking.organisation_id, value)
        .join(BookingLine, BookingLine.booking_id == Booking.id)
        .join(Item, Item.id == BookingLine.item_id)
        .where(
            Booking.organisation_id.in_(organisation_ids),
            Booking.state.in_(LENT),
            Booking.starts_at > uow.now - TWELVE_MONTHS,
        )
        .group_by(Booking.organisation_id)
    )
    return {organisation: int(total or 0) for organisation, total in rows}
