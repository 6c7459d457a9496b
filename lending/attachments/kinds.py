"""What sort of papers there are, what each must say, and the states they go through.

A list of members is not among them, and must never be: nobody may ask an association for it
(ministerial answer 35676 of 17 December 2013).
"""

from enum import StrEnum

from lending.i18n import N_


class PaperKind(StrEnum):
    """What a paper is."""

    INSURANCE = "insurance"
    """Certificate of liability insurance (attestation de responsabilité civile)."""
    COMMITMENT = "commitment"
    """The contrat d'engagement républicain, signed."""
    STATUTES = "statutes"
    REGISTRATION = "registration"
    """Receipt of the prefecture, or extract of the Journal officiel."""
    SITE_PLAN = "site_plan"
    AUTHORISATION = "authorisation"
    """Of the public domain, of a bar, of safety: whatever the event needs."""

    @property
    def label(self) -> str:
        """Return the gettext id of the kind's name."""
        return LABELS[self]

    @property
    def hint(self) -> str:
        """Return the gettext id of what should be handed in."""
        return HINTS[self]

    @property
    def serves_all(self) -> bool:
        """Whether it says something of the organisation, and so serves all its requests."""
        return self in ALWAYS


LABELS = {
    PaperKind.INSURANCE: N_("Certificate of liability insurance"),
    PaperKind.COMMITMENT: N_("Republican commitment"),
    PaperKind.STATUTES: N_("Statutes"),
    PaperKind.REGISTRATION: N_("Receipt of registration"),
    PaperKind.SITE_PLAN: N_("Plan of the site"),
    PaperKind.AUTHORISATION: N_("Authorisation"),
}

HINTS = {
    PaperKind.INSURANCE: N_(
        "Your insurer sends it free of charge. It names the association, the policy and its dates."
    ),
    PaperKind.COMMITMENT: N_(
        "The contrat d'engagement républicain, signed by whoever represents the association."
    ),
    PaperKind.STATUTES: N_("The statutes in force, with all their pages."),
    PaperKind.REGISTRATION: N_("The receipt of the prefecture, or the extract of the gazette."),
    PaperKind.SITE_PLAN: N_("Where things go, where vehicles pass, where the power is."),
    PaperKind.AUTHORISATION: N_("To use public ground, to run a bar, of the safety commission…"),
}

ALWAYS = (
    PaperKind.INSURANCE,
    PaperKind.COMMITMENT,
    PaperKind.STATUTES,
    PaperKind.REGISTRATION,
)
"""What is said of the organisation, and serves all its requests."""
FOR_ONE = (PaperKind.SITE_PLAN, PaperKind.AUTHORISATION)
"""What is said of one event, and serves one request."""


class PaperState(StrEnum):
    """How far a paper has come."""

    TO_CHECK = "to_check"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """Return the gettext id of the state's name."""
        return STATES[self]


STATES = {
    PaperState.TO_CHECK: N_("To be checked"),
    PaperState.ACCEPTED: N_("Paper accepted"),
    PaperState.NOT_ACCEPTED: N_("Paper not accepted"),
    PaperState.REPLACED: N_("Paper replaced"),
    PaperState.WITHDRAWN: N_("Withdrawn"),
}

CURRENT = frozenset({PaperState.TO_CHECK, PaperState.ACCEPTED, PaperState.NOT_ACCEPTED})
"""The others are history."""
