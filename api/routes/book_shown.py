"""How the booking pages show steps, days and times: words and links, made from what the interface gives. No I/O."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from ...booking.office import Office
from ...core.calendar import FRIDAY, Why
from ...core.errors import Problem
from ...core.i18n import N_, Language, day_text, translate
from ...queue.facts import HallFacts, ItemFacts

STEPS: Final[Mapping[str, str]] = {
    "item": N_("事项"),
    "day": N_("日期"),
    "time": N_("时间"),
    "person": N_("办事人"),
    "code": N_("验证"),
    "done": N_("完成"),
}
TO_WAIT: Final = ("item", "day", "person", "code", "done")
"""The steps of somebody who joins the waiting list."""
DAY_PARTS: Final = ((0, N_("上午")), (12, N_("下午")), (18, N_("晚上")))
"""From which hour on a part of the day is called so."""
NEAR: Final = (N_("今天"), N_("明天"), N_("后天"))


def address(path: str, **query: str) -> str:
    """A path of this site with what is known already."""
    known = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(known)}" if known else path


def hall_path(hall: HallFacts) -> str:
    return f"/book/{quote(hall.code, safe='')}"


def way(hall: HallFacts, item: ItemFacts, day: date | None = None) -> dict[str, str]:
    """Where each step begins, for whoever wants to go back."""
    path, at = hall_path(hall), day.isoformat() if day else ""
    return {
        "item": path,
        "day": address(path, item=item.code),
        "time": address(path, item=item.code, day=at),
        "person": address(f"{path}/person", item=item.code, day=at),
        "code": address(f"{path}/code", item=item.code, day=at),
        "wait": address(f"{path}/waiting", item=item.code, day=at),
        "wait_code": address(f"{path}/waiting/code", item=item.code, day=at),
    }


def steps(
    now: str, links: Mapping[str, str], language: Language, names: Sequence[str] = tuple(STEPS)
) -> list[dict[str, Any]]:
    """The steps named on top; those that are done lead back."""
    place = names.index(now)
    return [
        {
            "name": translate(language, STEPS[name]),
            "state": "now" if at == place else "done" if at < place else "next",
            "href": links.get(name, "") if at < place else "",
        }
        for at, name in enumerate(names)
    ]


def said(error: Problem, language: Language) -> str:
    """A refusal in the reader's words."""
    return translate(language, error.detail, **error.params)


def days(office: Office, found: Mapping[str, Any], language: Language) -> list[dict[str, Any]]:
    """The week strip: every day from today to the Sunday after the last that is open, with its free places in words.

    ``state``: ``open``, ``full`` or ``shut``; ``words`` say how many are free, or why none.
    """
    by_day: dict[str, list[dict[str, Any]]] = {}
    for slot in found["slots"]:
        if slot["why"] != "closed":
            by_day.setdefault(slot["day"], []).append(slot)
    shown = [_day(office, known, by_day.get(known["day"], []), language) for known in found["days"]]
    last = date.fromisoformat(found["days"][-1]["day"])
    for ahead in range(1, 8 - last.isoweekday()):
        beyond = _named(office, last + timedelta(days=ahead), "shut", translate(language, N_("未开放")), language)
        shown.append(beyond | {"beyond": True})
    return shown


def _day(
    office: Office, known: Mapping[str, Any], slots: Sequence[Mapping[str, Any]], language: Language
) -> dict[str, Any]:
    each = date.fromisoformat(known["day"])
    free = sum(slot["free"] for slot in slots)
    if free:
        words, state = translate(language, N_("余 {count} 个"), count=free), "open"
    elif slots:
        words, state = translate(language, N_("已约满")), "full"
    else:
        words, state = _shut(office, each, known, language), "shut"
    notes = [N_("调休上班")] if known["open"] and known["why"] == Why.MAKE_UP else []
    notes += [N_("暂定")] if known["provisional"] else []
    return _named(office, each, state, words, language) | {"notes": [translate(language, note) for note in notes]}


def _named(office: Office, each: date, state: str, words: str, language: Language) -> dict[str, Any]:
    ahead = (each - office.today).days
    return {
        "day": each.isoformat(),
        "name": day_text(each, language),
        "near": translate(language, NEAR[ahead]) if ahead < len(NEAR) else "",
        "weekday": each.isoweekday(),
        "state": state,
        "words": words,
        "notes": [],
    }


def _shut(office: Office, each: date, known: Mapping[str, Any], language: Language) -> str:
    """Why a day without a place that could be booked has none."""
    reason = (known["reason_en"] if language == "en" else known["reason"]) or known["reason"]
    if known["open"]:
        return translate(language, N_("今天已不能预约") if each == office.today else N_("未开放"))
    if reason:
        return (
            translate(language, N_("{festival}放假"), festival=reason) if known["why"] == Why.HOLIDAY else str(reason)
        )
    return translate(language, N_("周末不办公") if each.isoweekday() > FRIDAY else N_("不办公"))


def times(found: Mapping[str, Any], language: Language, own: str = "") -> list[dict[str, Any]]:
    """A day's slots by parts of the day; ``own``: when an appointment that is moved begins now."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for slot in found["slots"]:
        begins, ends = datetime.fromisoformat(slot["starts_at"]), datetime.fromisoformat(slot["ends_at"])
        part = next(name for hour, name in reversed(DAY_PARTS) if begins.hour >= hour)
        shown = {
            "id": slot["id"],
            "time": f"{begins:%H:%M}–{ends:%H:%M}",
            "words": _places(slot, own == slot["starts_at"], language),
            "open": bool(slot["free"]) and own != slot["starts_at"],
            "mine": slot["mine"] or own == slot["starts_at"],
        }
        parts.setdefault(part, []).append(shown)
    return [{"name": translate(language, part), "slots": slots} for part, slots in parts.items()]


def _places(slot: Mapping[str, Any], own: bool, language: Language) -> str:
    if own:
        return translate(language, N_("您现在的时间"))
    if slot["mine"]:
        return translate(language, N_("已为您保留"))
    if slot["free"]:
        return translate(language, N_("余 {count} 个"), count=slot["free"])
    return translate(language, N_("不再办理预约") if slot["why"] == "closed" else N_("已约满"))


def windows(office: Office, line_id: int) -> list[str]:
    """The windows that serve a line as their own, by number."""
    return [window.number for window in office.hall.windows.values() if window.handicaps.get(line_id) == 0]
