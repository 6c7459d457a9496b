"""Tables of the catalogue."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.authorities.models import Authority, Department, Depot
from lending.catalogue.plugs import Plug
from lending.db.base import Base, Choices, Id, Uuid, choice
from lending.skills import Skill


class Category(Base):
    """A family of equipment; the same for all authorities, so that they can be compared."""

    __tablename__ = "category"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120), default="")
    pictogram: Mapped[str] = mapped_column(String(40), default="box")
    position: Mapped[int] = mapped_column(default=0)


class Item(Base):
    """A kind of equipment that one authority lends, counted in pieces.

    Its stock is nowhere but in the movements; see `StockMovement`.
    """

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("authority_id", "code"),
        CheckConstraint("preparation_minutes >= 0", name="preparation"),
        CheckConstraint("turnaround_minutes >= 0", name="turnaround"),
        Index("ix_item_category", "category_id"),
        Index("ix_item_equivalence", "equivalence_group"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(160))
    name_en: Mapped[str] = mapped_column(String(160), default="")
    usual_names: Mapped[str] = mapped_column(String(300), default="")
    """Other words people use for it, separated by commas."""
    description: Mapped[str] = mapped_column(Text, default="")
    length_cm: Mapped[int | None]
    width_cm: Mapped[int | None]
    height_cm: Mapped[int | None]
    weight_g: Mapped[int] = mapped_column(default=0)
    volume_l: Mapped[int] = mapped_column(default=0)
    preparation_minutes: Mapped[int] = mapped_column(default=0)
    turnaround_minutes: Mapped[int] = mapped_column(default=0)
    replacement_value_cents: Mapped[int] = mapped_column(default=0)
    max_per_booking: Mapped[int | None]
    setup_seconds: Mapped[int] = mapped_column(default=0)
    """Work of one person to set up one piece."""
    min_crew: Mapped[int] = mapped_column(default=1)
    skills: Mapped[frozenset[Skill]] = mapped_column(Choices(Skill), default=frozenset())
    """What those must hold who handle or set up a piece, among them all."""
    tent_area_dm2: Mapped[int] = mapped_column(default=0)
    """The ground that a tent covers; 0 for all else."""
    can_be_closed: Mapped[bool] = mapped_column(default=False)
    """Whether a tent has walls; of what is no tent: whether it closes one."""
    wind_max_kmh: Mapped[int | None]
    """From more wind on it is taken down."""
    deck_area_dm2: Mapped[int] = mapped_column(default=0)
    """The floor of a stage that people stand on."""
    drop_max_cm: Mapped[int | None]
    """How high the floor can stand."""
    power_w: Mapped[int] = mapped_column(default=0)
    plug: Mapped[Plug] = mapped_column(choice(Plug), default=Plug.NONE)
    equivalence_group: Mapped[str] = mapped_column(String(40), default="")
    """Items of one group can stand in for each other, also across authorities."""
    week_zone: Mapped[str] = mapped_column(String(40), default="")
    """Of a service, help counted in hours: whose weeks they are counted in. Its stock is the hours
    a week that the department has; empty for equipment."""
    photo: Mapped[str] = mapped_column(String(120), default="")
    search_text: Mapped[str] = mapped_column(String(800), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    authority: Mapped[Authority] = relationship()
    department: Mapped[Department | None] = relationship()
    depot: Mapped[Depot | None] = relationship()

    @property
    def is_service(self) -> bool:
        """Whether it is help counted in hours, and no equipment."""
        return bool(self.week_zone)

    category: Mapped[Category] = relationship()


class Kit(Base):
    """A recipe of items that make sense together: a stage with its rails and its steps.

    It has no stock of its own: so many are free as its parts allow.
    """

    __tablename__ = "kit"
    __table_args__ = (UniqueConstraint("authority_id", "code"),)

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(160))
    name_en: Mapped[str] = mapped_column(String(160), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    authority: Mapped[Authority] = relationship()
    parts: Mapped[list["KitPart"]] = relationship(
        back_populates="kit", cascade="all, delete-orphan", order_by="KitPart.item_id"
    )


class KitPart(Base):
    """How many pieces of an item one kit takes."""

    __tablename__ = "kit_part"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    kit_id: Mapped[int] = mapped_column(ForeignKey("kit.id", ondelete="CASCADE"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, index=True)
    quantity: Mapped[int]

    kit: Mapped[Kit] = relationship(back_populates="parts")
    item: Mapped[Item] = relationship()


class Companion(Base):
    """What goes with an item: four weights with each gazebo, two benches with each table."""

    __tablename__ = "companion"
    __table_args__ = (
        CheckConstraint("per > 0 AND quantity > 0", name="quantities"),
        CheckConstraint("item_id <> other_id", name="another"),
    )

    item_id: Mapped[int] = mapped_column(
        ForeignKey("item.id", ondelete="CASCADE"), primary_key=True
    )
    other_id: Mapped[int] = mapped_column(
        ForeignKey("item.id", ondelete="CASCADE"), primary_key=True
    )
    per: Mapped[int]
    """So many pieces of the item, begun, …"""
    quantity: Mapped[int]
    """… take so many pieces of the other."""
    is_required: Mapped[bool] = mapped_column(default=False)
    """Whether it is not safe or of no use without; proposed otherwise."""


class StockMovement(Base):
    """Pieces that come or go at an instant; the stock at t is the sum of those up to t."""

    __tablename__ = "stock_movement"
    __table_args__ = (
        CheckConstraint("quantity_delta <> 0", name="moves_something"),
        Index("ix_stock_movement_item", "item_id", "effective_at", "quantity_delta"),
    )

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    quantity_delta: Mapped[int]
    effective_at: Mapped[int] = mapped_column(BigInteger)
    """Seconds since 1970, UTC, like the bounds of holds."""
    reason: Mapped[str] = mapped_column(String(300), default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    created_at: Mapped[datetime]


class Maintenance(Base):
    """Pieces that cannot be lent for a while: repair, cleaning, inspection."""

    __tablename__ = "maintenance"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_maintenance_item", "item_id", "ends_at"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    quantity: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """None: until somebody says that they are back."""
    reason: Mapped[str] = mapped_column(String(300))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    created_at: Mapped[datetime]

    @classmethod
    def is_on(cls, now: datetime) -> ColumnElement[bool]:
        """Return the condition that it runs, or comes."""
        return or_(cls.ends_at.is_(None), cls.ends_at > now)
