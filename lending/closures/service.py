"""Type closed days, keep calendars that tell them, and read those again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars import reading
from calendars.holidays import SCHOOL_ZONES
from calendars.reading import UnreadableCalendar, read_closures
from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority, Depot
from lending.closures.fetching import Fetched, Network, fetch, url_of
from lending.closures.models import CalendarSource, Closure
from lending.closures.problems import CalendarProblem
from lending.db.database import Database, UnitOfWork
from lending.errors import FieldError, InvalidInput, NotFound
from lending.i18n import N_

BEHIND, AHEAD = timedelta(days=60), timedelta(days=3 * 366)
"""Which days are taken out of a calendar, seen from today."""
LONGEST = timedelta(days=366)
FIRST, LAST = date(1971, 1, 1), date(2198, 12, 31)
TITLE, NAME = 200, 120

Fetch = Callable[[str, str, str], Fetched]
"""From an address and its validators to what it gives now."""


@dataclass(frozen=True)
class NewClosure:
    """Local days, both included."""

    first_day: date
    last_day: date
    title: str
    depot_id: int | None = None
    """All of the authority without."""


@dataclass(frozen=True)
class NewSource:
    """A calendar to read closed days from: a file's bytes, or an address."""

    name: str
    content: bytes = b""
    address: str = ""
    depot_id: int | None = None
    closes: bool = True


def close_days(uow: UnitOfWork, actor: Principal, authority_id: int, new: NewClosure) -> Closure:
    """Close an authority, or one of its depots, for some days.

    Raises:
        NotSignedIn, Forbidden: the actor does not see to the closures of this authority.
        InvalidInput: no reason, days in the wrong order or too many, another's depot.
    """
    actor.check(Action.MANAGE_CLOSURES, authority_id=authority_id)
    errors = _depot_errors(uow, authority_id, new.depot_id)
    title = " ".join(new.title.split())
    if not title:
        errors.append(FieldError("title", N_("Say why it is closed.")))
    elif len(title) > TITLE:
        errors.append(_too_long("title", TITLE))
    if not FIRST <= new.first_day <= LAST:
        errors.append(FieldError("first_day", N_("Give a day of our time.")))
    elif not new.first_day <= new.last_day:
        errors.append(FieldError("last_day", N_("The last day comes after the first.")))
    elif new.last_day - new.first_day > LONGEST:
        errors.append(FieldError("last_day", N_("Close for a year at most.")))
    if errors:
        raise InvalidInput(errors)
    closure = Closure(
        authority_id=authority_id,
        depot_id=new.depot_id,
        first_day=new.first_day,
        last_day=new.last_day,
        title=title,
        closes=True,
    )
    uow.session.add(closure)
    uow.session.flush()
    return closure


def open_days(uow: UnitOfWork, actor: Principal, closure_id: int) -> int:
    """Take away days that were typed; return the number of their authority.

    Raises:
        NotSignedIn, Forbidden: the actor does not see to the closures of this authority.
        NotFound: no such closure, or a calendar tells it.
    """
    closure = uow.session.get(Closure, closure_id)
    actor.check(Action.MANAGE_CLOSURES, authority_id=closure.authority_id if closure else None)
    if closure is None or closure.source_id is not None:
        raise NotFound
    uow.session.delete(closure)
    return closure.authority_id


def set_holidays(
    uow: UnitOfWork,
    actor: Principal,
    authority_id: int,
    *,
    closed_on_public_holidays: bool,
    school_zone: str = "",
) -> None:
    """Set whether depots stay closed on public holidays, and whose school holidays are shown.

    Raises:
        NotSignedIn, Forbidden: the actor does not see to the closures of this authority.
        NotFound: no such authority.
        InvalidInput: no such zone.
    """
    actor.check(Action.MANAGE_CLOSURES, authority_id=authority_id)
    authority = uow.session.get(Authority, authority_id)
    if authority is None:
        raise NotFound
    if school_zone not in ("", *SCHOOL_ZONES):
        raise InvalidInput(school_zone=N_("Choose zone A, B or C, or none."))
    authority.closed_on_public_holidays = closed_on_public_holidays
    authority.school_zone = school_zone
    uow.session.flush()


def check_source(uow: UnitOfWork, actor: Principal, authority_id: int, new: NewSource) -> None:
    """Check what was typed of a calendar, before its address is asked for anything.

    Raises:
        NotSignedIn, Forbidden: the actor does not see to the closures of this authority.
        InvalidInput: no name, neither a file nor an address, both, or another's depot.
    """
    actor.check(Action.MANAGE_CLOSURES, authority_id=authority_id)
    errors = _depot_errors(uow, authority_id, new.depot_id)
    if not new.name.strip():
        errors.append(FieldError("name", N_("Give a name.")))
    elif len(new.name) > NAME:
        errors.append(_too_long("name", NAME))
    if bool(new.content) == bool(new.address.strip()):
        errors.append(FieldError("address", N_("Choose a file, or give an address.")))
    elif new.address:
        errors += _address_errors(new.address)
    if errors:
        raise InvalidInput(errors)


def add_source(
    uow: UnitOfWork,
    actor: Principal,
    authority_id: int,
    new: NewSource,
    fetched: Fetched | None = None,
) -> CalendarSource:
    """Keep a calendar, and close the days that it tells.

    An address is fetched before (`fetched`), outside of any transaction.

    Raises:
        NotSignedIn, Forbidden, InvalidInput: as `check_source`; or the file cannot be read.
    """
    check_source(uow, actor, authority_id, new)
    content = (fetched.content if fetched else None) or new.content
    source = CalendarSource(
        authority_id=authority_id,
        depot_id=new.depot_id,
        name=new.name.strip(),
        closes=new.closes,
        address=new.address.strip(),
        content=content,
        etag=fetched.etag if fetched else "",
        last_modified=fetched.last_modified if fetched else "",
        good_at=uow.now,
        tried_at=uow.now,
    )
    uow.session.add(source)
    uow.session.flush()
    try:
        _take_days(uow, source)
    except CalendarProblem as error:
        field = "address" if new.address else "file"
        data = tuple(error.data.items())
        raise InvalidInput([FieldError(field, error.message, data)]) from error
    return source


def remove_source(uow: UnitOfWork, actor: Principal, source_id: int) -> CalendarSource:
    """Read a calendar no longer, and open the days that it told.

    Raises:
        NotSignedIn, Forbidden: the actor does not see to the closures of this authority.
        NotFound: no such calendar.
    """
    source = _source(uow, actor, source_id)
    uow.session.delete(source)
    return source


def read_again(
    database: Database, actor: Principal, source_id: int, fetch: Fetch
) -> CalendarProblem | None:
    """Ask a calendar's address whether it tells something else; return what went wrong.

    The network is waited for outside of any transaction. What cannot be fetched or read leaves
    the last good copy, and its days, as they are.

    Raises:
        NotSignedIn, Forbidden: the actor does not see to the closures of this authority.
        NotFound: no such calendar.
    """
    with database.read() as uow:
        source = _source(uow, actor, source_id)
        asked = (source.address, source.etag, source.last_modified)
    fetched, problem = Fetched(None), None
    if asked[0]:
        try:
            fetched = fetch(*asked)
        except CalendarProblem as error:
            problem = error
    return database.write(lambda uow: _note(uow, actor, source_id, fetched, problem))


def read_all_again(database: Database, actor: Principal, fetch: Fetch) -> tuple[int, int]:
    """Ask every calendar; return how many were read and how many could not be."""
    with database.read() as uow:
        ids = list(uow.session.scalars(select(CalendarSource.id).order_by(CalendarSource.id)))
    failed = 0
    for number in ids:
        try:
            failed += read_again(database, actor, number, fetch) is not None
        except NotFound:  # removed meanwhile
            continue
    return len(ids) - failed, failed


def fetcher(allowed: Sequence[Network]) -> Fetch:
    """Return what fetches from the internet, and from networks that the installation allows."""
    return lambda address, etag, modified: fetch(address, etag, modified, allowed)


def _note(
    uow: UnitOfWork,
    actor: Principal,
    source_id: int,
    fetched: Fetched,
    problem: CalendarProblem | None,
) -> CalendarProblem | None:
    source = _source(uow, actor, source_id)
    source.tried_at = uow.now
    if problem is None:
        kept = (source.content, source.etag, source.last_modified)
        if fetched.content is not None:
            source.content = fetched.content
            source.etag, source.last_modified = fetched.etag, fetched.last_modified
        try:
            _take_days(uow, source)
            source.good_at = uow.now
        except CalendarProblem as error:
            source.content, source.etag, source.last_modified = kept
            problem = error
    source.problem = problem.problem if problem else None
    source.problem_number = problem.number if problem else None
    return problem


def _take_days(uow: UnitOfWork, source: CalendarSource) -> None:
    """Make the days of a calendar those that its copy tells, by difference.

    Raises:
        CalendarProblem: the copy cannot be read; nothing was changed.
    """
    authority = uow.session.get_one(Authority, source.authority_id)
    zone = ZoneInfo(authority.timezone)
    today = to_local(uow.now, zone).date()
    try:
        told = read_closures(source.content, today - BEHIND, today + AHEAD, zone)
    except UnreadableCalendar as error:
        raise CalendarProblem.of(error) from error
    wanted = {(each.first, each.last, each.title): each for each in map(_within, told)}
    known = {
        (row.first_day, row.last_day, row.title): row
        for row in uow.session.scalars(select(Closure).where(Closure.source_id == source.id))
    }
    for key in known.keys() - wanted.keys():
        uow.session.delete(known[key])
    for key in wanted.keys() - known.keys():
        uow.session.add(
            Closure(
                authority_id=source.authority_id,
                depot_id=source.depot_id,
                source_id=source.id,
                first_day=key[0],
                last_day=key[1],
                title=key[2],
                closes=source.closes,
            )
        )


def _within(told: reading.Closure) -> reading.Closure:
    """Return a closure whose days every database can count."""
    return reading.Closure(max(told.first, FIRST), min(told.last, LAST), told.title)


def _source(uow: UnitOfWork, actor: Principal, source_id: int) -> CalendarSource:
    source = uow.session.get(CalendarSource, source_id)
    actor.check(Action.MANAGE_CLOSURES, authority_id=source.authority_id if source else None)
    if source is None:
        raise NotFound
    return source


def _depot_errors(uow: UnitOfWork, authority_id: int, depot_id: int | None) -> list[FieldError]:
    if depot_id is None:
        return []
    depot = uow.session.get(Depot, depot_id)
    if depot is not None and depot.authority_id == authority_id:
        return []
    return [FieldError("depot_id", N_("Choose a depot of this authority."))]


def _address_errors(address: str) -> list[FieldError]:
    if len(address) > 1000:
        return [_too_long("address", 1000)]
    try:
        url_of(address)
    except CalendarProblem as error:
        return [FieldError("address", error.message)]
    return []


def _too_long(field: str, most: int) -> FieldError:
    return FieldError(field, N_("Use at most %(most)d characters."), (("most", most),))
