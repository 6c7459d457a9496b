"""The rounds of a day on paper, for the wall of the workshop: all crews, or one."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from lending.accounts.permissions import Action
from lending.logistics.rounds.board import board_of
from lending.web.context import allowed, database, principal
from lending.web.dates import asked_day
from lending.web.logistics import ICONS
from lending.web.means import authority_of
from lending.web.numbers import whole_number
from lending.web.planning import blueprint
from lending.web.planning.board import PIECES, Span, shown_url, zone_of


@blueprint.get("/collectivites/<int:authority_id>/planification/affiche")
@allowed(Action.MANAGE_MEANS)
def wall(authority_id: int) -> ResponseReturnValue:
    """Show the rounds of a day as they are printed."""
    authority = authority_of(authority_id)
    crew_id = request.args.get("equipe", type=whole_number)
    with database().read() as uow:
        now = uow.now
        day = asked_day() or now.astimezone(zone_of(authority)).date()
        board = board_of(uow, principal(), authority_id, day)
    g.zone = board.zone
    lanes = [lane for lane in board.of_day(day) if lane.cards]
    is_new = any(card.news for lane in lanes for card in lane.cards)
    return render_template(
        "planning/wall.html",
        authority=authority,
        board=board,
        day=day,
        now=now,
        lanes=[lane for lane in lanes if crew_id in (None, lane.crew_id)],
        crews={lane.crew_id: lane.name for lane in lanes},
        crew_id=crew_id,
        is_draft=is_new or not board.is_published,
        board_url=shown_url(authority_id, day, Span.DAY),
        pieces=PIECES,
        task_icons=ICONS,
    )
