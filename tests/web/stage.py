"""One installation with something of everything, put back as it was after each request."""

import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lending.accounts.models import UserRole, UserSession
from lending.accounts.permissions import ANONYMOUS, Principal, Role
from lending.accounts.sessions import Limits, Visitor, open_session
from lending.accounts.tokens import create_token
from lending.app import build_database, create_app
from lending.bookings.charges import Charge
from lending.bookings.models import Booking, Logistics
from lending.bookings.supply import plan_maintenance
from lending.catalogue.unit_queries import get_unit
from lending.clock import FixedClock
from lending.closures.service import NewClosure, NewSource, add_source, close_days
from lending.db.database import Database, UnitOfWork
from lending.db.schema import migrate
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Counted
from lending.jobs.declared import JOBS
from lending.jobs.finding_kinds import FindingKind
from lending.jobs.findings import Found, settle
from lending.jobs.runs import claim, fail, finish
from lending.jobs.schedule import Count
from lending.logistics.means.absences import add_absence
from lending.logistics.means.fleet import add_outage
from lending.logistics.means.kinds import AbsenceKind
from lending.logistics.means.models import Shift
from lending.logistics.means.shifts import WeekPattern, plan_week
from lending.logistics.models import Task
from lending.logistics.rounds.runs import ask_for_plan
from lending.notifications.kinds import Delivery
from lending.notifications.models import Message
from lending.organisations.models import Organisation, OrganisationKind
from lending.policies.drafting import Draft, edit_draft, open_draft, publish_policy
from lending.policies.rounds import NewRound, announce_round
from lending.policies.rules import Per, Rules, Tariff
from lending.settings import Settings
from lending.subscriptions.service import subscribe
from lending.subscriptions.views import View
from lending.web.security import SESSION_COOKIE
from tests import factories
from tests.factories import FRIDAY, MONDAY, NOW, Cast
from tests.logistics.crews import OFFICE, build_yard, give_round
from tests.support.kits import make_kit
from tests.support.letters import agreement_to_sign
from tests.support.papers import hand_in_paper
from tests.support.sites import calendar
from tests.support.units import inspected, number_pieces

EVENT = "Bal secret des Planches"
"""The choir's event, which nobody else has to know of."""


@dataclass(frozen=True)
class Stage:
    """The application, its people, the objects that routes are about."""

    app: Flask
    people: dict[str, Principal]
    cookies: dict[str, str]
    tokens: dict[str, str]
    """An API token in the role of each person."""
    arguments: dict[str, object]
    """The value of each variable of an address."""
    secrets_of_choir: tuple[str, ...]
    """Words that no other association may read anywhere."""
    path: Path
    kept: Path
    cast: Cast

    @property
    def database(self) -> Database:
        """The application's database."""
        database: Database = self.app.extensions["database"]
        return database

    def restore(self) -> None:
        """Put the database back as it was."""
        self.database.dispose()
        for ending in ("-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        shutil.copy(self.kept, self.path)

    def client(self, name: str) -> FlaskClient:
        """Return the browser of a person."""
        client = self.app.test_client()
        if name in self.cookies:
            client.set_cookie(SESSION_COOKIE, self.cookies[name])
        return client


def build_stage(folder: Path) -> Stage:
    """Write the installation on SQLite."""
    path = folder / "stage.db"
    settings = Settings(
        database_url=f"sqlite:///{path}",
        instance=folder,
        secret_key="tests only, and long enough",
        secure_cookies=False,
    )
    database = build_database(settings, FixedClock(NOW))
    migrate(database)
    cast = factories.standing_cast(database)
    people = {
        "anonymous": ANONYMOUS,
        "borrower": cast.alice,
        "another borrower": cast.bob,
        "a borrower to be verified": cast.carol,
        "front desk": cast.front_desk,
        "manager": cast.manager,
        "technical agent": cast.agent,
        "manager elsewhere": cast.other_manager,
        "auditor": cast.auditor,
        "administrator": cast.administrator,
    }
    arguments = _objects(database, cast, folder)
    cookies = {name: _cookie(database, person) for name, person in people.items() if person.grants}
    tokens = {name: _token(database, person) for name, person in people.items() if person.grants}
    with database.read() as uow:
        booking = uow.session.get_one(Booking, arguments["booking_id"])
        choir = uow.session.get_one(Organisation, cast.choir)
        words = (EVENT, booking.reference, choir.name, choir.rna or "", "alice@treteau.example")
    app = create_app(settings, database, TESTING=True, WTF_CSRF_ENABLED=False)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    database.dispose()
    kept = folder / "kept.db"
    shutil.copy(path, kept)
    return Stage(app, people, cookies, tokens, arguments, words, path, kept, cast)


def _objects(database: Database, cast: Cast, folder: Path) -> dict[str, object]:
    lines = {cast.chairs: 30, cast.tables: 4}
    booking = factories.submitted(database, cast, lines, name=EVENT)
    factories.draft(database, cast, lines, name=EVENT, start=FRIDAY - timedelta(days=7))
    lent = factories.approved(database, cast, {cast.barriers: 10}, name=EVENT)
    factories.approved(database, cast, {cast.chairs: 12}, logistics=Logistics.DELIVERY_SETUP)
    own = _own_event(database, cast)
    factories.submitted(
        database, cast, {cast.chairs: 20}, organisation=cast.club, name="Concours de pétanque"
    )
    maintenance = database.write(
        lambda uow: (
            plan_maintenance(
                uow, cast.manager, cast.chairs, 2, FRIDAY, MONDAY, "Pieds à resserrer"
            ).id
        )
    )
    address = database.write(lambda uow: subscribe(uow, cast.alice, View.ORGANISATION, cast.choir))
    with database.read() as uow:
        role = uow.session.scalars(
            select(UserRole.id).where(UserRole.user_id == cast.alice.user_id)
        ).one()
    number = cast.alice.user_id
    assert number is not None
    database.write(lambda uow: open_session(uow, number, Visitor("", "Elsewhere"), Limits()))
    database.write(
        lambda uow: create_token(
            uow, cast.administrator, Role.MANAGER, label="Site", authority_id=cast.town
        )
    )
    kit = make_kit(database, cast)
    chair, *_ = number_pieces(database, cast.chairs, 3)
    inspection = inspected(database, cast.chairs, [], NOW.date())
    with database.read() as uow:
        code = get_unit(uow, cast.manager, chair).code
    days = NewClosure(FRIDAY.date(), MONDAY.date(), "Inventaire")
    closure = database.write(lambda uow: close_days(uow, cast.manager, cast.town, days).id)
    read = NewSource("Ponts", calendar(("20260514", "20260516", "Ascension")), closes=False)
    source = database.write(lambda uow: add_source(uow, cast.manager, cast.town, read).id)
    month = NewRound(
        "Prêts de juillet",
        FRIDAY + timedelta(days=26),
        FRIDAY + timedelta(days=56),
        NOW,
        NOW + timedelta(days=10),
        NOW + timedelta(days=20),
    )
    collected = database.write(lambda uow: announce_round(uow, cast.manager, cast.town, month).id)
    july = {"start": FRIDAY + timedelta(days=35), "end": MONDAY + timedelta(days=35)}
    factories.submitted(database, cast, {cast.chairs: 80}, **july)
    paper = hand_in_paper(database, cast, folder)
    means = _means(database, cast)
    _rules(database, cast)
    _jobs(database, cast)
    statement, charge = _damage(database, cast)
    with database.read() as uow:
        session = uow.session.scalars(select(UserSession.id)).one()
        task = uow.session.scalars(select(Task.id).order_by(Task.id)).first()
    return {
        **_messages(database, cast),
        "booking_id": booking,
        "own_id": own,
        **agreement_to_sign(database, cast, folder, lent),
        "kind": "acknowledgement",
        "item_id": cast.chairs,
        "category_id": 1,
        "organisation_id": cast.choir,
        "attachment_id": paper,
        "authority_id": cast.town,
        "authority_code": "sainte-planche",
        "depot_id": cast.depot,
        "closure_id": closure,
        "round_id": collected,
        "source_id": source,
        "maintenance_id": maintenance,
        "kit_id": kit,
        "unit_id": chair,
        "kind_id": inspection,
        "code": code,
        "subscription_id": address.id,
        "token": address.path.removeprefix("/calendars/").removesuffix(".ics"),
        "task_id": task,
        **means,
        "statement_id": statement,
        "charge_id": charge,
        "way": "sortie",
        "token_id": 1,
        "number": 2,
        "user_id": cast.alice.user_id,
        "role_id": role,
        "session_id": session,
        "name": "missing",
        "job_name": "tidy",
        "width": 480,
        "filename": "css/treteau.css",
    }


def _own_event(database: Database, cast: Cast) -> int:
    """Let a department of the town wait for barriers, which it may take back from others."""

    def write(uow: UnitOfWork) -> int:
        found = factories.make_organisation(uow.session, "Service des fêtes", rna="W001000077")
        found.kind = OrganisationKind.DEPARTMENT
        uow.session.flush()  # its number
        return found.id

    department = database.write(write)
    return factories.waiting(database, cast, {cast.barriers: 40}, organisation=department)


def _jobs(database: Database, cast: Cast) -> None:
    """Let a job be done and fail, and find something to look at."""
    done, failed = JOBS[-1], JOBS[0]
    for job in (done, failed):
        slot = job.slot_at(NOW)
        database.write(lambda uow, job=job, slot=slot: claim(uow, job, slot, "depot:1"))
    counted = [Count("Sessions forgotten", 12)]
    database.write(lambda uow: finish(uow, done, done.slot_at(NOW), "depot:1", counted))
    database.write(lambda uow: fail(uow, failed, failed.slot_at(NOW), "depot:1", "Disk full"))
    found = Found(cast.town, cast.choir, "Chorale des Planches", NOW.date(), "26-0001")
    database.write(lambda uow: settle(uow, FindingKind.INSURANCE, [found]))


def _damage(database: Database, cast: Cast) -> tuple[int, int]:
    """Let the choir bring back a broken chair of a loan in the winter, to be charged."""
    january = {"start": NOW - timedelta(days=40), "end": NOW - timedelta(days=37)}
    number = factories.approved(database, cast, {cast.chairs: 5}, name=EVENT, **january)
    boss, counted = cast.manager, {cast.chairs: Counted(returned=4, damaged=1)}
    database.write(lambda uow: tell_check_out(uow, boss, number))
    told = database.write(lambda uow: tell_check_in(uow, boss, number, counted))
    with database.read() as uow:
        charge = uow.session.scalars(select(Charge.id)).one()
    return told.statement_id, charge


def _messages(database: Database, cast: Cast) -> dict[str, object]:
    """Let one of the mails about the choir's request fail; what was told of it stands already."""

    def fail(uow: UnitOfWork) -> tuple[int, int]:
        told = select(Message).where(Message.authority_id == cast.town).order_by(Message.id)
        mine = uow.session.scalars(told.where(Message.user_id == cast.alice.user_id)).first()
        theirs = uow.session.scalars(told.where(Message.organisation_id == cast.choir)).first()
        assert mine is not None
        assert theirs is not None
        theirs.delivery, theirs.due_at = Delivery.FAILED, None
        theirs.failure = "550 5.1.1 no such mailbox"
        return mine.id, theirs.id

    message_id, failed_id = database.write(fail)
    return {"message_id": message_id, "failed_id": failed_id}


def _rules(database: Database, cast: Cast) -> None:
    """Let the town publish two versions, the second for later, and draft a third one."""
    boss, today = cast.manager, NOW.date()

    def write(draft: Draft) -> int:
        number = database.write(lambda uow: open_draft(uow, boss, cast.town).id)
        database.write(lambda uow: edit_draft(uow, boss, number, draft))
        return number

    first = write(Draft(Rules(), "Le premier règlement.", "Délibération no 12 du 2 mars 2026"))
    database.write(lambda uow: publish_policy(uow, boss, first, today))
    tariffs = (Tariff(item_code="CHA-01", cents=50), Tariff(item_code="X", cents=900, per=Per.DAY))
    rules = Rules(lead_time_days=60, insurance=False, tariffs=tariffs)
    second = write(Draft(rules, "Plus tôt.", "Délibération no 40 du 1er mars 2026"))
    database.write(lambda uow: publish_policy(uow, boss, second, today + timedelta(days=300)))
    write(Draft(rules.model_copy(update={"lead_time_days": 90, "earliest_days": 20}), "Encore."))


def _means(database: Database, cast: Cast) -> dict[str, object]:
    """Give the town a crew at work this week, somebody away, a lorry out of service."""
    yard = build_yard(database, cast)
    today, boss = NOW.date(), cast.manager
    pattern = WeekPattern(today, frozenset(range(5)), OFFICE)
    database.write(lambda uow: plan_week(uow, boss, yard.crew, pattern))
    away = (today, today + timedelta(days=1), AbsenceKind.TRAINING)
    absence = database.write(lambda uow: add_absence(uow, boss, yard.ines, *away).absence_id)
    stop = (today, None, "Contrôle technique")
    outage = database.write(lambda uow: add_outage(uow, boss, yard.lorry, *stop).id)
    give_round(database, yard.crew, FRIDAY)
    with database.read() as uow:
        shift = uow.session.scalars(select(Shift.id).order_by(Shift.id.desc())).first()
    run = database.write(lambda uow: ask_for_plan(uow, boss, cast.town, today, 20))
    return {
        "ending": "csv",
        "year": 2026,
        "run_id": run,
        "plan_id": run,
        "day": FRIDAY.date().isoformat(),
        "agent_id": yard.ines,
        "skill": "electrical",
        "vehicle_id": yard.lorry,
        "crew_id": yard.crew,
        "absence_id": absence,
        "outage_id": outage,
        "shift_id": shift,
    }


def _cookie(database: Database, person: Principal) -> str:
    number = person.user_id
    assert number is not None
    return database.write(lambda uow: open_session(uow, number, Visitor(), Limits()))


def _token(database: Database, person: Principal) -> str:
    (grant,) = person.grants
    administrator = replace(person, grants=(factories.SYSTEM.grants[0],))
    return database.write(
        lambda uow: create_token(
            uow,
            administrator,
            grant.role,
            label=person.name,
            authority_id=grant.authority_id,
            organisation_id=grant.organisation_id,
        )
    )
