"""The hall board or a window strip in a terminal, for the mini computers behind LED panels (R43, R44).

What is shown is drawn here and changed nowhere: `watch` keeps the picture, `led` knows the dots.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import aclosing, suppress
from datetime import datetime
from typing import Any, NamedTuple

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ..core.clock import now
from ..core.i18n import N_, Language, translate
from . import led
from .state import BoardState, CallShown, WindowShown
from .watch import Refused, Seen, Watch

FLASHES = 3
BEAT = 0.4
"""Seconds between two pictures while something flashes or runs."""
CALLS_SHOWN = 7

REFUSALS = {
    "foreign_hall": N_("此设备不属于本大厅"),
    "foreign_window": N_("此设备不属于本窗口"),
    "unknown_device": N_("设备令牌无效或已停用"),
    "unknown_hall": N_("没有这个大厅"),
    "unknown_window": N_("没有这个窗口"),
    "invalid_url": N_("服务器地址无效"),
}
CALLING = N_("请到{window}号窗口办理")
STATES = {
    "serving": N_("正在办理"),
    "free": N_("空闲，请等候叫号"),
    "paused": N_("暂停服务"),
    "closed": N_("本窗口未开放"),
}


class Options(NamedTuple):
    """``window`` '': the board over the hall. ``plain``: a line of text per change, for a pipe."""

    url: str
    hall: str
    window: str
    token: str
    language: Language
    plain: bool
    bell: bool


async def show(options: Options) -> None:
    """Show it for ever. Raises Refused when this screen does not belong there, or there is no such hall or window."""
    watch = Watch(options.url, options.hall, options.token, options.window)
    if options.plain:
        await _print(watch, options)
    else:
        await _draw(watch, options)


def refusal(error: Refused, language: Language) -> str:
    """Why the server does not take this screen, for whoever set it up."""
    return translate(language, REFUSALS.get(error.code, error.code))


def state_of(window: WindowShown) -> str:
    """calling, serving, free, paused or closed: what the panel's sign says. Somebody in front of it comes first."""
    if window.number is not None:
        return "calling" if window.status == "called" else "serving"
    return "free" if window.state == "open" else window.state


def line_of(window: WindowShown, language: Language) -> str:
    """The one line of state, such as ``暂停服务 · 整理材料 · 预计 14:20 返回``."""
    parts = [_state_words(window, language)]
    if window.state == "paused":
        if window.number is not None:
            parts.append(translate(language, STATES["paused"]))
        parts.append(translate(language, window.reason))
        if window.back_at:
            parts.append(translate(language, N_("预计 {time} 返回"), time=window.back_at))
    return " · ".join(part for part in parts if part)


def _state_words(window: WindowShown, language: Language) -> str:
    if (state := state_of(window)) == "calling":
        return translate(language, CALLING, window=window.window)
    return translate(language, STATES[state])


def _the_window(state: BoardState, number: str) -> WindowShown:
    for window in state.windows.values():
        if window.window == number:
            return window
    raise Refused("unknown_window")


def _away(since: datetime, language: Language) -> str:
    return translate(language, N_("网络中断 · 画面停在 {time}"), time=f"{since.astimezone():%H:%M}")


def _age(since: datetime, language: Language) -> str:
    seconds = max(0, int((now() - since).total_seconds()))
    if seconds < 60:
        return translate(language, N_("已停 {count} 秒"), count=seconds)
    return translate(language, N_("已停 {count} 分钟"), count=seconds // 60)


# A line per change.


async def _print(watch: Watch, options: Options) -> None:
    said = ""
    async with aclosing(watch.pictures()) as pictures:
        async for seen in pictures:
            lines, again = _lines(seen, options)
            for line in lines:
                if again or line != said:
                    print(line, flush=True)  # noqa: T201
                    said = line
            if options.bell and again:
                _ring()


def _lines(seen: Seen, options: Options) -> tuple[list[str], bool]:
    """What to print, and whether it must be printed although it was the last line too (a recall)."""
    if seen.away is not None:
        return [f"\taway\t{_away(seen.away, options.language)}"], False
    if seen.state is None:
        return [], False
    if options.window:
        window = _the_window(seen.state, options.window)
        line = f"{window.number or window.window}\t{state_of(window)}\t{line_of(window, options.language)}"
        return [line], any(call.window == options.window for call in seen.news)
    return [f"{call.number}\tcalling\t{_call_words(call, options.language)}" for call in seen.news], bool(seen.news)


def _call_words(call: CallShown, language: Language) -> str:
    return f"{translate(language, CALLING, window=call.window)} · {call.zone}"


def _ring() -> None:
    sys.stdout.write("\a")
    sys.stdout.flush()


# A picture that stays.


def text_console(**options: Any) -> Console:
    """A console to which the names of lines and zones are text and nothing else, whatever brackets stand in them."""
    return Console(markup=False, emoji=False, highlight=False, **options)


class Screen:
    """What is drawn now: the newest picture, and how long something still flashes."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._beats = 0
        self._seen = Seen(None)
        self._fresh: set[int] = set()
        self._flashes = 0
        self.moved = asyncio.Event()

    def take(self, seen: Seen) -> None:
        self._seen = seen
        own = [call for call in seen.news if self._options.window in ("", call.window)]
        if own:
            self._fresh = {call.id for call in own}
            self._flashes = 2 * FLASHES
            if self._options.bell:
                _ring()
        self.moved.set()

    def beat(self) -> None:
        self._beats += 1
        self._flashes = max(0, self._flashes - 1)

    def render(self, console: Console) -> RenderableType:
        seen, language = self._seen, self._options.language
        parts: list[RenderableType] = []
        if seen.away is not None:
            parts.append(Text(f" {_away(seen.away, language)}  {_age(seen.away, language)} ", "black on yellow"))
        if seen.state is None:
            parts.append(Text(translate(language, N_("正在连接…"))))
        elif self._options.window:
            parts += self._strip(_the_window(seen.state, self._options.window), console)
        else:
            parts += self._board(seen.state)
        return Group(*parts)

    def _strip(self, window: WindowShown, console: Console) -> Iterator[RenderableType]:
        text, state = window.number or window.window, state_of(window)
        dark = self._flashes % 2 == 1
        rows = led.panel(text, state, self._beats if led.runs(text) else 0)
        cell = 2 if console.width >= 2 * led.COLUMNS else 1
        dots = Text(no_wrap=True)
        for row in rows:
            for dot in row:
                dots.append(" " * cell, "on red" if dot == led.ON and not dark else "on grey11")
            dots.append("\n")
        yield dots
        yield Text(line_of(window, self._options.language), "bold")

    def _board(self, state: BoardState) -> Iterator[RenderableType]:
        language = self._options.language
        name = (language == "en" and state.name_en) or state.name
        calls = Table(title=name, title_style="bold", expand=True, show_header=False)
        newest = {call.number: call for call in reversed(state.calls)}.values()
        for call in sorted(newest, key=lambda call: call.id, reverse=True)[:CALLS_SHOWN]:
            bright = call.id in self._fresh and self._flashes % 2 == 1
            window = translate(language, N_("{window}号窗口"), window=call.window)
            mark = f" {translate(language, N_('预约'))}" if call.booked else ""
            calls.add_row(call.number + mark, "→", window, call.zone, style="reverse" if bright else "bold")
        yield calls
        heads = (N_("队列"), N_("区域"), N_("等候人数"))
        waiting = Table(*(translate(language, head) for head in heads), expand=True)
        for line in state.lines.values():
            if line.open or line.waiting:
                waiting.add_row(f"{line.prefix} {line.name}", line.zone, str(line.waiting))
        yield waiting
        if state.ticker:
            yield Text(state.ticker)


async def _draw(watch: Watch, options: Options) -> None:
    console, screen = text_console(), Screen(options)

    async def look() -> None:
        async with aclosing(watch.pictures()) as pictures:
            async for seen in pictures:
                screen.take(seen)

    with Live(console=console, screen=True, auto_refresh=False) as live:
        looking = asyncio.create_task(look())
        looking.add_done_callback(lambda _: screen.moved.set())
        try:
            while not looking.done():
                live.update(screen.render(console), refresh=True)
                screen.beat()
                screen.moved.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(BEAT):
                        await screen.moved.wait()
        finally:
            looking.cancel()
    await looking
