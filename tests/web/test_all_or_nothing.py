"""A volunteer ticks what is of use only whole; everybody who decides or prepares reads it."""

from collections.abc import Callable

import pytest
from flask import Flask

from lending.availability.answers import Wanted
from lending.bookings.changes import change_booking
from lending.bookings.decisions import approve_booking
from lending.bookings.detail import get_booking
from lending.bookings.supply import move_stock
from lending.db.database import Database
from tests.bookings.steps import lines_of, state_of
from tests.factories import Cast, approved, draft, submitted
from tests.web.conftest import Browser

Browse = Callable[..., Browser]


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


def whole_of(database: Database, cast: Cast, number: int) -> set[int]:
    with database.read() as uow:
        lines = get_booking(uow, cast.alice, number).line_views
        return {line.item_id for line in lines if line.all_or_nothing}


def sent(database: Database, cast: Cast) -> int:
    """Send a request for chairs and tables, the chairs all or none."""
    number = submitted(database, cast, {cast.chairs: 30, cast.tables: 5})
    wanted = [Wanted(cast.chairs, 30, whole=True), Wanted(cast.tables, 5)]
    database.write(lambda uow: change_booking(uow, cast.alice, number, lines=wanted))
    return number


def test_what_is_ticked_is_kept_with_the_draft_and_sent_with_it(
    database: Database, browse: Browse, cast: Cast
) -> None:
    number = draft(database, cast, {cast.chairs: 30, cast.tables: 5}, actor=cast.alice)
    alice = browse(cast.alice)
    page = alice.get(f"/demandes/{number}/verifier").text
    assert page.count("Tout ou rien<span") == 2
    assert "ne vous servirait à rien" in page
    ticks = {"whole_asked": "yes", f"whole-{cast.chairs}": "yes"}
    kept = alice.post(f"/demandes/{number}/garder", ticks)
    assert kept.status_code == 303
    assert whole_of(database, cast, number) == {cast.chairs}
    assert state_of(database, number).value == "draft"
    other = {"whole_asked": "yes", f"whole-{cast.tables}": "yes"}
    assert alice.post(f"/demandes/{number}/envoyer", other).status_code == 303
    assert state_of(database, number).value == "submitted"
    assert whole_of(database, cast, number) == {cast.tables}
    assert alice.get(f"/demandes/{number}").text.count("Tout ou rien") == 1


def test_what_does_not_fit_keeps_its_ticks_and_the_part_leaves_it_out(
    database: Database, browse: Browse, cast: Cast
) -> None:
    approved(database, cast, {cast.chairs: 80})
    number = draft(database, cast, {cast.chairs: 30, cast.tables: 5}, actor=cast.alice)
    alice = browse(cast.alice)
    ticks = {"whole_asked": "yes", f"whole-{cast.chairs}": "yes"}
    answer = alice.post(f"/demandes/{number}/envoyer", ticks)
    assert answer.location.endswith("/conflit")
    # Sent from elsewhere, where nothing is ticked, it stays as it was said.
    alice.post(f"/demandes/{number}/envoyer")
    assert whole_of(database, cast, number) == {cast.chairs}
    assert alice.post(f"/demandes/{number}/partie").status_code == 303
    assert lines_of(database, number) == {cast.tables: (5, None)}


def test_it_can_be_said_otherwise_until_the_request_is_decided(
    database: Database, browse: Browse, cast: Cast
) -> None:
    number = sent(database, cast)
    alice = browse(cast.alice)
    page = alice.get(f"/demandes/{number}/modifier").text
    assert page.count("checked") == 1
    typed = {
        "start_date": "2026-06-05",
        "start_time": "16:00",
        "end_date": "2026-06-08",
        "end_time": "09:00",
        f"quantity-{cast.chairs}": "20",
        f"quantity-{cast.tables}": "5",
        "whole_asked": "yes",
        f"whole-{cast.tables}": "yes",
    }
    assert alice.post(f"/demandes/{number}/modifier", typed).status_code == 303
    assert whole_of(database, cast, number) == {cast.tables}


def test_who_decides_reads_it_and_a_part_is_refused_beside_its_field(
    database: Database, browse: Browse, cast: Cast
) -> None:
    number = sent(database, cast)
    manager = browse(cast.manager)
    assert manager.get(f"/a-traiter/{number}").text.count("Tout ou rien") == 1
    part = {f"granted-{cast.chairs}": "10", f"granted-{cast.tables}": "5", "reason": "Peu."}
    refused = manager.post(f"/a-traiter/{number}/accorder", part)
    assert refused.status_code == 422
    assert "Accordez les 30 ou 0" in refused.text
    assert f'href="#granted-{cast.chairs}"' in refused.text
    none = part | {f"granted-{cast.chairs}": "0"}
    assert manager.post(f"/a-traiter/{number}/accorder", none).status_code == 303
    assert lines_of(database, number) == {cast.chairs: (30, 0), cast.tables: (5, 5)}


def test_where_it_is_short_the_page_proposes_none_of_it(
    database: Database, browse: Browse, cast: Cast
) -> None:
    number = sent(database, cast)
    database.write(
        lambda uow: move_stock(uow, cast.manager, cast.chairs, -80, uow.now, "Vieilles chaises.")
    )
    page = browse(cast.manager).get(f"/a-traiter/{number}").text
    assert f'name="granted-{cast.chairs}" value="0"' in page
    assert f'name="granted-{cast.tables}" value="5"' in page


def test_who_prepares_it_reads_it_and_takes_back_all_or_none(
    database: Database, browse: Browse, cast: Cast
) -> None:
    number = sent(database, cast)
    database.write(lambda uow: approve_booking(uow, cast.manager, number))
    manager = browse(cast.manager)
    assert "Tout ou rien" in manager.get(f"/a-traiter/{number}").text
    assert "Tout ou rien" in manager.get(f"/demandes/{number}/reduire").text
    kept = {
        f"quantity-{cast.chairs}": "20",
        f"quantity-{cast.tables}": "5",
        "reason": "Elles sont cassées.",
    }
    refused = manager.post(f"/demandes/{number}/reduire", kept)
    assert refused.status_code == 422
    assert "Laissez les 30 ou reprenez tout" in refused.text
