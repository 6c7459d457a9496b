"""Which safety rules a loan brings, as a pure function of what is lent and of the place.

The texts are those of the French rules for public buildings (arrêté of 25 June 1980: CTS), of the
standards for stages and lifting, and of the makers of tents. Each notice names its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lending.bookings.models import Ground, SiteSetting
from lending.bookings.states import RefusalReason
from lending.catalogue.plugs import Plug
from lending.i18n import N_

CTS_FROM, CTS_FULL_FROM = 1600, 5000
"""Square decimetres: 16 m² and 50 m² (CTS 1)."""
APART_SMALL_M, APART_LARGE_M = 5, 8
"""Metres from which on tents are distinct."""
EVACUATE_KMH = 100
"""CTS 7: whatever the maker says, nobody stays under canvas in more wind."""
CAUTIOUS_KMH = 25
"""What an economy gazebo stands; where nobody has noted what the maker says."""
KG_PER_M2 = 500
RAILS_FROM_CM = 100
HEAVY_G = 25_000
REGISTER_BEFORE = timedelta(days=8)
CONNECTION_BEFORE = timedelta(weeks=6)
FORECAST_BEFORE = timedelta(days=1)


class Level(StrEnum):
    """How much a notice weighs."""

    INFO = "info"
    WARNING = "warning"
    BLOCKING = "blocking"
    """Nothing is set up as long as it stands."""


class Code(StrEnum):
    """What a notice is about; stable, for documents and programs."""

    NO_GO = "no_go"
    GO = "go"
    CTS_SMALL = "cts_small"
    CTS_FULL = "cts_full"
    CTS_REGISTER = "cts_register"
    CTS_INSPECTION = "cts_inspection"
    WIND_LIMIT = "wind_limit"
    BALLAST = "ballast"
    STAGE_LOAD = "stage_load"
    GUARD_RAILS = "guard_rails"
    POWER = "power"
    POWER_UNKNOWN = "power_unknown"
    LIFTING = "lifting"


class Question(StrEnum):
    """What has to be known of the place, and only for some equipment."""

    TENTS_APART = "tents_apart_m"
    GROUND = "ground"
    STAGE_HEIGHT = "stage_height_cm"
    POWER = "power"


@dataclass(frozen=True)
class Piece:
    """So many pieces of an item that is lent, as far as safety goes."""

    name: str
    quantity: int
    tent_area_dm2: int = 0
    can_be_closed: bool = False
    wind_max_kmh: int | None = None
    deck_area_dm2: int = 0
    drop_max_cm: int | None = None
    power_w: int = 0
    plug: Plug = Plug.NONE
    weight_g: int = 0


@dataclass(frozen=True)
class WindDecision:
    """Whether tents are set up, as somebody decided by the forecast."""

    forecast_kmh: int
    limit_kmh: int
    is_go: bool
    by: str


@dataclass(frozen=True)
class SafetyNotice:
    """What must be minded with a loan, where that stands, what to do and by when."""

    code: Code
    level: Level
    text: str
    """A gettext id; `values` fills its places."""
    source: str
    action: str = ""
    """A gettext id, with the same values; empty if there is nothing to do."""
    due: date | None = None
    values: tuple[tuple[str, object], ...] = ()
    refusal: RefusalReason | None = None
    """The reason for which the loan can be refused if nothing is done."""


def notices(
    pieces: Sequence[Piece],
    setting: SiteSetting,
    first_day: date,
    wind: WindDecision | None = None,
) -> tuple[SafetyNotice, ...]:
    """Return what must be minded, what blocks first, then by weight."""
    found = [
        *_wind(pieces, first_day, wind),
        *_cts(pieces, setting, first_day),
        *_ballast(pieces, setting),
        *_stage(pieces, setting),
        *_power(pieces, setting, first_day),
        *_lifting(pieces),
    ]
    order = (Level.BLOCKING, Level.WARNING, Level.INFO)
    return tuple(sorted(found, key=lambda notice: order.index(notice.level)))


def questions(pieces: Sequence[Piece]) -> tuple[Question, ...]:
    """Return what has to be asked of the place for this equipment."""
    tents = [piece for piece in pieces if piece.tent_area_dm2]
    asked = {
        Question.TENTS_APART: sum(tent.quantity for tent in tents) > 1
        and sum(tent.quantity * tent.tent_area_dm2 for tent in tents) >= CTS_FROM,
        Question.GROUND: bool(tents),
        Question.STAGE_HEIGHT: any(_may_be_high(piece) for piece in pieces),
        Question.POWER: any(piece.power_w or piece.plug.rank for piece in pieces),
    }
    return tuple(question for question in Question if asked[question])


def wind_limit(pieces: Sequence[Piece]) -> int | None:
    """Return from how much wind on no tent may stand; None if there is no tent."""
    limits = [piece.wind_max_kmh or CAUTIOUS_KMH for piece in pieces if piece.tent_area_dm2]
    return min([*limits, EVACUATE_KMH]) if limits else None


def together_dm2(pieces: Sequence[Piece], setting: SiteSetting) -> int:
    """Return the ground under the largest group of tents that can be closed.

    Tents are one where they stand closer than CTS 1 says, and where nobody has said how far apart
    they are. A wall that is lent along closes every tent.
    """
    tents = [piece for piece in pieces if piece.tent_area_dm2]
    has_walls = any(piece.can_be_closed and not piece.tent_area_dm2 for piece in pieces)
    closed = [tent for tent in tents if tent.can_be_closed or has_walls]
    if not closed:
        return 0
    largest = max(tent.tent_area_dm2 for tent in closed)
    needed = APART_LARGE_M if largest >= CTS_FULL_FROM else APART_SMALL_M
    if setting.tents_apart_m is not None and setting.tents_apart_m >= needed:
        return largest
    return sum(tent.tent_area_dm2 * tent.quantity for tent in closed)


def _wind(
    pieces: Sequence[Piece], first_day: date, wind: WindDecision | None
) -> Iterator[SafetyNotice]:
    limit = wind_limit(pieces)
    if limit is None:
        return
    day_before = first_day - FORECAST_BEFORE
    told = wind and (("forecast", wind.forecast_kmh), ("limit", wind.limit_kmh), ("by", wind.by))
    if wind and told and not wind.is_go:
        yield SafetyNotice(
            Code.NO_GO,
            Level.BLOCKING,
            N_("No-go: %(forecast)s km/h of wind are forecast, the tents stand %(limit)s km/h."),
            "CTS 7",
            N_("Set up no tent. Decided by %(by)s; a later forecast can change it."),
            values=told,
            refusal=RefusalReason.SAFETY_WIND_CTS,
        )
    elif wind and told:
        yield SafetyNotice(
            Code.GO,
            Level.INFO,
            N_("Go: %(forecast)s km/h of wind are forecast, the tents stand %(limit)s km/h."),
            "CTS 7",
            N_("Decided by %(by)s. Watch the wind all the same."),
            values=told,
        )
    yield SafetyNotice(
        Code.WIND_LIMIT,
        Level.INFO if wind else Level.WARNING,
        N_("Tents are left and taken down from %(limit)s km/h of wind on."),
        N_("CTS 7 and the maker's limit"),
        N_("The forecast is looked at on the day before: go or no-go."),
        due=day_before,
        values=(("limit", limit),),
    )


def _cts(pieces: Sequence[Piece], setting: SiteSetting, first_day: date) -> Iterator[SafetyNotice]:
    area = together_dm2(pieces, setting)
    values = (("area", round(area / 100)),)
    if area >= CTS_FULL_FROM:
        yield SafetyNotice(
            Code.CTS_FULL,
            Level.WARNING,
            N_("%(area)s m² of tents that can be closed: the whole chapter CTS holds."),
            "CTS 1, CTS 31",
            N_("Ask the mayor for the authorisation to open them to the public."),
            due=first_day - REGISTER_BEFORE,
            values=values,
            refusal=RefusalReason.SAFETY_WIND_CTS,
        )
        yield SafetyNotice(
            Code.CTS_REGISTER,
            Level.WARNING,
            N_("The mayor gets the extract of the safety register before they open."),
            "CTS 31",
            N_("Send the extract, 8 days before at the latest."),
            due=first_day - REGISTER_BEFORE,
            values=values,
        )
        yield SafetyNotice(
            Code.CTS_INSPECTION,
            Level.INFO,
            N_("An approved body has looked at them within the last two years."),
            "CTS 34",
            N_("Have the register at hand on the site."),
            values=values,
        )
    elif area >= CTS_FROM:
        yield SafetyNotice(
            Code.CTS_SMALL,
            Level.WARNING,
            N_(
                "%(area)s m² of tents that can be closed, together: two exits of 0.90 m, anchored"
                " or weighted, cloth M2 with its proof."
            ),
            "CTS 37",
            N_("Or set them up 5 m apart from each other, and say so.")
            if _could_be_apart(pieces, area)
            else N_("Keep both exits free, and 30 mA protection on each circuit."),
            due=first_day,
            values=values,
            refusal=RefusalReason.SAFETY_WIND_CTS,
        )


def _could_be_apart(pieces: Sequence[Piece], area: int) -> bool:
    """Return whether each tent by itself would be below the limit."""
    return max(piece.tent_area_dm2 for piece in pieces) < CTS_FROM <= area


def _ballast(pieces: Sequence[Piece], setting: SiteSetting) -> Iterator[SafetyNotice]:
    if not any(piece.tent_area_dm2 for piece in pieces):
        return
    on_soft = setting.ground is Ground.SOFT
    yield SafetyNotice(
        Code.BALLAST,
        Level.INFO,
        N_("Every leg of every tent is weighted, also without wind."),
        N_("the makers of tents"),
        N_("On grass, guy ropes and stakes as well.")
        if on_soft
        else N_("On hard ground weights alone hold: stakes do not."),
    )


def _may_be_high(piece: Piece) -> bool:
    return bool(piece.deck_area_dm2) and (piece.drop_max_cm or 0) >= RAILS_FROM_CM


def _stage(pieces: Sequence[Piece], setting: SiteSetting) -> Iterator[SafetyNotice]:
    area = sum(piece.deck_area_dm2 * piece.quantity for piece in pieces)
    if not area:
        return
    yield SafetyNotice(
        Code.STAGE_LOAD,
        Level.INFO,
        N_("The stage carries 500 kg a square metre, %(load)s kg on %(area)s m² in all."),
        "NF P06-001",
        N_("Spread what is heavy, and close the space below."),
        values=(("load", area * KG_PER_M2 // 100), ("area", round(area / 100))),
    )
    height = setting.stage_height_cm
    highest = max((p.drop_max_cm or 0 for p in pieces if p.deck_area_dm2), default=0)
    if (highest if height is None else height) < RAILS_FROM_CM:
        return
    yield SafetyNotice(
        Code.GUARD_RAILS,
        Level.WARNING,
        N_("From 1 m of fall height on: guard rails on every open side, and steps.")
        if height is None
        else N_("The stage is %(height)s cm high: guard rails on every open side, and steps."),
        "NF P01-012",
        N_("Ask for rails and steps with the decks."),
        values=(("height", height or highest),),
    )


def _power(
    pieces: Sequence[Piece], setting: SiteSetting, first_day: date
) -> Iterator[SafetyNotice]:
    watts = sum(piece.power_w * piece.quantity for piece in pieces)
    plug = max((piece.plug for piece in pieces), key=lambda plug: plug.rank, default=Plug.NONE)
    if not watts and plug is Plug.NONE:
        return
    due, values = first_day - CONNECTION_BEFORE, (("watts", watts), ("plug", plug))
    if setting.power is None:
        yield SafetyNotice(
            Code.POWER_UNKNOWN,
            Level.WARNING,
            N_(
                "The equipment takes electricity (%(plug)s, %(watts)s W); what the place has is"
                " not known."
            ),
            N_("the lending rules"),
            N_("Say what sockets there are."),
            due,
            values,
        )
    elif setting.power.rank < plug.rank or setting.power.watts(setting.sockets) < watts:
        yield SafetyNotice(
            Code.POWER,
            Level.WARNING,
            N_("The place gives too little electricity: %(plug)s and %(watts)s W are needed."),
            N_("the lending rules"),
            N_("Ask for a temporary connection, six weeks before, or for less equipment."),
            due,
            values,
            RefusalReason.SAFETY_POWER,
        )


def _lifting(pieces: Sequence[Piece]) -> Iterator[SafetyNotice]:
    heavy = [piece.name for piece in pieces if piece.weight_g > HEAVY_G]
    if heavy:
        yield SafetyNotice(
            Code.LIFTING,
            Level.INFO,
            N_("More than 25 kg a piece: %(names)s."),
            "NF X35-109",
            N_("Lift them with two people at least, or with a lift."),
            values=(("names", ", ".join(heavy)),),
        )
