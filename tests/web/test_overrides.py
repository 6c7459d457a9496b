"""Two managers at their screens: one proposes to go against the rules, the other confirms."""

from collections.abc import Callable
from datetime import date
from typing import Literal

import pytest
from flask import Flask

from lending.accounts.permissions import Role
from lending.bookings.models import Booking
from lending.bookings.states import State
from lending.db.database import Database
from lending.organisations.models import Organisation, OrganisationKind
from tests.factories import Cast, approved, draft, make_organisation, make_user, submitted, waiting
from tests.support.browser import chromium, served, violations
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]
BECAUSE = "L’assureur confirme par téléphone."


@pytest.fixture
def town(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def uninsured(town: Database, cast: Cast) -> int:
    """Send a request for 40 barriers whose insurance ends before the return."""
    town.write(
        lambda uow: setattr(
            uow.session.get_one(Organisation, cast.choir), "insurance_until", date(2026, 6, 1)
        )
    )
    return submitted(town, cast, {cast.barriers: 40})


@pytest.fixture
def second(town: Database, cast: Cast, browse: Browse) -> Browser:
    """Another manager of the town."""
    return browse(
        town.write(
            lambda uow: make_user(uow.session, "Mireille", Role.MANAGER, authority_id=cast.town)
        )
    )


def state(town: Database, number: int) -> State:
    with town.read() as uow:
        return uow.session.get_one(Booking, number).state


def test_the_page_says_what_the_rules_say_no_for_and_who_would_be_worse_off(
    town: Database, cast: Cast, browse: Browse, uninsured: int
) -> None:
    waiting(town, cast, {cast.barriers: 30}, organisation=cast.club, name="Tournoi")
    page = browse(cast.manager).get(f"/a-traiter/{uninsured}").text
    for words in (
        "Le règlement dit non",
        "avant le retour",
        "Club de pétanque du Gué</a>, Tournoi – Barrière",
        "10 pièces qui auraient pu lui revenir",
        "Proposer la dérogation",
    ):
        assert words in page, words


def test_granting_it_without_a_motive_says_what_an_override_takes(
    town: Database, cast: Cast, browse: Browse, uninsured: int
) -> None:
    answer = browse(cast.manager).post(f"/a-traiter/{uninsured}/accorder", {})
    assert answer.status_code == 422
    assert 'href="#override_reason"' in answer.text
    assert "une seconde personne la confirme" in answer.text
    assert state(town, uninsured) is State.SUBMITTED


def test_one_proposes_and_the_other_confirms(
    town: Database, cast: Cast, browse: Browse, second: Browser, uninsured: int
) -> None:
    marc = browse(cast.manager)
    page = f"/a-traiter/{uninsured}"
    answer = marc.post(f"{page}/accorder", {"override_reason": BECAUSE})
    assert answer.status_code == 303
    shown = marc.get(page).text
    assert "Vous l’avez proposée" in shown
    assert "Accorder par dérogation…" not in shown
    assert marc.post(f"{page}/derogation/confirmer", {"confirmed": "yes"}).status_code == 422

    assert "Dérogation à confirmer" in second.get("/a-traiter").text
    assert BECAUSE in second.get(page).text
    asked = second.post(f"{page}/derogation/confirmer", {})
    assert asked.status_code == 200
    assert "alors que le règlement dit non" in asked.text
    assert state(town, uninsured) is State.SUBMITTED
    assert second.post(f"{page}/derogation/confirmer", {"confirmed": "yes"}).status_code == 303
    assert state(town, uninsured) is State.APPROVED

    history = marc.get(page).text
    assert "Accordée par dérogation, proposée par Marc" in history
    told = browse(cast.alice).get(f"/demandes/{uninsured}/reponse").text
    assert BECAUSE in told
    assert "s’écarte de la règle" in told


def test_a_proposal_can_be_taken_back(
    town: Database, cast: Cast, browse: Browse, uninsured: int
) -> None:
    marc = browse(cast.manager)
    page = f"/a-traiter/{uninsured}"
    marc.post(f"{page}/accorder", {"override_reason": BECAUSE})
    assert marc.post(f"{page}/derogation/ecarter", {}).status_code == 303
    shown = marc.get(page).text
    assert "La proposition est écartée" in shown
    assert BECAUSE not in shown
    assert state(town, uninsured) is State.SUBMITTED


def test_the_association_reads_before_sending_what_it_can_mend(
    town: Database, cast: Cast, browse: Browse, uninsured: int
) -> None:
    number = draft(town, cast, {cast.chairs: 1})
    page = browse(cast.alice).get(f"/demandes/{number}/verifier").text
    assert "Ce que le règlement regardera" in page
    assert "Envoyez une attestation" in page
    assert "Envoyez une attestation" in browse(cast.alice).get(f"/demandes/{uninsured}").text


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_panels_are_accessible(
    app: Flask,
    town: Database,
    cast: Cast,
    browse: Browse,
    uninsured: int,
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    waiting(town, cast, {cast.barriers: 30}, organisation=cast.club)
    path = f"/a-traiter/{uninsured}"
    marc = browse(cast.manager)
    cookie = marc.client.get_cookie("treteau_session")
    assert cookie is not None
    with served(app) as address, chromium() as browser:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
        page = context.new_page()
        page.goto(address + path)
        assert violations(page) == []
        page.fill("#override_reason", BECAUSE)
        page.get_by_role("button", name="Proposer la dérogation").click()
        page.wait_for_selector("#override")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture
def own_event(town: Database, cast: Cast) -> tuple[int, int]:
    """The town's event that lacks 20 barriers, and the loan that has 40."""

    def department(uow) -> int:
        organisation = make_organisation(uow.session, "Protocole de la ville")
        organisation.kind = OrganisationKind.DEPARTMENT
        return organisation.id

    lent = approved(town, cast, {cast.barriers: 40})
    organisation = town.write(department)
    return waiting(town, cast, {cast.barriers: 40}, organisation=organisation), lent


def test_equipment_is_taken_back_for_an_event_of_the_town(
    town: Database, cast: Cast, browse: Browse, own_event: tuple[int, int]
) -> None:
    own, lent = own_event
    marc = browse(cast.manager)
    page = f"/a-traiter/{own}/reprise"
    assert page in marc.get(f"/a-traiter/{own}").text
    assert "Chorale des Planches" in marc.get(page).text
    field = f"taken-{lent}-{cast.barriers}"
    wrong = marc.post(page, {field: "beaucoup"})
    assert (wrong.status_code, f'href="#{field}"' in wrong.text) == (422, True)
    little = marc.post(page, {field: "5", "confirmed": "yes"})
    assert "Cela ne suffit pas" in little.text
    asked = marc.post(page, {field: "20"})
    assert "Reprendre ce matériel" in asked.text
    assert state(town, lent) is State.APPROVED
    assert marc.post(page, {field: "20", "confirmed": "yes"}).status_code == 303
    assert (state(town, lent), state(town, own)) == (State.PARTLY_APPROVED, State.SUBMITTED)
    told = browse(cast.alice).get(f"/demandes/{lent}").text
    assert "La collectivité a besoin du matériel pour son propre événement" in told
    assert "comme son règlement le permet" in told
    assert marc.get(page).status_code == 409


def test_a_polling_station_is_put_into_the_class_of_elections(
    town: Database, cast: Cast, browse: Browse
) -> None:
    number = submitted(town, cast, {cast.chairs: 10})
    marc = browse(cast.manager)
    page = f"/a-traiter/{number}/priorite"
    assert marc.post(page, {"is_safety": "yes", "reason": ""}).status_code == 422
    marc.post(page, {"is_safety": "yes", "reason": "Bureau de vote no 3"})
    shown = marc.get(f"/a-traiter/{number}").text
    assert "Classée" in shown
    assert "Retirer de cette classe" in shown


def test_staff_says_why_a_part_is_taken_back(town: Database, cast: Cast, browse: Browse) -> None:
    number = approved(town, cast, {cast.chairs: 30})
    marc = browse(cast.manager)
    page = f"/demandes/{number}/reduire"
    sent = {f"quantity-{cast.chairs}": "10"}
    assert 'href="#reason"' in marc.post(page, sent).text
    assert marc.post(page, {**sent, "reason": "Dix suffisent."}).status_code == 303
    assert "Dix suffisent." in browse(cast.alice).get(f"/demandes/{number}").text
