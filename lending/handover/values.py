"""What is told of a hand-over: pieces, their state, and the circumstances."""

from dataclasses import dataclass, field
from datetime import datetime

from lending.catalogue.conditions import Condition
from lending.handover.kinds import Fate, Place, Standing
from lending.logistics.arriving import new_key


@dataclass(frozen=True)
class Note:
    """In what state the pieces of an item are."""

    condition: Condition | None = None
    remark: str = ""
    photos: tuple[str, ...] = ()
    """The names of pictures that are kept already."""


AS_EXPECTED = Note()


@dataclass(frozen=True)
class Counted:
    """What came back of one item, in pieces."""

    returned: int = 0
    """In good order, or dirty."""
    damaged: int = 0
    lost: int = 0
    dirty: int = 0
    """Of what returned."""
    note: Note = AS_EXPECTED

    def __bool__(self) -> bool:
        """Whether anything came back, or never will."""
        return bool(self.returned or self.damaged or self.lost)


@dataclass(frozen=True)
class UnitTold:
    """What is told of a numbered unit."""

    code: str
    """As its label says, scanned or typed."""
    condition: Condition | None = None
    """None: as before; of what is broken, poor."""
    fate: Fate = Fate.BACK
    """Of what comes back."""


@dataclass(frozen=True)
class Meeting:
    """Who met when the equipment changed hands; both sides sign, or it is said why not."""

    borrower_name: str = ""
    """Who received it, or brought it back."""
    lender_name: str = ""
    borrower_signature: str = ""
    """The name of a picture that is kept already, as `lender_signature`."""
    lender_signature: str = ""
    absence: str = ""
    """Why one side was not there, or would not sign."""

    @property
    def is_contradictory(self) -> bool:
        """Whether both sides were there and agreed."""
        return not self.absence.strip()


@dataclass(frozen=True)
class Circumstances:
    """When, where and before whom something was handed over or taken back."""

    key: str = field(default_factory=new_key)
    """The same each time that the same statement is sent."""
    happened_at: datetime | None = None
    """None: just now."""
    seen_at: datetime | None = None
    """Until when its sender knew what others had told; None: until now."""
    place: Place = Place.DEPOT
    position: tuple[float, float] | None = None
    meeting: Meeting | None = None
    """None: it was only counted, at a desk."""
    remarks: str = ""
    photos: tuple[str, ...] = ()
    """The names of pictures that are kept already."""
    rest_follows: bool = False
    """Of what leaves: whether the rest is brought later, and stays reserved."""
    unsigned_reason: str = ""
    """Of what leaves: why it does although something should have been signed before."""


@dataclass(frozen=True)
class Outcome:
    """What became of a statement."""

    statement_id: int
    standing: Standing
    is_repeated: bool
    """Whether it had come before, and did nothing this time."""
    told_before: str = ""
    """Who had told otherwise, or the same."""
