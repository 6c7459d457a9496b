"""PDF files from our own templates. Contains no business logic."""

from base64 import b64encode
from functools import cache

from flask import Response
from weasyprint import HTML
from weasyprint.urls import URLFetcher

from lending.web.templating import PACKAGE, vendored

FONTS = (
    ("Atkinson Hyperlegible Next", "atkinson.woff2"),
    ("Bricolage Grotesque", "bricolage-grotesque.woff2"),
)


def pdf_of(html: str) -> bytes:
    """Return a document as PDF; it can show only what it brings along as `data:`.

    So a document that somebody's words are in cannot make the server fetch anything.
    """
    fetcher = URLFetcher(allowed_protocols=("data",))
    written: bytes = HTML(string=html, url_fetcher=fetcher).write_pdf()
    return written


@cache
def font_faces() -> str:
    """Return the style that brings our fonts along: servers may have none."""
    faces = []
    for family, name in FONTS:
        path = PACKAGE / "static" / "vendor" / vendored()[name]
        content = b64encode(path.read_bytes()).decode()
        faces.append(
            f"@font-face {{ font-family: '{family}'; font-weight: 200 800;"
            f" src: url('data:font/woff2;base64,{content}') format('woff2'); }}"
        )
    return "\n".join(faces)


def pdf_file(content: bytes, name: str) -> Response:
    """Return a PDF that browsers show, and keep under its name."""
    answer = Response(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
