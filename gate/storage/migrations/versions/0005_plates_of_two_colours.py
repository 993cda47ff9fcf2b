"""One number on a blue and on a yellow plate: text and colour together are a vehicle's key."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COLOURED = ("visitor_pass", "block", "listed_vehicle")


def upgrade() -> None:
    """Forward."""
    for table in _COLOURED:
        column = sa.Column("colour", sa.String(32), nullable=False, server_default="unknown")
        op.add_column(table, column)
    with op.batch_alter_table("vehicle") as vehicle:
        vehicle.drop_constraint("uq_vehicle_plate", type_="unique")
        vehicle.create_unique_constraint("uq_vehicle_plate_colour", ["plate", "colour"])
    op.create_index("ix_vehicle_plate", "vehicle", ["plate"])


def downgrade() -> None:
    """Back; fails where two vehicles share a number, because one of them would be lost."""
    op.drop_index("ix_vehicle_plate", "vehicle")
    with op.batch_alter_table("vehicle") as vehicle:
        vehicle.drop_constraint("uq_vehicle_plate_colour", type_="unique")
        vehicle.create_unique_constraint("uq_vehicle_plate", ["plate"])
    for table in _COLOURED:
        with op.batch_alter_table(table) as coloured:
            coloured.drop_column("colour")
