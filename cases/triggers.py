"""Triggers of this room: a receipt that was handed out is neither changed nor taken away.

PostgreSQL's function ``kept`` comes with the queue's triggers (`queue.triggers`), which are laid first.
"""

from collections.abc import Iterator


def statements(dialect: str) -> Iterator[str]:
    """The DDL for one dialect, ``sqlite`` or ``postgresql``; running it again replaces what is there."""
    if dialect == "sqlite":
        for event in ("update", "delete"):
            name = f"receipt_kept_{event}"
            yield f"DROP TRIGGER IF EXISTS {name}"
            yield f"CREATE TRIGGER {name} BEFORE {event} ON receipt BEGIN SELECT RAISE(ABORT, 'receipt_kept'); END"
    else:
        yield "DROP TRIGGER IF EXISTS receipt_kept ON receipt"
        yield "CREATE TRIGGER receipt_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt EXECUTE FUNCTION kept()"
