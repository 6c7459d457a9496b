"""Two people scan one label at the same instant, for two loans: one has it, the other is told."""

from lending.catalogue.unit_queries import get_unit
from lending.db.database import Database
from lending.handover.assignment_models import Assignment
from tests.concurrency.scanner import scan
from tests.factories import Cast, approved
from tests.support.racing import let_all_pass, results, start
from tests.support.units import number_pieces

NAMES = ("Chorale des Planches", "Club de pétanque du Gué")


def scan_together(url: str, bookings: list[int], code: str) -> list[dict[str, object]]:
    """Let each booking's scanner scan the label, all at once; return what they were told."""
    scanners = start(scan, [(booking, url, code) for booking in bookings])
    let_all_pass(scanners, "ready")
    return results(scanners)


def test_one_scanner_has_the_unit_and_the_other_is_told_who_has_it(
    database: Database, cast: Cast, database_url: str
):
    unit, _ = number_pieces(database, cast.tables, 2)
    with database.read() as uow:
        code = get_unit(uow, cast.manager, unit).code
    bookings = [
        approved(database, cast, {cast.tables: 1}, organisation=organisation)
        for organisation in (cast.choir, cast.club)
    ]
    told = scan_together(database_url, bookings * 2, code)
    # Two telephones for each loan: those of one loan agree.
    winner = 0 if told[0]["code"] == "chosen" else 1
    assert [each["code"] for each in (told[winner], told[winner + 2])] == ["chosen"] * 2
    for loser in (told[1 - winner], told[3 - winner]):
        assert (loser["code"], loser["organisation"]) == ("unit_taken", NAMES[winner])
    with database.read() as uow:
        assert [row.unit_id for row in uow.session.query(Assignment)] == [unit]
