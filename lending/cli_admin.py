"""`treteau user` and `treteau doctor`: accounts from the command line, and what is wrong."""

import sys
from typing import Protocol

import click

from lending.accounts.passwords import hash_password, password_errors
from lending.accounts.people import create_user, grant_role
from lending.accounts.permissions import SYSTEM, Role
from lending.authorities.queries import authority_id_of
from lending.db.database import Database, UnitOfWork
from lending.doctor import examine, report
from lending.errors import InvalidInput
from lending.settings import Settings


class Installation(Protocol):
    """The part of the commands' context that is needed here."""

    @property
    def settings(self) -> Settings:
        """Return the settings."""

    @property
    def database(self) -> Database:
        """Return the database."""


@click.group()
def user() -> None:
    """Accounts of people."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="How the person is called.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role if role is not Role.BORROWER]),
    default=Role.ADMINISTRATOR.value,
    show_default=True,
)
@click.option("--authority", default="", help="Code of the lender; without it, of all.")
@click.password_option(help="Asked for when it is not given.")
@click.pass_obj
def add_user(
    context: Installation, email: str, name: str, role: str, authority: str, password: str
) -> None:
    """Give a person an account and a role."""
    if errors := password_errors(password, email):
        raise InvalidInput(errors)
    hashed = hash_password(password)

    def write(uow: UnitOfWork) -> None:
        authority_id = authority_id_of(uow, authority) if authority else None
        person = create_user(uow, SYSTEM, email=email, name=name, password=hashed)
        grant_role(uow, SYSTEM, person.id, Role(role), authority_id=authority_id)

    context.database.write(write)
    click.echo(f"{email} may sign in as {role}.")


@click.command()
@click.pass_obj
def doctor(context: Installation) -> None:
    """Say what is wrong with this installation and what to do about it."""
    if not report(examine(context.settings, context.database), click.echo):
        sys.exit(1)
