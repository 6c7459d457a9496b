"""Which days are closed where: what pickers, calendars, boards and planning ask."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from calendars.holidays import FRENCH, holiday_names, school_holidays, subdivision_of
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.closures.models import CalendarSource, Closure
from lending.closures.problems import Problem
from lending.db.database import UnitOfWork
from lending.errors import NotFound

_DAY = timedelta(days=1)
_COLON = " – "


@dataclass(frozen=True)
class ClosedDays:
    """The closed days of an authority and of its depots, with their reasons."""

    everywhere: Mapping[date, str] = field(default_factory=dict)
    by_depot: Mapping[int, Mapping[date, str]] = field(default_factory=dict)
    noted: Mapping[date, str] = field(default_factory=dict)
    """Days to know of on which nothing closes, such as school holidays."""

    def at(self, depot_id: int | None) -> dict[date, str]:
        """Return when a depot is closed; without a depot, when all of the authority is."""
        here = self.by_depot.get(depot_id, {}) if depot_id is not None else {}
        return {**here, **self.everywhere}

    def notes(self, depots: Mapping[int, str]) -> dict[date, str]:
        """Return what there is to know of days on which some depot is open, by its name."""
        found = dict(self.noted)
        for depot_id, name in depots.items():
            for day, why in self.by_depot.get(depot_id, {}).items():
                if day not in self.everywhere:
                    words = f"{name}{_COLON}{why}"
                    found[day] = f"{found[day]}, {words}" if day in found else words
        return found

    def at_all(self, depot_ids: Iterable[int]) -> dict[date, str]:
        """Return when none of these depots is open."""
        found = [self.at(depot_id) for depot_id in depot_ids] or [self.at(None)]
        return {day: why for day, why in found[0].items() if all(day in each for each in found)}


def closed_days(
    uow: UnitOfWork, authority_id: int, first: date, last: date, language: str = FRENCH
) -> ClosedDays:
    """Return the closed days of an authority from `first` to `last`, both included.

    Of several reasons for a day the first counts: public holidays, then what was typed or read.

    Raises:
        NotFound: no such authority.
    """
    authority = uow.session.get(Authority, authority_id, options=[selectinload(Authority.communes)])
    if authority is None:
        raise NotFound
    everywhere: dict[date, str] = {}
    by_depot: dict[int, dict[date, str]] = {}
    noted: dict[date, str] = {}
    holidays = holiday_names(first, last, _subdivision(authority), language)
    (everywhere if authority.closed_on_public_holidays else noted).update(holidays)
    if authority.school_zone:
        for school in school_holidays(authority.school_zone, first, last, language):
            for day in _days(max(school.first, first), min(school.last, last)):
                noted.setdefault(day, school.name)
    rows = uow.session.scalars(
        select(Closure)
        .where(
            Closure.authority_id == authority_id,
            Closure.first_day <= last,
            Closure.last_day >= first,
        )
        .order_by(Closure.first_day, Closure.id)
    )
    for row in rows:
        kept = noted if not row.closes else everywhere
        if row.closes and row.depot_id is not None:
            kept = by_depot.setdefault(row.depot_id, {})
        for day in _days(max(row.first_day, first), min(row.last_day, last)):
            kept.setdefault(day, row.title)
    return ClosedDays(everywhere, by_depot, noted)


def _subdivision(authority: Authority) -> str | None:
    """Return which local holidays count: those of the first of its communes, as it is seated."""
    communes = sorted(authority.communes, key=lambda commune: commune.insee)
    return subdivision_of(communes[0].insee) if communes else None


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + number * _DAY


@dataclass(frozen=True)
class ClosureRow:
    """Closed days in the list of those to come."""

    id: int
    authority_id: int
    first_day: date
    last_day: date
    title: str
    depot: str
    """Empty for all of the authority."""
    source: str
    """The calendar that tells it; empty when it was typed."""
    closes: bool

    @property
    def days(self) -> int:
        """How many days it lasts."""
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True)
class SourceRow:
    """A calendar that is read, and how the last reading went."""

    id: int
    authority_id: int
    name: str
    depot: str
    closes: bool
    address: str
    good_at: datetime
    tried_at: datetime
    problem: Problem | None
    problem_number: int | None
    ahead: int
    """How many closures of it are still to come."""


def list_closures(
    uow: UnitOfWork, actor: Principal, authority_id: int, since: date
) -> list[ClosureRow]:
    """Return what closes an authority or its depots from a day on, in order.

    Raises:
        NotSignedIn, Forbidden: the actor does not see to the closures of this authority.
    """
    actor.check(Action.MANAGE_CLOSURES, authority_id=authority_id)
    rows = uow.session.scalars(
        select(Closure)
        .where(Closure.authority_id == authority_id, Closure.last_day >= since)
        .options(joinedload(Closure.depot), joinedload(Closure.source))
        .order_by(Closure.first_day, Closure.title, Closure.id)
    )
    return [_closure_row(row) for row in rows]


def find_closure(uow: UnitOfWork, actor: Principal, closure_id: int) -> ClosureRow:
    """Return closed days that were typed.

    Raises:
        NotSignedIn, Forbidden: the actor does not see to the closures of their authority.
        NotFound: no such closure, or a calendar tells it.
    """
    closure = uow.session.get(Closure, closure_id)
    actor.check(Action.MANAGE_CLOSURES, authority_id=closure.authority_id if closure else None)
    if closure is None or closure.source_id is not None:
        raise NotFound
    return _closure_row(closure)


def _closure_row(row: Closure) -> ClosureRow:
    return ClosureRow(
        id=row.id,
        authority_id=row.authority_id,
        first_day=row.first_day,
        last_day=row.last_day,
        title=row.title,
        depot=row.depot.name if row.depot else "",
        source=row.source.name if row.source else "",
        closes=row.closes,
    )


def list_sources(
    uow: UnitOfWork, actor: Principal, authority_id: int, since: date
) -> list[SourceRow]:
    """Return the calendars of an authority, by name, with what they tell from a day on.

    Raises:
        NotSignedIn, Forbidden: the actor does not see to the closures of this authority.
    """
    actor.check(Action.MANAGE_CLOSURES, authority_id=authority_id)
    sources = uow.session.scalars(
        select(CalendarSource)
        .where(CalendarSource.authority_id == authority_id)
        .options(joinedload(CalendarSource.depot))
        .order_by(CalendarSource.name, CalendarSource.id)
    ).all()
    told = uow.session.scalars(
        select(Closure.source_id).where(
            Closure.source_id.in_([source.id for source in sources]), Closure.last_day >= since
        )
    ).all()
    return [_source_row(source, told.count(source.id)) for source in sources]


def find_source(uow: UnitOfWork, actor: Principal, source_id: int, since: date) -> SourceRow:
    """Return one calendar.

    Raises:
        NotSignedIn, Forbidden: the actor does not see to the closures of its authority.
        NotFound: no such calendar.
    """
    source = uow.session.get(CalendarSource, source_id)
    actor.check(Action.MANAGE_CLOSURES, authority_id=source.authority_id if source else None)
    if source is None:
        raise NotFound
    return next(
        row for row in list_sources(uow, actor, source.authority_id, since) if row.id == source_id
    )


def _source_row(source: CalendarSource, ahead: int) -> SourceRow:
    return SourceRow(
        id=source.id,
        authority_id=source.authority_id,
        name=source.name,
        depot=source.depot.name if source.depot else "",
        closes=source.closes,
        address=source.address,
        good_at=source.good_at,
        tried_at=source.tried_at,
        problem=source.problem,
        problem_number=source.problem_number,
        ahead=ahead,
    )
