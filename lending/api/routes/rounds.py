"""Allocation rounds: announced, tried, adopted or given up, and read by anybody."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from calendars.zones import to_local
from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.common import Nothing, Paged, page_fields
from lending.api.schemas.rounds import (
    Adoption,
    AllocationRoundIn,
    AllocationRoundOut,
    AllocationRoundPage,
    GivingUp,
    RoundsQuery,
    SharePage,
    TrialOut,
    round_out,
    share_out,
    trial_out,
)
from lending.authorities.queries import get_authority
from lending.db.database import UnitOfWork
from lending.equity.allocation.values import Limit
from lending.equity.rounds.deciding import Words, adopt_round, cancel_round
from lending.equity.rounds.queries import read_round, rounds_of, shares_of
from lending.equity.rounds.trying import look_at_round
from lending.equity.rounds.words import LIMITS, explain, left_out
from lending.i18n import translations
from lending.policies.rounds import NewRound, announce_round

operations = Operations("Allocation rounds")
ONE = "/allocation-rounds/{round_id}"

TIME_TO_DECIDE = timedelta(days=14)
"""After the cut-off, where nothing else is announced."""


@operations.add(
    "GET",
    "/allocation-rounds",
    Action.SEE_POLICY,
    AllocationRoundPage,
    query=RoundsQuery,
    refusals=(404,),
)
def list_rounds(uow: UnitOfWork, call: Call[RoundsQuery, None]) -> AllocationRoundPage:
    """List the rounds that were announced, the latest period first."""
    found = list(rounds_of(uow, call.query.authority_id))
    return AllocationRoundPage(
        items=[round_out(view) for view in call.query.cut(found)],
        **page_fields(call.query, len(found), call.address),
    )


@operations.add(
    "POST",
    "/allocation-rounds",
    Action.MANAGE_POLICY,
    AllocationRoundOut,
    status=201,
    body=AllocationRoundIn,
    location="/allocation-rounds/{id}",
    refusals=(404,),
)
def announce(uow: UnitOfWork, call: Call[None, AllocationRoundIn]) -> AllocationRoundOut:
    """Announce a round.

    From its opening until its decision, requests for loans that begin in its period hold nothing
    and are decided together. With the announcement a seed is drawn for the lottery; its
    fingerprint (`commitment`) is public at once, the seed with the decision.
    """
    body = call.body
    zone = ZoneInfo(get_authority(uow, body.authority_id).timezone)
    new = NewRound(
        name=body.name.strip() or _name(body.period_start, body.period_end, zone),
        period_start=body.period_start,
        period_end=body.period_end,
        opens_at=body.opens_at,
        cut_off_at=body.cut_off_at,
        decides_at=body.decides_at or _decides_at(body),
    )
    found = announce_round(uow, call.actor, body.authority_id, new)
    return round_out(read_round(uow, found.id))


@operations.add("GET", ONE, Action.SEE_POLICY, AllocationRoundOut)
def read_allocation_round(uow: UnitOfWork, call: Call[None, None]) -> AllocationRoundOut:
    """Read a round."""
    return round_out(read_round(uow, call.ids["round_id"]))


@operations.add("GET", f"{ONE}/shares", Action.SEE_INBOX, SharePage, query=Paged)
def read_shares(uow: UnitOfWork, call: Call[Paged, None]) -> SharePage:
    """List what a decided round gave for each line, and why."""
    found = list(shares_of(uow, call.actor, call.ids["round_id"]))
    words = _words(call.language)
    return SharePage(
        items=[share_out(row, words) for row in call.query.cut(found)],
        **page_fields(call.query, len(found), call.address),
    )


@operations.add("POST", f"{ONE}/dry-run", Action.MANAGE_POLICY, TrialOut, body=Nothing)
def dry_run(uow: UnitOfWork, call: Call[None, Nothing]) -> TrialOut:
    """Work out what the round would come to now; nothing is written.

    Before the cut-off this is a rehearsal with other lots than those that will count.
    """
    return trial_out(look_at_round(uow, call.actor, call.ids["round_id"]), _words(call.language))


@operations.add("POST", f"{ONE}/adopt", Action.MANAGE_POLICY, AllocationRoundOut, body=Adoption)
def adopt(uow: UnitOfWork, call: Call[None, Adoption]) -> AllocationRoundOut:
    """Decide all requests of a round at once, after its cut-off; this cannot be undone."""
    say = translations("fr").gettext  # associations read it, whatever language the program has
    words = Words(lambda result: explain(result, say), lambda each: left_out(each, say))
    number, body = call.ids["round_id"], call.body
    adopt_round(uow, call.actor, number, words, body.fingerprint, body.opinions_reason)
    return round_out(read_round(uow, number))


@operations.add("POST", f"{ONE}/cancel", Action.MANAGE_POLICY, AllocationRoundOut, body=GivingUp)
def give_up(uow: UnitOfWork, call: Call[None, GivingUp]) -> AllocationRoundOut:
    """Give a round up: its requests are decided one by one, in the order of complete files."""
    cancel_round(uow, call.actor, call.ids["round_id"], call.body.reason)
    return round_out(read_round(uow, call.ids["round_id"]))


def _words(language: str) -> dict[Limit, str]:
    say = translations(language).gettext
    return {limit: say(text) for limit, text in LIMITS.items()}


def _decides_at(body: AllocationRoundIn) -> datetime:
    before = body.period_start - timedelta(seconds=1)
    return max(body.cut_off_at, min(body.cut_off_at + TIME_TO_DECIDE, before))


def _name(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    last = to_local(end - timedelta(seconds=1), zone)
    return f"{to_local(start, zone).date()} – {last.date()}"
