"""The right lender and the departments' opinions, as staff and associations meet them."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from lending.authorities.models import Competence
from lending.bookings.decisions import approve_booking
from lending.bookings.models import Booking, Redirection
from lending.bookings.states import State
from lending.db.database import Database
from lending.equity.routing.models import DecidedAgainst, DepartmentMember, Opinion, Verdict
from lending.equity.routing.redirecting import redirect_booking
from tests.equity.routing.conftest import Town, build_town, in_review
from tests.factories import Cast, draft, submitted
from tests.support.browser import chromium, served, violations
from tests.support.html import problems
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]
WHY = "La culture relève de l'agglomération."


@pytest.fixture
def opened(app: Flask) -> Database:
    """The database of the application, in which everything listens."""
    database: Database = app.extensions["database"]
    return database


@pytest.fixture
def town(opened: Database, cast: Cast) -> Town:
    return build_town(opened, cast)


@pytest.fixture
def asked(opened: Database, cast: Cast, town: Town) -> int:
    """A request over two departments, whose opinions are awaited."""
    return in_review(opened, cast)


def about_culture(database: Database, number: int) -> int:
    """Make the event's cause one that only the agglomeration carries."""

    def change(uow) -> None:
        uow.session.get_one(Booking, number).event.competence = Competence.CULTURE

    database.write(change)
    return number


def state(database: Database, number: int) -> State:
    with database.read() as uow:
        return uow.session.get_one(Booking, number).state


def other(database: Database, number: int) -> int:
    """Return the booking that one was passed on to."""
    with database.read() as uow:
        found = uow.session.get_one(Redirection, number).to_id
        assert found is not None
        return found


# The right lender


def test_the_page_of_a_decision_says_who_can_help(
    opened: Database, cast: Cast, browse: Browse
) -> None:
    number = about_culture(opened, submitted(opened, cast, {cast.chairs: 10}))
    page = browse(cast.front_desk).get(f"/a-traiter/{number}").text
    assert "est compétente pour\N{NO-BREAK SPACE}: Culture et spectacles" in page
    assert "Réorienter vers…" in page


def test_the_preview_shows_what_goes_along_and_what_cannot(
    opened: Database, cast: Cast, browse: Browse
) -> None:
    lines = {cast.chairs: 60, cast.barriers: 5}
    number = about_culture(opened, submitted(opened, cast, lines))
    page = browse(cast.front_desk).get(f"/a-traiter/{number}/reorienter").text
    for words in ("Conseillée", "Chaise coque", "Tout est libre", "10 × Chaise pliante"):
        assert words in page, words
    assert problems({"preview": page}) == []


def test_it_is_passed_on_with_a_reason_and_followed_on_both_sides(
    opened: Database, cast: Cast, browse: Browse
) -> None:
    number = submitted(opened, cast, {cast.chairs: 30, cast.barriers: 5})
    marc = browse(cast.manager)
    address = f"/a-traiter/{number}/reorienter"
    told = marc.post(address, {"to": cast.agglomeration, "reason": " "})
    assert told.status_code == 422
    assert 'id="reason-error"' in told.text
    answer = marc.post(address, {"to": cast.agglomeration, "reason": WHY})
    assert answer.status_code == 303
    assert state(opened, number) is State.REDIRECTED
    here = marc.get(answer.location).text
    assert "Suivie par Agglomération des Trois Tréteaux" in here
    assert "envoyée aussitôt" in here
    there = browse(cast.other_manager).get(f"/a-traiter/{other(opened, number)}").text
    assert "Déposée d’abord" in there
    assert "sans équivalent dans ce catalogue\N{NO-BREAK SPACE}: 5 × Barrière Vauban 2 m" in there
    again = marc.post(address, {"to": cast.agglomeration, "reason": WHY})
    assert again.status_code == 409


def test_the_association_reads_who_follows_its_request(
    opened: Database, cast: Cast, browse: Browse
) -> None:
    number = submitted(opened, cast, {cast.chairs: 30})
    about_culture(opened, number)
    opened.write(lambda uow: redirect_booking(uow, cast.manager, number, cast.agglomeration, WHY))
    alice = browse(cast.alice)
    page = alice.get(f"/demandes/{number}").text
    assert "Suivie par Agglomération des Trois Tréteaux" in page
    assert f'href="/demandes/{other(opened, number)}"' in page
    assert "Suivie par" in alice.get("/demandes?etat=over").text
    opened.write(lambda uow: approve_booking(uow, cast.other_manager, other(opened, number)))
    assert "Accordée" in browse(cast.manager).get(f"/a-traiter/{number}").text


def test_what_could_not_be_sent_tells_the_association_what_to_choose(
    opened: Database, cast: Cast, browse: Browse
) -> None:
    submitted(opened, cast, {cast.shell_chairs: 40}, authority=cast.agglomeration)
    number = submitted(opened, cast, {cast.chairs: 30})
    opened.write(lambda uow: redirect_booking(uow, cast.manager, number, cast.agglomeration, WHY))
    new = other(opened, number)
    page = browse(cast.alice).get(f"/demandes/{new}").text
    assert "Vérifiez cette demande et envoyez-la" in page
    assert f'href="/demandes/{new}/conflit"' in page


def test_an_association_is_offered_the_right_lender_before_it_sends(
    opened: Database, cast: Cast, browse: Browse
) -> None:
    number = draft(opened, cast, {cast.chairs: 20, cast.barriers: 2}, actor=cast.alice)
    alice = browse(cast.alice)
    assert "Une autre collectivité" not in alice.get(f"/demandes/{number}/verifier").text
    about_culture(opened, number)
    page = alice.get(f"/demandes/{number}/verifier").text
    assert "Adresser ma demande à Agglomération des Trois Tréteaux" in page
    answer = alice.post(f"/demandes/{number}/changer-de-guichet", {"to": cast.agglomeration})
    assert answer.status_code == 303
    review = alice.get(answer.location).text
    assert "Chaise coque" in review
    assert "Sans équivalent là-bas" in review


# Opinions


def test_a_department_gives_its_opinion_on_the_page(
    opened: Database, cast: Cast, town: Town, asked: int, browse: Browse
) -> None:
    teo = browse(town.teo)
    page = teo.get(f"/a-traiter/{asked}").text
    assert "Avis des services" in page
    assert "Donner l’avis du service Technique" in page
    assert "Donner l’avis du service Fêtes" not in page
    form = {"department_id": town.technical, "verdict": "unfavourable", "reason": ""}
    told = teo.post(f"/a-traiter/{asked}/avis", form)
    assert told.status_code == 422
    assert f'id="reason-{town.technical}-error"' in told.text
    assert problems({"opinions": told.text}) == []
    answer = teo.post(f"/a-traiter/{asked}/avis", form | {"reason": "Équipe complète."})
    assert answer.status_code == 303
    assert "Équipe complète." in teo.get(answer.location).text
    for wrong in ({"department_id": town.sport, "verdict": "favourable"}, {"verdict": "peut-être"}):
        assert teo.post(f"/a-traiter/{asked}/avis", wrong).status_code == 422
    assert (
        teo.post(
            f"/a-traiter/{asked}/avis", {"department_id": town.parties, "verdict": "favourable"}
        ).status_code
        == 403
    )


def test_the_inbox_shows_the_opinion_awaited_to_its_people(
    opened: Database, cast: Cast, town: Town, asked: int, browse: Browse
) -> None:
    page = browse(town.teo).get(f"/a-traiter?kind=opinion&department={town.technical}").text
    assert "Avis attendu" in page
    assert f'href="/a-traiter/{asked}?' in page
    assert "Avis attendu" not in browse(cast.manager).get("/a-traiter").text


def test_granting_against_opinions_is_confirmed_with_a_reason(
    opened: Database, cast: Cast, town: Town, asked: int, browse: Browse
) -> None:
    marc = browse(cast.manager)
    told = marc.post(f"/a-traiter/{asked}/accorder", {})
    assert told.status_code == 422
    assert "Avis attendus\N{NO-BREAK SPACE}: 2" in told.text
    reason = {"opinions_reason": "Accord donné par téléphone."}
    question = marc.post(f"/a-traiter/{asked}/accorder", reason)
    assert question.status_code == 200
    assert "Accorder sans l’accord de tous les services" in question.text
    assert state(opened, asked) is State.IN_REVIEW
    done = marc.post(f"/a-traiter/{asked}/accorder", reason | {"confirmed": "yes"})
    assert done.status_code == 303
    assert state(opened, asked) is State.APPROVED
    with opened.read() as uow:
        reasons = uow.session.scalars(select(DecidedAgainst.reason)).all()
    assert reasons == ["Accord donné par téléphone."]
    page = marc.get(f"/a-traiter/{asked}").text
    assert "Accordée avec des avis attendus (2)" in page
    assert "Accord donné par téléphone" not in browse(cast.alice).get(f"/demandes/{asked}").text


def test_a_delegation_is_given_and_taken_back(
    opened: Database, cast: Cast, town: Town, asked: int, browse: Browse
) -> None:
    teo, prune = browse(town.teo), browse(town.prune)
    page = "/compte/delegations"
    days = {"first_day": "2026-03-02", "last_day": "2026-03-06"}
    assert teo.post(page, days | {"to_id": "0"}).status_code == 422
    assert teo.post(page, days | {"to_id": str(town.prune.user_id)}).status_code == 303
    assert "Teo" in prune.get(page).text
    form = {"department_id": town.technical, "verdict": "favourable"}
    assert prune.post(f"/a-traiter/{asked}/avis", form).status_code == 303
    assert "Prune au nom de Teo" in prune.get(f"/a-traiter/{asked}").text
    assert teo.post(f"{page}/reprendre", {"delegation_id": "1"}).status_code == 303
    assert "Aucune délégation" in teo.get(page).text
    assert prune.post(f"/a-traiter/{asked}/avis", form).status_code == 403
    with opened.read() as uow:
        kept = {o.department_id: o.verdict for o in uow.session.scalars(select(Opinion))}
    assert kept[town.technical] is Verdict.FAVOURABLE


def test_the_administrator_says_for_which_departments_somebody_works(
    opened: Database, cast: Cast, town: Town, browse: Browse
) -> None:
    ada = browse(cast.administrator)
    number = cast.front_desk.user_id
    assert "Travaille pour" in ada.get(f"/administration/comptes/{number}").text
    ada.post(
        f"/administration/comptes/{number}/services",
        {"department_id": [town.sport, town.parties]},
    )
    with opened.read() as uow:
        held = set(
            uow.session.scalars(
                select(DepartmentMember.department_id).where(DepartmentMember.user_id == number)
            )
        )
    assert held == {town.sport, town.parties}


@pytest.fixture
def screen(app: Flask) -> Iterator[tuple[str, object]]:
    with served(app) as address, chromium() as browser:
        yield address, browser


@pytest.mark.parametrize("width", [1280, 390])
def test_the_panels_can_be_used_by_everybody(
    opened: Database, cast: Cast, town: Town, asked: int, browse: Browse, screen, width: int
) -> None:
    address, chrome = screen
    about_culture(opened, asked)
    secret = browse(town.teo).client.get_cookie("treteau_session")
    assert secret is not None
    context = chrome.new_context(viewport={"width": width, "height": 900}, locale="fr-FR")
    context.add_cookies([{"name": "treteau_session", "value": secret.value, "url": address}])
    page = context.new_page()
    for path in (f"/a-traiter/{asked}", f"/a-traiter/{asked}/reorienter", "/compte/delegations"):
        page.goto(f"{address}{path}")
        for fold in page.locator("details.fold summary").all():
            fold.click()
        assert violations(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert wide, path
    context.close()
