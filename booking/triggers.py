"""Triggers that keep the counts of slots, whoever writes, and hold appointments to their lawful moves.

* ``hold_counted``, ``appointment_counted``: a slot's counts follow its holds and appointments; its CHECKs refuse what
  would oversell it. A move locks both slots in the order of their ids: two opposite moves never wait for each other.
* ``hold_move``, ``appointment_move``: only lawful moves; what a hold or an appointment *is* never changes.
* ``appointment_journal``: every move leaves its row in the journal, in the same transaction.
* ``hold_kept``, ``appointment_kept``: a place that is held, and any appointment, is never just deleted.
"""

from collections.abc import Iterator

from .state import TRANSITIONS

_LAWFUL = ", ".join(f"'{status} {action} {target}'" for (status, action), target in TRANSITIONS.items())
_MOVE = "OLD.status || ' ' || NEW.action || ' ' || NEW.status"
_UNLAWFUL = f"""NEW.moves <> OLD.moves + 1 OR ({_MOVE}) NOT IN ({_LAWFUL})
    OR (NEW.action <> 'move' AND NEW.slot_id <> OLD.slot_id)"""
_FIXED = ("code", "hall_id", "item_id", "channel", "at")
_WATCHED = ("status", "action", "moves", "slot_id", "day", "ticket_id", *_FIXED)
_HOLD_FIXED = ("key", "hall_id", "slot_id", "item_id", "channel", "at")
_DATA = "'appointment', NEW.id, 'slot', NEW.slot_id, 'channel', NEW.channel, 'status', NEW.status, 'note', NEW.note"
_COLUMNS = "hall_id, at, actor, action, ticket_id, data"
_ROW = "NEW.hall_id, NEW.changed_at, NEW.actor, 'appointment_' || NEW.action, NEW.ticket_id"


def statements(dialect: str) -> Iterator[str]:
    """The DDL for one dialect, ``sqlite`` or ``postgresql``; running it again replaces what is there."""
    return _sqlite() if dialect == "sqlite" else _postgresql()


def _sqlite() -> Iterator[str]:
    def count(row: str, held: int, booked: int) -> str:
        channels = ", ".join(
            f"{channel} = {channel} + ({row}.channel = '{channel}') * ({held + booked})"
            for channel in ("online", "phone", "onsite")
        )
        return (
            f"UPDATE slot SET held = held + ({held}), booked = booked + ({booked}), {channels} WHERE id = {row}.slot_id"
        )

    def refuse(name: str) -> str:
        return f"SELECT RAISE(ABORT, '{name}')"

    def changed(columns: tuple[str, ...]) -> str:
        return " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)

    insert = f"INSERT INTO journal ({_COLUMNS}) VALUES ({_ROW}, json_object({_DATA}))"
    triggers = {
        "hold_counted_new": f"AFTER INSERT ON hold WHEN NEW.state = 'held' BEGIN {count('NEW', 1, 0)}; END",
        "hold_counted_end": "AFTER UPDATE OF state ON hold WHEN OLD.state = 'held' AND NEW.state <> 'held' "
        f"BEGIN {count('OLD', -1, 0)}; END",
        "hold_move": f"BEFORE UPDATE OF state, {', '.join(_HOLD_FIXED)} ON hold "
        f"WHEN (OLD.state <> 'held' AND NEW.state <> OLD.state) OR {changed(_HOLD_FIXED)} "
        f"BEGIN {refuse('hold_move')}; END",
        "hold_kept": f"BEFORE DELETE ON hold WHEN OLD.state = 'held' BEGIN {refuse('hold_kept')}; END",
        "appointment_counted_new": f"AFTER INSERT ON appointment BEGIN {count('NEW', 0, 1)}; END",
        "appointment_counted_move": "AFTER UPDATE OF slot_id ON appointment WHEN OLD.slot_id <> NEW.slot_id "
        f"BEGIN {count('OLD', 0, -1)}; {count('NEW', 0, 1)}; END",
        "appointment_counted_end": "AFTER UPDATE OF status ON appointment "
        f"WHEN OLD.status = 'booked' AND NEW.status = 'cancelled' BEGIN {count('OLD', 0, -1)}; END",
        "appointment_move": f"BEFORE UPDATE OF {', '.join(_WATCHED)} ON appointment "
        f"WHEN {_UNLAWFUL} OR {changed(_FIXED)} BEGIN {refuse('appointment_move')}; END",
        "appointment_journal_new": f"AFTER INSERT ON appointment BEGIN {insert}; END",
        "appointment_journal_move": f"AFTER UPDATE OF moves ON appointment BEGIN {insert}; END",
        "appointment_kept": f"BEFORE DELETE ON appointment BEGIN {refuse('appointment_kept')}; END",
    }
    for name, body in triggers.items():
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield f"CREATE TRIGGER {name} {body}"


def _postgresql() -> Iterator[str]:
    def count(row: str, held: int, booked: int) -> str:
        channels = ", ".join(
            f"{channel} = {channel} + ({row}.channel = '{channel}')::int * ({held + booked})"
            for channel in ("online", "phone", "onsite")
        )
        return (
            f"UPDATE slot SET held = held + ({held}), booked = booked + ({booked}), {channels} WHERE id = {row}.slot_id"
        )

    def changed(columns: tuple[str, ...]) -> str:
        return " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)

    def refuse(name: str) -> str:
        return f"RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}'"

    functions = {
        "hold_counted": f"""
            IF TG_OP = 'INSERT' THEN
                IF NEW.state = 'held' THEN {count("NEW", 1, 0)}; END IF;
            ELSIF OLD.state = 'held' AND NEW.state <> 'held' THEN {count("OLD", -1, 0)};
            END IF;
            RETURN NULL;""",
        "hold_move": f"""
            IF (OLD.state <> 'held' AND NEW.state <> OLD.state) OR {changed(_HOLD_FIXED)} THEN
                {refuse("hold_move")};
            END IF;
            RETURN NEW;""",
        "hold_kept": f"""
            IF OLD.state = 'held' THEN {refuse("hold_kept")}; END IF;
            RETURN OLD;""",
        "appointment_counted": f"""
            IF TG_OP = 'INSERT' THEN {count("NEW", 0, 1)};
            ELSIF OLD.slot_id <> NEW.slot_id THEN
                PERFORM 1 FROM slot WHERE id IN (OLD.slot_id, NEW.slot_id) ORDER BY id FOR NO KEY UPDATE;
                {count("OLD", 0, -1)};
                {count("NEW", 0, 1)};
            ELSIF OLD.status = 'booked' AND NEW.status = 'cancelled' THEN {count("OLD", 0, -1)};
            END IF;
            IF TG_OP = 'INSERT' OR OLD.moves <> NEW.moves THEN
                INSERT INTO journal ({_COLUMNS}) VALUES ({_ROW}, json_build_object({_DATA}));
            END IF;
            RETURN NULL;""",
        "appointment_move": f"""
            IF {_UNLAWFUL} OR {changed(_FIXED)} THEN {refuse("appointment_move")}; END IF;
            RETURN NEW;""",
    }
    for name, body in functions.items():
        yield f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    triggers = {
        "hold_counted": ("AFTER INSERT OR UPDATE OF state ON hold FOR EACH ROW", "hold", "hold_counted"),
        "hold_move": (f"BEFORE UPDATE OF state, {', '.join(_HOLD_FIXED)} ON hold FOR EACH ROW", "hold", "hold_move"),
        "hold_kept": ("BEFORE DELETE ON hold FOR EACH ROW", "hold", "hold_kept"),
        "appointment_counted": (
            "AFTER INSERT OR UPDATE OF slot_id, status, moves ON appointment FOR EACH ROW",
            "appointment",
            "appointment_counted",
        ),
        "appointment_move": (
            f"BEFORE UPDATE OF {', '.join(_WATCHED)} ON appointment FOR EACH ROW",
            "appointment",
            "appointment_move",
        ),
        "appointment_kept": ("BEFORE DELETE OR TRUNCATE ON appointment", "appointment", "kept"),
    }
    for name, (when, table, function) in triggers.items():
        yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
        yield f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {function}()"
