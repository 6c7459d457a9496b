"""The nightly checks: told once, gone when put right, and nothing that the inbox counts itself."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from lending.accounts.permissions import SYSTEM, Principal
from lending.authorities.models import Authority
from lending.bookings.models import Booking, Logistics
from lending.catalogue.conditions import Condition
from lending.catalogue.inspections import Done, months_after, record_inspection
from lending.catalogue.models import Item
from lending.catalogue.photos import WIDTHS
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.documents.kinds import Kind
from lending.documents.models import DocumentFile, Letterhead
from lending.handover.statements import tell_check_out
from lending.handover.values import Circumstances, Meeting, Note
from lending.jobs.checking import (
    check_files,
    check_inspections,
    check_insurances,
    check_rules,
)
from lending.jobs.finding_kinds import FindingKind
from lending.jobs.findings import FindingView, list_findings
from lending.jobs.schedule import Run
from lending.logistics.kinds import TaskKind
from lending.logistics.models import Task
from lending.organisations.models import Organisation
from lending.policies.drafting import Draft, edit_draft, open_draft, publish_policy
from lending.policies.rules import Rules
from lending.settings import Settings
from lending.storing import FileStore
from tests.factories import FRIDAY, MONDAY, NOW, Cast, approved
from tests.support.letters import issue, set_letterhead
from tests.support.papers import hand_in_paper
from tests.support.units import inspected, number_pieces
from tests.web.conftest import Browser


def run_of(database: Database, settings: Settings) -> Run:
    return Run(database, settings, NOW)


def found_by(database: Database, actor: Principal) -> list[FindingView]:
    with database.read() as uow:
        return list_findings(uow, actor)


def insure(database: Database, cast: Cast, until: date | None) -> None:
    def write(uow):  # type: ignore[no-untyped-def]
        uow.session.get_one(Organisation, cast.choir).insurance_until = until

    database.write(write)


def write_pictures(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True)
    for name in names:
        for width in WIDTHS:
            (folder / f"{name}-{width}.webp").write_bytes(b"RIFF")


def test_an_insurance_that_ends_before_a_loan_is_told_until_it_is_renewed(
    database: Database, settings: Settings, cast: Cast, clock: FixedClock
) -> None:
    insure(database, cast, MONDAY.date() - timedelta(days=1))
    for _ in range(2):
        approved(database, cast, {cast.chairs: 1})
    counts = check_insurances(run_of(database, settings))
    assert [count.number for count in counts] == [1, 1, 0]
    clock.instant += timedelta(days=1)
    again = check_insurances(run_of(database, settings))
    assert [count.number for count in again] == [1, 0, 0]
    (finding,) = found_by(database, cast.manager)
    assert finding.kind is FindingKind.INSURANCE
    assert (finding.found.name, finding.since) == ("Chorale des Planches", NOW)
    insure(database, cast, MONDAY.date())
    gone = check_insurances(run_of(database, settings))
    assert [count.number for count in gone] == [0, 0, 1]
    assert found_by(database, cast.manager) == []


def test_a_lender_without_rules_of_its_own_is_told_until_it_publishes_some(
    database: Database, settings: Settings, cast: Cast
) -> None:
    check_rules(run_of(database, settings))
    assert found_by(database, cast.manager) == []
    approved(database, cast, {cast.chairs: 1})
    check_rules(run_of(database, settings))
    (finding,) = found_by(database, cast.manager)
    assert (finding.kind, finding.found.subject_id) == (FindingKind.RULES, cast.town)
    assert found_by(database, cast.other_manager) == []
    assert found_by(database, cast.front_desk) == []
    number = database.write(lambda uow: open_draft(uow, cast.manager, cast.town).id)
    draft = Draft(Rules(), "Le premier.", "Délibération no 1 du 2 mars 2026")
    database.write(lambda uow: edit_draft(uow, cast.manager, number, draft))
    database.write(lambda uow: publish_policy(uow, cast.manager, number, NOW.date()))
    check_rules(run_of(database, settings))
    assert found_by(database, cast.manager) == []


def test_a_photo_without_its_file_is_told_until_the_file_is_back(
    database: Database, settings: Settings, cast: Cast
) -> None:
    name = "a" * 32

    def write(uow):  # type: ignore[no-untyped-def]
        uow.session.get_one(Item, cast.chairs).photo = name

    database.write(write)
    check_files(run_of(database, settings))
    (finding,) = found_by(database, cast.manager)
    assert (finding.kind, finding.found.subject_id) == (FindingKind.PHOTO, cast.chairs)
    write_pictures(settings.instance / "photos", name)
    check_files(run_of(database, settings))
    assert found_by(database, cast.manager) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_inbox_shows_what_to_look_at_and_where_to_put_it_right(
    app: Flask, settings: Settings, cast: Cast
) -> None:
    database = app.extensions["database"]
    approved(database, cast, {cast.chairs: 1})
    insure(database, cast, None)
    check_insurances(run_of(database, settings))
    (tent,) = number_pieces(database, cast.tent, 1)
    inspected(database, cast.tent, [tent], date(2025, 1, 1), months=12)
    check_inspections(run_of(database, settings))
    assert "À regarder" not in Browser(app).sign_in(cast.other_manager).get("/a-traiter").text
    paper = hand_in_paper(database, cast, settings.instance)
    for path in (settings.instance / "papers").iterdir():
        path.unlink()
    check_files(run_of(database, settings))
    page = Browser(app).sign_in(cast.manager).get("/a-traiter").text
    assert "À regarder" in page
    assert f'href="/pieces/{paper}"' in page
    assert f'href="/exemplaires/{tent}"' in page
    assert f'href="/associations/{cast.choir}/modifier"' in page


def test_an_inspection_is_told_a_month_before_it_is_due_until_it_is_done(
    database: Database, settings: Settings, cast: Cast, clock: FixedClock
) -> None:
    tent, other = number_pieces(database, cast.tent, 2)
    last = NOW.date() - timedelta(days=330)
    kinds = [inspected(database, cast.tent, [tent, other], last, months=12) for _ in range(2)]
    due_on = months_after(last, 12)
    clock.instant += due_on - NOW.date() - timedelta(days=31)
    check_inspections(run_of(database, settings))
    assert found_by(database, cast.manager) == []
    clock.instant += timedelta(days=1)
    counts = check_inspections(run_of(database, settings))
    assert [count.number for count in counts] == [2, 2, 0]  # a unit that needs two counts once
    findings = found_by(database, cast.manager)
    assert {each.kind for each in findings} == {FindingKind.INSPECTION}
    assert {each.found.subject_id for each in findings} == {tent, other}
    assert {each.found.day for each in findings} == {due_on}
    assert found_by(database, cast.other_manager) == []
    done = Done(clock.instant.date(), "Bureau de contrôle fictif")
    for kind in kinds:
        database.write(lambda uow, kind=kind: record_inspection(uow, SYSTEM, kind, [other], done))
    check_inspections(run_of(database, settings))
    assert [each.found.subject_id for each in found_by(database, cast.manager)] == [tent]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_inspections_are_due_by_the_day_of_the_lender(
    database: Database, settings: Settings, cast: Cast, clock: FixedClock
) -> None:
    def move(uow: UnitOfWork) -> None:
        uow.session.get_one(Authority, cast.town).timezone = "Pacific/Noumea"

    (tent,) = number_pieces(database, cast.tent, 1)
    inspected(database, cast.tent, [tent], date(2026, 1, 15), months=12)
    clock.instant = datetime(2026, 12, 15, 14, tzinfo=UTC)  # the 16th in Nouméa
    check_inspections(run_of(database, settings))
    assert found_by(database, cast.manager) == []
    database.write(move)
    check_inspections(run_of(database, settings))
    assert len(found_by(database, cast.manager)) == 1


def test_a_paper_without_its_file_is_told_to_all_lenders_until_the_file_is_back(
    database: Database, settings: Settings, cast: Cast
) -> None:
    hand_in_paper(database, cast, settings.instance)
    check_files(run_of(database, settings))
    assert found_by(database, cast.manager) == []
    (path,) = (settings.instance / "papers").iterdir()
    path.rename(path.with_suffix(".gone"))
    check_files(run_of(database, settings))
    for lender in (cast.manager, cast.other_manager):
        (finding,) = found_by(database, lender)
        assert (finding.kind, finding.found.name) == (FindingKind.PAPER, "Chorale des Planches")
    path.with_suffix(".gone").rename(path)
    check_files(run_of(database, settings))
    assert found_by(database, cast.manager) == []


def test_a_document_without_its_file_is_told_to_the_lender_that_issued_it(
    database: Database, settings: Settings, cast: Cast
) -> None:
    set_letterhead(database, cast)
    number = issue(database, cast, approved(database, cast, {cast.chairs: 1}), Kind.DECISION)
    check_files(run_of(database, settings))
    assert found_by(database, cast.manager) == []  # the file is not made yet
    file = DocumentFile(document_id=number, sha256="0" * 64, size=1000, made_at=NOW)
    database.write(lambda uow: uow.session.add(file))
    check_files(run_of(database, settings))
    (finding,) = found_by(database, cast.manager)
    assert (finding.kind, finding.found.subject_id) == (FindingKind.DOCUMENT, cast.choir)
    assert finding.found.reference == "DEC-2026-0001"
    assert found_by(database, cast.other_manager) == []


@pytest.mark.parametrize("left_out", ["borrower_signature", "photo", "photo of a line"])
def test_a_picture_of_a_statement_without_its_file_is_told_to_those_who_hand_over(
    database: Database, settings: Settings, cast: Cast, clock: FixedClock, left_out: str
) -> None:
    clock.instant = FRIDAY
    names = {"borrower_signature": "a" * 32, "photo": "b" * 32, "photo of a line": "c" * 32}
    number = approved(database, cast, {cast.chairs: 1})

    def tell(uow: UnitOfWork) -> int:
        signed = Meeting(borrower_name="Alice", borrower_signature=names["borrower_signature"])
        told = Circumstances(meeting=signed, photos=(names["photo"],))
        notes = {cast.chairs: Note(Condition.FAIR, "", (names["photo of a line"],))}
        return tell_check_out(uow, cast.manager, number, None, told, notes).statement_id

    statement = database.write(tell)
    write_pictures(settings.instance / "field", *names.values())
    check_files(run_of(database, settings))
    assert found_by(database, cast.manager) == []
    for path in (settings.instance / "field").glob(f"{names[left_out]}-*"):
        path.unlink()
    check_files(run_of(database, settings))
    (finding,) = found_by(database, cast.manager)
    assert (finding.kind, finding.found.subject_id) == (FindingKind.STATEMENT, statement)
    assert found_by(database, cast.other_manager) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_plan_of_the_place_without_its_file_is_told_to_those_who_deliver(
    app: Flask, settings: Settings, cast: Cast
) -> None:
    database = app.extensions["database"]
    number = approved(database, cast, {cast.chairs: 1}, logistics=Logistics.DELIVERY)

    def lose(uow: UnitOfWork) -> None:
        event = uow.session.get_one(Booking, number).event
        event.access = replace(event.access, plan="a" * 32)

    check_files(run_of(database, settings))
    assert found_by(database, cast.manager) == []
    database.write(lose)
    check_files(run_of(database, settings))
    (finding,) = found_by(database, cast.manager)
    assert finding.kind is FindingKind.PICTURE
    with database.read() as uow:
        task = uow.session.get_one(Task, finding.found.subject_id)
        assert (task.booking_id, task.kind) == (number, TaskKind.DELIVER)


def test_a_logo_without_its_file_is_told_to_who_sets_it(
    database: Database, settings: Settings, cast: Cast
) -> None:
    set_letterhead(database, cast)

    def lose(uow: UnitOfWork) -> None:
        uow.session.get_one(Letterhead, cast.town).logo = "0" * 64

    database.write(lose)
    check_files(run_of(database, settings))
    (finding,) = found_by(database, cast.administrator)
    assert (finding.kind, finding.found.subject_id) == (FindingKind.LOGO, cast.town)
    assert finding.found.name == "Ville de Sainte-Planche (fictive)"
    assert found_by(database, cast.manager) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_files_are_looked_at_outside_any_transaction(
    database: Database, settings: Settings, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in_paper(database, cast, settings.instance)
    open_now, during = [0], []
    for name, change in (("begin", 1), ("commit", -1), ("rollback", -1)):
        event.listen(database.engine, name, lambda _, by=change: open_now.append(open_now[-1] + by))
    has = FileStore.has

    def watched(store: FileStore, name: str) -> bool:
        during.append(open_now[-1])
        return has(store, name)

    monkeypatch.setattr(FileStore, "has", watched)
    check_files(run_of(database, settings))
    assert set(during) == {0}
