"""`treteau mail`: try the mail server, and take in what comes back."""

import sys
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from functools import partial
from typing import BinaryIO
from urllib.parse import urlsplit

import click

from lending.cli_admin import Installation
from lending.clock import SystemClock
from lending.mailing import MailError
from lending.notifications.bouncing import read_bounces, take_bounce


@click.group()
def mail() -> None:
    """Mails that leave, and mails that come back."""


@mail.command()
@click.argument("address")
@click.pass_obj
def test(context: Installation, address: str) -> None:
    """Send a mail to ADDRESS and say what the server answers."""
    settings = context.settings
    server = settings.mail_server
    if server is None:
        raise click.UsageError("Name a mail server first: TRETEAU_SMTP_HOST and TRETEAU_MAIL_FROM.")
    letter = EmailMessage()
    letter["To"] = address
    letter["Subject"] = "Tréteau"
    letter["Date"] = format_datetime(SystemClock().now())
    host = urlsplit(settings.public_url).hostname
    letter["Message-ID"] = make_msgid(domain=host or "treteau.invalid")
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(f"Les courriels de {settings.public_url} arrivent.\n")
    try:
        server.send(letter)
    except MailError as error:
        click.echo(f"treteau: {error}", err=True)
        sys.exit(1)
    click.echo(f"{server.host} took the mail for {address}.")


@mail.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.pass_obj
def bounce(context: Installation, file: BinaryIO) -> None:
    """Take in a report of delivery from FILE, or from standard input.

    Meant for the alias of TRETEAU_MAIL_FROM. What is no report, or not about us, is passed over
    without an error: who hands it in would only send another report about it.
    """
    for found in read_bounces(file.read()):
        if context.database.write(partial(take_bounce, bounce=found)):
            click.echo(f"{found.address} cannot be reached: {found.reason}")
        else:
            click.echo(f"{found.address}: not one of our mails")
