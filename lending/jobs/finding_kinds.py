"""What sorts of things the nightly checks find."""

from enum import StrEnum

from lending.accounts.permissions import Action
from lending.i18n import N_


class FindingKind(StrEnum):
    """What sort of thing somebody should look at."""

    INSURANCE = "insurance"
    RULES = "rules"
    PHOTO = "photo"
    PICTURE = "picture"
    STATEMENT = "statement"
    PAPER = "paper"
    DOCUMENT = "document"
    LOGO = "logo"
    RECORD = "record"
    INSPECTION = "inspection"

    @property
    def label(self) -> str:
        """Return the gettext id of what is wrong."""
        return _LABELS[self]

    @property
    def action(self) -> Action:
        """Return what one must be allowed to do to put it right."""
        return _ACTIONS[self]


_LABELS = {
    FindingKind.INSURANCE: N_("The insurance ends before the loan"),
    FindingKind.RULES: N_("It lends without rules of its own"),
    FindingKind.PHOTO: N_("The file of its photo is missing"),
    FindingKind.PICTURE: N_("The file of a picture is missing"),
    FindingKind.STATEMENT: N_("The file of a picture of the statement is missing"),
    FindingKind.PAPER: N_("The file of a paper is missing"),
    FindingKind.DOCUMENT: N_("The file of a document is missing"),
    FindingKind.LOGO: N_("The file of its logo is missing"),
    FindingKind.RECORD: N_("The record of decisions does not hold"),
    FindingKind.INSPECTION: N_("An inspection is due"),
}
_ACTIONS = {
    FindingKind.INSURANCE: Action.EDIT_ORGANISATION,
    FindingKind.RULES: Action.MANAGE_POLICY,
    FindingKind.PHOTO: Action.EDIT_CATALOGUE,
    FindingKind.PICTURE: Action.DO_TASKS,
    FindingKind.STATEMENT: Action.HAND_OVER,
    FindingKind.PAPER: Action.CHECK_PAPERS,
    FindingKind.DOCUMENT: Action.ISSUE_DOCUMENT,
    FindingKind.LOGO: Action.MANAGE_AUTHORITY,
    FindingKind.RECORD: Action.SEE_RECORD,
    FindingKind.INSPECTION: Action.MANAGE_STOCK,
}
