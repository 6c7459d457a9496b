"""Associations and administration, as pages: the front desk verifies, administrators give roles."""

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

import pytest
from flask import Flask

from lending.accounts.permissions import ANONYMOUS, Action, Principal
from lending.accounts.queries import get_person, list_people
from lending.accounts.tokens import list_tokens, principal_of_token
from lending.authorities.queries import OpenStretch, get_authority
from lending.organisations.models import Verification
from lending.organisations.queries import get_organisation
from lending.web.administration.forms import DAYS
from tests.factories import PASSWORD, TOWN_COMMUNE, Cast
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[[Principal], Browser]
SHOWN_PASSWORD = re.compile(r"[a-z]{4}(-[a-z]{4}){3}")
SCHOOL = {
    "name": "École du Gué",
    "kind": "school",
    "commune_insee": TOWN_COMMUNE,
    "contact_email": "ecole@gue.example",
    "insurance_until": "2026-12-31",
}


def verification(app: Flask, cast: Cast, number: int) -> Verification:
    with app.extensions["database"].read() as uow:
        return get_organisation(uow, cast.administrator, number).verification


def test_the_front_desk_finds_and_verifies_who_waits(
    app: Flask, browse: Browse, cast: Cast
) -> None:
    desk = browse(cast.front_desk)
    waiting = desk.get("/associations?state=pending").text
    assert "Comité des fêtes nouveau" in waiting
    assert "Chorale des Planches" not in waiting
    found = desk.get("/associations?" + urlencode({"q": "pétanques"})).text
    assert "Club de pétanque du Gué" in found
    assert "Chorale" not in found
    assert desk.get("/associations?state=nonsense&page=999999999999").status_code == 200

    assert desk.post(f"/associations/{cast.newcomer}/verifier").status_code == 303
    assert verification(app, cast, cast.newcomer) is Verification.VERIFIED
    assert desk.post(f"/associations/{cast.newcomer}/verifier").status_code == 409


def test_a_rejection_asks_why_and_the_association_can_correct_it(
    app: Flask, browse: Browse, cast: Cast
) -> None:
    desk, carol = browse(cast.front_desk), browse(cast.carol)
    page = f"/associations/{cast.newcomer}"
    assert desk.post(f"{page}/refuser", {"reason": ""}).status_code == 422
    assert desk.post(f"{page}/refuser", {"reason": "Le RNA est faux."}).status_code == 303
    assert "Le RNA est faux." in carol.get(page).text

    corrected = {"name": "Comité corrigé", "rna": "W001000009", "commune_insee": TOWN_COMMUNE}
    sent = carol.post(f"{page}/modifier", {**corrected, "kind": "association"})
    assert sent.status_code == 303
    assert verification(app, cast, cast.newcomer) is Verification.PENDING


def test_a_verified_association_is_not_offered_what_it_cannot_change(
    app: Flask, browse: Browse, cast: Cast
) -> None:
    alice = browse(cast.alice)
    page = alice.get(f"/associations/{cast.choir}/modifier").text
    assert 'name="contact_phone"' in page
    assert 'name="rna"' not in page
    assert 'name="insurance_until"' not in page

    forged = {"name": "Autre", "contact_phone": "06 99 00 00 00", "insurance_until": "2030-01-01"}
    assert alice.post(f"/associations/{cast.choir}/modifier", forged).status_code == 303
    with app.extensions["database"].read() as uow:
        seen = get_organisation(uow, cast.alice, cast.choir)
    assert (seen.name, seen.contact_phone, seen.insurance_until) == (
        "Chorale des Planches",
        "06 99 00 00 00",
        date(2027, 12, 31),
    )


def test_the_front_desk_registers_who_phones(app: Flask, browse: Browse, cast: Cast) -> None:
    desk = browse(cast.front_desk)
    wrong = desk.post("/associations/nouvelle", {**SCHOOL, "siret": "123"})
    assert wrong.status_code == 422
    assert 'id="siret-error"' in wrong.text
    assert 'value="École du Gué"' in wrong.text
    made = desk.post("/associations/nouvelle", dict(SCHOOL))
    assert made.status_code == 303
    number = int(made.location.rpartition("/")[2])
    assert verification(app, cast, number) is Verification.VERIFIED
    assert "31 décembre 2026" in desk.get(made.location).text


def test_what_people_wrote_is_shown_as_text_not_as_html(browse: Browse, cast: Cast) -> None:
    desk = browse(cast.front_desk)
    made = desk.post("/associations/nouvelle", {**SCHOOL, "name": "<script>alert(1)</script>"})
    assert "<script>alert" not in desk.get(made.location, follow_redirects=True).text
    assert "&lt;script&gt;alert(1)" in desk.get("/associations").text


def test_an_administrator_makes_an_account_that_works_at_once(
    app: Flask, browse: Browse, cast: Cast
) -> None:
    ada = browse(cast.administrator)
    form = {
        "name": "Denis Dépôt",
        "email": "denis@treteau.example",
        "password": "un premier mot de passe",
        "role": "manager",
        "authority_id": str(cast.town),
    }
    assert ada.post("/administration/comptes/nouveau", {**form, "role": ""}).status_code == 422
    short = ada.post("/administration/comptes/nouveau", {**form, "password": "court"})
    assert 'id="password-error"' in short.text
    made = ada.post("/administration/comptes/nouveau", form)
    assert made.status_code == 303
    denis = browse(ANONYMOUS)
    denis.post("/connexion", {"email": form["email"], "password": form["password"]})
    assert denis.get("/compte").status_code == 200

    assert ada.post(f"{made.location}/desactiver").status_code == 303
    assert denis.get("/compte").status_code == 303
    assert ada.post(f"{made.location}/reactiver").status_code == 303
    with app.extensions["database"].read() as uow:
        (person,) = list_people(uow, cast.administrator, search="denis").people
    assert [role.authority_id for role in person.roles] == [cast.town]


def test_roles_are_given_and_taken_and_the_last_administrator_stays(
    app: Flask, browse: Browse, cast: Cast
) -> None:
    ada = browse(cast.administrator)
    page = f"/administration/comptes/{cast.bob.user_id}"
    assert ada.post(f"{page}/roles", {"role": "borrower"}).status_code == 422
    given = ada.post(f"{page}/roles", {"role": "borrower", "organisation_id": str(cast.choir)})
    assert given.status_code == 303
    bob = browse(cast.bob)
    assert bob.get(f"/associations/{cast.choir}").status_code == 200

    with app.extensions["database"].read() as uow:
        held = get_person(uow, cast.bob, cast.bob.user_id or 0).roles[-1]
        own = get_person(uow, cast.administrator, cast.administrator.user_id or 0).roles[0]
    assert ada.post(f"{page}/roles/{held.id}/retirer").status_code == 303
    assert bob.get(f"/associations/{cast.choir}").status_code == 404
    mine = f"/administration/comptes/{cast.administrator.user_id}/roles/{own.id}/retirer"
    assert ada.post(mine).status_code == 409


def test_a_token_is_shown_once_and_revoked(app: Flask, browse: Browse, cast: Cast) -> None:
    ada = browse(cast.administrator)
    form = {"label": "Site de la ville", "role": "manager", "authority_id": str(cast.town)}
    made = ada.post("/administration/jetons", form)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    secret = made.text.partition('<code class="secret">')[2].partition("</code>")[0]
    database = app.extensions["database"]
    program = principal_of_token(database, secret)
    assert program is not None
    assert program.can(Action.DECIDE_BOOKING, authority_id=cast.town)

    page = ada.get("/administration/jetons").text
    assert "Site de la ville" in page
    assert secret not in page
    with database.read() as uow:
        (token,) = list_tokens(uow, cast.administrator)
    assert ada.post(f"/administration/jetons/{token.id}/revoquer").status_code == 303
    assert principal_of_token(database, secret) is None


def test_an_administrator_sets_contacts_and_opening_hours(
    app: Flask, browse: Browse, cast: Cast
) -> None:
    ada = browse(cast.administrator)
    address = f"/administration/collectivites/{cast.town}"
    wrong = ada.post(address, {"name": ""})
    assert wrong.status_code == 422
    assert 'id="name-error"' in wrong.text
    assert ada.post(address, {"name": "Ville", "phone": "02 41 00 00 00"}).status_code == 303

    week = {"name": "Ateliers", **dict.fromkeys(DAYS, "")}
    depot = f"/administration/depots/{cast.depot}"
    assert 'value="8:00-12:00, 13:30-17:00"' in ada.get(depot).text
    wrong = ada.post(depot, {**week, "monday": "8h-12h, matin", "friday": "12:00-8:00"})
    assert wrong.status_code == 422
    assert "8h-12h, matin" in wrong.text
    assert ada.post(depot, {**week, "friday": "12:00-8:00"}).status_code == 422
    assert ada.post(depot, {**week, "monday": "8h30-12h; 14 h"}).status_code == 422
    assert ada.post(depot, {**week, "monday": "8h30-12h, 14:00-16:15"}).location
    with app.extensions["database"].read() as uow:
        town = get_authority(uow, cast.town)
    assert (town.name, town.phone) == ("Ville", "02 41 00 00 00")
    assert town.depots[0].hours == (OpenStretch(0, 510, 720), OpenStretch(0, 840, 975))


def test_the_password_of_the_cast_is_not_written_anywhere(browse: Browse, cast: Cast) -> None:
    ada = browse(cast.administrator)
    pages = ("/administration/comptes", f"/administration/comptes/{cast.bob.user_id}", "/compte")
    for page in pages:
        text = ada.get(page).text
        assert PASSWORD not in text
        assert "argon2" not in text


def test_a_contact_gets_access_by_telephone(browse: Browse, cast: Cast) -> None:
    desk = browse(cast.front_desk)
    page = f"/associations/{cast.newcomer}/acces"
    assert desk.post(page, {"name": "Dora", "email": "no address"}).status_code == 422
    made = desk.post(page, {"name": "Dora", "email": "dora@comite.example"})
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    password = SHOWN_PASSWORD.search(made.text)
    assert password is not None

    dora = browse(ANONYMOUS)
    form = {"email": "dora@comite.example", "password": password[0]}
    assert dora.post("/connexion", form).status_code == 303
    assert dora.get(f"/associations/{cast.newcomer}").status_code == 200

    again = desk.post(f"{page}/{cast.carol.user_id}/mot-de-passe")
    assert again.status_code == 201
    assert "carol@treteau.example" in again.text
    assert desk.post(f"{page}/{cast.alice.user_id}/mot-de-passe").status_code == 404


def test_an_administrator_replaces_a_forgotten_password(browse: Browse, cast: Cast) -> None:
    ada = browse(cast.administrator)
    made = ada.post(f"/administration/comptes/{cast.auditor.user_id}/mot-de-passe")
    password = SHOWN_PASSWORD.search(made.text)
    assert password is not None
    form = {"email": "aude@treteau.example", "password": password[0]}
    assert browse(ANONYMOUS).post("/connexion", form).status_code == 303
