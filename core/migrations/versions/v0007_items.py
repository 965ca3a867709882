"""What an item's guide says, its steps, and the versions of items that cases keep."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from paihao.core.types import Moment

revision = "0007"
down_revision = "0006"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = "'immediate', 'promised', 'reported', 'forwarded', 'joint'"
TEXTS = ("basis", "conditions", "procedure")
FLAGS = ("form_only", "complex")


def upgrade() -> None:
    _items()
    _versions()


def _items() -> None:
    # An item without a limit has that of an ordinary one: three working days.
    op.execute(
        "UPDATE item SET promised_days = 3, statutory_days = CASE WHEN statutory_days < 3 THEN 3 ELSE statutory_days END "
        "WHERE case_kind <> 'immediate' AND promised_days = 0"
    )
    with op.batch_alter_table("item") as item:
        for name in TEXTS:
            item.add_column(sa.Column(name, sa.String(1000), server_default="", nullable=False))
        item.add_column(sa.Column("steps", sa.JSON(), server_default="[]", nullable=False))
        for name in FLAGS:
            item.add_column(sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
        item.drop_constraint(op.f("ck_item_case_kind_known"), type_="check")
        item.create_check_constraint(op.f("ck_item_case_kind_known"), f"case_kind IN ({KINDS})")
        item.create_check_constraint(op.f("ck_item_form_only_immediate"), "case_kind = 'immediate' OR NOT form_only")
        item.create_check_constraint(op.f("ck_item_limit_named"), "case_kind = 'immediate' OR promised_days > 0")
    with op.batch_alter_table("item") as item:
        for name in (*TEXTS, "steps", *FLAGS):
            item.alter_column(name, server_default=None)


def _versions() -> None:
    kept: tuple[sa.Column[Any], ...] = (
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("case_kind", sa.String(12), nullable=False),
        sa.Column("statutory_days", sa.SmallInteger(), nullable=False),
        sa.Column("promised_days", sa.SmallInteger(), nullable=False),
        sa.Column("fee_yuan", sa.Double(), nullable=False),
        sa.Column("materials", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.String(1000), nullable=False) for name in TEXTS),
        sa.Column("steps", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in FLAGS),
    )
    op.create_table(
        "item_version",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hall_id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        *kept,
        sa.CheckConstraint("version > 0", name=op.f("ck_item_version_version_positive")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_item_version_hall_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_version_item_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_version")),
        sa.UniqueConstraint("id", "hall_id", name="uq_item_version_id_hall_id"),
        sa.UniqueConstraint("item_id", "version", name=op.f("uq_item_version_item_id_version")),
    )
    names = [column.name for column in kept]
    item = sa.table("item", sa.column("id"), sa.column("hall_id"), *(sa.column(name) for name in names))
    version = sa.table("item_version", *map(sa.column, ("hall_id", "item_id", "version", "at", *names)))
    first = sa.literal(1), sa.literal(datetime.now(UTC), Moment())
    found = sa.select(item.c.hall_id, item.c.id, *first, *(item.c[name] for name in names)).order_by(item.c.id)
    op.execute(version.insert().from_select([column.name for column in version.c], found))
