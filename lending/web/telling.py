"""What is told of field work, by a form or by the telephone's queue, and its pictures."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from flask import Response, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound as PageNotFound

from lending.accounts.permissions import Action
from lending.errors import FieldError, InvalidInput
from lending.i18n import N_
from lending.logistics.arriving import new_key
from lending.logistics.kinds import TaskState, Told
from lending.logistics.queries import get_task
from lending.logistics.telling import Outcome, Report, tell
from lending.logistics.told import has_picture
from lending.web.addresses import own_address
from lending.web.context import allowed, database, field_pictures, principal
from lending.web.logistics import blueprint, task_page
from lending.web.numbers import whole_number

__all__ = ["blueprint"]

OURS_FOR_A_YEAR = "private, max-age=31536000, immutable"
COUNT = "count-"
THANKS = {
    Told.STARTED: N_("The work is under way."),
    Told.DONE: N_("The work is done."),
    Told.PARTIAL: N_("What is done is noted. The rest will be planned."),
    Told.IMPOSSIBLE: N_("The problem is noted."),
    Told.NOTE: N_("The note is kept."),
    Told.PHOTO: N_("The photo is kept."),
    Told.SIGNED: N_("The signature is kept."),
}


@blueprint.post("/interventions/<int:task_id>/dire")
@allowed(Action.DO_TASKS)
def say(task_id: int) -> ResponseReturnValue:
    """Take in a report; the telephone's queue reads the answer as JSON."""
    try:
        _check(task_id)
        report = _report()
        outcome = database().write(lambda uow: tell(uow, principal(), task_id, report))
    except InvalidInput as error:
        return _refused(task_id, error.errors)
    if wants_json():
        return jsonify(_written(outcome))
    if outcome.conflict is None:
        flash(gettext(THANKS[report.kind]), "good")
    else:
        flash(conflict_words(outcome.conflict, outcome.told_by), "warn")
    back = own_address(request.form["next"]) if "next" in request.form else ""
    return redirect(back or url_for("logistics.show", task_id=task_id), 303)


def _check(task_id: int) -> None:
    """Refuse who may not tell anything before a picture of theirs is kept."""
    with database().read() as uow:
        task = get_task(uow, principal(), task_id)
    principal().check(Action.DO_TASKS, authority_id=task.authority_id)


def conflict_words(state: TaskState, told_by: str) -> str:
    """Return the sentence for who told something that somebody else had told otherwise."""
    if state is TaskState.CANCELLED:
        return str(gettext("This work is no longer needed. What you told is kept for who plans."))
    who = told_by or gettext("The booking")
    return str(
        gettext(
            "%(who)s told otherwise meanwhile: “%(state)s”. What you told is kept for who plans.",
            who=who,
            state=gettext(state.label),
        )
    )


def _written(outcome: Outcome) -> dict[str, object]:
    conflict = outcome.conflict
    return {
        "state": outcome.state.value,
        "repeated": outcome.is_repeated,
        "conflict": conflict_words(conflict, outcome.told_by) if conflict else "",
    }


def wants_json() -> bool:
    """Return whether the telephone's queue asks, and not a browser."""
    return bool(request.accept_mimetypes.best == "application/json")


def _refused(task_id: int, errors: Sequence[FieldError]) -> ResponseReturnValue:
    messages = tuple(gettext(e.message) % dict(e.data) for e in errors)
    if wants_json():
        named = zip(errors, messages, strict=True)
        return jsonify(errors=[{"field": e.field, "message": m} for e, m in named]), 422
    return task_page(task_id, messages, status=422)


def _report() -> Report:
    """Read the report that was sent, and keep its pictures.

    Raises:
        InvalidInput: the kind, a time, a number or a picture cannot be used.
    """
    form = request.form
    try:
        kind = Told(form.get("kind", ""))
    except ValueError:
        raise InvalidInput(kind=N_("Reload the page and send this again.")) from None
    report = Report(
        kind=kind,
        key=form.get("key") or new_key(),
        happened_at=sent_instant("happened_at"),
        seen_at=sent_instant("seen_at"),
        text=form.get("reason", ""),
        counts=_counts(),
        receiver=form.get("receiver", ""),
    )
    # Outside the transaction: the name is that of the content, so twice does no harm.
    return replace(report, photo=sent_picture("photo"), signature=sent_picture("signature"))


def sent_instant(name: str) -> datetime | None:
    """Return the aware instant in a field of the form; none where the field is empty.

    Raises:
        InvalidInput: it is no instant.
    """
    given = request.form.get(name, "")
    if not given:
        return None
    at = None
    with suppress(ValueError):
        at = datetime.fromisoformat(given)
    if at is None or at.tzinfo is None:
        raise InvalidInput([FieldError(name, N_("Reload the page and send this again."))])
    return at


def _counts() -> dict[int, int] | None:
    found: dict[int, int] = {}
    for name, given in request.form.items():
        if not name.startswith(COUNT) or not given.strip():
            continue
        try:
            found[whole_number(name.removeprefix(COUNT))] = whole_number(given.strip())
        except ValueError:
            raise InvalidInput(
                counts=N_("Write how many pieces there are, without decimals.")
            ) from None
    return found or None


def sent_picture(name: str) -> str:
    """Keep the picture in a field of the form and return its name; nothing without one."""
    sent: FileStorage | None = request.files.get(name)
    content = sent.read() if sent else b""
    return field_pictures().save(content) if content else ""


@blueprint.get("/interventions/<int:task_id>/images/<name>-<int:width>.webp")
@allowed(Action.SEE_TASKS)
def picture(task_id: int, name: str, width: int) -> ResponseReturnValue:
    """Send a picture that was told with a task."""
    with database().read() as uow:
        is_known = has_picture(uow, principal(), task_id, name)
    content = field_pictures().read(name, width) if is_known else None
    if content is None:
        raise PageNotFound
    return Response(content, mimetype="image/webp", headers={"Cache-Control": OURS_FOR_A_YEAR})
