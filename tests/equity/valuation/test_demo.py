"""The demonstration has a past year whose figures can be shown: valued, summed, published."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from lending.accounts.permissions import SYSTEM
from lending.app import build_database
from lending.authorities.models import Authority
from lending.bookings.models import Booking
from lending.clock import FixedClock
from lending.db.database import Database
from lending.db.schema import migrate
from lending.demo.load import load_demo
from lending.equity.valuation.annex import read_annex
from lending.equity.valuation.models import LoanValue, Stage
from lending.equity.valuation.scdl import Remark, Which, read_scdl
from lending.equity.valuation.scdl_fields import check_scdl
from lending.equity.valuation.service import read_breakdown
from lending.equity.valuation.tariff import Basis
from lending.policies.queries import get_draft, read_rulebook
from lending.settings import Settings


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Play the season as it is shown."""
    folder: Path = tmp_path_factory.mktemp("demo")
    settings = Settings(f"sqlite:///{folder / 'demo.db'}", folder, "no secret")
    database = build_database(settings, FixedClock(datetime(2026, 11, 23, 9, tzinfo=UTC)))
    migrate(database)
    load_demo(database)
    yield database
    database.dispose()


def agglomeration(database: Database) -> int:
    with database.read() as uow:
        return uow.session.scalars(
            select(Authority.id).where(Authority.code == "trois-rives")
        ).one()


def test_each_loan_has_one_value_that_can_be_counted_again(season: Database) -> None:
    with season.read() as uow:
        rows = uow.session.scalars(select(LoanValue)).all()
        breakdowns = [(row.cents, read_breakdown(row)) for row in rows]
        current = [row.booking_id for row in rows if row.replaced_at is None]
        stages = {row.stage for row in rows}
    assert len(current) == len(set(current)) > 100
    assert stages >= {Stage.GRANTED, Stage.CLOSED, Stage.CANCELLED}
    assert all(found.recomputed() == found and found.cents == cents for cents, found in breakdowns)
    assert {line.basis for _, found in breakdowns for line in found.lines} == set(Basis)


def test_an_association_reaches_the_limit_of_a_year(season: Database) -> None:
    with season.read() as uow:
        annex = read_annex(uow, SYSTEM, agglomeration(season), 2026)
    assert "reached" in {each.level.value for each in annex.warned}


def test_what_is_published_holds_to_the_format_and_shows_the_traps(season: Database) -> None:
    with season.read() as uow:
        export = read_scdl(uow, SYSTEM, agglomeration(season), 2026, Which.ALL)
    assert check_scdl(export.content) == []
    assert len(export.told) > 50
    assert {remark for row in export.noted for remark in row.notes} == {
        Remark.RNA_WITH_LETTERS,
        Remark.NO_SIRET,
    }


def test_everything_was_decided_under_a_published_version_and_the_next_is_drafted(
    season: Database,
) -> None:
    with season.read() as uow:
        book = read_rulebook(uow.session)
        complete = uow.session.execute(
            select(Booking.authority_id, Booking.complete_at).where(
                Booking.complete_at.is_not(None)
            )
        ).all()
        draft = get_draft(uow, SYSTEM, agglomeration(season))
    assert complete
    assert all(book.at(authority, at).number == 1 for authority, at in complete)
    assert draft.rules.lead_time_days == 60
    assert draft.rules.tariffs
