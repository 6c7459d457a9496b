"""Why a calendar could not be fetched or read, in words with a remedy."""

from enum import StrEnum

from calendars.reading import Reason, UnreadableCalendar
from lending.errors import LendingError
from lending.i18n import N_


class Problem(StrEnum):
    """What is wrong; `text` says it, with one number where there is one."""

    BAD_ADDRESS = "bad_address"
    UNKNOWN_HOST = "unknown_host"
    PRIVATE_ADDRESS = "private_address"
    NO_ANSWER = "no_answer"
    TOO_SLOW = "too_slow"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    REFUSED = "refused"
    TOO_LARGE = "too_large"
    NOT_A_CALENDAR = "not_a_calendar"
    BROKEN = "broken"
    BROKEN_LINE = "broken_line"
    TOO_MUCH = "too_much"
    TOO_FREQUENT = "too_frequent"
    NOT_UNDERSTOOD = "not_understood"

    @property
    def text(self) -> str:
        """Return the gettext id of what is wrong, with `%(number)s` where it has one."""
        return _TEXTS[self]


_TEXTS = {
    Problem.BAD_ADDRESS: N_("Write an address that begins with https://, http:// or webcal://."),
    Problem.UNKNOWN_HOST: N_("There is no such site. Check the address."),
    Problem.PRIVATE_ADDRESS: N_(
        "This address lies inside of a private network, and is not read. Give one on the "
        "internet, or send the file."
    ),
    Problem.NO_ANSWER: N_("The site does not answer. Check the address, or try again later."),
    Problem.TOO_SLOW: N_("The site answers too slowly. Try again later, or send the file."),
    Problem.TOO_MANY_REDIRECTS: N_("The address leads on and on. Give the one it ends at."),
    Problem.REFUSED: N_("The site refuses to give it (%(number)s). Check the address."),
    Problem.TOO_LARGE: N_("The file is too large. Choose a calendar of closed days only."),
    Problem.NOT_A_CALENDAR: N_("This is not a calendar. Choose a file that ends in .ics."),
    Problem.BROKEN: N_("The calendar is cut off or broken. Ask for it again where it comes from."),
    Problem.BROKEN_LINE: N_(
        "Line %(number)s of the calendar cannot be read. Ask for it again where it comes from."
    ),
    Problem.TOO_MUCH: N_("There is too much in it. Choose a calendar of closed days only."),
    Problem.TOO_FREQUENT: N_(
        "Line %(number)s repeats an event more than once a day. Choose a calendar of closed days."
    ),
    Problem.NOT_UNDERSTOOD: N_(
        "Line %(number)s says something that we do not understand. Type these days by hand."
    ),
}

_OF_READING = {
    Reason.NOT_A_CALENDAR: Problem.NOT_A_CALENDAR,
    Reason.BAD_ENCODING: Problem.NOT_A_CALENDAR,
    Reason.BAD_LINE: Problem.BROKEN_LINE,
    Reason.BAD_STRUCTURE: Problem.BROKEN_LINE,
    Reason.TRUNCATED: Problem.BROKEN,
    Reason.BAD_DATE: Problem.BROKEN_LINE,
    Reason.BAD_RULE: Problem.BROKEN_LINE,
    Reason.UNSUPPORTED: Problem.NOT_UNDERSTOOD,
    Reason.TOO_LARGE: Problem.TOO_LARGE,
    Reason.TOO_FREQUENT: Problem.TOO_FREQUENT,
}


class CalendarProblem(LendingError):
    """A calendar could not be fetched or read."""

    code = "calendar_problem"

    def __init__(self, problem: Problem, number: int | None = None) -> None:
        self.problem, self.number = problem, number
        super().__init__(problem.text, number="" if number is None else number)

    @classmethod
    def of(cls, error: UnreadableCalendar) -> "CalendarProblem":
        """Return what is told of a file that cannot be read."""
        problem = _OF_READING.get(error.reason, Problem.TOO_MUCH)
        if "%(number)s" not in problem.text:
            return cls(problem)
        return cls(problem if error.line else Problem.BROKEN, error.line)
