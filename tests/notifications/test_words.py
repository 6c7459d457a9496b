"""Every kind of message, in both languages: complete, and its links lead somewhere."""

import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from babel.messages.pofile import read_po
from flask import Flask

from lending.i18n import LANGUAGES
from lending.notifications import links
from lending.notifications.kinds import TOLD, Family, Kind
from lending.notifications.rendering import put_in_words, write_letter
from lending.shipped import PACKAGE, template_folder

PUBLIC_URL = "https://prets.example"
DATA: dict[str, Any] = {
    "answer_by": "2026-06-01T07:00+00:00",
    "at": "Ateliers municipaux, 3 rue du Banc",
    "authority": "Ville de Sainte-Planche",
    "by_round": True,
    "call": "01 99 00 00 07",
    "cents": 123_450,
    "forecast": 75,
    "harmed": [{"quantity": 2, "name": "Chaise pliante", "fault": "Lost"}],
    "is_go": False,
    "limit": 55,
    "link": 7,
    "must": True,
    "name": "Alice Martin",
    "paper": "Republican commitment",
    "proposed_cents": 200_000,
    "quality": "présidente",
    "state": "reduced",
    "valid_until": "2026-12-31",
    "crew": "Équipe Nord",
    "day": "2026-06-01",
    "email": "fetes@sainte-planche.example",
    "ends": "2026-06-08T07:00+00:00",
    "event": "Bal <des> planches",
    "granted": 12,
    "insured_until": "2026-06-07",
    "item": "Chaise pliante",
    "leaves": "2026-06-01T06:30+00:00",
    "lines": [
        {"name": "Chaise pliante", "name_en": "Folding chair", "requested": 10, "granted": 10},
        {"name": "Table", "name_en": "", "requested": 8, "granted": 3},
    ],
    "logistics": "pickup",
    "missing": 40,
    "monday": "2026-06-01",
    "move": "submit",
    "number": "C-2026-12",
    "organisation": "Chorale des Planches",
    "own_event": True,
    "phone": "01 99 00 00 01",
    "place": "Place du Marché",
    "reason": "Le plan du site\n\n- et l'assurance",
    "reference": "R-2026-0007",
    "refusal": "The request came too late to be prepared",
    "returns": "2026-06-01T14:00+00:00",
    "round": "Prêts de juillet",
    "starts": "2026-06-05T14:00+00:00",
    "stops": [
        {
            "at": "2026-06-01T07:00+00:00",
            "kind": "Deliver",
            "organisation": "Club du Gué",
            "place": "Salle",
        }
    ],
    "to": "Agglomération",
    "until": "2026-05-09T22:00+00:00",
    "waiting": 3,
    "zone": "Europe/Paris",
    "parts": [{"subject": "Un message", "url": f"{PUBLIC_URL}/demandes/1"}],
}
VARIANTS: dict[Kind, tuple[dict[str, Any], ...]] = {
    Kind.ACKNOWLEDGEMENT: ({"move": "complete"}, {"by_round": False}),
    Kind.NEW_REQUEST: ({"move": "complete"}, {"move": "serve"}),
    Kind.GRANTED: ({"logistics": "delivery"},),
    Kind.REMINDER: ({"logistics": "delivery", "call": ""},),
    Kind.LATE_RETURN: ({"logistics": "delivery"},),
    Kind.CANCELLED: ({"own_event": False, "reason": ""},),
    Kind.TAKEN_BACK: ({"own_event": False},),
    Kind.STOCK_SHORT: ({"ends": "", "missing": 1},),
    Kind.AGREEMENT: ({"must": False},),
    Kind.INSURANCE: ({"insured_until": ""},),
    Kind.CHARGE_DECIDED: (
        {"state": "upheld"},
        {"state": "waived", "cents": 0},
        {"state": "crediting", "cents": 0, "title": "T-2026-17"},
        {"state": "waived", "cents": 0, "title": "T-2026-17"},
    ),
    Kind.WIND_DECIDED: ({"is_go": True},),
    Kind.WIND_ON_ROUND: ({"is_go": True},),
    Kind.PAPER_ACCEPTED: ({"valid_until": ""},),
}
ALL = [
    (kind, language, more)
    for kind in Kind
    for language in LANGUAGES
    for more in ({}, *VARIANTS.get(kind, ()))
]


class Page(HTMLParser):
    """Collects the text and the links of a mail, and whether its elements are closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what begins."""
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        """Check that it is what began last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self.words += data.split()


@pytest.mark.parametrize(("kind", "language", "more"), ALL)
def test_every_message_says_in_html_what_it_says_as_text(
    kind: Kind, language: str, more: dict[str, Any]
):
    data = DATA | more
    letter = write_letter(kind, data, "/demandes/7", language, PUBLIC_URL)
    words = put_in_words(kind, data, language)
    page = Page(letter.html)
    assert page.open == []
    assert f"{PUBLIC_URL}/demandes/7" in page.links
    assert f"{PUBLIC_URL}{links.PREFERENCES}" in page.links
    assert f"{PUBLIC_URL}/demandes/7" in letter.text
    shown = " ".join(page.words)
    for block in words.blocks:
        for line in block.lines:
            assert " ".join(line.split()) in shown
            assert line in letter.text
    assert words.action in letter.text
    assert words.action in shown
    assert data["phone"] in letter.text
    assert "\n" not in letter.subject
    assert 10 < len(letter.subject) < 130
    assert "%(" not in letter.text + letter.html
    assert "None" not in letter.text


@pytest.mark.parametrize("kind", sorted(TOLD))
def test_french_is_complete_and_another_text_than_english(kind: Kind):
    french, english = (put_in_words(kind, DATA, language) for language in ("fr", "en"))
    assert french.subject != english.subject
    assert french.action != english.action
    with (PACKAGE / "translations" / "fr" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = {message.id: message.string for message in read_po(file)}
    folder = template_folder() / "emails" / kind.value
    texts = [(folder / name).read_text(encoding="utf-8") for name in ("subject.txt", "body.txt")]
    marked = re.findall(r'\b_\("((?:[^"\\]|\\.)*)"', "".join(texts))
    assert marked
    assert [text for text in marked if not catalogue.get(text)] == []


def test_words_of_a_borrower_cannot_become_markup():
    letter = write_letter(Kind.GRANTED, DATA, "/", "fr", PUBLIC_URL)
    assert "Bal &lt;des&gt; planches" in letter.html
    assert "Bal <des> planches" in letter.text


def test_days_and_hours_are_those_of_the_lender():
    assert "vendredi 5 juin 2026 à 16\N{NO-BREAK SPACE}h" in _text({})
    assert "lundi 1er juin 2026" in put_in_words(Kind.ROUND_TOMORROW, DATA, "fr").subject
    assert "vendredi 5 juin 2026 à 18\N{NO-BREAK SPACE}h" in _text({"zone": "Indian/Reunion"})
    missing = put_in_words(Kind.MISSING_PIECE, DATA, "fr").text
    assert "samedi 9 mai 2026" in missing, "the last day, not the midnight that ends it"


def _text(more: dict[str, Any]) -> str:
    return put_in_words(Kind.GRANTED, DATA | more, "fr").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_there_is_a_page_behind_each_link(app: Flask):
    paths = [
        links.MESSAGES,
        links.PREFERENCES,
        links.START,
        links.SHORTAGES,
        links.ROUNDS,
        links.OWN_ORGANISATION,
        links.booking(7),
        links.answer(7),
        links.pieces(7),
        links.decision(7),
        links.documents(7),
        links.signing("secret"),
        links.charge(7),
        links.paper(7),
        links.papers(7),
        links.papers_of(7),
        links.hand_in(7, "insurance").partition("?")[0],
        links.shortage(7).partition("#")[0],
        links.sheet(7, date(2026, 6, 1)),
        links.allocation(7),
    ]
    for path in paths:
        app.url_map.bind("localhost").match(path, method="GET")


def test_every_family_has_kinds_and_a_name():
    assert {kind.family for kind in TOLD} == set(Family)
    assert all(family.label and family.hint for family in Family)
