"""Triggers around matters and enquiries, whoever writes.

* ``matter_kept``: what was put before the leaders, by whom and when, never changes; what is answered stays answered.
* ``matter_settled``, ``enquiry_settled``: the alert of a matter or an enquiry ends with its cause.
* ``enquiry_taken``: the alert of an enquiry goes to whoever takes the duty on.
"""

from collections.abc import Iterator

from ..core.triggers import Dialect, Trigger, laid

_FIXED = (
    *("hall_id", "number", "officer_id", "department_id", "case_id", "ticket_id", "kind", "urgent", "at", "answer_by"),
)


def statements(dialect: str) -> Iterator[str]:
    """The DDL for one dialect, ``sqlite`` or ``postgresql``; running it again replaces what is there."""
    sql = Dialect(dialect)
    return laid(sql, list(_triggers(sql)))


def _triggers(sql: Dialect) -> Iterator[Trigger]:
    fixed = " OR ".join(sql.differs(column) for column in _FIXED)
    again = " OR ".join(sql.differs(column) for column in ("state", "answered_by_id", "answered_at"))
    unlawful = f"{fixed} OR (OLD.state = 'answered' AND ({again}))"
    yield Trigger("matter_kept", "matter", "UPDATE", unlawful)
    yield Trigger("matter_kept_whole", "matter", "DELETE")
    yield Trigger(
        "matter_settled",
        "matter",
        "UPDATE OF state",
        "OLD.state = 'open' AND NEW.state = 'answered'",
        [_ended("'matter:' || NEW.id || ':late'", "NEW.answered_at")],
    )
    late = "'enquiry:' || NEW.id || ':late'"
    yield Trigger(
        "enquiry_settled",
        "enquiry",
        "UPDATE OF state",
        "OLD.state <> 'closed' AND NEW.state = 'closed'",
        [_ended(late, "NEW.closed_at")],
    )
    taken = f"UPDATE alert SET officer_id = NEW.holder_id WHERE event = {late} AND ended_at IS NULL"
    yield Trigger("enquiry_taken", "enquiry", "UPDATE OF holder_id", "NEW.holder_id <> OLD.holder_id", [taken])


def _ended(event: str, at: str) -> str:
    """Whose clock is behind ends it when it began, not before."""
    ended = f"CASE WHEN at > {at} THEN at ELSE {at} END"
    return f"UPDATE alert SET ended_at = {ended} WHERE event = {event} AND ended_at IS NULL"
