"""Statements (états des lieux): what left or came back, told at once or hours later.

A statement and its effect are written in one transaction, under a key: however often it comes, it
counts once. One that contradicts what somebody else told meanwhile changes nothing, but is kept
for whoever decides.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.bookings.models import Booking, BookingLine
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput
from lending.handover.contradictions import settle
from lending.handover.effects import conclude, let_leave, let_return
from lending.handover.kinds import Fate, StatementKind
from lending.handover.models import Statement, StatementLine, StatementPhoto
from lending.handover.moving import away, due, load_loan
from lending.handover.telling_units import Named, named_units
from lending.handover.values import (
    AS_EXPECTED,
    Circumstances,
    Counted,
    Meeting,
    Note,
    Outcome,
    UnitTold,
)
from lending.i18n import N_
from lending.logistics.arriving import believed, is_key

LONGEST = {"remarks": 2000, "absence": 300, "remark": 300, "borrower_name": 120, "lender_name": 120}
"""Characters, by field."""


@dataclass(frozen=True)
class _Effect:
    """What a statement says by line, and what it does when it counts."""

    lines: list[StatementLine]
    notes: Mapping[int, Note]
    """By line."""
    named: Sequence[Named] | None
    """The units; none where nobody looked at their labels."""
    apply: Callable[[Statement], None]


def tell_check_out(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    delivered: Mapping[int, int] | None = None,
    told: Circumstances | None = None,
    notes: Mapping[int, Note] | None = None,
    units: Sequence[UnitTold] | None = None,
) -> Outcome:
    """Hand equipment over (`delivered`: item to pieces; what is not named goes whole).

    The `units` are all that leave: others that were chosen stay here. Without them, those that
    were chosen leave.

    From now on its holds do not end before it is back, and what leaves early is away from now.
    A loan that is out may get what was to follow, in another statement.

    Raises:
        InvalidInput: more is handed over than was granted, or nothing; a word or a name lacks;
            a label is of something else.
        UnitTaken, UnitNotFit: a unit cannot go.
        StockConflict: it would leave early, and is promised to others until then.
        NotAllowedNow, NotSignedIn, NotFound, Forbidden: the actor cannot.
    """
    told = told or Circumstances()

    def effect(booking: Booking) -> _Effect:
        pieces = {line.item_id: due(line) for line in booking.lines} | dict(delivered or {})
        leaving = [replace(unit, fate=Fate.LEFT) for unit in units or ()]
        named = None if units is None else named_units(uow, booking, leaving)

        def apply(statement: Statement) -> None:
            let_leave(uow, actor, booking, statement, pieces, named, told.unsigned_reason)

        lines = [
            _line(line, due(line), delivered=pieces[line.item_id])
            for line in booking.lines
            if due(line) or pieces[line.item_id]
        ]
        return _Effect(lines, _by_line(booking, notes or {}), named, apply)

    return _tell(uow, actor, booking_id, StatementKind.CHECK_OUT, told, effect)


def tell_check_in(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    counted: Mapping[int, Counted] | None = None,
    told: Circumstances | None = None,
    units: Sequence[UnitTold] | None = None,
) -> Outcome:
    """Take back what came (`counted`: item to pieces; without it, everything in good order).

    What is told of `units` has to be what is counted. Without them, units stay out until all
    pieces of their line are back, or somebody tells which are.

    Raises:
        InvalidInput: more comes back than went out, or nothing; a word or a name lacks; units
            and counts contradict.
        NotAllowedNow, NotSignedIn, NotFound, Forbidden: the actor cannot.
    """
    told = told or Circumstances()

    def effect(booking: Booking) -> _Effect:
        everything = {line.item_id: Counted(returned=away(line)) for line in booking.lines}
        pieces = everything if counted is None else counted
        named = None if units is None else named_units(uow, booking, units)

        def apply(statement: Statement) -> None:
            let_return(uow, actor, booking, statement, pieces, named)

        found = {line.id: pieces.get(line.item_id, Counted()) for line in booking.lines}
        lines = [
            _line(line, away(line), counted=found[line.id])
            for line in booking.lines
            if away(line) or found[line.id]
        ]
        by_line = {number: each.note for number, each in found.items()}
        return _Effect(lines, by_line, named, apply)

    return _tell(uow, actor, booking_id, StatementKind.CHECK_IN, told, effect)


def _line(
    line: BookingLine, expected: int, *, delivered: int = 0, counted: Counted | None = None
) -> StatementLine:
    back = counted or Counted()
    return StatementLine(
        line_id=line.id,
        expected=expected,
        delivered=delivered,
        returned=back.returned,
        dirty=back.dirty,
        damaged=back.damaged,
        lost=back.lost,
    )


def _tell(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    kind: StatementKind,
    told: Circumstances,
    effect: Callable[[Booking], _Effect],
) -> Outcome:
    booking = load_loan(uow, actor, booking_id)
    known = uow.session.scalars(
        select(Statement).where(Statement.booking_id == booking_id, Statement.key == told.key)
    ).one_or_none()
    if known is not None:
        return Outcome(known.id, known.standing, is_repeated=True)
    happened_at = believed(uow, booking.authority_id, told.happened_at)
    says = effect(booking)
    _check(told, says.notes.values())
    statement = _statement(uow, actor, booking, kind, told, happened_at)
    _write_lines(statement, told, says)
    told_before = settle(uow, actor, statement, told.seen_at, says.apply)
    uow.session.add(statement)
    conclude(uow, actor, booking, statement)
    return Outcome(statement.id, statement.standing, is_repeated=False, told_before=told_before)


def _check(told: Circumstances, notes: Iterable[Note]) -> None:
    meeting = told.meeting or Meeting()
    texts = [
        ("remarks", told.remarks),
        ("absence", meeting.absence),
        ("borrower_name", meeting.borrower_name),
        ("lender_name", meeting.lender_name),
        *(("remark", note.remark) for note in notes),
    ]
    errors = [
        FieldError(name, N_("Shorten this to %(limit)d characters."), (("limit", LONGEST[name]),))
        for name, text in texts
        if len(text.strip()) > LONGEST[name]
    ]
    if not is_key(told.key):
        errors.append(FieldError("key", N_("Reload the page and send this again.")))
    if told.meeting is not None and meeting.is_contradictory and not meeting.borrower_name.strip():
        errors.append(
            FieldError(
                "borrower_name",
                N_("Write who was there for the borrower, or say why nobody signs."),
            )
        )
    if told.position is not None and not _is_on_earth(told.position):
        errors.append(FieldError("position", N_("This is no place on earth.")))
    if errors:
        raise InvalidInput(errors)


def _is_on_earth(position: tuple[float, float]) -> bool:
    return -90 <= position[0] <= 90 and -180 <= position[1] <= 180


def _statement(
    uow: UnitOfWork,
    actor: Principal,
    booking: Booking,
    kind: StatementKind,
    told: Circumstances,
    happened_at: datetime,
) -> Statement:
    meeting = told.meeting or Meeting()
    latitude, longitude = told.position or (None, None)
    return Statement(
        booking_id=booking.id,
        key=told.key,
        kind=kind,
        happened_at=happened_at,
        arrived_at=uow.now,
        user_id=actor.user_id,
        told_by=actor.name[:120],
        place=told.place,
        lat=latitude,
        lon=longitude,
        rest_follows=told.rest_follows and kind is StatementKind.CHECK_OUT,
        borrower_name=meeting.borrower_name.strip(),
        lender_name=meeting.lender_name.strip() or actor.name[:120],
        borrower_signature=meeting.borrower_signature,
        lender_signature=meeting.lender_signature,
        is_contradictory=told.meeting is not None and meeting.is_contradictory,
        absence=meeting.absence.strip(),
        remarks=told.remarks.strip(),
    )


def _write_lines(statement: Statement, told: Circumstances, says: _Effect) -> None:
    statement.lines = says.lines
    statement.units = [each.row() for each in says.named or ()]
    statement.photos = [StatementPhoto(name=name) for name in told.photos]
    for line in statement.lines:
        note = says.notes.get(line.line_id, AS_EXPECTED)
        line.condition, line.remark = note.condition, note.remark.strip()
        statement.photos += [
            StatementPhoto(line_id=line.line_id, name=name) for name in note.photos
        ]


def _by_line(booking: Booking, notes: Mapping[int, Note]) -> dict[int, Note]:
    return {line.id: notes[line.item_id] for line in booking.lines if line.item_id in notes}
