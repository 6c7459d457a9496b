"""The forms of those who keep numbered units."""

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lending.catalogue.conditions import Condition
from lending.catalogue.inspections import LONGEST_PERIOD, Done
from lending.catalogue.unit_models import Result
from lending.catalogue.unit_queries import UnitView
from lending.catalogue.units import LARGEST_NUMBER, MOST_AT_ONCE, MOST_SERIAL, UnitDetails
from lending.web.fields import ChecksField


class _DetailsForm(FlaskForm):  # type: ignore[misc]
    condition = SelectField(_l("Condition"), coerce=Condition, default=Condition.GOOD)
    acquired_on = DateField(
        _l("Acquired on"),
        [Optional()],
        description=_l("New gear needs its first inspection a period after this day."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.condition.choices = [(each.value, gettext(each.label)) for each in Condition]


class NewUnitsForm(_DetailsForm):
    """Pieces that get numbers."""

    first = IntegerField(
        _l("From number"),
        [InputRequired(_l("Give a number of at least 1.")), NumberRange(1, LARGEST_NUMBER)],
    )
    count = IntegerField(
        _l("How many pieces?"),
        [InputRequired(_l("Give how many pieces.")), NumberRange(1, MOST_AT_ONCE)],
        default=1,
    )

    def details(self) -> UnitDetails:
        """Return what is said of all of them."""
        return UnitDetails(self.condition.data, self.acquired_on.data)


class UnitForm(_DetailsForm):
    """What is said of one unit."""

    serial = StringField(_l("Maker's serial number"), [Optional(), Length(max=MOST_SERIAL)])
    note = TextAreaField(
        _l("Note"),
        [Optional(), Length(max=2000)],
        description=_l("What one must know of this piece: a repair, a missing peg."),
    )

    def details(self) -> UnitDetails:
        """Return what was filled in."""
        return UnitDetails(
            self.condition.data,
            self.acquired_on.data,
            self.serial.data or "",
            self.note.data or "",
        )


class RetireForm(FlaskForm):  # type: ignore[misc]
    """Why a unit is retired."""

    reason = StringField(
        _l("Why?"),
        [InputRequired(_l("Give a reason, for those who ask later.")), Length(max=300)],
        description=_l("For example: frame bent, sold, stolen."),
    )


class KindForm(FlaskForm):  # type: ignore[misc]
    """An inspection that units need."""

    name = StringField(
        _l("Inspection"),
        [InputRequired(_l("Give it a name of up to 120 characters.")), Length(max=120)],
        description=_l("For example: check by an approved body, yearly electrical check."),
    )
    period_months = IntegerField(
        _l("Every so many months"),
        [
            InputRequired(_l("Give a period of 1 to 240 months.")),
            NumberRange(1, LONGEST_PERIOD),
        ],
        default=24,
    )
    source = StringField(
        _l("Which text asks for it?"),
        [Optional(), Length(max=200)],
        description=_l("For example: CTS 34, order of 25 June 1980; the maker's notice."),
    )
    unit_id = SelectField(_l("For which units?"), coerce=int, default=0)

    def offer(self, units: list[UnitView]) -> None:
        """Fill the list of units."""
        self.unit_id.choices = [
            (0, gettext("All of them")),
            *((unit.id, gettext("Only no. %(number)d", number=unit.number)) for unit in units),
        ]


class DoneForm(FlaskForm):  # type: ignore[misc]
    """An inspection that was done."""

    unit_ids = ChecksField(_l("On which units?"), coerce=int)
    done_on = DateField(_l("Done on"), [InputRequired(_l("Give a day."))])
    body = StringField(
        _l("By whom?"),
        [InputRequired(_l("Say who did it, in up to 120 characters.")), Length(max=120)],
        description=_l("The approved body, or the person with the qualification."),
    )
    result = SelectField(_l("Result"), coerce=Result, default=Result.PASSED)
    remarks = TextAreaField(_l("What was found"), [Optional(), Length(max=4000)])
    next_due = DateField(
        _l("Next one before"),
        [Optional()],
        description=_l("Only where the body asks for an earlier day than the period gives."),
    )

    def offer(self, units: list[UnitView]) -> None:
        """Fill the lists to choose from."""
        self.unit_ids.choices = [
            (unit.id, gettext("No. %(number)d", number=unit.number)) for unit in units
        ]
        self.result.choices = [(each.value, gettext(each.label)) for each in Result]

    def done(self) -> Done:
        """Return what was filled in."""
        return Done(
            self.done_on.data or date.min,
            self.body.data or "",
            self.result.data,
            self.remarks.data or "",
            self.next_due.data,
        )
