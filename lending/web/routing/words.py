"""Where a request belongs, in words."""

from collections.abc import Sequence

from flask_babel import gettext

from lending.equity.routing.mapping import LeftOut
from lending.equity.routing.opinions import AgainstView
from lending.equity.routing.targets import Reach, Target
from lending.i18n import N_
from lending.web.formats import number
from lending.web.widgets import HistoryEntry

_REACH = {
    Reach.EVENT: N_("The event is in its territory (%(commune)s)."),
    Reach.SEAT: N_("The organisation has its seat in its territory (%(commune)s)."),
    Reach.NONE: N_("Neither the event nor the organisation is in its territory."),
}


def why(target: Target) -> str:
    """Say what an authority has to do with a request, and what it has not."""
    return f"{_carried(target)} {_reached(target)}"


def why_not(target: Target) -> str:
    """Say only what an authority has not to do with a request."""
    found = [] if target.carries else [_carried(target)]
    if target.reach is Reach.NONE:
        found.append(gettext("%(lender)s: %(why)s", lender=target.name, why=_reached(target)))
    return " ".join(found)


def _carried(target: Target) -> str:
    cause, lender = gettext(target.cause), target.name
    if target.carries:
        return str(gettext("%(lender)s carries this cause: %(cause)s.", lender=lender, cause=cause))
    return str(
        gettext("%(lender)s does not carry this cause: %(cause)s.", lender=lender, cause=cause)
    )


def _reached(target: Target) -> str:
    return str(gettext(_REACH[target.reach], commune=target.commune))


def went_against(entry: HistoryEntry, about: AgainstView) -> HistoryEntry:
    """Return what the history tells beside a grant that departments had not agreed to."""
    text = gettext(
        "Granted with opinions awaited (%(pending)s) or unfavourable (%(unfavourable)s)",
        pending=about.pending,
        unfavourable=about.unfavourable,
    )
    return HistoryEntry(
        entry.at, str(text), entry.actor, about.reason, "wait", "exclamation-triangle-fill"
    )


def things(left_out: Sequence[LeftOut]) -> str:
    """List what could not be carried over."""
    return ", ".join(
        gettext("%(num)s × %(item)s", num=number(left.quantity), item=left.name)
        for left in left_out
    )


def note(left_out: Sequence[LeftOut]) -> str:
    """Tell in a note what could not be carried over."""
    return str(
        gettext(
            "Also asked for, without an equivalent in this catalogue: %(things)s.",
            things=things(left_out),
        )
    )
