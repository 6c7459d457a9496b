"""What stands around every page: whose house this is, where one can go, who is signed in."""

from dataclasses import replace

from flask import Flask, url_for
from flask_babel import gettext
from sqlalchemy.exc import SQLAlchemyError

from lending.accounts.permissions import Action, Principal
from lending.authorities.queries import authority_names
from lending.notifications.reading import count_unread
from lending.organisations.queries import count_pending, organisation_names
from lending.web.context import database, principal, settings
from lending.web.navigation import address, navigation
from lending.web.widgets import AccountBadge, NavEntry, Shell


def register(app: Flask) -> None:
    """Give every template the shell."""
    app.context_processor(lambda: {"shell": shell()})


def shell() -> Shell:
    """Return what stands around this page."""
    person = principal()
    plain = Shell(
        navigation=navigation(person),
        home_url=url_for("home.show"),
        sign_in_url=address("accounts.sign_in"),
        register_url=address("accounts.register"),
        rules_url=address("policies.choose"),
        accessibility_url=address("about.accessibility"),
        demo=settings().demo,
    )
    try:
        return _filled(plain, person)
    except SQLAlchemyError:
        # The page says what is wrong; what stands around it must not hide that.
        return plain


def _filled(plain: Shell, person: Principal) -> Shell:
    with database().read() as uow:
        authorities = authority_names(uow)
        own = organisation_names(uow, person.organisation_ids)
        pending = count_pending(uow) if person.can(Action.VERIFY_ORGANISATION) else 0
        unread = count_unread(uow, person)
    employers = {g.authority_id for g in person.grants if g.authority_id} or set(authorities)
    return replace(
        plain,
        authority_name=authorities.get(min(employers), "") if len(employers) == 1 else "",
        navigation=tuple(_counted(entry, pending) for entry in plain.navigation),
        account=_badge(person, tuple(own.values())),
        messages_url=address("messages.index") if person.user_id is not None else "",
        unread=unread,
    )


def _counted(entry: NavEntry, pending: int) -> NavEntry:
    return replace(entry, count=pending) if entry.url == address("organisations.index") else entry


def _badge(person: Principal, organisations: tuple[str, ...]) -> AccountBadge | None:
    if person.user_id is None:
        return None
    roles = dict.fromkeys(gettext(grant.role.label) for grant in person.grants)
    return AccountBadge(
        name=person.name,
        role=" · ".join(organisations or roles),
        url=url_for("accounts.show"),
        sign_out_url=url_for("accounts.sign_out"),
    )
