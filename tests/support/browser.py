"""A real Chromium on a real server: `served(app)` gives the address, `chromium()` the browser."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome")
SERIOUS = ("serious", "critical")
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
COLOURS = "color-contrast"
"""The rule of axe for what the dark theme changes."""
PATIENCE = 20_000
"""How many milliseconds a slow machine is given until a page shows what it should."""


def chromium_path() -> str:
    """Return where the system's Chromium lies, or the one that CHROMIUM names.

    Raises:
        RuntimeError: there is none.
    """
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        if found := shutil.which(name):
            return found
    raise RuntimeError("No Chromium found. On Debian: apt-get install chromium.")


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """Run a browser without a window; `more` are further options of its command line."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox", "--lang=fr", *more]
        )
        yield browser
        browser.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the application on a free port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def violations(page: Page, *rules: str) -> list[str]:
    """Return what axe finds serious or critical on the page, a line each; by all rules, or these.

    What it would fetch beforehand (style sheets, films) serves rules only that we do not use.
    """
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = list(rules)
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]


def violations_in(page: Page, theme: Theme) -> list[str]:
    """Show the page in a theme, and return what axe finds: by all rules if it is light.

    The dark theme changes nothing but colours.
    """
    page.emulate_media(color_scheme=theme)
    return violations(page, *([COLOURS] if theme == "dark" else []))
