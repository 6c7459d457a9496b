"""The rates of an authority: which there are, within which bounds, and what was set."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lending.accounts.permissions import Principal
from lending.bookings.models import Booking
from lending.bookings.states import GRANTED, State
from lending.db.database import UnitOfWork
from lending.i18n import N_
from lending.logistics.carriers import carriers_of
from lending.logistics.kinds import TaskKind, TaskState
from lending.logistics.means.checks import check_authority
from lending.logistics.models import Task
from lending.logistics.rates_models import WorkRate, WorkRateChange
from lending.logistics.work import RATES, Rates, pace_name

IN_HAND = GRANTED | {State.OUT}
"""Bookings whose tasks follow from the rates."""
MOST_CHANGES = 20


@dataclass(frozen=True)
class Bounds:
    """What a rate may be, in its own unit, and what it says."""

    name: str
    """The field of `Rates`."""
    label: str
    unit: str
    least: int
    most: int
    help: str = ""
    scale: int = 1
    """How many of what is kept make one of what is shown."""

    @property
    def default(self) -> int:
        """What holds until something is set, in the unit that is shown."""
        return int(getattr(RATES, self.name)) // self.scale


MINUTES, SECONDS, HOURS, PERCENT = N_("minutes"), N_("seconds"), N_("hours"), N_("percent")

HANDLING = (
    Bounds(
        "fixed_minutes",
        N_("Every task, whatever it carries"),
        MINUTES,
        0,
        120,
        N_("Finding the papers, parking, greeting, signing."),
    ),
    Bounds(
        "handling_seconds",
        N_("Handling 25 kg"),
        SECONDS,
        10,
        600,
        N_("One person picks up 25 kg and puts them down. Twice for a delivery: once at each end."),
    ),
    Bounds(
        "piece_seconds",
        N_("Handling one piece, at least"),
        SECONDS,
        0,
        60,
        N_("However light it is."),
    ),
    Bounds(
        "take_down_percent",
        N_("Taking down, compared with setting up"),
        PERCENT,
        10,
        200,
        N_("The time to set up one piece stands with the item, in the catalogue."),
    ),
    Bounds(
        "crew_on_site",
        N_("People who deliver or collect"),
        N_("people"),
        1,
        10,
        N_("Alone, nobody lifts more than 25 kg: two people or a tail lift are asked for then."),
    ),
)
WINDOWS = (
    Bounds("prepared_hours", N_("Prepared at most so long before"), HOURS, 1, 336),
    Bounds("checked_hours", N_("Counted and put away within"), HOURS, 1, 336),
    Bounds("counter_minutes", N_("Somebody is waited for at the counter"), MINUTES, 15, 480),
)
TRIPS = (
    Bounds("trip_weight_g", N_("Largest load of a trip"), N_("kg"), 50, 44_000, scale=1_000),
    Bounds("trip_volume_l", N_("Largest volume of a trip"), N_("m³"), 1, 120, scale=1_000),
)
PACES = tuple(Bounds(pace_name(kind), kind.label, PERCENT, 25, 400, scale=1) for kind in TaskKind)
ALL = {bounds.name: bounds for bounds in (*HANDLING, *WINDOWS, *TRIPS, *PACES)}


@dataclass(frozen=True)
class Change:
    """A rate that somebody changed, in the unit that is shown; none is the default."""

    bounds: Bounds
    old: int | None
    new: int | None
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True)
class RatesView:
    """The rates of an authority as its managers see them."""

    values: Mapping[str, int]
    """Those that are set, in the units that are shown."""
    changes: tuple[Change, ...]
    """The last ones first."""
    open_tasks: int
    """How many tasks have not begun and are computed again when a rate changes."""


def rates_of(uow: UnitOfWork, authority_id: int) -> Rates:
    """Return what an authority counts with, its vehicles included; who may ask is asked before."""
    rows = uow.session.execute(
        select(WorkRate.name, WorkRate.value).where(WorkRate.authority_id == authority_id)
    )
    told = {name: value for name, value in rows if name in ALL}
    return Rates(**told, carriers=carriers_of(uow, authority_id))


def see_rates(uow: UnitOfWork, actor: Principal, authority_id: int) -> RatesView:
    """Return the rates of an authority with who changed them.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not see to this authority's means.
    """
    check_authority(uow, actor, authority_id)
    rows = uow.session.scalars(select(WorkRate).where(WorkRate.authority_id == authority_id))
    changes = uow.session.scalars(
        select(WorkRateChange)
        .where(WorkRateChange.authority_id == authority_id)
        .order_by(WorkRateChange.id.desc())
        .limit(MOST_CHANGES)
    )
    return RatesView(
        {row.name: row.value // ALL[row.name].scale for row in rows if row.name in ALL},
        tuple(_change(row) for row in changes if row.name in ALL),
        uow.session.scalar(
            select(func.count())
            .select_from(Task)
            .join(Booking, Booking.id == Task.booking_id)
            .where(
                Task.authority_id == authority_id,
                Task.state == TaskState.TO_DO,
                Booking.state.in_(IN_HAND),
            )
        )
        or 0,
    )


def _change(row: WorkRateChange) -> Change:
    bounds = ALL[row.name]
    return Change(
        bounds,
        None if row.old is None else row.old // bounds.scale,
        None if row.new is None else row.new // bounds.scale,
        row.changed_by,
        row.changed_at,
    )
