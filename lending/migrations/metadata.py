"""All tables, for migrations and tests."""

import lending.accounts.models
import lending.api.models
import lending.attachments.models
import lending.authorities.models
import lending.availability.models
import lending.bookings.charges
import lending.bookings.models
import lending.catalogue.models
import lending.catalogue.unit_models
import lending.closures.models
import lending.db.counter
import lending.documents.models
import lending.equity.overriding.models
import lending.equity.record.models
import lending.equity.rounds.models
import lending.equity.routing.models
import lending.equity.valuation.models
import lending.handover.assignment_models
import lending.handover.models
import lending.jobs.models
import lending.logistics.means.models
import lending.logistics.models
import lending.logistics.overruling
import lending.logistics.rates_models
import lending.logistics.roads_models
import lending.logistics.rounds.models
import lending.notifications.models
import lending.organisations.models
import lending.policies.models
import lending.retention.models
import lending.safety.models
import lending.subscriptions.models  # noqa: F401 - imported for the tables they declare
from lending.db.base import Base

metadata = Base.metadata
