"""Managers prepare the next version: begin it, write it, drop it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.authorities.queries import AuthorityView, get_authority
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.policies.drafting import Draft, check_rules, drop_draft, edit_draft, open_draft
from lending.policies.parameters import Question, asked_by
from lending.policies.queries import DraftView, find_draft, get_draft, list_versions
from lending.policies.rules import Per
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors, text_of
from lending.web.policies import blueprint
from lending.web.policies.forms import DraftForm, typed_values
from lending.web.policies.reading import in_force
from lending.web.policies.reading import rows_of as version_rows
from lending.web.policies.tariffs import TariffRow, read_rows, rows_of, values_of, with_blanks
from lending.web.policies.words import changes, item_names

BASE = "/collectivites/<int:authority_id>/reglement"


@blueprint.get(f"{BASE}/preparer")
@allowed(Action.MANAGE_POLICY)
def prepare(authority_id: int) -> ResponseReturnValue:
    """Show the versions, and the draft if there is one with what it changes."""
    with database().read() as uow:
        draft = find_draft(uow, principal(), authority_id)
        authority = get_authority(uow, authority_id)
        versions = list_versions(uow.session, authority_id)
        present = in_force(versions, uow.now)
        base = versions[-1] if versions else present
        found = changes(base.rules, draft.rules, item_names(uow, authority_id)) if draft else ()
    return render_template(
        "policies/prepare.html",
        authority=authority,
        draft=draft,
        changes=found,
        versions=version_rows(authority_id, versions, present),
    )


@blueprint.post(f"{BASE}/brouillon/commencer")
@allowed(Action.MANAGE_POLICY)
def begin(authority_id: int) -> ResponseReturnValue:
    """Begin the next version with what is in force."""
    database().write(lambda uow: open_draft(uow, principal(), authority_id))
    return redirect(url_for("policies.edit", authority_id=authority_id), 303)


@blueprint.route(f"{BASE}/brouillon", methods=["GET", "POST"])
@allowed(Action.MANAGE_POLICY)
def edit(authority_id: int) -> ResponseReturnValue:
    """Write the next version."""
    authority, draft, names = _draft(authority_id)
    form = DraftForm(data=typed_values(draft))
    form.offer()
    if not form.is_submitted():
        return _page(authority, form, rows_of(draft.rules), names), 200
    rows = read_rows()
    if form.validate() and not any(row.error for row in rows) and _kept(draft, form, rows):
        flash(gettext("The draft is saved. Nothing changes until it is published."), "good")
        if "more" in request.form:
            return redirect(
                url_for("policies.edit", authority_id=authority_id, _anchor="tariffs"), 303
            )
        return redirect(url_for("policies.prepare", authority_id=authority_id), 303)
    return _page(authority, form, rows, names), 422


def _kept(draft: DraftView, form: DraftForm, rows: tuple[TariffRow, ...]) -> bool:
    """Save what is typed; if it is refused, tell why beside the fields."""
    try:
        rules = check_rules({**form.values(), "tariffs": values_of(rows)})
        new = Draft(rules, text_of(form.note), text_of(form.vote_reference))
        database().write(lambda uow: edit_draft(uow, principal(), draft.policy_id, new))
    except InvalidInput as error:
        tell_errors(form, error)
        return False
    return True


def _draft(authority_id: int) -> tuple[AuthorityView, DraftView, dict[str, str]]:
    def read(uow: UnitOfWork) -> tuple[AuthorityView, DraftView, dict[str, str]]:
        draft = get_draft(uow, principal(), authority_id)
        return get_authority(uow, authority_id), draft, item_names(uow, authority_id)

    with database().read() as uow:
        return read(uow)


def _page(
    authority: AuthorityView, form: DraftForm, rows: tuple[TariffRow, ...], names: dict[str, str]
) -> str:
    known = dict(sorted(names.items(), key=lambda pair: pair[1]))
    known.update({row.code: row.code for row in rows if row.code and row.code not in known})
    return render_template(
        "policies/edit.html",
        authority=authority,
        form=form,
        questions=[(question, asked_by(question)) for question in Question],
        rows=with_blanks(rows),
        items=known,
        per=list(Per),
        row_errors=[
            (f"tariff-{number}", row.error) for number, row in enumerate(rows) if row.error
        ],
    )


@blueprint.route(f"{BASE}/brouillon/abandonner", methods=["GET", "POST"])
@allowed(Action.MANAGE_POLICY)
def drop(authority_id: int) -> ResponseReturnValue:
    """Throw the draft away, after a question."""
    authority, draft, _ = _draft(authority_id)
    if request.method == "POST":
        database().write(lambda uow: drop_draft(uow, principal(), draft.policy_id))
        flash(gettext("The draft is thrown away. The rules in force stay as they are."), "good")
        return redirect(url_for("policies.prepare", authority_id=authority_id), 303)
    return render_template("policies/drop.html", authority=authority, draft=draft)
