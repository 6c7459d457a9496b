"""Write and change what can be borrowed."""

from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority, Department, Depot
from lending.catalogue.facts import ItemChanged
from lending.catalogue.families import slug
from lending.catalogue.models import Category, Item, StockMovement
from lending.catalogue.plugs import Plug
from lending.catalogue.records import SINCE_EVER
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotFound
from lending.i18n import N_
from lending.skills import ASKED_BY_ITEMS, Skill
from lending.words import searchable

INITIAL_STOCK = N_("Initial stock")
_TAKEN = N_("Another item of this authority has this code.")
LONGEST_BUFFER = 60 * 24 * 60
"""Minutes: preparation or turnaround of more than two months is a mistake of units."""
MOST_SEARCHED = 800
MOST_NUMBER = 2_000_000_000
"""What every database keeps in its columns of whole numbers."""


@dataclass(frozen=True)
class ItemDetails:
    """What staff say of an item, apart from its stock and photo.

    Weights are grams, volumes litres, amounts cents, buffers minutes, set-up seconds of one
    person for one piece.
    """

    code: str
    name: str
    category_id: int
    name_en: str = ""
    usual_names: str = ""
    description: str = ""
    department_id: int | None = None
    depot_id: int | None = None
    length_cm: int | None = None
    width_cm: int | None = None
    height_cm: int | None = None
    weight_g: int = 0
    volume_l: int = 0
    preparation_minutes: int = 0
    turnaround_minutes: int = 0
    replacement_value_cents: int = 0
    max_per_booking: int | None = None
    setup_seconds: int = 0
    min_crew: int = 1
    skills: frozenset[Skill] = frozenset()
    tent_area_dm2: int = 0
    can_be_closed: bool = False
    wind_max_kmh: int | None = None
    deck_area_dm2: int = 0
    drop_max_cm: int | None = None
    power_w: int = 0
    plug: Plug = Plug.NONE
    equivalence_group: str = ""


def create_item(
    uow: UnitOfWork, actor: Principal, authority_id: int, details: ItemDetails, stock: int = 0
) -> Item:
    """Write an item that has always had this stock.

    Raises:
        InvalidInput: a field cannot be used.
        NotSignedIn, Forbidden: the actor may not.
    """
    actor.check(Action.EDIT_CATALOGUE, authority_id=authority_id)
    errors = _check(uow, authority_id, details, None)
    if uow.session.get(Authority, authority_id) is None:
        errors.append(FieldError("authority_id", N_("We do not know this authority.")))
    if not 0 <= stock <= MOST_NUMBER:
        errors.append(FieldError("stock", N_("Give a number of pieces, 0 at least.")))
    if errors:
        raise InvalidInput(errors)
    item = Item(authority_id=authority_id, created_at=uow.now)
    _write(uow, item, details)
    uow.session.add(item)
    _flush(uow)  # the movement needs the item's id
    if stock:
        uow.session.add(
            StockMovement(
                item_id=item.id,
                quantity_delta=stock,
                effective_at=SINCE_EVER,
                reason=INITIAL_STOCK,
                actor_id=actor.user_id,
                created_at=uow.now,
            )
        )
    return item


def create_service(
    uow: UnitOfWork, actor: Principal, authority_id: int, details: ItemDetails, hours: int = 0
) -> Item:
    """Write help counted in hours, of which a department has so many a week.

    Raises:
        InvalidInput: a field cannot be used, or no department does it.
        NotSignedIn, Forbidden: the actor may not.
    """
    actor.check(Action.EDIT_CATALOGUE, authority_id=authority_id)
    if details.department_id is None:
        raise InvalidInput(department_id=N_("Say which department does it."))
    item = create_item(uow, actor, authority_id, details, hours)
    item.week_zone = uow.session.get_one(Authority, authority_id).timezone
    _tell(uow, item)
    return item


def edit_item(uow: UnitOfWork, actor: Principal, item_id: int, details: ItemDetails) -> Item:
    """Change what is said of an item; promises that were made keep their preparation times.

    Raises:
        InvalidInput: a field cannot be used.
        NotFound, NotSignedIn, Forbidden: the actor may not.
    """
    item = _item(uow, actor, item_id)
    if errors := _check(uow, item.authority_id, details, item.id):
        raise InvalidInput(errors)
    _write(uow, item, details)
    _tell(uow, item)
    return item


def deactivate_item(uow: UnitOfWork, actor: Principal, item_id: int) -> Item:
    """Lend the item no more; what was promised is kept.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not.
    """
    return _set_active(uow, actor, item_id, active=False)


def reactivate_item(uow: UnitOfWork, actor: Principal, item_id: int) -> Item:
    """Lend the item again.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not.
    """
    return _set_active(uow, actor, item_id, active=True)


def set_photo(uow: UnitOfWork, actor: Principal, item_id: int, photo: str) -> Item:
    """Show a photo of the store with the item; an empty name takes it away.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not.
    """
    item = _item(uow, actor, item_id)
    item.photo = photo
    _tell(uow, item)
    return item


def _item(uow: UnitOfWork, actor: Principal, item_id: int) -> Item:
    item = uow.session.get(Item, item_id)
    if item is None:
        raise NotFound
    actor.check(Action.EDIT_CATALOGUE, authority_id=item.authority_id)
    return item


def _set_active(uow: UnitOfWork, actor: Principal, item_id: int, *, active: bool) -> Item:
    item = _item(uow, actor, item_id)
    item.is_active = active
    _tell(uow, item)
    return item


def _tell(uow: UnitOfWork, item: Item) -> None:
    _flush(uow)  # subscribers read what the database holds
    uow.events.publish(ItemChanged(item.id), uow)


def _flush(uow: UnitOfWork) -> None:
    try:
        uow.session.flush()
    except IntegrityError as error:
        # Somebody took the code between our look and our writing.
        raise InvalidInput(code=_TAKEN) from error


def _write(uow: UnitOfWork, item: Item, details: ItemDetails) -> None:
    for field in fields(details):
        value = getattr(details, field.name)
        setattr(item, field.name, value.strip() if isinstance(value, str) else value)
    item.equivalence_group = slug(details.equivalence_group)
    item.search_text = search_text(item)


def search_text(item: Item) -> str:
    """Return the words by which an item is found, whole, as many as there is room for.

    Not its family's: who looks for tables does not want every chair of “Tables and chairs”.
    """
    words = searchable(item.name, item.usual_names, item.code, item.name_en)
    return (
        words if len(words) <= MOST_SEARCHED else words[: words.rindex(" ", 0, MOST_SEARCHED) + 1]
    )


def _check(
    uow: UnitOfWork, authority_id: int, details: ItemDetails, item_id: int | None
) -> list[FieldError]:
    return [
        *_check_texts(details),
        *_check_numbers(details),
        *_check_skills(details),
        *_check_places(uow, authority_id, details),
        *_check_code(uow, authority_id, details, item_id),
    ]


def _check_texts(details: ItemDetails) -> list[FieldError]:
    errors = []
    if not details.code.strip():
        errors.append(FieldError("code", N_("Give the item a code.")))
    if not details.name.strip():
        errors.append(FieldError("name", N_("Give the item a name.")))
    for name, most in (("code", 40), ("name", 160), ("name_en", 160), ("usual_names", 300)):
        if len(getattr(details, name)) > most:
            text = N_("This is too long: %(most)d characters at most.")
            errors.append(FieldError(name, text, (("most", most),)))
    return errors


def _check_numbers(details: ItemDetails) -> list[FieldError]:
    ranges: tuple[tuple[tuple[str, ...], int, int, str], ...] = (
        (
            (
                *("weight_g", "volume_l", "replacement_value_cents", "setup_seconds"),
                *("tent_area_dm2", "deck_area_dm2", "power_w"),
            ),
            0,
            MOST_NUMBER,
            N_("Give a number that is not negative."),
        ),
        (
            (
                *("length_cm", "width_cm", "height_cm", "max_per_booking"),
                *("wind_max_kmh", "drop_max_cm"),
            ),
            1,
            MOST_NUMBER,
            N_("Give a number of at least 1, or nothing."),
        ),
        (
            ("preparation_minutes", "turnaround_minutes"),
            0,
            LONGEST_BUFFER,
            N_("Give a length of time up to 60 days."),
        ),
        (("min_crew",), 1, MOST_NUMBER, N_("At least one person is needed.")),
    )
    return [
        FieldError(name, message)
        for names, least, most, message in ranges
        for name in names
        if (value := getattr(details, name)) is not None and not least <= value <= most
    ]


def _check_skills(details: ItemDetails) -> list[FieldError]:
    if details.skills <= set(ASKED_BY_ITEMS):
        return []
    return [FieldError("skills", N_("Licences go with vehicles: an item cannot ask for one."))]


def _check_places(uow: UnitOfWork, authority_id: int, details: ItemDetails) -> list[FieldError]:
    errors = []
    if uow.session.get(Category, details.category_id) is None:
        errors.append(FieldError("category", N_("Choose a family from the list.")))
    department = details.department_id and uow.session.get(Department, details.department_id)
    if details.department_id and (not department or department.authority_id != authority_id):
        errors.append(FieldError("department_id", N_("Choose a department of this authority.")))
    depot = details.depot_id and uow.session.get(Depot, details.depot_id)
    if details.depot_id and (not depot or depot.authority_id != authority_id):
        errors.append(FieldError("depot_id", N_("Choose a depot of this authority.")))
    return errors


def _check_code(
    uow: UnitOfWork, authority_id: int, details: ItemDetails, item_id: int | None
) -> list[FieldError]:
    taken = uow.session.scalar(
        select(Item.id).where(Item.authority_id == authority_id, Item.code == details.code.strip())
    )
    if taken is None or taken == item_id:
        return []
    return [FieldError("code", _TAKEN)]
