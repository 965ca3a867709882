"""What is asked of the register (R10): its days, the words to look for, and where the last page ended. Pure."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Row

from ..core.errors import Invalid
from ..core.i18n import N_
from ..core.privacy import Vault, person_name, phone_number
from . import filing

PAGE: Final = 50
MOST_DAYS: Final = 31
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100

_CURSOR: Final = re.compile(r"(\d{20})-(\w{1,12})-(\d{1,18})", re.ASCII)
_CASE: Final = re.compile(r"BJ\d{2,}-\d{8}-\d{5}", re.ASCII)


class Place(NamedTuple):
    """Where a page of the register begins: after the entry of this moment, source and id."""

    at: datetime
    source: str = ""
    id: int = 0

    def cursor(self) -> str:
        """As callers keep it; opaque to them."""
        return f"{self.at.astimezone(UTC):%Y%m%d%H%M%S%f}-{self.source}-{self.id}"


def place(row: Row[Any]) -> Place:
    """The place after a row."""
    return Place(row.at, row.source, row.id)


def place_of(cursor: str) -> Place:
    """What `Place.cursor` gave. Raises Invalid."""
    match = _CURSOR.fullmatch(cursor)
    try:
        if match is not None:
            return Place(datetime.strptime(f"{match[1]}+0000", "%Y%m%d%H%M%S%f%z"), match[2], int(match[3]))
    except ValueError:
        pass
    raise Invalid(N_("翻页参数无效"), code="invalid_cursor")


def days(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """The days that are asked for; the last `MOST_DAYS` unless told. Raises Invalid for days out of order, or of a year
    in which there is no register."""
    if not all(FIRST_YEAR <= day.year <= LAST_YEAR for day in (first, last) if day):
        raise Invalid(N_("日期应在{first}年至{last}年之间"), code="day_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
    last = last or max(today, first or today)
    first = first or last - timedelta(days=MOST_DAYS - 1)
    if first > last:
        raise Invalid(N_("开始日期应不晚于结束日期"), code="days_out_of_order")
    return first, last


def bounded(between: tuple[date, date], refusal: str) -> None:
    """Whatever reads every line of its days does so for `MOST_DAYS` at most. Raises Invalid."""
    if (between[1] - between[0]).days >= MOST_DAYS:
        raise Invalid(refusal, code="too_many_days", most=MOST_DAYS)


def case_number(q: str) -> str | None:
    """The whole number of a case, however typed; None for anything else."""
    plain = filing.plain_number(unicodedata.normalize("NFKC", q))
    return plain if _CASE.fullmatch(plain) else None


def wanted(vault: Vault, q: str) -> dict[str, Any]:
    """What ``q`` can mean, as parameters of the register's statements."""
    said = " ".join(unicodedata.normalize("NFKC", q).split())
    plain = said.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {
        "all": not said,
        "number": f"{plain.upper()}%",
        "words": f"%{plain}%",
        "phone": _index(vault, "phone", phone_number, said),
        "name": _index(vault, "name", person_name, said) or (vault.index("name", said) if said else None),
    }


def _index(vault: Vault, kind: str, plain: Callable[[str], str], said: str) -> bytes | None:
    """The blind index of what was typed, if it can be one at all."""
    try:
        return vault.index(kind, plain(said))
    except Invalid:
        return None
