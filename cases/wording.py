"""What applicants are told about their cases, by text message, in their language."""

from datetime import date
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import messages
from ..core.calendar import FRIDAY
from ..core.gateways import Channel
from ..core.i18n import N_, Language, day_text, negotiate, translate
from ..core.messages import Letter
from ..queue.told import Told
from .applicant import Party
from .filing import CaseRow
from .office import Office
from .state import Action, State

_TOLD: Final = {
    (Action.ACCEPT, State.ACCEPTED): Told.CASE_ACCEPTED,
    (Action.ACCEPT, State.NOTICED): Told.CASE_NOTICED,
    (Action.ACCEPT, State.RECEIVED): Told.CASE_RECEIVED,
    (Action.ACCEPT, State.REFUSED): Told.CASE_REFUSED,
    (Action.NOTICE, State.NOTICED): Told.CASE_NOTICED,
    (Action.COMPLETE, State.ACCEPTED): Told.CASE_COMPLETED,
    (Action.DEEM, State.ACCEPTED): Told.CASE_DEEMED,
    (Action.REFUSE, State.REFUSED): Told.CASE_REFUSED,
    (Action.SUSPEND, State.SUSPENDED): Told.CASE_SUSPENDED,
    (Action.DECIDE, State.DECIDED): Told.CASE_DECIDED,
    (Action.REJECT, State.REJECTED): Told.CASE_REJECTED,
    (Action.REPORT, State.REPORTED): Told.CASE_REPORTED,
}
_BY_ACTION: Final = {Action.RESUME: Told.CASE_RESUMED, Action.EXTEND: Told.CASE_EXTENDED}
_DUE: Final = N_("应于{day}前办结")
_DUE_TODAY: Final = N_("当日办结")
_MAKE_UP: Final = N_("调休上班日")
_UNSURE: Final = N_("{said}（放假安排公布前暂定）")


def due_text(office: Office, due: date, *, provisional: bool, language: Language) -> str:
    """``应于10月10日（周六，调休上班日）前办结``: by when, in an applicant's words (R29)."""
    make_up = due.isoweekday() > FRIDAY and office.working_days.on(due).working
    note = translate(language, _MAKE_UP) if make_up else ""
    said = translate(language, _DUE_TODAY if due == office.today else _DUE, day=day_text(due, language, note))
    return translate(language, _UNSURE, said=said) if provisional else said


async def tell(tx: AsyncConnection, office: Office, row: CaseRow, party: Party | None, action: Action) -> None:
    """Tell the applicant what an action has come to; whoever left no phone has it on paper."""
    told = _TOLD.get((action, State(row.state))) or _BY_ACTION.get(action)
    if told is not None:
        await send(tx, office, row, party, told, f"{action}:{row.moves}")


async def send(tx: AsyncConnection, office: Office, row: CaseRow, party: Party | None, told: Told, event: str) -> None:
    if party is None or not party.contact:
        return
    language = negotiate(row.language)
    said = office.hall.says(told, language, **_fields(office, row, language))
    letter = Letter(row.hall_id, f"case:{row.id}:{event}", Channel.SMS, party.contact, said, language)
    await messages.post_all(tx, office.vault, [letter], office.now)


def _fields(office: Office, row: CaseRow, language: Language) -> dict[str, Any]:
    missing = [one["name"] for one in row.materials if one["on"] is None]
    return {
        "item": row.item_name,
        "number": row.number,
        "link": office.link(row.number),
        "missing": "、".join(missing),
        "reason": row.reason,
        "note": row.note,
        "extended": row.extended,
        "by": day_text(row.notice_by, language) if row.notice_by else "",
        "due": due_text(office, row.due_on, provisional=row.provisional, language=language) if row.due_on else "",
    }
