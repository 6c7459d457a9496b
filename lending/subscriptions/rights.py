"""Who reads a feed: rights are looked up anew at each fetch."""

from lending.accounts.models import ApiToken, User
from lending.accounts.permissions import ANONYMOUS, Grant, Principal
from lending.db.database import UnitOfWork
from lending.subscriptions.models import CalendarSubscription


def reader_of(uow: UnitOfWork, subscription: CalendarSubscription) -> Principal | None:
    """Return the person or program that subscribed, with today's rights; None when gone."""
    if subscription.view.is_public:
        return ANONYMOUS
    if subscription.user_id is not None:
        user = uow.session.get(User, subscription.user_id)
        if user is None or not user.is_active:
            return None
        grants = tuple(Grant(r.role, r.authority_id, r.organisation_id) for r in user.roles)
        return Principal(user.id, user.name, grants, user.language)
    if subscription.api_token_id is None:
        return None
    token = uow.session.get(ApiToken, subscription.api_token_id)
    if token is None or token.revoked_at is not None:
        return None
    grant = Grant(token.role, token.authority_id, token.organisation_id)
    return Principal(name=token.label, grants=(grant,), api_token_id=token.id)
