"""Passages can be found by when they ended: a handover counts exactly what ended in the shift."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_index("ix_passage_ended", "passage", ["ended"])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_passage_ended", "passage")
