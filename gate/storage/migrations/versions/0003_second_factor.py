"""Second factors that are sealed, count once and can be lost; log-ins that can be ended."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("user_account") as table:
        table.alter_column("totp", existing_type=sa.String(64), type_=sa.String())
        table.add_column(sa.Column("recovery", sa.String(), nullable=False, server_default=""))
        table.add_column(
            sa.Column("totp_step", sa.BigInteger(), nullable=False, server_default="0")
        )
        table.add_column(sa.Column("log_ins_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back. Sealed fields must have been unsealed before: `gate database back` does both."""
    with op.batch_alter_table("user_account") as table:
        table.drop_column("log_ins_since")
        table.drop_column("totp_step")
        table.drop_column("recovery")
        table.alter_column("totp", existing_type=sa.String(), type_=sa.String(64))
