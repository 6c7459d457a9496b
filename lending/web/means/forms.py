"""The forms about means. Hours are those on the clocks of the authority."""

from datetime import date, time
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, Optional

from lending.authorities.queries import AuthorityView
from lending.logistics.means.crews import CrewDetails
from lending.logistics.means.fleet import VehicleDetails
from lending.logistics.means.kinds import AbsenceKind, Colour, Skill, VehicleClass
from lending.logistics.means.people import AgentDetails
from lending.logistics.means.roster import Times
from lending.logistics.means.rows import CrewRow, VehicleRow
from lending.logistics.means.shifts import ShiftDetails, WeekPattern
from lending.web.fields import ChecksField
from lending.web.form_errors import text_of
from lending.web.numbers import number_or_none

Choices = list[tuple[str, Any]]

LICENCES = tuple(skill for skill in Skill if skill.is_licence)


def depots_of(authority: AuthorityView) -> Choices:
    """Return the depots to choose from, and none."""
    return [("", gettext("none in particular")), *((str(d.id), d.name) for d in authority.depots)]


def day_of(field: DateField) -> date:
    """Return the day that is typed; services refuse the one that stands for none."""
    return field.data or date.min


def labels(kinds: Any) -> Choices:
    """Return the members of an enumeration to choose from."""
    return [(kind.value, gettext(kind.label)) for kind in kinds]


class AgentForm(FlaskForm):  # type: ignore[misc]
    """What is known of an agent."""

    name = StringField(_l("Name"), [InputRequired(_l("Give a name.")), Length(max=120)])
    phone = StringField(_l("Phone"), [Optional(), Length(max=30)], render_kw={"inputmode": "tel"})
    depot_id = SelectField(_l("Depot"))
    email = StringField(
        _l("Account"),
        [Optional(), Length(max=254)],
        description=_l("The e-mail address with which this agent signs in."),
        render_kw={"inputmode": "email", "autocomplete": "off"},
    )

    def details(self) -> AgentDetails:
        """Return what is typed."""
        return AgentDetails(
            text_of(self.name),
            text_of(self.phone),
            number_or_none(self.depot_id.data),
            text_of(self.email),
        )


class SkillForm(FlaskForm):  # type: ignore[misc]
    """A skill, and until when it counts."""

    skill = SelectField(_l("Licence or qualification"))
    expires_on = DateField(
        _l("Last day on which it counts"),
        [Optional()],
        description=_l("Leave it empty when it has no end."),
    )


class AbsenceForm(FlaskForm):  # type: ignore[misc]
    """Days on which somebody is away."""

    first_day = DateField(_l("First day away"), [InputRequired(_l("Give a day."))])
    last_day = DateField(_l("Last day away"), [InputRequired(_l("Give a day."))])
    kind = SelectField(
        _l("Why?"),
        description=_l("Nothing more is kept: write nothing about health anywhere here."),
    )

    def chosen(self) -> AbsenceKind:
        """Return the kind that is chosen."""
        return AbsenceKind(self.kind.data)


class VehicleForm(FlaskForm):  # type: ignore[misc]
    """What the papers of a vehicle tell."""

    name = StringField(
        _l("Name"),
        [InputRequired(_l("Give a name.")), Length(max=80)],
        description=_l("As everybody calls it."),
    )
    registration = StringField(_l("Registration"), [Optional(), Length(max=20)])
    vehicle_class = SelectField(_l("Class"))
    licence = SelectField(_l("Licence to drive it"))
    payload_kg = IntegerField(
        _l("Payload, in kilograms"),
        [InputRequired(_l("Give the payload in kilograms, as on its papers."))],
    )
    volume_l = IntegerField(
        _l("Volume, in litres"),
        [InputRequired(_l("Give the volume in litres: 1 m³ is 1,000 litres."))],
        description=_l("1 m³ is 1,000 litres."),
    )
    has_tail_lift = BooleanField(
        _l("It has a tail lift"), description=_l("It lifts what one person must not: over 25 kg.")
    )
    depot_id = SelectField(_l("Depot"))
    trailer_licence = SelectField(_l("Licence to tow its trailer"))
    trailer_payload_kg = IntegerField(_l("Payload of the trailer, in kilograms"), [Optional()])
    trailer_volume_l = IntegerField(_l("Volume of the trailer, in litres"), [Optional()])

    def offer(self, authority: AuthorityView) -> None:
        """Fill the lists."""
        self.depot_id.choices = depots_of(authority)
        self.vehicle_class.choices = labels(VehicleClass)
        self.licence.choices = labels(LICENCES)
        self.trailer_licence.choices = [("", gettext("no trailer")), *labels(LICENCES)]

    def details(self) -> VehicleDetails:
        """Return what is typed."""
        towing = self.trailer_licence.data
        return VehicleDetails(
            name=text_of(self.name),
            registration=text_of(self.registration),
            vehicle_class=VehicleClass(self.vehicle_class.data),
            licence=Skill(self.licence.data),
            payload_g=(self.payload_kg.data or 0) * 1000,
            volume_l=self.volume_l.data or 0,
            depot_id=number_or_none(self.depot_id.data),
            trailer_licence=Skill(towing) if towing else None,
            trailer_payload_g=(self.trailer_payload_kg.data or 0) * 1000,
            trailer_volume_l=self.trailer_volume_l.data or 0,
            has_tail_lift=self.has_tail_lift.data,
        )


def typed_of(row: VehicleRow) -> dict[str, object]:
    """Return what the form about a vehicle begins with."""
    tows = row.trailer_licence is not None
    return {
        "name": row.name,
        "registration": row.registration,
        "vehicle_class": row.vehicle_class,
        "licence": row.licence.value,
        "payload_kg": row.payload_g // 1000,
        "volume_l": row.volume_l,
        "has_tail_lift": row.has_tail_lift,
        "depot_id": str(row.depot_id or ""),
        "trailer_licence": row.trailer_licence.value if row.trailer_licence else "",
        "trailer_payload_kg": row.trailer_payload_g // 1000 if tows else None,
        "trailer_volume_l": row.trailer_volume_l if tows else None,
    }


class OutageForm(FlaskForm):  # type: ignore[misc]
    """Days on which a vehicle is out of service."""

    first_day = DateField(_l("First day out of service"), [InputRequired(_l("Give a day."))])
    last_day = DateField(
        _l("Last day out of service"),
        [Optional()],
        description=_l("Leave it empty as long as nobody knows."),
    )
    reason = StringField(
        _l("Why?"), [InputRequired(_l("Say why it is out of service.")), Length(max=200)]
    )


class CrewForm(FlaskForm):  # type: ignore[misc]
    """What is known of a crew."""

    name = StringField(_l("Name"), [InputRequired(_l("Give a name.")), Length(max=80)])
    colour = SelectField(_l("Colour"))
    member_ids = ChecksField(_l("Who usually works in it"))
    vehicle_id = SelectField(_l("Usual vehicle"))

    def details(self) -> CrewDetails:
        """Return what is typed."""
        return CrewDetails(
            text_of(self.name),
            Colour(self.colour.data),
            frozenset(map(int, self.member_ids.data or ())),
            number_or_none(self.vehicle_id.data),
        )


class HoursForm(FlaskForm):  # type: ignore[misc]
    """Hours of work; the reason is asked for once a rule does not hold."""

    starts = TimeField(_l("Begins at"), [InputRequired(_l("Give an hour."))], default=time(8))
    ends = TimeField(
        _l("Ends at"),
        [InputRequired(_l("Give an hour."))],
        default=time(16),
        description=_l("An hour before the beginning is on the next morning."),
    )
    break_minutes = IntegerField(
        _l("Break, in minutes"), [InputRequired(_l("Give a number, 0 for none."))], default=60
    )
    reason = StringField(
        _l("Exceptional circumstances"),
        [Optional(), Length(max=500)],
        description=_l(
            "The only derogation that the law knows (décret 2000-815, article 3, II b): say what"
            " they are. It is kept with your name; tell the staff's representatives."
        ),
    )

    def times(self) -> Times:
        """Return the hours that are typed."""
        return Times(
            self.starts.data or time(0), self.ends.data or time(0), self.break_minutes.data or 0
        )


class ShiftForm(HoursForm):
    """A shift of an agent."""

    day = DateField(_l("Day"), [InputRequired(_l("Give a day."))])
    crew_id = SelectField(_l("Crew on that day"))

    def offer(self, crews: tuple[CrewRow, ...]) -> None:
        """Fill the list of crews."""
        self.crew_id.choices = [("", gettext("no crew")), *((str(c.id), c.name) for c in crews)]

    def details(self) -> ShiftDetails:
        """Return what is typed."""
        return ShiftDetails(
            day_of(self.day),
            self.times(),
            number_or_none(self.crew_id.data),
            text_of(self.reason),
        )


class WeekForm(HoursForm):
    """The same hours on some days of a week, for a crew."""

    crew_id = SelectField(_l("Crew"))
    monday = DateField(_l("A day of the week"), [InputRequired(_l("Give a day."))])
    weekdays = ChecksField(_l("Days"))

    def offer(self, crews: tuple[CrewRow, ...], weekdays: list[str]) -> None:
        """Fill the lists."""
        self.crew_id.choices = [(str(crew.id), crew.name) for crew in crews]
        self.weekdays.choices = [(str(number), name) for number, name in enumerate(weekdays)]

    def pattern(self) -> WeekPattern:
        """Return what is typed."""
        return WeekPattern(
            day_of(self.monday),
            frozenset(map(int, self.weekdays.data or ())),
            self.times(),
            text_of(self.reason),
        )


class CopyForm(FlaskForm):  # type: ignore[misc]
    """A week that becomes the same as the one before."""

    monday = DateField(_l("A day of the week to plan"), [InputRequired(_l("Give a day."))])
    reason = HoursForm.reason
