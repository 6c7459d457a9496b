"""`treteau authority load`: lenders described in a TOML file."""

import tomllib
from pathlib import Path
from typing import Annotated, Protocol

import click
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lending.accounts.permissions import SYSTEM
from lending.authorities.founding import (
    NewAuthority,
    NewCommune,
    NewDepartment,
    NewDepot,
    found_authority,
)
from lending.authorities.models import AuthorityKind, Competence
from lending.authorities.queries import OpenStretch
from lending.db.database import Database

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Code = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Hours = Annotated[str, Field(pattern=r"^([01]\d|2[0-4]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$")]


class HasDatabase(Protocol):
    """The part of the commands' context that is needed here."""

    @property
    def database(self) -> Database:
        """Return the database."""


Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CommuneText(_Part):
    """A commune of the territory."""

    insee: Annotated[str, Field(pattern=r"^[0-9AB]{5}$")]
    name: Name
    postal_code: Annotated[str, Field(pattern=r"^\d{5}$")]
    lat: Latitude | None = None
    lon: Longitude | None = None


class DepartmentText(_Part):
    """A department of the authority."""

    code: Code
    name: Name
    email: str = ""
    phone: str = ""
    competences: list[Competence] = []


class DepotText(_Part):
    """A depot, with the hours of each weekday on which it is open."""

    code: Code
    name: Name
    address: Annotated[str, Field(max_length=250)] = ""
    lat: Latitude | None = None
    lon: Longitude | None = None
    phone: str = ""
    note: Annotated[str, Field(max_length=500)] = ""
    monday: list[Hours] = []
    tuesday: list[Hours] = []
    wednesday: list[Hours] = []
    thursday: list[Hours] = []
    friday: list[Hours] = []
    saturday: list[Hours] = []
    sunday: list[Hours] = []

    def hours(self) -> list[OpenStretch]:
        """Return the opening hours of a week."""
        return [
            OpenStretch(number, *(_minutes(end) for end in text.split("-")))
            for number, day in enumerate(WEEKDAYS)
            for text in getattr(self, day)
        ]


class AuthorityText(_Part):
    """One file: one authority."""

    code: Code
    name: Name
    kind: AuthorityKind
    email: str = ""
    phone: str = ""
    siren: Annotated[str, Field(pattern=r"^(\d{9})?$")] = ""
    siret: Annotated[str, Field(pattern=r"^([\d ]{14,20})?$")] = ""
    timezone: str = "Europe/Paris"
    communes: list[CommuneText] = []
    departments: list[DepartmentText] = []
    depots: list[DepotText] = []

    def value(self) -> NewAuthority:
        """Return what the service takes."""
        plain = self.model_dump(exclude={"communes", "departments", "depots"})
        return NewAuthority(
            **plain,
            communes=[NewCommune(**each.model_dump()) for each in self.communes],
            departments=[NewDepartment(**each.model_dump()) for each in self.departments],
            depots=[
                NewDepot(**each.model_dump(exclude=set(WEEKDAYS)), hours=each.hours())
                for each in self.depots
            ],
        )


@click.group()
def authority() -> None:
    """Towns and agglomerations that lend."""


@authority.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def load(context: HasDatabase, file: Path) -> None:
    """Add the authority that a TOML file describes, or what is new in its description.

    What is there already is left as it is: change it on the pages of the administration.
    """
    described = read_authority(file).value()
    done = context.database.write(lambda uow: found_authority(uow, SYSTEM, described))
    click.echo(
        f"{described.name}: {'added' if done.authorities else 'known'}, new: {done.communes} "
        f"communes, {done.departments} departments, {done.depots} depots"
    )


def read_authority(file: Path) -> AuthorityText:
    """Read a description.

    Raises:
        click.UsageError: the file is no TOML, or holds what cannot be used; says each place.
    """
    try:
        return AuthorityText.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file}: {error}") from error
    except ValidationError as error:
        told = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise click.UsageError("\n".join([f"{file} cannot be used:", *told])) from error


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
