"""Problem documents, and the one that says what stands in the way and what is possible."""

from typing import Any, Literal

from pydantic import Field

from lending.api.schemas.common import Output, Stretch
from lending.availability.alternatives import Substitute
from lending.bookings.conflicts import ConflictAnswer, ConflictLine


class FieldProblem(Output):
    """A field that cannot be used, and what to do about it."""

    field: str = Field(examples=["lines.0.quantity"])
    message: str


class Problem(Output):
    """What went wrong (RFC 9457)."""

    type: str = Field(examples=["urn:treteau:problem:invalid_input"])
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable, for programs.", examples=["invalid_input"])
    errors: list[FieldProblem]


class MissingPieces(Stretch):
    """A stretch, preparation and turnaround included, over which too little is free."""

    quantity: int = Field(description="How many are missing at worst.")


class LineConflict(Output):
    """One item of which too little is free."""

    item_id: int
    code: str
    name: str
    requested: int
    stock: int
    free: int = Field(description="Over the whole loan; below zero, more is promised than there is")
    possible: int = Field(description="The part that can be had.")
    missing: list[MissingPieces]
    competing: Literal["requested", "decided"] = Field(
        description="Whether only requests that nobody has decided stand in the way."
    )


class SubstituteItem(Output):
    """Another item that can stand in."""

    instead_of: int
    item_id: int
    name: str
    authority_id: int
    authority: str
    free: int
    quantity: int = Field(description="How many of what is missing it can replace.")


class PartOfItem(Output):
    """The quantity of an item that can be had now."""

    item_id: int
    quantity: int
    requested: int


class AlternativesAnswer(Output):
    """What can be had in place of what was asked."""

    dates: list[Stretch] = Field(description="The nearest dates at which everything is free.")
    equivalents: list[SubstituteItem] = Field(description="Of the same authority.")
    elsewhere: list[SubstituteItem] = Field(description="Of other authorities.")
    part: list[PartOfItem] = Field(description="All that can be had of the whole request.")
    waiting_list: bool = Field(
        description="Whether the request can wait: send it as a draft, then `wait`."
    )


class ConflictProblem(Problem):
    """Not everything is free: what is missing, why, and what is possible. Nothing was written."""

    lines: list[LineConflict]
    alternatives: AlternativesAnswer


def conflict_fields(answer: ConflictAnswer, waiting_list: bool) -> dict[str, Any]:
    """Return what a conflict says beyond any other problem."""
    return {
        "lines": [_line(line) for line in answer.lines],
        "alternatives": AlternativesAnswer(
            dates=[Stretch.of(period) for period in answer.dates],
            equivalents=[_substitute(sub) for line in answer.lines for sub in line.equivalents],
            elsewhere=[_substitute(sub) for line in answer.lines for sub in line.elsewhere],
            part=[
                PartOfItem(item_id=part.item_id, quantity=part.quantity, requested=part.requested)
                for part in answer.part
            ],
            waiting_list=waiting_list,
        ),
    }


def _line(line: ConflictLine) -> LineConflict:
    return LineConflict(
        item_id=line.item_id,
        code=line.code,
        name=line.name,
        requested=line.requested,
        stock=line.stock,
        free=line.free,
        possible=line.possible,
        missing=[
            MissingPieces(start=m.period.start, end=m.period.end, quantity=m.quantity)
            for m in line.missing
        ],
        competing="requested" if line.only_requested else "decided",
    )


def _substitute(sub: Substitute) -> SubstituteItem:
    return SubstituteItem(
        instead_of=sub.instead_of,
        item_id=sub.item_id,
        name=sub.name,
        authority_id=sub.authority_id,
        authority=sub.authority,
        free=sub.free,
        quantity=sub.quantity,
    )
