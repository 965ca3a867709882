"""Triggers that keep the versions of items (R28), whoever writes: import, administration, a hand on the database.

* ``item_versioned``: an item's first version when it is made, the next one when a column of `VERSIONED` changes.
* ``item_version_kept``: a version is never rewritten, and goes only with its item.
"""

from collections.abc import Iterator

from .hall import VERSIONED

_JSON = ("materials", "steps")
_COLUMNS = ", ".join(("hall_id", "item_id", "version", "at", *VERSIONED))
_NEXT = "(SELECT COALESCE(MAX(version), 0) + 1 FROM item_version WHERE item_id = NEW.id)"
_KEPT = ", ".join(f"NEW.{column}" for column in VERSIONED)
_ORPHANED = "NOT EXISTS (SELECT 1 FROM item WHERE item.id = OLD.item_id)"


def statements(dialect: str) -> Iterator[str]:
    """The DDL for one dialect, ``sqlite`` or ``postgresql``; running it again replaces what is there."""
    return _sqlite() if dialect == "sqlite" else _postgresql()


def _insert(moment: str) -> str:
    return f"INSERT INTO item_version ({_COLUMNS}) VALUES (NEW.hall_id, NEW.id, {_NEXT}, {moment}, {_KEPT})"


def _sqlite() -> Iterator[str]:
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in VERSIONED)
    insert = _insert("strftime('%Y-%m-%d %H:%M:%f000+00:00', 'now')")  # as `Moment` writes it
    refuse = "BEGIN SELECT RAISE(ABORT, 'item_version_kept'); END"
    triggers = {
        "item_versioned_new": f"AFTER INSERT ON item BEGIN {insert}; END",
        "item_versioned": f"AFTER UPDATE OF {', '.join(VERSIONED)} ON item WHEN {changed} BEGIN {insert}; END",
        "item_version_kept_update": f"BEFORE UPDATE ON item_version {refuse}",
        "item_version_kept_delete": f"BEFORE DELETE ON item_version WHEN NOT ({_ORPHANED}) {refuse}",
    }
    for name, body in triggers.items():
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield f"CREATE TRIGGER {name} {body}"


def _postgresql() -> Iterator[str]:
    def compared(row: str, column: str) -> str:
        return f"{row}.{column}::jsonb" if column in _JSON else f"{row}.{column}"  # json itself has no equality

    changed = " OR ".join(
        f"{compared('OLD', column)} IS DISTINCT FROM {compared('NEW', column)}" for column in VERSIONED
    )
    yield f"""CREATE OR REPLACE FUNCTION item_versioned() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF NOT ({changed}) THEN RETURN NULL; END IF;
        END IF;
        {_insert("now()")};
        RETURN NULL;
    END $$"""
    yield f"""CREATE OR REPLACE FUNCTION item_version_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' THEN
            IF {_ORPHANED} THEN RETURN OLD; END IF;
        END IF;
        RAISE EXCEPTION 'item_version_kept' USING ERRCODE = 'check_violation', CONSTRAINT = 'item_version_kept';
    END $$"""
    columns = ", ".join(VERSIONED)
    triggers = {
        "item_versioned": (f"AFTER INSERT OR UPDATE OF {columns} ON item FOR EACH ROW", "item", "item_versioned"),
        "item_version_kept": (
            "BEFORE UPDATE OR DELETE ON item_version FOR EACH ROW",
            "item_version",
            "item_version_kept",
        ),
        "item_version_stays": ("BEFORE TRUNCATE ON item_version", "item_version", "item_version_kept"),
    }
    for name, (when, table, function) in triggers.items():
        yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
        yield f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {function}()"
