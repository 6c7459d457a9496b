"""Limits of communes are read whole or not at all, and drawn for who plans."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lending.accounts.permissions import SYSTEM
from lending.authorities.models import CommuneOutline
from lending.authorities.outlines import import_outlines, outlines_of, read_outlines
from lending.db.database import Database
from lending.demo.outlines import cells
from lending.demo.territory import CENTRES
from lending.errors import Forbidden, InvalidInput
from tests.factories import TOWN_COMMUNE, Cast

SQUARE = [[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]]


def file_of(*codes: str, geometry: object = None) -> bytes:
    """Return a file as the State's service of communes writes it."""
    geometry = geometry or {"type": "Polygon", "coordinates": SQUARE}
    features = [
        {"type": "Feature", "properties": {"code": code, "nom": code}, "geometry": geometry}
        for code in codes
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_outlines_of_known_communes_are_kept_and_replaced(database: Database, cast: Cast) -> None:
    read = read_outlines(file_of(TOWN_COMMUNE, "99999"))
    done = database.write(lambda uow: import_outlines(uow, SYSTEM, read))
    assert (done.kept, done.unknown) == (1, ("99999",))
    islands = {"type": "MultiPolygon", "coordinates": [SQUARE, SQUARE]}
    again = read_outlines(file_of(TOWN_COMMUNE, geometry=islands))
    database.write(lambda uow: import_outlines(uow, SYSTEM, again))
    with database.read() as uow:
        (feature,) = outlines_of(uow, cast.town)["features"]  # type: ignore[misc,index]
        assert len(uow.session.scalars(select(CommuneOutline)).all()) == 1
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert feature["properties"] == {"name": "Sainte-Planche"}
    with pytest.raises(Forbidden):
        database.write(lambda uow: import_outlines(uow, cast.manager, read))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"code,nom",
        b"[]",
        file_of(),
        file_of(TOWN_COMMUNE, geometry={"type": "Point", "coordinates": [0, 0]}),
        file_of(TOWN_COMMUNE).replace(b"1.0", b'"east"'),
    ],
)
def test_anything_else_is_refused_with_its_place(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_outlines(content)


@given(st.sampled_from(sorted(CENTRES)), st.floats(0, 1), st.floats(0, 1))
def test_each_place_of_the_demonstration_lies_in_the_commune_that_is_nearest(
    name: str, along: float, part: float
) -> None:
    rings = cells(CENTRES)
    ring = rings[name]
    assert ring[0] == ring[-1]
    latitude, longitude = CENTRES[name]
    # A point between the centre and the edge is in the cell, since cells are convex.
    corner = ring[int(along * (len(ring) - 1))]
    x = longitude + 0.999 * part * (corner[0] - longitude)
    y = latitude + 0.999 * part * (corner[1] - latitude)
    assert [other for other, their in rings.items() if _inside(their, x, y)] == [name]


def _inside(ring: list[tuple[float, float]], x: float, y: float) -> bool:
    crossings = 0
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            crossings += 1
    return crossings % 2 == 1


def test_the_command_reads_a_file_or_says_what_is_wrong(tmp_path: Path) -> None:
    from lending.cli_files import import_limits

    file = tmp_path / "communes.geojson"
    file.write_bytes(b"{}")
    refused = CliRunner().invoke(import_limits, [str(file)], obj=None)
    assert isinstance(refused.exception, InvalidInput)
