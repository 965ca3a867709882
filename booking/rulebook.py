"""The rules of every hall: read when first asked for, dropped when the bus says that the hall changed."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.bus import Bus, Moved, What
from ..core.db import Database
from ..core.errors import Invalid
from ..core.i18n import N_
from .rules import RulesFacts
from .tables import LineRules, Rules

FRESH_SECONDS = 10.0
"""A notice may be lost: rules are never older than this."""

_RULES = select(*(getattr(Rules, name) for name in RulesFacts.__struct_fields__)).where(
    Rules.hall_id == bindparam("hall")
)
_LINES = select(LineRules.line_id, LineRules.windows, LineRules.share_percent).where(
    LineRules.hall_id == bindparam("hall")
)


_OUT_OF_BOUNDS = N_("预约规则有误，数值超出允许范围或名称不存在")
_LINE_DELETE = delete(LineRules).where(LineRules.line_id == bindparam("line"))
_LINE_INSERT = insert(LineRules)
_DELETE = delete(Rules).where(Rules.hall_id == bindparam("hall"))
_INSERT = insert(Rules)


class Strict(RulesFacts, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules as somebody sends them: a name that is not known is a mistake."""


class LineFacts(msgspec.Struct, frozen=True):
    """What a line does otherwise than its hall; None: as the hall."""

    windows: int | None = None
    share_percent: int | None = None


AS_THE_HALL = LineFacts()


class Rulebook(msgspec.Struct, frozen=True):
    hall: RulesFacts
    lines: Mapping[int, LineFacts] = {}

    def line(self, line_id: int) -> LineFacts:
        return self.lines.get(line_id, AS_THE_HALL)


async def load(connection: AsyncConnection, hall_id: int) -> Rulebook:
    """A hall's rules as they stand in the database."""
    row = (await connection.execute(_RULES, {"hall": hall_id})).one_or_none()
    lines = await connection.execute(_LINES, {"hall": hall_id})
    return Rulebook(
        msgspec.convert(row._asdict(), RulesFacts) if row is not None else RulesFacts(),
        {line.line_id: LineFacts(line.windows, line.share_percent) for line in lines},
    )


class Rulebooks:
    """Rulebooks by hall, kept in memory like the halls' facts (`queue.halls`)."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._kept: dict[int, tuple[float, Rulebook]] = {}
        self._versions: dict[int, int] = {}
        bus.subscribe(self._forget)

    async def get(self, hall_id: int) -> Rulebook:
        at, book = self._kept.get(hall_id, (0.0, None))
        if book is None or monotonic() - at >= FRESH_SECONDS:
            asked, version = monotonic(), self._versions.get(hall_id)
            async with self._database.read() as connection:
                book = await load(connection, hall_id)
            if version == self._versions.get(hall_id):  # nothing changed while we read
                self._kept[hall_id] = asked, book
        return book

    def _forget(self, moved: Moved) -> None:
        if moved.what is What.HALL:
            self._versions[moved.hall_id] = self._versions.get(moved.hall_id, 0) + 1
            self._kept.pop(moved.hall_id, None)


async def change(tx: AsyncConnection, hall_id: int, values: Mapping[str, Any]) -> RulesFacts:
    """Set some of a hall's rules; gives all of them. Raises Invalid, and then nothing is changed."""
    book = await load(tx, hall_id)
    try:
        changed = msgspec.convert(msgspec.structs.asdict(book.hall) | dict(values), Strict)
        row = {"hall_id": hall_id} | msgspec.structs.asdict(changed)
        await tx.execute(_DELETE, {"hall": hall_id})
        await tx.execute(_INSERT, row)
    except (msgspec.ValidationError, IntegrityError) as error:
        raise Invalid(_OUT_OF_BOUNDS, code="invalid_rules") from error
    return changed


async def change_line(tx: AsyncConnection, hall_id: int, line_id: int, facts: LineFacts) -> None:
    """Set what one line does otherwise than its hall. Raises Invalid, and then nothing is changed."""
    await tx.execute(_LINE_DELETE, {"line": line_id})
    if facts != AS_THE_HALL:
        try:
            await tx.execute(_LINE_INSERT, {"line_id": line_id, "hall_id": hall_id} | msgspec.structs.asdict(facts))
        except IntegrityError as error:
            raise Invalid(_OUT_OF_BOUNDS, code="invalid_rules") from error
