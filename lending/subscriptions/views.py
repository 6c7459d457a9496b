"""All views, by name.

A new kind of feed is a class like `drawing.FeedView`, a member of `models.View` and a line here.
"""

from lending.subscriptions.authority import AuthorityView
from lending.subscriptions.drawing import FeedView
from lending.subscriptions.field_work import FIELD_WORK
from lending.subscriptions.item import ItemView
from lending.subscriptions.models import View
from lending.subscriptions.occupation import DEPARTMENT, DEPOT
from lending.subscriptions.organisation import OrganisationView
from lending.subscriptions.programme import ProgrammeView

VIEWS: dict[View, FeedView] = {
    View.ORGANISATION: OrganisationView(),
    View.ITEM: ItemView(),
    View.DEPOT: DEPOT,
    View.DEPARTMENT: DEPARTMENT,
    View.AUTHORITY: AuthorityView(),
    **FIELD_WORK,
    View.PROGRAMME: ProgrammeView(),
}
