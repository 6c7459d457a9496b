"""The database refuses to alter decisions.

Revision: 20261123a, after 20261122.
Law: works with the code of the release before it; loses nothing.
"""

from alembic import op

from lending.equity.record.models import GUARDS

revision = "20261123a"
down_revision = "20261122"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    for guard in GUARDS:
        guard.set_up(op.get_bind())


def downgrade() -> None:
    """Undo the change."""
    for guard in GUARDS:
        guard.take_down(op.get_bind())
