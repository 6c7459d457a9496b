"""What can go wrong with calendar subscriptions."""

from lending.errors import LendingError
from lending.i18n import N_


class SubscriptionRevoked(LendingError):
    """The address existed and was given up; a calendar should stop asking."""

    code = "subscription_revoked"
    default_message = N_("This calendar address was revoked.")
