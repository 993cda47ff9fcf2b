"""The registry, and the people who use Gate."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("scopes", sa.String(256), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("household", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("sha256", name="uq_api_token_sha256"),
    )
    op.create_table(
        "block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_block"),
    )
    op.create_index("ix_block_plate", "block", ["plate"])

    op.create_table(
        "building",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_building"),
        sa.UniqueConstraint("name", name="uq_building_name"),
    )
    op.create_table(
        "idempotency",
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("caller", sa.String(128), nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "caller", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_at", "idempotency", ["at"])

    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_import_batch"),
    )
    op.create_table(
        "listed_vehicle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_listed_vehicle"),
        sa.UniqueConstraint("plate", name="uq_listed_vehicle_plate"),
    )
    op.create_table(
        "occupancy_count",
        sa.Column("occupant", sa.String(32), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("recounted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("occupant", name="pk_occupancy_count"),
    )
    op.create_table(
        "special_pattern",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pattern", sa.String(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_special_pattern"),
        sa.UniqueConstraint("pattern", name="uq_special_pattern_pattern"),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.String(256), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("totp", sa.String(64), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("wait_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_user_account"),
        sa.UniqueConstraint("name", name="uq_user_account_name"),
    )
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("entity_id", sa.String(), nullable=False),
        sa.Column("plate", sa.String(), nullable=True),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name="fk_change_batch_id_import_batch"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_change"),
    )
    op.create_index("ix_change_at", "change", ["at"])
    op.create_index("ix_change_batch_id", "change", ["batch_id"])
    op.create_index("ix_change_plate", "change", ["plate"])

    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name="fk_unit_building_id_building"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.UniqueConstraint("building_id", "name", name="uq_unit_building_id_name"),
    )
    op.create_table(
        "household",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_household_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_household"),
        sa.UniqueConstraint("unit_id", "room", name="uq_household_unit_id_room"),
    )
    op.create_table(
        "name_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name="fk_name_check_household_id_household"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_name_check"),
    )
    op.create_index("ix_name_check_asked_at", "name_check", ["asked_at"])
    op.create_index("ix_name_check_household_id", "name_check", ["household_id"])
    op.create_index("ix_name_check_plate", "name_check", ["plate"])

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name="fk_person_household_id_household"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_index("ix_person_household_id", "person", ["household_id"])

    op.create_table(
        "space",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name="fk_space_household_id_household"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_space"),
        sa.UniqueConstraint("name", name="uq_space_name"),
    )
    op.create_index("ix_space_household_id", "space", ["household_id"])

    op.create_table(
        "vehicle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("plate_class", sa.String(32), nullable=False),
        sa.Column("colour", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name="fk_vehicle_household_id_household"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_vehicle"),
        sa.UniqueConstraint("plate", name="uq_vehicle_plate"),
    )
    op.create_index("ix_vehicle_household_id", "vehicle", ["household_id"])

    op.create_table(
        "presence",
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occupant", sa.String(32), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=True),
        sa.Column("passage", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], name="fk_presence_space_id_space"),
        sa.PrimaryKeyConstraint("plate", name="pk_presence"),
    )
    op.create_table(
        "space_vehicle",
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], name="fk_space_vehicle_space_id_space"),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name="fk_space_vehicle_vehicle_id_vehicle"
        ),
        sa.PrimaryKeyConstraint("space_id", "vehicle_id", name="pk_space_vehicle"),
    )
    op.create_index("ix_space_vehicle_vehicle_id", "space_vehicle", ["vehicle_id"])

    op.create_table(
        "visitor_pass",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=True),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visitor_name", sa.String(), nullable=False),
        sa.Column("visitor_phone", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("name_check_id", sa.Integer(), nullable=True),
        sa.Column("confirmation", sa.String(), nullable=False),
        sa.Column("recurring", sa.Boolean(), nullable=False),
        sa.Column("consent_person_id", sa.Integer(), nullable=True),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["consent_person_id"], ["person.id"], name="fk_visitor_pass_consent_person_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name="fk_visitor_pass_household_id_household"
        ),
        sa.ForeignKeyConstraint(
            ["name_check_id"], ["name_check.id"], name="fk_visitor_pass_name_check_id_name_check"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_visitor_pass"),
    )
    op.create_index("ix_visitor_pass_household_id", "visitor_pass", ["household_id"])
    op.create_index("ix_visitor_pass_plate", "visitor_pass", ["plate"])
    op.create_index("ix_visitor_pass_valid_until", "visitor_pass", ["valid_until"])

    op.create_table(
        "pass_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pass_id", sa.Integer(), nullable=False),
        sa.Column("passage", sa.String(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["pass_id"], ["visitor_pass.id"], name="fk_pass_use_pass_id_visitor_pass"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pass_use"),
        sa.UniqueConstraint("pass_id", "passage", name="uq_pass_use_pass_id_passage"),
    )
    op.create_index("ix_pass_use_passage", "pass_use", ["passage"])

    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("pass_id", sa.Integer(), nullable=True),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("name_check_id", sa.Integer(), nullable=True),
        sa.Column("visitor_name", sa.String(), nullable=False),
        sa.Column("visitor_phone", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("registered_by", sa.String(), nullable=False),
        sa.Column("passage_in", sa.String(), nullable=True),
        sa.Column("passage_out", sa.String(), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name="fk_visit_household_id_household"
        ),
        sa.ForeignKeyConstraint(
            ["name_check_id"], ["name_check.id"], name="fk_visit_name_check_id_name_check"
        ),
        sa.ForeignKeyConstraint(
            ["pass_id"], ["visitor_pass.id"], name="fk_visit_pass_id_visitor_pass"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
        sa.UniqueConstraint("passage_in", name="uq_visit_passage_in"),
        sa.UniqueConstraint("passage_out", name="uq_visit_passage_out"),
    )
    op.create_index("ix_visit_checked_in_at", "visit", ["checked_in_at"])
    op.create_index("ix_visit_checked_out_at", "visit", ["checked_out_at"])
    op.create_index("ix_visit_household_id", "visit", ["household_id"])
    op.create_index("ix_visit_pass_id", "visit", ["pass_id"])
    op.create_index("ix_visit_plate", "visit", ["plate"])


def downgrade() -> None:
    """Back."""

    op.drop_table("visit")

    op.drop_table("pass_use")

    op.drop_table("visitor_pass")

    op.drop_table("space_vehicle")
    op.drop_table("presence")

    op.drop_table("vehicle")

    op.drop_table("space")

    op.drop_table("person")

    op.drop_table("name_check")
    op.drop_table("household")
    op.drop_table("unit")

    op.drop_table("change")
    op.drop_table("user_account")
    op.drop_table("special_pattern")
    op.drop_table("occupancy_count")
    op.drop_table("listed_vehicle")
    op.drop_table("import_batch")

    op.drop_table("idempotency")
    op.drop_table("building")

    op.drop_table("block")
    op.drop_table("api_token")
