"""Adopt what a round comes to, or give it up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass

from sqlalchemy import select

from lending.accounts.permissions import SYSTEM, Action, Principal
from lending.authorities.models import Authority
from lending.availability.answers import instant
from lending.availability.models import HoldKind
from lending.bookings.decisions import approve_booking, put_on_waiting_list
from lending.bookings.errors import StockConflict
from lending.bookings.facts import Although
from lending.bookings.holding import hold, item_ids_of, lock_with_waiting, release
from lending.bookings.models import Booking
from lending.bookings.moves import move
from lending.bookings.options import start_option, start_waiting
from lending.bookings.states import UNDECIDED, State
from lending.db.database import UnitOfWork
from lending.equity.record.chain import append
from lending.equity.record.decision import Author, Decision, Kind, Rule
from lending.equity.rounds.facts import RoundAdopted
from lending.equity.rounds.gathering import Candidate, candidates_of
from lending.equity.rounds.models import Share
from lending.equity.rounds.trying import LineResult, Result, Trial, try_round
from lending.equity.routing.opinions import OpinionsStand
from lending.errors import FieldError, InvalidInput, NotAllowedNow
from lending.i18n import N_
from lending.policies.models import AllocationRound
from lending.policies.rounds import Stage, load_round, stage_of


@dataclass(frozen=True)
class Words:
    """How the face that adopts writes to associations."""

    explain: Callable[[Result], str]
    """Why a request gets what it gets."""
    left_out: Callable[[Candidate], str]
    """To those whom the round did not decide about, and for whom nothing is left now."""


def adopt_round(
    uow: UnitOfWork,
    actor: Principal,
    round_id: int,
    words: Words,
    expected: str = "",
    opinions_reason: str = "",
) -> AllocationRound:
    """Decide every request of a round at once; what is left is first come, first served again.

    `expected` is the fingerprint of the trial that was looked at: if anything changed since,
    nothing is adopted. Where departments are against something that it grants, or were not heard,
    that takes an `opinions_reason`, which is kept with each of these requests.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not.
        NotAllowedNow: it still receives requests, or is decided or given up.
        InvalidInput: something changed since the trial.
        OpinionsStand: opinions are awaited or unfavourable, and no reason is given.
    """
    found = load_round(uow, actor, round_id)
    if stage_of(found, uow.now) is not Stage.TO_DECIDE:
        raise NotAllowedNow
    _lock(uow, found)
    trial = try_round(uow, found)
    if expected and trial.fingerprint != expected:
        raise InvalidInput(
            [FieldError("fingerprint", N_("Something changed since. Look at the result again."))]
        )
    if trial.against and not opinions_reason.strip():
        raise OpinionsStand(trial.pending, trial.unfavourable)
    found.adopted_at, found.adopted_by_id = uow.now, actor.user_id
    uow.session.flush()  # from here on the period is no longer collected
    _record(uow, actor, found, trial)
    for result in trial.results:  # options must not stand in the way of what is decided
        booking = uow.session.get_one(Booking, result.candidate.booking_id)
        booking.round_id = found.id
        release(uow, booking)
        uow.session.add_all(_share(found, result, each) for each in result.lines)
    uow.session.flush()  # what is released is free for who comes next
    for result in trial.results:
        _carry_out(uow, actor, found, result, words.explain(result), opinions_reason.strip())
    _let_go(uow, trial.left_out, words.left_out)
    served = sum(any(result.granted.values()) for result in trial.results)
    uow.events.publish(RoundAdopted(found.id, served, len(trial.results) - served), uow)
    return found


def cancel_round(uow: UnitOfWork, actor: Principal, round_id: int, reason: str) -> AllocationRound:
    """Give a round up: its requests are decided one by one, in the order of complete files.

    Raises:
        NotFound, NotSignedIn, Forbidden, NotAllowedNow: as for `adopt_round`.
        InvalidInput: no reason.
    """
    found = load_round(uow, actor, round_id)
    if not reason.strip():
        raise InvalidInput(reason=N_("Give a reason: the other side will read it."))
    _lock(uow, found)
    found.cancelled_at, found.cancel_reason = uow.now, reason.strip()
    uow.session.flush()  # from here on the period is no longer collected
    _let_go(uow, candidates_of(uow, found), lambda _: reason)
    return found


def _lock(uow: UnitOfWork, found: AllocationRound) -> None:
    """Lock the requests, their items and the authority, in the order of every decision."""
    candidates = candidates_of(uow, found)
    uow.session.execute(
        select(Booking.id)
        .where(Booking.id.in_([each.booking_id for each in candidates]))
        .order_by(Booking.id)
        .with_for_update(of=Booking)
    )
    lock_with_waiting(uow, {line.item_id for each in candidates for line in each.lines})
    uow.session.get(Authority, found.authority_id, with_for_update={"of": Authority})


def _record(uow: UnitOfWork, actor: Principal, found: AllocationRound, trial: Trial) -> None:
    """Keep all inputs and the result, so that anyone can share anew and compare."""
    role = actor.role_for(
        Action.MANAGE_POLICY, authority_id=found.authority_id, organisation_id=None
    )
    append(
        uow,
        found.authority_id,
        Decision(
            kind=Kind.ALLOCATE,
            rule=Rule.ROUND,
            author=Author(role.value if role else "", actor.user_id, actor.api_token_id),
            inputs={
                "round": found.uuid,
                "commitment": found.commitment,
                "seed": found.seed,
                "stocks": [_plain(stock) for stock in trial.stocks],
                "requests": [_plain(request) for request in trial.requests],
            },
            result={
                "grants": {
                    key: [grant.units for grant in grants]
                    for key, grants in trial.outcome.grants.items()
                },
                "places": [_plain(place) for place in trial.outcome.places],
            },
            round_id=found.id,
        ),
    )


def _plain(value: object) -> object:
    """Return a frozen value as maps and lists, as the record keeps it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


def _carry_out(
    uow: UnitOfWork,
    actor: Principal,
    found: AllocationRound,
    result: Result,
    reason: str,
    opinions_reason: str,
) -> None:
    candidate = result.candidate
    if any(result.granted.values()):
        approve_booking(
            uow,
            actor,
            candidate.booking_id,
            result.granted,
            reason="" if result.is_whole else reason,
            # Crews are planned from what comes out.
            although=Although(capacity=found.name, opinions=opinions_reason),
        )
    elif candidate.state is not State.WAITLISTED:
        put_on_waiting_list(uow, actor, candidate.booking_id, reason)


def _let_go(
    uow: UnitOfWork, candidates: Sequence[Candidate], reason: Callable[[Candidate], str]
) -> None:
    """Let those about whom the round did not decide hold what is left, in order of arrival."""
    for each in candidates:
        booking = uow.session.get_one(Booking, each.booking_id)
        if booking.state not in UNDECIDED or booking.option_until is not None:
            continue
        booking.round_id = None
        terms = lock_with_waiting(uow, item_ids_of(booking))
        try:
            hold(uow, booking, HoldKind.OPTION, terms)
        except StockConflict:
            start_waiting(uow, booking)
            move(uow, SYSTEM, booking, "put_on_waiting_list", reason(each))
        else:
            start_option(uow, booking)


def _share(found: AllocationRound, result: Result, each: LineResult) -> Share:
    tight = each.grant.squeeze
    return Share(
        line_id=each.line.id,
        round_id=found.id,
        asked=each.line.quantity,
        granted=each.grant.units,
        limit=each.grant.limit,
        rank=result.candidate.rank,
        place=result.place.position,
        served_cents=result.place.served,
        ticket=result.place.ticket,
        tight_item_id=tight.item_id,
        tight_from=instant(tight.starts),
        tight_until=instant(tight.ends),
        free_then=tight.free,
        asked_then=tight.asked,
    )
