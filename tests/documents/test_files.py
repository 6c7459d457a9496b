"""The PDF of every kind can be read by everybody, says what it should, and never changes."""

import io
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from lending.accounts.permissions import ANONYMOUS, SYSTEM
from lending.app import build_database
from lending.attachments.checking import accept_paper
from lending.attachments.handing_in import hand_in
from lending.catalogue.conditions import Condition
from lending.catalogue.models import Item
from lending.catalogue.photos import PhotoStore
from lending.documents.issuing import draft_of, issue_statement
from lending.documents.kinds import OF_BOOKINGS, Kind
from lending.documents.letterhead import checked_logo, logos_in_use, set_logo
from lending.documents.making import files_in_use, make_file
from lending.documents.models import Document
from lending.documents.queries import file_of
from lending.documents.signing import Signed, make_link, sign_on_screen
from lending.documents.typesetting import preview, typeset
from lending.handover.kinds import Place
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Circumstances, Counted, Meeting, Note
from lending.settings import Settings
from lending.storing import FileStore
from tests import factories
from tests.factories import Cast
from tests.support.letters import issue, set_letterhead
from tests.support.papers import WINTER, certificate

PREFIX = {Kind.STATEMENT: "AV"} | {kind: kind.prefix for kind in OF_BOOKINGS}


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory, sqlite_cast):
    """Issue one document of every kind about one loan; return their files by kind."""
    import shutil

    from lending.clock import FixedClock

    template, cast = sqlite_cast
    folder = tmp_path_factory.mktemp("papers")
    path = shutil.copy(template, folder / "papers.db")
    clock = FixedClock(factories.NOW)
    database = build_database(Settings(f"sqlite:///{path}", folder, "long enough for tests"), clock)
    yield Papers(database, cast, FileStore(folder, "documents"), clock)
    database.dispose()


class Papers:
    """One loan with a document of every kind."""

    def __init__(self, database, cast: Cast, files: FileStore, clock) -> None:
        self.database, self.cast, self.files = database, cast, files
        set_letterhead(database, cast)
        self.logo = files.save(checked_logo(picture("teal")))
        database.write(lambda uow: set_logo(uow, SYSTEM, cast.town, self.logo))
        self._insure()
        database.write(self._limit_wind)
        lines = {cast.chairs: 60, cast.tent: 1}
        self.booking = booking = factories.approved(
            database, cast, lines, granted={cast.chairs: 40, cast.tent: 1}
        )
        late = (Kind.DELIVERY_NOTE, Kind.RETURN_NOTE, Kind.INVENTORY, Kind.DAMAGE)
        early = [kind for kind in OF_BOOKINGS if kind not in late]
        self.numbers = {kind: issue(database, cast, booking, kind) for kind in early}
        clock.instant = factories.FRIDAY
        signed = Meeting("Alice Martin", "Karim Benali", *self._drawn("black", "navy"))
        told = Circumstances(place=Place.SITE, meeting=signed, remarks="Livré sous la pluie")
        database.write(lambda uow: tell_check_out(uow, cast.manager, booking, told=told))
        clock.instant = factories.MONDAY
        note = Note(Condition.POOR, "Deux dossiers fendus", self._drawn("seagreen"))
        counted = {cast.chairs: Counted(37, 2, 1, dirty=3, note=note), cast.tent: Counted(1)}
        alone = Circumstances(meeting=Meeting(absence="Personne au dépôt"))
        database.write(lambda uow: tell_check_in(uow, cast.manager, booking, counted, alone))
        for kind in late:
            self.numbers[kind] = issue(database, cast, booking, kind)
        self.numbers[Kind.STATEMENT] = database.write(
            lambda uow: issue_statement(uow, cast.manager, cast.town, cast.choir, 2026).id
        )
        for number in self.numbers.values():
            make_file(database, files, number)

    def _insure(self) -> None:
        """Hand in and accept the certificate of the choir."""
        cast, paper = self.cast, certificate(WINTER, issuer="Mutuelle des Chœurs", number="RC-4711")
        number = self.database.write(lambda uow: hand_in(uow, cast.alice, cast.choir, paper))
        dates = {"valid_from": None, "valid_until": WINTER}
        self.database.write(lambda uow: accept_paper(uow, SYSTEM, number, **dates))

    def _limit_wind(self, uow) -> None:
        tent = uow.session.get_one(Item, self.cast.tent)
        tent.tent_area_dm2, tent.can_be_closed, tent.wind_max_kmh = 1800, True, 38

    def _drawn(self, *colours: str) -> tuple[str, ...]:
        """Keep pictures where those of field work lie; return their names."""
        store = PhotoStore(self.files.instance, "field")
        return tuple(store.save(picture(colour)) for colour in colours)

    def pdf(self, kind: Kind) -> bytes:
        """Return the file of a kind."""
        with self.database.read() as uow:
            return file_of(uow, self.files, self.numbers[kind])[1]


def picture(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 120), colour).save(out, "PNG")
    return out.getvalue()


def words(pdf: bytes) -> str:
    """Return the text of all pages, blanks made one."""
    with pypdfium2.PdfDocument(pdf) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return " ".join(" ".join(texts).split())


def tags(document: pikepdf.Pdf) -> list[tuple[str, pikepdf.Object]]:
    """Return every element of the structure tree, in reading order, by the name of its tag."""
    found = []

    def walk(node) -> None:
        if isinstance(node, pikepdf.Array):
            for each in node:
                walk(each)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                found.append((str(node.S), node))
            if "/K" in node:
                walk(node.K)

    walk(document.Root.StructTreeRoot.K)
    return found


@pytest.mark.parametrize("kind", list(Kind))
def test_every_document_is_tagged_as_pdf_ua_wants(papers, kind):
    document = pikepdf.open(io.BytesIO(papers.pdf(kind)))
    root = document.Root
    assert bool(root.MarkInfo.Marked)
    assert str(root.Lang) == "fr"
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    metadata = document.open_metadata()
    assert metadata["pdfuaid:part"] == "1"
    assert PREFIX[kind] in metadata["dc:title"]
    names = [name for name, _ in tags(document)]
    assert "/Table" in names
    headers = {str(node.ID) for name, node in tags(document) if name == "/TH"}
    cells = [node for name, node in tags(document) if name == "/TD"]
    assert headers
    assert cells
    for cell in cells:
        assert {str(each) for each in cell.A.Headers} <= headers
        assert len(cell.A.Headers), "a cell says which headers it stands under"
    for name, node in tags(document):
        assert name != "/Figure" or "/Alt" in node


@pytest.mark.parametrize("kind", [Kind.AGREEMENT, Kind.PLAN, Kind.DELIVERY_NOTE])
def test_forms_begin_with_a_heading(papers, kind):
    document = pikepdf.open(io.BytesIO(papers.pdf(kind)))
    names = [name for name, _ in tags(document) if name.startswith("/H")]
    assert names[0] == "/H1"
    assert set(names[1:]) <= {"/H2", "/H3"}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            Kind.ACKNOWLEDGEMENT,
            ("accusé de réception de votre demande", "AR-2026-0001", "L112-3", "R-2026-"),
        ),
        (
            Kind.DECISION,
            (
                "accordée en partie",
                "Le reste est prêté ailleurs.",
                "deux mois",
                "Vu la délibération n° 2025-48",
                "Pour le Maire, l’adjointe déléguée",
                "Élise Delaunay",
                "registre des décisions",
            ),
        ),
        (
            Kind.AGREEMENT,
            (
                "Convention de mise à disposition",
                "Chorale des Planches",
                "1875 à 1891 du code civil",
                "1 120,00 €",
                "vigilance orange",
                "engagement républicain",
                "Mutuelle des Chœurs, contrat n° RC-4711",
                "CTS 37",
                "38 km/h",
            ),
        ),
        (
            Kind.PLAN,
            ("Programme d’engagement", "J − 15", "Qui appeler", "Vent", "CTS 37", "38 km/h"),
        ),
        (Kind.PICK_LIST, ("Bon de préparation", "CHA-PLI", "168 kg")),
        (
            Kind.DELIVERY_NOTE,
            ("Bon de livraison", "Chaise pliante", "sur place", "Livré sous la pluie", "Karim"),
        ),
        (Kind.RETURN_NOTE, ("Bon de retour", "37", "Abîmés", "non : Personne au dépôt")),
        (
            Kind.INVENTORY,
            ("État des lieux", "Tente pliante", "Alice Martin", "Deux dossiers fendus", "1 photo"),
        ),
        (
            Kind.DAMAGE,
            ("Constat de dommage", "CD-2026-0001", "28,00 €", "100 %", "5,60 €", "42,00 €"),
        ),
        (Kind.STATEMENT, ("atteste avoir prêté gratuitement en 2026", "compte 861")),
    ],
)
def test_every_document_says_in_french_what_it_should(papers, kind, said):
    text = words(papers.pdf(kind)).replace("\N{NO-BREAK SPACE}", " ")
    text = text.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert [each for each in said if each not in text] == []


def test_signatures_and_photos_of_the_spot_are_in_the_statement_of_condition(papers):
    with pikepdf.open(io.BytesIO(papers.pdf(Kind.INVENTORY))) as document:
        told = [str(node.Alt) for name, node in tags(document) if name == "/Figure"]
    assert told == [
        "Logo de Ville de Sainte-Planche (fictive)",
        "Signature dessinée par Karim Benali",
        "Signature dessinée par Alice Martin",
        "Photo\u00a0: Chaise pliante",
    ]


def test_the_same_row_gives_the_same_pages(papers):
    with papers.database.read() as uow:
        row = uow.session.get_one(Document, papers.numbers[Kind.PICK_LIST])
        content, identifier = row.content, row.uuid
    again = typeset(content, identifier, papers.files)
    assert words(again) == words(papers.pdf(Kind.PICK_LIST))


def test_a_preview_is_marked_and_has_no_number(papers):
    with papers.database.read() as uow:
        content = draft_of(uow, papers.cast.manager, papers.booking, Kind.INVENTORY)
    text = words(preview(content, papers.files))
    assert "PROJET" in text
    assert "sans numéro" in text
    assert "EDL-" not in text


def test_the_signed_agreement_ends_with_a_page_of_proof(papers):
    cast, number = papers.cast, papers.numbers[Kind.AGREEMENT]

    def sign(uow):
        who = Signed("Alice Martin", "présidente", agrees=True, address="192.0.2.7")
        secret = make_link(uow, cast.manager, number)
        uow.session.flush()
        return sign_on_screen(uow, ANONYMOUS, secret, who).id

    edition = papers.database.write(sign)
    make_file(papers.database, papers.files, edition)
    with papers.database.read() as uow:
        name, signed = file_of(uow, papers.files, edition)
    text = words(signed)
    assert name == "CONV-2026-0001-signee.pdf"
    assert "Preuve de signature" in text
    assert "192.0.2.7" in text
    assert "Alice Martin" in text


def test_files_of_documents_are_never_tidied(papers, tmp_path: Path):
    import os
    import time

    old = time.time() - 10 * 24 * 3600
    stray = papers.files.save(b"left over")
    for path in papers.files._folder.glob("*"):
        os.utime(path, (old, old))
    with papers.database.read() as uow:
        used = files_in_use(uow)
    assert papers.files.remove_others(used) >= 1
    assert papers.files.read(stray) is None
    assert papers.pdf(Kind.DECISION).startswith(b"%PDF-")


def test_a_logo_stays_while_an_agreement_may_still_be_signed_under_it(papers):
    papers.database.write(lambda uow: set_logo(uow, SYSTEM, papers.cast.town, ""))
    with papers.database.read() as uow:
        assert logos_in_use(uow) == {papers.logo}
