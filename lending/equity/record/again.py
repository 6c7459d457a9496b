"""Decide one recorded decision again, from what it says itself, and compare; no database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lending.bookings.states import GRANTING, RefusalReason
from lending.equity.allocation.checking import faults
from lending.equity.allocation.deciding import decide
from lending.equity.allocation.reading import granted_by_item, read_inputs, read_places
from lending.equity.allocation.values import Request, commitment
from lending.equity.eligibility.criteria import (
    Criterion,
    Finding,
    Verdict,
    facts_from_json,
    judge,
)
from lending.equity.record.decision import Kind, Rule
from lending.policies.rules import Rules

Content = Mapping[str, Any]
"""What a decision says: its payload, read."""


class Aspect(StrEnum):
    """In what a decision differs from the one that is made again."""

    CONTENT = "content"
    """It cannot be read."""
    RULES = "rules"
    """Its rules are not those that were in force."""
    FINDINGS = "findings"
    """The rules come to something else with its facts."""
    STOCK = "stock"
    """More was granted than there was."""
    RESULT = "result"
    """Its result is not what its kind says."""
    ROUND = "round"
    """The round comes to something else."""
    REASON = "reason"
    """The reason given is not borne out by its own figures: a doubt, for people to look at."""


@dataclass(frozen=True)
class Difference:
    """A point in which a decision is not what it would be if it were made again."""

    aspect: Aspect
    told: str
    """In English, for whoever runs the check."""


@dataclass(frozen=True)
class Round:
    """A round that was decided again, for the decisions about its requests."""

    commitment: str
    """To the seed, as it was recorded."""
    requests: Mapping[str, Request]
    """By key: the reference of the booking."""
    shares: Mapping[str, list[int]]
    """Units of each want, by key."""


def judged_again(says: Content, rules: Rules) -> Iterator[Difference]:
    """Compare the findings of a decision with those of the rules on its facts."""
    inputs = says["inputs"]
    if "facts" not in inputs:
        return
    recorded = {each["criterion"]: each for each in inputs["findings"]}
    found = {
        each.criterion.value: _finding(each)
        for each in judge(rules, facts_from_json(inputs["facts"]))
    }
    for name in [*found, *(name for name in recorded if name not in found)]:
        was, now = recorded.get(name), found.get(name)
        if was != now:
            told = f"{name}: recorded {_verdict(was)}, found {_verdict(now)}"
            yield Difference(Aspect.FINDINGS, told)


def granted_again(says: Content) -> Iterator[Difference]:
    """Compare what was granted with what was asked, with what was free, and with the kind."""
    granted = {int(item): number for item, number in says["result"].get("granted", {}).items()}
    free = {int(item): each["free"] for item, each in says["stock"].items()}
    if "lines" not in says["inputs"]:
        return
    asked = {line["item_id"]: line["requested"] for line in says["inputs"]["lines"]}
    whole = {li["item_id"] for li in says["inputs"]["lines"] if li.get("all_or_nothing")}
    for item, number in sorted(granted.items()):
        if not 0 <= number <= asked.get(item, 0):
            told = f"item {item}: {number} granted, {asked.get(item, 0)} asked"
            yield Difference(Aspect.RESULT, told)
        elif item in whole and 0 < number < asked[item]:
            told = f"item {item}: {number} granted, {asked[item]} or nothing asked"
            yield Difference(Aspect.RESULT, told)
    served = asked if says["kind"] == Kind.SERVE else granted
    for item, number in sorted(served.items()):
        if number > max(free.get(item, 0), 0):
            told = f"item {item}: {number} granted, {free.get(item, 0)} free"
            yield Difference(Aspect.STOCK, told)
    if not _fits_kind(says["kind"], granted, asked):
        yield Difference(Aspect.RESULT, f"{says['kind']}: {_pieces(granted)} of {_pieces(asked)}")
    yield from _overridden_again(says, granted)


def _overridden_again(says: Content, granted: Mapping[int, int]) -> Iterator[Difference]:
    """Nothing is granted that the rules say no to, but by two people, as an override."""
    against = {each["criterion"] for each in says["inputs"].get("findings", ()) if each["blocks"]}
    override = says["result"].get("override")
    if override is None:
        decides = says["result"]["move"] in GRANTING
        if against and decides and any(granted.values()):
            told = f"granted although the rules say no: {', '.join(sorted(against))}"
            yield Difference(Aspect.RESULT, told)
        return
    if set(override["criteria"]) != against:
        told = f"overridden: {', '.join(override['criteria'])}, no by the rules: "
        yield Difference(Aspect.RESULT, told + (", ".join(sorted(against)) or "nothing"))
    if override["proposed_by"] in (None, says["author"]["user_id"]):
        yield Difference(Aspect.RESULT, "an override without a second person")


def reasoned_again(says: Content) -> Iterator[Difference]:
    """Compare the reason of a refusal with the facts and figures it was given on."""
    if says["kind"] != Kind.REFUSE or "lines" not in says["inputs"]:
        return
    code = says["reason_code"]
    if code not in list(RefusalReason):
        yield Difference(Aspect.RESULT, "refused without a reason from the list")
        return
    met = {
        each["criterion"]
        for each in says["inputs"].get("findings", ())
        if each["verdict"] == Verdict.MET
    }
    if _CRITERIA.get(code) in met:
        yield Difference(Aspect.REASON, f"{code}: {_CRITERIA[code]} was met")
    enough = all(
        says["stock"][str(line["item_id"])]["free"] >= line["requested"]
        for line in says["inputs"]["lines"]
    )
    if code == RefusalReason.STOCK_EXHAUSTED and says["rule"] != Rule.ROUND and enough:
        yield Difference(Aspect.REASON, f"{code}: everything asked for was free")


_CRITERIA = {
    RefusalReason.LATE.value: Criterion.LEAD_TIME.value,
    RefusalReason.NOT_ELIGIBLE_TERRITORY.value: Criterion.TERRITORY.value,
    RefusalReason.OUTSIDE_COMPETENCE.value: Criterion.COMPETENCE.value,
}
"""The reasons that one criterion decides alone."""


def round_again(says: Content) -> tuple[Round, list[Difference]]:
    """Decide a round again; compare, and check the result by other means too."""
    inputs, result = says["inputs"], says["result"]
    stocks, requests, seed = read_inputs(inputs)
    outcome = decide(stocks, requests, seed)
    found = []
    if inputs["commitment"] != commitment(seed):
        found.append(Difference(Aspect.ROUND, "the seed is not the one that was announced"))
    if read_places(result["places"]) != outcome.places:
        found.append(Difference(Aspect.ROUND, "the order of service is another one"))
    shares = {key: [grant.units for grant in grants] for key, grants in outcome.grants.items()}
    for key in sorted(shares.keys() | result["grants"].keys()):
        was, now = result["grants"].get(key), shares.get(key)
        if was != now:
            found.append(Difference(Aspect.ROUND, f"{key}: recorded {was}, found {now}"))
    found += [
        Difference(Aspect.ROUND, f"{fault.what} {fault.request}".strip())
        for fault in faults(stocks, requests, seed, outcome)
    ]
    return Round(
        inputs["commitment"], {request.key: request for request in requests}, shares
    ), found


def follows_round(says: Content, decided: Round) -> Iterator[Difference]:
    """Compare what a booking was granted with what its round came to."""
    if says["rule"] != Rule.ROUND or "booking" not in says["inputs"]:
        return
    reference = says["inputs"]["booking"]["reference"]
    request = decided.requests.get(reference)
    share = granted_by_item(request, decided.shares[reference]) if request else {}
    granted = {int(item): number for item, number in says["result"].get("granted", {}).items()}
    for item in sorted(share.keys() | granted.keys()):
        if share.get(item, 0) != granted.get(item, 0):
            told = f"item {item}: granted {granted.get(item, 0)}, the round {share.get(item, 0)}"
            yield Difference(Aspect.ROUND, told)


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "criterion": finding.criterion.value,
        "verdict": finding.verdict.value,
        "blocks": finding.blocks,
        "reason": finding.reason.value if finding.reason else None,
    }


def _verdict(finding: Mapping[str, Any] | None) -> str:
    if finding is None:
        return "nothing"
    return f"{finding['verdict']}{', blocks' if finding['blocks'] else ''}"


def _fits_kind(kind: str, granted: Mapping[int, int], asked: Mapping[int, int]) -> bool:
    whole = all(granted.get(item, 0) == number for item, number in asked.items())
    if kind == Kind.GRANT:
        return whole
    if kind == Kind.GRANT_IN_PART:
        return any(granted.values()) and not whole
    return kind in (Kind.ALLOCATE, Kind.OVERRIDE) or not any(granted.values())


def _pieces(quantities: Mapping[int, int]) -> str:
    return ", ".join(f"{number} × {item}" for item, number in sorted(quantities.items())) or "none"
