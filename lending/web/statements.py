"""Statements (états des lieux): written on a telephone or at the depot, read by both sides."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import NotFound as PageNotFound

from lending.accounts.permissions import Action
from lending.bookings.detail import get_booking
from lending.bookings.errors import StockConflict
from lending.catalogue.conditions import Condition
from lending.documents.kinds import Kind
from lending.documents.queries import Agreement, agreement_of, documents_of
from lending.errors import FieldError, InvalidInput, NotAllowedNow
from lending.handover.assignment_errors import UnitNotFit, UnitTaken
from lending.handover.charge_views import charges_of
from lending.handover.clearing_up import adopt_statement, dismiss_statement
from lending.handover.kinds import Fate, Place, Standing, StatementKind
from lending.handover.queries import (
    StatementForm,
    form_of,
    get_statement,
    has_statement_picture,
    statements_of,
)
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import (
    Circumstances,
    Counted,
    Meeting,
    Note,
    Outcome,
    UnitTold,
)
from lending.http_status import status_of
from lending.i18n import N_
from lending.logistics.arriving import new_key
from lending.web.context import allowed, database, field_pictures, principal
from lending.web.decisions.quantities import quantities
from lending.web.rounds import kept_files
from lending.web.telling import OURS_FOR_A_YEAR, sent_instant, sent_picture, wants_json
from lending.web.units.scanning import with_scanner

blueprint = Blueprint("statements", __name__)

# Under the addresses that the telephone keeps at hand (static/js/sheet-worker.js).
WAYS = {"sortie": StatementKind.CHECK_OUT, "retour": StatementKind.CHECK_IN}
RETURNS = (Fate.BACK, Fate.DAMAGED, Fate.LOST)
RELOAD = N_("Reload the page and send this again.")


@blueprint.get("/tournees/prets/<int:booking_id>/<way>")
@allowed(Action.MAKE_STATEMENT)
def write(booking_id: int, way: str) -> ResponseReturnValue:
    """Show what is to be counted, to be filled in at once or out of reach."""
    return _page(_form(booking_id, way), way)


@blueprint.post("/tournees/prets/<int:booking_id>/<way>")
@allowed(Action.MAKE_STATEMENT)
def tell(booking_id: int, way: str) -> ResponseReturnValue:
    """Take in a statement; the telephone's queue reads the answer as JSON."""
    form = _form(booking_id, way)
    try:
        outcome = _told(form)
    except InvalidInput as error:
        return _refused(form, way, error.errors, 422)
    except StockConflict:
        promised = N_("Until the loan begins, this is promised to others. Call who plans.")
        return _refused(form, way, [FieldError("lines", promised)], 409)
    except NotAllowedNow:
        elsewhere = N_("This loan is not where it would have to be for that. Call the depot.")
        return _refused(form, way, [FieldError("lines", elsewhere)], 409)
    except (UnitTaken, UnitNotFit) as error:
        why = FieldError("units", error.message, tuple(error.data.items()))
        return _refused(form, way, [why], status_of(error))
    is_kept = outcome.standing is Standing.KEPT
    if wants_json():
        standing, conflict = outcome.standing.value, words_of(outcome) if is_kept else ""
        return jsonify(standing=standing, repeated=outcome.is_repeated, conflict=conflict)
    flash(words_of(outcome), "warn" if is_kept else "good")
    if principal().can(Action.SEE_BOOKING):
        return redirect(url_for("statements.show", statement_id=outcome.statement_id), 303)
    return redirect(url_for("rounds.index"), 303)


def _form(booking_id: int, way: str) -> StatementForm:
    if way not in WAYS:
        raise PageNotFound
    with database().read() as uow:
        form = form_of(uow, principal(), booking_id, WAYS[way])
    g.zone = form.zone
    return form


def _page(
    form: StatementForm, way: str, errors: Sequence[tuple[str, str]] = (), status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "statements/write.html",
        form=form,
        agreement=_unsigned(form),
        way=way,
        is_out=form.kind is StatementKind.CHECK_OUT,
        conditions=tuple(Condition),
        fates=RETURNS,
        errors=errors,
        typed=request.form.to_dict(),
        ticked=request.form.getlist("unit") if "units_told" in request.form else None,
        new_key=new_key,
        files=kept_files(),
    )
    return with_scanner(make_response(page, status))


def _unsigned(form: StatementForm) -> Agreement | None:
    """Return the agreement without whose signature nothing should leave yet."""
    if not form.begins_loan:
        return None
    with database().read() as uow:
        agreement = agreement_of(uow, form.booking_id)
    return agreement if agreement.stands_in_the_way else None


def _refused(
    form: StatementForm, way: str, errors: Sequence[FieldError], status: int
) -> ResponseReturnValue:
    named = [(_anchor(form, e.field), gettext(e.message) % dict(e.data)) for e in errors]
    if wants_json():
        return jsonify(errors=[{"field": field, "message": m} for field, m in named]), status
    return _page(form, way, named, status)


def _anchor(form: StatementForm, field: str) -> str:
    """Return the field of the page that a field of the service is."""
    parts = field.split(".")
    if parts[0] == "units":
        if form.kind is StatementKind.CHECK_OUT or len(parts) != 3:
            return "labels"
        return f"fate-{_units_back()[int(parts[1])].code}"
    if len(parts) != 3:
        return field
    return f"{parts[2]}-{form.item_ids[int(parts[1])]}"


def words_of(outcome: Outcome) -> str:
    """Return the sentence for who told something: what became of it."""
    who = outcome.told_before or gettext("Somebody")
    if outcome.standing is Standing.KEPT:
        return str(
            gettext(
                "%(who)s told otherwise meanwhile. Yours is kept for the depot, which decides.",
                who=who,
            )
        )
    if outcome.is_repeated:
        return str(gettext("This statement had come before: it counts once."))
    if outcome.standing is Standing.AGREES:
        return str(gettext("%(who)s had told the same: it is counted once.", who=who))
    return str(gettext("The statement is kept."))


def _told(form: StatementForm) -> Outcome:
    """Read the statement that was sent, keep its pictures, and write it.

    Raises:
        InvalidInput, StockConflict, NotAllowedNow: it cannot be written.
    """
    items = [line.item_id for line in form.lines]
    told = _circumstances()
    if form.kind is StatementKind.CHECK_OUT:
        delivered = quantities("delivered")
        notes = {item_id: _note(item_id) for item_id in delivered}
        return database().write(
            lambda uow: tell_check_out(
                uow, principal(), form.booking_id, delivered, told, notes, _units_out()
            )
        )
    named = {kind: quantities(kind) for kind in ("returned", "dirty", "damaged", "lost")}
    counted = {
        item_id: Counted(
            **{kind: counts.get(item_id, 0) for kind, counts in named.items()},
            note=_note(item_id),
        )
        for item_id in {*items, *named["returned"], *named["damaged"], *named["lost"]}
    }
    names_units = any(name.startswith("fate-") for name in request.form)
    units = _units_back() if names_units else None
    return database().write(
        lambda uow: tell_check_in(uow, principal(), form.booking_id, counted, told, units)
    )


def _units_out() -> list[UnitTold] | None:
    """Return what leaves by its labels: ticked in the list, scanned or typed, one on a line."""
    if "units_told" not in request.form:
        return None
    labels = [*request.form.getlist("unit"), *request.form.get("labels", "").splitlines()]
    return [UnitTold(label.strip()[:200]) for label in labels if label.strip()]


def _units_back() -> list[UnitTold]:
    """Return what became of the units that were out when the form was read."""
    found = []
    for name, value in request.form.items():
        start, _, code = name.partition("-")
        if start == "fate" and value in RETURNS:
            given = request.form.get(f"state-{code}", "")
            condition = Condition(given) if given in list(Condition) else None
            found.append(UnitTold(code[:20], condition, Fate(value)))
    return found


def _circumstances() -> Circumstances:
    sent = request.form
    try:
        place = Place(sent.get("place", "depot"))
    except ValueError:
        raise InvalidInput(place=RELOAD) from None
    told = Circumstances(
        key=sent.get("key") or new_key(),
        happened_at=sent_instant("happened_at"),
        seen_at=sent_instant("seen_at"),
        place=place,
        position=_position(),
        meeting=Meeting(
            borrower_name=sent.get("borrower_name", ""),
            lender_name=sent.get("lender_name", ""),
            absence=sent.get("absence", ""),
        ),
        remarks=sent.get("remarks", ""),
        rest_follows=sent.get("rest_follows") == "yes",
        unsigned_reason=sent.get("unsigned_reason", "").strip(),
    )
    # Outside the transaction: the names are those of the content, so twice does no harm.
    meeting = replace(
        told.meeting or Meeting(),
        borrower_signature=sent_picture("borrower_signature"),
        lender_signature=sent_picture("lender_signature"),
    )
    return replace(told, meeting=meeting, photos=_photos("photo"))


def _position() -> tuple[float, float] | None:
    given = (request.form.get("lat", "").strip(), request.form.get("lon", "").strip())
    with suppress(ValueError):
        return (float(given[0]), float(given[1]))
    return None


def _photos(name: str) -> tuple[str, ...]:
    contents = [sent.read() for sent in request.files.getlist(name)]
    return tuple(field_pictures().save(content) for content in contents if content)


def _note(item_id: int) -> Note:
    sent = request.form
    condition = sent.get(f"condition-{item_id}", "")
    if condition and condition not in list(Condition):
        raise InvalidInput([FieldError(f"condition-{item_id}", RELOAD)])
    return Note(
        condition=Condition(condition) if condition else None,
        remark=sent.get(f"remark-{item_id}", ""),
        photos=_photos(f"photo-{item_id}"),
    )


@blueprint.get("/etats-des-lieux/<int:statement_id>")
@allowed(Action.SEE_BOOKING)
def show(statement_id: int) -> ResponseReturnValue:
    """Show a statement to both sides."""
    return _statement_page(statement_id)


def _statement_page(
    statement_id: int, errors: Sequence[tuple[str, str]] = (), status: int = 200
) -> ResponseReturnValue:
    with database().read() as uow:
        statement = get_statement(uow, principal(), statement_id)
        booking = get_booking(uow, principal(), statement.booking_id)
        charges = charges_of(uow, principal(), statement.booking_id)
        others = statements_of(uow, principal(), statement.booking_id)
        documents = documents_of(uow, principal(), statement.booking_id)
    g.zone = booking.zone
    return render_template(
        "statements/show.html",
        statement=statement,
        booking=booking,
        others=[other for other in others if other.id != statement.id],
        charge=next((each for each in charges if each.statement_id == statement.id), None),
        document=next((d for d in documents if d.kind is Kind.INVENTORY and d.stands), None),
        may_issue=Kind.INVENTORY.fits(booking.state)
        and principal().can(Action.ISSUE_DOCUMENT, authority_id=booking.authority_id),
        may_decide=statement.standing is Standing.KEPT
        and principal().can(Action.HAND_OVER, authority_id=booking.authority_id),
        errors=errors,
    ), status


@blueprint.post("/etats-des-lieux/<int:statement_id>/retenir")
@allowed(Action.HAND_OVER)
def adopt(statement_id: int) -> ResponseReturnValue:
    """Let a statement count that contradicted another."""
    try:
        database().write(lambda uow: adopt_statement(uow, principal(), statement_id))
    except (InvalidInput, StockConflict, UnitTaken, UnitNotFit):
        words = gettext("Its counts do not fit what is counted already: set it aside.")
        return _statement_page(statement_id, [("", words)], 422)
    except NotAllowedNow:
        words = gettext(
            "It cannot count any more: the loan is elsewhere, or it was decided already."
        )
        return _statement_page(statement_id, [("", words)], 409)
    flash(gettext("The statement counts."), "good")
    return redirect(url_for("statements.show", statement_id=statement_id), 303)


@blueprint.post("/etats-des-lieux/<int:statement_id>/ecarter")
@allowed(Action.HAND_OVER)
def dismiss(statement_id: int) -> ResponseReturnValue:
    """Decide that a statement does not count."""
    reason = request.form.get("reason", "")
    try:
        database().write(lambda uow: dismiss_statement(uow, principal(), statement_id, reason))
    except InvalidInput as error:
        named = [(each.field, gettext(each.message)) for each in error.errors]
        return _statement_page(statement_id, named, 422)
    flash(gettext("The statement is set aside."), "good")
    return redirect(url_for("statements.show", statement_id=statement_id), 303)


@blueprint.get("/etats-des-lieux/<int:statement_id>/images/<name>-<int:width>.webp")
@allowed(Action.SEE_BOOKING)
def picture(statement_id: int, name: str, width: int) -> ResponseReturnValue:
    """Send a picture that was told with a statement."""
    with database().read() as uow:
        is_known = has_statement_picture(uow, principal(), statement_id, name)
    content = field_pictures().read(name, width) if is_known else None
    if content is None:
        raise PageNotFound
    return Response(content, mimetype="image/webp", headers={"Cache-Control": OURS_FOR_A_YEAR})
