"""A ticket as its holder follows it: what stands on the slip, his place in the line, and the words for both.

The words are made here and nowhere else, so that the page, its script and the socket say the same.
"""

from typing import Any

from ...core.clock import local
from ...core.i18n import N_, Language, translate
from ...queue.facts import HallFacts
from ...queue.figures import Place
from ...queue.hall import Kind
from ...queue.moves import TicketRow
from ...queue.routing import Reason
from ...queue.ticket import Status
from ...queue.wait import Wait
from . import shown

NEAR = 2
"""With so many people ahead a visitor is told to be ready."""
WINDOWS_NAMED = 6
PLAIN = {Reason.OWN_LINE, Reason.CHOSEN}
"""Reasons whose text says no more than where to wait."""
NOW = {
    Status.CALLED: N_("请到 {window}号窗口"),
    Status.SERVING: N_("正在{window}号窗口办理"),
    Status.PARKED: N_("已为您暂时保留，请按工作人员的嘱咐回到窗口"),
    Status.MISSED: N_("您已过号"),
    Status.DONE: N_("已办结"),
    Status.CANCELLED: N_("您已放弃此号"),
    Status.EXPIRED: N_("此号已失效"),
}
AFTERWARDS = {
    Status.DONE: N_("感谢您的来访，请慢走"),
    Status.CANCELLED: N_("如需办理，请重新取号"),
    Status.EXPIRED: N_("如需办理，请重新取号"),
}


def followed(row: TicketRow, hall: HallFacts, place: Place | None, language: Language) -> dict[str, Any]:
    """The ticket of `shown.held_ticket`; while it waits (``place``) with ``ahead``, ``wait`` and ``near``.

    ``postpone_minutes``: so many more may be asked for, once; 0 when not. ``said``: ``now`` and ``hint``, ``title`` for
    a phone's list of pages, and ``ahead``, ``wait``, ``windows`` while it waits.
    """
    body = shown.held_ticket(row, hall, language)
    waiting = row.status == Status.WAITING
    body |= {
        "recalls": row.recalls,
        "postponed": row.postponed,
        "callable_at": shown.stamp(row.callable_at, hall),
        "postpone_minutes": hall.postpone_minutes if waiting and not row.postponed else 0,
    }
    if place is None:
        now = translate(language, NOW[Status(row.status)], window=body["window"])
        title = f"{row.number} · {now}"
        return body | {"said": {"now": now, "hint": _hint(row, hall, body["zone"], language), "title": title}}
    near = place.wait is not None and not place.later and place.ahead <= NEAR
    ahead = translate(language, N_("{count} 位"), count=place.ahead)
    now = _waiting(row, hall, place, near, body["route"]["zone"], language)
    wait = (
        translate(language, N_("{time}以后"), time=_callable(row, hall))
        if place.later and not row.postponed
        else _minutes(place.wait, language)
    )
    said = {
        "now": now,
        "hint": "" if body["route"]["reason"] in PLAIN else body["route"]["text"],
        "title": f"{now} · {row.number}" if near else f"{row.number} · {translate(language, N_('前面还有'))} {ahead}",
        "ahead": ahead,
        "wait": wait,
        "windows": _windows(body["route"]["windows"], language),
    }
    return body | shown.place(place) | {"near": near, "said": said}


def _waiting(row: TicketRow, hall: HallFacts, place: Place, near: bool, zone: str, language: Language) -> str:
    if place.later:
        words = N_("您预约的时间 {time}，到时按约叫号，请在{zone}等候")
        if row.postponed:
            words = N_("已为您延后，{time}以后叫号，请在{zone}等候")
        return translate(language, words, time=_callable(row, hall), zone=zone)
    if not near:
        return translate(language, N_("请在{zone}等候叫号"), zone=zone)
    words = N_("快到您了，请在{zone}等候") if place.ahead else N_("下一位就是您，请到{zone}准备")
    return translate(language, words, zone=zone)


def _callable(row: TicketRow, hall: HallFacts) -> str:
    return f"{local(row.callable_at, hall.timezone):%H:%M}"


def _hint(row: TicketRow, hall: HallFacts, zone: str, language: Language) -> str:
    """Where, or what to do next."""
    if row.status in AFTERWARDS:
        return translate(language, AFTERWARDS[Status(row.status)])
    if row.status != Status.MISSED:
        return "" if row.status == Status.PARKED else zone
    desks = [desk for line in hall.lines_of(Kind.FIRST_INQUIRY) for desk in hall.serving(line.id)]
    if not desks:
        return translate(language, N_("请到首问责任岗重新排队"))
    at = {"window": desks[0].number, "zone": hall.zones[desks[0].zone_id].name}
    return translate(language, N_("请到首问责任岗重新排队：{window}号窗口，{zone}"), **at)


def _minutes(figure: Wait | None, language: Language) -> str:
    if figure is None:
        return translate(language, N_("开窗后叫号"))
    if figure.low == 0:
        return translate(language, N_("{high}分钟以内"), high=figure.high)
    words = N_("约{high}分钟") if figure.low == figure.high else N_("约{low}–{high}分钟")
    return translate(language, words, low=figure.low, high=figure.high)


def _windows(numbers: list[str], language: Language) -> str:
    first = translate(language, N_("、")).join(numbers[:WINDOWS_NAMED])
    if len(numbers) <= WINDOWS_NAMED:
        return first
    return translate(language, N_("{windows}等{count}个窗口"), windows=first, count=len(numbers))
