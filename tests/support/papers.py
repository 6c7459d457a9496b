"""Files as associations send them, and papers that were handed in."""

import io
from datetime import date
from pathlib import Path

from PIL import Image
from pypdf import PdfWriter

from lending.attachments.handing_in import NewPaper, hand_in
from lending.attachments.keeping import KeptFile, keep_file, paper_files
from lending.attachments.kinds import PaperKind
from lending.db.database import Database
from tests.factories import Cast

WINTER = date(2026, 12, 31)
FILE = KeptFile("0" * 64, "application/pdf", 1000)
"""For tests of the rows alone."""


def pdf(pages: int = 1) -> bytes:
    """Return a PDF of blank pages."""
    writer, out = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.write(out)
    return out.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **more: object) -> bytes:
    """Return a picture."""
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind, **more)
    return out.getvalue()


def certificate(until: date = WINTER, **more: object) -> NewPaper:
    """Return a certificate of insurance that a test hands in."""
    said: dict[str, object] = {
        "kind": PaperKind.INSURANCE,
        "file": FILE,
        "issuer": "Assurances du Kiosque",
        "number": "K-4711",
        "valid_until": until,
        **more,
    }
    return NewPaper(**said)  # type: ignore[arg-type]


def hand_in_paper(database: Database, cast: Cast, instance: Path) -> int:
    """Let Alice hand in a photo of the choir's certificate; return its number."""
    kept = keep_file(paper_files(instance), picture())
    paper = certificate(file=kept, label="attestation.png")
    return database.write(lambda uow: hand_in(uow, cast.alice, cast.choir, paper))
