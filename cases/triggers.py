"""Triggers of this room, whoever writes.

* ``receipt_kept``: a receipt that was handed out is neither changed nor taken away.
* ``enquiry_kept``: an enquiry's first officer, number and hall never change (R1), nor how and when it came, when it is
  due and whether it is a complaint (R8); it is never deleted, and what is closed stays closed.

PostgreSQL's function ``kept`` comes with the queue's triggers (`queue.triggers`), which are laid first.
"""

from collections.abc import Iterator

_FIXED = ("hall_id", "number", "channel", "kind", "officer_id", "at", "call_back_by")
_REOPENED = "(OLD.state = 'closed' AND NEW.state <> 'closed') OR (OLD.state <> 'open' AND NEW.state = 'open')"


def statements(dialect: str) -> Iterator[str]:
    """The DDL for one dialect, ``sqlite`` or ``postgresql``; running it again replaces what is there."""
    return _sqlite() if dialect == "sqlite" else _postgresql()


def _sqlite() -> Iterator[str]:
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in _FIXED)
    triggers = {
        "receipt_kept_update": "UPDATE ON receipt",
        "receipt_kept_delete": "DELETE ON receipt",
        "enquiry_kept_update": f"UPDATE OF state, {', '.join(_FIXED)} ON enquiry WHEN {changed} OR {_REOPENED}",
        "enquiry_kept_delete": "DELETE ON enquiry",
    }
    for name, when in triggers.items():
        refusal = name.rpartition("_")[0]
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield f"CREATE TRIGGER {name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{refusal}'); END"


def _postgresql() -> Iterator[str]:
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in _FIXED)
    yield f"""CREATE OR REPLACE FUNCTION enquiry_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF {changed} OR {_REOPENED} THEN
            RAISE EXCEPTION 'enquiry_kept' USING ERRCODE = 'check_violation', CONSTRAINT = 'enquiry_kept';
        END IF;
        RETURN NEW;
    END $$"""
    triggers = {
        "receipt_kept": ("BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt", "receipt", "kept"),
        "enquiry_kept": (
            f"BEFORE UPDATE OF state, {', '.join(_FIXED)} ON enquiry FOR EACH ROW",
            "enquiry",
            "enquiry_kept",
        ),
        "enquiry_kept_whole": ("BEFORE DELETE OR TRUNCATE ON enquiry", "enquiry", "kept"),
    }
    for name, (when, table, function) in triggers.items():
        yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
        yield f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {function}()"
