"""The database refuses to alter documents that are issued.

Revision: 20261123c, after 20261123b.
Law: works with the code of the release before it; loses nothing.
"""

from alembic import op

from lending.documents.models import GUARDS

revision = "20261123c"
down_revision = "20261123b"
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
