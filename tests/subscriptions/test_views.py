"""Views, and the names under which the API offers them."""

from typing import get_args

from lending.api.schemas.subscriptions import PersonalView
from lending.subscriptions.models import View
from lending.subscriptions.views import VIEWS


def test_every_view_is_drawn_by_something() -> None:
    assert set(VIEWS) == set(View)


def test_the_api_offers_every_view_that_has_secret_addresses() -> None:
    assert set(get_args(PersonalView)) == {view.value for view in VIEWS if not view.is_public}
