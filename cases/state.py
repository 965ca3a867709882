"""A case's states, and the one table of its lawful moves: each of the six kinds has its own way through them (R21)."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ..core.i18n import N_
from ..queue.hall import CaseKind


class State(StrEnum):
    RECEIVED = "received"
    """Materials are missing, and the applicant has not been told which."""
    NOTICED = "noticed"
    """He has been told everything at once (R15), and brings it."""
    ACCEPTED = "accepted"
    SUSPENDED = "suspended"
    """A special procedure runs, and the clock stands still (R35)."""
    FORWARDED = "forwarded"
    """Sent to the unit whose matter it is, which has not taken it yet."""
    HANDLED = "handled"
    """That unit has it."""
    JOINED = "joined"
    """Parts of it are with other departments (R3)."""
    REPORTED = "reported"
    """Examined here, and before the higher authority now."""
    DECIDED = "decided"
    REJECTED = "rejected"
    REFUSED = "refused"
    """Not accepted at all (不予受理)."""
    WITHDRAWN = "withdrawn"
    DELIVERED = "delivered"


class Action(StrEnum):
    ACCEPT = "accept"
    """How a case begins, whatever comes of it at once."""
    NOTICE = "notice"
    SUPPLEMENT = "supplement"
    """Something was brought, not yet everything."""
    COMPLETE = "complete"
    """Everything is there, which accepts the case (R24)."""
    DEEM = "deem"
    """No notice in time: accepted as of the day of receipt (R17)."""
    REFUSE = "refuse"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    FORWARD = "forward"
    TAKE = "take"
    JOIN = "join"
    STEP = "step"
    """The next step of the procedure begins (R27)."""
    REPORT = "report"
    DECIDE = "decide"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    DELIVER = "deliver"


class Outcome(StrEnum):
    """How a case ended."""

    APPROVED = "approved"
    REJECTED = "rejected"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Procedure(StrEnum):
    """The special procedures whose time does not count (R35, article 45 of the law)."""

    HEARING = "hearing"
    TENDER = "tender"
    AUCTION = "auction"
    INSPECTION = "inspection"
    TESTING = "testing"
    QUARANTINE = "quarantine"
    APPRAISAL = "appraisal"
    EXPERT_REVIEW = "expert_review"


WORKING: Final = MappingProxyType(
    {
        CaseKind.IMMEDIATE: State.ACCEPTED,
        CaseKind.PROMISED: State.ACCEPTED,
        CaseKind.REPORTED: State.ACCEPTED,
        CaseKind.FORWARDED: State.HANDLED,
        CaseKind.JOINT: State.JOINED,
    }
)
"""In which state a case of each kind is worked on."""

_OPENING = {
    (State.RECEIVED, Action.NOTICE): State.NOTICED,
    # A second one, which a supervisor forces and answers for (R15).
    (State.NOTICED, Action.NOTICE): State.NOTICED,
    (State.RECEIVED, Action.SUPPLEMENT): State.RECEIVED,
    (State.NOTICED, Action.SUPPLEMENT): State.NOTICED,
    (State.RECEIVED, Action.COMPLETE): State.ACCEPTED,
    (State.NOTICED, Action.COMPLETE): State.ACCEPTED,
    (State.RECEIVED, Action.DEEM): State.ACCEPTED,
    (State.RECEIVED, Action.REFUSE): State.REFUSED,
    (State.NOTICED, Action.REFUSE): State.REFUSED,
    (State.RECEIVED, Action.WITHDRAW): State.WITHDRAWN,
    (State.NOTICED, Action.WITHDRAW): State.WITHDRAWN,
    (State.ACCEPTED, Action.WITHDRAW): State.WITHDRAWN,
    (State.DECIDED, Action.DELIVER): State.DELIVERED,
    (State.REJECTED, Action.DELIVER): State.DELIVERED,
}
_BEFORE: Final = {
    CaseKind.REPORTED: {
        (State.ACCEPTED, Action.REPORT): State.REPORTED,
        (State.REPORTED, Action.WITHDRAW): State.WITHDRAWN,
    },
    CaseKind.FORWARDED: {
        (State.ACCEPTED, Action.FORWARD): State.FORWARDED,
        (State.FORWARDED, Action.FORWARD): State.FORWARDED,
        (State.FORWARDED, Action.TAKE): State.HANDLED,
        (State.FORWARDED, Action.WITHDRAW): State.WITHDRAWN,
    },
    CaseKind.JOINT: {(State.ACCEPTED, Action.JOIN): State.JOINED},
}


def _way(kind: CaseKind) -> dict[tuple[State, Action], State]:
    working = WORKING[kind]
    ending = State.REPORTED if kind is CaseKind.REPORTED else working
    way = _OPENING | _BEFORE.get(kind, {})
    way |= {(working, Action.STEP): working, (working, Action.WITHDRAW): State.WITHDRAWN}
    way |= {(ending, Action.DECIDE): State.DECIDED, (ending, Action.REJECT): State.REJECTED}
    if kind is not CaseKind.IMMEDIATE:
        way |= {
            (working, Action.SUSPEND): State.SUSPENDED,
            (State.SUSPENDED, Action.RESUME): working,
            (State.SUSPENDED, Action.WITHDRAW): State.WITHDRAWN,
            (working, Action.EXTEND): working,
        }
    return way


TRANSITIONS: Final = MappingProxyType(
    {(kind, state, action): target for kind in WORKING for (state, action), target in _way(kind).items()}
)
"""Every lawful move. The services' guards, the buttons and the database's trigger are derived from it.

What is refused becomes a 退回件: only that move changes a kind.
"""

OPEN: Final = tuple(
    State(state) for state in State if state not in ("decided", "rejected", "refused", "withdrawn", "delivered")
)
"""States of a case that nobody has decided."""
RUNNING: Final = (State.ACCEPTED, State.FORWARDED, State.HANDLED, State.JOINED)
"""States in which the clock runs."""
OUTCOMES: Final = MappingProxyType(
    {
        Action.DECIDE: Outcome.APPROVED,
        Action.REJECT: Outcome.REJECTED,
        Action.REFUSE: Outcome.REFUSED,
        Action.WITHDRAW: Outcome.WITHDRAWN,
    }
)

KINDS: Final = MappingProxyType(
    {
        CaseKind.IMMEDIATE: N_("即办件"),
        CaseKind.PROMISED: N_("承诺件"),
        CaseKind.REPORTED: N_("上报件"),
        CaseKind.FORWARDED: N_("转办件"),
        CaseKind.JOINT: N_("联办件"),
        CaseKind.RETURNED: N_("退回件"),
    }
)
STATES: Final = MappingProxyType(
    {
        State.RECEIVED: N_("已收件，待一次性告知"),
        State.NOTICED: N_("已告知，待补齐材料"),
        State.ACCEPTED: N_("已受理，办理中"),
        State.SUSPENDED: N_("特别程序中，时限中止"),
        State.FORWARDED: N_("已转办，待承办单位接收"),
        State.HANDLED: N_("承办单位办理中"),
        State.JOINED: N_("各部门联办中"),
        State.REPORTED: N_("已上报，待上级机关决定"),
        State.DECIDED: N_("已办结，待送达"),
        State.REJECTED: N_("不予办理，待送达"),
        State.REFUSED: N_("不予受理，已退回"),
        State.WITHDRAWN: N_("申请人已撤回"),
        State.DELIVERED: N_("已送达"),
    }
)
PROCEDURES: Final = MappingProxyType(
    {
        Procedure.HEARING: N_("听证"),
        Procedure.TENDER: N_("招标"),
        Procedure.AUCTION: N_("拍卖"),
        Procedure.INSPECTION: N_("检验"),
        Procedure.TESTING: N_("检测"),
        Procedure.QUARANTINE: N_("检疫"),
        Procedure.APPRAISAL: N_("鉴定"),
        Procedure.EXPERT_REVIEW: N_("专家评审"),
    }
)


def actions(kind: CaseKind, state: State) -> tuple[Action, ...]:
    """What can be done with a case: the buttons an officer sees."""
    return tuple(action for of, known, action in TRANSITIONS if of is kind and known is state)
