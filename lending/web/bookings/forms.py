"""The forms of a request. Hours are those on the clocks where the equipment is lent."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileSize
from wtforms import (
    BooleanField,
    DateField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from calendars.intervals import Interval
from calendars.zones import Ambiguous, Missing, MissingTime, to_local, to_utc
from lending.attachments.kinds import PaperKind
from lending.authorities.models import Competence
from lending.authorities.queries import CommuneView
from lending.bookings.detail import EventView
from lending.bookings.details import EventDetails
from lending.bookings.models import Logistics, SiteAccess, SiteSetting
from lending.web.bookings.positions import read_position
from lending.web.fields import file_field

YEARS = range(2000, 2200)
MOST_PEOPLE = 10_000_000


def _day(label: str, missing: str) -> DateField:
    return DateField(label, [InputRequired(missing)])


def _hour(label: str, default: time) -> TimeField:
    return TimeField(label, [InputRequired(_l("Give an hour."))], default=default)


def read_moment(
    day: Field, hour: Field, zone: ZoneInfo, twice: Ambiguous = Ambiguous.EARLIER
) -> datetime | None:
    """Return the instant that a day and an hour mean; what cannot be is told beside the field.

    Of an hour that comes twice when the clocks are put back, a start takes the first and an end
    the second, so that the loan covers both.
    """
    if day.data is None or hour.data is None:
        return None
    if day.data.year not in YEARS:
        day.errors = [*day.errors, gettext("Give a day, such as 06/06/2026.")]
        return None
    local = datetime.combine(day.data, hour.data)
    try:
        return to_utc(local, zone, ambiguous=twice, missing=Missing.REFUSE)
    except MissingTime:
        text = gettext("That night the clocks skip this hour. Choose another.")
        hour.errors = [*hour.errors, text]
        return None


MOST_BYTES = 10 * 1024 * 1024


class PeriodForm(FlaskForm):  # type: ignore[misc]
    """When the equipment leaves and comes back."""

    start_date = _day(_l("Collection or delivery"), _l("Give the day of the collection."))
    start_time = _hour(_l("Hour of the collection"), time(15))
    end_date = _day(_l("Return"), _l("Give the day of the return."))
    end_time = _hour(_l("Hour of the return"), time(10))

    def show(self, period: Interval, zone: ZoneInfo) -> None:
        """Fill the form with a period."""
        start, end = to_local(period.start, zone), to_local(period.end, zone)
        self.start_date.data, self.start_time.data = start.date(), start.time()
        self.end_date.data, self.end_time.data = end.date(), end.time()

    def period(self, zone: ZoneInfo) -> Interval | None:
        """Return the period, or None and the errors beside the fields."""
        start = read_moment(self.start_date, self.start_time, zone)
        end = read_moment(self.end_date, self.end_time, zone, Ambiguous.LATER)
        if start is None or end is None:
            return None
        if end <= start:
            self.end_date.errors = [
                *self.end_date.errors,
                gettext("The return must come after the collection."),
            ]
            return None
        return Interval(start, end)


class EventForm(FlaskForm):  # type: ignore[misc]
    """What the association prepares."""

    name = StringField(
        _l("What is it called?"),
        [InputRequired(_l("Give the event a name.")), Length(max=200)],
        description=_l("For example: Neighbours' fête of the Market Square"),
    )
    event_start_date = _day(_l("First day"), _l("Give the day on which the event begins."))
    event_start_time = _hour(_l("It begins at"), time(10))
    event_end_date = _day(_l("Last day"), _l("Give the day on which the event ends."))
    event_end_time = _hour(_l("It ends at"), time(18))
    commune_insee = SelectField(_l("In which commune?"))
    site_address = StringField(
        _l("Place and address"),
        [Optional(), Length(max=250)],
        description=_l("For example: Market Square, in front of the school"),
    )
    competence = SelectField(
        _l("What is it about?"),
        description=_l("The request goes to the department that looks after it."),
    )
    attendance = IntegerField(
        _l("How many people do you expect?"),
        [Optional(), NumberRange(min=0, max=MOST_PEOPLE)],
        description=_l("At the busiest moment. A rough number is enough."),
    )
    is_public = BooleanField(
        _l("Announce the event in the public programme"),
        description=_l(
            "Anyone will be able to read its name, dates, commune and place, as soon as equipment"
            " is granted. Never who organises it nor how to reach you. You can change your mind"
            " at any time."
        ),
    )

    def offer(self, communes: Iterable[CommuneView]) -> None:
        """Fill the lists to choose from."""
        self.commune_insee.choices = [
            (
                commune.insee,
                f"{commune.name} ({commune.postal_code})" if commune.postal_code else commune.name,
            )
            for commune in communes
        ]
        self.competence.choices = [(cause.value, gettext(cause.label)) for cause in Competence]

    def show(self, event: EventView, zone: ZoneInfo) -> None:
        """Fill the form with an event."""
        start, end = to_local(event.starts_at, zone), to_local(event.ends_at, zone)
        self.show_days(start.date(), end.date())
        self.event_start_time.data, self.event_end_time.data = start.time(), end.time()
        self.name.data, self.site_address.data = event.name, event.site_address
        self.commune_insee.data, self.competence.data = event.commune_insee, event.competence
        self.attendance.data = event.attendance
        self.is_public.data = event.is_public

    def show_days(self, first: date, last: date) -> None:
        """Fill in the days of the event."""
        self.event_start_date.data, self.event_end_date.data = first, last

    def event(self, zone: ZoneInfo, before: EventDetails | None = None) -> EventDetails | None:
        """Return the event, or None and the errors beside the fields.

        What the form does not ask for stays as it was `before`.
        """
        start = read_moment(self.event_start_date, self.event_start_time, zone)
        end = read_moment(self.event_end_date, self.event_end_time, zone, Ambiguous.LATER)
        if start is None or end is None:
            return None
        if end <= start:
            text = gettext("The event must end after it begins.")
            self.event_end_date.errors = [*self.event_end_date.errors, text]
            return None
        moved = before is not None and before.site_address != (self.site_address.data or "")
        return EventDetails(
            name=(self.name.data or "").strip(),
            starts_at=start,
            ends_at=end,
            commune_insee=self.commune_insee.data,
            competence=Competence(self.competence.data),
            attendance=self.attendance.data,
            site_address=(self.site_address.data or "").strip(),
            lat=None if before is None or moved else before.lat,
            lon=None if before is None or moved else before.lon,
            access=SiteAccess() if before is None else before.access,
            setting=SiteSetting() if before is None else before.setting,
            description="" if before is None else before.description,
            is_public=bool(self.is_public.data),
        )


class StartForm(EventForm):
    """A new request: who asks whom, and for which event."""

    organisation_id = SelectField(_l("For which organisation?"), coerce=int)
    authority_id = RadioField(
        _l("Whom do you ask?"),
        coerce=int,
        description=_l("You can ask another lender for the same event later."),
    )


class LogisticsForm(FlaskForm):  # type: ignore[misc]
    """How the equipment gets to the event and back."""

    logistics = RadioField(_l("How does the equipment get there?"))
    site_address = StringField(
        _l("Exact place of delivery"),
        [Optional(), Length(max=250)],
        description=_l("Street and number, entrance, where the lorry can stop."),
    )
    position = StringField(
        _l("Its position on the map"),
        [Optional(), Length(max=500)],
        description=_l(
            "On your phone, press the place on the map for a moment and copy the position or the"
            " link."
        ),
    )
    access_contact = StringField(_l("Who receives us there?"), [Optional(), Length(max=120)])
    access_phone = TelField(_l("Their telephone on that day"), [Optional(), Length(max=30)])
    access_note = StringField(
        _l("How do we get in?"),
        [Optional(), Length(max=500)],
        description=_l("Gate, code, slope, where to put things down."),
    )
    plan = FileField(
        _l("A plan or a photo of the place"),
        [FileSize(MOST_BYTES, message=_l("Choose a picture of at most 10 MB."))],
        description=_l("Mark where the lorry can stop and where things go. JPEG, PNG or WebP."),
    )
    drop_plan = BooleanField(_l("Remove this plan"))
    access_opens = TimeField(_l("The site is open from"), [Optional()])
    access_closes = TimeField(_l("until"), [Optional()])
    note = TextAreaField(
        _l("Anything we should know?"),
        [Optional(), Length(max=2000)],
    )

    def offer(self) -> None:
        """Fill the list to choose from."""
        self.logistics.choices = [(way.value, gettext(way.label)) for way in Logistics]

    def show_access(self, access: SiteAccess) -> None:
        """Fill in how the site is reached."""
        for name, value in vars(access).items():
            if f"access_{name}" in self:
                self[f"access_{name}"].data = value

    def access(self, plan: str) -> SiteAccess:
        """Return how the site is reached, with the picture of this name."""
        return SiteAccess(
            contact=(self.access_contact.data or "").strip(),
            phone=(self.access_phone.data or "").strip(),
            note=(self.access_note.data or "").strip(),
            opens=self.access_opens.data,
            closes=self.access_closes.data,
            plan=plan,
        )

    def is_sound(self) -> bool:
        """Return whether a delivery says where to, and a position is one; if not, fields say so."""
        if self.position.data and read_position(self.position.data) is None:
            text = gettext("Give a position such as 48.11, -1.68, or the link of a map.")
            self.position.errors = [*self.position.errors, text]
            return False
        if self.logistics.data == Logistics.PICKUP or (self.site_address.data or "").strip():
            return True
        text = gettext("Say where to deliver.")
        self.site_address.errors = [*self.site_address.errors, text]
        return False


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """Why a request is cancelled."""

    reason = TextAreaField(
        _l("Why do you cancel?"),
        [InputRequired(_l("Give a reason: the other side will read it.")), Length(max=2000)],
        description=_l("One sentence is enough. For example: the event is postponed."),
    )


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """What was missing."""

    kind = SelectField(_l("What is it?"), default=PaperKind.INSURANCE.value)
    file = file_field()
    dated = DateField(
        _l("The date that counts on it"),
        [Optional()],
        description=_l(
            "Of an insurance, the last day covered; of a commitment, the day of the signature."
        ),
    )
    answer = TextAreaField(_l("Your answer"), [Optional(), Length(max=4000)])

    def __init__(self) -> None:
        super().__init__()
        self.kind.choices = [(kind.value, gettext(kind.label)) for kind in PaperKind]

    def validate(self, extra_validators: Any = None) -> bool:
        """Return whether there is an answer: a document, or words."""
        if not super().validate(extra_validators):
            return False
        if self.file.data or (self.answer.data or "").strip():
            return True
        text = gettext("Choose a paper, or write what was asked for.")
        self.answer.errors = [*self.answer.errors, text]
        return False
