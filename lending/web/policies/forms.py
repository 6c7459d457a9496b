"""The form of a draft: every parameter of the rules, and what it is counted in."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # stubs lag behind
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from lending.policies.drafting import NOTE, REFERENCE
from lending.policies.parameters import PARAMETERS, Parameter, Unit
from lending.policies.queries import DraftView
from lending.policies.rules import Late, PriorityClass, Rules, Territory
from lending.web.form_errors import text_of
from lending.web.policies.words import UNIT_NAMES

MOST_CENTS = 100_000_000_000


def cents_of(text: str) -> int:
    """Return an amount in cents as it was typed in euros.

    Raises:
        ValueError: it is none, or finer than a cent.
    """
    typed = text.replace("€", "").replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    try:
        cents = Decimal(typed.replace("\N{NARROW NO-BREAK SPACE}", "").replace(",", ".")) * 100
    except InvalidOperation:
        raise ValueError(text) from None
    if not cents.is_finite() or abs(cents) > MOST_CENTS or cents != int(cents) or cents < 0:
        raise ValueError(text)
    return int(cents)


def euros_typed(cents: int) -> str:
    """Write cents as one types euros: "0,50", "300"."""
    return f"{cents // 100},{cents % 100:02d}" if cents % 100 else str(cents // 100)


class CentsField(StringField):
    """An amount, typed in euros."""

    def process_data(self, value: Any) -> None:
        """Show cents as euros."""
        self.data = euros_typed(value) if isinstance(value, int) else value

    def pre_validate(self, form: Any) -> None:
        """Refuse what is no amount."""
        try:
            cents_of(text_of(self))
        except ValueError:
            raise ValidationError(gettext("Give an amount in euros, such as 2.50.")) from None


def _choices(options: type[Late] | type[Territory]) -> list[SelectChoice]:
    return [SelectChoice(each.value, _l(each.label)) for each in options]


class DraftForm(FlaskForm):  # type: ignore[misc]
    """The next version of the rules."""

    vote_reference = StringField(
        _l("Vote"),
        [Optional(), Length(max=REFERENCE)],
        description=_l("Number and date of the deliberation. Needed to publish."),
    )
    note = TextAreaField(
        _l("What changes, and why"),
        [Optional(), Length(max=NOTE)],
        description=_l("Everybody reads it above the rules."),
    )

    def offer(self) -> None:
        """Name each parameter in the reader's words."""
        for parameter in PARAMETERS:
            field = self._fields.get(parameter.name)
            if field is not None:
                label = gettext(parameter.label)
                unit = UNIT_NAMES[parameter.unit] if parameter.unit else ""
                field.label.text = f"{label} ({gettext(unit)})" if unit else label
                field.description = gettext(parameter.help) if parameter.help else ""
                field.flags.silent_optional = True
        for each in PriorityClass:
            field = self[priority_name(each)]
            field.label.text = gettext(each.label)
            field.flags.silent_optional = True

    def priority_fields(self) -> list[Field]:
        """Return the numbers of the classes."""
        return [self[priority_name(each)] for each in PriorityClass]

    def values(self) -> dict[str, Any]:
        """Return what is typed as `Rules` take it, the tariffs apart."""
        found: dict[str, Any] = {}
        for parameter in PARAMETERS:
            field = self._fields.get(parameter.name)
            if field is not None:
                found[parameter.name] = (
                    cents_of(text_of(field)) if isinstance(field, CentsField) else field.data
                )
        found["court"] = text_of(self["court"]).strip()
        found["priorities"] = self._priorities()
        return found

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Check that no two classes have the same number."""
        valid = bool(super().validate(extra_validators))
        seen: set[int] = set()
        for field in self.priority_fields():
            if field.data is not None and field.data in seen:
                field.errors = [
                    *field.errors, gettext("Another class has this number. Choose a different one.")
                ]  # fmt: skip
                valid = False
            seen.add(field.data)
        return valid

    def _priorities(self) -> tuple[PriorityClass, ...]:
        numbered = [
            (self[priority_name(each)].data, each)
            for each in PriorityClass
            if self[priority_name(each)].data is not None
        ]
        return tuple(each for _, each in sorted(numbered, key=lambda pair: pair[0]))


def priority_name(each: PriorityClass) -> str:
    """Return the name of the field of a class."""
    return f"priority_{each.value}"


def _field_of(parameter: Parameter) -> Any:
    default = getattr(Rules(), parameter.name)
    if parameter.unit is Unit.CENTS:
        return CentsField("", [InputRequired(_l("Give an amount."))])
    if parameter.unit is not None:
        return IntegerField("", [InputRequired(_l("Give a number."))])
    if isinstance(default, bool):
        return BooleanField("")
    if isinstance(default, Late | Territory):
        return SelectField("", choices=_choices(type(default)))
    return StringField("", [Optional()])


for _parameter in PARAMETERS:
    if _parameter.name not in ("priorities", "tariffs"):
        setattr(DraftForm, _parameter.name, _field_of(_parameter))
for _each in PriorityClass:
    setattr(DraftForm, priority_name(_each), IntegerField("", [Optional()]))


def typed_values(draft: DraftView) -> dict[str, Any]:
    """Return what the form shows of a draft."""
    rules = draft.rules
    shown = {name: getattr(rules, name) for name in Rules.model_fields}
    shown.update(
        {name: shown[name].value for name in ("late", "territory")},
        vote_reference=draft.vote_reference,
        note=draft.note,
    )
    for each in PriorityClass:
        shown[priority_name(each)] = rules.rank_of(each)
    return shown


class PublishForm(FlaskForm):  # type: ignore[misc]
    """From when on a draft holds."""

    effective_on = DateField(_l("In force from"), [InputRequired(_l("Give a day."))])
    sure = BooleanField(
        _l("I have read it again: once published, it can never be altered."),
        [InputRequired(_l("Tick this box to publish."))],
    )
