"""Ask for a plan, watch it being worked out, look at it, apply it; publish a week."""

from datetime import date
from zoneinfo import ZoneInfo

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from calendars.zones import to_local
from lending.accounts.permissions import Action
from lending.authorities.queries import AuthorityView, get_authority
from lending.errors import NotAllowedNow
from lending.logistics.roads import ESTIMATED
from lending.logistics.rounds.errors import ProposalOutdated
from lending.logistics.rounds.kinds import RunState
from lending.logistics.rounds.publishing import last_publication, publish_week, restore_draft
from lending.logistics.rounds.reviewing import RunView, review_draft, review_run
from lending.logistics.rounds.runs import apply_run, ask_for_plan, drop_run
from lending.logistics.working_time import DAY, monday_of
from lending.web.context import allowed, database, principal
from lending.web.dates import asked_day
from lending.web.logistics import ICONS
from lending.web.means import authority_of
from lending.web.planning import blueprint, board_url
from lending.web.planning.words import reason_words

UNDER_WAY = frozenset({RunState.WAITING, RunState.RUNNING})


@blueprint.post("/collectivites/<int:authority_id>/planification/calcul")
@allowed(Action.MANAGE_MEANS)
def ask(authority_id: int) -> ResponseReturnValue:
    """Ask for a plan of a week."""
    day = asked_day() or _today(authority_of(authority_id))
    run_id = database().write(lambda uow: ask_for_plan(uow, principal(), authority_id, day))
    return redirect(url_for("planning.run", run_id=run_id), 303)


@blueprint.get("/planification/calculs/<int:run_id>")
@allowed(Action.MANAGE_MEANS)
def run(run_id: int) -> ResponseReturnValue:
    """Show how far a plan is, then what it proposes."""
    return _run_page(run_id)


def _run_page(run_id: int, refused: str = "", status: int = 200) -> ResponseReturnValue:
    with database().read() as uow:
        view = review_run(uow, principal(), run_id)
        authority = get_authority(uow, view.run.authority_id)
    g.zone = ZoneInfo(authority.timezone)
    page = render_template(
        "planning/run.html",
        authority=authority,
        view=view,
        sunday=view.run.monday + 6 * DAY,
        board_url=board_url(authority.id, view.run.monday),
        under_way=view.run.state in UNDER_WAY,
        reason_words=reason_words,
        task_icons=ICONS,
        refused=refused,
        estimated=ESTIMATED,
    )
    return page, status


@blueprint.post("/planification/calculs/<int:run_id>/appliquer")
@allowed(Action.MANAGE_MEANS)
def apply(run_id: int) -> ResponseReturnValue:
    """Make the proposed plan the draft of its week."""
    view = _view(run_id)
    bolder = request.form.get("plan") == "bolder"
    try:
        new = database().write(lambda uow: apply_run(uow, principal(), run_id, bolder=bolder))
    except (ProposalOutdated, NotAllowedNow) as error:
        return _run_page(run_id, str(gettext(error.message)), 409)
    told = gettext("The plan is now the draft of the week. Crews see it once you publish it.")
    flash(str(told), "good")
    if new:
        left = ngettext(
            "%(num)d task came in since and is not planned.",
            "%(num)d tasks came in since and are not planned.",
            len(new),
        )
        flash(str(left), "warn")
    return redirect(_back(view), 303)


@blueprint.post("/planification/calculs/<int:run_id>/abandonner")
@allowed(Action.MANAGE_MEANS)
def drop(run_id: int) -> ResponseReturnValue:
    """Do without a plan, or stop working it out."""
    view = _view(run_id)
    try:
        database().write(lambda uow: drop_run(uow, principal(), run_id))
    except NotAllowedNow as error:
        return _run_page(run_id, str(gettext(error.message)), 409)
    flash(str(gettext("This plan is not used. Nothing was changed.")), "good")
    return redirect(_back(view), 303)


@blueprint.get("/collectivites/<int:authority_id>/planification/publier")
@allowed(Action.MANAGE_MEANS)
def preview(authority_id: int) -> ResponseReturnValue:
    """Show what publishing a week would change for the crews."""
    authority = authority_of(authority_id)
    g.zone = ZoneInfo(authority.timezone)
    day = asked_day() or _today(authority)
    with database().read() as uow:
        view = review_draft(uow, principal(), authority_id, day)
        last = last_publication(uow, authority_id, day)
    return render_template(
        "planning/publish.html",
        authority=authority,
        view=view,
        last=last,
        sunday=view.monday + 6 * DAY,
        board_url=board_url(authority_id, view.monday),
        task_icons=ICONS,
    )


@blueprint.post("/collectivites/<int:authority_id>/planification/publier")
@allowed(Action.MANAGE_MEANS)
def publish(authority_id: int) -> ResponseReturnValue:
    """Show the draft of a week to its crews."""
    day = asked_day() or _today(authority_of(authority_id))
    done = database().write(lambda uow: publish_week(uow, principal(), authority_id, day))
    told = ngettext(
        "The week is published: the crews see %(num)d change.",
        "The week is published: the crews see %(num)d changes.",
        done.changes,
    )
    flash(str(told), "good")
    return redirect(_week_url(authority_id, day), 303)


@blueprint.post("/collectivites/<int:authority_id>/planification/retablir")
@allowed(Action.MANAGE_MEANS)
def restore(authority_id: int) -> ResponseReturnValue:
    """Forget what the crews have not seen."""
    day = asked_day() or _today(authority_of(authority_id))
    database().write(lambda uow: restore_draft(uow, principal(), authority_id, day))
    flash(str(gettext("The draft is again what the crews know.")), "good")
    return redirect(_week_url(authority_id, day), 303)


def _view(run_id: int) -> RunView:
    with database().read() as uow:
        return review_run(uow, principal(), run_id)


def _back(view: RunView) -> str:
    return _week_url(view.run.authority_id, view.run.monday)


def _week_url(authority_id: int, day: date) -> str:
    return board_url(authority_id, monday_of(day))


def _today(authority: AuthorityView) -> date:
    with database().read() as uow:
        return to_local(uow.now, ZoneInfo(authority.timezone)).date()
