"""A round of the demonstration: for July, more is asked than the agglomeration has."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lending.authorities.models import Competence
from lending.db.database import Database, UnitOfWork
from lending.demo.wishes import AGGLOMERATION, SATURDAY, Wish, authority_of, file_wish, staff_of
from lending.policies.rounds import NewRound, announce_round

JULY, AHEAD = 7, timedelta(days=45)
OPENED, CLOSED, DECIDES = timedelta(days=30), timedelta(days=1), timedelta(days=7)
"""Before now, before now, after now: the round is ready to be decided."""
WISHES: tuple[tuple[int, Wish], ...] = tuple(
    (week, Wish(name, AGGLOMERATION, event, commune, site, lines, cause))
    for week, name, event, commune, site, cause, lines in (
        (
            *(1, "Rivemont Handball Club", "Tournoi d'été", "00001", "gymnase des Rives"),
            Competence.SPORT,
            (("POD-REM", 1), ("BAR-200", 250), ("CHA-COQ", 300)),
        ),
        (
            *(1, "Théâtre du Bateau Ivre", "Nuits du fleuve", "00001", "quai du Halage"),
            Competence.CULTURE,
            (("POD-REM", 1), ("BAR-200", 200), ("PRA-2X1", 30)),
        ),
        (
            *(1, "Montbrillant en Scène", "Scènes d'été", "00005", "parc du château"),
            Competence.CULTURE,
            (("POD-REM", 1), ("BAR-200", 300), ("PRA-2X1", 30)),
        ),
        (
            *(1, "Fanfare des Moulins", "Fanfares en fête", "00006", "place des Moulins"),
            Competence.CULTURE,
            (("POD-REM", 1), ("BAR-200", 60), ("PRA-2X1", 12)),
        ),
        (
            *(1, "Rando Saules", "Randonnée nocturne", "00003", "place des Saules"),
            Competence.SPORT,
            (("BAR-200", 40), ("TAB-220", 20)),
        ),
        (
            *(2, "Comité des fêtes de Rivemont", "14 Juillet", "00001", "place du Marché"),
            Competence.LOCAL_LIFE,
            (("POD-REM", 1), ("BAR-200", 400), ("GUI-50", 6)),
        ),
        (
            *(2, "Comité des fêtes de Saint-Aubin", "Bal du 14 Juillet", "00002", "mail"),
            Competence.LOCAL_LIFE,
            (("POD-REM", 1), ("BAR-200", 250), ("GUI-50", 6)),
        ),
        (
            *(2, "Les Lampions de Rivemont", "Bal des Lampions", "00001", "quai du Halage"),
            Competence.CULTURE,
            (("POD-REM", 1), ("BAR-200", 120), ("GUI-50", 4)),
        ),
        (
            *(2, "Valserre Rock", "Rock en plein air", "00004", "stade de Valserre"),
            Competence.CULTURE,
            (("POD-REM", 1), ("BAR-200", 220), ("PRA-2X1", 12)),
        ),
        (
            *(2, "Foyer rural de la Chapelle", "Bal des pompiers", "00003", "cour de l'école"),
            Competence.LOCAL_LIFE,
            (("POD-REM", 1), ("BAR-200", 80)),
        ),
    )
)


def july_to_come(today: date) -> date:
    """Return the first day of the next July that is far enough ahead."""
    first = date(today.year, JULY, 1)
    return first if first >= today + AHEAD else first.replace(year=today.year + 1)


def announce_july(database: Database, zone: ZoneInfo, now: datetime) -> None:
    """Announce the round, as of the instant at which the database's clock stands."""
    first = july_to_come(now.astimezone(zone).date())
    start = datetime.combine(first, time(), zone)
    end = datetime.combine(first.replace(month=JULY + 1), time(), zone)

    def use_case(uow: UnitOfWork) -> None:
        announce_round(
            uow,
            staff_of(uow, AGGLOMERATION),
            authority_of(uow, AGGLOMERATION),
            NewRound(
                f"Prêts de juillet {first.year}",
                start,
                end,
                uow.now,
                now - CLOSED,
                now + DECIDES,
            ),
        )

    database.write(use_case)


def july_wishes(today: date) -> Iterator[tuple[date, Wish]]:
    """Yield who asks for what, and the Saturday of the event."""
    first = july_to_come(today)
    saturday = first + timedelta(days=(SATURDAY - first.weekday()) % 7)
    for week, wish in WISHES:
        yield saturday + timedelta(weeks=week - 1), wish


def ask_for_july(database: Database, zone: ZoneInfo, day: date, wish: Wish) -> None:
    """File a request that the round will decide."""
    database.write(lambda uow: file_wish(uow, wish, day, zone))
