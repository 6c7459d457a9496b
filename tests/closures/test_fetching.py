"""Addresses that people type are fetched from the internet only, and never at any cost."""

import gzip
import socket
import time
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address

import pytest

from lending.closures.fetching import Bounds, Fetched, fetch, is_public, url_of
from lending.closures.problems import CalendarProblem, Problem
from tests.support.sites import LOOPBACK, Site, calendar

FEAST = calendar(("20260714", "20260715", "Fête nationale"))


def refused(address: str, **more: object) -> CalendarProblem:
    with pytest.raises(CalendarProblem) as caught:
        fetch(address, **more)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "192.0.2.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1"),
        *("2002:7f00:1::", "2002:a00:1::1", "2001:0:7f00:1::", "2001:0:5ef5:79fb:0:0:80ff:fffe"),
    ],
)
def test_what_is_no_address_of_the_internet_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:9.9.9.9"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            "agenda",
            "ftp://mairie.example/a.ics",
            "file:///etc/passwd",
            "http://",
            "https:///a",
        ),
        *("http://anne:secret@mairie.example/", "http://mairie.example:99999/", "http://[::1/"),
        *("http://mairie.example/a b", "http://mairie.example/\r\nX: y", "http://é.example/"),
    ],
)
def test_what_is_no_address_of_the_web_is_refused(address: str) -> None:
    assert refused(address).problem is Problem.BAD_ADDRESS


def test_webcal_is_another_word_for_https() -> None:
    assert url_of(" webcal://mairie.example/a.ics ") == "https://mairie.example/a.ics"


def names_of(port: int) -> list[str]:
    return [
        f"http://{host}:{port}/jours.ics"
        for host in ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:7f00:1]")
    ]


def test_no_way_to_write_this_machine_s_address_reaches_it(site: Site) -> None:
    site.gives(FEAST)
    port = int(site.address.rpartition(":")[2].partition("/")[0])
    for address in names_of(port):
        problem = refused(address).problem
        assert problem in (Problem.PRIVATE_ADDRESS, Problem.UNKNOWN_HOST), address
    assert site.asked == []


def test_a_name_that_also_stands_for_a_private_address_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("9.9.9.9", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: both)
    assert refused("http://mairie.example/").problem is Problem.PRIVATE_ADDRESS


def test_a_name_is_looked_up_once_and_that_very_address_is_connected_to(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.gives(FEAST)
    port = int(site.address.rpartition(":")[2].partition("/")[0])
    real, asked = socket.getaddrinfo, []

    def answers(host: str, *args: object, **more: object) -> object:
        if host != "mairie.example":
            return real(host, *args, **more)  # type: ignore[call-overload]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    found = fetch(f"http://mairie.example:{port}/jours.ics", allowed=LOOPBACK)
    assert found.content == FEAST
    assert asked == ["mairie.example"]
    assert site.asked[0]["host"] == f"mairie.example:{port}"


def test_a_network_that_the_installation_allows_is_reached(site: Site) -> None:
    site.gives(FEAST, ETag='"1"', Last_Modified="Mon, 02 Mar 2026 08:00:00 GMT")
    found = fetch(site.address, allowed=LOOPBACK)
    assert found == Fetched(FEAST, '"1"', "Mon, 02 Mar 2026 08:00:00 GMT")


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    site.gives(b"", status=304)
    assert fetch(site.address, '"1"', "Mon, 02 Mar 2026 08:00:00 GMT", LOOPBACK) == Fetched(None)
    assert site.asked[0]["if-none-match"] == '"1"'
    assert site.asked[0]["if-modified-since"] == "Mon, 02 Mar 2026 08:00:00 GMT"


def test_each_step_of_a_redirect_is_checked(site: Site) -> None:
    site.gives(b"", status=302, Location="http://169.254.169.254/latest/meta-data/")
    assert refused(site.address, allowed=LOOPBACK).problem is Problem.PRIVATE_ADDRESS
    site.gives(b"", status=302, Location="file:///etc/passwd")
    assert refused(site.address, allowed=LOOPBACK).problem is Problem.BAD_ADDRESS


def test_a_redirect_is_followed_three_times_at_most(site: Site) -> None:
    def twice(handler: BaseHTTPRequestHandler) -> None:
        if len(site.asked) <= 2:
            handler.send_response(302)
            handler.send_header("Location", f"/suite{len(site.asked)}")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
        else:
            site.gives(FEAST)
            site.answer(handler)

    site.answer = twice
    assert fetch(site.address, allowed=LOOPBACK).content == FEAST
    site.gives(b"", status=301, Location=site.address)
    site.asked.clear()
    assert refused(site.address, allowed=LOOPBACK).problem is Problem.TOO_MANY_REDIRECTS
    assert len(site.asked) == 4


@pytest.mark.parametrize("status", [401, 403, 404, 410, 500, 204])
def test_another_answer_is_told_with_its_number(site: Site, status: int) -> None:
    site.gives(b"", status=status)
    error = refused(site.address, allowed=LOOPBACK)
    assert (error.problem, error.number) == (Problem.REFUSED, status)


def test_what_is_too_large_is_given_up_as_soon_as_it_is(site: Site) -> None:
    small = Bounds(bytes=1000)
    site.gives(b"x" * 1000)
    assert fetch(site.address, allowed=LOOPBACK, bounds=small).content == b"x" * 1000
    site.gives(b"x" * 1001)
    assert refused(site.address, allowed=LOOPBACK, bounds=small).problem is Problem.TOO_LARGE


def test_what_is_packed_is_unpacked_up_to_the_same_size(site: Site) -> None:
    site.gives(gzip.compress(FEAST), Content_Encoding="gzip")
    assert fetch(site.address, allowed=LOOPBACK).content == FEAST
    site.gives(gzip.compress(b"0" * 50_000_000), Content_Encoding="gzip")
    assert refused(site.address, allowed=LOOPBACK).problem is Problem.TOO_LARGE
    site.gives(gzip.compress(FEAST)[:-12], Content_Encoding="gzip")
    assert refused(site.address, allowed=LOOPBACK).problem is Problem.BROKEN
    site.gives(b"not packed", Content_Encoding="gzip")
    assert refused(site.address, allowed=LOOPBACK).problem is Problem.BROKEN


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"])
def test_who_sends_a_byte_now_and_then_is_not_waited_for(site: Site, head: bytes) -> None:
    dripped = []

    def drips(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        for _ in range(99):
            try:
                handler.wfile.write(b"H")
            except OSError:
                return
            dripped.append(1)
            time.sleep(0.05)

    site.answer = drips
    error = refused(site.address, allowed=LOOPBACK, bounds=Bounds(seconds=0.5))
    assert error.problem is Problem.TOO_SLOW
    assert len(dripped) < 60


def test_a_site_that_is_not_there_is_told(site: Site) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert refused(f"http://127.0.0.1:{port}/", allowed=LOOPBACK).problem is Problem.NO_ANSWER
    assert refused("http://nobody.invalid/").problem is Problem.UNKNOWN_HOST


def test_who_does_not_prove_who_they_are_is_not_believed(site: Site) -> None:
    secure = site.address.replace("http://", "https://")
    assert refused(secure, allowed=LOOPBACK).problem is Problem.NO_ANSWER
