"""Decide again everything an authority has recorded, and name what differs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256

from sqlalchemy import select

from lending.db.database import UnitOfWork
from lending.equity.record.again import (
    Aspect,
    Content,
    Difference,
    Round,
    follows_round,
    granted_again,
    judged_again,
    reasoned_again,
    round_again,
)
from lending.equity.record.canonical import parse
from lending.equity.record.decision import Kind
from lending.equity.record.models import DecisionRecord
from lending.equity.record.verifying import BATCH
from lending.policies.models import AllocationRound, LendingPolicy
from lending.policies.queries import BEGINNING, Rulebook, Version, read_rulebook, version_of


@dataclass(frozen=True)
class Found:
    """A difference, with the number of the decision."""

    sequence: int
    difference: Difference


@dataclass(frozen=True)
class Replayed:
    """What came of deciding again."""

    authority_id: int
    decisions: int
    rounds: int
    differences: tuple[Found, ...]
    doubts: tuple[Found, ...]
    """What is right by the figures and yet a question: see `Aspect.REASON`."""


def replay_chain(
    uow: UnitOfWork, authority_id: int, report: Callable[[int], None] = lambda done: None
) -> Replayed:
    """Decide again all that was recorded for an authority.

    It takes each decision at its word: that nobody altered the words is what `verify_chain`
    proves. `report` is told now and then how many are done.
    """
    replay = _Replay(uow, authority_id)
    decisions = 0
    differences: list[Found] = []
    doubts: list[Found] = []
    for sequence, payload in _payloads(uow, authority_id):
        decisions += 1
        for each in replay.differences(payload):
            kept = doubts if each.aspect is Aspect.REASON else differences
            kept.append(Found(sequence, each))
        if decisions % BATCH == 0:
            report(decisions)
    return Replayed(
        authority_id, decisions, replay.rounds_decided, tuple(differences), tuple(doubts)
    )


def _payloads(uow: UnitOfWork, authority_id: int) -> Iterator[tuple[int, str]]:
    last = 0
    while True:
        rows = uow.session.execute(
            select(DecisionRecord.sequence, DecisionRecord.payload)
            .where(DecisionRecord.authority_id == authority_id, DecisionRecord.sequence > last)
            .order_by(DecisionRecord.sequence)
            .limit(BATCH)
        ).all()
        if not rows:
            return
        yield from map(tuple, rows)
        last = rows[-1].sequence


class _Replay:
    """What has to be remembered from one decision to the next."""

    def __init__(self, uow: UnitOfWork, authority_id: int) -> None:
        self._uow, self._authority_id = uow, authority_id
        self._rulebook: Rulebook = read_rulebook(uow.session)
        self._rounds: dict[int, Round] = {}
        self.rounds_decided = 0

        @cache
        def version(policy_id: int) -> tuple[Version, bool] | None:
            row = uow.session.get(LendingPolicy, policy_id)
            if row is None or row.authority_id != authority_id:
                return None
            return version_of(row), sha256(row.content.encode()).hexdigest() == row.digest

        self._version = version

    def differences(self, payload: str) -> list[Difference]:
        """Return in what a decision differs from the one that is made again."""
        try:
            says = parse(payload)
            if not isinstance(says, dict):
                return [Difference(Aspect.CONTENT, "it is no object")]
            return list(self._compare(says))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            told = f"it cannot be read: {type(error).__name__}"
            return [Difference(Aspect.CONTENT, told)]

    def _compare(self, says: Content) -> Iterator[Difference]:
        version, wrong = self._rules(says)
        yield from wrong
        if version is not None:
            yield from judged_again(says, version.rules)
        yield from granted_again(says)
        yield from reasoned_again(says)
        yield from self._round(says)

    def _rules(self, says: Content) -> tuple[Version | None, list[Difference]]:
        """Return the rules of a decision if they are there, and what is wrong with them."""
        policy_id, wrong = says["policy_id"], []
        found = (BEGINNING, True) if policy_id is None else self._version(policy_id)
        if found is None:
            return None, [Difference(Aspect.RULES, f"rules {policy_id} are not there")]
        version, is_whole = found
        kept = says["inputs"].get("policy")
        named = {"number": version.number, "digest": version.digest} if policy_id else None
        if not is_whole:
            wrong.append(Difference(Aspect.RULES, "the rules are not what their digest says"))
        if kept != named:
            wrong.append(Difference(Aspect.RULES, "the rules are not those that were recorded"))
        if "booking" in says["inputs"]:
            at = says["inputs"]["booking"]["complete_at"] or says["recorded_at"]
            due = self._rulebook.at(self._authority_id, datetime.fromisoformat(at)).policy_id
            if due != policy_id:
                told = f"rules {policy_id or 'one begins with'}, in force were {due or 'none'}"
                wrong.append(Difference(Aspect.RULES, told))
        return version, wrong

    def _round(self, says: Content) -> Iterator[Difference]:
        round_id = says["round_id"]
        if round_id is None:
            return
        if says["kind"] == Kind.ALLOCATE:
            decided, found = round_again(says)
            self._rounds[round_id] = decided
            self.rounds_decided += 1
            yield from found
            announced = self._uow.session.get(AllocationRound, round_id)
            if announced is not None and announced.commitment != decided.commitment:
                yield Difference(Aspect.ROUND, "another seed was announced")
        elif round_id in self._rounds:
            yield from follows_round(says, self._rounds[round_id])
