"""The database holds booking to its rules whoever writes: plain SQL, past all services, on both engines."""

from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

import pytest
from diary import Diary, open_diary
from house import open_second_hall
from paihao.booking.tables import Appointment, Hold, Slot, Waiting
from paihao.core.db import violated
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

pytestmark = pytest.mark.anyio


class Attack(NamedTuple):
    """SQL with ``{names}`` of rows, and the constraint or trigger that must refuse it."""

    sql: str
    guard: str


def slot(what: str) -> str:
    return f"UPDATE slot SET {what} WHERE id = {{slot}}"


def rule(what: str) -> str:
    return f"UPDATE booking_rules SET {what}"


def move(which: str, status: str, action: str, *more: str, moves: str = "moves + 1") -> str:
    changes = ", ".join((f"status = '{status}'", f"action = '{action}'", f"moves = {moves}", *more))
    return f"UPDATE appointment SET {changes} WHERE id = {{{which}}}"


def change(which: str, what: str) -> str:
    return f"UPDATE appointment SET {what} WHERE id = {{{which}}}"


def another(table: type[Appointment] | type[Hold] | type[Slot] | type[Waiting], which: str, **changed: str) -> str:
    """A new row like that one, but for these columns."""
    columns = [column.name for column in table.__table__.columns if column.name != "id"]
    values = ", ".join(changed.get(column, column) for column in columns)
    name = table.__tablename__
    return f"INSERT INTO {name} ({', '.join(columns)}) SELECT {values} FROM {name} WHERE id = {{{which}}}"


HOUR = "'2026-03-02 23:00:00+00:00'"
FRESH = {"key": "'another'"}
ENDED = "ended_at = changed_at"
ATTACKS: Mapping[str, Attack] = {
    # Slots.
    "more booked than there are places": Attack(
        another(
            Appointment,
            "gone",
            code="'AAAA2222'",
            slot_id="{full}",
            day="(SELECT day FROM slot WHERE id = {full})",
            status="'booked'",
            ended_at="NULL",
            person="name_index",
        ),
        "ck_slot_not_oversold",
    ),
    "one more held than there are places": Attack(
        another(Hold, "held", **FRESH, slot_id="{full}"), "ck_slot_not_oversold"
    ),
    "made smaller than what is taken": Attack(
        "UPDATE slot SET capacity = 0, online_cap = 0 WHERE id = {full}", "ck_slot_not_oversold"
    ),
    "the channel's share made smaller than what is taken": Attack(slot("online_cap = 0"), "ck_slot_online_capped"),
    "more by phone than its share": Attack(
        slot("phone = phone_cap + 1, held = held + phone_cap + 1, capacity = 99"), "ck_slot_phone_capped"
    ),
    "more on site than its share": Attack(
        slot("onsite = onsite_cap + 1, held = held + onsite_cap + 1, capacity = 99"), "ck_slot_onsite_capped"
    ),
    "fewer than none booked": Attack(slot("booked = -1, held = held + booked + 1"), "ck_slot_counts_not_negative"),
    "one counted who is not there": Attack(slot("booked = booked + 1, capacity = 99"), "ck_slot_channels_add_up"),
    "one forgotten in the count": Attack(slot("booked = booked - 1"), "ck_slot_channels_add_up"),
    "a slot that ends before it begins": Attack(slot("ends_at = starts_at"), "ck_slot_starts_before_ends"),
    "the same slot twice": Attack(
        another(Slot, "slot", booked="0", held="0", online="0", phone="0", onsite="0"), "uq_slot_line_start"
    ),
    "a slot of another hall's line": Attack(slot("line_id = {other_line}"), "fk_slot_line"),
    # Holds.
    "a hold without a place": Attack(another(Hold, "held", **FRESH, slot_id="0"), "fk_hold_slot"),
    "a hold in another hall": Attack(another(Hold, "held", **FRESH, hall_id="{other_hall}"), "fk_hold_slot"),
    "a key given twice": Attack(another(Hold, "held"), "uq_hold_key"),
    "a hold that ends before it begins": Attack(
        another(Hold, "held", **FRESH, expires_at="at"), "ck_hold_expires_later"
    ),
    "prolonged to before it began": Attack(
        "UPDATE hold SET expires_at = at WHERE id = {held}", "ck_hold_expires_later"
    ),
    "a state nobody knows": Attack("UPDATE hold SET state = 'lost' WHERE id = {held}", "ck_hold_state_known"),
    "a channel nobody knows": Attack(another(Hold, "held", **FRESH, channel="'pigeon'"), "ck_hold_channel_known"),
    "verified without a phone": Attack(
        "UPDATE hold SET verified = true WHERE id = {held}", "ck_hold_verified_has_phone"
    ),
    "a hold that was over runs again": Attack("UPDATE hold SET state = 'held' WHERE id = {used}", "hold_move"),
    "a hold used twice": Attack("UPDATE hold SET state = 'released' WHERE id = {used}", "hold_move"),
    "a hold for another slot": Attack("UPDATE hold SET slot_id = {full} WHERE id = {held}", "hold_move"),
    "a hold through another channel": Attack("UPDATE hold SET channel = 'phone' WHERE id = {held}", "hold_move"),
    "a hold for another item": Attack("UPDATE hold SET item_id = item_id + 1 WHERE id = {held}", "hold_move"),
    "a hold deleted": Attack("DELETE FROM hold WHERE id = {held}", "hold_kept"),
    # Appointments.
    "the same person, item and day twice": Attack(
        another(Appointment, "booked", code="'AAAA2222'"), "uq_appointment_person"
    ),
    "moved to where he is already": Attack(
        move("second", "booked", "move", "person = (SELECT person FROM appointment WHERE id = {booked})"),
        "uq_appointment_person",
    ),
    "a code given twice": Attack(another(Appointment, "booked", person="name_index"), "uq_appointment_code"),
    "an appointment without a slot": Attack(
        another(Appointment, "booked", code="'AAAA2222'", person="name_index", slot_id="0"), "fk_appointment_slot"
    ),
    "on another day than its slot": Attack(
        move("booked", "booked", "move", "day = '2026-01-01'"), "fk_appointment_slot"
    ),
    "moved to a full slot": Attack(
        move("booked", "booked", "move", "slot_id = {full}", "day = (SELECT day FROM slot WHERE id = {full})"),
        "ck_slot_not_oversold",
    ),
    "booked for nobody": Attack(change("booked", "person = NULL"), "ck_appointment_booked_for_somebody"),
    "checked in without a ticket": Attack(
        move("booked", "checked_in", "check_in", ENDED), "ck_appointment_checked_in_has_ticket"
    ),
    "a move that is not counted": Attack(
        move("booked", "cancelled", "cancel", ENDED, moves="moves"), "appointment_move"
    ),
    "a move that is not in the table": Attack(move("booked", "missed", "cancel", ENDED), "appointment_move"),
    "a status without an action": Attack(
        change("booked", "status = 'cancelled', ended_at = changed_at"), "appointment_move"
    ),
    "booked again after it was cancelled": Attack(
        move("gone", "booked", "move", "ended_at = NULL"), "appointment_move"
    ),
    "a status nobody knows": Attack(move("booked", "lost", "cancel"), "appointment_move"),
    "issued in a status nobody knows": Attack(
        another(Appointment, "gone", code="'AAAA2222'", status="'lost'"), "ck_appointment_status_known"
    ),
    "cancelled at no time": Attack(move("booked", "cancelled", "cancel"), "ck_appointment_ended_has_moment"),
    "another slot without a move": Attack(change("booked", "slot_id = {free}"), "appointment_move"),
    "another slot while it is cancelled": Attack(
        move("booked", "cancelled", "cancel", ENDED, "slot_id = {free}"), "appointment_move"
    ),
    "another code": Attack(change("booked", "code = 'AAAA2222'"), "appointment_move"),
    "another item": Attack(change("booked", "item_id = item_id + 1"), "appointment_move"),
    "through another channel": Attack(change("booked", "channel = 'phone'"), "appointment_move"),
    "a name in plain words": Attack(change("gone", "sealed = NULL"), "ck_appointment_forgotten_wholly"),
    "a language nobody speaks": Attack(change("booked", "language = 'tlh'"), "ck_appointment_language_known"),
    "an appointment deleted": Attack("DELETE FROM appointment WHERE id = {booked}", "appointment_kept"),
    "history of a booking rewritten": Attack(
        "UPDATE journal SET actor = 'staff:0' WHERE action = 'appointment_book'", "journal_kept"
    ),
    # The waiting list.
    "waiting twice for the same": Attack(another(Waiting, "waits", **FRESH), "uq_waiting_person"),
    "a key of two who wait": Attack(another(Waiting, "waits", person="name_index"), "uq_waiting_key"),
    "waiting for another hall's line": Attack(
        "UPDATE waiting SET line_id = {other_line} WHERE id = {waits}", "fk_waiting_line"
    ),
    "waiting until before it begins": Attack(
        "UPDATE waiting SET until = since WHERE id = {waits}", "ck_waiting_since_before_until"
    ),
    "offered nothing": Attack(
        "UPDATE waiting SET status = 'offered' WHERE id = {waits}", "ck_waiting_offered_has_hold"
    ),
    "lapsed at no time": Attack(
        "UPDATE waiting SET status = 'lapsed' WHERE id = {waits}", "ck_waiting_ended_has_moment"
    ),
    "waiting for nobody": Attack(
        "UPDATE waiting SET person = NULL WHERE id = {waits}", "ck_waiting_waits_for_somebody"
    ),
    "waiting in a state nobody knows": Attack(
        f"UPDATE waiting SET status = 'lost', ended_at = {HOUR} WHERE id = {{waits}}", "ck_waiting_status_known"
    ),
    "forgotten by half": Attack("UPDATE waiting SET sealed = NULL WHERE id = {waits}", "ck_waiting_forgotten_wholly"),
    # What is held against somebody, and the rules.
    "barred for nothing": Attack(
        f"UPDATE visitor_record SET barred_until = {HOUR}", "ck_visitor_record_barred_has_reason"
    ),
    "barred for a reason nobody knows": Attack(
        f"UPDATE visitor_record SET barred_until = {HOUR}, barred_for = 'mood'", "ck_visitor_record_barred_for_known"
    ),
    "a slot of a minute": Attack(rule("slot_minutes = 1"), "ck_booking_rules_slot_bounded"),
    "more than everything": Attack(rule("online_percent = 101"), "ck_booking_rules_percents"),
    "open for years": Attack(rule("days_ahead = 61"), "ck_booking_rules_ahead_bounded"),
    "notice after the fact": Attack(rule("notice_minutes = -1"), "ck_booking_rules_notice_bounded"),
    "held for ever": Attack(rule("hold_minutes = 61"), "ck_booking_rules_hold_bounded"),
    "none a day": Attack(rule("a_day = 0"), "ck_booking_rules_a_day_bounded"),
    "barred at once": Attack(rule("no_shows = 0"), "ck_booking_rules_sanctions_bounded"),
    "checked in a day before": Attack(rule("check_in_minutes = 1440"), "ck_booking_rules_check_in_bounded"),
    "late in a way nobody knows": Attack(rule("late = 'never'"), "ck_booking_rules_late_known"),
    "kept for ever": Attack(rule("keep_days = 3651"), "ck_booking_rules_keep_bounded"),
    "more windows than there can be": Attack(
        "INSERT INTO line_booking (line_id, hall_id, windows) SELECT line_id, hall_id, 501 FROM slot WHERE id = {slot}",
        "ck_line_booking_bounded",
    ),
    "rules for another hall's line": Attack(
        "INSERT INTO line_booking (line_id, hall_id) SELECT {other_line}, hall_id FROM slot WHERE id = {slot}",
        "fk_line_booking_line",
    ),
}
ON_ONE = {
    "sqlite": {
        "an appointment replaced": Attack(
            "INSERT OR REPLACE INTO appointment SELECT * FROM appointment WHERE id = {booked}", "appointment_kept"
        ),
        "a hold replaced": Attack("INSERT OR REPLACE INTO hold SELECT * FROM hold WHERE id = {held}", "hold_kept"),
    },
    "postgresql": {"all appointments": Attack("TRUNCATE appointment", "appointment_kept")},
}
"""Ways that only one of them knows."""


@pytest.fixture
async def diary(database_url: str) -> AsyncIterator[Diary]:
    async with open_diary(database_url) as made:
        yield made


async def scene(diary: Diary) -> dict[str, int]:
    """Two are booked, one was, one holds a place, one waits, one slot is full; gives the ids that are named."""
    await diary.rule()
    await open_second_hall(diary.house)
    free = [one for one in await diary.slots() if one["free"]]
    full = free[-1]
    for _ in range(full["free"]):
        await diary.book(full["id"])
    booked, second, gone = [await diary.book(free[place]["id"]) for place in (0, 0, 1)]
    await diary.http.post(f"/appointments/{gone['code']}/cancel", json={"phone": gone["phone"]})
    assert (await diary.hold(free[1]["id"])).status_code == 201
    wish = {"item": "S-002", "day": free[0]["day"], "channel": "online", "name": "李四", "phone": diary.phone()}
    (await diary.http.post("/halls/small/waiting", json=wish)).raise_for_status()
    number = {
        name: int(one["id"].partition(".")[0]) for name, one in (("slot", free[0]), ("full", full), ("free", free[2]))
    }
    queries = {
        **{
            name: f"SELECT id FROM appointment WHERE code = '{one['code']}'"
            for name, one in (("booked", booked), ("second", second), ("gone", gone))
        },
        "held": "SELECT id FROM hold WHERE state = 'held'",
        "used": "SELECT min(id) FROM hold WHERE state = 'confirmed'",
        "waits": "SELECT id FROM waiting",
        "other_hall": "SELECT id FROM hall WHERE code = 'other'",
        "other_line": "SELECT line.id FROM line JOIN hall ON hall.id = hall_id WHERE code = 'other' AND prefix = 'A'",
    }
    async with diary.house.services.database.read() as connection:
        found = {name: (await connection.execute(text(sql))).scalar_one() for name, sql in queries.items()}
        # The full slot's channel must not be what stands in the way of one more.
        await connection.execute(
            text(f"UPDATE slot SET online_cap = 99, capacity = booked WHERE id = {number['full']}")
        )
        await connection.execute(text(f"UPDATE slot SET capacity = 90, online_cap = 90 WHERE id = {number['slot']}"))
    return number | found


async def picture(diary: Diary) -> list[object]:
    async with diary.house.services.database.read() as connection:
        tables = ("slot", "hold", "appointment", "waiting", "visitor_record", "booking_rules", "journal")
        queries = (text(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables)
        return [[tuple(row) for row in await connection.execute(query)] for query in queries]


async def test_nothing_unlawful_gets_in(diary: Diary, dialect: str, subtests: pytest.Subtests) -> None:
    names = await scene(diary)
    before = await picture(diary)
    for title, attack in {**ATTACKS, **ON_ONE[dialect]}.items():
        with subtests.test(title):
            # SQLite gives foreign keys no name.
            guard = None if dialect == "sqlite" and attack.guard.startswith("fk_") else attack.guard
            with pytest.raises(IntegrityError) as refused:
                async with diary.house.services.database.write() as tx:
                    await tx.execute(text(attack.sql.format(**names)))
            assert violated(refused.value) == guard
    assert await picture(diary) == before
