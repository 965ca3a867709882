"""Triggers said once for both databases: a condition, and what is refused or done."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Trigger(NamedTuple):
    """``when`` and ``does`` are SQL in the words of one dialect; without ``does`` the change is refused by name.

    ``events``: such as ``UPDATE OF state``; a refusal comes before the change, what is done after it.
    """

    name: str
    table: str
    events: str
    when: str = ""
    does: Sequence[str] = ()


class Dialect(NamedTuple):
    """What the databases say differently."""

    name: str

    @property
    def sqlite(self) -> bool:
        return self.name == "sqlite"

    def differs(self, column: str, *, json: bool = False) -> str:
        """Whether an UPDATE changes a column, NULL being a value like others."""
        if self.sqlite:
            return f"OLD.{column} IS NOT NEW.{column}"
        kind = "::jsonb" if json else ""  # json itself has no equality
        return f"OLD.{column}{kind} IS DISTINCT FROM NEW.{column}{kind}"

    def object(self, pairs: str) -> str:
        """A JSON object of ``'name', value`` pairs."""
        return f"json_object({pairs})" if self.sqlite else f"json_build_object({pairs})"

    def day(self, value: str) -> str:
        """A date as ``2026-12-01``."""
        return value if self.sqlite else f"to_char({value}, 'YYYY-MM-DD')"


def laid(dialect: Dialect, triggers: Sequence[Trigger]) -> Iterator[str]:
    """The DDL of triggers; running it again replaces what is there."""
    for one in triggers:
        yield from _sqlite(one) if dialect.sqlite else _postgresql(one)


def _sqlite(one: Trigger) -> Iterator[str]:
    body = "; ".join(one.does) if one.does else f"SELECT RAISE(ABORT, '{_refusal(one)}')"
    when = f"WHEN {one.when} " if one.when else ""
    for number, event in enumerate(one.events.split(" OR ")):  # SQLite has one event a trigger
        name = f"{one.name}_{number}" if number else one.name
        yield f"DROP TRIGGER IF EXISTS {name}"
        timing = "AFTER" if one.does else "BEFORE"
        yield f"CREATE TRIGGER {name} {timing} {event} ON {one.table} {when}BEGIN {body}; END"


def _postgresql(one: Trigger) -> Iterator[str]:
    refuse = f"RAISE EXCEPTION '{one.name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{_refusal(one)}'"
    body = "; ".join(one.does) if one.does else refuse
    inner = f"IF {one.when} THEN {body}; END IF;" if one.when else f"{body};"
    back = "RETURN NULL;" if one.does else "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
    yield f"CREATE OR REPLACE FUNCTION {one.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {inner} {back} END $$"
    yield f"DROP TRIGGER IF EXISTS {one.name} ON {one.table}"
    timing = "AFTER" if one.does else "BEFORE"
    yield (f"CREATE TRIGGER {one.name} {timing} {one.events} ON {one.table} FOR EACH ROW EXECUTE FUNCTION {one.name}()")
    if "DELETE" in one.events and not one.does:  # nor all rows at once, which is no event of any row
        yield f"DROP TRIGGER IF EXISTS {one.name}_whole ON {one.table}"
        yield f"CREATE TRIGGER {one.name}_whole BEFORE TRUNCATE ON {one.table} EXECUTE FUNCTION {one.name}()"


def _refusal(one: Trigger) -> str:
    """The name that a refusal carries: `..._kept` whichever way it is attacked."""
    head, kept, _ = one.name.partition("_kept")
    return head + kept
