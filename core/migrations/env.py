"""Alembic's entry: the caller hands over an open connection and decides the transaction (`core.migrate`)."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from paihao.core.db import Base
from paihao.core.types import Moment


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Versions name our own type from where it lives; everything else renders as Alembic does it."""
    if kind == "type" and isinstance(item, Moment):
        autogen.imports.add("from paihao.core.types import Moment")
        return "Moment()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=render_item,
    compare_type=True,
    transactional_ddl=False,  # the caller's transaction is the only one
)
context.run_migrations()
