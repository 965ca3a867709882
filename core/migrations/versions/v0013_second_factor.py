"""The second factor, where sessions began, and Piccolo's flags as roles have them."""

import sqlalchemy as sa
from alembic import op
from paihao.core.types import Moment, Moments, Texts

revision = "0013"
down_revision = "0012"

USER = sa.table("piccolo_user", sa.column("id"), sa.column("admin"), sa.column("superuser"))
STAFF = sa.table("staff", sa.column("user_id"), sa.column("role"))


def upgrade() -> None:
    op.create_table(
        "authenticator_secret",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("recovery_codes", Texts(), nullable=False),
        sa.Column("recovery_codes_used_at", Moments(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.Column("last_used_at", Moment(), nullable=True),
        sa.Column("last_used_code", sa.Text(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["piccolo_user.id"], name=op.f("fk_authenticator_secret_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authenticator_secret")),
    )
    active = sa.text("revoked_at IS NULL")
    op.create_index(
        "uq_authenticator_secret_active",
        "authenticator_secret",
        ["user_id"],
        unique=True,
        postgresql_where=active,
        sqlite_where=active,
    )
    op.add_column("sessions", sa.Column("began_at", Moment(), nullable=True))
    op.add_column("sessions", sa.Column("address", sa.String(45), nullable=True))
    op.add_column("sessions", sa.Column("agent", sa.String(60), nullable=True))
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    # From now on a trigger on staff keeps them so.
    steering, admins = (
        sa.exists().where(STAFF.c.user_id == USER.c.id, STAFF.c.role.in_(roles))
        for roles in (("supervisor", "admin"), ("admin",))
    )
    op.execute(sa.update(USER).values(admin=steering, superuser=admins))
