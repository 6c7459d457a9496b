"""What a round writes to associations: the same sentences whichever face adopts it."""

from collections.abc import Callable

from lending.equity.allocation.values import Limit
from lending.equity.rounds.gathering import Candidate
from lending.equity.rounds.trying import LineResult, Result
from lending.i18n import N_

LIMITS = {
    Limit.ENOUGH: N_("There is enough for everyone who asks."),
    Limit.MET: N_("It is scarce, and less than a share was asked for."),
    Limit.SHARE: N_("Everyone gets the same share at that moment."),
    Limit.SERVED: N_("The same share; the odd pieces go to those who received less in the year."),
    Limit.LOTTERY: N_("The same share; the odd pieces were drawn by lot."),
    Limit.RANK: N_("Nothing is free: it is lent already, or taken by those who come first."),
    Limit.WHOLE: N_("All or nothing was asked for, and all is more than a share."),
}
LEFT_OUT = N_("The round left this request out: %(why)s. Nothing is left for these dates after it.")
TOO_LATE = N_("the file was not complete by the end of the collection")
NOT_SERVED = N_("the rules do not serve who asks")
FALLS_SHORT = N_(
    "%(item)s: %(granted)d of %(asked)d. At the tightest moment %(wanted)d were asked "
    "for and %(free)d were free."
)

IN_A_KIT = N_("It belongs to a kit of which %(other)s is what lacks.")


def left_out(candidate: Candidate, say: Callable[[str], str]) -> str:
    """Write why the round did not decide about a request for which nothing is left now."""
    if not candidate.is_complete:
        why = say(TOO_LATE)
    elif candidate.blocking:
        why = ", ".join(say(each.criterion.label) for each in candidate.blocking)
    else:
        why = say(NOT_SERVED)
    return say(LEFT_OUT) % {"why": why}


def explain(result: Result, say: Callable[[str], str]) -> str:
    """Write why a request gets what it gets, one sentence a line that falls short.

    `say` translates into the reader's language.
    """
    return " ".join(
        say(FALLS_SHORT)
        % {
            "item": each.line.item,
            "granted": each.grant.units,
            "asked": each.line.quantity,
            "wanted": each.grant.squeeze.asked,
            "free": each.grant.squeeze.free,
        }
        + " "
        + say(LIMITS[each.grant.limit])
        + _in_a_kit(result, each, say)
        for each in result.lines
        if each.grant.units < each.line.quantity
    )


def _in_a_kit(result: Result, each: LineResult, say: Callable[[str], str]) -> str:
    """Say of what the figures are, where another part of the kit decided."""
    names = {one.line.item_id: one.line.item for one in result.lines}
    other = each.grant.squeeze.item_id
    if other == each.line.item_id or other not in names:
        return ""
    return " " + say(IN_A_KIT) % {"other": names[other]}
