"""Items from a file: all lines or none, and stock that is compared, never overwritten."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from lending.accounts.permissions import SYSTEM, Principal
from lending.bookings.inventory import COUNTED, import_inventory
from lending.bookings.models import Booking
from lending.bookings.states import State
from lending.catalogue.importing import ImportedItems, export_items, read_items
from lending.catalogue.models import Item
from lending.catalogue.queries import ItemFilter, find_items, get_item
from lending.catalogue.records import list_movements, stock_at
from lending.csvfiles import BadFile
from lending.db.database import Database
from lending.errors import Forbidden
from lending.sheets import write_sheet
from lending.skills import Skill
from tests import factories
from tests.factories import NOW, Cast

SMALL = """code;name_fr;name_en;unit;weight_kg;volume_m3;typical_quantity;\
replacement_eur;setup_person_minutes;min_crew;basis;note
CHA-PLI;Chaise pliante;folding chair;u;4,2;0,025;80;28;0,3;1;E;
BAM-345;"Barnum 3x4,5 (13,5 m²)";gazebo;u;42;0,2;15;1 000;24;2;E;< 16 m²
"""
SAMPLE = Path(__file__).parents[3] / "shared" / "data" / "catalogue_sample.csv"
FILES = [SMALL.encode(), *([SAMPLE.read_bytes()] if SAMPLE.is_file() else [])]


def take(
    database: Database, content: bytes | str, actor: Principal = SYSTEM, lender: str = ""
) -> ImportedItems:
    """Import a file, for the town where no column tells the lender."""
    raw = content.encode() if isinstance(content, str) else content
    rows = read_items(raw).rows
    return database.write(
        lambda uow: import_inventory(uow, actor, rows, lender or "sainte-planche")
    )


def refused(database: Database, content: str) -> list[tuple[int, str]]:
    """Return the lines and fields that an import complains of."""
    with pytest.raises(BadFile) as error:
        take(database, content)
    return [(found.line, found.field) for found in error.value.errors]


def item_of(database: Database, code: str, authority: int) -> int:
    """Return the number of an item."""
    with database.read() as uow:
        query = select(Item.id).where(Item.code == code, Item.authority_id == authority)
        return uow.session.scalars(query).one()


@pytest.mark.parametrize("content", FILES)
def test_a_file_as_offices_keep_it_is_read_twice_without_a_second_effect(
    database: Database, cast: Cast, content: bytes
) -> None:
    first, again = take(database, content), take(database, content)
    assert first.created > 0
    assert (again.created, again.updated, again.differences) == (0, 0, ())
    assert again.unchanged == len(read_items(content).rows)


@pytest.mark.parametrize("content", FILES)
def test_what_is_exported_is_imported_without_changing_anything(
    database: Database, cast: Cast, content: bytes
) -> None:
    take(database, content)
    with database.read() as uow:
        exported = write_sheet(export_items(uow), ".csv")
        items = len(find_items(uow, ItemFilter(with_inactive=True)))
    again = take(database, exported)
    assert (again.created, again.updated, again.differences) == (0, 0, ())
    assert again.unchanged == items


def test_units_of_people_become_units_of_the_database(database: Database, cast: Cast) -> None:
    take(database, SMALL)
    with database.read() as uow:
        item = get_item(uow, item_of(database, "BAM-345", cast.town))
        stock = stock_at(uow, [item.id], NOW)[item.id]
    assert (item.weight_g, item.volume_l, item.replacement_value_cents) == (42_000, 200, 100_000)
    assert (item.setup_seconds, item.min_crew, stock) == (1440, 2, 15)


def test_skills_are_read_as_they_are_written(database: Database, cast: Cast) -> None:
    take(database, "code,name,skills\nCHA-PLI,Chaise,caces_r490 electrical\n")
    with database.read() as uow:
        assert get_item(uow, cast.chairs).skills == {Skill.ELECTRICAL, Skill.CACES_CRANE}
    with pytest.raises(BadFile) as refused:
        take(database, "code,name,skills\nCHA-PLI,Chaise,licence_c\n")
    assert [error.field for error in refused.value.errors] == ["skills"]


def test_a_count_that_differs_becomes_a_movement_with_its_reason(
    database: Database, cast: Cast
) -> None:
    (difference,) = take(database, SMALL).differences
    assert (difference.item_id, difference.quantity_delta) == (cast.chairs, -20)
    with database.read() as uow:
        latest, first = list_movements(uow, cast.manager, cast.chairs)
    assert (latest.quantity_delta, latest.stock_after, latest.reason) == (-20, 80, COUNTED)
    assert latest.effective_at == NOW
    assert first.quantity_delta == 100


def test_an_empty_count_and_a_file_without_counts_leave_the_stock(
    database: Database, cast: Cast
) -> None:
    assert take(database, "code,name,stock\nCHA-PLI,Chaise pliante,\n").differences == ()
    assert take(database, "code,name\nCHA-PLI,Chaise pliante\n").differences == ()


def test_what_the_file_has_no_column_for_stays(database: Database, cast: Cast) -> None:
    take(database, "code,name\nCHA-PLI,Chaise de jardin\n")
    with database.read() as uow:
        item = get_item(uow, cast.chairs)
    assert (item.name, item.weight_g, item.category_code, item.depot_id) == (
        "Chaise de jardin",
        4200,
        "seats",
        cast.depot,
    )


def test_pieces_that_are_found_serve_who_waits(database: Database, cast: Cast) -> None:
    factories.approved(database, cast, {cast.chairs: 100})
    waiting = factories.waiting(database, cast, {cast.chairs: 30})
    take(database, "code,name,stock\nCHA-PLI,Chaise pliante,130\n")
    with database.read() as uow:
        assert uow.session.get_one(Booking, waiting).state is State.SUBMITTED


def test_families_places_and_lenders_are_found_by_code_or_name(
    database: Database, cast: Cast
) -> None:
    done = take(
        database,
        "authority,code,name,category,department,depot\n"
        "sainte-planche,A,Banc,CHAISES ET BANCS,fetes,ateliers municipaux\n"
        "trois-treteaux,B,Rampe,Accessibilité,Régie culturelle,hangar\n"
        "trois-treteaux,C,Pont,accessibilite,,\n",
    )
    assert done.categories == ("Accessibilité",)
    with database.read() as uow:
        a, b, c = (
            get_item(uow, item_of(database, code, owner))
            for code, owner in (
                ("A", cast.town),
                ("B", cast.agglomeration),
                ("C", cast.agglomeration),
            )
        )
    assert (a.category_code, a.depot_id) == ("seats", cast.depot)
    assert (b.category, b.department, b.depot) == (
        "Accessibilité",
        "Régie culturelle",
        "Hangar du Gué",
    )
    assert (c.category, c.depot_id) == ("Accessibilité", None)


def test_one_bad_line_keeps_all_from_being_written_and_every_bad_line_is_told(
    database: Database, cast: Cast
) -> None:
    assert refused(
        database,
        "authority,code,name,stock,weight_kg,depot,category\n"
        "sainte-planche,NEW,Une chose neuve,5,1,,Nouveautés\n"
        "sainte-planche,,Sans code,5,1,,\n"
        "atlantis,X,Ailleurs,5,1,,\n"
        "sainte-planche,Y,Lourd,beaucoup,-3,,\n"
        "sainte-planche,NEW,Deux fois,5,1,,\n"
        "sainte-planche,Z,,5,1,Hangar du Gué,\n",
    ) == [
        (3, "code"),
        (4, "authority"),
        (5, "weight_kg"),
        (5, "stock"),
        (6, "code"),
        (7, "depot"),
    ]
    with database.read() as uow:
        assert uow.session.scalar(select(func.count()).select_from(Item)) == 6


def test_more_pieces_than_there_are_cannot_be_taken_away(database: Database, cast: Cast) -> None:
    def plan(uow) -> None:
        from lending.bookings.supply import move_stock

        later = factories.FRIDAY
        move_stock(uow, cast.manager, cast.chairs, -90, later, "Vente prévue")

    database.write(plan)
    assert refused(database, "code,name,stock\nCHA-PLI,Chaise pliante,50\n") == [(2, "stock")]
    with database.read() as uow:
        assert stock_at(uow, [cast.chairs], NOW) == {cast.chairs: 100}


def test_only_who_keeps_the_catalogue_of_the_lender_imports(database: Database, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        take(database, SMALL, actor=cast.other_manager)
    take(database, SMALL, actor=cast.manager)
