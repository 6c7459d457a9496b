"""The ways to give a calendar's address to a program, and what each program does with it."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

import segno
from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from lending.settings import Settings
from lending.web.context import settings

INK, PAPER = "#1d2140", "#ffffff"
"""A phone's camera wants dark on light, in both themes."""

CLIENTS = (
    ("google-calendar", "Google Agenda"),
    ("dataaccessd", "iPhone, iPad"),
    ("calendaragent", "Mac"),
    ("ios/", "iPhone, iPad"),
    ("macos/", "Mac"),
    ("thunderbird", "Thunderbird"),
    ("icsx5", "ICSx⁵ (Android)"),
    ("nextcloud", "Nextcloud"),
    ("outlook", "Outlook"),
    ("exchange", "Outlook"),
    ("evolution", "GNOME"),
    ("vdirsyncer", "vdirsyncer"),
    ("mozilla", _l("A web browser")),
)


@dataclass(frozen=True)
class Ways:
    """One address, in every form that somebody may need."""

    address: str
    webcal: str
    google: str
    outlook: str
    """For an account of one's own: outlook.com, hotmail."""
    office: str
    """For an account of one's work or school: Microsoft 365."""
    picture: Markup


@dataclass(frozen=True)
class Habit:
    """How a program reads the calendars that it is subscribed to, in three sentences."""

    program: str
    sentences: str


def ways_to(path: str, name: str) -> Ways:
    """Return the ways to the calendar at a path, called `name`."""
    address = public_root() + path
    webcal = "webcal://" + address.split("://", 1)[1]
    query = urlencode({"url": webcal, "name": name}, quote_via=quote)
    return Ways(
        address=address,
        webcal=webcal,
        google="https://calendar.google.com/calendar/r?cid=" + quote(webcal, safe=""),
        outlook="https://outlook.live.com/calendar/0/addfromweb?" + query,
        office="https://outlook.office.com/calendar/0/addfromweb?" + query,
        picture=_picture(webcal),
    )


def habits() -> tuple[Habit, ...]:
    """Return what the usual programs do; as measured and as their makers say, see docs."""
    return (
        Habit(
            gettext("iPhone, iPad, Mac"),
            gettext(
                "Choose “Open in my calendar” or point the camera at the picture. Changes come "
                "within the hour, or as you set it under Settings, Calendar, Accounts. What is "
                "cancelled is struck through."
            ),
        ),
        Habit(
            gettext("Google Calendar"),
            gettext(
                "Subscribe on a computer; the phone then shows it too. Google looks again every "
                "4 to 24 hours, and nothing can hurry it. What is cancelled disappears."
            ),
        ),
        Habit(
            "Outlook",
            gettext(
                "Choose Outlook.com for an account of your own, Microsoft 365 for that of your "
                "work. Changes come after 1 to 4 hours. Outlook shows no reminders of a calendar "
                "that it is subscribed to."
            ),
        ),
        Habit(
            "Thunderbird",
            gettext(
                "Choose New calendar, On the network, and paste the address. Changes come every "
                "30 minutes, or as you set it there. An address that you revoke is switched off "
                "by itself."
            ),
        ),
        Habit(
            gettext("Android, with DAVx⁵ and ICSx⁵"),
            gettext(
                "Install ICSx⁵, then point the camera at the picture or paste the address. "
                "Changes come once a day, or as you set it in ICSx⁵. The calendar then shows in "
                "every calendar program of the phone."
            ),
        ),
        Habit(
            "Nextcloud",
            gettext(
                "Choose New calendar, New subscription from link, and paste the address. Changes "
                "come every hour on a recent server, once a week on an old one. Reminders are "
                "left out unless its administrator keeps them."
            ),
        ),
    )


def client_name(user_agent: str) -> str:
    """Return the program's name as people know it, or what it calls itself."""
    lower = user_agent.lower()
    for part, name in CLIENTS:
        if part in lower:
            return str(name)
    return user_agent.split("/", 1)[0][:40]


def public_root() -> str:
    """Return where we are reached: as set, or else as this very request reached us."""
    chosen = settings().public_url
    return request.url_root.rstrip("/") if chosen == Settings.public_url else chosen


def _picture(webcal: str) -> Markup:
    """Return a QR code as SVG.

    It holds the webcal address: phones offer to subscribe to it, while they would merely
    download an https one and never look at it again.
    """
    code = segno.make(webcal, error="m", micro=False)
    drawn = code.svg_inline(scale=5, border=4, dark=INK, light=PAPER, svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704 - segno draws squares and writes no text of ours
