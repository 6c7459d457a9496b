"""Tables of authorities and of what belongs to them."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.db.base import Base, Id, Uuid, choice
from lending.i18n import N_


class AuthorityKind(StrEnum):
    """What sort of public body lends."""

    TOWN = "town"
    AGGLOMERATION = "agglomeration"

    @property
    def label(self) -> str:
        """Return the gettext id of the kind's name."""
        return {"town": N_("Town"), "agglomeration": N_("Agglomeration")}[self.value]


class Competence(StrEnum):
    """The public causes that an authority can carry."""

    CULTURE = "culture"
    SPORT = "sport"
    YOUTH = "youth"
    SOCIAL = "social"
    ENVIRONMENT = "environment"
    HERITAGE = "heritage"
    LOCAL_LIFE = "local_life"
    ECONOMY = "economy"

    @property
    def label(self) -> str:
        """Return the gettext id of the competence's name."""
        return COMPETENCE_LABELS[self]


COMPETENCE_LABELS = {
    Competence.CULTURE: N_("Culture and shows"),
    Competence.SPORT: N_("Sport"),
    Competence.YOUTH: N_("Youth and schools"),
    Competence.SOCIAL: N_("Solidarity"),
    Competence.ENVIRONMENT: N_("Environment"),
    Competence.HERITAGE: N_("Heritage and memory"),
    Competence.LOCAL_LIFE: N_("Neighbourhood and local life"),
    Competence.ECONOMY: N_("Markets and local economy"),
}


authority_commune = Table(
    "authority_commune",
    Base.metadata,
    Column("authority_id", ForeignKey("authority.id", ondelete="CASCADE"), primary_key=True),
    Column("commune_insee", ForeignKey("commune.insee"), primary_key=True),
)


class Commune(Base):
    """A commune, known by its INSEE code."""

    __tablename__ = "commune"

    insee: Mapped[str] = mapped_column(String(5), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    postal_code: Mapped[str] = mapped_column(String(5), default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    """Of its centre, in degrees: where a site is taken to be of which nothing else is known."""


class CommuneOutline(Base):
    """The limits of a commune, apart from it: only a map without tiles needs them."""

    __tablename__ = "commune_outline"

    insee: Mapped[str] = mapped_column(
        ForeignKey("commune.insee", ondelete="CASCADE"), primary_key=True
    )
    geometry: Mapped[str] = mapped_column(Text)
    """GeoJSON: a `Polygon` or a `MultiPolygon`, longitude before latitude, in degrees."""

    commune: Mapped[Commune] = relationship()


class Authority(Base):
    """A town or an agglomeration that lends equipment."""

    __tablename__ = "authority"

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    kind: Mapped[AuthorityKind] = mapped_column(choice(AuthorityKind))
    siren: Mapped[str] = mapped_column(String(9), default="")
    siret: Mapped[str] = mapped_column(String(14), default="")
    """Of its seat: what it publishes is signed with it. The SIREN are its first nine digits."""
    timezone: Mapped[str] = mapped_column(String(40), default="Europe/Paris")
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    closed_on_public_holidays: Mapped[bool] = mapped_column(default=True)
    school_zone: Mapped[str] = mapped_column(String(1), default="")
    """Whose school holidays are shown: A, B, C or none."""

    communes: Mapped[list[Commune]] = relationship(secondary=authority_commune)
    departments: Mapped[list["Department"]] = relationship(
        back_populates="authority", order_by="Department.name"
    )
    depots: Mapped[list["Depot"]] = relationship(back_populates="authority", order_by="Depot.name")


class Department(Base):
    """A department of an authority, competent for causes and for equipment."""

    __tablename__ = "department"
    __table_args__ = (UniqueConstraint("authority_id", "code"),)

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")

    authority: Mapped[Authority] = relationship(back_populates="departments")
    competences: Mapped[list["DepartmentCompetence"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin"
    )


class DepartmentCompetence(Base):
    """A cause that a department carries."""

    __tablename__ = "department_competence"

    department_id: Mapped[int] = mapped_column(
        ForeignKey("department.id", ondelete="CASCADE"), primary_key=True
    )
    competence: Mapped[Competence] = mapped_column(choice(Competence), primary_key=True)


class Depot(Base):
    """A place where equipment is kept, collected and returned."""

    __tablename__ = "depot"
    __table_args__ = (UniqueConstraint("authority_id", "code"),)

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(250), default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    phone: Mapped[str] = mapped_column(String(30), default="")
    note: Mapped[str] = mapped_column(String(500), default="")

    authority: Mapped[Authority] = relationship(back_populates="depots")
    opening_hours: Mapped[list["OpeningHours"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="OpeningHours.weekday"
    )


class OpeningHours(Base):
    """A stretch of a weekday in which a depot is open, in minutes of local time."""

    __tablename__ = "opening_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("0 <= opens AND opens < closes AND closes <= 1440", name="order"),
    )

    id: Mapped[Id]
    depot_id: Mapped[int] = mapped_column(ForeignKey("depot.id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int]
    """0 is Monday."""
    opens: Mapped[int]
    closes: Mapped[int]
