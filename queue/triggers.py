"""Triggers that hold the tickets and the journal to the rules, whoever writes: generated from `TRANSITIONS`.

* ``ticket_move``: a move must be in the table, or take back one that can be undone, and count ``moves`` up by one; what
  a ticket *is* never changes, and where it stands only with a move. It is postponed once and by nothing else.
  Its first officer (R1) never changes.
* ``ticket_journal``: every issue and every move leaves its row in the journal, in the same transaction.
* ``ticket_kept``, ``journal_kept``: nothing is deleted, and history is never rewritten.
"""

from collections.abc import Iterator

from .ticket import TRANSITIONS, UNDONE

_LAWFUL = ", ".join(f"'{status} {action} {target}'" for (status, action), target in TRANSITIONS.items())
_UNDOES = ", ".join(f"'{action} {status}'" for action, sources in UNDONE.items() for status in sorted(sources))
_MOVE = "OLD.status || ' ' || NEW.action || ' ' || NEW.status"
_UNLAWFUL = f"""NEW.moves <> OLD.moves + 1
    OR (NEW.action <> 'undo' AND ({_MOVE}) NOT IN ({_LAWFUL}))
    OR (NEW.action = 'undo' AND (OLD.action || ' ' || NEW.status) NOT IN ({_UNDOES}))
    OR (CASE WHEN NEW.action = 'postpone' THEN OLD.postponed OR NOT NEW.postponed
        ELSE OLD.postponed <> NEW.postponed OR OLD.callable_at <> NEW.callable_at END)
    OR (OLD.first_officer_id IS NOT NULL
        AND (NEW.first_officer_id IS NULL OR NEW.first_officer_id <> OLD.first_officer_id))"""
_FIXED = ("key", "hall_id", "business_day", "number", "arrival", "channel", "credit_minutes", "booked_for")
_WATCHED = (
    *("status", "action", "moves", "line_id", "rank", "callable_at", "postponed", "window_id", "bound_window_id"),
    "first_officer_id",
    *_FIXED,
)
_DATA = (
    "'number', NEW.number, 'rank', NEW.rank, 'credit', NEW.credit_minutes, 'bound', NEW.bound_window_id, "
    "'rule', CASE WHEN NEW.action = 'call' THEN NEW.why_rule END, "
    "'handicap', CASE WHEN NEW.action = 'call' THEN NEW.why_handicap END, "
    "'route', CASE WHEN NEW.action = 'issue' THEN NEW.route_reason END, 'note', NULLIF(NEW.note, '')"
)
_COLUMNS = "hall_id, at, actor, action, ticket_id, window_id, line_id, from_status, to_status, data"


def statements(dialect: str) -> Iterator[str]:
    """The DDL for one dialect, ``sqlite`` or ``postgresql``; running it again replaces what is there."""
    return _sqlite() if dialect == "sqlite" else _postgresql()


def _row(old_status: str, old_window: str, data: str) -> str:
    return (
        f"NEW.hall_id, NEW.changed_at, NEW.actor, NEW.action, NEW.id, {old_window}, NEW.line_id, "
        f"{old_status}, NEW.status, {data}"
    )


def _sqlite() -> Iterator[str]:
    data = f"json_patch('{{}}', json_object({_DATA}))"
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in _FIXED)
    move_row = _row("OLD.status", "COALESCE(NEW.window_id, OLD.window_id)", data)
    triggers = {
        "ticket_move": f"BEFORE UPDATE OF {', '.join(_WATCHED)} ON ticket WHEN {_UNLAWFUL} OR {changed} "
        "BEGIN SELECT RAISE(ABORT, 'ticket_move'); END",
        "ticket_journal_issue": "AFTER INSERT ON ticket "
        f"BEGIN INSERT INTO journal ({_COLUMNS}) VALUES ({_row('NULL', 'NEW.window_id', data)}); END",
        "ticket_journal_move": "AFTER UPDATE OF moves ON ticket "
        f"BEGIN INSERT INTO journal ({_COLUMNS}) VALUES ({move_row}); END",
        "ticket_kept": "BEFORE DELETE ON ticket BEGIN SELECT RAISE(ABORT, 'ticket_kept'); END",
        "journal_kept_update": "BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'journal_kept'); END",
        "journal_kept_delete": "BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'journal_kept'); END",
    }
    for name, body in triggers.items():
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield f"CREATE TRIGGER {name} {body}"


def _postgresql() -> Iterator[str]:
    data = f"json_strip_nulls(json_build_object({_DATA}))"
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in _FIXED)
    yield f"""CREATE OR REPLACE FUNCTION ticket_move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF {_UNLAWFUL} OR {changed} THEN
            RAISE EXCEPTION 'ticket_move' USING ERRCODE = 'check_violation', CONSTRAINT = 'ticket_move';
        END IF;
        RETURN NEW;
    END $$"""
    yield f"""CREATE OR REPLACE FUNCTION ticket_journal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO journal ({_COLUMNS}) VALUES ({_row("NULL", "NEW.window_id", data)});
        ELSE
            INSERT INTO journal ({_COLUMNS})
            VALUES ({_row("OLD.status", "COALESCE(NEW.window_id, OLD.window_id)", data)});
        END IF;
        RETURN NULL;
    END $$"""
    yield """CREATE OR REPLACE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION '%_kept', TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_kept';
    END $$"""
    triggers = {
        "ticket_move": (f"BEFORE UPDATE OF {', '.join(_WATCHED)} ON ticket FOR EACH ROW", "ticket", "ticket_move"),
        "ticket_journal": ("AFTER INSERT OR UPDATE OF moves ON ticket FOR EACH ROW", "ticket", "ticket_journal"),
        "ticket_kept": ("BEFORE DELETE OR TRUNCATE ON ticket", "ticket", "kept"),
        "journal_kept": ("BEFORE UPDATE OR DELETE OR TRUNCATE ON journal", "journal", "kept"),
    }
    for name, (when, table, function) in triggers.items():
        yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
        yield f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {function}()"
