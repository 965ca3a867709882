"""The rules of booking as arithmetic on moments and counts: no database, no clock."""

from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Annotated, NamedTuple

import msgspec

from ..core.errors import BookingRefused, Forbidden
from ..core.i18n import N_
from .state import Channel, Late

Count = Annotated[int, msgspec.Meta(ge=0, le=32_767)]
"""What the table's columns hold; their own bounds are its CHECKs."""


class RulesFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A hall's rules; the fields as in `tables.Rules`, whose defaults these are."""

    slot_minutes: Count = 30
    share_percent: Count = 30
    online_percent: Count = 80
    phone_percent: Count = 50
    onsite_percent: Count = 50
    days_ahead: Count = 5
    notice_minutes: Count = 60
    cancel_minutes: Count = 120
    hold_minutes: Count = 5
    a_day: Count = 3
    no_shows: Count = 2
    cancellations: Count = 5
    counted_days: Count = 30
    barred_days: Count = 30
    check_in_minutes: Count = 30
    grace_minutes: Count = 15
    late: Late = Late.WALK_IN
    offer_minutes: Count = 30
    portals: bool = True
    keep_days: Count = 90

    def caps(self, capacity: int) -> dict[str, int]:
        """How many of a slot's places each channel may take at most; a channel that is open gets one at least."""
        return {
            f"{channel}_cap": ceil(capacity * percent / 100)
            for channel, percent in (
                (Channel.ONLINE, self.online_percent),
                (Channel.PHONE, self.phone_percent),
                (Channel.ONSITE, self.onsite_percent),
            )
        }

    def earliest(self, channel: Channel, now: datetime) -> datetime:
        """The first moment at which a slot may begin to be booked now; who stands in the hall needs no notice."""
        return now if channel is Channel.ONSITE else now + timedelta(minutes=self.notice_minutes)

    def may_cancel(self, starts_at: datetime, now: datetime) -> bool:
        """Whether the visitor himself may still cancel or move."""
        return now <= starts_at - timedelta(minutes=self.cancel_minutes)


class Bar(StrEnum):
    """Why somebody may not book online."""

    NO_SHOWS = "no_shows"
    CANCELLATIONS = "cancellations"


class Verdict(NamedTuple):
    """What follows from what somebody did lately. ``warning``: one more of these, and he is barred."""

    bar: Bar | None = None
    warning: Bar | None = None


def verdict(no_shows: int, cancellations: int, rules: RulesFacts) -> Verdict:
    """Judge somebody by his no-shows and cancellations of the counted days (爽约)."""
    if no_shows >= rules.no_shows:
        return Verdict(bar=Bar.NO_SHOWS)
    if cancellations >= rules.cancellations:
        return Verdict(bar=Bar.CANCELLATIONS)
    if no_shows and no_shows == rules.no_shows - 1:
        return Verdict(warning=Bar.NO_SHOWS)
    if cancellations and cancellations == rules.cancellations - 1:
        return Verdict(warning=Bar.CANCELLATIONS)
    return Verdict()


BARRED = {
    Bar.NO_SHOWS: N_(
        "您近{days}天内有{count}次预约未到，{until}前不能网上预约。可电话预约、到大厅取号，或请工作人员解除限制"
    ),
    Bar.CANCELLATIONS: N_(
        "您近{days}天内取消预约{count}次，{until}前不能网上预约。可电话预约、到大厅取号，或请工作人员解除限制"
    ),
}
WARNINGS = {
    Bar.NO_SHOWS: N_("您近{days}天内已有{count}次预约未到，再有一次，{barred}天内将不能网上预约。不能来时请提前取消"),
    Bar.CANCELLATIONS: N_("您近{days}天内已取消预约{count}次，再取消一次，{barred}天内将不能网上预约"),
}


def refuse_barred(why: Bar, until: str, rules: RulesFacts) -> Forbidden:
    """The refusal that somebody who is barred reads; ``until``: the day in his words."""
    count = rules.no_shows if why is Bar.NO_SHOWS else rules.cancellations
    return Forbidden(BARRED[why], code="barred", days=rules.counted_days, count=count, until=until)


def warn(why: Bar, rules: RulesFacts) -> tuple[str, dict[str, int]]:
    """The warning before somebody is barred: its message id and fields."""
    count = (rules.no_shows if why is Bar.NO_SHOWS else rules.cancellations) - 1
    return WARNINGS[why], {"days": rules.counted_days, "count": count, "barred": rules.barred_days}


class Arrival(NamedTuple):
    """How a check-in joins the queue: with the booked time as ``arrival``, or, too late for it, like a walk-in."""

    arrival: datetime
    kept: bool


def arrival(starts_at: datetime, now: datetime, rules: RulesFacts) -> Arrival:
    """Where somebody who checks in now stands (design: rank). Before his time he is in the queue, but not yet called.

    Raises BookingRefused when it is too early, or too late where the hall wants those who are late to book anew.
    """
    opens = starts_at - timedelta(minutes=rules.check_in_minutes)
    if now < opens:
        raise BookingRefused(
            N_("还没到签到时间，请在预约时间前{minutes}分钟内签到"), code="too_early", minutes=rules.check_in_minutes
        )
    if now <= starts_at + timedelta(minutes=rules.grace_minutes):
        return Arrival(starts_at, kept=True)
    if rules.late is Late.REBOOK:
        raise BookingRefused(
            N_("已超过预约时间{minutes}分钟，请重新预约"), code="too_late", minutes=rules.grace_minutes
        )
    return Arrival(now, kept=False)
