"""The database holds cases to their rules whoever writes: plain SQL, past all services, on both engines."""

import itertools
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from cabinet import Cabinet, open_cabinet
from floor import MORNING, lay
from paihao.cases.alert_tables import Alert, ChainStep
from paihao.cases.case_triggers import _FIXED as FIXED
from paihao.cases.state import TRANSITIONS, WORKING, Action, Procedure, State
from paihao.cases.tables import Case, Document, Part, StepRun, Suspended
from paihao.core.db import Base, Database, violated
from paihao.core.journal import Journal
from paihao.core.types import Moment
from paihao.queue.hall import CaseKind
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from ways import close_parts, led, paths, with_steps

pytestmark = pytest.mark.anyio


class Attack(NamedTuple):
    """SQL with ``{names}`` of rows, and the constraint or trigger that must refuse it."""

    sql: str
    guard: str


def change(which: str, what: str) -> str:
    return f"UPDATE case_file SET {what} WHERE id = {{{which}}}"


def move(which: str, state: str, action: str, *more: str, moves: str = "moves + 1") -> str:
    return change(which, ", ".join((f"state = '{state}'", f"action = '{action}'", f"moves = {moves}", *more)))


def another(table: type[Base], which: str, **changed: str) -> str:
    """A new row like that one, but for these columns."""
    columns = [column.name for column in table.__table__.columns if column.name != "id"]
    values = ", ".join(changed.get(column, column) for column in columns)
    name = table.__tablename__
    return f"INSERT INTO {name} ({', '.join(columns)}) SELECT {values} FROM {name} WHERE id = {{{which}}}"


def new(which: str = "open", **changed: str) -> str:
    return another(Case, which, number="'BJ01-20260302-99999'", **changed)


def rule(what: str, value: int) -> str:
    columns = {"warning_days": 1, "handover_minutes": 15, "matter_hours": 4, "custody_days": 1, "keep_days": 1825}
    columns[what] = value
    return (
        f"INSERT INTO case_rules (hall_id, {', '.join(columns)}) "
        f"SELECT hall_id, {', '.join(map(str, columns.values()))} FROM case_file WHERE id = {{open}}"
    )


def paper(which: str, **changed: str) -> str:
    return another(Document, which, **({"key": "'another key'", "number": "'SL-9'"} | changed))


def stop(which: str, began: str, ended: str = "NULL", procedure: str = "hearing") -> str:
    return (
        "INSERT INTO case_suspension (case_id, procedure, reason, began_on, ended_on) "
        f"VALUES ({{{which}}}, '{procedure}', '听证', '{began}', {ended})"
    )


SUNDAY, TUESDAY, TOO_LATE = "'2026-03-01'", "'2026-03-03'", "'2026-03-10'"
DECIDES = ("outcome = 'approved'", f"decided_on = {TUESDAY}", f"ended_on = {TUESDAY}")
WITHDRAWS = ("outcome = 'withdrawn'", "reason = '不办了'", f"ended_on = {TUESDAY}")
RUNS = (f"due_on = {TOO_LATE}", f"yellow_on = {TOO_LATE}", "light = 'green'")
OTHERWISE = {
    "number": "'another'",
    "complete": "NOT complete",
    "company": "NOT company",
    "confidential": "NOT confidential",
} | {
    "received_at": "judged_at",
    "received_on": TUESDAY,
}
"""Other values of what a case is; numbers are one more."""
ATTACKS: Mapping[str, Attack] = {
    **{
        f"what a case is: {column}": Attack(
            change("open", f"{column} = {OTHERWISE.get(column, f'{column} + 1')}"), "case_move"
        )
        for column in FIXED
    },
    # How a case begins.
    "a number given twice": Attack(another(Case, "open"), "uq_case_file_number"),
    "born decided": Attack(
        new(state="'decided'", outcome="'approved'", decided_on=TUESDAY, ended_on=TUESDAY), "case_new"
    ),
    "born in a state nobody knows": Attack(new(state="'lost'"), "case_new"),
    "born by another action": Attack(new(action="'decide'"), "case_new"),
    "born after some moves": Attack(new(moves="3"), "case_new"),
    "born with parts": Attack(new(parts_open="1"), "case_new"),
    "a version of another hall's item": Attack(new(hall_id="{other_hall}"), "fk_case_file_version"),
    "a ticket that is not there": Attack(new(ticket_id="0"), "fk_case_file_ticket_id"),
    "a kind nobody knows": Attack(new(kind="'odd'"), "ck_case_file_kind_known"),
    "an outcome nobody knows": Attack(new("refused", outcome="'lost'"), "ck_case_file_outcome_known"),
    "a light nobody knows": Attack(new(light="'blue'"), "ck_case_file_light_known"),
    "a language nobody speaks": Attack(new(language="'tlh'"), "ck_case_file_language_known"),
    "returned and accepted": Attack(new(kind="'returned'"), "ck_case_file_refused_is_returned"),
    "refused and not returned": Attack(new("refused", kind="'promised'", days="5"), "ck_case_file_refused_is_returned"),
    "over and open": Attack(new(outcome="'withdrawn'"), "ck_case_file_over_has_outcome"),
    "refused without a reason": Attack(new("refused", reason="''"), "ck_case_file_refusal_has_reason"),
    "not complete, and nothing said why": Attack(new(complete="false"), "ck_case_file_later_has_reason"),
    "complete and noticed": Attack(new(noticed_on=TUESDAY), "ck_case_file_complete_needs_nothing"),
    "complete and completed": Attack(new(completed_on=TUESDAY), "ck_case_file_complete_needs_nothing"),
    "noticed on no day": Attack(new("received", state="'noticed'"), "ck_case_file_noticed_has_day"),
    "noticed before he came": Attack(new("noticed", noticed_on=SUNDAY), "ck_case_file_materials_after_receipt"),
    "at once in some days": Attack(new("immediate", days="1"), "ck_case_file_immediate_same_day"),
    "promised for no day": Attack(new(days="0"), "ck_case_file_promise_has_days"),
    "promised for longer than the law allows": Attack(new(days="11"), "ck_case_file_promise_within_statute"),
    "accepted before he came": Attack(new(accepted_on=SUNDAY), "ck_case_file_accepted_after_receipt"),
    # Moves.
    "a move that is not in the table": Attack(move("open", "suspended", "decide"), "case_move"),
    "a move that is another kind's": Attack(move("open", "forwarded", "forward"), "case_move"),
    "suspended what is due today": Attack(
        move("immediate", "suspended", "suspend", "due_on = NULL", "light = NULL"), "case_move"
    ),
    "extended what is due today": Attack(
        move("immediate", "accepted", "extend", "extended = 1", f"extended_on = {TUESDAY}"), "case_move"
    ),
    "resumed what is not suspended": Attack(move("open", "accepted", "resume"), "case_move"),
    "resumed while the procedure runs": Attack(move("suspended", "accepted", "resume", *RUNS), "case_move"),
    "withdrawn while the procedure runs": Attack(move("suspended", "withdrawn", "withdraw", *WITHDRAWS), "case_move"),
    "decided twice": Attack(move("decided", "decided", "decide"), "case_move"),
    "opened again": Attack(move("decided", "accepted", "complete", "outcome = NULL"), "case_move"),
    "delivered what was withdrawn": Attack(
        move("withdrawn", "delivered", "deliver", f"decided_on = {TUESDAY}", f"delivered_on = {TUESDAY}"), "case_move"
    ),
    "two moves at once": Attack(move("open", "decided", "decide", *DECIDES, moves="moves + 2"), "case_move"),
    "a move that is not counted": Attack(move("open", "decided", "decide", *DECIDES, moves="moves"), "case_move"),
    "a state without a move": Attack(change("open", "state = 'noticed'"), "case_move"),
    "an outcome without a move": Attack(change("decided", "outcome = 'rejected'"), "case_move"),
    "materials without a move": Attack(change("noticed", "materials = '[]'"), "case_move"),
    "an actor without a move": Attack(change("open", "actor = 'staff:0'"), "case_move"),
    "a reason without a move": Attack(change("refused", "reason = '换一个理由'"), "case_move"),
    "another kind": Attack(move("open", "accepted", "step", "kind = 'joint'"), "case_move"),
    "returned without a refusal": Attack(move("noticed", "noticed", "supplement", "kind = 'returned'"), "case_move"),
    "noticed on another day": Attack(
        move("noticed", "noticed", "supplement", "noticed_on = '2026-03-04'"), "case_move"
    ),
    "decided on another day": Attack(
        move("decided", "delivered", "deliver", "decided_on = '2026-03-04'", "delivered_on = '2026-03-05'"), "case_move"
    ),
    "reported on another day": Attack(
        move(
            "reported",
            "decided",
            "decide",
            "outcome = 'approved'",
            "decided_on = '2026-03-05'",
            "ended_on = '2026-03-05'",
        ),
        "case_move",
    ),
    "withdrawn before it was accepted": Attack(
        move("open", "withdrawn", "withdraw", "outcome = 'withdrawn'", f"ended_on = {SUNDAY}"),
        "ck_case_file_ended_after_acceptance",
    ),
    "decided on no day": Attack(
        move("open", "decided", "decide", "outcome = 'approved'", f"ended_on = {TUESDAY}"),
        "ck_case_file_decided_has_day",
    ),
    "decided, and its time not ended": Attack(
        move("open", "decided", "decide", "outcome = 'approved'", f"decided_on = {TUESDAY}"), "ck_case_file_end_has_day"
    ),
    "decided before it was reported": Attack(
        move("reported", "decided", "decide", "outcome = 'approved'", f"decided_on = {SUNDAY}"),
        "ck_case_file_delivered_after_end",
    ),
    "rejected without a reason": Attack(
        move("open", "rejected", "reject", "outcome = 'rejected'", *DECIDES[1:]), "ck_case_file_refusal_has_reason"
    ),
    "delivered on no day": Attack(move("decided", "delivered", "deliver"), "ck_case_file_delivered_has_day"),
    "delivered before it was decided": Attack(
        move("decided", "delivered", "deliver", f"delivered_on = {SUNDAY}"), "ck_case_file_delivered_after_end"
    ),
    "a case deleted": Attack("DELETE FROM case_file WHERE id = {open}", "case_kept"),
    # What follows.
    "due before it was accepted": Attack(change("open", f"due_on = {SUNDAY}"), "ck_case_file_due_after_acceptance"),
    "due on no day": Attack(change("open", "due_on = NULL"), "ck_case_file_running_has_due_day"),
    "no light": Attack(change("open", "light = NULL"), "ck_case_file_running_has_due_day"),
    "due while it stands still": Attack(change("noticed", f"due_on = {TUESDAY}"), "ck_case_file_still_has_none"),
    "a light while it is suspended": Attack(change("suspended", "light = 'green'"), "ck_case_file_still_has_none"),
    "no notice owed": Attack(change("received", "notice_by = NULL"), "ck_case_file_received_owes_notice"),
    "with another department": Attack(change("open", "unit_id = {unit}"), "ck_case_file_only_forwarded_leaves"),
    "forgotten while it is open": Attack(change("open", "sealed = NULL"), "ck_case_file_forgotten_wholly"),
    "forgotten but for his name": Attack(
        change("decided", "sealed = NULL, applicant = '', phone_index = NULL"), "ck_case_file_forgotten_wholly"
    ),
    "forgotten but for his phone": Attack(
        change("decided", "sealed = NULL, applicant = '', name_index = NULL"), "ck_case_file_forgotten_wholly"
    ),
    "forgotten but for what lists show": Attack(
        change("decided", "sealed = NULL, name_index = NULL, phone_index = NULL"), "ck_case_file_forgotten_wholly"
    ),
    # The one extension.
    "extended for eleven days": Attack(
        move("open", "accepted", "extend", "extended = 11", f"extended_on = {TUESDAY}"),
        "ck_case_file_extension_bounded",
    ),
    "extended on no day": Attack(move("open", "accepted", "extend", "extended = 3"), "ck_case_file_extended_has_day"),
    "extended for no day": Attack(move("open", "accepted", "extend"), "case_move"),
    "extended after the due day": Attack(
        move("open", "accepted", "extend", "extended = 3", f"extended_on = {TOO_LATE}"), "case_move"
    ),
    "extended by another action": Attack(
        move("open", "accepted", "step", "extended = 3", f"extended_on = {TUESDAY}"), "case_move"
    ),
    "extended twice": Attack(move("extended", "accepted", "extend", "extended = 4"), "case_move"),
    "extended twice for as long": Attack(move("extended", "accepted", "extend"), "case_move"),
    "extended on another day": Attack(
        move("extended", "accepted", "extend", "extended = 4", "extended_on = '2026-03-04'"), "case_move"
    ),
    "an extension taken back": Attack(
        move("extended", "accepted", "step", "extended = 0", "extended_on = NULL"), "case_move"
    ),
    # Special procedures.
    "stopped while it runs": Attack(stop("open", "2026-03-03"), "case_suspension_new"),
    "stopped before it was accepted": Attack(stop("suspended", "2026-03-01"), "case_suspension_new"),
    "stopped while it was stopped": Attack(stop("suspended", "2026-03-04"), "case_suspension_new"),
    "stopped twice at a time": Attack(stop("suspended", "2026-03-09"), "uq_case_suspension_open"),
    "stopped for what is no procedure": Attack(
        stop("suspended", "2026-03-09", procedure="holiday"), "ck_case_suspension_procedure_known"
    ),
    "stopped until before it began": Attack(
        stop("suspended", "2026-03-09", "'2026-03-08'"), "ck_case_suspension_ends_after_it_began"
    ),
    "a procedure that ended runs again": Attack(
        "UPDATE case_suspension SET ended_on = NULL WHERE id = {stopped}", "case_suspension_move"
    ),
    "a procedure that ended later": Attack(
        "UPDATE case_suspension SET ended_on = '2026-03-06' WHERE id = {stopped}", "case_suspension_move"
    ),
    "a procedure that began earlier": Attack(
        "UPDATE case_suspension SET began_on = '2026-03-05' WHERE id = {stops}", "case_suspension_move"
    ),
    "a procedure deleted": Attack("DELETE FROM case_suspension WHERE id = {stops}", "case_suspension_kept"),
    # Parts of joint cases.
    "a part of a case that is not joint": Attack(another(Part, "part", case_id="{open}"), "case_part_new"),
    "a part that is done at once": Attack(
        another(Part, "part", department_id="{third}", done_on="sent_on", done_by_id="1", opinion="'同意'"),
        "case_part_new",
    ),
    "a department twice": Attack(another(Part, "part"), "uq_case_part_department"),
    "a part in no days": Attack(another(Part, "part", department_id="{third}", days="0"), "ck_case_part_days_bounded"),
    "a part due when it is sent": Attack(
        another(Part, "part", department_id="{third}", due_on="sent_on"), "ck_case_part_days_in_order"
    ),
    "a part done by nobody": Attack(
        "UPDATE case_part SET done_on = sent_on, opinion = '同意' WHERE id = {part}", "ck_case_part_done_by_somebody"
    ),
    "a part done without a word": Attack(
        "UPDATE case_part SET done_on = sent_on, done_by_id = {officer} WHERE id = {part}",
        "ck_case_part_done_has_opinion",
    ),
    "a part done before it was sent": Attack(
        f"UPDATE case_part SET done_on = {SUNDAY}, done_by_id = {{officer}}, opinion = '同意' WHERE id = {{part}}",
        "ck_case_part_days_in_order",
    ),
    "a part for longer": Attack("UPDATE case_part SET days = 9 WHERE id = {part}", "case_part_move"),
    "a part that is done opened again": Attack(
        "UPDATE case_part SET done_on = NULL, done_by_id = NULL WHERE id = {done}", "case_part_move"
    ),
    "an opinion changed": Attack("UPDATE case_part SET opinion = '不同意' WHERE id = {done}", "case_part_move"),
    "a part deleted": Attack("DELETE FROM case_part WHERE id = {part}", "case_part_kept"),
    "decided while a part is open": Attack(
        move("joint", "decided", "decide", *DECIDES), "ck_case_file_parts_close_first"
    ),
    "rejected while a part is open": Attack(
        move("joint", "rejected", "reject", "outcome = 'rejected'", "reason = '不符合条件'", *DECIDES[1:]),
        "ck_case_file_parts_close_first",
    ),
    "its parts counted as closed": Attack(change("joint", "parts_open = 0"), "case_move"),
    "decided, its parts counted as closed": Attack(
        move("joint", "decided", "decide", *DECIDES, "parts_open = 0"), "case_move"
    ),
    "fewer parts than none": Attack(change("open", "parts_open = -1"), "case_move"),
    # Steps.
    "a step twice": Attack(another(StepRun, "step", ended_on="began_on"), "uq_case_step_position"),
    "two steps at a time": Attack(another(StepRun, "step", position="7"), "uq_case_step_running"),
    "a step ended before it began": Attack(
        f"UPDATE case_step SET ended_on = {SUNDAY} WHERE id = {{step}}", "ck_case_step_days_in_order"
    ),
    "a step of another post": Attack("UPDATE case_step SET post = '别的岗' WHERE id = {step}", "case_step_move"),
    "a step for longer": Attack("UPDATE case_step SET days = 9 WHERE id = {step}", "case_step_move"),
    "a step that ended runs again": Attack("UPDATE case_step SET ended_on = NULL WHERE id = {ended}", "case_step_move"),
    "a step deleted": Attack("DELETE FROM case_step WHERE id = {ended}", "case_step_kept"),
    # Papers.
    "a second notice": Attack(paper("notice"), "uq_case_document_once"),
    "a second acceptance": Attack(paper("acceptance"), "uq_case_document_once"),
    "an acceptance forced": Attack(paper("acceptance", forced="true"), "ck_case_document_only_notices_forced"),
    "a paper of a kind nobody knows": Attack(paper("notice", kind="'poem'"), "ck_case_document_kind_known"),
    "a paper's number twice": Attack(paper("notice", forced="true", number="number"), "uq_case_document_number"),
    "a paper's key twice": Attack(paper("notice", forced="true", key="key"), "uq_case_document_key"),
    "a paper rewritten": Attack("UPDATE case_document SET content = '{{}}' WHERE id = {notice}", "case_document_kept"),
    "a paper of another day": Attack(
        f"UPDATE case_document SET day = {SUNDAY} WHERE id = {{notice}}", "case_document_kept"
    ),
    "a paper deleted": Attack("DELETE FROM case_document WHERE id = {notice}", "case_document_kept"),
    # Alerts.
    "the same alert twice": Attack(another(Alert, "alert"), "uq_alert_event"),
    "an alert of a kind nobody knows": Attack(
        another(Alert, "alert", event="'x'", kind="'mood'"), "ck_alert_kind_known"
    ),
    "an alert told to fewer than none": Attack(
        another(Alert, "alert", event="'x'", level="-1"), "ck_alert_level_not_negative"
    ),
    "an alert that ends before it begins": Attack(
        "UPDATE alert SET ended_at = '2026-01-01 00:00:00+00:00' WHERE id = {alert}", "ck_alert_ends_after_it_began"
    ),
    "an alert about something else": Attack("UPDATE alert SET event = 'x' WHERE id = {alert}", "alert_move"),
    "an alert of another time": Attack(
        "UPDATE alert SET at = '2026-01-01 00:00:00+00:00' WHERE id = {alert}", "alert_move"
    ),
    "an alert told to fewer": Attack("UPDATE alert SET level = level - 1 WHERE id = {alert}", "alert_move"),
    "an alert that was over": Attack("UPDATE alert SET ended_at = NULL WHERE id = {over}", "alert_move"),
    "an alert deleted": Attack("DELETE FROM alert WHERE id = {alert}", "alert_kept"),
    "history of a case rewritten": Attack(
        "UPDATE journal SET actor = 'staff:0' WHERE action = 'case_accept'", "journal_kept"
    ),
    # Chains and rules.
    "a chain nobody knows": Attack(another(ChainStep, "rung", chain="'gold'"), "ck_chain_step_chain_known"),
    "a rung under the officer": Attack(another(ChainStep, "rung", level="0"), "ck_chain_step_level_bounded"),
    "a rung after months": Attack(
        another(ChainStep, "rung", level="2", after_hours="721"), "ck_chain_step_after_bounded"
    ),
    "a rung that reaches nobody": Attack(
        another(ChainStep, "rung", level="2", phone="''"), "ck_chain_step_reaches_somebody"
    ),
    "a hall's rung twice": Attack(another(ChainStep, "rung"), "uq_chain_step_hall"),
    "a department's rung twice": Attack(another(ChainStep, "own_rung"), "uq_chain_step_department"),
    "warned for months": Attack(rule("warning_days", 31), "ck_case_rules_warning_bounded"),
    "acknowledged before it is asked": Attack(rule("handover_minutes", 0), "ck_case_rules_handover_bounded"),
    "answered at once": Attack(rule("matter_hours", 0), "ck_case_rules_matter_bounded"),
    "kept for somebody for months": Attack(rule("custody_days", 31), "ck_case_rules_custody_bounded"),
    "forgotten at once": Attack(rule("keep_days", 29), "ck_case_rules_keep_bounded"),
}
KEPT = ("case_document", "case_part", "case_step", "case_suspension", "alert")
ON_ONE = {
    "sqlite": {
        "a case replaced": Attack(
            "INSERT OR REPLACE INTO case_file SELECT * FROM case_file WHERE id = {open}", "case_kept"
        )
    }
    | {
        f"a row of {name} replaced": Attack(
            f"INSERT OR REPLACE INTO {name} SELECT * FROM {name} WHERE id = {{{which}}}", f"{name}_kept"
        )
        for name, which in (
            ("case_document", "notice"),
            ("case_part", "part"),
            ("case_step", "step"),
            ("alert", "alert"),
        )
    },
    "postgresql": {f"all rows of {name}": Attack(f"TRUNCATE {name} CASCADE", f"{name}_kept") for name in KEPT}
    | {"all cases": Attack("TRUNCATE case_file CASCADE", "case_kept")},
}
"""Ways that only one of them knows."""


@pytest.fixture
async def cabinet(database: Database) -> Cabinet:
    return await with_steps(await open_cabinet(database))


async def one(tx: AsyncConnection, sql: str) -> int:
    return int((await tx.execute(text(sql))).scalar_one())


async def scene(cabinet: Cabinet) -> dict[str, int]:
    """Cases in every position that is attacked; gives the ids that are named."""
    ticket, kinds = await cabinet.serve(), CaseKind
    rows = {
        name: await led(cabinet, ticket, kind, state)
        for name, kind, state in (
            ("open", kinds.PROMISED, State.ACCEPTED),
            ("noticed", kinds.PROMISED, State.NOTICED),
            ("immediate", kinds.IMMEDIATE, State.ACCEPTED),
            ("joint", kinds.JOINT, State.JOINED),
            ("closed", kinds.JOINT, State.JOINED),
            ("reported", kinds.REPORTED, State.REPORTED),
            ("decided", kinds.PROMISED, State.DECIDED),
            ("withdrawn", kinds.PROMISED, State.WITHDRAWN),
            ("extended", kinds.PROMISED, State.ACCEPTED),
            ("suspended", kinds.PROMISED, State.ACCEPTED),
        )
    }
    rows["refused"] = await cabinet.accept(ticket=ticket, refused="不属于本部门职权")
    asked: dict[str, Any] = {"procedure": Procedure.HEARING, "reason": "依法听证"}
    suspended = rows["suspended"]
    await cabinet.act(suspended, Action.SUSPEND, cabinet.at("2026-03-03"), **asked)
    await cabinet.act(suspended, Action.RESUME, cabinet.at("2026-03-05"))
    await cabinet.act(suspended, Action.SUSPEND, cabinet.at("2026-03-06"), **asked)
    await cabinet.act(rows["extended"], Action.EXTEND, cabinet.at("2026-03-03"), days=3, reason="情况复杂")
    await close_parts(cabinet, rows["closed"], "2026-03-03")
    await cabinet.watch(cabinet.at("2026-03-06"))
    await cabinet.watch(cabinet.at("2026-03-10"))
    rows["received"] = await led(cabinet, ticket, kinds.PROMISED, State.RECEIVED)
    other = await lay(cabinet.database, [{"A": 0}])
    hall = cabinet.floor.facts
    departments = {row.code: row.id for row in hall.departments.values()}
    rung = (
        "INSERT INTO chain_step (hall_id, chain, department_id, level, title, phone, after_hours) "
        f"VALUES ({hall.id}, 'late', {{}}, 1, '首席代表', '13800000001', 4) RETURNING id"
    )
    document = "SELECT min(id) FROM case_document WHERE case_id = {} AND kind = '{}'"
    async with cabinet.database.write() as tx:
        return {name: row.id for name, row in rows.items()} | {
            "other_hall": other.facts.id,
            "unit": departments["GAJ"],
            "third": departments["RSJ"],
            "officer": cabinet.clerk.staff_id or 0,
            "stopped": await one(tx, "SELECT id FROM case_suspension WHERE ended_on IS NOT NULL"),
            "stops": await one(tx, "SELECT id FROM case_suspension WHERE ended_on IS NULL"),
            "part": await one(tx, f"SELECT min(id) FROM case_part WHERE case_id = {rows['joint'].id}"),
            "done": await one(tx, f"SELECT min(id) FROM case_part WHERE case_id = {rows['closed'].id}"),
            "step": await one(tx, f"SELECT id FROM case_step WHERE case_id = {rows['open'].id}"),
            "ended": await one(tx, f"SELECT id FROM case_step WHERE case_id = {rows['decided'].id}"),
            "notice": await one(tx, document.format(rows["noticed"].id, "notice")),
            "acceptance": await one(tx, document.format(rows["open"].id, "acceptance")),
            "alert": await one(tx, f"SELECT id FROM alert WHERE case_id = {rows['open'].id} AND kind = 'red'"),
            "over": await one(tx, f"SELECT id FROM alert WHERE case_id = {rows['open'].id} AND kind = 'yellow'"),
            "rung": await one(tx, rung.format("NULL")),
            "own_rung": await one(tx, rung.format(departments["GAJ"])),
        }


TABLES = (
    *("case_file", "case_part", "case_step", "case_suspension", "case_document", "case_rules", "chain_step", "alert"),
    *("journal", "message"),
)


async def picture(database: Database) -> list[object]:
    async with database.read() as connection:
        queries = (text(f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES)
        return [[tuple(row) for row in await connection.execute(query)] for query in queries]


async def test_nothing_unlawful_gets_in(cabinet: Cabinet, dialect: str, subtests: pytest.Subtests) -> None:
    """R1, R3, R15, R17, R20, R21, R22, R25, R27, R30, R33, R35: whoever writes, with whatever program, is held to
    them, by constraints and triggers with names."""
    names = await scene(cabinet)
    before = await picture(cabinet.database)
    for title, attack in {**ATTACKS, **ON_ONE[dialect]}.items():
        with subtests.test(title):
            # SQLite gives foreign keys no name.
            guard = None if dialect == "sqlite" and attack.guard.startswith("fk_") else attack.guard
            with pytest.raises(IntegrityError) as refused:
                async with cabinet.database.write() as tx:
                    await tx.execute(text(attack.sql.format(**names)))
            assert violated(refused.value) == guard
    assert await picture(cabinet.database) == before


def test_no_constraint_is_left_alone() -> None:
    """Each named rule of the tables of cases is attacked, but for those that another one stands before."""
    behind = {"ck_case_file_state_known", "ck_case_file_action_known", "uq_case_file_id_hall_id"}
    tables = [table.__table__ for table in (Case, Suspended, Part, StepRun, Document, Alert, ChainStep)]
    tables.append(Base.metadata.tables["case_rules"])
    named = {str(rule.name) for table in tables for rule in table.constraints if str(rule.name)[:3] in ("ck_", "uq_")}
    named |= {str(index.name) for table in tables for index in table.indexes if index.unique}
    assert named - {attack.guard for attack in ATTACKS.values()} == behind


@pytest.mark.parametrize("kind", WORKING)
async def test_no_kind_makes_a_move_that_is_not_its_own(cabinet: Cabinet, kind: CaseKind) -> None:
    """R21: from each state of each kind, no action leads to a state to which the table does not let it."""
    ticket = await cabinet.serve()
    rows = {state: await led(cabinet, ticket, kind, state) for state in paths(kind)}
    before = await picture(cabinet.database)
    sql = text("UPDATE case_file SET state = :state, action = :action, moves = moves + 1 WHERE id = :case")
    async with cabinet.database.write() as tx:
        for state, action in itertools.product(rows, Action):
            lawful = TRANSITIONS.get((rows[state].kind, state, action))
            targets = {target for (_, _, one), target in TRANSITIONS.items() if one is action} | {state}
            for target in targets - {lawful}:
                with pytest.raises(IntegrityError) as refused:
                    async with tx.begin_nested():
                        await tx.execute(sql, {"state": target, "action": action, "case": rows[state].id})
                assert violated(refused.value) == "case_move", (state, action, target)
    assert await picture(cabinet.database) == before


async def test_the_database_writes_the_journal_and_raises_lights_itself(cabinet: Cabinet) -> None:
    """R34, R36: plain SQL leaves its row in the journal; a light is an alert once for a due day, of whose duty it is,
    and ends with its cause: another light, a decision."""
    row = await cabinet.accept()
    moments = [MORNING + timedelta(days=days) for days in range(6)]
    light = text("UPDATE case_file SET light = :light, due_on = :due, judged_at = :at WHERE id = :case").bindparams(
        bindparam("due", type_=Case.__table__.c.due_on.type), bindparam("at", type_=Moment)
    )
    first, later = row.due_on, row.due_on + timedelta(days=7)
    for moment, colour, due in zip(
        moments, ("yellow", "red", "green", "red", "yellow"), (first, first, later, first, later), strict=False
    ):
        for _ in range(2):
            async with cabinet.database.write() as tx:
                await tx.execute(light, {"light": colour, "due": due, "at": moment, "case": row.id})
    alerts = await cabinet.alerts()
    assert [(one.event, one.at, one.ended_at) for one in alerts] == [
        (f"case:{row.id}:yellow:{first}", moments[0], moments[1]),
        (f"case:{row.id}:red:{first}", moments[1], moments[2]),
        (f"case:{row.id}:yellow:{later}", moments[4], None),
    ]
    assert {(one.officer_id, one.department_id, one.level, one.next_at == one.at) for one in alerts} == {
        (row.holder_id, row.unit_id, 0, True)
    }
    decide = move("case", "decided", "decide", *DECIDES, "judged_at = :at", "changed_at = :at", "actor = 'staff:7'")
    async with cabinet.database.write() as tx:
        sql = text(decide.format(case=row.id)).bindparams(bindparam("at", type_=Moment))
        await tx.execute(sql, {"at": moments[5]})
        written = (await tx.execute(select(Journal.__table__).order_by(Journal.id.desc()).limit(1))).one()
    assert (await cabinet.alerts())[-1].ended_at == moments[5]
    assert (written.action, written.actor, written.at, written.ticket_id) == (
        "case_decide",
        "staff:7",
        moments[5],
        row.ticket_id,
    )
    assert (written.data["case"], written.data["state"], written.data["due"]) == (row.number, "decided", str(later))
