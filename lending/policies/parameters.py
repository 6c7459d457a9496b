"""Every parameter of the rules in words: what it is called, its unit, its sentence for anyone.

The faces translate the words and write the values; here is only what there is to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lending.i18n import N_
from lending.policies.rules import Late, Rules, Territory


class Question(StrEnum):
    """What a reader of the rules wants to know."""

    WHEN = "when"
    WHO = "who"
    ORDER = "order"
    WORTH = "worth"
    HARM = "harm"
    APPEAL = "appeal"
    KEPT = "kept"

    @property
    def label(self) -> str:
        """Return the gettext id of the question."""
        return {
            "when": N_("When to ask?"),
            "who": N_("Who may borrow?"),
            "order": N_("Who is served first?"),
            "worth": N_("What is a loan worth?"),
            "harm": N_("Damage and losses"),
            "appeal": N_("If you disagree"),
            "kept": N_("What is kept, and how long?"),
        }[self.value]


class Unit(StrEnum):
    """What a number counts."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    PERCENT = "percent"
    POINTS = "points"
    CENTS = "cents"
    COUNT = "count"
    PEOPLE = "people"


@dataclass(frozen=True)
class Parameter:
    """A parameter of `Rules` by its name; the texts are gettext ids, %(value)s the value."""

    name: str
    question: Question
    label: str
    help: str = ""
    unit: Unit | None = None
    """None where it is no number."""
    says: str = ""
    """The sentence for a number, or for yes."""
    says_none: str = ""
    """The sentence for zero, for no, or for nothing written."""
    says_by: Mapping[str, str] = field(default_factory=dict)
    """The sentence for each choice."""

    def sentence(self, rules: Rules) -> str:
        """Return the gettext id of what these rules say; empty where there is nothing to say."""
        value = getattr(rules, self.name)
        if self.says_by:
            return self.says_by[str(value)]
        return self.says if value else self.says_none or (self.says if self.unit else "")


_W, _P, _O = Question.WHEN, Question.WHO, Question.ORDER
_V, _H, _A, _K = Question.WORTH, Question.HARM, Question.APPEAL, Question.KEPT

PARAMETERS = (
    Parameter(
        "lead_time_days", _W, N_("Lead time"),
        N_("A request sent later than this before the loan is late."), Unit.DAYS,
        N_("Send your request at least %(value)s before the loan begins."),
        N_("You may send your request until the day of the loan."),
    ),
    Parameter(
        "heavy_lead_time_days", _W, N_("Lead time for heavy equipment"),
        N_("For what takes a crew to set up: stages, marquees, stands."), Unit.DAYS,
        N_("For stages, marquees and whatever takes a crew to set up: at least %(value)s before."),
        N_("The same holds for what takes a crew to set up."),
    ),
    Parameter(
        "earliest_days", _W, N_("Earliest request"),
        N_("Nobody is received earlier than this before the loan."), Unit.DAYS,
        N_("Requests are received at most %(value)s before the loan."),
    ),
    Parameter(
        "late", _W, N_("Late requests"),
        says_by={
            Late.LEFTOVERS: N_(
                "A late request is examined with what is left, without any promise."
            ),
            Late.REFUSED: N_("A late request is refused."),
        },
    ),
    Parameter(
        "answer_days", _W, N_("Time for an answer"),
        N_("Counted from the day on which the file is complete."), Unit.DAYS,
        N_("You have an answer within %(value)s of a complete file."),
    ),
    Parameter(
        "option_days", _W, N_("Option"),
        N_("How long a request holds equipment while nobody has decided."), Unit.DAYS,
        N_("While you wait, the equipment stays reserved for you for at most %(value)s."),
    ),
    Parameter(
        "pieces_days", _W, N_("Time to complete a file"),
        N_("For a borrower who is asked for a missing piece."), Unit.DAYS,
        N_("If a piece is missing, you have %(value)s to hand it in."),
    ),
    Parameter(
        "change_notice_days", _W, N_("Notice for a change"),
        N_("Until then a borrower changes or cancels without consequence."), Unit.DAYS,
        N_("Change or cancel up to %(value)s before the loan without any consequence."),
        N_("Change or cancel until the day of the loan without any consequence."),
    ),
    Parameter(
        "longest_loan_days", _W, N_("Longest loan"),
        N_("From the day of the collection to the day of the return."), Unit.DAYS,
        N_("A loan lasts %(value)s at most."),
    ),
    Parameter(
        "power_notice_days", _W, N_("Notice for a power connection"),
        N_("Where a temporary connection has to be asked for."), Unit.DAYS,
        N_("A temporary power connection has to be asked for %(value)s before."),
        N_("A temporary power connection may be asked for at any time."),
    ),
    Parameter(
        "territory", _P, N_("Territory"),
        N_("What has to lie in one of the communes of the territory."),
        says_by={
            Territory.SEAT_OR_EVENT: N_(
                "Your seat or the place of your event lies in one of our communes."
            ),
            Territory.SEAT: N_("Your seat lies in one of our communes."),
            Territory.EVENT: N_("The place of your event lies in one of our communes."),
            Territory.SEAT_AND_EVENT: N_(
                "Your seat and the place of your event lie in one of our communes."
            ),
        },
    ),
    Parameter(
        "identifier", _P, N_("An association gives an official number"),
        N_("RNA number, SIREN or SIRET."),
        says=N_("An association gives its RNA number or its SIREN."),
        says_none=N_("No official number is asked for."),
    ),
    Parameter(
        "republican_commitment", _P, N_("An association has signed the republican commitment"),
        N_("Contrat d’engagement républicain, decree 2021-1947."),
        says=N_("An association has signed the republican commitment."),
        says_none=N_("The republican commitment is not asked for."),
    ),
    Parameter(
        "insurance", _P, N_("A liability insurance covers the day of the return"),
        says=N_("A liability insurance covers you until the day of the return."),
        says_none=N_("No insurance certificate is asked for."),
    ),
    Parameter(
        "nothing_outstanding", _P, N_("What was lent before has come back"),
        says=N_("What you borrowed before has come back."),
        says_none=N_("An earlier loan that is not back does not stand in the way."),
    ),
    Parameter(
        "safety_file_attendance", _P, N_("Safety file"),
        N_("From how many people at the same time it is asked for."), Unit.PEOPLE,
        N_("For more than %(value)s at the same time, you send a safety file."),
    ),
    Parameter(
        "priorities", _O, N_("Order of service"),
        N_("Number the classes in their order: 1 is served first. Empty: not served at all."),
    ),
    Parameter(
        "large_loan_cents", _O, N_("Value of a large loan"),
        N_("From which value on a loan counts as large."), Unit.CENTS,
        N_("A loan worth %(value)s or more is a large loan."),
    ),
    Parameter(
        "large_loans_a_year", _O, N_("Large loans a year"),
        N_("For one organisation, over twelve months."), Unit.COUNT,
        N_("After %(value)s large loans within twelve months, others are served before you."),
        N_("Whoever asks for a large loan is served after the others."),
    ),
    Parameter(
        "preemption_days", _O, N_("Taking back"),
        N_("Until then before the loan the authority may take back for its own events."),
        Unit.DAYS,
        N_("For our own events we may take back what is granted up to %(value)s before the loan."),
        N_("For our own events we may take back what is granted until the day of the loan."),
    ),
    Parameter(
        "alert_gap_points", _O, N_("Alert on unequal service"),
        N_("From which gap between the service rates of two groups somebody has to look."),
        Unit.POINTS,
        N_("When two groups are served with a gap of %(value)s or more, we look for the reason."),
    ),
    Parameter("tariffs", _V, N_("Tariffs")),
    Parameter(
        "fallback_percent_a_day", _V, N_("Without a tariff, for a day"),
        N_("Of the replacement value."), Unit.PERCENT,
        N_("Where no tariff is voted, a day counts for %(value)s of the replacement value."),
        N_("Where no tariff is voted, a loan counts for nothing."),
    ),
    Parameter(
        "fallback_percent_at_most", _V, N_("Without a tariff, at most"),
        N_("Of the replacement value, however long the loan."), Unit.PERCENT,
        N_("However long the loan, this never exceeds %(value)s."),
    ),
    Parameter(
        "labour_cents_an_hour", _V, N_("An hour of work"),
        N_("Of an agent who delivers, sets up or takes down."), Unit.CENTS,
        N_("An hour of work of our agents counts for %(value)s."),
        N_("The work of our agents is not counted."),
    ),
    Parameter(
        "transport_cents_a_km", _V, N_("A kilometre"),
        N_("Of a vehicle that delivers or fetches."), Unit.CENTS,
        N_("A kilometre of our vehicles counts for %(value)s."),
        N_("The way of our vehicles is not counted."),
    ),
    Parameter(
        "in_kind_limit_cents", _V, N_("Aid from which an agreement is due"),
        N_("Money and in-kind aid of a year together (decree 2001-495)."), Unit.CENTS,
        N_("From %(value)s of aid within a year on, the law asks for an agreement."),
    ),
    Parameter(
        "in_kind_warning_percent", _V, N_("Warning before that amount"),
        N_("Of the amount from which an agreement is due."), Unit.PERCENT,
        N_("We warn you when you reach %(value)s of that amount."),
    ),
    Parameter(
        "damage_percent", _H, N_("Repair"),
        N_("Of the replacement value."), Unit.PERCENT,
        N_("What comes back damaged is charged at %(value)s of its replacement value."),
        N_("Repair is not charged."),
    ),
    Parameter(
        "cleaning_percent", _H, N_("Cleaning"),
        N_("Of the replacement value."), Unit.PERCENT,
        N_("What comes back dirty is charged at %(value)s of its replacement value."),
        N_("Cleaning is not charged."),
    ),
    Parameter(
        "loss_percent", _H, N_("Loss"),
        N_("Of the replacement value."), Unit.PERCENT,
        N_("What does not come back is charged at %(value)s of its replacement value."),
        N_("What does not come back is not charged."),
    ),
    Parameter(
        "silence_days", _A, N_("Silence means refusal after"),
        N_("Two months by law (CRPA, article L231-4)."), Unit.DAYS,
        N_("Without an answer within %(value)s, your request is refused by law."),
    ),
    Parameter(
        "appeal_days", _A, N_("Time to contest a decision"),
        N_("Two months by law (article R421-1 of the code of administrative justice)."),
        Unit.DAYS,
        N_("You have %(value)s to contest a decision, first with us if you like."),
    ),
    Parameter(
        "court", _A, N_("Administrative court"),
        N_("Its name, as it has to be given to whoever is refused."),
        says=N_("The court that decides: %(value)s."),
    ),
    Parameter(
        "contact_months", _K, N_("Contacts made anonymous after"),
        N_("Since the last loan."), Unit.MONTHS,
        N_("Names and addresses of contacts are erased %(value)s after the last loan."),
    ),
    Parameter(
        "record_years", _K, N_("Decisions kept for"),
        N_("With what belongs to them."), Unit.YEARS,
        N_("Decisions are kept for %(value)s."),
    ),
)  # fmt: skip
"""In the order in which they are read."""

BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}


def asked_by(question: Question) -> tuple[Parameter, ...]:
    """Return the parameters that answer a question."""
    return tuple(parameter for parameter in PARAMETERS if parameter.question is question)


@dataclass(frozen=True)
class Difference:
    """A parameter that two versions set differently; the values are the rules' own."""

    parameter: Parameter
    old: object
    new: object


def differences(old: Rules, new: Rules) -> tuple[Difference, ...]:
    """Return what changes from one version to the next, in the order of reading."""
    return tuple(
        Difference(parameter, getattr(old, parameter.name), getattr(new, parameter.name))
        for parameter in PARAMETERS
        if getattr(old, parameter.name) != getattr(new, parameter.name)
    )
