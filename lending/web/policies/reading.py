"""The rules for anyone: what is in force, each version at its address, what changed."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.authorities.queries import AuthorityView, get_authority, list_authorities
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.policies.queries import BEGINNING, Version, list_versions
from lending.web.context import allowed, database, principal
from lending.web.policies import blueprint
from lending.web.policies.words import (
    Change,
    Section,
    changes,
    item_names,
    sections,
    tariff_words,
)


@dataclass(frozen=True)
class VersionRow:
    """A version in the list of all of them."""

    version: Version
    stage: str
    """past, present or future."""
    url: str


@dataclass(frozen=True)
class RulesPage:
    """A version as anyone reads it."""

    authority: AuthorityView
    version: Version
    stage: str
    sections: tuple[Section, ...]
    priorities: tuple[str, ...]
    tariffs: tuple[tuple[str, str], ...]
    """Items by name, with what lending one is worth."""
    changes: tuple[Change, ...]
    versions: tuple[VersionRow, ...]
    """The latest one first."""
    ends_at: datetime | None
    """When the next version takes over, or took over."""
    can_manage: bool


@blueprint.get("/reglement")
@allowed(Action.SEE_POLICY)
def choose() -> ResponseReturnValue:
    """Lead to the rules of the one authority that lends; of several, let the reader choose."""
    with database().read() as uow:
        found = list_authorities(uow)
    if len(found) == 1:
        return redirect(url_for("policies.show", authority_id=found[0].id))
    return render_template("policies/choose.html", authorities=found)


@blueprint.get("/collectivites/<int:authority_id>/reglement")
@allowed(Action.SEE_POLICY)
def show(authority_id: int) -> ResponseReturnValue:
    """Show the rules in force."""
    return _shown(authority_id, None)


@blueprint.get("/collectivites/<int:authority_id>/reglement/<int:number>")
@allowed(Action.SEE_POLICY)
def version(authority_id: int, number: int) -> ResponseReturnValue:
    """Show a version, whether in force or not: its address never changes."""
    return _shown(authority_id, number)


def _shown(authority_id: int, number: int | None) -> ResponseReturnValue:
    with database().read() as uow:
        page = _page(uow, authority_id, number)
    return render_template("policies/show.html", page=page)


def _page(uow: UnitOfWork, authority_id: int, number: int | None) -> RulesPage:
    authority = get_authority(uow, authority_id)
    g.zone = ZoneInfo(authority.timezone)
    versions = list_versions(uow.session, authority_id)
    present = in_force(versions, uow.now)
    shown = present if number is None else _numbered(versions, number)
    names = item_names(uow, authority_id)
    number = shown.number or 0
    before = _numbered(versions, number - 1) if number > 1 else None
    after = versions[number:]
    return RulesPage(
        authority=authority,
        version=shown,
        stage=stage_of(shown, present),
        sections=sections(shown.rules),
        priorities=tuple(gettext(each.label) for each in shown.rules.priorities),
        tariffs=_tariffs(shown, names),
        changes=changes(before.rules, shown.rules, names) if before else (),
        versions=rows_of(authority_id, versions, present),
        ends_at=after[0].effective_at if after else None,
        can_manage=principal().can(Action.MANAGE_POLICY, authority_id=authority_id),
    )


def in_force(versions: tuple[Version, ...], now: datetime) -> Version:
    """Return the latest version that is in force."""
    begun = [each for each in versions if each.effective_at and each.effective_at <= now]
    return begun[-1] if begun else BEGINNING


def stage_of(version: Version, present: Version) -> str:
    """Tell whether a version is past, present or future."""
    number, now = version.number or 0, present.number or 0
    return "present" if number == now else "future" if number > now else "past"


def rows_of(
    authority_id: int, versions: tuple[Version, ...], present: Version
) -> tuple[VersionRow, ...]:
    """Return the list of all versions, the latest one first."""
    return tuple(
        VersionRow(
            each,
            stage_of(each, present),
            url_for("policies.version", authority_id=authority_id, number=each.number),
        )
        for each in reversed(versions)
    )


def _numbered(versions: tuple[Version, ...], number: int) -> Version:
    if not 1 <= number <= len(versions):
        raise NotFound
    return versions[number - 1]


def _tariffs(version: Version, names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    found = (
        (names.get(tariff.item_code, tariff.item_code), tariff_words(tariff))
        for tariff in version.rules.tariffs
    )
    return tuple(sorted(found))
