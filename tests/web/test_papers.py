"""Papers on the pages: handed in, sent to few and locked up, checked, asked for and told of."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from lending.attachments.keeping import paper_files
from lending.attachments.kinds import PaperState
from lending.attachments.queries import papers_of_organisation
from lending.bookings.pieces import ask_for_pieces
from lending.bookings.states import State
from lending.db.database import Database
from lending.jobs.declared import JOBS
from lending.jobs.schedule import Run
from lending.organisations.models import Organisation
from lending.storing import SETTLED_SECONDS
from tests.bookings.steps import state_of
from tests.factories import MONDAY, NOW, Cast, draft, submitted
from tests.support.papers import hand_in_paper, pdf, picture
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]


@pytest.fixture
def live(app: Flask, cast: Cast) -> Database:
    """Return the application's database; the choir has shown no certificate."""
    found: Database = app.extensions["database"]

    def forget(uow) -> None:
        uow.session.get_one(Organisation, cast.choir).insurance_until = None

    found.write(forget)
    return found


def sent(content: bytes, name: str, **more: str) -> dict[str, object]:
    return {"file": (io.BytesIO(content), name), **more}


def give(browser: Browser, organisation: int, data: dict[str, object], kind: str = "insurance"):
    path = f"/associations/{organisation}/pieces/deposer?kind={kind}"
    return browser.post(path, data, content_type="multipart/form-data")


def test_a_certificate_goes_from_the_association_to_the_front_desk_and_back(
    live: Database, browse: Browse, cast: Cast
) -> None:
    alice, desk = browse(cast.alice), browse(cast.front_desk)
    said = {"issuer": "Assurances du Kiosque", "valid_until": "2026-12-31"}
    assert give(alice, cast.choir, sent(pdf(), "attestation.pdf", **said)).status_code == 303
    inbox = desk.get("/a-traiter").text
    assert "Pièces à examiner" in inbox
    assert f"/associations/{cast.choir}/pieces" in inbox
    page = desk.get("/pieces/1").text
    assert "Assurances du Kiosque" in page
    assert 'value="2026-12-31"' in page
    no_reason = desk.post("/pieces/1/refuser")
    assert no_reason.status_code == 422
    assert desk.post("/pieces/1/refuser", {"reason": "Un autre nom"}).status_code == 303
    assert "Un autre nom" in alice.get("/pieces/1").text
    assert desk.post("/pieces/1/accepter", {"valid_until": "2026-11-30"}).status_code == 303
    assert "30 novembre 2026" in desk.get(f"/associations/{cast.choir}").text


def test_a_paper_without_dates_is_accepted_as_it_is(
    live: Database, browse: Browse, cast: Cast
) -> None:
    alice, desk = browse(cast.alice), browse(cast.front_desk)
    assert give(alice, cast.choir, sent(pdf(), "statuts.pdf"), "statutes").status_code == 303
    assert "valid_until" not in desk.get("/pieces/1").text
    assert desk.post("/pieces/1/accepter").status_code == 303
    with live.read() as uow:
        (paper,) = papers_of_organisation(uow, cast.alice, cast.choir)
    assert paper.state is PaperState.ACCEPTED


def test_a_file_is_locked_up_and_for_few(
    app: Flask, live: Database, browse: Browse, cast: Cast
) -> None:
    alice = browse(cast.alice)
    until = {"valid_until": "2026-12-31"}
    give(alice, cast.choir, sent(pdf(), "évil.html", **until))
    give(alice, cast.choir, sent(picture(), "photo.png", **until))
    saved, shown = (browse(cast.front_desk).get(f"/pieces/{n}/fichier") for n in (1, 2))
    assert saved.headers["Content-Disposition"] == 'attachment; filename="insurance-1.pdf"'
    assert shown.headers["Content-Disposition"] == 'inline; filename="insurance-2.jpg"'
    assert (saved.data, saved.mimetype, shown.mimetype) == (pdf(), "application/pdf", "image/jpeg")
    for answer in (saved, shown):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert browse(cast.bob).get("/pieces/1/fichier").status_code == 404


def test_what_cannot_be_taken_is_said_beside_the_field(
    live: Database, browse: Browse, cast: Cast
) -> None:
    alice = browse(cast.alice)
    until = {"valid_until": "2026-12-31"}
    for content, words in (
        (b"GIF89a", "Nous ne pouvons pas lire ce fichier"),
        (bytes(10 * 1024 * 1024 + 1), "trop gros"),
        (b"", "Choisissez un fichier"),
    ):
        answer = give(alice, cast.choir, sent(content, "attestation.pdf", **until))
        assert (answer.status_code, words in answer.text) == (422, True)
    huge = give(alice, cast.choir, sent(bytes(13 * 1024 * 1024), "film.pdf", **until))
    assert huge.status_code == 413
    assert "10 Mo au plus" in huge.text
    with live.read() as uow:
        assert papers_of_organisation(uow, cast.alice, cast.choir) == ()


def test_a_missing_piece_is_handed_in_on_the_page_that_asks_for_it(
    live: Database, browse: Browse, cast: Cast
) -> None:
    booking = submitted(live, cast, {cast.chairs: 5})
    live.write(lambda uow: ask_for_pieces(uow, cast.front_desk, booking, "L'attestation"))
    alice, page = browse(cast.alice), f"/demandes/{booking}/completer"
    form = {"content_type": "multipart/form-data"}
    assert alice.post(page, {"kind": "insurance"}, **form).status_code == 422
    undated = sent(pdf(), "a.pdf", kind="insurance")
    assert alice.post(page, undated, **form).status_code == 422
    assert state_of(live, booking) is State.INCOMPLETE
    whole = sent(pdf(), "a.pdf", kind="insurance", dated="2026-12-31")
    assert alice.post(page, whole, **form).status_code == 303
    assert state_of(live, booking) is State.SUBMITTED
    assert "Attestation de responsabilité civile" in alice.get(f"/demandes/{booking}").text
    assert "attend d’être examinée" in browse(cast.manager).get(f"/a-traiter/{booking}").text


def test_an_association_is_told_where_its_insurance_is_too_short(
    live: Database, browse: Browse, cast: Cast
) -> None:
    booking = draft(live, cast, {cast.chairs: 5}, name="Bal du kiosque")

    def insure(uow) -> None:
        choir = uow.session.get_one(Organisation, cast.choir)
        choir.insurance_until = MONDAY.date() - timedelta(days=1)

    alice = browse(cast.alice)
    assert "manque l’attestation" in alice.get("/").text
    live.write(insure)
    assert "finit avant le prêt" in alice.get("/").text
    tasks = alice.get(f"/demandes/{booking}").text
    assert f"/associations/{cast.choir}/pieces/deposer?kind=insurance" in tasks


def test_files_that_nothing_names_go_at_night(
    app: Flask, live: Database, browse: Browse, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.extensions["settings"]
    hand_in_paper(live, cast, settings.instance)
    with live.read() as uow:
        name = papers_of_organisation(uow, cast.alice, cast.choir)[0].content
    assert browse(cast.alice).post("/pieces/1/retirer").status_code == 303
    job = next(job for job in JOBS if job.name == "tidy-files")
    monkeypatch.setattr("time.time", lambda: NOW.timestamp() * 2 + SETTLED_SECONDS)
    job.run(Run(live, settings, NOW))
    assert paper_files(settings.instance).read(name) is None
    assert browse(cast.alice).get("/pieces/1/fichier").status_code == 404
    with live.read() as uow:
        assert papers_of_organisation(uow, cast.alice, cast.choir)[0].state is PaperState.WITHDRAWN
