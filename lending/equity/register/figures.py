"""What the register counts, from plain values: groups, service rates, gaps between groups.

A service rate is granted / asked in pieces, of the requests that were decided; a gap is the
difference between the highest and the lowest rate of comparable groups, in points, for one family
of equipment and one quarter.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from lending.authorities.models import Competence
from lending.bookings.states import RefusalReason
from lending.i18n import N_
from lending.policies.rules import PriorityClass

FEWEST = 3
"""Organisations that a group must have to be public."""
COMPARABLE = 5
"""Decided requests that a group must have to be compared: below, one refusal makes a gap."""


class Outcome(StrEnum):
    """What became of a request."""

    GRANTED = "granted"
    PART = "part"
    REFUSED = "refused"
    LAPSED = "lapsed"
    WAITING = "waiting"
    OPEN = "open"
    WITHDRAWN = "withdrawn"
    REDIRECTED = "redirected"

    @property
    def label(self) -> str:
        """Return the gettext id of the outcome in words."""
        return _OUTCOMES[self]


_OUTCOMES = {
    Outcome.GRANTED: N_("Granted"),
    Outcome.PART: N_("Granted in part"),
    Outcome.REFUSED: N_("Refused"),
    Outcome.LAPSED: N_("Lapsed without a decision"),
    Outcome.WAITING: N_("On the waiting list"),
    Outcome.OPEN: N_("To be decided"),
    Outcome.WITHDRAWN: N_("Withdrawn or cancelled"),
    Outcome.REDIRECTED: N_("Sent on to another lender"),
}
DECIDED = frozenset({Outcome.GRANTED, Outcome.PART, Outcome.REFUSED, Outcome.LAPSED})
"""What counts in a service rate: those who withdrew or were sent on were neither served nor not."""


@dataclass(frozen=True)
class Asked:
    """Pieces of one family of equipment in a request."""

    family: str
    asked: int
    granted: int


@dataclass(frozen=True)
class Case:
    """A request, as the register counts it."""

    booking_id: int
    reference: str
    organisation_id: int
    organisation: str
    commune: str
    """Of the event."""
    competence: Competence
    priority: PriorityClass
    quarter: str
    """Of the loan, as 2026-T3."""
    outcome: Outcome
    asked: tuple[Asked, ...]
    days: int | None
    """From the complete file to the decision; none while there is no decision."""
    cents: int
    """What the loan is worth; zero for none."""
    reason_code: RefusalReason | None = None
    is_late: bool = False
    """Granted although it came later than the rules ask for."""
    is_override: bool = False
    """Granted although the rules said no, or taken back late."""

    @property
    def pieces_asked(self) -> int:
        """Of everything together."""
        return sum(each.asked for each in self.asked)

    @property
    def pieces_granted(self) -> int:
        """Of everything together."""
        return sum(each.granted for each in self.asked)


@dataclass(frozen=True)
class Group:
    """Requests counted together."""

    key: str
    requests: int
    organisations: int
    outcomes: tuple[tuple[Outcome, int], ...]
    """How many of each that there is."""
    asked: int
    """Pieces, of the requests that were decided."""
    granted: int
    median_days: int | None
    cents: int

    @property
    def rate(self) -> int | None:
        """The service rate in percent, rounded down; none if nothing was decided."""
        return rate(self.asked, self.granted)

    def count(self, *outcomes: Outcome) -> int:
        """Return how many requests came to one of these."""
        return sum(number for outcome, number in self.outcomes if outcome in outcomes)


@dataclass(frozen=True)
class Gap:
    """How differently groups were served with one family of equipment in one quarter."""

    quarter: str
    family: str
    lowest: str
    lowest_rate: int
    highest: str
    highest_rate: int
    threshold: int

    @property
    def points(self) -> int:
        """The difference in points."""
        return self.highest_rate - self.lowest_rate

    @property
    def is_alert(self) -> bool:
        """Whether somebody has to look for the reason."""
        return self.points > self.threshold


Key = Callable[[Case], str]


def rate(asked: int, granted: int) -> int | None:
    """Return granted / asked in percent, rounded down; none of nothing."""
    return 100 * granted // asked if asked else None


def count(key: str, cases: Sequence[Case]) -> Group:
    """Return what cases come to together."""
    decided = [case for case in cases if case.outcome in DECIDED]
    days = [case.days for case in decided if case.days is not None]
    numbers = ((o, sum(case.outcome is o for case in cases)) for o in Outcome)
    return Group(
        key=key,
        requests=len(cases),
        organisations=len({case.organisation_id for case in cases}),
        outcomes=tuple((outcome, number) for outcome, number in numbers if number),
        asked=sum(case.pieces_asked for case in decided),
        granted=sum(case.pieces_granted for case in decided),
        median_days=int(median(days)) if days else None,
        cents=sum(case.cents for case in cases),
    )


def groups(cases: Iterable[Case], key: Key) -> tuple[Group, ...]:
    """Return cases counted by a key, in the order of the keys."""
    found: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        found[key(case)].append(case)
    return tuple(count(name, found[name]) for name in sorted(found))


def public_groups(cases: Iterable[Case], key: Key, others: str) -> tuple[Group, ...]:
    """Return the same with every group of fewer than three organisations counted under `others`.

    If `others` alone would be so small, the smallest of the other groups goes with it: nobody can
    be recognised by what is left over.
    """
    found: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        found[key(case)].append(case)
    small = [name for name in found if _organisations(found[name]) < FEWEST]
    merged = [case for name in small for case in found.pop(name)]
    while merged and found and _organisations(merged) < FEWEST:
        smallest = min(found, key=lambda name: (len(found[name]), name))
        merged += found.pop(smallest)
    if merged:
        found[others] = merged
    return tuple(count(name, found[name]) for name in sorted(found, key=lambda n: (n == others, n)))


def gaps(cases: Iterable[Case], key: Key, threshold: int) -> tuple[Gap, ...]:
    """Return how far apart the groups of associations are, the widest first.

    Associations are compared with associations: other classes come before or after them by the
    rules themselves. A group counts from five decided requests of the family in the quarter on.
    """
    rows: dict[tuple[str, str], dict[str, list[Asked]]] = defaultdict(lambda: defaultdict(list))
    for case in cases:
        if case.priority is PriorityClass.ASSOCIATIONS and case.outcome in DECIDED:
            for each in case.asked:
                rows[case.quarter, each.family][key(case)].append(each)
    found = []
    for (quarter, family), named in rows.items():
        rates = [
            (rate(sum(e.asked for e in asked), sum(e.granted for e in asked)) or 0, name)
            for name, asked in named.items()
            if len(asked) >= COMPARABLE
        ]
        if len(rates) < 2:
            continue
        (low, lowest), (high, highest) = min(rates), max(rates)
        if high > low:
            found.append(Gap(quarter, family, lowest, low, highest, high, threshold))
    return tuple(sorted(found, key=lambda gap: (-gap.points, gap.quarter, gap.family)))


def _organisations(cases: Iterable[Case]) -> int:
    return len({case.organisation_id for case in cases})
