"""An association reads why it was answered as it was, on its request and on a page to keep."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from lending.bookings.decisions import approve_booking, refuse_booking
from lending.bookings.states import RefusalReason
from lending.clock import FixedClock
from lending.equity.record.chain import erase_words
from tests.factories import Cast, draft, make_organisation, submitted
from tests.policies.test_versions import published
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]
BECAUSE = "Le reste est promis à l'école."


def text_of(page: str) -> str:
    """Return a page with plain apostrophes and spaces."""
    return page.replace("’", "'").replace("&#39;", "'").replace("\u00a0", " ")


def partly(app: Flask, cast: Cast) -> int:
    """Grant twenty of thirty chairs, twenty-five of which were free."""
    database = app.extensions["database"]
    submitted(database, cast, {cast.chairs: 70}, organisation=cast.club)
    number = submitted(database, cast, {cast.chairs: 30})
    database.write(
        lambda uow: approve_booking(uow, cast.manager, number, {cast.chairs: 20}, BECAUSE)
    )
    return number


def test_the_page_says_by_which_rules_on_which_numbers_and_how_to_contest_it(
    app: Flask, cast: Cast, browse: Browse
) -> None:
    number = partly(app, cast)
    page = text_of(browse(cast.alice).get(f"/demandes/{number}/reponse").text)
    for words in (
        "Une partie de votre demande est accordée.",
        BECAUSE,
        "lundi 2 mars 2026",
        "Gestion du matériel",
        "Les chiffres au moment de la décision",
        "Chaise pliante",
        "règles de départ",
        "n° 2",
        "recours gracieux",
        "tribunal administratif",
        "www.telerecours.fr",
        "2 mai 2026",
        "décision n° 1",
        "Imprimer",
    ):
        assert words in page, words
    assert "Marc" not in page


def test_the_page_leads_to_the_very_version_of_the_rules(
    app: Flask, cast: Cast, browse: Browse, clock: FixedClock
) -> None:
    database = app.extensions["database"]
    number = partly(app, cast)
    path = f"/demandes/{number}/reponse"
    assert f'"/collectivites/{cast.town}/reglement"' in browse(cast.alice).get(path).text
    published(database, cast)
    clock.instant += timedelta(hours=1)
    other = submitted(database, cast, {cast.tables: 2})
    database.write(lambda uow: approve_booking(uow, cast.manager, other))
    published(database, cast)
    page = browse(cast.alice).get(f"/demandes/{other}/reponse").text
    assert f'"/collectivites/{cast.town}/reglement/1"' in page
    assert "2026-11-12 no 4" in page


def test_the_requests_own_page_leads_there(app: Flask, cast: Cast, browse: Browse) -> None:
    number = partly(app, cast)
    page = text_of(browse(cast.alice).get(f"/demandes/{number}").text)
    assert "Vous pouvez la contester jusqu'au samedi 2 mai 2026" in page
    assert f'href="/demandes/{number}/reponse"' in page
    sent = draft(app.extensions["database"], cast, {cast.chairs: 1})
    assert "/reponse" not in browse(cast.alice).get(f"/demandes/{sent}").text


def test_an_undecided_request_says_what_silence_means(
    app: Flask, cast: Cast, browse: Browse, clock: FixedClock
) -> None:
    number = submitted(app.extensions["database"], cast, {cast.chairs: 30})
    for path in (f"/demandes/{number}", f"/demandes/{number}/reponse"):
        page = text_of(browse(cast.alice).get(path).text)
        assert "le silence vaudra refus à partir du samedi 2 mai 2026" in page, path
    clock.instant += timedelta(days=61)
    page = text_of(browse(cast.alice).get(f"/demandes/{number}/reponse").text)
    assert "depuis le samedi 2 mai 2026, ce silence vaut refus" in page


def test_staff_read_the_same_page(app: Flask, cast: Cast, browse: Browse) -> None:
    number = partly(app, cast)
    assert f"/demandes/{number}/reponse" in browse(cast.manager).get(f"/a-traiter/{number}").text
    for person in (cast.manager, cast.auditor, cast.front_desk):
        page = text_of(browse(person).get(f"/demandes/{number}/reponse").text)
        assert BECAUSE in page
    assert browse(cast.bob).get(f"/demandes/{number}/reponse").status_code == 404


def test_others_are_shown_by_numbers_alone(app: Flask, cast: Cast, browse: Browse) -> None:
    database = app.extensions["database"]
    for name in ("Amicale du Pont", "Amicale du Lac", "Amicale du Bois"):
        organisation = database.write(lambda uow, n=name: make_organisation(uow.session, n).id)
        other = submitted(database, cast, {cast.chairs: 7}, organisation=organisation, name="Bal")
        database.write(
            lambda uow, o=other: refuse_booking(
                uow, cast.manager, o, RefusalReason.PUBLIC_ORDER, "Non, Zoé."
            )
        )
    number = partly(app, cast)
    page = text_of(browse(cast.alice).get(f"/demandes/{number}/reponse").text)
    assert page.count("en même temps que vous") == 3
    assert "L'ordre public l'exige" in page
    for secret in ("Amicale", "Zoé", "Bal<", "pétanque"):
        assert secret not in page


def test_erased_words_are_said_to_be(app: Flask, cast: Cast, browse: Browse) -> None:
    number = partly(app, cast)
    app.extensions["database"].write(lambda uow: erase_words(uow, [1]))
    page = text_of(browse(cast.alice).get(f"/demandes/{number}/reponse").text)
    assert "Le texte du motif a été effacé" in page
    assert BECAUSE not in page
