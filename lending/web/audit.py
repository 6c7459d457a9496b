"""The record of decisions for auditors: whether it holds, its heads, its export."""

from collections.abc import Iterator

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.equity.record.checks import check_records
from lending.equity.record.export import record_lines
from lending.equity.record.heads import heads_of
from lending.equity.record.overview import check_may_see, read_records
from lending.web.context import allowed, database, principal, settings

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
@allowed(Action.SEE_RECORD)
def index() -> ResponseReturnValue:
    """Show the chains, and what their last checks found."""
    with database().read() as uow:
        records = read_records(uow, principal())
        now = uow.now
    return render_template(
        "audit/index.html",
        records=records,
        now=now,
        witness=settings().witness_email,
    )


@blueprint.post("/audit/<int:authority_id>/verifier")
@allowed(Action.SEE_RECORD)
def check(authority_id: int) -> ResponseReturnValue:
    """Verify a record now, and decide it again."""
    with database().read() as uow:
        check_may_see(uow, principal(), authority_id)
    if check_records(database(), [authority_id]):
        flash(gettext("Something does not hold: see below."), "bad")
    else:
        flash(gettext("Everything holds and comes out the same."), "good")
    return redirect(url_for("audit.index"), 303)


@blueprint.get("/audit/tetes.txt")
@allowed(Action.SEE_RECORD)
def heads() -> ResponseReturnValue:
    """Give the heads as `treteau audit export` prints them, to be kept elsewhere."""
    with database().read() as uow:
        records = read_records(uow, principal())
        lines = [str(head) for record in records for head in heads_of(uow, record.authority_id)]
    return _file("\n".join([*lines, ""]), "text/plain; charset=utf-8", "tetes.txt")


@blueprint.get("/audit/<int:authority_id>/registre.jsonl")
@allowed(Action.SEE_RECORD)
def export(authority_id: int) -> ResponseReturnValue:
    """Give the whole record, a line a decision, to be checked without this program."""
    opened = database()
    with opened.read() as uow:
        code = check_may_see(uow, principal(), authority_id)

    def lines() -> Iterator[str]:
        with opened.read() as uow:
            yield from record_lines(uow, authority_id)

    return _file(lines(), "application/jsonl; charset=utf-8", f"{code}.jsonl")


def _file(content: str | Iterator[str], kind: str, name: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
