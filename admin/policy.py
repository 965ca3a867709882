"""What of each table may be done by hand in the administration, and what the house keeps for itself. Pure data.

A table that has no row here is shown and never edited: what happened, happened.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from ..core.i18n import N_


class Act(StrEnum):
    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"


ALL: Final = frozenset(Act)
_CREATE_EDIT: Final = frozenset({Act.CREATE, Act.EDIT})


class Policy(NamedTuple):
    """``acts``: what may be done. ``kept``: columns that the house writes. ``fixed``: never changed once written.

    ``owns``: tables whose rows belong to a row of this one, and go with it (so do those that the database removes by
    itself). ``instead``: how what may not be done is done. ``plans``: slots for booking follow from it.
    """

    acts: frozenset[Act] = ALL
    kept: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset({"hall_id"})
    owns: tuple[str, ...] = ()
    instead: str = ""
    plans: bool = False


POLICIES: Final[Mapping[str, Policy]] = MappingProxyType(
    {
        "hall": Policy(
            acts=_CREATE_EDIT,
            fixed=frozenset({"code"}),
            instead=N_("大厅不能删除：它的流水和审计记录要一直留存"),
            plans=True,
        ),
        "zone": Policy(),
        "department": Policy(),
        "line": Policy(owns=("line_booking",), plans=True),
        "window": Policy(kept=frozenset({"state_since"}), owns=("window_line",), plans=True),
        "window_line": Policy(fixed=frozenset({"hall_id", "window_id", "line_id"}), plans=True),
        "agency": Policy(),
        "priority": Policy(),
        "item": Policy(kept=frozenset({"initials"}), plans=True),
        "hours": Policy(plans=True),
        "hours_exception": Policy(plans=True),
        "working_day": Policy(plans=True),
        "booking_rules": Policy(plans=True),
        "line_booking": Policy(fixed=frozenset({"hall_id", "line_id"}), plans=True),
        "case_rules": Policy(),
        "staff": Policy(
            acts=frozenset({Act.EDIT}),
            fixed=frozenset({"hall_id", "user_id"}),
            instead=N_("新增人员请用表单“新增工作人员”；不再在岗的请停用账号，以前的记录仍要能查到"),
        ),
        "piccolo_user": Policy(
            acts=frozenset({Act.EDIT}),
            kept=frozenset({"password", "last_login", "admin", "superuser"}),
            fixed=frozenset(),
            instead=N_("账号随人员建立；不再使用的账号请停用，不要删除"),
        ),
        "post": Policy(),
        "post_holder": Policy(fixed=frozenset({"post_id", "staff_id", "part", "since"})),
        "roster": Policy(),
        "seat": Policy(fixed=frozenset({"hall_id", "staff_id", "window_id"})),
        "chain_step": Policy(),
        "slide": Policy(),
        "device": Policy(
            acts=_CREATE_EDIT,
            kept=frozenset({"token_hash", "revoked_at", "seen_at", "seen_revision", "seen_lag_ms", "fault"}),
            fixed=frozenset({"hall_id", "kind"}),
            instead=N_("设备不能删除，请用表单“停用设备”"),
        ),
        "message_template": Policy(),
        "sessions": Policy(
            acts=frozenset({Act.DELETE}), fixed=frozenset(), instead=N_("登录状态只能查看和结束，不能修改")
        ),
    }
)

HISTORY = Policy(acts=frozenset(), instead=N_("这里记录的是已经发生的事，只能查看"))
"""Of whatever else is shown."""


def policy(table: str) -> Policy:
    return POLICIES.get(table, HISTORY)
