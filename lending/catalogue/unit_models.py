"""Tables of numbered units, their history and their inspections."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.catalogue.conditions import Condition
from lending.catalogue.models import Item, Maintenance
from lending.db.base import Base, Id, Uuid, choice
from lending.i18n import N_


class Unit(Base):
    """One piece of an item that has a number of its own: stage no 2.

    Units say which pieces there are; how many, the stock movements say alone.
    """

    __tablename__ = "unit"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        CheckConstraint("number > 0", name="number"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    number: Mapped[int]
    code: Mapped[str] = mapped_column(String(8), unique=True)
    """What its label says; see `label_codes`."""
    condition: Mapped[Condition] = mapped_column(choice(Condition))
    acquired_on: Mapped[date | None]
    serial: Mapped[str] = mapped_column(String(80), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    retired_at: Mapped[datetime | None]
    retired_reason: Mapped[str] = mapped_column(String(300), default="")
    repair_id: Mapped[int | None] = mapped_column(ForeignKey("maintenance.id", ondelete="SET NULL"))
    """The maintenance that it is in since it came back broken, until that ends."""
    created_at: Mapped[datetime]

    item: Mapped[Item] = relationship()
    repair: Mapped[Maintenance | None] = relationship()


class Happening(StrEnum):
    """What happens to a unit."""

    MADE = "made"
    CONDITION = "condition"
    INSPECTED = "inspected"
    OUT = "out"
    BACK = "back"
    RETIRED = "retired"
    RESTORED = "restored"

    @property
    def label(self) -> str:
        """Return the gettext id of what happened."""
        return {
            "made": N_("Numbered"),
            "condition": N_("Condition changed"),
            "inspected": N_("Inspected"),
            "out": N_("Left with a loan"),
            "back": N_("Came back"),
            "retired": N_("Retired"),
            "restored": N_("Put back into use"),
        }[self.value]


class UnitEvent(Base):
    """A line of a unit's history: who, when, what."""

    __tablename__ = "unit_event"
    __table_args__ = (Index("ix_unit_event_unit", "unit_id"),)

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    kind: Mapped[Happening] = mapped_column(choice(Happening))
    condition: Mapped[Condition | None] = mapped_column(choice(Condition))
    """In what condition it was from then on, where that was looked at."""
    detail: Mapped[str] = mapped_column(String(300), default="")
    """Which loan, which inspection, why: as it was written, in no particular language."""
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    actor_name: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime]


class Result(StrEnum):
    """What an inspection found."""

    PASSED = "passed"
    PASSED_WITH_REMARKS = "passed_with_remarks"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """Return the gettext id of the result's name."""
        return {
            "passed": N_("In order"),
            "passed_with_remarks": N_("In order, with remarks"),
            "failed": N_("Not in order: must not be lent"),
        }[self.value]


class InspectionKind(Base):
    """An inspection that the units of an item need every so many months, or one of them alone."""

    __tablename__ = "inspection_kind"
    __table_args__ = (
        CheckConstraint("period_months > 0", name="period"),
        Index("ix_inspection_kind_item", "item_id"),
    )

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    """The only unit that needs it; none where all units of the item do."""
    name: Mapped[str] = mapped_column(String(120))
    period_months: Mapped[int]
    source: Mapped[str] = mapped_column(String(200), default="")
    """The text that asks for it: CTS 34, the maker's notice."""
    ended_at: Mapped[datetime | None]
    """Since when it is asked for no more; what was done stays in the register."""


class Inspection(Base):
    """An inspection that was done on a unit: a line of its register."""

    __tablename__ = "inspection"
    __table_args__ = (Index("ix_inspection_unit", "unit_id", "kind_id", "done_on"),)

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    kind_id: Mapped[int] = mapped_column(ForeignKey("inspection_kind.id", ondelete="CASCADE"))
    done_on: Mapped[date]
    body: Mapped[str] = mapped_column(String(120))
    """The approved body, or the person, that did it."""
    result: Mapped[Result] = mapped_column(choice(Result))
    remarks: Mapped[str] = mapped_column(Text, default="")
    next_due: Mapped[date]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    actor_name: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime]

    kind: Mapped[InspectionKind] = relationship()
