"""The one tree of domain errors; `api.problems` renders it as RFC 9457 or as a page.

    Problem
    ├── Invalid 400         the request says something that cannot be
    ├── Unauthorized 401    nobody we know
    ├── Forbidden 403       known, but not allowed
    │   └── ForeignHall     a device or officer of another hall
    ├── NotFound 404
    ├── Conflict 409        the state does not allow it (any more)
    │   ├── TicketConflict  the ticket is not in a state for this action
    │   ├── WindowConflict  the window is closed, busy or somebody else's
    │   ├── HallClosed      outside opening hours
    │   ├── SlotFull        no place left in the slot, or none for this channel
    │   ├── BookingRefused  the hall's rules, or the appointment's state, do not allow it
    │   └── CaseConflict    the case is not in a state for this action, or its time is over
    ├── TooLarge 413        a file above the limit
    ├── Unprocessable 422   a repeated key with another body
    ├── TooMany 429
    └── Unavailable 503     something that the house needs for this is out of order

Texts are message ids in Chinese; `i18n.translate` gives the visitor's language.
"""

from typing import ClassVar

from .i18n import N_


class Problem(Exception):
    """An error that a person can act on: a stable ``code``, a status, and a translatable detail."""

    status: ClassVar[int] = 500
    code: str = "internal"
    title: ClassVar[str] = N_("服务暂时不可用")

    def __init__(self, detail: str = "", *, code: str | None = None, **params: object) -> None:
        super().__init__(detail)
        self.detail = detail or self.title
        self.params = params
        if code is not None:
            self.code = code


class Invalid(Problem):
    status = 400
    code = "invalid"
    title = N_("填写的内容有误")


class Unauthorized(Problem):
    status = 401
    code = "unauthorized"
    title = N_("请先登录")


class Forbidden(Problem):
    status = 403
    code = "forbidden"
    title = N_("没有权限进行此操作")


class ForeignHall(Forbidden):
    code = "foreign_hall"
    title = N_("此账号或设备不属于本大厅")


class NotFound(Problem):
    status = 404
    code = "not_found"
    title = N_("没有找到")


class Conflict(Problem):
    status = 409
    code = "conflict"
    title = N_("当前状态不能进行此操作")


class TicketConflict(Conflict):
    code = "ticket_conflict"
    title = N_("该号的当前状态不能进行此操作")


class WindowConflict(Conflict):
    code = "window_conflict"
    title = N_("窗口的当前状态不能进行此操作")


class HallClosed(Conflict):
    code = "hall_closed"
    title = N_("现在不在办公时间")


class SlotFull(Conflict):
    code = "slot_full"
    title = N_("该时段刚被约满，请另选时间")


class BookingRefused(Conflict):
    code = "booking_refused"
    title = N_("该预约的当前状态不能进行此操作")


class CaseConflict(Conflict):
    code = "case_conflict"
    title = N_("该办件的当前状态不能进行此操作")


class TooLarge(Problem):
    status = 413
    code = "too_large"
    title = N_("提交的内容过大")


class Unprocessable(Problem):
    status = 422
    code = "idempotency_mismatch"
    title = N_("同一请求编号已用于另一份内容")


class TooMany(Problem):
    status = 429
    code = "too_many"
    title = N_("操作过于频繁，请稍后再试")


class Unavailable(Problem):
    status = 503
    code = "unavailable"
    title = N_("暂时不能使用")
