"""The database holds the queue to its rules whoever writes: plain SQL, past all services, on both engines."""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

import pytest
from floor import MORNING, Floor, lay
from paihao.core.db import Database, violated
from paihao.queue import calling
from paihao.queue.ticket import Ticket
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

pytestmark = pytest.mark.anyio


class Attack(NamedTuple):
    """SQL with ``{names}`` of rows, and the constraint or trigger that must refuse it."""

    sql: str
    guard: str


def move(ticket: str, status: str, action: str, *more: str, moves: str = "moves + 1") -> str:
    changes = ", ".join((f"status = '{status}'", f"action = '{action}'", f"moves = {moves}", *more))
    return f"UPDATE ticket SET {changes} WHERE id = {{{ticket}}}"


def change(ticket: str, what: str) -> str:
    return f"UPDATE ticket SET {what} WHERE id = {{{ticket}}}"


def another(**changed: str) -> str:
    """A new ticket like the waiting one, but for these columns."""
    fresh = {"key": "'another'", "number": "'A999'"} | changed
    columns = [column.name for column in Ticket.__table__.columns if column.name != "id"]
    values = ", ".join(fresh.get(column, column) for column in columns)
    return f"INSERT INTO ticket ({', '.join(columns)}) SELECT {values} FROM ticket WHERE id = {{waiting}}"


def duty(window: str, staff: str, until: str = "NULL") -> str:
    return (
        "INSERT INTO duty (hall_id, window_id, staff_id, since, until) "
        f"SELECT hall_id, {{{window}}}, {{{staff}}}, since, {until} FROM duty WHERE window_id = {{window}}"
    )


def device(kind: str, address: str, token: str, printer: str = "NULL") -> str:
    return (
        "INSERT INTO device (hall_id, kind, name, address, token_hash, printer_id, fault) "
        f"VALUES ({{other_hall}}, '{kind}', 'x', {address}, {token}, {printer}, '')"
    )


SLIDE = "INSERT INTO slide (hall_id, position, text, text_en, seconds) VALUES ({{other_hall}}, 1, {}, '', {})"
HOURS = "INSERT INTO hours (hall_id, weekday, opens, closes) SELECT hall_id, weekday, opens, {} FROM hours"
CLOSED = (
    "INSERT INTO hours_exception (hall_id, line_id, day, opens, closes, reason, reason_en) "
    "SELECT hall_id, {}, '2026-10-08', {}, {}, {}, '' FROM window_line WHERE window_id = {{window}}"
)
CALL = ("called_at = changed_at", "window_id = {free}")
ATTACKS: Mapping[str, Attack] = {
    "two people at a window": Attack(
        move("waiting", "called", "call", "called_at = changed_at", "window_id = {window}"), "uq_ticket_at_window"
    ),
    "a move that is not in the table": Attack(
        move("waiting", "done", "complete", "ended_at = changed_at"), "ticket_move"
    ),
    "a known move with another end": Attack(
        move("waiting", "serving", "call", *CALL, "started_at = changed_at"), "ticket_move"
    ),
    "back from the end": Attack(
        move("done", "waiting", "requeue", "window_id = NULL", "ended_at = NULL"), "ticket_move"
    ),
    "a status nobody knows": Attack(move("waiting", "lost", "call", *CALL), "ticket_move"),
    "a status without an action": Attack(change("waiting", "status = 'parked'"), "ticket_move"),
    "a move that is not counted": Attack(move("waiting", "called", "call", *CALL, moves="moves"), "ticket_move"),
    "a move that counts twice": Attack(move("waiting", "called", "call", *CALL, moves="moves + 2"), "ticket_move"),
    "moves counted back": Attack(change("called", "moves = 0"), "ticket_move"),
    "another number": Attack(change("waiting", "number = 'A000'"), "ticket_move"),
    "another key": Attack(change("waiting", "key = 'mine'"), "ticket_move"),
    "an earlier arrival": Attack(move("called", "called", "recall", "arrival = called_at"), "ticket_move"),
    "more credit": Attack(change("waiting", "credit_minutes = 15"), "ticket_move"),
    "another day": Attack(change("waiting", "business_day = '2026-03-03'"), "ticket_move"),
    "another hall": Attack(change("waiting", "hall_id = {other_hall}, line_id = {other_line}"), "ticket_move"),
    "another channel": Attack(change("waiting", "channel = 'desk'"), "ticket_move"),
    "to the front without a move": Attack(change("waiting", "rank = 0"), "ticket_move"),
    "to another line without a move": Attack(change("waiting", "line_id = {line}"), "ticket_move"),
    "back to the front without a move": Attack(change("waiting", "callable_at = arrival, rank = 1"), "ticket_move"),
    "postponed by another move": Attack(move("called", "called", "recall", "postponed = true"), "ticket_move"),
    "postponed without saying so": Attack(move("waiting", "waiting", "postpone", "rank = rank + 1"), "ticket_move"),
    "called later without asking for it": Attack(
        move("called", "called", "recall", "callable_at = '2026-03-02 23:00:00+00:00'"), "ticket_move"
    ),
    "postponed to before he came": Attack(
        move("waiting", "waiting", "postpone", "postponed = true", "callable_at = '2000-01-01 00:00:00+00:00'"),
        "ck_ticket_callable_on_arrival",
    ),
    "issued to be called later": Attack(
        another(callable_at="'2026-03-02 23:00:00+00:00'"), "ck_ticket_callable_on_arrival"
    ),
    "a call undone": Attack(move("called", "waiting", "undo", "window_id = NULL"), "ticket_move"),
    "undone to where he was not": Attack(
        move("done", "called", "undo", "window_id = {free}", "ended_at = NULL"), "ticket_move"
    ),
    "undone into somebody": Attack(
        move("done", "serving", "undo", "window_id = {window}", "ended_at = NULL"), "uq_ticket_at_window"
    ),
    "a visitor in plain words": Attack(another(visitor="'张三'"), "ck_ticket_visitor_sealed_and_masked"),
    "a language nobody speaks": Attack(another(language="'tlh'"), "ck_ticket_language_known"),
    "bound without a move": Attack(change("waiting", "bound_window_id = {free}"), "ticket_move"),
    "at another window without a move": Attack(change("called", "window_id = {free}"), "ticket_move"),
    "a ticket deleted": Attack("DELETE FROM ticket WHERE id = {waiting}", "ticket_kept"),
    "history rewritten": Attack("UPDATE journal SET actor = 'staff:0'", "journal_kept"),
    "history cut": Attack("DELETE FROM journal WHERE id = (SELECT max(id) FROM journal)", "journal_kept"),
    "history written over": Attack(
        "INSERT INTO journal SELECT * FROM journal WHERE true ON CONFLICT (id) DO UPDATE SET actor = 'staff:0'",
        "journal_kept",
    ),
    "a number given twice": Attack(another(number="number"), "uq_ticket_number"),
    "a key given twice": Attack(another(key="key"), "uq_ticket_key"),
    "a line of another hall": Attack(
        move("waiting", "waiting", "transfer", "line_id = {other_line}"), "fk_ticket_line"
    ),
    "a window of another hall": Attack(
        move("waiting", "called", "call", "called_at = changed_at", "window_id = {other_window}"), "fk_ticket_window"
    ),
    "bound to a window of another hall": Attack(
        move("waiting", "waiting", "transfer", "bound_window_id = {other_window}"), "fk_ticket_bound_window"
    ),
    "called without a window": Attack(
        move("waiting", "called", "call", "called_at = changed_at"), "ck_ticket_called_has_window"
    ),
    "called at no time": Attack(move("waiting", "called", "call", "window_id = {free}"), "ck_ticket_called_has_window"),
    "waiting at a window": Attack(move("called", "waiting", "transfer"), "ck_ticket_waiting_has_no_window"),
    "serving since no time": Attack(move("called", "serving", "start"), "ck_ticket_serving_has_start"),
    "ended at no time": Attack(move("waiting", "cancelled", "cancel"), "ck_ticket_ended_has_moment"),
    "ended and waiting": Attack(another(ended_at="changed_at"), "ck_ticket_ended_has_moment"),
    "too much credit": Attack(another(credit_minutes="121"), "ck_ticket_credit_bounded"),
    "negative credit": Attack(another(credit_minutes="-1"), "ck_ticket_credit_bounded"),
    "issued in a state nobody knows": Attack(another(status="'lost'"), "ck_ticket_status_known"),
    "issued in a way nobody knows": Attack(another(channel="'pigeon'"), "ck_ticket_channel_known"),
    "two people on duty at a window": Attack(duty("window", "officer_2"), "uq_duty_window"),
    "one person at two windows": Attack(duty("free", "officer"), "uq_duty_staff"),
    "on duty at a window of another hall": Attack(duty("other_window", "officer_2"), "fk_duty_window"),
    "a reason to pause an open window": Attack(
        "UPDATE \"window\" SET pause_reason = '午休' WHERE id = {window}", "ck_window_reason_while_paused"
    ),
    "a window in a state nobody knows": Attack(
        "UPDATE \"window\" SET state = 'ajar' WHERE id = {window}", "ck_window_state_known"
    ),
    "serving a line of another hall": Attack(
        "UPDATE window_line SET line_id = {other_line} WHERE window_id = {window}", "fk_window_line_line"
    ),
    "a handicap beyond its bounds": Attack(
        "UPDATE window_line SET handicap_minutes = 241 WHERE window_id = {window}", "ck_window_line_handicap_bounded"
    ),
    "quiet for ever": Attack("UPDATE hall SET quiet_from = '12:00:00'", "ck_hall_quiet_has_both_ends"),
    "the same hours twice": Attack(HOURS.format("closes"), "uq_hours_hall"),
    "hours turned round": Attack("UPDATE hours SET closes = opens", "ck_hours_opens_before_closes"),
    "a season without an end": Attack("UPDATE hours SET since = '2026-07-01'", "ck_hours_season_has_both_ends"),
    "a season turned round": Attack(
        "UPDATE hours SET since = '2026-07-02', until = '2026-07-01'", "ck_hours_since_not_after_until"
    ),
    "hours of another hall's line": Attack(
        "UPDATE hours SET line_id = {other_line} WHERE hall_id <> {other_hall}", "fk_hours_line"
    ),
    "closed without a reason": Attack(CLOSED.format("NULL", "NULL", "NULL", "''"), "ck_hours_exception_says_why"),
    "opened for ever": Attack(
        CLOSED.format("NULL", "'09:00:00'", "NULL", "'x'"), "ck_hours_exception_spell_has_both_ends"
    ),
    "closed at another hall's line": Attack(
        CLOSED.format("{other_line}", "NULL", "NULL", "'x'"), "fk_hours_exception_line"
    ),
    "a holiday without a name": Attack(
        "INSERT INTO working_day (hall_id, day, working, name) VALUES ({other_hall}, '2026-10-08', false, '')",
        "ck_working_day_says_why",
    ),
    "postponed by hours": Attack("UPDATE hall SET postpone_minutes = 61", "ck_hall_postpone_bounded"),
    "no limit to waiting": Attack("UPDATE line SET wait_limit_minutes = 0", "ck_line_wait_limit_bounded"),
    "a printer without an address": Attack(device("printer", "NULL", "NULL"), "ck_device_printer_has_address"),
    "a printer with a token": Attack(device("printer", "'a:1'", "{token}"), "ck_device_token_unless_printer"),
    "a kiosk without a token": Attack(device("kiosk", "NULL", "NULL"), "ck_device_token_unless_printer"),
    "a board with a printer": Attack(device("board", "NULL", "{token}", "1"), "ck_device_only_kiosks_print"),
    "an empty slide": Attack(SLIDE.format("''", "5"), "ck_slide_shows_something"),
    "a slide for an hour": Attack(SLIDE.format("'x'", "3600"), "ck_slide_seconds_bounded"),
    "a class without bounds": Attack("UPDATE priority SET credit_minutes = 121", "ck_priority_credit_bounded"),
    "a class without credit": Attack("UPDATE priority SET credit_minutes = 0", "ck_priority_credit_bounded"),
}
ON_ONE = {
    "sqlite": {
        "history replaced": Attack("INSERT OR REPLACE INTO journal SELECT * FROM journal", "journal_kept"),
        "a ticket replaced": Attack("INSERT OR REPLACE INTO ticket SELECT * FROM ticket", "ticket_kept"),
    },
    "postgresql": {
        "all history": Attack("TRUNCATE journal", "journal_kept"),
        "all tickets": Attack("TRUNCATE ticket CASCADE", "ticket_kept"),
    },
}
"""Ways that only one of them knows."""


async def people(floor: Floor, other: Floor) -> dict[str, int | str]:
    """One ticket waits, one was called, one is done; gives the ids of every row that the attacks name."""
    await floor.open_all()
    for _ in range(3):
        await floor.issue("A")
    window, _, third = floor.windows
    for desk, by in zip((window, third), (floor.officers[0], floor.officers[2]), strict=True):
        async with floor.database.write() as tx:
            await calling.call_next(tx, desk.id, by, MORNING + timedelta(minutes=1))
    called, done, waiting = await floor.tickets()
    async with floor.database.write() as tx:
        for status, action in (("serving", "start"), ("done", "complete")):
            ended = "changed_at" if status == "done" else "NULL"
            sql = move("done", status, action, "started_at = changed_at", f"ended_at = {ended}").format(done=done.id)
            await tx.execute(text(sql))
        # One who went, so that a place is free.
        sql = f"UPDATE duty SET until = since WHERE window_id = {floor.windows[1].id}"
        await tx.execute(text(sql))
    return {
        "waiting": waiting.id,
        "called": called.id,
        "done": done.id,
        "window": window.id,
        "free": floor.windows[1].id,
        "officer": floor.officers[0].staff_id or 0,
        "officer_2": floor.officers[1].staff_id or 0,
        "line": floor.line("B").id,
        "token": "decode('aa', 'hex')" if not floor.database.sqlite else "x'aa'",
        "other_hall": other.facts.id,
        "other_line": other.line("A").id,
        "other_window": other.windows[0].id,
    }


async def test_nothing_unlawful_gets_in(database: Database, dialect: str, subtests: pytest.Subtests) -> None:
    floor = await lay(database, [{"A": 0}] * 3)
    names = await people(floor, await lay(database, [{"A": 0}]))
    before = (await floor.tickets(), await floor.journal())
    for title, attack in {**ATTACKS, **ON_ONE[dialect]}.items():
        with subtests.test(title):
            # SQLite gives foreign keys no name.
            guard = None if dialect == "sqlite" and attack.guard.startswith("fk_") else attack.guard
            with pytest.raises(IntegrityError) as refused:
                async with database.write() as tx:
                    await tx.execute(text(attack.sql.format(**names)))
            assert violated(refused.value) == guard
    assert (await floor.tickets(), await floor.journal()) == before


async def test_a_statement_that_fails_keeps_to_itself_what_it_was_given_r61(database: Database) -> None:
    with pytest.raises(DBAPIError) as failed:
        async with database.read() as connection:
            await connection.execute(text("SELECT no_such_thing(:name)"), {"name": "王小二"})
    assert "no_such_thing" in str(failed.value)  # what to mend stands in the log, and nobody's name
    assert "王小二" not in str(failed.value)
