"""Triggers that hold cases to the rules, whoever writes; generated from `state.TRANSITIONS`.

* ``case_new``, ``case_move``: a case begins at its beginning, and only lawful moves follow, each counted; what it *is*
  never changes, its first officer above all (R1); it is extended once, by the due date (R30, R35).
* ``case_journal``: every move leaves its row in the journal. ``case_light``: a light that turns yellow or red is an
  alert, once for a due date (R36). It ends with its cause. ``case_handed``: open alerts go with the case's holder.
* ``case_part_*``: parts belong to a joint case and are counted (R3). ``case_suspension_*``: in order, while it stands.
* ``case_document_kept``, ``alert_kept`` ...: what was handed out or raised stays.
"""

from collections.abc import Iterator

from ..core.triggers import Dialect, Trigger, laid
from .state import TRANSITIONS

_LAWFUL = ", ".join(f"'{kind} {state} {action} {target}'" for (kind, state, action), target in TRANSITIONS.items())
_FIXED = (
    *("number", "hall_id", "ticket_id", "item_id", "version_id", "department_id", "first_officer_id", "officer_id"),
    *("confidential", "company", "received_at", "received_on", "statutory_days", "days", "complete"),
)
_MOVED = (
    *("kind", "state", "outcome", "action", "actor", "changed_at", "noticed_on", "completed_on"),
    *("extended", "extended_on", "decided_on", "ended_on", "delivered_on"),
)
_SAID = ("note", "reason", "why_later")
_ONCE = ("noticed_on", "completed_on", "extended_on", "decided_on", "ended_on", "delivered_on", "outcome")
_NEW = "('received', 'noticed', 'accepted', 'refused')"
_PARTS = "(SELECT COUNT(*) FROM case_part p WHERE p.case_id = NEW.id AND p.done_on IS NULL)"
_STOPPED = "EXISTS (SELECT 1 FROM case_suspension s WHERE s.case_id = NEW.id AND s.ended_on IS NULL)"
_JOURNAL = "INSERT INTO journal (hall_id, at, actor, action, ticket_id, data) VALUES"
_ALERT = "INSERT INTO alert (hall_id, event, kind, case_id, officer_id, department_id, facts, at, level, next_at)"


def statements(dialect: str) -> Iterator[str]:
    """The DDL for one dialect, ``sqlite`` or ``postgresql``; running it again replaces what is there."""
    speaks = Dialect(dialect)
    return laid(speaks, [*_case(speaks), *_around(speaks)])


def _case(sql: Dialect) -> Iterator[Trigger]:
    def changed(columns: tuple[str, ...]) -> str:
        return " OR ".join(sql.differs(column) for column in columns)

    move = "OLD.kind || ' ' || OLD.state || ' ' || NEW.action || ' ' || NEW.state"
    once = " OR ".join(f"(OLD.{column} IS NOT NULL AND {sql.differs(column)})" for column in _ONCE)
    unlawful = (
        f"{changed(_FIXED)} OR {once} OR NEW.moves NOT IN (OLD.moves, OLD.moves + 1) "
        f"OR (NEW.moves = OLD.moves AND ({changed(_MOVED)} OR {sql.differs('materials', json=True)})) "
        f"OR (NEW.moves = OLD.moves AND NEW.sealed IS NOT NULL AND ({changed(_SAID)})) "
        f"OR (NEW.moves > OLD.moves AND ({move}) NOT IN ({_LAWFUL})) "
        "OR (NEW.kind <> OLD.kind AND NOT (NEW.action = 'refuse' AND NEW.kind = 'returned')) "
        "OR (NEW.extended <> OLD.extended AND NOT (NEW.action = 'extend' AND OLD.extended = 0 "
        "AND NEW.extended_on <= OLD.due_on)) "
        "OR (NEW.moves > OLD.moves AND NEW.action = 'extend' AND NEW.extended = OLD.extended) "
        f"OR (NEW.parts_open < OLD.parts_open AND NEW.parts_open < {_PARTS}) "
        f"OR (OLD.state = 'suspended' AND NEW.state <> 'suspended' AND {_STOPPED})"
    )
    born = f"NEW.moves <> 0 OR NEW.action <> 'accept' OR NEW.state NOT IN {_NEW} OR NEW.parts_open <> 0"
    yield Trigger("case_new", "case_file", "INSERT", born)
    yield Trigger("case_move", "case_file", "UPDATE", unlawful)
    yield Trigger("case_kept", "case_file", "DELETE")
    about = sql.object(
        f"'case', NEW.number, 'kind', NEW.kind, 'state', NEW.state, 'due', {sql.day('NEW.due_on')}, 'light', NEW.light"
    )
    row = f"{_JOURNAL} (NEW.hall_id, NEW.changed_at, NEW.actor, 'case_' || NEW.action, NEW.ticket_id, {about})"
    yield Trigger("case_journal_new", "case_file", "INSERT", does=[row])
    yield Trigger("case_journal", "case_file", "UPDATE OF moves", "NEW.moves <> OLD.moves", [row])
    event = f"'case:' || NEW.id || ':' || NEW.light || ':' || {sql.day('NEW.due_on')}"
    facts = sql.object(f"'due', {sql.day('NEW.due_on')}, 'number', NEW.number")
    # What is due on the day on which it came is yellow from the start: nobody need be told of that.
    urgent = "(NEW.light = 'red' OR (NEW.light = 'yellow' AND NEW.kind <> 'immediate'))"
    alert = (
        f"{_ALERT} SELECT NEW.hall_id, {event}, NEW.light, NEW.id, NEW.holder_id, NEW.unit_id, {facts}, "
        f"NEW.judged_at, 0, NEW.judged_at WHERE {urgent}{{changed}} ON CONFLICT (event) DO NOTHING"
    )
    settled = (
        # Whose clock is behind ends it when it began, not before.
        "UPDATE alert SET ended_at = CASE WHEN at > NEW.judged_at THEN at ELSE NEW.judged_at END "
        "WHERE case_id = NEW.id AND ended_at IS NULL AND ("
        "(kind IN ('yellow', 'red') AND (NEW.light IS NULL OR NEW.light <> kind OR NEW.ended_on IS NOT NULL)) "
        "OR (kind = 'notice_due' AND NEW.state <> 'received') "
        "OR (kind IN ('step_late', 'part_late') AND NEW.outcome IS NOT NULL) "
        "OR (kind = 'delivery_late' AND NEW.state = 'delivered'))"
    )
    yield Trigger("case_light_new", "case_file", "INSERT", does=[alert.format(changed="")])
    moved = " OR ".join(sql.differs(column) for column in ("light", "state", "ended_on"))
    # In one trigger: what is raised and settled by the same change ends after it began.
    alert = alert.format(changed=f" AND {sql.differs('light')}")
    yield Trigger("case_light", "case_file", "UPDATE", moved, [alert, settled])
    handed = "UPDATE alert SET officer_id = NEW.holder_id WHERE case_id = NEW.id AND ended_at IS NULL"
    yield Trigger("case_handed", "case_file", "UPDATE OF holder_id", sql.differs("holder_id"), [handed])


def _around(sql: Dialect) -> Iterator[Trigger]:
    case = "(SELECT 1 FROM case_file c WHERE c.id = NEW.case_id AND {what})"
    joined = case.format(what="c.state = 'joined'")
    count = "UPDATE case_file SET parts_open = parts_open {sign} 1 WHERE id = NEW.case_id"
    yield Trigger("case_part_new", "case_part", "INSERT", f"NOT EXISTS {joined} OR NEW.done_on IS NOT NULL")
    yield Trigger("case_part_counted_new", "case_part", "INSERT", does=[count.format(sign="+")])
    fixed = " OR ".join(sql.differs(name) for name in ("case_id", "department_id", "days", "sent_on"))
    yield Trigger("case_part_move", "case_part", "UPDATE", f"OLD.done_on IS NOT NULL OR {fixed}")
    yield Trigger(
        "case_part_counted",
        "case_part",
        "UPDATE OF done_on",
        "OLD.done_on IS NULL AND NEW.done_on IS NOT NULL",
        [count.format(sign="-")],
    )
    yield Trigger("case_part_kept", "case_part", "DELETE")

    stands = case.format(what="c.state = 'suspended' AND c.accepted_on <= NEW.began_on")
    earlier = "EXISTS (SELECT 1 FROM case_suspension s WHERE s.case_id = NEW.case_id AND s.ended_on > NEW.began_on)"
    yield Trigger("case_suspension_new", "case_suspension", "INSERT", f"NOT EXISTS {stands} OR {earlier}")
    fixed = " OR ".join(sql.differs(name) for name in ("case_id", "procedure", "began_on"))
    yield Trigger("case_suspension_move", "case_suspension", "UPDATE", f"OLD.ended_on IS NOT NULL OR {fixed}")
    yield Trigger("case_suspension_kept", "case_suspension", "DELETE")

    fixed = " OR ".join(sql.differs(name) for name in ("case_id", "position", "name", "post", "began_on", "days"))
    yield Trigger("case_step_move", "case_step", "UPDATE", f"OLD.ended_on IS NOT NULL OR {fixed}")
    yield Trigger("case_step_kept", "case_step", "DELETE")

    yield Trigger("case_document_kept", "case_document", "UPDATE OR DELETE")
    fixed = " OR ".join(sql.differs(name) for name in ("hall_id", "event", "kind", "at"))
    backwards = "NEW.level < OLD.level OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS NULL)"
    yield Trigger("alert_move", "alert", "UPDATE", f"{fixed} OR {backwards}")
    yield Trigger("alert_kept", "alert", "DELETE")
