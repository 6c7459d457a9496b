"""Look at what a draft would have changed, and publish it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from calendars.zones import to_local
from lending.accounts.permissions import Action
from lending.authorities.queries import AuthorityView, get_authority
from lending.equity.preview import Preview, preview
from lending.errors import InvalidInput
from lending.policies.drafting import publish_policy
from lending.policies.queries import DraftView, Version, get_draft, list_versions
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors
from lending.web.policies import blueprint
from lending.web.policies.drafting import BASE
from lending.web.policies.forms import PublishForm
from lending.web.policies.reading import in_force
from lending.web.policies.words import Change, changes, item_names

SHOWN = 20
"""How many requests stand in the table of one parameter; the others open below it."""


@dataclass(frozen=True)
class DraftPage:
    """A draft beside the version that it follows."""

    authority: AuthorityView
    draft: DraftView
    base: Version
    changes: tuple[Change, ...]
    preview: Preview


def _page(authority_id: int) -> DraftPage:
    with database().read() as uow:
        draft = get_draft(uow, principal(), authority_id)
        authority = get_authority(uow, authority_id)
        g.zone = ZoneInfo(authority.timezone)
        g.today = to_local(uow.now, g.zone).date()
        versions = list_versions(uow.session, authority_id)
        base = versions[-1] if versions else in_force(versions, uow.now)
        return DraftPage(
            authority,
            draft,
            base,
            changes(base.rules, draft.rules, item_names(uow, authority_id)),
            preview(uow, principal(), authority_id, base.rules, draft.rules),
        )


@blueprint.get(f"{BASE}/brouillon/apercu")
@allowed(Action.MANAGE_POLICY)
def try_out(authority_id: int) -> ResponseReturnValue:
    """Show what the draft would have changed for the requests of twelve months."""
    return render_template("policies/preview.html", page=_page(authority_id), shown=SHOWN)


@blueprint.route(f"{BASE}/brouillon/publier", methods=["GET", "POST"])
@allowed(Action.MANAGE_POLICY)
def publish(authority_id: int) -> ResponseReturnValue:
    """Publish the draft, after a question: from a day on it holds, and never changes again."""
    page = _page(authority_id)
    least = max(g.today, page.base.effective_on or g.today)
    form = PublishForm(data={"effective_on": least})
    if form.validate_on_submit():
        try:
            number = database().write(
                lambda uow: (
                    publish_policy(
                        uow, principal(), page.draft.policy_id, form.effective_on.data or least
                    ).number
                )
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("Version %(number)d is published.", number=number), "good")
            return redirect(
                url_for("policies.version", authority_id=authority_id, number=number), 303
            )
    answer = render_template("policies/publish.html", page=page, form=form, least=least)
    return answer, 422 if form.is_submitted() else 200
