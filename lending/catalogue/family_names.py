"""Families of equipment as people name them: by code or by name."""

from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.catalogue.families import FamilyDetails, add_category, slug
from lending.catalogue.models import Category
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput
from lending.words import fold


def family_code(uow: UnitOfWork, text: str) -> str:
    """Return the code of the family that is meant, or the text itself if there is none."""
    found = _find(uow, text)
    return found.code if found else text


def family_for(uow: UnitOfWork, actor: Principal, text: str) -> int:
    """Return the number of the family that is meant; a new one is made.

    Raises:
        InvalidInput: the text cannot name one; the field is `category`.
        NotSignedIn, Forbidden: it is new, and the actor may edit no authority's catalogue.
    """
    found = _find(uow, text)
    if found is not None:
        return found.id
    try:
        return add_category(uow, actor, FamilyDetails(name=text)).id
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
