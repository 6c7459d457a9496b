"""HTML to PDF, tagged for screen readers (PDF/UA-1). Contains no business logic.

The only place that knows WeasyPrint, and imports it when something is printed: it needs Pango, a
library of the system, without which everything else works.
"""

import json
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import ImageFile

from lending.errors import LendingError
from lending.i18n import N_

VENDOR = Path(__file__).resolve().parents[1] / "static" / "vendor"
FONTS = ("bricolage-grotesque", "atkinson", "atkinson-italic")
SCHEME = "treteau:"
"""Of the addresses in our pages: what they name is handed over with them, nothing is fetched."""
TYPES = {".ttf": "font/ttf", ".png": "image/png", ".webp": "image/webp", ".css": "text/css"}
REMEDY = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


class CannotPrint(LendingError):
    """The system lacks the library that sets type."""

    code = "cannot_print"
    default_message = N_(
        "Documents cannot be printed here: the system lacks Pango. Whoever runs the installation"
        " installs it: %(remedy)s"
    )

    def __init__(self) -> None:
        super().__init__(remedy=REMEDY)


@cache
def can_print() -> bool:
    """Return whether the libraries of the system are there."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        return False
    # WeasyPrint lets the whole process read pictures that are cut off: ours are still refused.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return True


def print_pdf(html: str, files: Mapping[str, bytes], identifier: str) -> bytes:
    """Return the PDF of a page whose addresses `treteau:NAME` mean these files, and our fonts.

    Raises:
        CannotPrint: the system lacks Pango.
    """
    if not can_print():
        raise CannotPrint
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    known = {**_fonts(), **files}

    class Fetcher(URLFetcher):  # type: ignore[misc]
        """Hands over what came with the page; what else a page names is a mistake of ours."""

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
            if url.startswith("data:"):  # it brings itself along
                return super().fetch(url, headers)
            name = url.removeprefix(SCHEME)
            if not url.startswith(SCHEME) or name not in known:
                raise FatalURLFetchingError(f"nothing is fetched for a document: {url}")
            kind = TYPES.get(Path(name).suffix, "application/octet-stream")
            return URLFetcherResponse(url, known[name], {"Content-Type": kind})

    page = HTML(string=html, base_url=SCHEME, url_fetcher=Fetcher())
    pdf: bytes = page.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier.encode())
    return pdf


@cache
def _fonts() -> dict[str, bytes]:
    """Return our fonts as TrueType: unpacked once, not for every document."""
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    return {f"{name}.ttf": _unpacked(VENDOR / manifest[f"{name}.woff2"]) for name in FONTS}


def _unpacked(path: Path) -> bytes:
    from fontTools.ttLib import TTFont  # comes with WeasyPrint

    font, out = TTFont(path), BytesIO()
    font.flavor = None
    font.save(out)
    return out.getvalue()
