"""Statements of what left and came back, and charges for damage."""

from pydantic import Field, model_validator

from lending.api.schemas.booked import BookingOut, booking_out
from lending.api.schemas.common import Input, Instant, Number, Output, Page, Paged, Part, Text
from lending.bookings.charges import ChargeState
from lending.bookings.detail import BookingDetail
from lending.catalogue.conditions import Condition
from lending.handover.charge_views import ChargeView
from lending.handover.kinds import Fate, Place, Standing, StatementKind
from lending.handover.queries import StatementView
from lending.handover.scale import Fault
from lending.handover.values import Circumstances, Meeting, Note, Outcome, UnitTold
from lending.logistics.arriving import new_key


class Position(Input):
    """A place on earth."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class MeetingIn(Input):
    """Who met; without a name of the borrower's side, why nobody was there."""

    borrower_name: Text = Field("", max_length=120)
    lender_name: Text = Field("", max_length=120)
    absence: Text = Field("", max_length=300, description="Why one side was not there.")


class Told(Input):
    """When, where and before whom it was counted; all of it may be left out."""

    key: str | None = Field(
        None,
        pattern="^[0-9A-Za-z-]{8,64}$",
        description="The same each time that the same statement is sent: it counts once.",
    )
    happened_at: Instant | None = Field(None, description="From yesterday on; now without.")
    seen_at: Instant | None = Field(
        None,
        description="Until when the sender knew what others had told. What contradicts them is "
        "kept and changes nothing.",
    )
    place: Place = Place.DEPOT
    position: Position | None = None
    meeting: MeetingIn | None = None
    remarks: Text = Field("", max_length=2000)

    def circumstances(
        self, *, rest_follows: bool = False, unsigned_reason: str = ""
    ) -> Circumstances:
        """Return the same for the services."""
        met, at = self.meeting, self.position
        return Circumstances(
            key=self.key or new_key(),
            happened_at=self.happened_at,
            seen_at=self.seen_at,
            place=self.place,
            position=None if at is None else (at.lat, at.lon),
            meeting=None if met is None else Meeting(**met.model_dump()),
            remarks=self.remarks,
            rest_follows=rest_follows,
            unsigned_reason=unsigned_reason,
        )


class _Noted(Input):
    item_id: Number
    condition: Condition | None = None
    remark: Text = Field("", max_length=300)

    def note(self) -> Note:
        """Return in what state the pieces are."""
        return Note(self.condition, self.remark)


class LeavingUnit(Input):
    """A numbered unit that leaves."""

    code: Text = Field(
        max_length=200, description="What its label says, scanned or typed.", examples=["K7PM 3XQ9"]
    )
    condition: Condition | None = Field(None, description="As before, without.")

    def told(self) -> UnitTold:
        """Return the same for the services."""
        return UnitTold(self.code, self.condition)


class ReturnedUnit(LeavingUnit):
    """A numbered unit that came back, or never will."""

    damaged: bool = Field(default=False, description="Whether it goes into repair.")
    lost: bool = Field(default=False, description="Whether it will not come back.")

    @model_validator(mode="after")
    def _one_of_them(self) -> "ReturnedUnit":
        if self.damaged and self.lost:
            raise ValueError("give damaged or lost, not both")
        return self

    def told(self) -> UnitTold:
        """Return the same for the services."""
        fate = Fate.LOST if self.lost else Fate.DAMAGED if self.damaged else Fate.BACK
        return UnitTold(self.code, self.condition, fate)


class DeliveredLine(_Noted):
    """What is handed over of an item."""

    delivered: Part


class CheckOut(Told):
    """What is handed over: everything granted, apart from the lines that say less.

    Of a loan that is out, everything that was to follow.
    """

    lines: list[DeliveredLine] | None = Field(None, max_length=200)
    units: list[LeavingUnit] | None = Field(
        None,
        max_length=500,
        description="All numbered units that leave; without them, those that were chosen before.",
    )
    rest_follows: bool = Field(
        default=False,
        description="Whether the rest is brought later, and stays reserved until then.",
    )
    unsigned_reason: Text = Field(
        "",
        max_length=1000,
        description="Why it leaves although the agreement that must be signed is not.",
    )


class ReturnedLine(_Noted):
    """What came back of an item."""

    returned: Part = 0
    damaged: Part = 0
    lost: Part = 0
    dirty: Part = Field(0, description="Of what returned.")


class CheckIn(Told):
    """What came back: everything in good order, if no lines are given."""

    lines: list[ReturnedLine] | None = Field(None, max_length=200)
    units: list[ReturnedUnit] | None = Field(
        None,
        max_length=500,
        description="What became of numbered units, in agreement with the counts of their lines.",
    )


class OutcomeOut(Output):
    """What became of a statement."""

    id: int
    standing: Standing = Field(
        description="`counted`: it has its effect. `agrees`: somebody had told the same, it needs "
        "none. `kept`: it contradicts what was told meanwhile, nothing changed, somebody decides."
    )
    repeated: bool = Field(description="Whether it had come before, and did nothing this time.")
    told_before: str = Field(description="Who had told otherwise, or the same.")


class HandedOverOut(BookingOut):
    """A booking after a statement of what left or came back."""

    statement: OutcomeOut


class StatementUnitOut(Output):
    """What a statement says of a numbered unit."""

    number: int
    code: str
    fate: Fate
    condition: Condition | None


class StatementLineOut(Output):
    """What a statement says of one item."""

    item_id: int
    name: str
    expected: int
    delivered: int
    returned: int
    dirty: int
    damaged: int
    lost: int
    condition: Condition | None
    remark: str
    maintenance_id: int | None = Field(description="The repair of what is damaged.")
    units: list[StatementUnitOut]


class PositionOut(Output):
    """A place on earth."""

    lat: float
    lon: float


class StatementOut(Output):
    """What left or came back, and who said so."""

    id: int
    booking_id: int
    kind: StatementKind
    standing: Standing = Field(description="Whether it counts.")
    happened_at: Instant
    arrived_at: Instant
    told_by: str
    place: Place
    position: PositionOut | None
    rest_follows: bool
    borrower_name: str
    lender_name: str
    is_contradictory: bool = Field(description="Whether both sides were there and agreed.")
    absence: str
    remarks: str
    lines: list[StatementLineOut]


class StatementPage(Page):
    """Statements, in the order in which they came."""

    items: list[StatementOut]


class BillLineOut(Output):
    """How a part of a charge was counted."""

    item_code: str
    name: str
    fault: Fault
    quantity: int
    replacement_value_cents: int
    percent: int
    cents: int


class ChargeMoveOut(Output):
    """What became of a charge."""

    new: ChargeState
    cents: int
    actor: str
    words: str
    at: Instant


class ChargeOut(Output):
    """What is charged for damage."""

    id: int
    statement_id: int
    booking_id: int
    organisation_id: int
    authority_id: int
    state: ChargeState
    proposed_cents: int = Field(description="By the scale of the rules.")
    cents: int = Field(description="What is asked for now.")
    policy_number: int | None = Field(description="Null: the rules one begins with.")
    proposed_at: Instant
    title: str = Field(description="The number of the titre de recettes.")
    lines: list[BillLineOut]
    history: list[ChargeMoveOut]


class ChargePage(Page):
    """Charges, the oldest first."""

    items: list[ChargeOut]


class ChargeQuery(Paged):
    """Which charges are wanted."""

    state: ChargeState | None = None


class Contest(Input):
    """What the borrower does not agree with."""

    words: Text = Field(min_length=1, max_length=2000)


def handed_over_out(booking: BookingDetail, outcome: Outcome) -> HandedOverOut:
    """Return a booking and what became of the statement."""
    statement = OutcomeOut(
        id=outcome.statement_id,
        standing=outcome.standing,
        repeated=outcome.is_repeated,
        told_before=outcome.told_before,
    )
    return HandedOverOut(**dict(booking_out(booking)), statement=statement)


def statement_out(view: StatementView) -> StatementOut:
    """Return a statement as it is answered."""
    position = view.position
    return StatementOut.model_validate(
        {
            **{name: getattr(view, name) for name in StatementOut.model_fields},
            "position": None if position is None else PositionOut(lat=position[0], lon=position[1]),
            "lines": [
                StatementLineOut.model_validate(line, from_attributes=True) for line in view.lines
            ],
        }
    )


def charge_out(view: ChargeView) -> ChargeOut:
    """Return a charge as it is answered."""
    own = set(ChargeOut.model_fields) - {"lines", "history"}
    return ChargeOut.model_validate(
        {
            **{name: getattr(view, name) for name in own},
            "lines": [
                BillLineOut.model_validate(line, from_attributes=True) for line in view.bill.lines
            ],
            "history": [
                ChargeMoveOut.model_validate(said, from_attributes=True) for said in view.history
            ],
        }
    )
