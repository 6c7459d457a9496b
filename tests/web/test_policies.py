"""The rules as anyone reads them, and as managers draft and publish them."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from lending.accounts.permissions import ANONYMOUS
from lending.clock import FixedClock
from lending.db.database import Database
from lending.policies.drafting import Draft
from lending.policies.rules import Rules, Tariff
from tests.factories import Cast
from tests.policies.test_versions import published
from tests.support.html import text_of
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]


def test_before_anything_is_voted_the_page_says_so(cast: Cast, browse: Browse) -> None:
    page = text_of(browse(ANONYMOUS).get(f"/collectivites/{cast.town}/reglement"))
    assert "Ces règles n’ont pas encore été votées" in page
    assert "Envoyez votre demande au moins 45 jours avant" in page
    assert "SHA-256" not in page
    assert browse(ANONYMOUS).get(f"/collectivites/{cast.town}/reglement/1").status_code == 404


def test_anyone_reads_the_version_in_force_with_its_vote_and_fingerprint(
    database: Database, cast: Cast, browse: Browse
) -> None:
    rules = Rules(lead_time_days=7, tariffs=(Tariff(item_code="CHA-1", cents=150),))
    published(database, cast, draft=Draft(rules, "Plus vite", "Délibération no 4"))
    page = text_of(browse(ANONYMOUS).get(f"/collectivites/{cast.town}/reglement"))
    assert "Envoyez votre demande au moins 7 jours avant" in page
    for told in ("Version 1", "En vigueur", "Délibération no 4", "Plus vite", "1,50 €"):
        assert told in page.replace("\N{NO-BREAK SPACE}", " "), told
    assert "SHA-256" in page


def test_each_version_stays_at_its_address_and_says_what_it_changed(
    database: Database, cast: Cast, browse: Browse, clock: FixedClock
) -> None:
    published(database, cast, draft=Draft(Rules(), "", "no 1"))
    announced = date(2027, 1, 1)
    later = Rules(lead_time_days=60, insurance=False)
    published(database, cast, announced, Draft(later, "", "no 2"))
    reader, base = browse(ANONYMOUS), f"/collectivites/{cast.town}/reglement"
    assert "au moins 45 jours avant" in text_of(reader.get(base))
    second = text_of(reader.get(f"{base}/2"))
    assert "Cette version s’applique à partir du vendredi 1er janvier 2027." in second
    assert "Délai de demande 45 jours" in " ".join(second.split())
    assert "60 jours" in second
    clock.instant += timedelta(days=400)
    assert "au moins 60 jours avant" in text_of(reader.get(base))
    first = text_of(reader.get(f"{base}/1"))
    assert "N’est plus en vigueur" in first
    assert "au moins 45 jours avant" in first


def test_where_several_lend_the_reader_chooses(cast: Cast, browse: Browse) -> None:
    reader = browse(ANONYMOUS)
    assert f"/collectivites/{cast.town}/reglement" in reader.get("/reglement").text
    assert 'href="/reglement"' in reader.get("/").text
