"""The forms of papers: each kind asks only for what stands on it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileRequired
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from lending.attachments.kinds import PaperKind
from lending.i18n import N_
from lending.web.fields import file_field


@dataclass(frozen=True)
class PaperWords:
    """What the fields of a kind of paper are called; gettext ids, empty for what it has not."""

    issuer: str = ""
    number: str = ""
    valid_from: str = ""
    valid_until: str = ""


WORDS = {
    PaperKind.INSURANCE: PaperWords(
        issuer=N_("Insurer"),
        number=N_("Number of the policy"),
        valid_from=N_("First day covered"),
        valid_until=N_("Last day covered"),
    ),
    PaperKind.COMMITMENT: PaperWords(valid_from=N_("Signed on")),
    PaperKind.AUTHORISATION: PaperWords(
        issuer=N_("Given by"),
        number=N_("Number of the order"),
        valid_until=N_("Last day allowed"),
    ),
}
NEEDED = {PaperKind.INSURANCE: ("valid_until",), PaperKind.COMMITMENT: ("valid_from",)}
FIELDS = ("issuer", "number", "valid_from", "valid_until")


def words_of(kind: PaperKind) -> PaperWords:
    """Return what the fields of a kind of paper are called."""
    return WORDS.get(kind, PaperWords())


class _DatedForm(FlaskForm):  # type: ignore[misc]
    """Keeps the fields that a kind of paper has, under its words."""

    def __init__(self, kind: PaperKind, **more: Any) -> None:
        super().__init__(**more)
        words = words_of(kind)
        for name in FIELDS:
            if name not in self:
                continue
            if not getattr(words, name):
                del self[name]
                continue
            field = self[name]
            field.label.text = _l(getattr(words, name))
            field.flags.silent_optional = name in NEEDED.get(kind, ())

    def said(self, name: str) -> str:
        """Return what was typed into a field; nothing if the kind does not have it."""
        return str(self[name].data or "") if name in self else ""

    def day(self, name: str) -> date | None:
        """Return the day that was chosen, if any."""
        found: date | None = self[name].data if name in self else None
        return found


class PaperForm(_DatedForm):
    """A paper that is handed in."""

    file = file_field(FileRequired(_l("Choose a file.")))
    issuer = StringField("", [Optional(), Length(max=120)])
    number = StringField("", [Optional(), Length(max=60)])
    valid_from = DateField("", [Optional()])
    valid_until = DateField("", [Optional()])


class CheckForm(_DatedForm):
    """The dates on a paper that is accepted, as they stand on it."""

    valid_from = DateField("", [Optional()])
    valid_until = DateField("", [Optional()])


class DeclineForm(FlaskForm):  # type: ignore[misc]
    """Why a paper is not accepted."""

    reason = TextAreaField(
        _l("What is missing or wrong?"),
        [
            InputRequired(_l("Say what is missing or wrong: the association reads it.")),
            Length(max=500),
        ],
        description=_l("The association reads this and can hand in another one."),
        render_kw={"rows": 3},
    )
