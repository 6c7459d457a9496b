"""Where the parts of a timeline lie: a drawing 1000 wide and 100 high, readable as days too."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lending.web.formats import local
from lending.web.widgets import Timeline

WIDTH, HEIGHT = 1000, 100
MOST_DAYS = 21


@dataclass(frozen=True)
class Bar:
    """A stretch of the timeline: from the ground up what is free, above it what is missing."""

    x: float
    y: float
    width: float
    height: float
    short: bool
    missing_height: float


@dataclass(frozen=True)
class PlotDay:
    """A day below the timeline, with the least that is free on it."""

    day: date
    free: int
    asked: bool
    short: bool
    weekend: bool


@dataclass(frozen=True)
class TimelinePlot:
    """A timeline laid out."""

    bars: tuple[Bar, ...]
    days: tuple[PlotDay, ...]
    day_lines: tuple[float, ...]
    asked_x: float
    asked_width: float
    wanted_y: float


def timeline_plot(line: Timeline) -> TimelinePlot:
    """Lay a timeline out; too little within what is asked stands out as short."""
    length = (line.end - line.start).total_seconds()
    top = max(line.stock, line.wanted, *(step.free for step in line.steps), 1) * 1.1

    def across(at: datetime) -> float:
        seconds = (min(max(at, line.start), line.end) - line.start).total_seconds()
        return round(seconds / length * WIDTH, 1)

    def up(quantity: int) -> float:
        return round(max(quantity, 0) / top * HEIGHT, 1)

    days = _days(line)
    bars = []
    for step in line.steps:
        left, right = across(step.start), across(step.end)
        asked = step.start < line.asked_end and step.end > line.asked_start
        missing = up(line.wanted) - up(step.free) if asked else 0
        bars.append(
            Bar(
                x=left,
                y=round(HEIGHT - up(step.free), 1),
                width=round(right - left, 1),
                height=up(step.free),
                short=asked and step.free < line.wanted,
                missing_height=round(max(missing, 0), 1),
            )
        )
    return TimelinePlot(
        bars=tuple(bars),
        days=days,
        day_lines=tuple(round(index * WIDTH / len(days), 1) for index in range(1, len(days))),
        asked_x=across(line.asked_start),
        asked_width=round(across(line.asked_end) - across(line.asked_start), 1),
        wanted_y=round(HEIGHT - up(line.wanted), 1),
    )


def _days(line: Timeline) -> tuple[PlotDay, ...]:
    """Return the local days that the timeline touches, at most MOST_DAYS of them."""
    zone = local(line.start).tzinfo
    first = local(line.start).date()
    days = []
    for offset in range(MOST_DAYS):
        day = first + timedelta(days=offset)
        starts = datetime(day.year, day.month, day.day, tzinfo=zone)
        following = day + timedelta(days=1)
        ends = datetime(following.year, following.month, following.day, tzinfo=zone)
        if starts >= line.end:
            break
        free = [step.free for step in line.steps if step.start < ends and step.end > starts]
        least = max(min(free, default=line.stock), 0)
        asked = starts < line.asked_end and ends > line.asked_start
        days.append(PlotDay(day, least, asked, asked and least < line.wanted, day.weekday() >= 5))
    return tuple(days)
