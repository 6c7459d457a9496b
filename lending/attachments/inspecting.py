"""What a file really is, whatever its name says: a PDF, or a picture made anew; nothing else.

Nothing is searched for viruses here: docs/administration/papers.md says so, and what to do.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from lending.errors import InvalidInput
from lending.i18n import N_
from lending.pictures import NoPicture, TooManyPixels, open_picture, upright_on_white

MOST_BYTES = 10 * 1024 * 1024
LONGEST_SIDE = 3000
"""In pixels: a page photographed with a telephone stays readable, and small."""
PDF, JPEG = "application/pdf", "image/jpeg"
ENDINGS = {PDF: "pdf", JPEG: "jpg"}
LAUNCHERS = {
    *("/JavaScript", "/Launch", "/ImportData", "/SubmitForm"),
    *("/EmbeddedFiles", "/FileAttachment", "/RichMedia"),
}
"""What a document of an insurer has no use for."""

_UNKNOWN = N_("We cannot read this file. Choose a PDF, or a photo as JPEG, PNG or WebP.")
_BROKEN = N_("This PDF is damaged. Print it into a new PDF, or send a photo of it.")
_LOCKED = N_("This PDF is protected by a password. Print it into a new PDF, or send a photo.")
_ALIVE = N_(
    "This PDF holds a program or other files. Print it into a new PDF, or send a photo of it."
)


@dataclass(frozen=True)
class CleanFile:
    """A file as it is kept."""

    content: bytes
    media: str


def inspect(content: bytes) -> CleanFile:
    """Return the file as it may be kept: a PDF as it is, a picture drawn anew.

    With the old bytes of a picture goes what rides along: where it was taken, with which camera,
    and anything that is hidden behind it.

    Raises:
        InvalidInput: it is too large, empty, or nothing that we take.
    """
    if not content:
        raise InvalidInput(file=N_("Choose a file."))
    if len(content) > MOST_BYTES:
        raise InvalidInput(file=N_("This file is too large: 10 MB at most."))
    if content.startswith(b"%PDF-"):
        _check_pdf(content)
        return CleanFile(content, PDF)
    return CleanFile(_drawn_anew(content), JPEG)


def _drawn_anew(content: bytes) -> bytes:
    try:
        paper = upright_on_white(open_picture(content))
    except TooManyPixels:
        raise InvalidInput(file=N_("This photo has too many pixels: 50 million at most.")) from None
    except NoPicture:
        raise InvalidInput(file=_UNKNOWN) from None
    paper.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()


def _check_pdf(content: bytes) -> None:
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        locked = reader.is_encrypted and not reader.decrypt("")
        pages = 0 if locked else len(reader.pages)
        alive = not locked and any(_is_alive(part) for part in _actions(reader))
    # Whatever a hostile file makes of the parser, it is a file that we do not take.
    except Exception:  # noqa: BLE001
        raise InvalidInput(file=_BROKEN) from None
    if locked:
        raise InvalidInput(file=_LOCKED)
    if not pages:
        raise InvalidInput(file=_BROKEN)
    if alive:
        raise InvalidInput(file=_ALIVE)


def _actions(reader: PdfReader) -> Iterator[object]:
    """Yield where a PDF keeps what is to be done when it or a page is opened, and files inside."""
    root = reader.root_object
    yield root.get("/OpenAction")
    yield root.get("/AA")
    names = _plain(root.get("/Names"))
    if isinstance(names, DictionaryObject):
        yield from ({"/S": key} for key in ("/JavaScript", "/EmbeddedFiles") if key in names)
    for page in reader.pages:
        yield page.get("/AA")
        annotations = _plain(page.get("/Annots"))
        for annotation in annotations if isinstance(annotations, list) else ():
            told = _plain(annotation)
            if isinstance(told, DictionaryObject):
                yield told.get("/A")
                yield told.get("/AA")
                yield {"/S": told.get("/Subtype")}


def _is_alive(action: object) -> bool:
    told = _plain(action)
    if not isinstance(told, dict):
        return False
    if str(_plain(told.get("/S"))) in LAUNCHERS or "/JS" in told:
        return True
    return any(_is_alive(part) for name, part in told.items() if name in _CHAINS)


_CHAINS = {
    *("/O", "/C", "/K", "/F", "/V", "/E", "/X", "/D", "/U", "/WC", "/WS", "/DS", "/WP", "/DP"),
    *("/PO", "/PC", "/PV", "/PI", "/Next"),
}
"""Where one action names others: the events of pages and fields, and what comes next."""


def _plain(value: object) -> object:
    return value.get_object() if isinstance(value, IndirectObject) else value
