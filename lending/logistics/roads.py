"""How long drives take, for plans that are made and for plans that are checked."""

from lending.db.database import UnitOfWork
from lending.logistics.planner.travel import GreatCircle, Travel


def known_roads(uow: UnitOfWork) -> Travel:
    """Return what tells the minutes between places; it asks nobody outside this machine."""
    return GreatCircle()
