"""What somebody is told when his no-shows or cancellations add up: the warning before, and the bar itself (爽约)."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from ..core.clock import local
from ..core.i18n import day_text, negotiate, translate
from ..core.messages import Letter
from ..queue.told import Told
from . import wording
from .office import Office
from .rules import BARRED, Bar, Verdict, warn


def letters(office: Office, appointment: int, to: str, language: str, verdict: Verdict) -> Iterator[Letter]:
    """The message that follows from what became of an appointment; none for somebody with a clean record.

    Nor where the hall bars nobody.
    """
    fields: Mapping[str, Any]
    if not office.rules.barred_days:
        return
    if verdict.bar is not None:
        event, text, fields = "barred", BARRED[verdict.bar], _barred(office, verdict.bar, language)
    elif verdict.warning is not None:
        event, (text, fields) = "warned", warn(verdict.warning, office.rules)
    else:
        return
    record = translate(negotiate(language), text, **fields)
    yield wording.letter(office, f"appointment:{appointment}:{event}", to, Told.BOOKING_RECORD, language, record=record)


def _barred(office: Office, why: Bar, language: str) -> dict[str, Any]:
    rules = office.rules
    until = local(office.now + timedelta(days=rules.barred_days), office.hall.timezone).date()
    count = rules.no_shows if why is Bar.NO_SHOWS else rules.cancellations
    return {"days": rules.counted_days, "count": count, "until": day_text(until, negotiate(language))}
