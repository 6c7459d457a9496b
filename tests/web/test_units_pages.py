"""The pages of an item's units: where each is, how many are to be numbered."""

import pytest
from sqlalchemy import event as sql_event

from lending.bookings.supply import move_stock
from lending.catalogue.units import add_units
from lending.handover import unit_moves
from lending.handover.assigning import assign_unit
from lending.handover.statements import tell_check_out
from tests.factories import FRIDAY, NOW, approved
from tests.support.units import number_pieces

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_where_units_are_is_asked_once_for_all(browse, cast, database, clock):
    unit_moves.listen(database.events)
    loans = [approved(database, cast, {cast.tables: 1}) for _ in range(3)]
    clock.instant = FRIDAY
    boss, asked = browse(cast.manager), []
    engine = boss.app.extensions["database"].engine

    def note(*arguments):
        asked.append(arguments[2])

    def leave(loan):
        unit = units.pop()
        database.write(lambda uow: assign_unit(uow, cast.manager, loan, unit))
        database.write(lambda uow: tell_check_out(uow, cast.manager, loan))

    def count():
        asked.clear()
        sql_event.listen(engine, "before_cursor_execute", note)
        page = boss.get(f"/catalogue/{cast.tables}/exemplaires")
        sql_event.remove(engine, "before_cursor_execute", note)
        return len(asked), page.text.count("Chorale des Planches")

    units = number_pieces(database, cast.tables, 1)
    leave(loans[0])
    one, shown = count()
    assert shown > 0
    more = database.write(lambda uow: add_units(uow, cast.manager, cast.tables, 2, 2))
    units += [unit.id for unit in more]
    leave(loans[1])
    leave(loans[2])
    assert count() == (one, 3 * shown)


def test_no_more_pieces_are_proposed_than_are_numbered_at_once(browse, cast, database):
    database.write(lambda uow: move_stock(uow, cast.manager, cast.tables, 300, NOW, "Achat"))
    boss = browse(cast.manager)
    page = boss.get(f"/catalogue/{cast.tables}/exemplaires/ajouter").text
    assert 'name="count"' in page
    sent = {"first": "1", "count": page.split('name="count"')[1].split('value="')[1].split('"')[0]}
    made = boss.post(f"/catalogue/{cast.tables}/exemplaires/ajouter", sent | {"condition": "good"})
    assert made.status_code == 303
