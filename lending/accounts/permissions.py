"""Who may do what: one table, which every page and every route goes through."""

from dataclasses import dataclass, replace
from enum import StrEnum

from lending.errors import Forbidden, NotFound, NotSignedIn
from lending.i18n import N_


class Role(StrEnum):
    """What a person is, for an organisation, for an authority or for the whole installation."""

    BORROWER = "borrower"
    FRONT_DESK = "front_desk"
    MANAGER = "manager"
    AGENT = "agent"
    """Does the field work, and sees what that needs."""
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """Return the gettext id of the role's name."""
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.BORROWER: N_("Association contact"),
    Role.FRONT_DESK: N_("Front desk"),
    Role.MANAGER: N_("Equipment manager"),
    Role.AGENT: N_("Technical agent"),
    Role.AUDITOR: N_("Auditor"),
    Role.ADMINISTRATOR: N_("Administrator"),
}

STAFF = frozenset(Role) - {Role.BORROWER}


class Scope(StrEnum):
    """How far a permission reaches."""

    OWN = "own"
    """The organisation that the person speaks for."""
    AUTHORITY = "authority"
    """What belongs to the authority that the person works for, or is addressed to it."""
    ALL = "all"
    """Everything in the installation."""


class Action(StrEnum):
    """What can be done; the value is the permission's stable name."""

    BROWSE_CATALOGUE = "catalogue.browse"
    EDIT_CATALOGUE = "catalogue.edit"
    SEE_STOCK_DETAILS = "catalogue.stock_details"
    """Who has what, maintenance and its reasons, stock movements."""
    MANAGE_STOCK = "catalogue.stock"
    SEE_PROGRAMME = "programme.see"
    """The events that their organisations agreed to show."""
    REGISTER_ORGANISATION = "organisation.register"
    SEE_ORGANISATION = "organisation.see"
    LIST_ORGANISATIONS = "organisation.list"
    EDIT_ORGANISATION = "organisation.edit"
    VERIFY_ORGANISATION = "organisation.verify"
    SEE_PAPERS = "papers.see"
    """What an organisation handed in: certificates, statutes; never who its members are."""
    HAND_IN_PAPERS = "papers.hand_in"
    CHECK_PAPERS = "papers.check"
    SEE_BOOKING = "booking.see"
    CREATE_BOOKING = "booking.create"
    EDIT_BOOKING = "booking.edit"
    CANCEL_BOOKING = "booking.cancel"
    REVIEW_BOOKING = "booking.review"
    """Take in review, ask for missing pieces, pass on to another lender."""
    GIVE_OPINION = "booking.opinion"
    """Say what a department thinks of a request; for which one, lending.equity.routing knows."""
    DECIDE_BOOKING = "booking.decide"
    """Approve, approve in part, refuse, put on the waiting list."""
    HAND_OVER = "booking.hand_over"
    """Prepare and close loans, and clear up what was told of them."""
    MAKE_STATEMENT = "booking.statement"
    """Write what leaves and what comes back, at the depot or on the site."""
    SEE_CHARGE = "charge.see"
    """What is charged for damage."""
    ANSWER_CHARGE = "charge.answer"
    """Accept or contest it, for the borrower."""
    DECIDE_CHARGE = "charge.decide"
    """Reduce, uphold or waive it, and hand it to the finance department."""
    ISSUE_DOCUMENT = "document.issue"
    """Issue letters, agreements and notes, and have agreements signed."""
    SIGN_AGREEMENT = "agreement.sign"
    """Sign for the organisation, with its account."""
    HAND_IN_AGREEMENT = "agreement.hand_in"
    """Hand in the copy of an agreement that was signed by hand."""
    SEE_INBOX = "inbox.see"
    SEE_BOARD = "board.see"
    SEE_SHORTAGES = "shortages.see"
    SEE_TASKS = "tasks.see"
    DO_TASKS = "tasks.do"
    """Begin field work, end it, report a problem."""
    MANAGE_MEANS = "means.manage"
    """See and plan agents, vehicles, crews, shifts and absences."""
    SUBSCRIBE = "calendar.subscribe"
    MANAGE_CLOSURES = "closures.manage"
    """Say on which days an authority or its depots are closed."""
    MANAGE_AUTHORITY = "authority.manage"
    SEE_POLICY = "policy.see"
    """The published rules by which an authority lends."""
    MANAGE_POLICY = "policy.manage"
    """Draft and publish them."""
    SEE_VALUE = "value.see"
    """What an authority's loans are worth: the yearly annex and what is published of it."""
    SEE_RECORD = "record.see"
    """The chain of decisions, its checks and its export."""
    MANAGE_USERS = "users.manage"
    SEE_JOBS = "jobs.see"
    RUN_JOBS = "jobs.run"
    """Have the worker do one at once."""
    SEE_MAIL = "mail.see"
    """Which mails did not arrive, and mail them again."""


_OWN, _AUTHORITY, _ALL = Scope.OWN, Scope.AUTHORITY, Scope.ALL
_B, _F, _M = Role.BORROWER, Role.FRONT_DESK, Role.MANAGER
_AGENT = Role.AGENT
_AUD, _ADM = Role.AUDITOR, Role.ADMINISTRATOR

PUBLIC_ACTIONS = frozenset(
    {
        Action.BROWSE_CATALOGUE,
        Action.REGISTER_ORGANISATION,
        Action.SEE_PROGRAMME,
        Action.SEE_POLICY,
    }
)
"""What anyone may do without signing in."""

PERMISSIONS: dict[Action, dict[Role, Scope]] = {
    Action.BROWSE_CATALOGUE: {_B: _ALL, _F: _ALL, _M: _ALL, _AUD: _ALL, _ADM: _ALL},
    Action.SEE_PROGRAMME: {_B: _ALL, _F: _ALL, _M: _ALL, _AUD: _ALL, _ADM: _ALL},
    Action.EDIT_CATALOGUE: {_M: _AUTHORITY, _ADM: _ALL},
    Action.SEE_STOCK_DETAILS: {
        _F: _AUTHORITY,
        _M: _AUTHORITY,
        _AUD: _AUTHORITY,
        _ADM: _ALL,
    },
    Action.MANAGE_STOCK: {_M: _AUTHORITY, _ADM: _ALL},
    Action.REGISTER_ORGANISATION: {_F: _ALL, _M: _ALL, _ADM: _ALL},
    Action.SEE_ORGANISATION: {_B: _OWN, _F: _ALL, _M: _ALL, _AUD: _ALL, _ADM: _ALL},
    Action.LIST_ORGANISATIONS: {_F: _ALL, _M: _ALL, _AUD: _ALL, _ADM: _ALL},
    Action.EDIT_ORGANISATION: {_B: _OWN, _F: _ALL, _M: _ALL, _ADM: _ALL},
    Action.VERIFY_ORGANISATION: {_F: _ALL, _M: _ALL, _ADM: _ALL},
    Action.SEE_PAPERS: {_B: _OWN, _F: _ALL, _M: _ALL, _AUD: _ALL, _ADM: _ALL},
    Action.HAND_IN_PAPERS: {_B: _OWN, _F: _ALL, _M: _ALL, _ADM: _ALL},
    Action.CHECK_PAPERS: {_F: _ALL, _M: _ALL, _ADM: _ALL},
    Action.SEE_BOOKING: {
        _B: _OWN,
        _F: _AUTHORITY,
        _M: _AUTHORITY,
        _AUD: _AUTHORITY,
        _ADM: _ALL,
    },
    Action.CREATE_BOOKING: {_B: _OWN, _F: _AUTHORITY, _M: _AUTHORITY, _ADM: _ALL},
    Action.EDIT_BOOKING: {_B: _OWN, _F: _AUTHORITY, _M: _AUTHORITY, _ADM: _ALL},
    Action.CANCEL_BOOKING: {_B: _OWN, _F: _AUTHORITY, _M: _AUTHORITY, _ADM: _ALL},
    Action.REVIEW_BOOKING: {_F: _AUTHORITY, _M: _AUTHORITY, _ADM: _ALL},
    Action.GIVE_OPINION: {_F: _AUTHORITY, _M: _AUTHORITY, _ADM: _ALL},
    Action.DECIDE_BOOKING: {_M: _AUTHORITY, _ADM: _ALL},
    Action.HAND_OVER: {_M: _AUTHORITY, _ADM: _ALL},
    Action.MAKE_STATEMENT: {_M: _AUTHORITY, _AGENT: _AUTHORITY, _ADM: _ALL},
    Action.SEE_CHARGE: {
        _B: _OWN,
        _F: _AUTHORITY,
        _M: _AUTHORITY,
        _AUD: _AUTHORITY,
        _ADM: _ALL,
    },
    Action.ANSWER_CHARGE: {_B: _OWN, _ADM: _ALL},
    Action.DECIDE_CHARGE: {_M: _AUTHORITY, _ADM: _ALL},
    Action.ISSUE_DOCUMENT: {_F: _AUTHORITY, _M: _AUTHORITY, _ADM: _ALL},
    Action.SIGN_AGREEMENT: {_B: _OWN},
    Action.HAND_IN_AGREEMENT: {_B: _OWN, _F: _AUTHORITY, _M: _AUTHORITY, _ADM: _ALL},
    Action.SEE_INBOX: {_F: _AUTHORITY, _M: _AUTHORITY, _AUD: _AUTHORITY, _ADM: _ALL},
    Action.SEE_BOARD: {_F: _AUTHORITY, _M: _AUTHORITY, _AUD: _AUTHORITY, _ADM: _ALL},
    Action.SEE_SHORTAGES: {
        _F: _AUTHORITY,
        _M: _AUTHORITY,
        _AUD: _AUTHORITY,
        _ADM: _ALL,
    },
    Action.SEE_TASKS: {
        _F: _AUTHORITY,
        _M: _AUTHORITY,
        _AGENT: _AUTHORITY,
        _AUD: _AUTHORITY,
        _ADM: _ALL,
    },
    Action.DO_TASKS: {_M: _AUTHORITY, _AGENT: _AUTHORITY, _ADM: _ALL},
    Action.MANAGE_MEANS: {_M: _AUTHORITY, _ADM: _ALL},
    Action.SUBSCRIBE: {
        _B: _OWN,
        _F: _AUTHORITY,
        _M: _AUTHORITY,
        _AGENT: _AUTHORITY,
        _AUD: _AUTHORITY,
        _ADM: _ALL,
    },
    Action.MANAGE_CLOSURES: {_M: _AUTHORITY, _ADM: _ALL},
    Action.MANAGE_AUTHORITY: {_ADM: _ALL},
    Action.SEE_POLICY: {_B: _ALL, _F: _ALL, _M: _ALL, _AUD: _ALL, _ADM: _ALL},
    Action.MANAGE_POLICY: {_M: _AUTHORITY, _ADM: _ALL},
    Action.SEE_VALUE: {_F: _AUTHORITY, _M: _AUTHORITY, _AUD: _AUTHORITY, _ADM: _ALL},
    Action.SEE_RECORD: {_M: _AUTHORITY, _AUD: _AUTHORITY, _ADM: _ALL},
    Action.MANAGE_USERS: {_ADM: _ALL},
    Action.SEE_JOBS: {_M: _ALL, _AUD: _ALL, _ADM: _ALL},
    Action.RUN_JOBS: {_ADM: _ALL},
    Action.SEE_MAIL: {_F: _AUTHORITY, _M: _AUTHORITY, _ADM: _ALL},
}


@dataclass(frozen=True)
class Grant:
    """One role and the organisation or authority that it is held for (none: everywhere)."""

    role: Role
    authority_id: int | None = None
    organisation_id: int | None = None


@dataclass(frozen=True)
class Principal:
    """Who acts: a person, or a program with a token. Nobody in particular holds no grant."""

    user_id: int | None = None
    name: str = ""
    grants: tuple[Grant, ...] = ()
    language: str = "fr"
    api_token_id: int | None = None
    """The token of the program that acts, if it is one: what it leaves behind dies with it."""

    @property
    def is_anonymous(self) -> bool:
        """Whether we do not know who this is."""
        return not self.grants and self.user_id is None

    @property
    def is_staff(self) -> bool:
        """Whether the person works for a lender."""
        return any(grant.role in STAFF for grant in self.grants)

    @property
    def organisation_ids(self) -> tuple[int, ...]:
        """The organisations the person speaks for."""
        return tuple(g.organisation_id for g in self.grants if g.organisation_id is not None)

    def can(
        self,
        action: Action,
        *,
        authority_id: int | None = None,
        organisation_id: int | None = None,
    ) -> bool:
        """Return whether the table allows the action on an object of these owners.

        Without owners: whether there is any object on which it would be allowed.
        """
        if action in PUBLIC_ACTIONS:
            return True
        anything = authority_id is None and organisation_id is None
        return any(
            self._reaches(grant, scope, anything, authority_id, organisation_id)
            for grant in self.grants
            if (scope := PERMISSIONS[action].get(grant.role)) is not None
        )

    def role_for(
        self, action: Action, *, authority_id: int | None, organisation_id: int | None
    ) -> Role | None:
        """Return the role in which the table allows the action on an object of these owners."""
        for grant in self.grants:
            alone = replace(self, grants=(grant,))
            if alone.can(action, authority_id=authority_id, organisation_id=organisation_id):
                return grant.role
        return None

    @staticmethod
    def _reaches(
        grant: Grant,
        scope: Scope,
        anything: bool,
        authority_id: int | None,
        organisation_id: int | None,
    ) -> bool:
        if anything or scope is Scope.ALL:
            return True
        if scope is Scope.OWN:
            return organisation_id is not None and grant.organisation_id == organisation_id
        # A staff role without an authority (a shared service) is held for all of them.
        return authority_id is not None and grant.authority_id in (None, authority_id)

    def check(
        self,
        action: Action,
        *,
        authority_id: int | None = None,
        organisation_id: int | None = None,
        hidden: bool = False,
    ) -> None:
        """Refuse what the table does not allow.

        With `hidden`, the refusal does not even say that the object exists.

        Raises:
            NotSignedIn: nobody is signed in, and somebody would have to be.
            NotFound: not allowed, and `hidden`.
            Forbidden: not allowed.
        """
        if self.can(action, authority_id=authority_id, organisation_id=organisation_id):
            return
        if self.is_anonymous:
            raise NotSignedIn
        raise NotFound if hidden else Forbidden

    def authority_scope(self, action: Action) -> frozenset[int] | None:
        """Return the authorities within which the person may do this; None means all."""
        ids: set[int] = set()
        for grant in self.grants:
            scope = PERMISSIONS[action].get(grant.role)
            if scope is Scope.ALL or (scope is Scope.AUTHORITY and grant.authority_id is None):
                return None
            if scope is Scope.AUTHORITY and grant.authority_id is not None:
                ids.add(grant.authority_id)
        return frozenset(ids)


ANONYMOUS = Principal()
SYSTEM = Principal(name="Tréteau", grants=(Grant(Role.ADMINISTRATOR),))
"""The installation itself: jobs and commands that act for nobody in particular."""
