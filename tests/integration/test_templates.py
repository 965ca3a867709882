"""A hall words its messages for itself: its words are what the gateway gets, at once, and nothing else gets in."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cabinet import VAULT, Cabinet, open_cabinet
from diary import ITEM, Diary
from gateway import KEY, SmsGateway, listening
from house import SMALL, open_house, open_second_hall
from paihao.api import sweeps
from paihao.api.permissions import Caller
from paihao.cases import wording
from paihao.cases.state import Action, Procedure
from paihao.core import clock, gateways
from paihao.core.bus import What
from paihao.core.db import Database, violated
from paihao.core.gateways import Channel
from paihao.core.i18n import moment_text
from paihao.core.outbox import Outbox
from paihao.queue import hallread, halls, hallstore
from paihao.queue.hallfiles import read, write
from paihao.queue.hallmessages import MessageRow
from paihao.queue.hallsheets import BrokenFiles
from paihao.queue.templates import LONGEST, MessageTemplate
from paihao.queue.ticket import Language
from paihao.queue.told import TO_OFFICERS, USUAL, Told
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

pytestmark = pytest.mark.anyio


@pytest.fixture
async def sms() -> AsyncIterator[SmsGateway]:
    async with listening(SmsGateway()) as made:
        yield made


@pytest.fixture
async def diary(database_url: str, sms: SmsGateway) -> AsyncIterator[Diary]:
    """A hall that takes bookings and tells of them through the gateway."""
    reached = {"sms_url": sms.url, "sms_key": KEY, "public_url": "https://hall.example"}
    async with open_house(database_url, booking_asks=1_000_000, booking_takes=1_000_000, **reached) as house:
        await sweeps.sweep(house.services)
        async with house.client(Caller.PUBLIC) as client:
            yield Diary(house, client)


async def word(diary: Diary, kind: Told, said: str | None, language: str = "zh_CN") -> None:
    """What an edit does: the row, and the notice that the hall moved. None: the usual words again."""
    services = diary.house.services
    hall = await services.halls.get("small")
    async with services.moving(hall.id, What.HALL) as tx:
        of = MessageTemplate
        await tx.execute(delete(of).where(of.hall_id == hall.id, of.kind == kind, of.language == language))
        if said is not None:
            row = {"hall_id": hall.id, "kind": kind, "language": language, "text": said}
            await tx.execute(insert(of), row)


async def got(sms: SmsGateway, phone: str, count: int = 1) -> list[str]:
    """The first texts that reached a phone."""

    def texts() -> list[str]:
        return [one["text"] for one in sms.delivered.values() if one["to"] == phone]

    await sms.until(lambda: len(texts()) >= count)
    return texts()


async def when(diary: Diary, made: dict[str, Any], language: Any = "zh_CN") -> str:
    hall = await diary.house.services.halls.get("small")
    return moment_text(clock.local(datetime.fromisoformat(made["starts_at"]), hall.timezone), language)


async def test_the_gateway_gets_the_halls_own_words_from_the_next_message_on(diary: Diary, sms: SmsGateway) -> None:
    hall = await diary.house.services.halls.get("small")
    usual = await diary.book()
    assert (await got(sms, usual["phone"]))[0].startswith(f"【{hall.name}】已预约：{await when(diary, usual)} ")
    await word(diary, Told.APPOINTMENT_BOOKED, "【小厅】{when}见，凭{code}到{zone}")
    own = await diary.book()
    line = hall.items[ITEM].line_id
    assert line is not None
    zone = hall.zones[hall.lines[line].zone_id].name
    assert await got(sms, own["phone"]) == [f"【小厅】{await when(diary, own)}见，凭{own['code']}到{zone}"]
    await word(diary, Told.APPOINTMENT_BOOKED, "【小厅】{code}：{when}")
    edited = await diary.book()
    assert await got(sms, edited["phone"]) == [f"【小厅】{edited['code']}：{await when(diary, edited)}"]
    english = await diary.book(language="en")
    assert (await got(sms, english["phone"]))[0].startswith(f"[{hall.name_in('en')}] ")
    await word(diary, Told.APPOINTMENT_BOOKED, "{code}, {when}", "en")
    english = await diary.book(language="en")
    assert await got(sms, english["phone"]) == [f"{english['code']}, {await when(diary, english, 'en')}"]
    await word(diary, Told.APPOINTMENT_BOOKED, None)
    usual = await diary.book()
    assert (await got(sms, usual["phone"]))[0].startswith(f"【{hall.name}】已预约：")


async def test_codes_cancellations_and_the_waiting_list_are_worded_too(diary: Diary, sms: SmsGateway) -> None:
    await word(diary, Told.BOOKING_CODE, "【小厅】{digits}")
    await word(diary, Told.APPOINTMENT_CANCELLED, "【小厅】{code}取消，{item}")
    await word(diary, Told.WAITING_JOINED, "【小厅】{day}{link}")
    held = (await diary.hold((await diary.free_slot())["id"])).json()["id"]
    phone = diary.phone()
    await diary.http.post(f"/holds/{held}/code", json={"phone": phone})
    [code] = await got(sms, phone)
    assert (code.removeprefix("【小厅】").isdigit(), code) == (True, f"【小厅】{await diary.code_sent(phone)}")
    made = await diary.book()
    await diary.http.post(f"/appointments/{made['code']}/cancel", json={"phone": made["phone"]})
    hall = await diary.house.services.halls.get("small")
    assert (await got(sms, made["phone"], 2))[1] == f"【小厅】{made['code']}取消，{hall.items[ITEM].name}"
    slots = [slot for slot in await diary.slots() if slot["free"]]
    last = [slot for slot in slots if slot["day"] == slots[-1]["day"]]
    for slot in last:
        for _ in range(slot["free"]):
            await diary.book(slot["id"])
    wish = {"item": ITEM, "day": last[0]["day"], "channel": "online", "name": "李四", "phone": diary.phone()}
    key = (await diary.http.post("/halls/small/waiting", json=wish)).json()["key"]
    [joined] = await got(sms, wish["phone"])
    assert joined.endswith(f"https://hall.example/book/waiting/{key}")
    assert joined.startswith("【小厅】")


async def test_words_are_a_halls_own(diary: Diary) -> None:
    await open_second_hall(diary.house)
    await word(diary, Told.CASE_DECIDED, "{number}好了")
    services = diary.house.services
    own, other = [(await services.halls.get(code)).templates for code in ("small", "other")]
    assert (own, other) == ({(Told.CASE_DECIDED, "zh_CN"): "{number}好了"}, {})


async def test_words_past_the_rules_stop_nobody(diary: Diary, sms: SmsGateway) -> None:
    """Nobody checks what is written straight into the table: the usual words are said then."""
    for broken in ("{code.__class__}{when}", "{code", "来吧"):
        await word(diary, Told.APPOINTMENT_BOOKED, broken)
        made = await diary.book()
        assert "已预约：" in (await got(sms, made["phone"]))[0]


# Cases, straight on the database --------------------------------------------------------------------------------------


async def worded(cabinet: Cabinet, **words: str) -> None:
    async with cabinet.database.write() as tx:
        rows = [{"kind": kind, "language": "zh_CN", "text": said} for kind, said in words.items()]
        await tx.execute(insert(MessageTemplate), [row | {"hall_id": cabinet.floor.facts.id} for row in rows])
    await cabinet.floor.look()


async def test_an_applicant_is_told_in_the_halls_own_words(database: Database, sms: SmsGateway) -> None:
    cabinet = await open_cabinet(database)
    await worded(cabinet, case_accepted="【小厅】{number}收下了，{due}，{link}")
    first = await cabinet.accept()
    await cabinet.act(first, Action.DECIDE, cabinet.at("2026-03-02", "11:00"))
    later = cabinet.at("2026-03-02", "12:00")
    outbox = Outbox(database, VAULT, {Channel.SMS: gateways.SmsGateway(sms.url, KEY)}, lambda: later, lambda: 0.0)
    await outbox.step()
    await outbox.idle()
    await outbox.stop()
    link = (await cabinet.office()).link(first.number)
    accepted, decided = [one["text"] for one in sms.delivered.values()]
    assert accepted == f"【小厅】{first.number}收下了，应于3月9日（周一）前办结，{link}"
    assert decided.startswith(f"【{cabinet.floor.facts.name}】{first.item_name}（{first.number}）已办结")


async def test_every_field_of_a_case_can_be_told(database: Database) -> None:
    cabinet = await open_cabinet(database)
    kinds = [kind for kind in Told if kind.startswith("case_")]
    await worded(cabinet, **{kind: "|".join(f"{{{name}}}" for name in USUAL[kind].fields) for kind in kinds})
    row = await cabinet.accept()
    row = await cabinet.act(
        row, Action.SUSPEND, cabinet.at("2026-03-04"), procedure=Procedure.APPRAISAL, reason="需要鉴定"
    )
    row = await cabinet.act(row, Action.RESUME, cabinet.at("2026-03-09"))
    row = await cabinet.act(
        row, Action.EXTEND, cabinet.at("2026-03-12"), cabinet.floor.supervisor, days=3, reason="情况复杂"
    )
    head = f"{cabinet.floor.facts.name}|{row.item_name}|{row.number}|{(await cabinet.office()).link(row.number)}"
    said = [msgspec.json.decode(content)[1] for _, content in await cabinet.told()]
    assert [one.removeprefix(head) for one in said] == [
        "|应于3月9日（周一）前办结",
        "|需要鉴定",
        "|应于3月12日（周四）前办结",
        "|情况复杂|3|应于3月17日（周二）前办结",
    ]
    known = {"hall", *wording._fields(await cabinet.office(), row, "zh_CN")}
    assert {name for kind in kinds for name in USUAL[kind].fields} <= known


# The table ------------------------------------------------------------------------------------------------------------

GOOD = {"kind": "appointment_booked", "language": "zh_CN", "text": "{code}{when}"}
ATTACKS: dict[str, tuple[dict[str, Any], str]] = {
    "worded twice": ({}, "uq_message_template_kind"),
    "a kind that there is not": ({"kind": "appointment_lost"}, "ck_message_template_kind_known"),
    "a language that nobody speaks here": ({"language": "fr"}, "ck_message_template_language_known"),
    "nothing": ({"kind": "case_decided", "text": ""}, "ck_message_template_says_something"),
    "spaces": ({"kind": "case_decided", "text": "   "}, "ck_message_template_says_something"),
    "officers in English": ({"kind": "matter_put", "language": "en"}, "ck_message_template_officers_in_chinese"),
}
INSERT = text("INSERT INTO message_template (hall_id, kind, language, text) VALUES (:hall, :kind, :language, :text)")


@pytest.mark.parametrize("name", ATTACKS)
async def test_the_database_keeps_the_rules_whoever_writes(database: Database, name: str) -> None:
    changed, guard = ATTACKS[name]
    async with database.write() as tx:
        hall = await hallstore.save(tx, read(SMALL))
        await tx.execute(INSERT, GOOD | {"hall": hall})
    with pytest.raises(IntegrityError) as refused:
        async with database.write() as tx:
            await tx.execute(INSERT, GOOD | {"hall": hall} | changed)
    assert violated(refused.value) == guard
    async with database.write() as tx:  # what is allowed gets in beside it
        await tx.execute(INSERT, GOOD | {"hall": hall, "language": "en"})


async def test_the_database_bounds_a_text_and_knows_the_hall(database: Database) -> None:
    async with database.write() as tx:
        hall = await hallstore.save(tx, read(SMALL))
        await tx.execute(INSERT, GOOD | {"hall": hall, "text": "字" * LONGEST})
    # PostgreSQL looks at the column's length first, SQLite only at the CHECK.
    with pytest.raises(IntegrityError if database.sqlite else DBAPIError) as refused:
        async with database.write() as tx:
            await tx.execute(INSERT, GOOD | {"hall": hall, "language": "en", "text": "字" * (LONGEST + 1)})
    said = "ck_message_template_text_bounded" if database.sqlite else "value too long for type character varying(300)"
    assert said in str(refused.value.orig)
    with pytest.raises(IntegrityError):
        async with database.write() as tx:
            await tx.execute(INSERT, GOOD | {"hall": hall + 1})


async def test_every_kind_gets_in(database: Database) -> None:
    """The kinds of the migration are those of the code."""
    async with database.write() as tx:
        hall = await hallstore.save(tx, read(SMALL))
        for kind in Told:
            for language in Language if kind not in TO_OFFICERS else (Language.CHINESE,):
                await tx.execute(INSERT, {"hall": hall, "kind": kind, "language": language, "text": USUAL[kind].text})
        facts = await halls.load(tx, "small")
    assert len(facts.templates) == 2 * len(Told) - len(TO_OFFICERS)


# Files ----------------------------------------------------------------------------------------------------------------

ROWS = (
    MessageRow(Told.APPOINTMENT_BOOKED, Language.ENGLISH, "{code}, {when}"),
    MessageRow(Told.APPOINTMENT_BOOKED, Language.CHINESE, "预约码{code}，{when}“见”"),
    MessageRow(Told.ALERT_OFFICER, Language.CHINESE, "【{hall}】{said}"),
)


async def test_words_go_into_files_and_come_back(database: Database, tmp_path: Path) -> None:
    files = msgspec.structs.replace(read(SMALL), messages=tuple(sorted(ROWS)))
    write(files, tmp_path / "out")
    assert read(tmp_path / "out") == files
    async with database.write() as tx:
        hall = await hallstore.save(tx, files)
        assert await hallread.load(tx, hall) == files
        assert len((await halls.load(tx, files.hall.code)).templates) == len(ROWS)
    ids = select(MessageTemplate.id).order_by(MessageTemplate.id)
    async with database.write() as tx:
        before = list((await tx.execute(ids)).scalars())
        await hallstore.save(tx, files)
        assert list((await tx.execute(ids)).scalars()) == before  # unchanged rows are left alone
        await tx.execute(update(MessageTemplate).values(text="{code}{when}{said}"))
        await hallstore.save(tx, files)
        assert await hallread.load(tx, hall) == files
        await hallstore.save(tx, msgspec.structs.replace(files, messages=()))
        assert (await tx.execute(ids)).all() == []


def test_bad_words_in_a_file_are_all_told(tmp_path: Path) -> None:
    write(read(SMALL), tmp_path)
    (tmp_path / "messages.csv").write_text(
        "kind,language,text\n"
        "appointment_lost,zh_CN,{code}\n"
        "appointment_booked,fr,{code}\n"
        "appointment_booked,zh_CN,{code}{when}\n"
        "appointment_booked,zh_CN,{when}\n"
        "appointment_moved,zh_CN,{nmae}\n"
        "appointment_moved,en,{code\n"
        "appointment_cancelled,en,\n"
        f"appointment_cancelled,zh_CN,{'字' * 301}\n"
        "matter_put,en,{number} {by}\n",
        encoding="utf-8",
    )
    with pytest.raises(BrokenFiles) as refused:
        read(tmp_path)
    found = [(fault.line, fault.column, fault.describe()[:30]) for fault in refused.value.faults]
    assert {fault.file for fault in refused.value.faults} == {"messages.csv"}
    assert [(line, column) for line, column, _ in found] == [
        (2, "kind"),
        (3, "language"),
        (5, "text"),
        (5, "kind"),
        (6, "text"),
        (7, "text"),
        (8, "text"),
        (9, "text"),
        (10, "text"),
    ]
    said = dict(enumerate(reason for _, _, reason in found))
    assert said[2] == "缺少{code}"
    assert said[3] == "与 messages.csv 第 4 行重复"
    assert said[4].startswith("不能用{nmae}，可以用的有{hall}")
    assert said[5] == "花括号不成对"
    assert (said[6], said[7], said[8]) == ("不能为空", "超过 300 个字", "发给工作人员的短信只用中文")
