"""Deadlines on days that go wrong elsewhere, through the services at the hall's own time."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from cabinet import Cabinet, open_cabinet
from paihao.cases import filing
from paihao.cases.state import Action, Procedure, State
from paihao.core.db import Database
from paihao.core.errors import CaseConflict
from ways import publish

pytestmark = pytest.mark.anyio

FIVE, TEN, AT_ONCE = "S-002", "S-003", "S-001"
"""Items by the working days that they promise."""


class Counted(NamedTuple):
    """Received then, due on that day; ``yellow``: from when on it is urgent."""

    day: str
    hour: str
    item: str
    due: str
    yellow: str
    provisional: bool = False


DATES = {
    # Spring Festival 2026 is 15-23 February, made up on Saturdays 14 and 28.
    "the day before the make-up Saturday": Counted("2026-02-13", "10:00", FIVE, "2026-02-27", "2026-02-26"),
    "on the make-up Saturday": Counted("2026-02-14", "10:00", FIVE, "2026-02-28", "2026-02-27"),
    "in the middle of the festival": Counted("2026-02-17", "10:00", FIVE, "2026-02-28", "2026-02-27"),
    "over the festival and both Saturdays": Counted("2026-02-12", "10:00", TEN, "2026-03-04", "2026-03-03"),
    "on the last day of the festival": Counted("2026-02-23", "10:00", FIVE, "2026-02-28", "2026-02-27"),
    # New Year 2026 is made up on Sunday 4 January, National Day (1-7 October) on Sunday 20 September and Saturday 10.
    "before the make-up Sunday of New Year": Counted("2025-12-31", "10:00", FIVE, "2026-01-08", "2026-01-07"),
    "on a make-up Sunday": Counted("2026-01-04", "10:00", FIVE, "2026-01-09", "2026-01-08"),
    "before a make-up Sunday": Counted("2026-09-18", "10:00", FIVE, "2026-09-24", "2026-09-23"),
    "on a Saturday on which the hall is open": Counted("2026-09-19", "10:00", FIVE, "2026-09-24", "2026-09-23"),
    "the day before National Day": Counted("2026-09-30", "10:00", FIVE, "2026-10-13", "2026-10-12"),
    # Leap years.
    "over 29 February": Counted("2024-02-28", "10:00", FIVE, "2024-03-06", "2024-03-05"),
    "on 29 February": Counted("2024-02-29", "10:00", FIVE, "2024-03-07", "2024-03-06"),
    "until 29 February": Counted("2024-02-22", "10:00", FIVE, "2024-02-29", "2024-02-28"),
    "over 29 February, unpublished": Counted("2028-02-28", "10:00", FIVE, "2028-03-06", "2028-03-03", provisional=True),
    "until 29 February, unpublished": Counted(
        "2028-02-22", "10:00", FIVE, "2028-02-29", "2028-02-28", provisional=True
    ),
    "no 29 February": Counted("2027-02-26", "10:00", FIVE, "2027-03-05", "2027-03-04", provisional=True),
    # Midnight.
    "the last minute of a day": Counted("2026-03-02", "23:59", FIVE, "2026-03-09", "2026-03-06"),
    "the last second of a day": Counted("2026-03-02", "23:59:59", FIVE, "2026-03-09", "2026-03-06"),
    "the first second of the next": Counted("2026-03-03", "00:00", FIVE, "2026-03-10", "2026-03-09"),
    "the last minute before a month begins": Counted("2026-02-28", "23:59", FIVE, "2026-03-06", "2026-03-05"),
    "at once, the last minute of a day": Counted("2026-03-02", "23:59", AT_ONCE, "2026-03-02", "2026-03-02"),
    "at once, the first second of a day": Counted("2026-03-03", "00:00", AT_ONCE, "2026-03-03", "2026-03-03"),
    "at once, on 29 February": Counted("2024-02-29", "23:59", AT_ONCE, "2024-02-29", "2024-02-29"),
    "at once, on a holiday": Counted("2026-02-17", "10:00", AT_ONCE, "2026-02-17", "2026-02-17"),
    "into a year that is not published": Counted(
        "2026-12-31", "10:00", FIVE, "2027-01-07", "2027-01-06", provisional=True
    ),
}


@pytest.fixture
async def cabinet(database: Database) -> Cabinet:
    return await open_cabinet(database)


async def test_due_days(cabinet: Cabinet, subtests: pytest.Subtests) -> None:
    """R22, R23, R36: from the day after on, working days only, in the hall's time; yellow one working day before, red
    from midnight of the due day on and not a second earlier."""
    for title, one in DATES.items():
        with subtests.test(title):
            row = await cabinet.accept(one.item, cabinet.at(one.day, one.hour))
            assert (str(row.received_on), str(row.accepted_on)) == (one.day, one.day)
            assert (str(row.due_on), str(row.yellow_on), row.provisional) == (one.due, one.yellow, one.provisional)
            if one.yellow > one.day:
                await cabinet.watch(cabinet.at(one.yellow, "00:00"))
            assert (await cabinet.find(row)).light == "yellow"
            await cabinet.watch(cabinet.at(one.due, "23:59:59"))
            assert (await cabinet.find(row)).light == "yellow"
            await cabinet.act(row, Action.DECIDE, cabinet.at(one.due, "23:59:59"))
            assert (await cabinet.find(row)).light == "green"


async def test_red_begins_at_midnight(cabinet: Cabinet) -> None:
    """R22, R36: what is due today and was accepted at 23:59 is late a minute later."""
    row = await cabinet.accept(AT_ONCE, cabinet.at("2026-03-02", "23:59"))
    await cabinet.watch(cabinet.at("2026-03-02", "23:59:59"))
    assert (await cabinet.find(row)).light == "yellow"
    await cabinet.watch(cabinet.at("2026-03-03", "00:00"))
    assert (await cabinet.find(row)).light == "red"
    late = await cabinet.act(row, Action.DECIDE, cabinet.at("2026-03-03", "00:01"))
    assert (late.light, late.actual_days) == ("red", 1)


Spell = tuple[str, str]
"""Suspended on, resumed on."""
STOPPED: dict[str, tuple[str, Sequence[Spell], str]] = {
    "over the festival": ("2026-02-11", [("2026-02-13", "2026-02-25")], "2026-02-28"),
    "from the make-up Saturday": ("2026-02-12", [("2026-02-14", "2026-02-24")], "2026-02-27"),
    "during the holidays alone": ("2026-02-12", [("2026-02-15", "2026-02-24")], "2026-02-26"),
    "ended within the holidays": ("2026-02-12", [("2026-02-13", "2026-02-18")], "2026-02-28"),
    "begun and ended on one day": ("2026-02-12", [("2026-02-13", "2026-02-13")], "2026-02-26"),
    "on the day of acceptance": ("2026-02-12", [("2026-02-12", "2026-02-13")], "2026-02-26"),
    "twice": ("2026-02-11", [("2026-02-12", "2026-02-14"), ("2026-02-14", "2026-02-24")], "2026-02-28"),
    "over 29 February": ("2024-02-27", [("2024-02-28", "2024-03-01")], "2024-03-07"),
    "on the due day": ("2026-03-02", [("2026-03-09", "2026-03-16")], "2026-03-16"),
}


@pytest.mark.parametrize("title", STOPPED)
async def test_special_procedures_over_holidays(cabinet: Cabinet, title: str) -> None:
    """R35: days from its beginning to the day before its end do not count, holidays or not; no due day meanwhile."""
    day, spells, due = STOPPED[title]
    row = await cabinet.accept(FIVE, cabinet.at(day))
    for began, ended in spells:
        asked: dict[str, Any] = {"procedure": Procedure.TESTING, "reason": "样品检测"}
        row = await cabinet.act(row, Action.SUSPEND, cabinet.at(began), **asked)
        assert (row.state, row.due_on, row.light) == (State.SUSPENDED, None, None)
        row = await cabinet.act(row, Action.RESUME, cabinet.at(ended))
    assert str(row.due_on) == due


async def test_a_procedure_recorded_late_counts_from_its_day(cabinet: Cabinet) -> None:
    """R35: begun on Tuesday, written down on Thursday; ended on Monday, written down on Tuesday."""
    row = await cabinet.accept(FIVE, cabinet.at("2026-03-02"))
    asked: dict[str, Any] = {"procedure": Procedure.EXPERT_REVIEW, "reason": "专家评审"}
    began, ended = cabinet.at("2026-03-03").date(), cabinet.at("2026-03-09").date()
    row = await cabinet.act(row, Action.SUSPEND, cabinet.at("2026-03-05"), began_on=began, **asked)
    row = await cabinet.act(row, Action.RESUME, cabinet.at("2026-03-10"), ended_on=ended)
    assert str(row.due_on) == "2026-03-13"


async def test_notices_over_the_festival(cabinet: Cabinet) -> None:
    """R16, R17: five working days, make-up Saturday among them; then accepted as of the day of receipt, and late."""
    row = await cabinet.accept(
        FIVE, cabinet.at("2026-02-12", "23:59"), materials=[], complete=False, why_later="需要查档"
    )
    assert str(row.notice_by) == "2026-02-26"
    await cabinet.watch(cabinet.at("2026-02-26", "23:59"))
    assert (await cabinet.find(row)).state == State.RECEIVED
    await cabinet.watch(cabinet.at("2026-02-27", "00:00"))
    now = await cabinet.find(row)
    assert (now.state, str(now.accepted_on), str(now.due_on), now.light) == (
        State.ACCEPTED,
        "2026-02-12",
        "2026-02-26",
        "red",
    )


async def test_materials_completed_at_midnight(cabinet: Cabinet) -> None:
    """R24: accepted on the day on which nothing is missing, a minute before it ends or when the next begins."""
    for hour, day, accepted, due in (
        ("23:59", "2026-02-28", "2026-02-28", "2026-03-06"),
        ("00:00", "2026-03-01", "2026-03-01", "2026-03-06"),
        ("23:59", "2026-03-02", "2026-03-02", "2026-03-09"),
    ):
        row = await cabinet.accept(FIVE, cabinet.at("2026-02-14"), materials=[], complete=False)
        brought = [one["name"] for one in row.materials]
        row = await cabinet.act(row, Action.SUPPLEMENT, cabinet.at(day, hour), materials=brought)
        assert (row.state, str(row.accepted_on), str(row.due_on)) == (State.ACCEPTED, accepted, due)


async def test_an_extension_and_a_delivery_over_national_day(cabinet: Cabinet) -> None:
    """R30, R35: ten working days more, asked for on the due day at 23:59; delivered in ten after the decision."""
    row = await cabinet.accept(FIVE, cabinet.at("2026-09-21"))
    assert str(row.due_on) == "2026-09-29"
    more: dict[str, Any] = {"days": 10, "reason": "情况复杂"}
    with pytest.raises(CaseConflict) as late:
        await cabinet.act(row, Action.EXTEND, cabinet.at("2026-09-30", "00:00"), **more)
    assert late.value.code == "overdue"
    row = await cabinet.act(row, Action.EXTEND, cabinet.at("2026-09-29", "23:59"), **more)
    assert str(row.due_on) == "2026-10-19"
    row = await cabinet.act(row, Action.DECIDE, cabinet.at("2026-09-30"))
    assert (str(row.deliver_by), row.actual_days) == ("2026-10-20", 6)
    await cabinet.watch(cabinet.at("2026-10-20", "23:59"))
    assert not [one for one in await cabinet.alerts() if one.kind == "delivery_late"]
    for _ in range(2):
        await cabinet.watch(cabinet.at("2026-10-21", "00:00"))
    assert [one.kind for one in await cabinet.alerts() if one.ended_at is None] == ["delivery_late"]
    await cabinet.act(row, Action.DELIVER, cabinet.at("2026-10-21"))
    assert not [one for one in await cabinet.alerts() if one.ended_at is None]


NEW_YEAR = {"2027-01-01": False, "2027-01-02": False, "2027-01-03": False} | {
    f"2027-01-{day:02d}": True for day in range(4, 9)
}
NEW_YEAR |= {"2027-01-09": True, "2027-01-10": False, "2027-01-11": True}


async def test_the_calendar_arrives(cabinet: Cabinet) -> None:
    """R23, R29, R39: provisional until the year is published; then revised, and whoever is due on another day is told
    once; what nothing changes for is only provisional no more."""
    december = cabinet.at("2026-12-31")
    moved = await cabinet.accept(FIVE, december)
    owed = await cabinet.accept(FIVE, december, materials=[], complete=False, why_later="需要查档")
    stopped = await cabinet.accept(FIVE, cabinet.at("2026-12-30"))
    stopped = await cabinet.act(stopped, Action.SUSPEND, december, procedure=Procedure.HEARING, reason="依法听证")
    decided = await cabinet.act(await cabinet.accept(FIVE, december), Action.DECIDE, december)
    assert (str(moved.due_on), moved.provisional, str(owed.notice_by)) == ("2027-01-07", True, "2027-01-07")
    (told,) = [text for event, text in await cabinet.told() if event == f"case:{moved.id}:accept:0"]
    assert "暂定" in told
    async with cabinet.database.read() as connection:
        (paper,) = await filing.papers(connection, moved.id)
    assert paper.content["provisional"]

    await publish(cabinet, NEW_YEAR)
    for _ in range(2):
        await cabinet.revise(cabinet.at("2026-12-31", "12:00"))
    now = await cabinet.find(moved)
    assert (str(now.due_on), str(now.yellow_on), now.provisional, now.light, now.moves) == (
        "2027-01-08",
        "2027-01-07",
        False,
        "green",
        0,
    )
    assert str((await cabinet.find(owed)).notice_by) == "2027-01-08"
    assert await cabinet.find(decided) == decided
    said = [(event, text) for event, text in await cabinet.told() if "revised" in event]
    assert [event for event, _ in said] == [f"case:{moved.id}:revised:2027-01-08"]
    assert "1月8日" in said[0][1]
    assert "暂定" not in said[0][1]
    resumed = await cabinet.act(stopped, Action.RESUME, cabinet.at("2027-01-04"))
    assert (str(resumed.due_on), resumed.provisional) == ("2027-01-08", False)


async def test_a_calendar_that_says_the_same_tells_nobody(cabinet: Cabinet) -> None:
    """R39: published as expected: not provisional any more, and no message."""
    row = await cabinet.accept(FIVE, cabinet.at("2027-01-04"))
    assert (str(row.due_on), row.provisional) == ("2027-01-11", True)
    days = {f"2027-01-{day:02d}": day not in (9, 10) for day in range(5, 12)}
    await publish(cabinet, days)
    await cabinet.revise(cabinet.at("2027-01-05"))
    now = await cabinet.find(row)
    assert (now.due_on, now.provisional, now.light) == (row.due_on, False, "green")
    assert [event for event, _ in await cabinet.told()] == [f"case:{row.id}:accept:0"]


async def test_a_day_off_declared_at_the_last_moment(cabinet: Cabinet) -> None:
    """R36, R39: a red light that a new holiday takes back is settled; what a make-up day brings forward is red at
    once, and raised."""
    row = await cabinet.accept(FIVE, cabinet.at("2026-03-02"))
    await cabinet.watch(cabinet.at("2026-03-10"))
    assert (await cabinet.find(row)).light == "red"
    await publish(cabinet, {"2026-03-09": False})
    await cabinet.revise(cabinet.at("2026-03-10"))
    now = await cabinet.find(row)
    assert (str(now.due_on), now.light) == ("2026-03-10", "yellow")
    assert [(one.kind, one.ended_at is None) for one in await cabinet.alerts()] == [("red", False), ("yellow", True)]
    await publish(cabinet, {"2026-03-07": True})
    await cabinet.revise(cabinet.at("2026-03-10", "11:00"))
    now = await cabinet.find(row)
    assert (str(now.due_on), now.light) == ("2026-03-07", "red")
    assert [(one.kind, one.ended_at is None) for one in await cabinet.alerts()][-1] == ("red", True)


def now_missing(row: Any) -> list[str]:
    return [one["name"] for one in row.materials if one["on"] is None]


async def test_what_the_calendar_overtook(cabinet: Cabinet) -> None:
    """R16, R35, R39: a day was made a working day while somebody still saw the old dates: he is told to look again,
    and nothing is half done; after the next look at the calendar it is what the rules say. A notice given by the day
    that was the last one then stays in time, and what it asks for can be brought."""
    monday = cabinet.at("2026-03-09")
    owed = await cabinet.accept(FIVE, cabinet.at("2026-03-02"), materials=[], complete=False, why_later="需要查档")
    row = await cabinet.accept(FIVE, cabinet.at("2026-03-02"))
    await publish(cabinet, {"2026-03-07": True})
    with pytest.raises(CaseConflict) as overtaken:
        await cabinet.act(row, Action.SUSPEND, monday, procedure=Procedure.HEARING, reason="依法听证")
    assert overtaken.value.code == "calendar_changed"
    assert await cabinet.find(row) == row
    await cabinet.act(owed, Action.NOTICE, monday, missing=["近期照片"])
    await cabinet.revise(monday)
    await cabinet.watch(monday)
    assert (str((await cabinet.find(row)).due_on), (await cabinet.find(row)).light) == ("2026-03-07", "red")
    tuesday = cabinet.at("2026-03-10")
    now = await cabinet.act(owed, Action.SUPPLEMENT, tuesday, materials=["近期照片"])
    assert (now.state, now.due_on) == (State.NOTICED, None)
    now = await cabinet.act(owed, Action.SUPPLEMENT, tuesday, materials=now_missing(now))
    assert (now.state, str(now.accepted_on), now.light) == (State.ACCEPTED, "2026-03-10", "green")
    assert [one.kind for one in await cabinet.alerts() if one.case_id == owed.id] == []
