"""Three people in a real browser: an officer, an association and an auditor.

The officer publishes the next version of the rules, tries the round that waits for its decision
and adopts it; the association reads its answer and how others were answered; the auditor verifies
the record and takes it along. Each page is looked at in both sizes and both themes.
"""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lending.settings import Settings
from tests.support.browser import THEMES, chromium, violations_in
from tests.support.servers import serving

OFFICER = "Gestion du matériel Agglomération fictive des Trois-Rives"
ASSOCIATION = "Valserre Rock"
AUDITOR = "Audit et contrôle"
SIZES = ({"width": 1280, "height": 900}, {"width": 390, "height": 844})


@pytest.fixture(scope="module")
def address(demo: Settings) -> Iterator[str]:
    """Serve a small demonstration; its July is ready to be decided."""
    with serving(demo.database_url, demo.instance, 1, TRETEAU_DEMO="yes") as (server,):
        yield server.address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def signed_in(browser: Browser, address: str, who: str) -> Page:
    """Sign in with the one click that a demonstration offers."""
    context = browser.new_context(
        locale="fr-FR", viewport=SIZES[0], reduced_motion="reduce", accept_downloads=True
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"{address}/connexion")
    page.get_by_role("button", name=who).click()
    expect(page).not_to_have_url(re.compile("/connexion"))
    return page


def look(page: Page) -> None:
    """Look at the page in both sizes and both themes: everybody can use it, nothing sticks out."""
    for size in SIZES:
        page.set_viewport_size(size)
        for theme in THEMES:
            assert violations_in(page, theme) == [], (page.url, size, theme)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], (page.url, size)
    page.set_viewport_size(SIZES[0])
    page.emulate_media(color_scheme="light")


def publish_rules(page: Page, address: str) -> None:
    """Write the vote into the draft, see what it would have changed, and publish it."""
    page.goto(f"{address}/collectivites/1/reglement/preparer")
    page.get_by_role("link", name="Rédiger le brouillon").click()
    page.get_by_label("Délibération").fill("2026-12-10 no 7")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    page.goto(f"{address}/collectivites/1/reglement/brouillon/apercu")
    look(page)
    page.goto(f"{address}/collectivites/1/reglement/brouillon/publier")
    look(page)
    page.locator("[name=sure]").check()
    page.get_by_role("button", name="Publier définitivement").click()
    expect(page.get_by_text("est publiée")).to_be_visible()
    look(page)


def decide_july(page: Page, address: str) -> None:
    """Try the round that waits, and adopt what was looked at."""
    page.goto(f"{address}/collectivites/1/tours-d-attribution")
    look(page)
    page.get_by_role("link", name=re.compile("juillet")).first.click()
    page.get_by_role("link", name="Voir le résultat et décider").click()
    expect(page.get_by_role("heading", name="Ce que chaque demande obtiendrait")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Adopter ce résultat").click()
    expect(page).to_have_url(re.compile(r"/tours-d-attribution/\d+$"))
    look(page)


def test_an_officer_decides_an_association_reads_and_an_auditor_verifies(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    officer = signed_in(browser, address, OFFICER)
    publish_rules(officer, address)
    decide_july(officer, address)

    association = signed_in(browser, address, ASSOCIATION)
    association.goto(f"{address}/demandes")
    association.get_by_role("link", name="Rock en plein air").first.click()
    association.get_by_role(
        "link", name="Lire les règles, les chiffres et les voies de recours"
    ).click()
    expect(
        association.get_by_role("heading", name="Comment d’autres ont été servis")
    ).to_be_visible()
    look(association)

    auditor = signed_in(browser, address, AUDITOR)
    auditor.goto(f"{address}/audit")
    for number in range(auditor.get_by_role("button", name="Vérifier maintenant").count()):
        auditor.get_by_role("button", name="Vérifier maintenant").nth(number).click()
        expect(
            auditor.get_by_text("Tout est intact et donne le même résultat").first
        ).to_be_visible()
    look(auditor)
    with auditor.expect_download() as kept:
        auditor.get_by_role("link", name="Télécharger tout le registre").first.click()
    kept.value.save_as(tmp_path / "record.jsonl")
    assert holds((tmp_path / "record.jsonl").read_text(encoding="utf-8").splitlines()) > 10
    auditor.get_by_role("link", name="Registre d’équité").click()
    auditor.goto(f"{address}/collectivites/1/registre-d-equite")
    look(auditor)
    with auditor.expect_download() as sheet:
        auditor.get_by_role("link", name="ODS").click()
    assert sheet.value.suggested_filename.startswith("registre-d-equite-")


def holds(lines: list[str]) -> int:
    """Follow the chain by hand, without our code; return how many decisions it has."""
    previous = "0" * 64
    for line in lines:
        entry = json.loads(line)
        assert entry["previous_hash"] == previous
        previous = sha256(f"{previous}\n{entry['payload']}".encode()).hexdigest()
        assert entry["hash"] == previous
    return len(lines)
