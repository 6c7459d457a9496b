"""Pages for subscribing to calendars: the address is shown once, listed, and given up."""

import html
import re
from collections.abc import Callable
from urllib.parse import quote

import icalendar
import pytest
import segno
from flask import Flask
from flask.testing import FlaskClient

from lending.accounts.permissions import Principal
from lending.accounts.sessions import Limits, Visitor, open_session
from lending.db.database import Database
from lending.web.calendar_ways import client_name
from lending.web.security import SESSION_COOKIE
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


def test_an_address_is_given_for_every_program(signed_in: SignIn, cast: Cast) -> None:
    form = f"/agendas/nouveau?view=organisation&id={cast.choir}"
    page = html.unescape(send(signed_in(cast.alice), form, language="en"))
    path = address_in(page)
    webcal = f"webcal://localhost{path}"
    quoted = quote(webcal, safe="")
    assert f'href="https://calendar.google.com/calendar/r?cid={quoted}"' in page
    outlook = f"/calendar/0/addfromweb?url={quoted}&name=Chorale%20des%20Planches"
    for host in ("live", "office"):
        assert f'href="https://outlook.{host}.com{outlook}"' in page
    assert (
        segno.make(webcal, error="m").svg_inline(
            scale=5, border=4, dark="#1d2140", light="#ffffff", svgclass="qr", lineclass=None
        )
        in page
    )


def test_an_address_is_renewed_in_one_act(signed_in: SignIn, app: Flask, cast: Cast) -> None:
    client = signed_in(cast.alice)
    form = f"/agendas/nouveau?view=organisation&id={cast.choir}"
    old = address_in(send(client, form, language="en", alarms="y"))
    renew = re.search(r'href="(/agendas/\d+/renouveler)"', client.get("/agendas").text)
    assert renew is not None
    new = address_in(send(client, renew[1]))
    assert app.test_client().get(old).status_code == 410
    assert app.test_client().get(new).status_code == 200
    overview = client.get("/agendas").text
    assert overview.count("Revoke this address") == 1
    assert "the day before" in overview, "what was chosen is kept"


def test_reminders_come_to_who_asks_for_them(
    signed_in: SignIn, app: Flask, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.chairs: 10})
    client = signed_in(cast.alice)
    form = f"/agendas/nouveau?view=organisation&id={cast.choir}"
    for chosen, alarms in (({"alarms": "y"}, 1), ({}, 0)):
        path = address_in(send(client, form, language="fr", **chosen))
        assert (app.test_client().get(path).text.count("BEGIN:VALARM") > 0) == alarms


def test_staff_are_offered_what_they_work_for(signed_in: SignIn, cast: Cast) -> None:
    page = signed_in(cast.manager).get("/agendas").text
    for view, number in (
        ("authority", cast.town),
        ("depot", cast.depot),
        ("department", cast.town_department),
    ):
        assert f"/agendas/nouveau?view={view}&amp;id={number}" in page
    assert f"view=authority&amp;id={cast.agglomeration}" not in page


def test_one_request_is_had_as_a_file_with_the_identity_it_has_in_the_feed(
    signed_in: SignIn, app: Flask, live: Database, cast: Cast
) -> None:
    booking_id = approved(live, cast, {cast.chairs: 10})
    client = signed_in(cast.alice)
    alone = client.get(f"/demandes/{booking_id}/agenda.ics")
    assert alone.headers["Content-Disposition"].startswith("attachment")
    form = f"/agendas/nouveau?view=organisation&id={cast.choir}"
    feed = app.test_client().get(address_in(send(client, form, language="en"))).text
    uids = [
        [str(event["UID"]) for event in icalendar.Calendar.from_ical(text).events]
        for text in (alone.text, feed)
    ]
    assert uids[0] == uids[1]
    assert len(uids[0]) == 1
    again = client.get(f"/demandes/{booking_id}/agenda.ics").text
    assert again[again.index("BEGIN:VEVENT") :] in feed, "as it stands in the feed"
    assert signed_in(cast.bob).get(f"/demandes/{booking_id}/agenda.ics").status_code == 404


def test_anyone_finds_the_addresses_of_the_programme(app: Flask, cast: Cast) -> None:
    page = app.test_client().get(f"/programme/agenda?authority={cast.town}").text
    path = address_in(page)
    assert app.test_client().get(path).status_code == 200
    assert f'href="webcal://localhost{path}"' in page


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
