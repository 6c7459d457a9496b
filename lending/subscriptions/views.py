"""All views, by name: a new kind of feed is a module and a line here."""

from lending.subscriptions.drawing import FeedView
from lending.subscriptions.item import ItemView
from lending.subscriptions.models import View
from lending.subscriptions.organisation import OrganisationView

VIEWS: dict[View, FeedView] = {
    View.ORGANISATION: OrganisationView(),
    View.ITEM: ItemView(),
}
