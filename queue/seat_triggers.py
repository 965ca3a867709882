"""What holds planned seats to one a day for a person and one person a day for a window, whoever writes (R49).

* ``seat_staff_taken``, ``seat_window_taken``: two seats of one person, or of one window, never share a day. PostgreSQL
  has a constraint for that, which also two transactions at once cannot get past; SQLite has one writer, and a trigger.
* ``seat_same_hall``: nobody is planned for a hall that he does not belong to.
"""

from collections.abc import Iterator

from ..core.triggers import Dialect, Trigger, laid

_EXCLUSIVE = {"seat_staff_taken": "staff_id", "seat_window_taken": "window_id"}
_SHARES_A_DAY = "(other.until IS NULL OR other.until >= NEW.since) AND (NEW.until IS NULL OR other.since <= NEW.until)"
_WRITTEN = "INSERT OR UPDATE"
_SAME_HALL = Trigger(
    "seat_same_hall",
    "seat",
    _WRITTEN,
    "NOT EXISTS (SELECT 1 FROM staff WHERE staff.id = NEW.staff_id AND staff.hall_id = NEW.hall_id)",
)


def statements(dialect: str) -> Iterator[str]:
    """The DDL for one dialect, ``sqlite`` or ``postgresql``; running it again replaces what is there."""
    yield from laid(Dialect(dialect), [_SAME_HALL, *(_overlaps() if dialect == "sqlite" else ())])
    if dialect != "sqlite":
        yield from _excluded()


def _overlaps() -> Iterator[Trigger]:
    for name, column in _EXCLUSIVE.items():
        same = f"other.{column} = NEW.{column} AND other.id IS NOT NEW.id"
        found = f"SELECT 1 FROM seat AS other WHERE {same} AND {_SHARES_A_DAY}"
        yield Trigger(name, "seat", _WRITTEN, f"EXISTS ({found})")


def _excluded() -> Iterator[str]:
    for name, column in _EXCLUSIVE.items():
        # A range of one number, because GiST knows ranges by itself and plain numbers only with an extension.
        same, days = f"int8range({column}, {column}, '[]') WITH &&", "daterange(since, until, '[]') WITH &&"
        yield f"ALTER TABLE seat DROP CONSTRAINT IF EXISTS {name}"
        yield f"ALTER TABLE seat ADD CONSTRAINT {name} EXCLUDE USING gist ({same}, {days})"
