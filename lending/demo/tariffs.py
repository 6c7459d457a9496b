"""The tariffs that the lenders of the demonstration voted; the rest goes by what it costs."""

from zoneinfo import ZoneInfo

from calendars.zones import to_local
from lending.accounts.permissions import Grant, Principal, Role
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.policies.drafting import Draft, edit_draft, open_draft, publish_policy
from lending.policies.rules import Per, Rules, Tariff

COURT = "Tribunal administratif des Trois-Rives (fictif)"
PER_LOAN = {
    "CHA-COQ": 100,
    "CHA-PLI": 100,
    "BAN-220": 200,
    "TAB-220": 300,
    "TAB-183": 300,
    "BAR-200": 200,
    "BAR-250": 200,
    "BAM-3X3": 2000,
    "SON-KIT": 5000,
}
PER_DAY = {"GRO-6": 2000, "CHA-AIR": 3000, "TEN-5X12": 3000}
"""In cents, of the size of those that communes publish."""


def publish_tariffs(uow: UnitOfWork, authority: Authority) -> None:
    """Put the first version of an authority's rules in force."""
    clerk = Principal(None, authority.name, (Grant(Role.MANAGER, authority.id),))
    tariffs = [Tariff(item_code=code, cents=cents) for code, cents in PER_LOAN.items()]
    tariffs += [Tariff(item_code=code, cents=cents, per=Per.DAY) for code, cents in PER_DAY.items()]
    today = to_local(uow.now, ZoneInfo(authority.timezone)).date()
    draft = open_draft(uow, clerk, authority.id)
    note = "Première version du règlement, avec ses tarifs de valorisation."
    vote = f"Délibération fictive n° 12 du {today:%d/%m/%Y}"
    told = Draft(Rules(tariffs=tuple(tariffs), court=COURT), note, vote)
    edit_draft(uow, clerk, draft.id, told)
    publish_policy(uow, clerk, draft.id, today)
