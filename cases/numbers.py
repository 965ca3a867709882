"""Numbers that stand on paper and are said on the phone, such as ``SJ20261122-0001``: without gaps per hall and day."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Integer, TextualSelect, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from ..core.clock import business_day
from ..core.journal import Id
from ..queue.facts import HallFacts


class DayCounter:
    """The last number of a hall and day, taken with an upsert like the lines' counters."""

    __tablename__: str

    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    last: Mapped[int]


def upsert(counter: type[DayCounter]) -> TextualSelect:
    """The statement that takes the next number of a counter; built once per counter."""
    name = counter.__tablename__
    return (
        text(
            f"""INSERT INTO {name} (hall_id, day, last) VALUES (:hall_id, :day, 1)
        ON CONFLICT (hall_id, day) DO UPDATE SET last = {name}.last + 1 RETURNING last"""  # noqa: S608 - a table of ours
        )
        .bindparams(bindparam("hall_id", type_=Id), bindparam("day", type_=Date()))
        .columns(last=Integer)
    )


async def draw(
    tx: AsyncConnection, statement: TextualSelect, prefix: str, hall: HallFacts, now: datetime, places: int = 4
) -> str:
    """The next number of the hall's day; its row stays locked until the transaction ends, so it is taken last."""
    day = business_day(now, hall.timezone)
    last = (await tx.execute(statement, {"hall_id": hall.id, "day": day})).scalar_one()
    return f"{prefix}{day:%Y%m%d}-{last:0{places}d}"
