"""Play a season through the services, day by day, so that the demonstration is true."""

import heapq
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lending.accounts.permissions import Grant, Principal, Role
from lending.authorities.models import Authority
from lending.availability.answers import Wanted
from lending.bookings.decisions import (
    approve_booking,
    cancel_booking,
    refuse_booking,
    review_booking,
)
from lending.bookings.details import BookingDetails, EventDetails
from lending.bookings.drafts import create_booking, edit_draft
from lending.bookings.errors import StockConflict
from lending.bookings.expiry import expire_options
from lending.bookings.models import Booking
from lending.bookings.pieces import ask_for_pieces, complete_booking
from lending.bookings.states import RefusalReason
from lending.bookings.submission import join_waiting_list, submit_booking
from lending.bookings.supply import move_stock, plan_maintenance
from lending.catalogue.models import Item
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.demo.allocations import OPENED, announce_july, ask_for_july, july_wishes
from lending.demo.certificates import write_certificates
from lending.demo.damage import Stories, mend
from lending.demo.foundation import HISTORY, write_foundation
from lending.demo.kits import write_kits
from lending.demo.messages import tell_and_read
from lending.demo.overrides import override, propose
from lending.demo.papers import write_letterheads, write_papers
from lending.demo.people import write_people
from lending.demo.right_lender import ask_departments, pass_on
from lending.demo.rounds import FieldWork
from lending.demo.rulebook import draft_next_rules
from lending.demo.rushes import with_rushes
from lending.demo.season import PlannedRequest, draw
from lending.demo.services import write_services
from lending.demo.tariffs import publish_tariffs
from lending.demo.units import (
    check_out_with_units,
    inspect_units,
    prepare_with_units,
    write_units,
)
from lending.equity.overriding.guarding import RulesSayNo
from lending.equity.rounds.guarding import WaitsForRound
from lending.errors import NotAllowedNow
from lending.handover.service import close_booking
from lending.handover.statements import tell_check_in
from lending.handover.values import Counted
from lending.organisations.models import Organisation

SEED = 2026
REQUESTS = 320
WEEK = timedelta(days=7)
FOR_EVERYBODY = 150
"""From so many people on, an event of the demonstration is in the public programme."""
ZONE = ZoneInfo("Europe/Paris")

Step = Callable[[], None]
HandOver = Callable[[UnitOfWork, Principal, int], object]


def load_demo(
    database: Database,
    report: Callable[[int, int], None] = lambda done, total: None,
    requests: int = REQUESTS,
    instance: Path | None = None,
) -> None:
    """Fill an empty, migrated database with the demonstration.

    `report(done, total)` is called as it goes; `instance` is where files lie.
    """
    # Everybody acts at whole minutes: some calendar programs keep no seconds.
    now = database.clock.now().replace(second=0, microsecond=0)
    clock = FixedClock(now - HISTORY)
    past = Database(
        database.engine.url.render_as_string(hide_password=False), clock, database.events
    )
    past.write(write_foundation)
    past.write(write_people)
    past.write(write_services)
    past.write(write_kits)
    past.write(write_units)
    past.write(_publish)
    _Season(past, clock, now).play(list(draw(SEED, now.date(), requests, ZONE)), report)
    past.write(draft_next_rules)
    past.write(write_letterheads)
    write_certificates(past, instance)
    write_papers(past, instance)
    tell_and_read(past, clock, now, ZONE)
    past.dispose()


def _publish(uow: UnitOfWork) -> None:
    for authority in uow.session.scalars(select(Authority).order_by(Authority.id)).all():
        publish_tariffs(uow, authority)


@dataclass
class _Season:
    """The requests of a season and those who decide, on a clock that moves."""

    database: Database
    clock: FixedClock
    now: datetime
    chance: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311 - a demonstration
    steps: list[tuple[datetime, int, Step]] = field(default_factory=list)
    order: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        with self.database.read() as uow:
            session = uow.session
            self.authorities = dict(session.execute(select(Authority.code, Authority.id)).all())
            self.organisations = dict(
                session.execute(select(Organisation.name, Organisation.id)).all()
            )
            self.items = {
                (authority_id, code): item_id
                for authority_id, code, item_id in session.execute(
                    select(Item.authority_id, Item.code, Item.id)
                )
            }

    def play(self, requests: list[PlannedRequest], report: Callable[[int, int], None]) -> None:
        """Do everything that happens up to now, in its order."""
        for request in with_rushes(requests, self.now, ZONE):
            self._plan(request.filed, partial(self._file, request))
        for weeks in range(HISTORY // WEEK):
            self._plan(self.now - weeks * WEEK - timedelta(minutes=1), self._expire)
        self._plan(self.now - timedelta(days=20), self._repairs)
        self._plan(self.now - timedelta(hours=3), self._breakage)
        inspected = self.now - timedelta(days=50)
        self._plan(inspected, partial(self.database.write, inspect_units))
        self._plan(self.now - timedelta(days=40), partial(self._tell, override))
        self._plan(self.now - timedelta(days=1), partial(self._tell, propose))
        self._plan(self.now - timedelta(days=6), partial(self._tell, pass_on))
        self._plan(self.now - timedelta(days=2), partial(self._tell, ask_departments))
        self._plan(self.now - OPENED, lambda: announce_july(self.database, ZONE, self.now))
        for number, (day, wish) in enumerate(july_wishes(self.now.astimezone(ZONE).date())):
            at = self.now - OPENED + timedelta(days=2 + 3 * number)
            self._plan(at, partial(ask_for_july, self.database, ZONE, day, wish))
        for at, step in Stories(self.database, ZONE, self.now).steps():
            self._plan(at, partial(self._lent, step))
        work = FieldWork(self.database, self.clock, self.now, ZONE)
        self._plan(work.monday_morning, partial(self._send_out, work))
        total = len(self.steps)
        while self.steps:
            at, _, step = heapq.heappop(self.steps)
            self.clock.instant = at
            step()
            total = max(total, len(self.steps))
            report(total - len(self.steps), total)
        self.clock.instant = self.now
        work.end()

    def _tell(self, story: Callable[[Database, ZoneInfo], None]) -> None:
        """Play a story, unless what it asks for is lent already."""
        with suppress(StockConflict):
            story(self.database, ZONE)

    def _lent(self, step: Step) -> None:
        """Play a story, unless what it asks for is lent already or the rules say no."""
        with suppress(StockConflict, RulesSayNo, NotAllowedNow, WaitsForRound):
            step()

    def _send_out(self, work: FieldWork) -> None:
        for at, step in work.begin():
            self._plan(at, step)

    def _plan(self, at: datetime, step: Step) -> None:
        """Do a step at its time, unless that is still to come."""
        if at < self.now:
            heapq.heappush(self.steps, (at.astimezone(UTC), next(self.order), step))

    def _file(self, request: PlannedRequest) -> None:
        authority_id = self.authorities[request.authority]
        organisation_id = self.organisations[request.association]
        borrower = _borrower(request.association, organisation_id)
        wanted = [Wanted(self.items[authority_id, code], n) for code, n in request.lines]

        def draft(uow: UnitOfWork) -> int:
            booking = create_booking(
                uow,
                borrower,
                BookingDetails(
                    organisation_id,
                    authority_id,
                    request.starts,
                    request.ends,
                    request.logistics,
                ),
                EventDetails(
                    request.event,
                    request.event_starts,
                    request.event_ends,
                    request.commune,
                    request.competence,
                    request.attendance,
                    request.site,
                    *request.position,
                    is_public=request.attendance >= FOR_EVERYBODY,
                ),
                wanted,
            )
            return booking.id

        booking_id = self.database.write(draft)
        if self.chance.random() < 0.04 and request.starts > self.now:
            return  # a draft that nobody has sent yet
        try:
            self.database.write(lambda uow: submit_booking(uow, borrower, booking_id))
        except StockConflict as conflict:
            self._settle(borrower, booking_id, conflict)
        self._plan(request.decided, lambda: self._decide(request, borrower, booking_id))

    def _settle(self, borrower: Principal, booking_id: int, conflict: StockConflict) -> None:
        """Wait, or take what there is."""
        possible = {line.item_id: line.possible for line in conflict.lines}
        part = [Wanted(w.item_id, possible.get(w.item_id, w.quantity)) for w in conflict.wanted]
        part = [want for want in part if want.quantity > 0]

        def take_part(uow: UnitOfWork) -> None:
            edit_draft(uow, borrower, booking_id, lines=part)
            submit_booking(uow, borrower, booking_id)

        if part and self.chance.random() < 0.45:
            self.database.write(take_part)
        else:
            self.database.write(lambda uow: join_waiting_list(uow, borrower, booking_id))

    def _decide(self, request: PlannedRequest, borrower: Principal, booking_id: int) -> None:
        manager = _manager(request.authority, self.authorities[request.authority])
        way = self.chance.random()
        try:
            if way < 0.05:
                self.database.write(
                    lambda uow: refuse_booking(
                        uow,
                        manager,
                        booking_id,
                        RefusalReason.NOT_GENERAL_INTEREST,
                        "La soirée est réservée aux adhérents : ce n'est pas d'intérêt général.",
                    )
                )
                return
            if way < 0.12:
                self._ask(manager, borrower, booking_id)
                return
            if way < 0.16:
                self.database.write(lambda uow: review_booking(uow, manager, booking_id))
                return
            self._grant(request, borrower, manager, booking_id)
        except RulesSayNo:  # in the demonstration, always for want of insurance
            self._ask(manager, borrower, booking_id)
            self._plan(
                self.clock.instant + timedelta(days=5),
                lambda: self._insured(request, borrower, manager, booking_id),
            )
        except (StockConflict, NotAllowedNow, WaitsForRound):
            return  # still on the waiting list, or before a round

    def _grant(
        self, request: PlannedRequest, borrower: Principal, manager: Principal, booking_id: int
    ) -> None:
        self.database.write(lambda uow: approve_booking(uow, manager, booking_id))
        self._lend(request, borrower, manager, booking_id)

    def _ask(self, manager: Principal, borrower: Principal, booking_id: int) -> None:
        question = "Merci de nous envoyer l'attestation d'assurance couvrant la date du retour."
        self.database.write(lambda uow: ask_for_pieces(uow, manager, booking_id, question))
        if self.chance.random() < 0.6:
            self._plan(
                self.clock.instant + timedelta(days=3),
                lambda: self._quietly(
                    lambda uow: self._complete(uow, borrower, booking_id),
                ),
            )

    def _complete(self, uow: UnitOfWork, borrower: Principal, booking_id: int) -> None:
        """Hand in the certificate, which covers the loan and a year."""
        booking = complete_booking(uow, borrower, booking_id, "Attestation déposée.")
        booking.organisation.insurance_until = (booking.ends_at + timedelta(days=365)).date()

    def _insured(
        self, request: PlannedRequest, borrower: Principal, manager: Principal, booking_id: int
    ) -> None:
        """Grant what could not be without insurance, if the certificate has come."""
        with suppress(RulesSayNo, StockConflict, NotAllowedNow, WaitsForRound):
            self._grant(request, borrower, manager, booking_id)

    def _lend(
        self, request: PlannedRequest, borrower: Principal, manager: Principal, booking_id: int
    ) -> None:
        if self.chance.random() < 0.05:
            self._plan(
                request.starts - timedelta(days=12),
                lambda: self._quietly(
                    lambda uow: cancel_booking(uow, borrower, booking_id, "Événement reporté.")
                ),
            )
        late = timedelta(days=self.chance.choice((0,) * 12 + (1, 2)))
        back = request.ends + late
        for at, service in (
            (request.starts - timedelta(days=1), prepare_with_units),
            (request.starts, check_out_with_units),
            (back, self._count_back),
            (back + timedelta(days=2), close_booking),
        ):
            self._plan(at, partial(self._hand_over, service, manager, booking_id))

    def _hand_over(self, service: HandOver, manager: Principal, booking_id: int) -> None:
        self._quietly(lambda uow: service(uow, manager, booking_id))

    def _count_back(self, uow: UnitOfWork, manager: Principal, booking_id: int) -> None:
        """Take everything back; now and then a piece is damaged or lost."""
        booking = uow.session.get_one(Booking, booking_id)
        counted = {}
        for line in booking.lines:
            damaged = int(line.delivered > 20 and self.chance.random() < 0.15)
            counted[line.item_id] = Counted(line.delivered - damaged, damaged)
        tell_check_in(uow, manager, booking_id, counted)

    def _quietly(self, service: Callable[[UnitOfWork], object]) -> None:
        """Do what the booking's state still allows: it may have been cancelled meanwhile."""
        try:
            self.database.write(service)
        except NotAllowedNow:
            return

    def _expire(self) -> None:
        """Do what a worker would have done every hour, and a depot every week."""
        expire_options(self.database)
        mend(self.database)

    def _repairs(self) -> None:
        began = self.clock.instant.replace(minute=0, second=0, microsecond=0)
        for authority, code, quantity, days, reason in (
            ("trois-rives", "BAM-3X3", 4, 45, "Toiles déchirées, chez le réparateur"),
            ("trois-rives", "SON-KIT", 1, 30, "Table de mixage en révision"),
            ("rivemont", "TAB-183", 12, 60, "Pieds à changer"),
            ("trois-rives", "COF-32", 2, 25, "Contrôle électrique annuel"),
        ):
            authority_id = self.authorities[authority]
            self.database.write(
                partial(
                    plan_maintenance,
                    actor=_manager(authority, authority_id),
                    item_id=self.items[authority_id, code],
                    quantity=quantity,
                    starts_at=began,
                    ends_at=began + timedelta(days=days),
                    reason=reason,
                )
            )

    def _breakage(self) -> None:
        """A storm takes gazebos that were promised: shortages for the manager to settle."""
        authority_id = self.authorities["trois-rives"]
        item_id = self.items[authority_id, "BAM-3X3"]
        self.database.write(
            lambda uow: move_stock(
                uow,
                _manager("trois-rives", authority_id),
                item_id,
                -9,
                self.clock.instant,
                "Neuf barnums détruits par la tempête",
            )
        )


def _borrower(name: str, organisation_id: int) -> Principal:
    return Principal(
        None, f"Contact – {name}", (Grant(Role.BORROWER, organisation_id=organisation_id),)
    )


def _manager(authority: str, authority_id: int) -> Principal:
    name = {"trois-rives": "Gestion du matériel, Trois-Rives"}.get(
        authority, "Gestion du matériel, Rivemont"
    )
    return Principal(None, name, (Grant(Role.MANAGER, authority_id),))
