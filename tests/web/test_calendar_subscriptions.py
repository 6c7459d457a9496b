"""Pages for subscribing to calendars: the address is shown once, listed, and given up."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lending.accounts.permissions import Principal
from lending.accounts.sessions import Limits, Visitor, open_session
from lending.db.database import Database
from lending.web.security import SESSION_COOKIE
from lending.web.subscriptions import client_name
from tests.factories import Cast, approved

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SignIn = Callable[[Principal], FlaskClient]


@pytest.fixture
def live(app: Flask) -> Database:
    database: Database = app.extensions["database"]
    return database


@pytest.fixture
def signed_in(app: Flask, live: Database) -> SignIn:
    """Return a function that gives somebody a signed-in browser, in English."""

    def sign(person: Principal) -> FlaskClient:
        number = person.user_id or 0
        secret = live.write(lambda uow: open_session(uow, number, Visitor(), Limits()))
        client = app.test_client()
        client.set_cookie(SESSION_COOKIE, secret)
        client.set_cookie("treteau_language", "en")
        client.set_cookie("language", "en")
        return client

    return sign


def send(client: FlaskClient, path: str, **fields: object) -> str:
    """Send the form of a page as a browser does, with its token; return the page after it."""
    page = client.get(path).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    answer = client.post(path, data={"csrf_token": token[1], **fields}, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def address_in(page: str) -> str:
    found = re.search(r'value="http://[^"/]+(/calendars/[^"]+\.ics)"', page)
    assert found is not None
    return found[1]


def test_an_association_subscribes_and_its_calendar_can_be_read(
    signed_in: SignIn, app: Flask, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.chairs: 10})
    client = signed_in(cast.alice)
    assert "Chorale des Planches" in client.get("/agendas").text
    form = f"/agendas/nouveau?view=organisation&id={cast.choir}"
    page = send(client, form, language="en", cancelled="y")
    path = address_in(page)
    assert f'href="webcal://localhost{path}"' in page
    feed = app.test_client().get(path)
    assert feed.status_code == 200
    assert "SUMMARY:Loan – Fête de l'été" in feed.text


def test_the_address_is_shown_once_and_kept_out_of_caches(signed_in: SignIn, cast: Cast) -> None:
    client = signed_in(cast.alice)
    form = f"/agendas/nouveau?view=organisation&id={cast.choir}"
    path = address_in(send(client, form, language="fr"))
    overview = client.get("/agendas").text
    assert "Chorale des Planches" in overview
    assert path not in overview
    assert path not in str([cookie.value for cookie in client._cookies.values()])


def test_an_address_that_is_given_up_reads_nothing(
    signed_in: SignIn, app: Flask, cast: Cast
) -> None:
    client = signed_in(cast.alice)
    form = f"/agendas/nouveau?view=item&id={cast.chairs}"
    path = address_in(send(client, form, language="fr", cancelled="y"))
    assert app.test_client().get(path).status_code == 200
    revoke = re.search(r'href="(/agendas/\d+/revoquer)"', client.get("/agendas").text)
    assert revoke is not None
    assert "is revoked" in send(client, revoke[1])
    assert app.test_client().get(path).status_code == 410
    assert revoke[1] not in client.get("/agendas").text


def test_nobody_subscribes_to_another_association(signed_in: SignIn, cast: Cast) -> None:
    answer = signed_in(cast.bob).get(f"/agendas/nouveau?view=organisation&id={cast.choir}")
    assert answer.status_code == 403


def test_nobody_gives_up_the_address_of_another(signed_in: SignIn, cast: Cast) -> None:
    alice, bob = signed_in(cast.alice), signed_in(cast.bob)
    send(alice, f"/agendas/nouveau?view=organisation&id={cast.choir}", language="fr")
    revoke = re.search(r'href="(/agendas/\d+/revoquer)"', alice.get("/agendas").text)
    assert revoke is not None
    assert bob.get(revoke[1]).status_code == 404


@pytest.mark.parametrize("query", ["", "view=item&id=x", "view=nothing&id=1", "view=item&id=999"])
def test_what_does_not_exist_cannot_be_followed(signed_in: SignIn, cast: Cast, query: str) -> None:
    assert signed_in(cast.alice).get(f"/agendas/nouveau?{query}").status_code == 404


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Google-Calendar-Importer", "Google Agenda"),
        ("iOS/17.5 (21F79) dataaccessd/1.0", "iPhone, iPad"),
        ("macOS/14.5 (23F79) CalendarAgent/1066", "Mac"),
        ("Mozilla/5.0 (X11; Linux) Gecko/20100101 Thunderbird/128.0", "Thunderbird"),
        ("ICSx5/2.2.4 (ical4j/3.2.7; okhttp/4.12.0) Android/14", "ICSx⁵ (Android)"),
        ("curl/8.5.0", "curl"),
        ("", ""),
    ],
)
def test_programs_are_called_by_the_name_people_know(agent: str, name: str, cast: Cast) -> None:
    assert client_name(agent) == name
