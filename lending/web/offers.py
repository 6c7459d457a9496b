"""Why a request cannot be granted as asked, for the staff: with ways out that do it."""

from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext, ngettext

from lending.bookings.conflicts import ConflictAnswer, ConflictLine
from lending.web.formats import number, period, short_moment
from lending.web.inbox import filter_arguments
from lending.web.templating import language
from lending.web.widgets import Alternative, Conflict, Timeline, TimelineStep

MOST_DATES = 3


def conflicts_for_staff(
    answer: ConflictAnswer, allows: Callable[[str], bool]
) -> tuple[Conflict, ...]:
    """Return the conflict of each line; the ways out of the whole stand with the first.

    `allows` tells which moves the reader may make: no other way out is offered.
    """
    general = tuple(_general(answer, allows))
    can_ask = allows("ask_for_pieces")
    return tuple(
        Conflict(
            item_name=_name(line),
            sentence=_sentence(line, answer.zone),
            asked=line.requested,
            free=line.free,
            explanation=_explanation(line),
            timeline=_timeline(answer, line),
            alternatives=(general if place == 0 else ())
            + (tuple(_substitutes(answer, line)) if can_ask else ()),
        )
        for place, line in enumerate(answer.lines)
    )


def _name(line: ConflictLine) -> str:
    return line.name_en if line.name_en and language() == "en" else line.name


def _sentence(line: ConflictLine, zone: ZoneInfo) -> str:
    if not line.missing:
        return str(gettext("%(name)s: too few are free.", name=_name(line)))
    worst = max(line.missing, key=lambda stretch: stretch.quantity)
    return str(
        ngettext(
            "%(name)s: %(num)d is missing %(period)s",
            "%(name)s: %(num)d are missing %(period)s",
            worst.quantity,
            name=_name(line),
            period=period(worst.period, zone),
        )
    )


def _explanation(line: ConflictLine) -> str:
    if line.only_requested:
        return str(gettext("Only requests that are not decided stand in the way."))
    if line.free_if_undecided_yield > line.free:
        return str(
            gettext(
                "Without the requests that are not decided, %(num)s would be free.",
                num=number(max(line.free_if_undecided_yield, 0)),
            )
        )
    return str(gettext("Everything that stands in the way is decided."))


def _timeline(answer: ConflictAnswer, line: ConflictLine) -> Timeline:
    return Timeline(
        start=line.window.start,
        end=line.window.end,
        asked_start=answer.period.start,
        asked_end=answer.period.end,
        steps=tuple(
            TimelineStep(step.period.start, step.period.end, step.free) for step in line.steps
        ),
        stock=line.stock,
        wanted=line.requested,
    )


def _general(answer: ConflictAnswer, allows: Callable[[str], bool]) -> Iterable[Alternative]:
    if answer.part and allows("approve_in_part"):
        yield Alternative(
            title=gettext("Grant what there is"),
            text=_part_in_words(answer),
            button=gettext("Grant in part"),
            action=_action("grant", answer),
            fields=(
                *((f"granted-{part.item_id}", str(part.quantity)) for part in answer.part),
                ("only_named", "yes"),
                ("reason", gettext("Not enough is free for these dates.")),
            ),
            icon="circle-half",
        )
    for other in answer.dates[:MOST_DATES] if allows("ask_for_pieces") else ():
        yield _asking(
            answer,
            gettext("Everything is free %(period)s", period=period(other, answer.zone)),
            gettext(
                "Everything you ask for is free from %(start)s to %(end)s. "
                "Would these dates suit you?",
                start=short_moment(other.start, answer.zone),
                end=short_moment(other.end, answer.zone),
            ),
            "calendar-week",
        )
    if allows("put_on_waiting_list"):
        yield Alternative(
            title=gettext("Put on the waiting list"),
            text=gettext("The request is served as soon as everything comes free."),
            button=gettext("Let it wait"),
            action=_action("wait", answer),
            fields=(("reason", gettext("Not enough is free for these dates.")),),
            icon="list-ol",
        )


def _part_in_words(answer: ConflictAnswer) -> str:
    parts = {part.item_id: part.quantity for part in answer.part}
    short = ", ".join(
        gettext(
            "%(part)s of %(asked)s %(name)s",
            part=number(parts.get(line.item_id, 0)),
            asked=number(line.requested),
            name=_name(line),
        )
        for line in answer.lines
    )
    whole = {part.item_id for part in answer.part} - {line.item_id for line in answer.lines}
    return str(gettext("%(items)s, and all the rest", items=short)) if whole else short


def _substitutes(answer: ConflictAnswer, line: ConflictLine) -> Iterable[Alternative]:
    for other in (*line.equivalents, *line.elsewhere):
        yield _asking(
            answer,
            gettext("%(num)s %(name)s are free", num=number(other.free), name=other.name),
            gettext(
                "%(missing)s of the %(name)s you ask for are not free. %(num)s %(other)s "
                "(%(authority)s) are. Would they suit you?",
                missing=number(line.short),
                name=_name(line),
                num=number(other.quantity),
                other=other.name,
                authority=other.authority,
            ),
            "arrow-left-right",
            other.authority,
        )


def _asking(
    answer: ConflictAnswer, title: str, question: str, icon: str, text: str = ""
) -> Alternative:
    return Alternative(
        title=title,
        text=text,
        button=gettext("Propose it"),
        action=_action("pieces", answer),
        fields=(("what", question),),
        icon=icon,
    )


def _action(view: str, answer: ConflictAnswer) -> str:
    return url_for(f"decisions.{view}", booking_id=answer.booking_id, **filter_arguments())  # type: ignore[arg-type]
