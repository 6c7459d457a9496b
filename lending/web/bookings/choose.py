"""Begin a request: who asks whom, and for which event."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from calendars.intervals import Interval
from lending.accounts.permissions import Action
from lending.authorities.queries import (
    AuthorityView,
    CommuneView,
    list_authorities,
    list_communes,
)
from lending.availability.answers import Wanted
from lending.bookings.detail import get_booking
from lending.bookings.details import BookingDetails, EventDetails
from lending.bookings.drafts import create_booking
from lending.bookings.models import Source
from lending.catalogue.queries import ItemDetail, get_item
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotFound
from lending.i18n import N_
from lending.organisations.models import Verification
from lending.organisations.queries import OrganisationView, list_organisations
from lending.web.bookings import blueprint
from lending.web.bookings.current import keep_current
from lending.web.bookings.forms import StartForm
from lending.web.bookings.prepare import EVENT_FIELDS, usual_dates
from lending.web.context import allowed, database, principal
from lending.web.dates import FIELDS, ChosenDates, chosen_dates, read_dates
from lending.web.form_errors import tell_errors
from lending.web.formats import DEFAULT_ZONE
from lending.web.numbers import whole_number

MOST_ORGANISATIONS = 1000


@dataclass(frozen=True)
class Beginning:
    """Who can ask whom, and what was chosen before the request began."""

    organisations: tuple[OrganisationView, ...]
    authorities: tuple[AuthorityView, ...]
    communes: tuple[CommuneView, ...]
    item: ItemDetail | None
    quantity: int
    dates: ChosenDates

    @property
    def carried(self) -> dict[str, str]:
        """The fields to send along with the form."""
        chosen = {} if self.item is None else {"item_id": str(self.item.id)}
        if self.quantity:
            chosen["quantity"] = str(self.quantity)
        return chosen | self.dates.arguments

    @property
    def offered(self) -> tuple[AuthorityView, ...]:
        """The lenders that can be asked: of the item chosen, only its own."""
        return tuple(
            found
            for found in self.authorities
            if self.item is None or found.id == self.item.authority_id
        )

    def authority(self, authority_id: int) -> AuthorityView:
        """Return one of the lenders."""
        return next(found for found in self.authorities if found.id == authority_id)


@blueprint.route("/demandes/nouvelle", methods=["GET", "POST"])
@allowed(Action.CREATE_BOOKING)
def start() -> ResponseReturnValue:
    """Begin a request with its event."""
    with database().read() as uow:
        beginning = _beginning(uow)
    if not beginning.organisations or not beginning.authorities:
        return render_template("bookings/nobody.html", beginning=beginning)
    form = StartForm()
    _offer(form, beginning)
    if not form.is_submitted():
        _prefill(form, beginning)
    elif form.validate():
        zone = ZoneInfo(beginning.authority(form.authority_id.data).timezone)
        event = form.event(zone)
        number = None if event is None else _create(form, beginning, event)
        if number is not None and event is not None:
            return _go_on(number, dated=_chosen_period(beginning, event) is not None)
    status = 422 if form.is_submitted() else 200
    return render_template("bookings/start.html", form=form, beginning=beginning), status


def _beginning(uow: UnitOfWork) -> Beginning:
    actor = principal()
    scope = None if actor.organisation_ids else actor.authority_scope(Action.CREATE_BOOKING)
    found = list_organisations(uow, actor, per_page=MOST_ORGANISATIONS).organisations
    item = _item(uow)
    given = request.values.to_dict()
    dates = (
        read_dates(given, DEFAULT_ZONE)
        if any(given.get(name) for name in FIELDS)
        else chosen_dates(DEFAULT_ZONE, uow.now)
    )
    authorities = list_authorities(uow, scope)
    quantity = request.values.get("quantity", 0, type=whole_number)
    return Beginning(
        organisations=tuple(
            organisation
            for organisation in found
            if organisation.verification is not Verification.REJECTED
            and (not actor.organisation_ids or organisation.id in actor.organisation_ids)
        ),
        authorities=authorities,
        communes=list_communes(uow),
        item=item if item and any(a.id == item.authority_id for a in authorities) else None,
        quantity=min(max(quantity, 0), 1_000_000) if item else 0,
        dates=dates,
    )


def _item(uow: UnitOfWork) -> ItemDetail | None:
    number = request.values.get("item_id", type=whole_number)
    try:
        return get_item(uow, number) if number is not None else None
    except NotFound:
        return None


def _offer(form: StartForm, beginning: Beginning) -> None:
    form.offer(beginning.communes)
    form.organisation_id.choices = [(found.id, found.name) for found in beginning.organisations]
    if len(beginning.organisations) > 1:
        form.organisation_id.choices.insert(0, (0, gettext("Choose…")))
    form.authority_id.choices = [(found.id, found.name) for found in beginning.offered]


def _prefill(form: StartForm, beginning: Beginning) -> None:
    asked = request.args.get("organisation_id", 0, type=whole_number)
    by_id = {each.id: each for each in beginning.organisations}
    organisation = by_id.get(asked, beginning.organisations[0])
    if len(beginning.organisations) == 1 or asked in by_id:
        form.organisation_id.data = organisation.id
        form.commune_insee.data = organisation.commune_insee
    near = [
        found
        for found in beginning.authorities
        if any(commune.insee == organisation.commune_insee for commune in found.communes)
    ]
    # The smallest territory around the seat: one's own town before the agglomeration.
    near.sort(key=lambda found: len(found.communes))
    offered = beginning.offered
    form.authority_id.data = next((a.id for a in near if a in offered), offered[0].id)
    dates = beginning.dates
    if dates.period and dates.start and dates.end:
        first, last = dates.start.date(), dates.end.date()
        if (last - first).days >= 2:
            first, last = first + timedelta(days=1), last - timedelta(days=1)
        form.show_days(first, last)


def _create(form: StartForm, beginning: Beginning, event: EventDetails) -> int | None:
    """Write the draft; None when something cannot be used, which the form then says."""
    if not form.organisation_id.data:
        tell_errors(form, InvalidInput(organisation_id=N_("Choose an organisation.")))
        return None
    authority = beginning.authority(form.authority_id.data)
    zone = ZoneInfo(authority.timezone)
    period = _chosen_period(beginning, event)
    if period is None:
        with database().read() as uow:
            asked = Interval(event.starts_at, event.ends_at)
            period = usual_dates(uow, authority, asked, zone)
    details = BookingDetails(
        organisation_id=form.organisation_id.data,
        authority_id=authority.id,
        starts_at=period.start,
        ends_at=period.end,
        source=Source.WEB if principal().organisation_ids else Source.PHONE,
    )
    lines = []
    if beginning.item and beginning.quantity and beginning.item.authority_id == authority.id:
        most = beginning.item.max_per_booking or beginning.quantity
        lines = [Wanted(beginning.item.id, min(beginning.quantity, most))]
    try:
        return (
            database().write(lambda uow: create_booking(uow, principal(), details, event, lines)).id
        )
    except InvalidInput as error:
        tell_errors(form, error, EVENT_FIELDS)
        return None


def _chosen_period(beginning: Beginning, event: EventDetails) -> Interval | None:
    """Return the dates chosen before, if they have to do with the event at all."""
    period = beginning.dates.period
    if period is None or not period.overlaps(Interval(event.starts_at, event.ends_at)):
        return None
    return period


def _go_on(number: int, *, dated: bool) -> ResponseReturnValue:
    with database().read() as uow:
        booking = get_booking(uow, principal(), number)
    keep_current(booking)
    page = "bookings.equipment" if dated else "bookings.dates"
    return redirect(url_for(page, booking_id=number), 303)
