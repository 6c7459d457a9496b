"""From what a document says to its pages: the same content always gives the same pages."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from lending.catalogue.photos import FIELD, PhotoStore
from lending.documents.french import filters
from lending.documents.kinds import Kind
from lending.documents.printing import print_pdf
from lending.equity.record.canonical import canonical
from lending.i18n import translations
from lending.shipped import template_folder
from lending.storing import FileStore

PRINT = "documents/print"
WIDTH = 320


def typeset(content: str, identifier: str, files: FileStore) -> bytes:
    """Return the PDF of a document from its content, canonical JSON, and the pictures it names.

    Raises:
        CannotPrint: the system lacks Pango.
    """
    says = json.loads(content)
    pictures = {
        "logo.png": says["authority"]["logo"],
        "drawing.png": (says.get("signature") or {}).get("drawing", ""),
    }
    found = {name: files.read(digest) for name, digest in pictures.items() if digest}
    spot = PhotoStore(files.instance, FIELD)
    found |= {f"{name}.webp": spot.read(name, WIDTH) for name in _told_pictures(says)}
    there = {name: data for name, data in found.items() if data is not None}
    page = _page(says, f"{says['kind']}.html", pictures=frozenset(there))
    return print_pdf(page, there, identifier)


def _told_pictures(says: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of what was drawn and photographed with the statements of a document."""
    for told in says.get("statements", ()):
        yield from (side["signature"] for side in told["sides"].values() if side["signature"])
        yield from told["photos"]
        for line in told["lines"]:
            yield from line["photos"]


def preview(content: Mapping[str, object], files: FileStore) -> bytes:
    """Return how a document would look if it were issued now: without a number, as a draft.

    Raises:
        CannotPrint: the system lacks Pango.
    """
    return typeset(canonical(content), "preview", files)


def text_of(content: str) -> str:
    """Return the text of an agreement as HTML, to be read on a page of the web."""
    says = json.loads(content)
    return _page(says, f"_{Kind(says['kind'])}_text.html", pictures=frozenset())


def _page(says: Mapping[str, Any], template: str, pictures: frozenset[str]) -> str:
    environment = _environment(says["zone"])
    return environment.get_template(f"{PRINT}/{template}").render(
        **says, style=_style(), pictures=pictures, kind_name=Kind(says["kind"]).label
    )


@cache
def _environment(zone: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(template_folder()),
        extensions=["jinja2.ext.i18n"],
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    french = translations("fr")
    environment.install_gettext_translations(french, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(filters(ZoneInfo(zone)))
    return environment


@cache
def _style() -> str:
    return (template_folder() / PRINT / "style.css").read_text(encoding="utf-8")
