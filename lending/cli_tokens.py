"""`treteau token`: let programs in, see which may come, shut them out."""

from typing import Protocol

import click

from lending.accounts.permissions import SYSTEM, Role
from lending.accounts.tokens import Token, create_token, list_tokens, revoke_token
from lending.authorities.queries import list_authorities
from lending.db.database import Database, UnitOfWork
from lending.errors import InvalidInput
from lending.i18n import N_


class HasDatabase(Protocol):
    """The part of the commands' context that tokens need."""

    @property
    def database(self) -> Database:
        """Return the database."""


@click.group()
def token() -> None:
    """Let programs use the API: create, list and revoke tokens."""


@token.command()
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--authority", default="", help="Code of the authority it works for; else all.")
@click.option("--organisation", type=int, help="Number of the organisation (for a borrower).")
@click.option("--label", default="", help="Which program will use it.")
@click.pass_obj
def create(
    context: HasDatabase, role: str, authority: str, organisation: int | None, label: str
) -> None:
    """Print a new token, alone; it cannot be shown again."""

    def use_case(uow: UnitOfWork) -> str:
        return create_token(
            uow,
            SYSTEM,
            Role(role),
            label=label or f"API ({role})",
            authority_id=_authority(uow, authority),
            organisation_id=organisation,
        )

    click.echo(context.database.write(use_case))


@token.command("list")
@click.pass_obj
def show(context: HasDatabase) -> None:
    """List the tokens, those in use first."""
    with context.database.read() as uow:
        for found in list_tokens(uow, SYSTEM):
            click.echo("\t".join(_columns(found)))


@token.command()
@click.argument("number", type=int)
@click.pass_obj
def revoke(context: HasDatabase, number: int) -> None:
    """Make the token of this number worthless."""
    context.database.write(lambda uow: revoke_token(uow, SYSTEM, number))
    click.echo(f"Token {number} no longer opens anything.")


def _authority(uow: UnitOfWork, code: str) -> int | None:
    """Return the number of the authority of this code; none for no code.

    Raises:
        InvalidInput: there is none.
    """
    if not code:
        return None
    known = {view.code: view.id for view in list_authorities(uow)}
    if code not in known:
        raise InvalidInput(authority=N_("We do not know this authority."))
    return known[code]


def _columns(found: Token) -> list[str]:
    owner = ""
    if found.authority_id is not None:
        owner = f"authority {found.authority_id}"
    elif found.organisation_id is not None:
        owner = f"organisation {found.organisation_id}"
    used = f"{found.last_used_at:%Y-%m-%d}" if found.last_used_at else "never used"
    state = f"revoked {found.revoked_at:%Y-%m-%d}" if found.revoked_at else "in use"
    return [str(found.id), state, found.role.value, owner, used, found.label]
