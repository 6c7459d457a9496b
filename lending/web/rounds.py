"""Rounds for those who drive them: who goes where on a day, and the sheet of a crew."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import NotFound as PageNotFound

from calendars.zones import to_local
from lending.accounts.permissions import Action
from lending.logistics.arriving import new_key
from lending.logistics.rounds.sheet import CrewRound, own_crew, rounds_on, sheet_of
from lending.web.context import allowed, database, principal
from lending.web.formats import DEFAULT_ZONE
from lending.web.logistics import FIRST_DAY, LAST_DAY
from lending.web.minding import notice_views
from lending.web.wording import STATIC

blueprint = Blueprint("rounds", __name__)

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DayPage:
    """The rounds of a day."""

    day: date
    today: date
    rounds: tuple[CrewRound, ...]
    own_crew_id: int | None

    @property
    def is_today(self) -> bool:
        """Whether it is the present day."""
        return self.day == self.today

    @property
    def previous(self) -> date:
        """The day before."""
        return self.day - ONE_DAY

    @property
    def next(self) -> date:
        """The day after."""
        return self.day + ONE_DAY


@blueprint.get("/tournees")
@allowed(Action.SEE_TASKS)
def index() -> ResponseReturnValue:
    """List the rounds of a day; who goes out with a crew lands on its sheet."""
    asked = request.args.get("day")
    with database().read() as uow:
        today = to_local(uow.now, DEFAULT_ZONE).date()
        day = _day(asked) if asked else today
        own = own_crew(uow, principal(), day)
        if own is not None and asked is None:
            return redirect(url_for("rounds.sheet", crew_id=own, day=day))
        page = DayPage(day, today, tuple(rounds_on(uow, principal(), day)), own)
    return render_template("rounds/index.html", page=page)


@blueprint.get("/tournees/<int:crew_id>/<day>")
@allowed(Action.SEE_TASKS)
def sheet(crew_id: int, day: str) -> ResponseReturnValue:
    """Show what a crew does on a day."""
    that = _day(day)
    with database().read() as uow:
        found = sheet_of(uow, principal(), crew_id, that)
    g.zone = found.zone
    return render_template(
        "rounds/sheet.html",
        sheet=found,
        previous=that - ONE_DAY,
        next=that + ONE_DAY,
        new_key=new_key,
        notice_views=notice_views,
        files=kept_files(),
    )


@blueprint.get("/tournees/session")
@allowed(Action.DO_TASKS)
def session() -> ResponseReturnValue:
    """Tell the telephone's queue who is signed in, and give it what forms must carry."""
    return jsonify(user=principal().user_id, token=generate_csrf())


@blueprint.get("/tournees/hors-connexion")
def offline() -> ResponseReturnValue:
    """Say that a page is not at hand; kept on the telephone for when there is no network."""
    return render_template("rounds/offline.html")


@blueprint.get("/tournees/agent.js")
def worker() -> ResponseReturnValue:
    """Send the script that keeps sheets at hand; it may look after all addresses of rounds."""
    text = (STATIC / "js" / "sheet-worker.js").read_text(encoding="utf-8")
    headers = {"Service-Worker-Allowed": url_for("rounds.index"), "Cache-Control": "no-cache"}
    content = f'const VERSION = "{_release()}";\n{text}'
    return Response(content, mimetype="text/javascript", headers=headers)


def kept_files() -> str:
    """Return under which name telephones keep the files of this release."""
    return f"treteau-files-{_release()}"


@cache
def _release() -> str:
    """Return a name for the files that pages of this release need."""
    known = hashlib.sha256()
    for path in sorted((*STATIC.glob("css/*"), *STATIC.glob("js/*"), STATIC / "vendor/fonts.css")):
        known.update(path.read_bytes())
    return known.hexdigest()[:12]


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise PageNotFound from None
    if not FIRST_DAY < day < LAST_DAY:
        raise PageNotFound
    return day
