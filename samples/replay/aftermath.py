"""What follows a replayed day: its cases live through some weeks on the server's database, and all of it is checked."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from sqlalchemy.exc import DBAPIError

from ...cases import filing, rules
from ...core import settings as settings_module
from ...core.db import Database
from ...core.errors import NotFound
from ...core.i18n import N_
from ...core.privacy import Vault
from ...core.settings import Settings, SettingsError
from ...queue import halls
from . import verdict
from .accepting import Taken
from .booked import Wrong
from .month import Month
from .play import Done
from .say import Say
from .verdict import Days, Found

NEEDS_DATABASE: Final = N_(
    "受理以后的日子在服务器的数据库上模拟。请在服务器的目录中、用它的 PAIHAO_DATABASE_URL 运行，或者加 --days 0：{why}"
)


class Unplayable(Exception):
    """The replay cannot begin or go on; the text says why."""


class Cases(NamedTuple):
    """What became of the cases. ``counts``: steps, wake-ups and whoever was reminded."""

    found: Mapping[str, Found]
    counts: Counter[str]
    wrong: Sequence[Wrong]
    seconds: float


class Aftermath:
    """The days after the one that is played, in a hall of a database."""

    def __init__(self, database: Database, settings: Settings, hall: str, days: int, say: Say) -> None:
        self._database, self._settings = database, settings
        self._hall, self._days, self._say = hall, days, say

    async def live(self, taken: Sequence[Taken], seed: int, done: Done) -> Cases:
        """Live through the days and check them. Raises Unplayable when the cases are in another database."""
        started = time.perf_counter()
        vault, root = Vault(self._settings.secret), self._settings.public_url.rstrip("/")
        async with self._database.read() as connection:
            hall = await halls.load(connection, self._hall)
            book = await rules.load(connection, hall.id)
            if not taken:
                return Cases({}, Counter(), [], 0.0)
            try:
                await filing.find(connection, taken[0].number)
            except NotFound as error:
                raise Unplayable(self._say(NEEDS_DATABASE, why=taken[0].number)) from error
        received = [one.received_on for one in taken]
        month = Month(self._database, vault, root, hall, book, max(received), self._days)
        await month.run(taken, seed, done)
        before = {day: said.working for day, said in hall.hours.working_days.overrides.items()}
        after = before | month.published
        days = Days(month.last, hall.timezone, before, after, month.arrived, book.warning_days)
        async with self._database.read() as connection:
            found = await verdict.read(connection, vault, hall.id, min(received))
        made = {one.number: one.done for one in taken}
        wrong = [*month.wrong, *verdict.faults(found, made, days)]
        mine = {number: case for number, case in found.items() if number in made}
        return Cases(mine, month.counts, wrong, time.perf_counter() - started)


@asynccontextmanager
async def opened(hall: str, days: int, say: Say) -> AsyncIterator[Aftermath]:
    """The days to come, on the database that the other commands find too; nothing is opened for none.

    Raises Unplayable where that is no database with the hall in it.
    """
    try:
        settings = settings_module.load()
    except SettingsError as error:
        raise Unplayable(str(error)) from None
    database = Database(settings.database_url, password=settings.database_password, pool_size=2)
    try:
        if days:
            await _look(database, hall, say)
        yield Aftermath(database, settings, hall, days, say)
    finally:
        await database.close()


async def _look(database: Database, hall: str, say: Say) -> None:
    try:
        async with database.read() as connection:
            await halls.load(connection, hall)
    except (NotFound, OSError, DBAPIError) as error:
        raise Unplayable(say(NEEDS_DATABASE, why=str(error) or hall)) from None
