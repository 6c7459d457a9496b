"""Take the pictures of the README: `python -m tools.screenshots ADDRESS` of a demonstration."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
SIZE = {"width": 1280, "height": 860}


def main(address: str) -> None:
    """Sign in as an association and as a manager; keep what they see."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--lang=fr"]
        )
        association = _open_as(browser, address, "Les Lampions de Rivemont")
        friday = datetime.now(UTC).date() + timedelta(days=200)
        friday += timedelta(days=(4 - friday.weekday()) % 7)
        dates = f"start_date={friday}&end_date={friday + timedelta(days=3)}"
        association.goto(f"{address}/catalogue?{dates}&category=mobilier")
        association.get_by_role("heading", level=2).first.scroll_into_view_if_needed()
        association.evaluate("scrollTo(0, document.querySelector('h2').offsetTop - 420)")
        association.screenshot(path=IMAGES / "catalogue.png")
        manager = _open_as(browser, address, "Agglomération fictive des Trois-Rives")
        manager.goto(f"{address}/planning?start={friday - timedelta(days=10)}")
        manager.screenshot(path=IMAGES / "planning.png")
        browser.close()


def _open_as(browser: Browser, address: str, who: str) -> Page:
    page = browser.new_context(locale="fr-FR", viewport=SIZE).new_page()
    page.goto(f"{address}/connexion")
    page.get_by_role("button", name=who).click()
    page.wait_for_load_state()
    return page


if __name__ == "__main__":
    main(sys.argv[1])
