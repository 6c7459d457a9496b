"""What loans are worth, on the pages: for who borrows, who decides and who publishes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from lending.accounts.permissions import Principal
from lending.db.database import Database
from lending.equity.valuation.scdl_fields import check_scdl
from lending.web.formats import euros
from tests.equity.valuation.loans import identify, worth
from tests.factories import FRIDAY, Cast, approved, submitted
from tests.web.conftest import Browser

Browse = Callable[[Principal], Browser]


@pytest.fixture
def town(app: Flask) -> Database:
    """Return the application's own database, whose loans are valued."""
    opened: Database = app.extensions["database"]
    return opened


def text(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    # Amounts are written with spaces that do not break.
    return answer.get_data(as_text=True).replace("\u00a0", " ").replace("\u202f", " ")


def test_an_association_reads_what_its_loans_were_worth_and_how_it_was_counted(
    town: Database, cast: Cast, browse: Browse
) -> None:
    number = approved(town, cast, {cast.chairs: 30}, name="Bal des Planches")
    page = text(browse(cast.alice), f"/associations/{cast.choir}/valeur-des-prets?year=2026")
    assert "Bal des Planches" in page
    assert "50,40" in page
    assert f"/demandes/{number}" in page
    assert "861" in page
    assert "871" in page


def test_another_association_reads_nothing_of_it(
    town: Database, cast: Cast, browse: Browse
) -> None:
    approved(town, cast, {cast.chairs: 30})
    for path in ("valeur-des-prets", "valeur-des-prets.csv"):
        assert browse(cast.bob).get(f"/associations/{cast.choir}/{path}").status_code == 404


def test_the_page_that_decides_tells_what_the_year_would_come_to(
    town: Database, cast: Cast, browse: Browse
) -> None:
    worth(town, cast.chairs, 400_000)  # 240 euros for three days
    approved(town, cast, {cast.chairs: 60})
    later = FRIDAY + timedelta(days=30)
    end = later + timedelta(days=2, hours=17)
    number = submitted(town, cast, {cast.chairs: 30}, start=later, end=end)
    page = text(browse(cast.manager), f"/a-traiter/{number}")
    assert "7 200" in page
    assert "21 600" in page
    assert "93 %" in page
    over = submitted(
        town, cast, {cast.chairs: 40}, start=end + timedelta(days=20),
        end=end + timedelta(days=22, hours=17),
    )  # fmt: skip
    page = text(browse(cast.manager), f"/a-traiter/{over}")
    assert "decree 2001-495" in page or "décret 2001-495" in page
    assert "notice-bad" in page


def test_the_quantities_that_were_typed_are_counted(
    town: Database, cast: Cast, browse: Browse
) -> None:
    number = submitted(town, cast, {cast.chairs: 30})
    answer = browse(cast.manager).post(
        f"/a-traiter/{number}/accorder", {f"granted-{cast.chairs}": "10"}
    )
    assert answer.status_code == 422  # a part takes a reason
    assert "16,80" in answer.get_data(as_text=True)


def test_the_annex_lists_beneficiaries_and_comes_as_files(
    town: Database, cast: Cast, browse: Browse
) -> None:
    approved(town, cast, {cast.chairs: 30})
    manager = browse(cast.manager)
    assert (
        manager.get("/aides-en-nature")
        .headers["Location"]
        .endswith(f"/collectivites/{cast.town}/aides-en-nature")
    )
    path = f"/collectivites/{cast.town}/aides-en-nature"
    assert "Chorale des Planches" in text(manager, path)
    csv = manager.get(f"{path}.csv?year=2026").get_data(as_text=True)
    assert "Chorale des Planches" in csv
    assert "50.4" in csv
    for ending in ("ods", "xlsx"):
        assert manager.get(f"{path}.{ending}").get_data()[:2] == b"PK"
    assert manager.get(f"{path}.exe").status_code == 404


def test_a_year_that_is_none_is_this_year(town: Database, cast: Cast, browse: Browse) -> None:
    manager = browse(cast.manager)
    for year in ("", "abc", "-1", "99999", "1"):
        assert "2026" in text(manager, f"/collectivites/{cast.town}/aides-en-nature?year={year}")


def test_the_file_that_is_published_holds_to_the_format_and_the_page_says_what_is_missing(
    town: Database, cast: Cast, browse: Browse
) -> None:
    identify(town, cast, rna="W9T1002867")
    approved(town, cast, {cast.chairs: 30}, name="Bal des Planches")
    approved(town, cast, {cast.barriers: 5}, name="Sans valeur")
    path = f"/collectivites/{cast.town}/aides-en-nature/publication"
    page = text(browse(cast.auditor), f"{path}?which=all")
    assert "Bal des Planches" in page
    assert "Chorale des Planches" in page
    answer = browse(cast.auditor).get(f"{path}.csv?which=all&year=2026")
    assert answer.content_type.startswith("text/csv")
    assert check_scdl(answer.get_data()) == []
    assert answer.get_data(as_text=True).count("Bal des Planches") == 1
    assert "Sans valeur" not in answer.get_data(as_text=True)


def test_without_a_siret_the_administrator_is_led_to_where_it_is_entered(
    town: Database, cast: Cast, browse: Browse
) -> None:
    approved(town, cast, {cast.chairs: 30})
    path = f"/collectivites/{cast.town}/aides-en-nature/publication?which=all"
    assert f"/administration/collectivites/{cast.town}" in text(browse(cast.administrator), path)
    answer = browse(cast.administrator).post(
        f"/administration/collectivites/{cast.town}",
        {"name": "Ville", "siret": "000 000 018 00010"},
    )
    assert answer.status_code == 303
    assert "publication.csv" in text(browse(cast.administrator), path)


def test_only_staff_of_the_authority_see_annex_and_publication(
    town: Database, cast: Cast, browse: Browse
) -> None:
    for path in ("", ".csv", "/publication", "/publication.csv"):
        address = f"/collectivites/{cast.town}/aides-en-nature{path}"
        assert browse(cast.alice).get(address).status_code == 403
        assert browse(cast.other_manager).get(address).status_code == 403
        assert browse(cast.auditor).get(address).status_code == 200


def test_an_association_near_the_limit_is_told_on_its_own_page(
    town: Database, cast: Cast, browse: Browse
) -> None:
    worth(town, cast.chairs, 500_000)
    approved(town, cast, {cast.chairs: 70})
    page = text(browse(cast.alice), f"/associations/{cast.choir}")
    assert "91 %" in page


def test_whole_euros_are_written_without_cents(app: Flask) -> None:
    with app.test_request_context():
        written = [euros(cents).replace("\u202f", " ") for cents in (2_300_000, 1_234_567, 5, 0)]
    assert written == ["23 000\u00a0€", "12 345,67\u00a0€", "0,05\u00a0€", "0\u00a0€"]


def test_a_granted_request_says_what_it_is_worth_and_one_that_waits_does_not(
    town: Database, cast: Cast, browse: Browse
) -> None:
    granted = approved(town, cast, {cast.chairs: 30})
    page = text(browse(cast.alice), f"/demandes/{granted}")
    assert "50,40" in page
    assert f"/associations/{cast.choir}/valeur-des-prets?year=2026" in page
    asked = submitted(town, cast, {cast.chairs: 30})
    assert "valeur-des-prets" not in text(browse(cast.alice), f"/demandes/{asked}")
