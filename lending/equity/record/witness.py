"""A letter with the heads of all chains, to somebody who keeps them where we cannot reach."""

from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from lending.db.database import UnitOfWork
from lending.equity.record.canonical import instant
from lending.equity.record.checks import last_checks
from lending.equity.record.heads import heads_of
from lending.i18n import LANGUAGES, N_, translations

SUBJECT = N_("Proof of the decisions of %(place)s on %(day)s")
BODY = N_(
    """Hello,

Keep this message: it proves, later, that nobody has altered the decisions recorded until today
at %(place)s. You have nothing else to do, and nothing to answer.

Each line of the file that comes with it is the head of a lender's chain: its code, the number of
its last decision, the fingerprint of all up to that one, and its time.

To check: treteau audit verify --against heads.txt
"""
)
HOLDS = N_("Checked last: every chain holds, and everything decided again comes out the same.")
BROKEN = N_("Checked last: something does NOT hold. Ask the lender about it.")
UNCHECKED = N_("Not checked yet.")


def write_letter(uow: UnitOfWork, recipient: str, place: str, language: str = "") -> EmailMessage:
    """Return the letter of today, to this address, about the installation at this address.

    The file in it is what `treteau audit export` prints: `audit verify --against` reads it.
    """
    heads = heads_of(uow)
    words = translations(language or LANGUAGES[0])
    day = uow.now.date().isoformat()
    checks = last_checks(uow).values()
    state = UNCHECKED if not checks else HOLDS if all(c.is_whole for c in checks) else BROKEN
    letter = EmailMessage()
    letter["To"] = recipient
    letter["Subject"] = words.gettext(SUBJECT) % {"place": place, "day": day}
    letter["Date"] = format_datetime(uow.now)
    letter["Message-ID"] = make_msgid(domain="treteau.invalid")
    lines = [f"# {place} {instant(uow.now)}", *map(str, heads)]
    letter.set_content(
        "\n".join((words.gettext(BODY) % {"place": place}, words.gettext(state), "", *lines)) + "\n"
    )
    letter.add_attachment("\n".join(lines) + "\n", filename="heads.txt")
    return letter
