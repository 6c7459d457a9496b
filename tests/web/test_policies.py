"""The rules as anyone reads them, and as managers draft and publish them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from lending.accounts.permissions import ANONYMOUS
from lending.clock import FixedClock
from lending.db.database import Database
from lending.policies.drafting import Draft
from lending.policies.queries import DraftView, get_draft
from lending.policies.rules import Late, Per, PriorityClass, Rules, Tariff
from tests.factories import Cast, draft, submitted
from tests.policies.test_versions import published
from tests.support.forms import sent_by
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


def test_who_sends_a_request_is_shown_the_way_to_the_rules(
    database: Database, cast: Cast, browse: Browse
) -> None:
    number = draft(database, cast, {cast.chairs: 3})
    page = browse(cast.alice).get(f"/demandes/{number}/verifier")
    assert f'href="/collectivites/{cast.town}/reglement"' in page.text


def base_of(cast: Cast) -> str:
    """Return the address of the town's rules."""
    return f"/collectivites/{cast.town}/reglement"


def typed(page: str) -> dict[str, Any]:
    """Return what the form of a draft would send as it stands."""
    sent: dict[str, Any] = {}
    for name, value in sent_by(page):
        if name.startswith("tariff_"):
            sent.setdefault(name, []).append(value)
        else:
            sent[name] = value
    return sent


@pytest.fixture
def manager(cast: Cast, browse: Browse) -> Browser:
    """The town's manager, with a draft begun."""
    browser = browse(cast.manager)
    browser.post(f"{base_of(cast)}/brouillon/commencer")
    return browser


def draft_of(database: Database, cast: Cast) -> DraftView:
    with database.read() as uow:
        return get_draft(uow, cast.manager, cast.town)


def test_a_draft_sent_back_as_it_stands_changes_nothing(
    database: Database, cast: Cast, manager: Browser
) -> None:
    page = manager.get(f"{base_of(cast)}/brouillon").text
    assert manager.post(f"{base_of(cast)}/brouillon", typed(page)).status_code == 303
    assert draft_of(database, cast).rules == Rules()


def test_every_kind_of_parameter_is_written(
    database: Database, cast: Cast, manager: Browser
) -> None:
    address = f"{base_of(cast)}/brouillon"
    sent = typed(manager.get(address).text)
    sent |= {"lead_time_days": "60", "large_loan_cents": "450,50", "late": "refused"}
    sent |= {"court": "Tribunal de Lille", "note": "Plus tôt", "vote_reference": "no 8"}
    sent |= {"priority_safety": "2", "priority_own": "", "priority_schools": "1"}
    sent.pop("insurance")
    sent["tariff_code"] = ["CHA-1", "", ""]
    sent["tariff_euros"] = ["0,20", "", ""]
    sent["tariff_per"] = ["day", "loan", "loan"]
    assert manager.post(address, sent).status_code == 303
    kept = draft_of(database, cast)
    rules = kept.rules
    assert (rules.lead_time_days, rules.large_loan_cents, rules.late) == (60, 45_050, Late.REFUSED)
    assert (rules.court, rules.insurance) == ("Tribunal de Lille", False)
    assert rules.priorities[:2] == (PriorityClass.SCHOOLS, PriorityClass.SAFETY)
    assert PriorityClass.OWN not in rules.priorities
    assert rules.tariffs == (Tariff(item_code="CHA-1", cents=20, per=Per.DAY),)
    assert (kept.note, kept.vote_reference) == ("Plus tôt", "no 8")
    shown = text_of(manager.get(f"{base_of(cast)}/preparer"))
    assert "60 jours" in shown
    sent = typed(manager.get(address).text)
    sent["tariff_gone"] = ["0"]
    assert manager.post(address, {**sent, "more": "yes"}).headers["Location"].endswith("#tariffs")
    assert draft_of(database, cast).rules.tariffs == ()


def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_lost(
    database: Database, cast: Cast, manager: Browser
) -> None:
    address = f"{base_of(cast)}/brouillon"
    sent = typed(manager.get(address).text)
    sent |= {"lead_time_days": "9999", "note": "Tout est gardé", "court": "Tribunal de Lille"}
    answer = manager.post(address, sent)
    assert answer.status_code == 422
    assert 'id="lead_time_days-error"' in answer.text
    assert "Indiquez au plus 730" in text_of(answer)
    for kept in ("9999", "Tout est gardé", "Tribunal de Lille"):
        assert kept in answer.text
    sent |= {"lead_time_days": "9", "labour_cents_an_hour": "beaucoup", "priority_own": "1"}
    sent["tariff_code"] = ["CHA-1", "CHA-1", ""]
    sent["tariff_euros"] = ["1", "x", "3"]
    answer = manager.post(address, sent)
    for place in ("labour_cents_an_hour", "priority_own", "tariff-1", "tariff-2"):
        assert f'id="{place}-error"' in answer.text, place
    assert 'value="x"' in answer.text
    assert draft_of(database, cast).rules == Rules()


def test_a_draft_is_dropped_after_a_question(
    database: Database, cast: Cast, manager: Browser
) -> None:
    address = f"{base_of(cast)}/brouillon/abandonner"
    assert "Abandonner ce brouillon" in text_of(manager.get(address))
    assert manager.post(address).status_code == 303
    assert manager.get(f"{base_of(cast)}/brouillon").status_code == 404


def test_publishing_asks_for_a_vote_and_a_tick_and_is_for_ever(
    database: Database, cast: Cast, manager: Browser
) -> None:
    writing, publish = f"{base_of(cast)}/brouillon", f"{base_of(cast)}/brouillon/publier"
    assert "ne change plus" in text_of(manager.get(publish))
    today = {"effective_on": "2026-03-02"}
    assert manager.post(publish, today).status_code == 422
    answer = manager.post(publish, {**today, "sure": "y"})
    assert "Donnez le numéro et la date" in text_of(answer)
    sent = typed(manager.get(writing).text)
    manager.post(writing, {**sent, "lead_time_days": "20", "vote_reference": "no 8"})
    early = manager.post(publish, {"effective_on": "2026-03-01", "sure": "y"})
    assert 'id="effective_on-error"' in early.text
    done = manager.post(publish, {**today, "sure": "y"})
    assert done.headers["Location"] == f"{base_of(cast)}/1"
    assert "au moins 20 jours avant" in text_of(manager.get(base_of(cast)))
    assert manager.get(writing).status_code == 404


def test_the_preview_lists_who_would_have_been_judged_otherwise(
    database: Database, cast: Cast, manager: Browser
) -> None:
    number = submitted(database, cast, {cast.chairs: 5})
    address = f"{base_of(cast)}/brouillon"
    sent = typed(manager.get(address).text)
    manager.post(address, {**sent, "lead_time_days": "200", "damage_percent": "20"})
    page = manager.get(f"{address}/apercu")
    assert "1 demande sur 1 aurait été jugée autrement" in " ".join(text_of(page).split())
    assert f'/{number}"' in page.text
    assert "effect-lead_time_days" in page.text
    assert "effect-damage_percent" not in page.text
