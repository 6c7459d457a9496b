"""Sign-in, registration and one's own account, as pages."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from lending.accounts.permissions import ANONYMOUS, Principal
from lending.accounts.queries import list_sessions
from lending.accounts.sessions import Limits, Visitor, open_session, principal_of_session
from lending.organisations.models import Verification
from lending.organisations.queries import list_organisations
from lending.settings import Settings
from lending.web.security import SESSION_COOKIE
from tests.factories import PASSWORD, TOWN_COMMUNE, Cast
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[[Principal], Browser]
ALICE = {"email": "alice@treteau.example", "password": PASSWORD}
BAND = {
    "kind": "association",
    "name": "Harmonie de Sainte-Planche",
    "rna": "W001000777",
    "siret": "732 829 320 00074",
    "commune_insee": TOWN_COMMUNE,
    "person": "Dora Harmonie",
    "email": "dora@harmonie.example",
    "password": "trois planches, deux tréteaux",
}


def test_signing_in_leads_back_to_where_one_wanted_to_go(browse: Browse) -> None:
    browser = browse(ANONYMOUS)
    asked = browser.get("/compte")
    assert asked.status_code == 303
    assert asked.location == "/connexion?next=/compte"

    answer = browser.post("/connexion", {**ALICE, "next": "/compte"})
    assert (answer.status_code, answer.location) == (303, "/compte")
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if SESSION_COOKIE in c)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "alice@treteau.example" in browser.get("/compte").text


def test_cookies_are_secure_where_the_installation_says_so(
    make_app: Callable[..., Flask], settings: Settings, cast: Cast
) -> None:
    browser = Browser(make_app(replace(settings, secure_cookies=True)))
    answer = browser.post("/connexion", dict(ALICE))
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    assert all("Secure" in cookie for cookie in cookies if SESSION_COOKIE in cookie)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil", "x\n"])
def test_nobody_is_led_elsewhere_by_signing_in(browse: Browse, elsewhere: str) -> None:
    answer = browse(ANONYMOUS).post("/connexion", {**ALICE, "next": elsewhere})
    assert answer.location == "/"


def test_a_wrong_password_keeps_the_address_and_says_nothing_more(browse: Browse) -> None:
    browser = browse(ANONYMOUS)
    pages = []
    for email in ("alice@treteau.example", "nobody@treteau.example"):
        answer = browser.post("/connexion", {"email": email, "password": "wrong password"})
        assert answer.status_code == 422
        assert email in answer.text
        pages.append(answer.text.replace(email, ""))
    assert len(set(map(len, pages))) == 1


def test_too_many_attempts_are_told_to_wait(browse: Browse) -> None:
    browser = browse(ANONYMOUS)
    for _ in range(8):
        browser.post("/connexion", {**ALICE, "password": "wrong password"})
    answer = browser.post("/connexion", dict(ALICE))
    assert answer.status_code == 429
    assert "15" in answer.text


def test_signing_out_ends_the_session_and_needs_a_form(browse: Browse, cast: Cast) -> None:
    browser = browse(cast.alice)
    assert browser.get("/deconnexion").status_code == 405
    kept = browser.client.get_cookie(SESSION_COOKIE)
    assert kept is not None
    assert browser.client.post("/deconnexion").status_code == 400
    assert browser.post("/deconnexion").status_code == 303
    assert browser.get("/compte").status_code == 303
    assert principal_of_session(browser.app.extensions["database"], kept.value) is None


def test_the_password_is_changed_and_other_browsers_are_signed_out(
    browse: Browse, cast: Cast
) -> None:
    here, elsewhere = browse(cast.alice), browse(cast.alice)
    wrong = here.post("/compte/mot-de-passe", {"current": "guess", "new": BAND["password"]})
    assert wrong.status_code == 422
    form = {"current": PASSWORD, "new": BAND["password"]}
    assert here.post("/compte/mot-de-passe", form).status_code == 303
    assert here.get("/compte").status_code == 200
    assert elsewhere.get("/compte").status_code == 303


def test_a_browser_is_signed_out_from_another(browse: Browse, cast: Cast) -> None:
    here = browse(cast.alice)
    database = here.app.extensions["database"]
    number = cast.alice.user_id
    assert number is not None
    database.write(lambda uow: open_session(uow, number, Visitor("", "Firefox/1 Linux"), Limits()))
    with database.read() as uow:
        newest = list_sessions(uow, cast.alice)[0].id
    assert "Firefox" in here.get("/compte").text

    assert browse(cast.bob).post(f"/compte/navigateurs/{newest}/fin").status_code == 404
    assert here.post(f"/compte/navigateurs/{newest}/fin").status_code == 303
    assert "Firefox" not in here.get("/compte").text


def test_the_language_is_kept_with_the_account(browse: Browse, cast: Cast) -> None:
    here = browse(cast.alice)
    assert 'lang="fr"' in here.get("/compte").text
    assert here.post("/compte/langue", {"language": "en"}).status_code == 303
    assert 'lang="en"' in here.get("/compte").text
    assert '<html lang="en"' in browse(cast.alice).get("/compte").text
    assert here.post("/compte/langue", {"language": "xx"}).status_code == 422


def test_an_association_registers_and_learns_what_happens_next(browse: Browse) -> None:
    browser = browse(ANONYMOUS)
    answer = browser.post("/inscription", dict(BAND))
    assert (answer.status_code, answer.location) == (303, "/inscription/suite")
    assert "Harmonie de Sainte-Planche" in browser.get("/inscription/suite").text
    seen = browser.get("/association", follow_redirects=True)
    assert "732 829 320 00074" in seen.text


def test_a_wrong_registration_keeps_what_was_typed_and_says_what_to_do(
    browse: Browse, cast: Cast
) -> None:
    form = {**BAND, "rna": "W12", "siret": "732 829 320 00075", "email": "alice@treteau.example"}
    answer = browse(ANONYMOUS).post("/inscription", form)
    assert answer.status_code == 422
    for typed in ("W12", "732 829 320 00075", "Dora Harmonie", form["password"]):
        assert f'value="{typed}"' in answer.text
    for field in ("rna", "siret", "email"):
        assert f'id="{field}-error"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    with browse(ANONYMOUS).app.extensions["database"].read() as uow:
        found = list_organisations(uow, cast.administrator, verification=Verification.PENDING)
    assert found.total == 1


def test_what_is_missing_and_what_is_wrong_are_told_together(browse: Browse) -> None:
    answer = browse(ANONYMOUS).post("/inscription", {"rna": "W12", "password": "court"})
    for field in ("name", "commune_insee", "person", "email", "rna", "password"):
        assert f'id="{field}-error"' in answer.text


def test_one_click_signs_in_in_a_demonstration_and_only_there(
    make_app: Callable[..., Flask], settings: Settings, cast: Cast
) -> None:
    demo = Browser(make_app(replace(settings, demo=True)))
    assert "/demo/sign-in" in demo.get("/connexion").text
    answer = demo.post("/demo/sign-in", {"user_id": cast.manager.user_id})
    assert answer.status_code == 303
    assert "marc@treteau.example" in demo.get("/compte").text
    assert demo.post("/demo/sign-in", {"user_id": 10_000}).status_code == 404

    real = Browser(make_app(settings))
    assert "/demo/sign-in" not in real.get("/connexion").text
    assert real.post("/demo/sign-in", {"user_id": cast.manager.user_id}).status_code == 404
