"""A feed over HTTP, as calendar clients expect it."""

import gzip
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import icalendar
import pytest
from flask import Flask
from sqlalchemy import update

from lending.accounts.models import User
from lending.bookings.decisions import cancel_booking
from lending.clock import FixedClock
from lending.db.database import Database
from lending.settings import Settings
from lending.subscriptions.models import View
from lending.subscriptions.service import revoke
from tests.factories import Cast, approved, submitted
from tests.feeds.conftest import Reader, Subscribe

ORGANISATION = View.ORGANISATION


@pytest.fixture
def reader(subscribed: Subscribe, live: Database, cast: Cast) -> Reader:
    """Alice's calendar of the choir, which has one booking."""
    approved(live, cast, {cast.chairs: 80})
    return subscribed(cast.alice, ORGANISATION, cast.choir)


def test_a_feed_is_a_calendar_with_everything_a_client_needs(reader: Reader) -> None:
    answer = reader.get()
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["ETag"].startswith('"')
    assert answer.last_modified is not None
    assert answer.headers["Cache-Control"] == "private, max-age=900"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    assert len(list(icalendar.Calendar.from_ical(answer.data).events)) == 1


def test_an_address_is_short_enough_for_every_client(reader: Reader) -> None:
    assert len("https://pret-de-materiel.agglomeration.example" + reader.path) < 256
    assert reader.path.endswith(".ics")


def test_fetching_twice_gives_the_same_bytes_and_validators(
    reader: Reader, clock: FixedClock
) -> None:
    first = reader.get()
    clock.instant += timedelta(hours=7)
    second = reader.get()
    assert second.data == first.data
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.last_modified == first.last_modified


def test_what_has_not_changed_is_answered_without_a_body(reader: Reader) -> None:
    first = reader.get()
    for headers in (
        {"If_None_Match": first.headers["ETag"]},
        {"If_Modified_Since": first.headers["Last-Modified"]},
    ):
        again = reader.get(**headers)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert "Content-Type" not in again.headers


def test_the_etag_decides_before_the_date(reader: Reader) -> None:
    first = reader.get()
    answer = reader.get(If_None_Match='"other"', If_Modified_Since=first.headers["Last-Modified"])
    assert answer.status_code == 200


def test_an_old_date_is_really_compared(reader: Reader) -> None:
    answer = reader.get(If_Modified_Since="Mon, 02 Mar 2020 08:00:00 GMT")
    assert answer.status_code == 200


def test_a_change_gives_new_validators_also_within_one_second(
    reader: Reader, live: Database, cast: Cast
) -> None:
    first = reader.get()
    submitted(live, cast, {cast.tables: 2}, name="Kermesse")
    second = reader.get(If_Modified_Since=first.headers["Last-Modified"])
    assert second.status_code == 200
    assert second.headers["ETag"] != first.headers["ETag"]
    assert second.last_modified is not None
    assert first.last_modified is not None
    assert second.last_modified > first.last_modified


def test_an_entry_that_leaves_the_window_changes_the_validators(
    reader: Reader, clock: FixedClock
) -> None:
    first = reader.get()
    clock.instant += timedelta(days=365)
    later = reader.get(If_Modified_Since=first.headers["Last-Modified"])
    assert later.status_code == 200
    assert b"VEVENT" not in later.data
    assert later.last_modified == clock.instant


def test_compressed_is_another_thing_with_its_own_validator(reader: Reader) -> None:
    plain = reader.get()
    zipped = reader.get(Accept_Encoding="gzip")
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    assert zipped.headers["ETag"] == plain.headers["ETag"][:-1] + '-gz"'
    again = reader.get(Accept_Encoding="gzip", If_None_Match=zipped.headers["ETag"])
    assert again.status_code == 304
    assert reader.get(Accept_Encoding="gzip").data == zipped.data
    crossed = reader.get(Accept_Encoding="gzip", If_None_Match=plain.headers["ETag"])
    assert crossed.status_code == 200


def test_nobody_gets_compressed_bytes_without_asking(reader: Reader) -> None:
    assert "Content-Encoding" not in reader.get(Accept_Encoding="gzip;q=0").headers
    assert "Content-Encoding" not in reader.get().headers


def test_compression_can_be_switched_off(
    reader: Reader, make_app: Callable[..., Flask], settings: Settings
) -> None:
    other = make_app(replace(settings, feed_gzip=False)).test_client()
    answer = other.get(reader.path, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers


def test_head_tells_the_same_without_the_body(reader: Reader) -> None:
    get = reader.get()
    head = reader.client.head(reader.path)
    assert head.status_code == 200
    assert head.data == b""
    assert head.headers["ETag"] == get.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(get.data))


@pytest.mark.parametrize("change", [str.swapcase, lambda path: path[:-6] + ".ics"])
def test_a_wrong_address_leads_nowhere(reader: Reader, change: Callable[[str], str]) -> None:
    secret = reader.path.removeprefix("/calendars/").removesuffix(".ics")
    wrong = reader.client.get(f"/calendars/{change(secret)}.ics")
    unknown = reader.client.get("/calendars/nothing-at-all.ics")
    assert wrong.status_code == unknown.status_code == 404
    assert wrong.data == unknown.data
    assert "Set-Cookie" not in wrong.headers


def test_a_revoked_address_is_gone_for_good(reader: Reader, live: Database, cast: Cast) -> None:
    live.write(lambda uow: revoke(uow, cast.alice, reader.id))
    answer = reader.get()
    assert answer.status_code == 410
    assert b"VCALENDAR" not in answer.data


def test_who_was_shut_out_reads_nothing_any_more(
    reader: Reader, live: Database, cast: Cast
) -> None:
    assert reader.get().status_code == 200
    inactive = update(User).where(User.id == cast.alice.user_id).values(is_active=False)
    live.write(lambda uow: uow.session.execute(inactive).rowcount)
    assert reader.get().status_code == 404


def test_a_feed_without_bookings_is_a_calendar_all_the_same(
    subscribed: Subscribe, cast: Cast
) -> None:
    answer = subscribed(cast.bob, ORGANISATION, cast.club).get()
    assert answer.status_code == 200
    assert b"BEGIN:VCALENDAR" in answer.data
    assert b"VEVENT" not in answer.data


def test_a_cancelled_booking_is_left_out_for_who_wants_none(
    subscribed: Subscribe, live: Database, cast: Cast
) -> None:
    number = submitted(live, cast, {cast.chairs: 10})
    with_them = subscribed(cast.alice, ORGANISATION, cast.choir)
    without = subscribed(cast.alice, ORGANISATION, cast.choir, with_cancelled=False)
    assert with_them.get().data == without.get().data
    live.write(lambda uow: cancel_booking(uow, cast.alice, number, "Annulée par la pluie"))
    assert b"STATUS:CANCELLED" in with_them.get().data
    assert b"VEVENT" not in without.get().data


def test_secret_addresses_do_not_reach_the_log(
    reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    secret = reader.path.removeprefix("/calendars/").removesuffix(".ics")
    with caplog.at_level(logging.INFO):
        logging.getLogger("gunicorn.access").info(
            "%(r)s %(s)s", {"r": f"GET {reader.path}", "s": 200}
        )
        logging.getLogger("werkzeug").info('"GET %s HTTP/1.1" 200', reader.path)
    assert "/calendars/[secret].ics" in caplog.text
    assert secret not in caplog.text


def test_most_fetches_write_nothing(reader: Reader, live: Database, clock: FixedClock) -> None:
    reader.get()
    used = _last_used(live, reader)
    clock.instant += timedelta(minutes=5)
    reader.get()
    assert _last_used(live, reader) == used
    clock.instant += timedelta(minutes=15)
    reader.get(User_Agent="ICSx5/2.2")
    assert _last_used(live, reader) == clock.instant


def _last_used(database: Database, reader: Reader) -> object:
    from lending.subscriptions.models import CalendarSubscription

    with database.read() as uow:
        return uow.session.get_one(CalendarSubscription, reader.id).last_used_at
