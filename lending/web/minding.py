"""What must be minded with a loan, in the reader's words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from lending.catalogue.plugs import Plug
from lending.safety.rules import Level, SafetyNotice
from lending.web.formats import number

LOOKS = {
    Level.BLOCKING: ("x-octagon-fill", "is-bad"),
    Level.WARNING: ("exclamation-triangle-fill", "is-wait"),
    Level.INFO: ("info-circle", "is-plain"),
}


@dataclass(frozen=True)
class NoticeView:
    """A notice in words."""

    text: str
    action: str
    source: str
    due: date | None
    icon: str
    tone: str
    blocks: bool
    refusal: str
    """A gettext id: why the loan can be refused for it."""


def notice_views(notices: Iterable[SafetyNotice]) -> tuple[NoticeView, ...]:
    """Return notices in the reader's words, in their order."""
    return tuple(_view(notice) for notice in notices)


def _view(notice: SafetyNotice) -> NoticeView:
    icon, tone = LOOKS[notice.level]
    values = {name: _value(value) for name, value in notice.values}
    return NoticeView(
        text=str(gettext(notice.text, **values)),
        action=str(gettext(notice.action, **values)) if notice.action else "",
        source=str(gettext(notice.source)),
        due=notice.due,
        icon=icon,
        tone=tone,
        blocks=notice.level is Level.BLOCKING,
        refusal=notice.refusal.label if notice.refusal else "",
    )


def _value(value: object) -> object:
    if isinstance(value, Plug):
        return gettext(value.label)
    return number(value) if isinstance(value, int) else value
