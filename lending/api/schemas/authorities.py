"""Who lends."""

from lending.api.schemas.common import Output, Page
from lending.authorities.models import AuthorityKind, Competence
from lending.authorities.queries import AuthorityView


class CommuneOut(Output):
    """A commune."""

    insee: str
    name: str
    postal_code: str


class DepartmentOut(Output):
    """A department and the causes it carries."""

    id: int
    code: str
    name: str
    competences: list[Competence]


class DepotOut(Output):
    """A place where equipment is collected and returned."""

    id: int
    code: str
    name: str
    address: str
    lat: float | None
    lon: float | None


class AuthorityOut(Output):
    """A town or agglomeration that lends."""

    id: int
    code: str
    name: str
    kind: AuthorityKind
    timezone: str
    email: str
    phone: str
    competences: list[Competence]
    departments: list[DepartmentOut]
    depots: list[DepotOut]
    communes: list[CommuneOut]


class AuthorityPage(Page):
    """Authorities."""

    items: list[AuthorityOut]


def authority_out(view: AuthorityView) -> AuthorityOut:
    """Return an authority as it is answered."""
    return AuthorityOut.model_validate(view, from_attributes=True)
