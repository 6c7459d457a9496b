"""What comes back broken, and not at all: repairs, charges at every stage, a loan that is late."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lending.accounts.permissions import Grant, Principal, Role
from lending.bookings.charges import Charge, ChargeState
from lending.bookings.decisions import approve_booking
from lending.bookings.models import Booking
from lending.bookings.supply import end_maintenance
from lending.catalogue.conditions import Condition
from lending.catalogue.models import Item, Maintenance
from lending.db.database import Database, UnitOfWork
from lending.demo.wishes import SATURDAY, TOWN, Wish, file_wish, staff_of
from lending.handover.charging import accept_charge, contest_charge, export_charge, settle_charge
from lending.handover.kinds import Place
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Circumstances, Counted, Meeting, Note

FILED_BEFORE = timedelta(days=60)
REPAIRED_AFTER = timedelta(days=12)
PAID_AFTER = timedelta(days=25)

BROKEN = Wish(
    "Les Lampions de Rivemont",
    TOWN,
    "Veillée des Lampions",
    "00001",
    "salle des fêtes, Rivemont",
    (("CHA-PLI", 40), ("TAB-183", 6)),
)
CONTESTED = Wish(
    "Jazz sur le Quai",
    TOWN,
    "Répétition publique",
    "00001",
    "quai des Tanneurs, Rivemont",
    (("CHA-PLI", 50),),
)
LATE = Wish(
    "Parents de l'école des Tilleuls",
    TOWN,
    "Bourse aux jouets",
    "00001",
    "école des Tilleuls, Rivemont",
    (("CHA-PLI", 10), ("TAB-183", 3)),
)


@dataclass(frozen=True)
class Stories:
    """Three loans of a Saturday at least a week ago, each with what becomes of it."""

    database: Database
    zone: ZoneInfo
    now: datetime
    lent: dict[str, int] = field(default_factory=dict)
    """The numbers of those that were granted, by event."""

    def steps(self) -> list[tuple[datetime, Callable[[], None]]]:
        """Return what happens, and when."""
        today = self.now.astimezone(self.zone).date()
        saturday = today - timedelta(days=7 + (today.weekday() - SATURDAY) % 7)
        leaves = datetime.combine(saturday - timedelta(days=1), time(14), self.zone)
        comes_back = datetime.combine(saturday + timedelta(days=2), time(10), self.zone)
        endings = ((BROKEN, self._bring_back_broken), (CONTESTED, self._contest), (LATE, None))
        steps: list[tuple[datetime, Callable[[], None]]] = []
        for wish, ending in endings:
            steps.append((leaves - FILED_BEFORE, partial(self._grant, wish, saturday)))
            steps.append((leaves, partial(self._let_go, wish)))
            if ending is not None:
                steps.append((comes_back, partial(self._end, wish, ending)))
        return steps

    def _grant(self, wish: Wish, day: date) -> None:
        number = self.database.write(lambda uow: file_wish(uow, wish, day, self.zone))
        self.database.write(lambda uow: approve_booking(uow, staff_of(uow, TOWN), number))
        self.lent[wish.event] = number

    def _let_go(self, wish: Wish) -> None:
        number = self.lent.get(wish.event)
        if number is not None:
            told = Circumstances(meeting=Meeting(f"Contact – {wish.organisation}"))
            self.database.write(
                lambda uow: tell_check_out(uow, staff_of(uow, TOWN), number, None, told)
            )

    def _end(self, wish: Wish, ending: Callable[[int], None]) -> None:
        number = self.lent.get(wish.event)
        if number is not None:
            ending(number)

    def _bring_back_broken(self, number: int) -> None:
        note = Note(Condition.POOR, "Assises fendues, empilées trop haut")
        self._bring_back(number, "CHA-PLI", Counted(0, 3, 1, 8, note))

    def _contest(self, number: int) -> None:
        self._bring_back(number, "CHA-PLI", Counted(0, 2, 0, 0))
        words = "Ces deux chaises étaient déjà abîmées au départ : voir notre message du vendredi."

        def contest(uow: UnitOfWork) -> None:
            charge = uow.session.scalars(select(Charge).where(Charge.booking_id == number)).one()
            contest_charge(uow, borrower_of(charge), charge.id, words)

        self.database.write(contest)

    def _bring_back(self, number: int, code: str, bad: Counted) -> None:
        """Bring everything back, of one item so many pieces in a bad state."""

        def count(uow: UnitOfWork) -> None:
            booking = uow.session.get_one(Booking, number)
            counted = {}
            for line in booking.lines:
                is_bad = uow.session.get_one(Item, line.item_id).code == code
                found = bad if is_bad else Counted()
                whole = line.delivered - found.damaged - found.lost
                counted[line.item_id] = Counted(
                    whole, found.damaged, found.lost, found.dirty, found.note
                )
            met = Meeting(absence="L'association a déposé le matériel avant l'ouverture du dépôt.")
            told = Circumstances(place=Place.DEPOT, meeting=met, remarks="Rendu sous la pluie.")
            tell_check_in(uow, staff_of(uow, TOWN), number, counted, told)

        self.database.write(count)


def mend(database: Database) -> None:
    """Do what a depot does every week: end the repairs that are done, collect what is owed."""
    database.write(_mend)
    database.write(_collect)


def _mend(uow: UnitOfWork) -> None:
    done = uow.session.scalars(
        select(Maintenance).where(
            Maintenance.ends_at.is_(None), Maintenance.starts_at <= uow.now - REPAIRED_AFTER
        )
    ).all()
    for repair in done:
        lender = uow.session.get_one(Item, repair.item_id).authority_id
        end_maintenance(uow, _manager(lender), repair.id)


def _collect(uow: UnitOfWork) -> None:
    old = uow.session.scalars(
        select(Charge).where(
            Charge.state == ChargeState.PROPOSED, Charge.proposed_at <= uow.now - PAID_AFTER
        )
    ).all()
    for charge in old:
        accept_charge(uow, borrower_of(charge), charge.id)
        title = f"{charge.proposed_at.year}-T-{charge.id:04d}"
        export_charge(uow, _manager(charge.authority_id), charge.id, title)
        settle_charge(uow, _manager(charge.authority_id), charge.id)


def borrower_of(charge: Charge) -> Principal:
    """Return who speaks for the borrower of a charge."""
    grant = Grant(Role.BORROWER, organisation_id=charge.organisation_id)
    return Principal(None, f"Contact – {charge.booking.organisation.name}", (grant,))


def _manager(authority_id: int) -> Principal:
    return Principal(None, "Gestion du matériel", (Grant(Role.MANAGER, authority_id),))
