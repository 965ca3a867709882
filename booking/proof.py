"""A code by SMS where no place is held yet: whoever joins the waiting list shows that the phone is his.

Nothing is stored: the page keeps what was asked, sealed, until the code has answered.
"""

import secrets
from datetime import datetime, timedelta
from hmac import compare_digest

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import messages
from ..core.gateways import Channel as By
from ..core.i18n import Language
from . import wording
from .holds import new_code
from .office import Office


class Asked(msgspec.Struct, frozen=True):
    """Which code went to which phone, and until when it counts. It leaves the house only sealed."""

    phone: str
    number: str
    until: datetime


async def ask(tx: AsyncConnection, office: Office, phone: str, language: Language) -> Asked:
    """Send a code to a phone, in its plain form. How often, is the caller's to watch."""
    number = new_code()
    until = office.now + timedelta(minutes=office.rules.hold_minutes)
    await messages.post(
        tx,
        office.vault,
        hall_id=office.hall.id,
        event=f"waiting:code:{secrets.token_urlsafe(16)}",
        channel=By.SMS,
        to=phone,
        text=wording.code_text(office, number, language),
        language=language,
        now=office.now,
        until=until,
    )
    return Asked(phone, number, until)


def answers(asked: Asked, phone: str, number: str, now: datetime) -> bool:
    """Whether this is the code that went to this phone, and in time."""
    return asked.phone == phone and now < asked.until and compare_digest(asked.number.encode(), number.encode())
