"""The measurements, as tables: ``python bench/run.py [--quick] [--part NAME]``.

Client, server and database share one machine, so the figures say what one process does *there*; the ratios compare like
with like. SQLite and PostgreSQL are measured one after the other, each on new databases with the sample hall.
"""

import os
import platform
import sqlite3
import tempfile
from collections.abc import Iterable
from pathlib import Path

import buttons
import click
import growth
import rush
import screens
import uvloop
from rich.console import Console
from rich.table import Table
from stage import Stage, free_port

import booking

DATABASES = ("SQLite", "PostgreSQL")
PARTS = ("buttons", "screens", "growth", "booking", "rush")
LEAST_RATIO, MOST_BOARD_MS, MOST_GROWTH = 0.4, 50.0, 1.2
LEAST_BOOKINGS = 20_000

console = Console()


@click.command()
@click.option("--quick", is_flag=True, help="A short run: fewer turns, screens and old tickets.")
@click.option("--part", "parts", type=click.Choice(PARTS), multiple=True, help="Only this part.")
def main(quick: bool, parts: tuple[str, ...]) -> None:
    """Print every measurement beside what it aims at."""
    uvloop.run(run(parts or PARTS, quick=quick))


async def run(parts: Iterable[str], *, quick: bool) -> None:
    """Measure the parts on both databases and print a table for each."""
    with tempfile.TemporaryDirectory(prefix="paihao-bench-", ignore_cleanup_errors=True) as directory:
        stage = Stage(Path(directory))
        try:
            console.print(
                f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
                f"SQLite {sqlite3.sqlite_version}, PostgreSQL {await stage.version()}; "
                "client, server and database share them"
            )
            if "buttons" in parts:
                console.print(await _buttons(stage, quick=quick))
            if "screens" in parts:
                console.print(await _screens(stage, quick=quick))
            if "growth" in parts:
                console.print(await _growth(stage, quick=quick))
            if "booking" in parts:
                console.print(await _booking(stage, quick=quick))
            if "rush" in parts:
                console.print(await _rush(stage, quick=quick))
        finally:
            stage.close()


async def _buttons(stage: Stage, *, quick: bool) -> Table:
    table = _table(
        f"Requests a second, {buttons.CLIENTS} clients, one server process",
        ("", "bare driver", "over HTTP", "ratio", "aim", "p50 ms", "p99 ms"),
        "Each request carries an Idempotency-Key. Bare: the statements recorded from the service, with BEGIN and "
        "COMMIT, run by asyncpg on 16 connections or by sqlite3 as the one writer. Every call finds a free window; "
        "freeing it again is not timed.",
    )
    for name in DATABASES:
        hall = await stage.hall(name)
        rates = await buttons.measure(hall, free_port(), turns=3 if quick else 9, issues=200 if quick else 500)
        await hall.database.close()
        for rate in rates:
            aim = f"≥ {LEAST_RATIO}" if name == "PostgreSQL" else ""
            ratio = _held(f"{rate.ratio:.2f}", held=not aim or rate.ratio >= LEAST_RATIO)
            served = (f"{rate.bare:,.0f}", f"{rate.served:,.0f}", ratio, aim, f"{rate.p50:.1f}", f"{rate.p99:.1f}")
            table.add_row(f"{name} {rate.what}", *served)
    return table


async def _screens(stage: Stage, *, quick: bool) -> Table:
    table = _table(
        "Call to screen, milliseconds",
        ("", "connected", "p50", "p99", "aim", "lost"),
        "From sending call-next to the frame at each screen. Phones get at most one picture a second by design.",
    )
    for name in DATABASES:
        hall = await stage.hall(name)
        size = {"boards": 50, "phones": 200} if quick else {"boards": 200, "phones": 2_000}
        reached = await screens.measure(hall, free_port(), **size, calls=10 if quick else 40, pause=0.3)
        await hall.database.close()
        for kind in reached:
            aim = f"p99 < {MOST_BOARD_MS:.0f}" if kind.screens == "boards" else ""
            p99 = _held(f"{kind.p99:.0f}", held=not aim or kind.p99 < MOST_BOARD_MS)
            lost = _held(str(kind.lost), held=not kind.lost)
            table.add_row(f"{name} {kind.screens}", f"{kind.connected:,}", f"{kind.p50:.0f}", p99, aim, lost)
    return table


async def _growth(stage: Stage, *, quick: bool) -> Table:
    table = _table(
        "Call-next with old tickets in the table",
        ("", "old tickets", "median µs", "growth", "aim"),
        "The service's claim with its commit, in process, one after the other.",
    )
    sizes = (1_000, 10_000) if quick else (1_000, 100_000, 1_000_000)
    for name in DATABASES:
        for cost in await growth.measure(stage, name, sizes=sizes, rounds=3 if quick else 8, claims=60):
            grown = _held(f"{cost.growth:.2f}", held=cost.growth <= MOST_GROWTH)
            table.add_row(name, f"{cost.old:,}", f"{cost.median:,.0f}", grown, f"≤ {MOST_GROWTH}")
    return table


async def _booking(stage: Stage, *, quick: bool) -> Table:
    table = _table(
        f"Bookings a minute, {booking.CLIENTS} visitors at once",
        ("", "processes", "median", "best", "aim", "p50 ms", "p99 ms"),
        "A place held and confirmed over HTTP, with its messages; milliseconds are of both requests together.",
    )
    for name in DATABASES:
        hall = await stage.hall(name)
        pace = await booking.measure(hall, turns=2 if quick else 5, bookings=500 if quick else 2_000)
        await hall.database.close()
        aim = f"≥ {LEAST_BOOKINGS:,}" if name == "PostgreSQL" else ""
        usual = _held(f"{pace.usual:,.0f}", held=not aim or pace.usual >= LEAST_BOOKINGS)
        table.add_row(name, str(pace.processes), usual, f"{pace.best:,.0f}", aim, f"{pace.p50:.0f}", f"{pace.p99:.0f}")
    return table


async def _rush(stage: Stage, *, quick: bool) -> Table:
    people, slots = (500, 3) if quick else (5_000, 30)
    table = _table(
        f"{people:,} people want {10 * slots} places at once",
        ("", "seconds", "people a minute", "booked", "looks", "wrong", "what they did"),
        "Wrong: oversold or miscounted when the checker looked, an answer that should not be, a place lost in the end.",
    )
    for name in DATABASES:
        hall = await stage.hall(name)
        said = await rush.measure(hall, people=people, slots=slots, each=10)
        await hall.database.close()
        done = ", ".join(f"{what} {count:,}" for what, count in said.done.most_common())
        wrong = _held(str(len(said.wrong)), held=not said.wrong)
        rate = f"{60 * people / said.seconds:,.0f}"
        table.add_row(name, f"{said.seconds:.0f}", rate, f"{said.booked:,}", f"{said.looks:,}", wrong, done)
        for fault in said.wrong[:5]:
            console.print(f"[red]{fault}[/]")
    return table


def _table(title: str, columns: tuple[str, ...], caption: str) -> Table:
    table = Table(title=title, caption=caption, title_justify="left", caption_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left")
    return table


def _held(figure: str, *, held: bool) -> str:
    return f"[green]{figure}[/]" if held else f"[red]{figure}[/]"


if __name__ == "__main__":
    main()
