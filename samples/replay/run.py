"""The replay as a whole: sign in, open, play, close, look at the screen, read the journal, judge."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from websockets.exceptions import WebSocketException

from ...core.i18n import N_, Language, translate
from ...queue.audit import Entry, audit
from ...queue.hallrows import HallFiles
from . import aftermath, applications, day, report
from .accepting import Accepting
from .aftermath import Unplayable
from .agenda import AT_ONCE, Agenda
from .booked import Bookings, Guest
from .client import Caller, Client, Refused
from .play import Desk, Done, Play
from .say import Say
from .screen import Screen

T = TypeVar("T")

OFFICERS = ("guide", "operator", "supervisor", "admin")
SIGNING_IN = 4
"""Clerks who sign in at once."""


class Credentials(msgspec.Struct):
    """What ``paihao demo`` keeps: the hall's code, a password per role, a token per kind of device."""

    hall: str
    passwords: dict[str, str]
    devices: dict[str, str]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """``speed``: simulated seconds in a real one, 0 as fast as it goes. ``patient``: wait while the server is away.

    ``booked``: percent of the visitors who book; ``grace``: real minutes that they may come after their slot begins.
    ``accept``: percent of those who come with an item to its window that a case is accepted from; ``days``: simulated
    ones that follow, straight on the server's database.
    """

    directory: Path
    url: str
    credentials: Path
    visitors: int
    speed: float = 0.0
    seed: int = 1
    weekday: int = day.MONDAY
    booked: float = 30.0
    grace: int = 3
    patient: bool = False
    accept: float = 95.0
    days: int = 30


def replay(options: Options, language: Language) -> bool:
    """Play a day and print its report; True when nothing went wrong and the check found nothing.

    Raises Unplayable, and BrokenFiles for a directory that is no hall.
    """
    say = partial(translate, language)
    console = Console()
    if not console.is_terminal:
        console = Console(width=report.WIDTH)
    try:
        return report.show(asyncio.run(_replay(options, say, console)), say, console)
    except ExceptionGroup as group:
        match _first(group):
            case httpx.TransportError() | OSError() | WebSocketException() as error:
                why = say(N_("无法连接服务器 {url}：{error}"), url=options.url, error=error or type(error).__name__)
                raise Unplayable(why) from None
            case Refused() as error:
                raise Unplayable(say(N_("服务器拒绝了请求：{error}"), error=error)) from None
            case Unplayable() as error:
                raise error from None
        raise


def _first(group: ExceptionGroup[Exception]) -> Exception:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, ExceptionGroup) else error


async def _replay(options: Options, say: Say, console: Console) -> report.Outcome:
    files, visitors, credentials = _read(options, say)
    url, path = options.url.rstrip("/"), f"/halls/{credentials.hall}"
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with (
        aftermath.opened(credentials.hall, options.days, say) as after,
        Client(url, patient=options.patient) as client,
        asyncio.TaskGroup() as background,
    ):
        kiosk = client.device(credentials.devices["kiosk"])
        hall = await kiosk.get("hall", path)
        if not hall["takes_visitors"]:
            raise Unplayable(say(N_("{hall}现在不取号"), hall=hall["name"]))
        screen = Screen(url, credentials.hall, credentials.devices["board"], patient=options.patient)
        showing = background.create_task(screen.run())
        await screen.ready()
        before = screen.revision
        officers = {role: await client.sign_in(role, credentials.passwords[role]) for role in OFFICERS}
        accepting = Accepting()
        bookings = Bookings(client, path, officers, kiosk, options.grace)
        with Progress(*columns, console=console) as progress:
            bar = partial(_bar, progress)
            opened = bar(say(N_("上岗开窗")), len(hall["windows"]))
            password = credentials.passwords["clerk"]
            desks = await _together(partial(_open, client, window, password, opened) for window in hall["windows"])
            async with bookings.opened(visitors, files):
                await _book(bookings, bar, say)
                play = Play(
                    path,
                    desks,
                    kiosk=kiosk,
                    guide=officers["guide"],
                    screen=screen,
                    agenda=Agenda(options.speed),
                    through=bar(say(N_("办理")), len(visitors)),
                    bookings=bookings,
                    came=bar(say(N_("预约签到")), bookings.expected),
                    accepting=accepting,
                )
                client.attempts, client.longest, started = 0, 0.0, time.perf_counter()
                await play.run(visitors)
                seconds, attempts = time.perf_counter() - started, client.attempts
                slack = timedelta(seconds=client.longest)
                shown = await screen.shows(play.called, await kiosk.get("board", f"{path}/board"))
                closed = bar(say(N_("关窗离岗")), len(desks))
                await _together(partial(_close, desk, play, closed) for desk in desks)
                await bookings.close()
        amiss = await bookings.check()
        entries = await _journal(officers["supervisor"], path)
        await _together(caller.sign_out for caller in officers.values())
        showing.cancel()
        with Progress(*columns, console=console) as progress:
            lived = _bar(progress, say(N_("以后的日子")), options.days)
            cases = await after.live(accepting.taken, options.seed, lived) if options.days else None
    acknowledged = {identity: str(visit.status) for identity, visit in play.acknowledged.items()}
    return report.Outcome(
        play=play,
        screen=screen,
        client=client,
        bookings=bookings,
        amiss=amiss,
        accepting=accepting,
        cases=cases,
        lines={line["prefix"]: line["name"] for line in hall["lines"]},
        seconds=seconds,
        attempts=attempts,
        shown=shown,
        rows=len(entries),
        slack=slack,
        faults=audit(entries, acknowledged, slack, after=before),
    )


async def _book(bookings: Bookings, bar: Callable[[str, int], Done], say: Say) -> None:
    """First everybody books, then some change their minds, then the waiting list takes what that left."""
    guests = list(bookings.guests.values())
    if not guests:
        return
    done = bar(say(N_("访客预约")), 3 * len(guests))
    for step in (bookings.book, bookings.change, bookings.settle):
        await _together((partial(_then, step, guest, done) for guest in guests), AT_ONCE)


async def _then(step: Callable[[Guest], Awaitable[None]], guest: Guest, done: Done) -> None:
    await step(guest)
    done()


def _bar(progress: Progress, name: str, total: int) -> Done:
    task = progress.add_task(name, total=total)
    return lambda: progress.advance(task)


def _read(options: Options, say: Say) -> tuple[HallFiles, list[day.Visitor], Credentials]:
    try:
        credentials = msgspec.json.decode(options.credentials.read_bytes(), type=Credentials)
    except (OSError, msgspec.MsgspecError) as error:
        raise Unplayable(say(N_("读不到账号文件 {path}：{error}"), path=options.credentials, error=error)) from None
    files, spells = day.read(options.directory, options.weekday)
    if not spells:
        raise Unplayable(say(N_("arrivals.csv 中没有这一天的到访人数")))
    visitors = day.make(files, spells, options.visitors, options.seed)
    visitors = day.book(visitors, files, options.booked / 100, options.seed)
    return files, applications.apply(visitors, files, options.accept / 100, options.seed), credentials


async def _open(client: Client, window: Any, password: str, done: Done) -> Desk:
    """A window, open, with its clerk, whose account is the window's number."""
    clerk = await client.sign_in(window["number"].lower(), password)
    desk = Desk(window["number"], f"/windows/{window['id']}", window["lines"], clerk)
    await clerk.post("open", f"{desk.path}/open")
    done()
    return desk


async def _close(desk: Desk, play: Play, done: Done) -> None:
    try:
        await desk.clerk.post("close", f"{desk.path}/close")
    except Refused as error:
        play.errors.append(error)
    await desk.clerk.sign_out()
    done()


async def _journal(supervisor: Caller, path: str) -> list[Entry]:
    entries, cursor = list[Entry](), "0"
    while cursor is not None:
        page = await supervisor.get("journal", f"{path}/journal?cursor={cursor}")
        entries += msgspec.convert(page["rows"], list[Entry])
        cursor = page["cursor"]
    return entries


async def _together(work: Iterable[Callable[[], Awaitable[T]]], at_once: int = SIGNING_IN) -> list[T]:
    """All of it, a few at once: a password costs the server a fifth of a second."""
    places = asyncio.Semaphore(at_once)

    async def placed(one: Callable[[], Awaitable[T]]) -> T:
        async with places:
            return await one()

    async with asyncio.TaskGroup() as tasks:
        made = [tasks.create_task(placed(one)) for one in work]
    return [task.result() for task in made]
