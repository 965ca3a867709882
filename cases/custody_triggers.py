"""Triggers around custody, whoever writes.

* ``custody_move``: only lawful moves; what was taken in, from whom, by whom and until when, never changes (R1, R7).
* ``custody_settled``: the alert ends when the papers have arrived. ``custody_kept``: nothing is deleted.
"""

from collections.abc import Iterator

from ..core.triggers import Dialect, Trigger, laid
from .custody import TRANSITIONS

_FIXED = (
    *("key", "hall_id", "number", "ticket_id", "department_id", "staff_id", "item_id", "matter", "officer_id"),
    *("at", "pass_by"),
)
_LAWFUL = ", ".join(f"'{state} {target}'" for (state, _), target in TRANSITIONS.items())


def statements(dialect: str) -> Iterator[str]:
    """The DDL for one dialect, ``sqlite`` or ``postgresql``; running it again replaces what is there."""
    sql = Dialect(dialect)
    return laid(sql, list(_triggers(sql)))


def _triggers(sql: Dialect) -> Iterator[Trigger]:
    fixed = " OR ".join([*(sql.differs(column) for column in _FIXED), sql.differs("materials", json=True)])
    moved = " OR ".join(sql.differs(name) for name in ("state", "passed_to_id", "passed_at", "acknowledged_at"))
    lawful = f"(OLD.state || ' ' || NEW.state) IN ({_LAWFUL})"
    written = f"NEW.sealed IS NOT NULL AND {sql.differs('sealed')}"
    yield Trigger("custody_move", "custody", "UPDATE", f"{fixed} OR {written} OR (({moved}) AND NOT {lawful})")
    yield Trigger("custody_kept", "custody", "DELETE")
    at = "CASE WHEN at > NEW.acknowledged_at THEN at ELSE NEW.acknowledged_at END"
    yield Trigger(
        "custody_settled",
        "custody",
        "UPDATE OF state",
        "NEW.state = 'acknowledged' AND OLD.state <> 'acknowledged'",
        [f"UPDATE alert SET ended_at = {at} WHERE event = 'custody:' || NEW.id AND ended_at IS NULL"],
    )
