"""Put a message into words: subject, text and HTML, from one text a language.

A message is written once, as the paragraphs of `emails/<kind>/body.txt`; its HTML shows the same
paragraphs, so that no reader is told more than another.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

from lending.i18n import translations
from lending.notifications import links
from lending.notifications.kinds import Kind
from lending.notifications.wording import FILTERS
from lending.shipped import template_folder


@dataclass(frozen=True)
class Block:
    """A paragraph, or the points of a list."""

    lines: tuple[str, ...]
    is_list: bool


@dataclass(frozen=True)
class Words:
    """What a message says, without anything around it."""

    subject: str
    blocks: tuple[Block, ...]
    text: str
    action: str
    """What its button says."""


@dataclass(frozen=True)
class Letter:
    """A mail in words."""

    subject: str
    text: str
    html: str


def put_in_words(kind: Kind, data: Mapping[str, Any], language: str) -> Words:
    """Return what a message says, in a language."""
    environment = _environment(language)
    values = {**data, "language": language}
    subject = environment.get_template(f"{kind.value}/subject.txt").render(values)
    text = environment.get_template(f"{kind.value}/body.txt").render(values)
    text = re.sub(r"\n{3,}", "\n\n", text.strip())
    return Words(
        subject=" ".join(subject.split()),
        blocks=tuple(_blocks(text)),
        text=text,
        action=translations(language).gettext(kind.action),
    )


def write_letter(
    kind: Kind, data: Mapping[str, Any], path: str, language: str, public_url: str
) -> Letter:
    """Return the mail of a message, with its button and who is to be called."""
    words = put_in_words(kind, data, language)
    values = {
        "data": data,
        "is_digest": kind is Kind.DIGEST,
        "is_required": kind.is_required,
        "language": language,
        "preferences": public_url + links.PREFERENCES,
        "public_url": public_url,
        "url": public_url + path,
        "words": words,
    }
    environment = _environment(language)
    return Letter(
        subject=words.subject,
        text=environment.get_template("layout.txt").render(values).strip() + "\n",
        html=environment.get_template("layout.html").render(values),
    )


def _blocks(text: str) -> list[Block]:
    """Tell paragraphs and lists apart: a blank line ends either."""
    found = []
    for part in text.split("\n\n"):
        lines = tuple(line.strip() for line in part.splitlines() if line.strip())
        if lines and all(line.startswith("- ") for line in lines):
            found.append(Block(tuple(line.removeprefix("- ") for line in lines), is_list=True))
        elif lines:
            found.append(Block(lines, is_list=False))
    return found


@cache
def _environment(language: str) -> Environment:
    """Return the templates of mails in a language."""
    environment = Environment(
        loader=FileSystemLoader(template_folder() / "emails"),
        extensions=["jinja2.ext.i18n"],
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        translations(language), newstyle=True
    )
    return environment
