"""Forms for a hall's days: closing one with its appointments, opening it again, copying a week of hours (R37, R38)."""

from datetime import date
from enum import StrEnum
from typing import Final

from babel.dates import get_day_names
from pydantic import Field

from ..booking import closing
from ..booking.closing import How
from ..booking.wording import Reason
from ..core.bus import What
from ..core.calendar import Regular
from ..core.clock import now
from ..core.errors import Invalid
from ..core.i18n import N_, Language, date_text, translate
from ..queue import closing as hours
from ..queue import weeks
from ..queue.weeks import Season, Week
from . import told as told_of
from .asking import Ask, Form, Group, Named, Word, among_these, chosen, line_of, listed, names
from .house import House, Officer

LONGEST_REASON, LONGEST_ENGLISH, SHORTEST_REASON = 100, 160, 2
EVERY_LINE: Final = "*"


class Booked(StrEnum):
    """What becomes of those who booked; looked at first."""

    LOOK = "look"
    MOVE = "move"
    CANCEL = "cancel"


BOOKED: Final = {
    Booked.LOOK: N_("先看名单"),
    Booked.MOVE: N_("改期"),
    Booked.CANCEL: N_("取消"),
}


class ClosedDay(Ask):
    day: date = Field(title=N_("停办哪天"))
    line: Word = Field("", title=N_("队列前缀（空着：整个大厅）"), json_schema_extra=names(Named.LINE))
    booked: Word = Field(BOOKED[Booked.LOOK], title=N_("已预约的人怎么办"), json_schema_extra=among_these(BOOKED))
    reason: Word = Field("", title=N_("停办原因（会告诉群众）"))
    reason_en: Word = Field("", title=N_("停办原因（英文，可不填）"))


class ReopenedDay(Ask):
    day: date = Field(title=N_("恢复哪天"))
    line: Word = Field("", title=N_("队列前缀（空着：整个大厅）"), json_schema_extra=names(Named.LINE))


class CopiedWeek(Ask):
    source: Word = Field("", title=N_("从哪个队列复制（前缀；空着：大厅的时间）"), json_schema_extra=names(Named.LINE))
    source_since: date | None = Field(None, title=N_("复制哪个时令：开始日期（空着：全年的时间）"))
    source_until: date | None = Field(None, title=N_("复制哪个时令：结束日期"))
    targets: Word = Field("", title=N_("复制到哪些队列（前缀，用分号隔开；* 为所有队列；空着：大厅）"))
    since: date | None = Field(None, title=N_("作为时令：从哪天起（空着：全年）"))
    until: date | None = Field(None, title=N_("作为时令：到哪天止"))


async def close(house: House, officer: Officer, asked: ClosedDay) -> str:
    hall, moment, language = await house.hall_for(officer, asked.hall), now(), officer.language
    office, line_id = await house.office(officer, hall, moment), line_of(hall, asked.line)
    then = chosen(asked.booked, BOOKED, language)
    day = date_text(asked.day, language)
    if then is Booked.LOOK:
        async with house.database.read() as connection:
            rows = await closing.preview(connection, office, asked.day, line_id)
        if not rows:
            return translate(language, N_("{day}还没有人预约，可以直接停办"), day=day)
        told = translate(language, N_("{day}有{count}人预约，还没有停办"), day=day, count=len(rows))
        return listed([told, *told_of.people(office, rows, language)], language)
    reason = _reason(asked)
    async with house.moving(hall.id, What.HALL) as tx:
        done = await closing.close(tx, office, asked.day, line_id, reason, How(then))
        said = {"day": asked.day.isoformat(), "line": asked.line, "reason": reason.chinese, "booked": then}
        await house.noted(tx, officer, moment, "day_close", "hours_exception", hall_id=hall.id, after=said)
    house.wake()
    fields = {"day": day, "moved": len(done.moved), "cancelled": len(done.cancelled)}
    told = translate(language, N_("{day}已停办：改期{moved}人，取消{cancelled}人，均已发短信通知"), **fields)
    return listed([told, *told_of.people(office, [*done.moved, *done.cancelled], language)], language)


async def reopen(house: House, officer: Officer, asked: ReopenedDay) -> str:
    hall, moment, language = await house.hall_for(officer, asked.hall), now(), officer.language
    line_id = line_of(hall, asked.line)
    async with house.moving(hall.id, What.HALL) as tx:
        await hours.reopen(tx, hall.id, asked.day, line_id, officer.actor, moment)
        said = {"day": asked.day.isoformat(), "line": asked.line}
        await house.noted(tx, officer, moment, "day_reopen", "hours_exception", hall_id=hall.id, before=said)
        await house.follow(tx, hall.id, moment)
    house.wake()
    told = N_("{day}恢复办公，可以预约；已改期和取消的预约不会改回来")
    return translate(language, told, day=date_text(asked.day, language))


async def copy_week(house: House, officer: Officer, asked: CopiedWeek) -> str:
    hall, moment, language = await house.hall_for(officer, asked.hall), now(), officer.language
    source = Week(line_of(hall, asked.source), Season(asked.source_since, asked.source_until))
    season = Season(asked.since, asked.until)
    named = [part.strip() for part in asked.targets.replace("；", ";").split(";")]
    onto = [line.id for line in hall.lines.values()] if named == [EVERY_LINE] else [line_of(hall, one) for one in named]
    targets = [week for one in onto if (week := Week(one, season)) != source or len(onto) == 1]
    async with house.moving(hall.id, What.HALL) as tx:
        replaced = await weeks.copy(tx, hall.id, source, targets, officer.actor, moment)
        said = {"source": asked.source, "targets": asked.targets, **_dates(season)}
        was = {"hours": [_plain(spell) for spell in replaced]}
        await house.noted(tx, officer, moment, "week_copy", "hours", hall_id=hall.id, before=was, after=said)
        stuck = await house.follow(tx, hall.id, moment)
    house.wake()
    told = [
        translate(language, N_("已复制到{count}处，替换了{replaced}个时段"), count=len(targets), replaced=len(replaced))
    ]
    told += [
        _spell(spell, hall.lines[spell.line_id].name if spell.line_id else hall.name, language) for spell in replaced
    ]
    told += told_of.stuck(await house.office(officer, hall, moment), stuck, language)
    return listed(told, language)


def _reason(asked: ClosedDay) -> Reason:
    if not SHORTEST_REASON <= len(asked.reason) <= LONGEST_REASON or not asked.reason.isprintable():
        raise Invalid(N_("请填写停办原因，2 到 {most} 个字"), code="reason_needed", most=LONGEST_REASON)
    if len(asked.reason_en) > LONGEST_ENGLISH or not asked.reason_en.isprintable():
        raise Invalid(N_("英文原因最多 {most} 个字符"), code="reason_too_long", most=LONGEST_ENGLISH)
    return Reason(asked.reason, asked.reason_en)


def _spell(spell: Regular, whose: str, language: Language) -> str:
    day = get_day_names("abbreviated", locale=language)[spell.weekday - 1]
    return f"{whose} {day} {spell.opens:%H:%M}–{spell.closes:%H:%M}"


def _plain(spell: Regular) -> dict[str, object]:
    times = {"opens": spell.opens.isoformat(), "closes": spell.closes.isoformat()}
    return {"line_id": spell.line_id, "weekday": spell.weekday, **times, **_dates(Season(spell.since, spell.until))}


def _dates(season: Season) -> dict[str, str]:
    return {name: day.isoformat() for name, day in season._asdict().items() if day}


FORMS: Final = (
    Form(
        "close-day",
        N_("停办一天"),
        N_("先看哪些人已经预约，再选择改期到最近的空位或取消；每人都会收到短信，写明原因。"),
        Group.HALL,
        ClosedDay,
        close,
    ),
    Form(
        "reopen-day",
        N_("恢复办公"),
        N_("撤销某天的停办，按平时的时间办公。"),
        Group.HALL,
        ReopenedDay,
        reopen,
    ),
    Form(
        "copy-week",
        N_("复制每周时间"),
        N_("把大厅或某个队列一周的办公时间复制给其他队列，或作为某段日期的时令。目标原有的同期时间会被替换。"),
        Group.HALL,
        CopiedWeek,
        copy_week,
    ),
)
