"""Tables of the means of field work."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.accounts.models import User
from lending.authorities.models import Depot
from lending.db.base import Base, Id, Uuid, choice
from lending.logistics.means.kinds import AbsenceKind, Colour, Skill, VehicleClass
from lending.logistics.working_time import Rule

crew_member = Table(
    "crew_member",
    Base.metadata,
    Column("crew_id", ForeignKey("crew.id", ondelete="CASCADE"), primary_key=True),
    Column("agent_id", ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True),
)


class Agent(Base):
    """Somebody who does field work for an authority."""

    __tablename__ = "agent"
    __table_args__ = (Index("ix_agent_authority", "authority_id"),)

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id"))
    """Where the agent begins the day; none: wherever the crew does."""
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("app_user.id", ondelete="SET NULL"), unique=True
    )
    """The account with which the agent signs in, if there is one."""
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(30), default="")
    is_active: Mapped[bool] = mapped_column(default=True)

    depot: Mapped[Depot | None] = relationship()
    user: Mapped[User | None] = relationship()
    skills: Mapped[list["AgentSkill"]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class AgentSkill(Base):
    """A skill that an agent holds."""

    __tablename__ = "agent_skill"

    agent_id: Mapped[int] = mapped_column(
        ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True
    )
    skill: Mapped[Skill] = mapped_column(choice(Skill), primary_key=True)
    expires_on: Mapped[date | None]
    """The last day on which it counts; none: without limit."""


class Vehicle(Base):
    """What a crew drives, and the trailer that goes with it."""

    __tablename__ = "vehicle"
    __table_args__ = (
        CheckConstraint("payload_g > 0 AND volume_l > 0", name="load"),
        CheckConstraint("trailer_payload_g >= 0 AND trailer_volume_l >= 0", name="trailer"),
        Index("ix_vehicle_authority", "authority_id"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id"))
    name: Mapped[str] = mapped_column(String(80))
    registration: Mapped[str] = mapped_column(String(20), default="")
    vehicle_class: Mapped[VehicleClass] = mapped_column(choice(VehicleClass))
    licence: Mapped[Skill] = mapped_column(choice(Skill))
    payload_g: Mapped[int]
    volume_l: Mapped[int]
    trailer_licence: Mapped[Skill | None] = mapped_column(choice(Skill))
    """What one must hold to tow its trailer; none: it has no trailer."""
    trailer_payload_g: Mapped[int] = mapped_column(default=0)
    trailer_volume_l: Mapped[int] = mapped_column(default=0)
    has_tail_lift: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)

    depot: Mapped[Depot | None] = relationship()
    outages: Mapped[list["VehicleOutage"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="VehicleOutage.first_day"
    )


class VehicleOutage(Base):
    """Local days, both included, on which a vehicle is out of service."""

    __tablename__ = "vehicle_outage"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="order"),
        Index("ix_vehicle_outage_vehicle", "vehicle_id"),
    )

    id: Mapped[Id]
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id", ondelete="CASCADE"))
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    """None: nobody knows yet."""
    reason: Mapped[str] = mapped_column(String(200))


class Crew(Base):
    """People who usually work together, with the vehicle they usually take."""

    __tablename__ = "crew"
    __table_args__ = (Index("ix_crew_authority", "authority_id"),)

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("vehicle.id"))
    name: Mapped[str] = mapped_column(String(80))
    colour: Mapped[Colour] = mapped_column(choice(Colour))
    is_active: Mapped[bool] = mapped_column(default=True)

    vehicle: Mapped[Vehicle | None] = relationship()
    members: Mapped[list[Agent]] = relationship(
        secondary=crew_member, lazy="selectin", order_by=Agent.name
    )


class Shift(Base):
    """When an agent works, and with which crew."""

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("break_minutes >= 0", name="break"),
        Index("ix_shift_agent", "agent_id", "starts_at"),
        Index("ix_shift_crew", "crew_id", "starts_at"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"))
    crew_id: Mapped[int | None] = mapped_column(ForeignKey("crew.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    break_minutes: Mapped[int]

    agent: Mapped[Agent] = relationship()
    crew: Mapped[Crew | None] = relationship()
    derogations: Mapped[list["ShiftDerogation"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin"
    )


class ShiftDerogation(Base):
    """A rule of working time that a shift was planned against, and why."""

    __tablename__ = "shift_derogation"

    shift_id: Mapped[int] = mapped_column(
        ForeignKey("shift.id", ondelete="CASCADE"), primary_key=True
    )
    rule: Mapped[Rule] = mapped_column(choice(Rule), primary_key=True)
    reason: Mapped[str] = mapped_column(String(500))
    decided_by: Mapped[str] = mapped_column(String(120))
    decided_at: Mapped[datetime]


class Absence(Base):
    """Local days, both included, on which an agent does not work."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="order"),
        Index("ix_absence_agent", "agent_id", "last_day"),
    )

    id: Mapped[Id]
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    kind: Mapped[AbsenceKind] = mapped_column(choice(AbsenceKind))

    agent: Mapped[Agent] = relationship()
