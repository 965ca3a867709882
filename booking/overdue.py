"""What is booked and whose time is over: missed, or, where the hall had closed, cancelled and held against nobody."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import messages
from ..core.clock import start_of
from ..core.types import Moment
from ..queue.told import Told
from . import appointments, consequences, records, wording
from .appointments import AppointmentRow
from .office import Office
from .rules import Verdict
from .state import Action, Late, Status
from .tables import Appointment, Slot

_NOW = bindparam("now", type_=Moment)


def _over(action: Action, status: Status, *, closed: bool) -> Any:
    """End what is booked in slots whose time is over: those that were open, or those that the hall had closed."""
    past = select(Slot.id).where(
        Slot.hall_id == bindparam("hall"), Slot.starts_at < bindparam("before", type_=Moment), Slot.closed == closed
    )
    return (
        update(Appointment)
        .where(
            Appointment.hall_id == bindparam("hall"),
            Appointment.status == Status.BOOKED,
            Appointment.slot_id.in_(past),
        )
        .values(appointments.step(action, status, ended_at=_NOW, note=""))
        .returning(Appointment.id)
    )


_MISS = _over(Action.MISS, Status.MISSED, closed=False)
_VOID = _over(Action.CANCEL, Status.CANCELLED, closed=True)


async def miss(tx: AsyncConnection, office: Office) -> int:
    """What nobody came to, by the hall's rule, is missed; who does it too often is barred. How many there were.

    What stood in slots that the hall had closed is cancelled. Nobody is told at night.
    """
    midnight = start_of(office.today, office.hall.timezone)
    grace = office.now - timedelta(minutes=office.rules.grace_minutes)
    before = grace if office.rules.late is Late.REBOOK else midnight
    asked = {"hall": office.hall.id, "before": before, "by": office.by.label, "now": office.now}
    void = list((await tx.execute(_VOID, asked)).scalars())
    missed = list((await tx.execute(_MISS, asked)).scalars())
    if not void and not missed:
        return 0
    rows = await appointments.these(tx, void + missed)
    people = [row.person for row in rows if row.status == Status.MISSED]
    verdicts = await records.judge(tx, office.hall.id, people, office.rules, office.now)
    morning = wording.not_at_night(office)
    letters = [one._replace(due=morning) for row in rows for one in _letters(office, row, verdicts)]
    await messages.post_all(tx, office.vault, letters, office.now)
    return len(missed)


def _letters(office: Office, row: AppointmentRow, verdicts: dict[bytes, Verdict]) -> Iterator[messages.Letter]:
    """What became of it, and, once for each person however many he missed, what follows from that."""
    to, fields = appointments.party_of(office, row).contact, appointments.fields_of(office, row)
    about, missed = f"appointment:{row.id}", row.status == Status.MISSED
    event, told = ("missed", Told.APPOINTMENT_MISSED) if missed else ("cancelled", Told.APPOINTMENT_VOID)
    yield wording.letter(office, f"{about}:{event}", to, told, row.language, **fields)
    if missed:
        yield from consequences.letters(office, row.id, to, row.language, verdicts.pop(bytes(row.person), Verdict()))
