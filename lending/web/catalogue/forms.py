"""The forms of those who keep the catalogue."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # stubs lag behind
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lending.authorities.queries import AuthorityView
from lending.catalogue.plugs import Plug
from lending.catalogue.queries import CategoryEntry, ItemDetail
from lending.catalogue.service import ItemDetails
from lending.skills import ASKED_BY_ITEMS, Skill
from lending.web.catalogue.cards import category_name, language
from lending.web.fields import ChecksField


class AmountField(StringField):
    """A number that may have decimals, written with a comma or a point."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; leave what was typed to be shown again."""
        self.data = valuelist[0].strip() if valuelist else ""
        self.amount = None
        if self.data:
            try:
                self.amount = Decimal(self.data.replace(",", ".").replace("\u202f", ""))
            except InvalidOperation:
                raise ValueError(gettext("Write a number, such as 12 or 12,5.")) from None
            if not self.amount.is_finite() or not 0 <= self.amount < 10**7:
                raise ValueError(gettext("Write a number that is not negative."))

    amount: Decimal | None = None

    def times(self, factor: int) -> int:
        """Return the amount in units that are `factor` times smaller; 0 when left empty."""
        return round((self.amount or Decimal(0)) * factor)


def _text(label: Any, most: int, **more: Any) -> StringField:
    return StringField(label, [Optional(), Length(max=most)], **more)


def _count(label: Any, **more: Any) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(min=1, max=10**7)], **more)


class ItemForm(FlaskForm):  # type: ignore[misc]
    """What is said of an item."""

    name = StringField(
        _l("Name"),
        [InputRequired(_l("Give the item a name.")), Length(max=160)],
        description=_l("With its size, as people ask for it: Folding table 183 cm."),
    )
    name_en = _text(_l("Name in English"), 160)
    usual_names = _text(
        _l("Other names"), 300, description=_l("What people call it, separated by commas.")
    )
    code = StringField(_l("Code"), [InputRequired(_l("Give the item a code.")), Length(max=40)])
    category_id = SelectField(_l("Family"), coerce=int)
    department_id = SelectField(_l("Competent department"), coerce=int)
    depot_id = SelectField(_l("Depot"), coerce=int)
    description = TextAreaField(
        _l("Description"),
        [Optional(), Length(max=4000)],
        description=_l("What it is good for, what one must know to carry and use it."),
    )
    is_service = BooleanField(
        _l("Help counted in hours, no equipment"),
        description=_l(
            "A poster by the graphic designer, an electrician on the site: what follows is then "
            "the hours a week that the department has."
        ),
    )
    stock = IntegerField(
        _l("Pieces in stock"),
        [Optional(), NumberRange(min=0, max=10**7)],
        default=0,
        description=_l("Later changes are recorded as stock movements."),
    )
    length_cm = _count(_l("Length (cm)"))
    width_cm = _count(_l("Width (cm)"))
    height_cm = _count(_l("Height (cm)"))
    weight_kg = AmountField(_l("Weight of one piece (kg)"))
    volume_m3 = AmountField(_l("Volume of one piece, packed (m³)"))
    replacement_value = AmountField(_l("Replacement value of one piece (€)"))
    max_per_booking = _count(_l("At most per request"), description=_l("Leave empty for no limit."))
    preparation_hours = AmountField(
        _l("Preparation before a loan (hours)"),
        description=_l("The pieces are kept free for this long before each loan."),
    )
    turnaround_hours = AmountField(
        _l("Turnaround after a loan (hours)"),
        description=_l("Cleaning, drying, checking: they are kept free for this long after it."),
    )
    setup_minutes = AmountField(_l("Set-up of one piece, one person (minutes)"))
    min_crew = IntegerField(
        _l("People needed to carry it"), [Optional(), NumberRange(min=1, max=100)], default=1
    )
    skills = ChecksField(
        _l("Qualifications it takes"),
        coerce=Skill,
        description=_l(
            "A crane or a forklift is asked of those who deliver, electrical work of those who "
            "connect it where it is set up."
        ),
    )
    tent_area_m2 = AmountField(_l("Ground that a tent covers (m²)"))
    can_be_closed = BooleanField(
        _l("Has walls"),
        description=_l("Of a wall by itself: it closes the tents that it is lent with."),
    )
    wind_max_kmh = _count(
        _l("Taken down from more wind than (km/h)"), description=_l("As its maker says.")
    )
    deck_area_m2 = AmountField(_l("Floor of a stage (m²)"))
    drop_max_cm = _count(_l("Highest floor (cm)"))
    power_w = IntegerField(
        _l("Power it takes (W)"), [Optional(), NumberRange(min=0, max=10**7)], default=0
    )
    plug = SelectField(_l("Plugged into"), default=Plug.NONE.value)
    equivalence_group = _text(
        _l("Equivalence group"),
        40,
        description=_l(
            "Items with the same word here can stand in for each other, also at other authorities."
        ),
    )

    def offer(self, categories: Iterable[CategoryEntry], authority: AuthorityView) -> None:
        """Fill the lists to choose from."""
        self.category_id.choices = [
            (entry.id, category_name(entry.name, entry.name_en)) for entry in categories
        ]
        self.skills.choices = [(skill.value, gettext(skill.label)) for skill in ASKED_BY_ITEMS]
        self.plug.choices = [(plug.value, gettext(plug.label)) for plug in Plug]
        nothing = (0, gettext("None"))
        self.department_id.choices = [nothing, *((d.id, d.name) for d in authority.departments)]
        self.depot_id.choices = [nothing, *((d.id, d.name) for d in authority.depots)]

    def details(self) -> ItemDetails:
        """Return what was filled in, in the units of the database."""
        return ItemDetails(
            code=self.code.data or "",
            name=self.name.data or "",
            category_id=self.category_id.data,
            name_en=self.name_en.data or "",
            usual_names=self.usual_names.data or "",
            description=self.description.data or "",
            department_id=self.department_id.data or None,
            depot_id=self.depot_id.data or None,
            length_cm=self.length_cm.data,
            width_cm=self.width_cm.data,
            height_cm=self.height_cm.data,
            weight_g=self.weight_kg.times(1000),
            volume_l=self.volume_m3.times(1000),
            preparation_minutes=self.preparation_hours.times(60),
            turnaround_minutes=self.turnaround_hours.times(60),
            replacement_value_cents=self.replacement_value.times(100),
            max_per_booking=self.max_per_booking.data,
            setup_seconds=self.setup_minutes.times(60),
            min_crew=self.min_crew.data or 1,
            skills=frozenset(self.skills.data or ()),
            tent_area_dm2=self.tent_area_m2.times(100),
            can_be_closed=bool(self.can_be_closed.data),
            wind_max_kmh=self.wind_max_kmh.data,
            deck_area_dm2=self.deck_area_m2.times(100),
            drop_max_cm=self.drop_max_cm.data,
            power_w=self.power_w.data or 0,
            plug=Plug(self.plug.data),
            equivalence_group=self.equivalence_group.data or "",
        )


def values_of(item: ItemDetail) -> dict[str, object]:
    """Return an item as the form's fields."""
    return {
        **{
            name: getattr(item, name)
            for name in (
                "name",
                "name_en",
                "usual_names",
                "code",
                "category_id",
                "description",
                "length_cm",
                "width_cm",
                "height_cm",
                "max_per_booking",
                "min_crew",
                "can_be_closed",
                "wind_max_kmh",
                "drop_max_cm",
                "power_w",
                "equivalence_group",
            )
        },
        "skills": [skill for skill in ASKED_BY_ITEMS if skill in item.skills],
        "department_id": item.department_id or 0,
        "depot_id": item.depot_id or 0,
        "weight_kg": _decimal(item.weight_g, 1000),
        "volume_m3": _decimal(item.volume_l, 1000),
        "replacement_value": _decimal(item.replacement_value_cents, 100),
        "preparation_hours": _decimal(item.preparation_minutes, 60),
        "turnaround_hours": _decimal(item.turnaround_minutes, 60),
        "setup_minutes": _decimal(item.setup_seconds, 60),
        "tent_area_m2": _decimal(item.tent_area_dm2, 100),
        "deck_area_m2": _decimal(item.deck_area_dm2, 100),
        "plug": item.plug.value,
    }


def _decimal(units: int, factor: int) -> str:
    """Write a number of small units in large ones, so that reading it gives the same back."""
    written = f"{Decimal(units) / factor:.4f}".rstrip("0").rstrip(".")
    return written.replace(".", ",") if language() == "fr" else written


RENAMED = {
    "category": "category_id",
    "weight_g": "weight_kg",
    "volume_l": "volume_m3",
    "replacement_value_cents": "replacement_value",
    "preparation_minutes": "preparation_hours",
    "turnaround_minutes": "turnaround_hours",
    "setup_seconds": "setup_minutes",
    "tent_area_dm2": "tent_area_m2",
    "deck_area_dm2": "deck_area_m2",
    "quantity_delta": "quantity",
    "end": "end_date",
    "start": "start_date",
}
"""Where an error of a service is shown whose field the form has under another name or unit."""


class MovementForm(FlaskForm):  # type: ignore[misc]
    """Pieces that come or go."""

    direction = RadioField(
        _l("What happens?"),
        choices=[
            SelectChoice("in", _l("Pieces come in")),
            SelectChoice("out", _l("Pieces go for good")),
        ],
        default="in",
    )
    quantity = IntegerField(
        _l("How many?"),
        [InputRequired(_l("Give how many pieces come or go.")), NumberRange(min=1, max=10**7)],
    )
    on = DateField(_l("From which day?"), [InputRequired(_l("Give a day."))])
    reason = StringField(
        _l("Why?"),
        [InputRequired(_l("Give a reason, for those who ask later.")), Length(max=300)],
        description=_l("For example: purchase, written off after the storm, inventory."),
    )

    @property
    def delta(self) -> int:
        """The change, negative for pieces that go."""
        quantity = self.quantity.data or 0
        return quantity if self.direction.data == "in" else -quantity


class MaintenanceForm(FlaskForm):  # type: ignore[misc]
    """Pieces that cannot be lent for a while."""

    quantity = IntegerField(
        _l("How many pieces?"),
        [InputRequired(_l("Give a quantity of at least 1.")), NumberRange(min=1, max=10**7)],
    )
    start_date = DateField(_l("From"), [InputRequired(_l("Give a day."))])
    start_time = TimeField(_l("From, hour"), [InputRequired(_l("Give an hour."))])
    end_date = DateField(_l("Until"), [InputRequired(_l("Give a day."))])
    end_time = TimeField(_l("Until, hour"), [InputRequired(_l("Give an hour."))])
    reason = StringField(
        _l("Why?"),
        [InputRequired(_l("Give a reason, for those who ask later.")), Length(max=300)],
        description=_l("For example: repair, cleaning, yearly inspection."),
    )
