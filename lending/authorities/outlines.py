"""The limits of communes, read from GeoJSON and drawn on maps that have nothing else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority, Commune, CommuneOutline
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.i18n import N_

Ring = list[tuple[float, float]]


class Polygon(BaseModel):
    """One area, its outer ring first, then its holes."""

    type: Literal["Polygon"]
    coordinates: list[Ring]


class MultiPolygon(BaseModel):
    """Several areas."""

    type: Literal["MultiPolygon"]
    coordinates: list[list[Ring]]


class _Properties(BaseModel):
    code: str


class _Feature(BaseModel):
    properties: _Properties
    geometry: Polygon | MultiPolygon = Field(discriminator="type")


class _Features(BaseModel):
    type: Literal["FeatureCollection"]
    features: list[_Feature]


@dataclass(frozen=True)
class Outlined:
    """What an import did."""

    kept: int
    unknown: tuple[str, ...]
    """Codes of communes that this installation does not know."""


def read_outlines(content: bytes) -> dict[str, Polygon | MultiPolygon]:
    """Return the outlines of a GeoJSON file by INSEE code.

    The file is as https://geo.api.gouv.fr/communes gives it with `format=geojson` and
    `geometry=contour`: a feature a commune, its code among the properties.

    Raises:
        InvalidInput: it is something else; says where.
    """
    try:
        found = _Features.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise InvalidInput(file=f"{place}: {first['msg']}") from error
    outlines = {each.properties.code: each.geometry for each in found.features}
    if not outlines:
        raise InvalidInput(file=N_("This file holds no commune."))
    return outlines


def import_outlines(
    uow: UnitOfWork, actor: Principal, outlines: Mapping[str, Polygon | MultiPolygon]
) -> Outlined:
    """Keep the limits of communes that are known here, in place of what was kept before.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage authorities.
    """
    actor.check(Action.MANAGE_AUTHORITY)
    known = set(uow.session.scalars(select(Commune.insee).where(Commune.insee.in_(outlines))))
    for insee in sorted(known):
        row = uow.session.get(CommuneOutline, insee)
        geometry = outlines[insee].model_dump_json()
        if row is None:
            uow.session.add(CommuneOutline(insee=insee, geometry=geometry))
        else:
            row.geometry = geometry
    return Outlined(len(known), tuple(sorted(outlines.keys() - known)))


def outlines_of(uow: UnitOfWork, authority_id: int) -> dict[str, object]:
    """Return the limits of an authority's communes as GeoJSON, each with its name."""
    rows = uow.session.execute(
        select(Commune.name, CommuneOutline.geometry)
        .select_from(Authority)
        .join(Authority.communes)
        .join(CommuneOutline, CommuneOutline.insee == Commune.insee)
        .where(Authority.id == authority_id)
        .order_by(Commune.insee)
    )
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": json.loads(geometry),
        }
        for name, geometry in rows
    ]
    return {"type": "FeatureCollection", "features": features}
