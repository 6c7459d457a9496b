"""The families of equipment, the same for all authorities: written by who keeps a catalogue."""

import re
from dataclasses import dataclass

from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.catalogue.models import Category
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotFound
from lending.i18n import N_
from lending.words import fold

MOST_NAME = 120


@dataclass(frozen=True)
class FamilyDetails:
    """What is said of a family; `position` orders them, the lowest first."""

    name: str
    name_en: str = ""
    pictogram: str = "box"
    position: int = 900


def add_category(
    uow: UnitOfWork, actor: Principal, details: FamilyDetails, code: str = ""
) -> Category:
    """Write a family of equipment, for all authorities; its code comes from its name.

    Raises:
        InvalidInput: a field cannot be used, or the code is taken.
        NotSignedIn, Forbidden: the actor may edit no authority's catalogue.
    """
    actor.check(Action.EDIT_CATALOGUE)
    errors = _check(details)
    code = slug(code or details.name)
    taken = select(Category.id).where(Category.code == code)
    if uow.session.scalar(taken) is not None:
        errors.append(FieldError("name", N_("There is a family of this name already.")))
    if errors:
        raise InvalidInput(errors)
    category = Category(code=code)
    _write(category, details)
    uow.session.add(category)
    uow.session.flush()  # items refer to it by id
    return category


def edit_category(
    uow: UnitOfWork, actor: Principal, category_id: int, details: FamilyDetails
) -> Category:
    """Change what is said of a family; its code stays, since addresses and files name it.

    Raises:
        InvalidInput: a field cannot be used.
        NotFound: there is none of this number.
        NotSignedIn, Forbidden: the actor may edit no authority's catalogue.
    """
    actor.check(Action.EDIT_CATALOGUE)
    category = uow.session.get(Category, category_id)
    if category is None:
        raise NotFound
    if errors := _check(details):
        raise InvalidInput(errors)
    _write(category, details)
    return category


def family_code(uow: UnitOfWork, text: str) -> str:
    """Return the code of the family that is meant, or the text itself if there is none."""
    found = _find(uow, text)
    return found.code if found else text


def family_for(uow: UnitOfWork, actor: Principal, text: str) -> int:
    """Return the number of the family that is meant by its code or name; a new one is made.

    Raises:
        InvalidInput: the text cannot name one; the field is `category`.
        NotSignedIn, Forbidden: it is new, and the actor may edit no authority's catalogue.
    """
    if (found := _find(uow, text)) is not None:
        return found.id
    try:
        return add_category(uow, actor, FamilyDetails(text)).id
    except InvalidInput as error:
        raise InvalidInput(
            [FieldError("category", wrong.message, wrong.data) for wrong in error.errors]
        ) from error


def _find(uow: UnitOfWork, text: str) -> Category | None:
    families = uow.session.scalars(select(Category).order_by(Category.position, Category.id)).all()
    wanted = fold(text.strip())
    return next((f for f in families if f.code == text.strip()), None) or next(
        (f for f in families if wanted in (fold(f.name), fold(f.name_en)) or f.code == slug(text)),
        None,
    )


def slug(text: str) -> str:
    """Return a text as a code: lower case, no accents, hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:40]


def _check(details: FamilyDetails) -> list[FieldError]:
    errors = []
    if not slug(details.name):
        errors.append(FieldError("name", N_("Give the family a name.")))
    for name in ("name", "name_en"):
        if len(getattr(details, name)) > MOST_NAME:
            text = N_("This is too long: %(most)d characters at most.")
            errors.append(FieldError(name, text, (("most", MOST_NAME),)))
    if not 0 <= details.position <= 10_000:
        errors.append(FieldError("position", N_("Give a number from 0 to 10 000.")))
    return errors


def _write(category: Category, details: FamilyDetails) -> None:
    category.name, category.name_en = details.name.strip(), details.name_en.strip()
    category.pictogram, category.position = details.pictogram, details.position
