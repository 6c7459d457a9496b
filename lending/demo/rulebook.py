"""The next rules of a lender of the demonstration: a draft at work, for next year."""

from sqlalchemy import select

from lending.accounts.permissions import SYSTEM
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.policies.drafting import Draft, edit_draft, open_draft
from lending.policies.queries import read_rules
from lending.policies.rules import Rules

AT_WORK = "trois-rives"
"""The lender that prepares them."""
NOTE = (
    "Les demandes arrivent trop tard pour préparer les tournées : le délai est allongé."
    " En contrepartie, une association peut obtenir un gros prêt de plus par an."
)


def draft_next_rules(uow: UnitOfWork) -> None:
    """Write the draft."""
    number = uow.session.scalars(select(Authority.id).where(Authority.code == AT_WORK)).one()
    draft = open_draft(uow, SYSTEM, number)
    edit_draft(uow, SYSTEM, draft.id, Draft(_next(read_rules(draft.content)), NOTE))


def _next(rules: Rules) -> Rules:
    dearer = {"CHA-PLI": 120, "TAB-220": 350}
    return rules.model_copy(
        update={
            "lead_time_days": 60,
            "heavy_lead_time_days": 120,
            "large_loans_a_year": 4,
            "damage_percent": 15,
            "tariffs": tuple(
                each.model_copy(update={"cents": dearer.get(each.item_code, each.cents)})
                for each in rules.tariffs
            ),
        }
    )
