"""The database refuses to alter rules that are published.

Revision: 20261123b, after 20261123a.
Law: works with the code of the release before it; loses nothing.
"""

from alembic import op

from lending.policies.models import GUARD

revision = "20261123b"
down_revision = "20261123a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    GUARD.set_up(op.get_bind())


def downgrade() -> None:
    """Undo the change."""
    GUARD.take_down(op.get_bind())
