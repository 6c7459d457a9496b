"""Certificates of insurance that associations handed in: accepted, declined, to be looked at."""

import io
from datetime import timedelta
from functools import partial
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select

from lending.accounts.permissions import SYSTEM, Grant, Principal, Role
from lending.attachments.checking import accept_paper, decline_paper
from lending.attachments.handing_in import NewPaper, hand_in
from lending.attachments.keeping import KeptFile, keep_file, paper_files
from lending.attachments.kinds import PaperKind
from lending.db.database import Database, UnitOfWork
from lending.organisations.models import Organisation

ACCEPTED = "Les Lampions de Rivemont"
DECLINED = "Valserre Rock"
TO_CHECK = "Jazz sur le Quai"
INSURER = "Mutuelle des Trois-Rives (fictive)"
WHY_NOT = "L’attestation est au nom d’une personne : il nous faut celle de l’association."
A4 = (1240, 1754)
"""Pixels of a page at 150 dots an inch."""


def write_certificates(database: Database, instance: Path | None) -> None:
    """Hand in three certificates and look at two; their files lie in the instance folder."""
    if instance is None:
        return
    for number, name in enumerate((ACCEPTED, DECLINED, TO_CHECK), start=1):
        policy = f"RC-2026-{number:04d}"
        file = keep_file(paper_files(instance), _page(name, policy))
        database.write(partial(_hand_in_and_check, name=name, policy=policy, file=file))


def _hand_in_and_check(uow: UnitOfWork, *, name: str, policy: str, file: KeptFile) -> None:
    organisation = uow.session.scalars(select(Organisation).where(Organisation.name == name)).one()
    contact = Principal(
        None, f"Contact – {name}", (Grant(Role.BORROWER, organisation_id=organisation.id),)
    )
    next_year = (uow.now + timedelta(days=365)).date()
    until = max(organisation.insurance_until or next_year, next_year)
    paper = NewPaper(
        PaperKind.INSURANCE,
        file,
        label="attestation.pdf",
        issuer=INSURER,
        number=policy,
        valid_until=until,
    )
    number = hand_in(uow, contact, organisation.id, paper)
    if name == ACCEPTED:
        accept_paper(uow, SYSTEM, number, valid_from=None, valid_until=until)
    elif name == DECLINED:
        decline_paper(uow, SYSTEM, number, WHY_NOT)


def _page(name: str, policy: str) -> bytes:
    """Return a certificate that nobody can take for a real one."""
    picture = Image.new("L", A4, "white")
    draw = ImageDraw.Draw(picture)
    lines = ("SPECIMEN FICTIF", "Responsabilite civile", f"Contrat {policy}", name)
    for row, line in enumerate(lines):
        draw.text((120, 160 + 110 * row), line, fill="black", font=ImageFont.load_default(54))
    out = io.BytesIO()
    picture.save(out, "PDF", resolution=150)
    return out.getvalue()
