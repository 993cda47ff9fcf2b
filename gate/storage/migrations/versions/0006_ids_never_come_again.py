"""On SQLite the id of a row that was deleted is not given to another one; PostgreSQL never did.

History, journal and audit name rows by table and id. Without AUTOINCREMENT SQLite gives the id of a
deleted last row to the next one, whose history would then begin with its predecessor's.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Each table with the word by which the history names its rows; "" where the history names none.
_TABLES = {
    "api_token": "",
    "block": "Block",
    "building": "Building",
    "change": "",
    "disclosure": "",
    "hold": "",
    "household": "Household",
    "import_batch": "ImportBatch",
    "listed_vehicle": "ListedVehicle",
    "name_check": "NameCheck",
    "pass_use": "PassUse",
    "person": "Person",
    "space": "Space",
    "special_pattern": "SpecialPattern",
    "unit": "Unit",
    "user_account": "",
    "vehicle": "Vehicle",
    "visit": "Visit",
    "visitor_pass": "VisitorPass",
}
_USED = sa.text(
    'SELECT max(coalesce((SELECT max(CAST(entity_id AS INTEGER)) FROM "change" '
    "WHERE entity = :entity), 0), coalesce((SELECT max(seq) FROM sqlite_sequence "
    "WHERE name = :name), 0))"
)


def upgrade() -> None:
    """Forward; ids of rows that were deleted before, and are in the history, are not used again."""
    if op.get_bind().dialect.name != "sqlite":
        return
    _rebuild(autoincrement=True)
    for name, entity in _TABLES.items():
        used = op.get_bind().execute(_USED, {"name": name, "entity": entity}).scalar_one()
        _begin_after(name, used)


def downgrade() -> None:
    """Back."""
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(autoincrement=False)


def _rebuild(*, autoincrement: bool) -> None:
    """SQLite cannot alter how a table numbers its rows: make each anew, with all that is in it."""
    for name in _TABLES:
        options = {"sqlite_autoincrement": autoincrement}
        with op.batch_alter_table(name, recreate="always", table_kwargs=options):
            pass


def _begin_after(name: str, used: int) -> None:
    sequence = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))
    op.execute(sequence.delete().where(sequence.c.name == name))
    op.execute(sequence.insert().values(name=name, seq=used))
