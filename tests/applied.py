"""Cases in a shop's database, as far as a test likes, for whoever looks at them through its server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from unittest import mock

import cabinet
from cabinet import Cabinet, open_cabinet
from paihao.cases.file import PartAsk
from paihao.cases.filing import CaseRow
from paihao.cases.office import LINK
from paihao.cases.state import Action, Procedure
from paihao.core.calendar import WorkingDays
from paihao.core.clock import business_day, now
from paihao.core.db import Database
from paihao.core.privacy import Vault
from paihao.queue.hall import CaseKind
from shop import Shop

DAY = timedelta(days=1)


class Applied(Cabinet):
    """A window of a hall of its own; days are counted back from today."""

    base = ""

    @property
    def vault(self) -> Vault:
        return cabinet.VAULT

    def link(self, row: CaseRow) -> str:
        """Where its applicant looks."""
        return f"{self.base}/progress/{row.number}?key={self.vault.key_of(LINK, row.number)}"

    def ago(self, working_days: int) -> str:
        """The day so many working days before today."""
        day: date = business_day(now(), self.floor.facts.timezone)
        while working_days:
            day -= DAY
            working_days -= WorkingDays().on(day).working
        return day.isoformat()


@asynccontextmanager
async def applied(shop: Shop) -> AsyncIterator[Applied]:
    database = Database(f"sqlite:///{shop.directory / 'paihao.db'}")
    vault = Vault((shop.directory / "var" / "secret").read_text(encoding="utf-8"))
    with mock.patch.object(cabinet, "VAULT", vault):
        opened = await open_cabinet(database, complaint_phone="028-12345")
        made = Applied(opened.floor)
        made.base = shop.server.base
        try:
            yield made
        finally:
            await database.close()


async def every_state(desk: Applied) -> dict[str, CaseRow]:
    """A case in each state that an applicant may find it in."""
    begun, today = desk.at(desk.ago(3)), desk.at(desk.ago(0))
    yesterday = desk.at(desk.ago(1))

    async def promised(**about: object) -> CaseRow:
        return await desk.accept("S-002", begun, **about)  # type: ignore[arg-type]

    decided = await desk.act(await promised(), Action.DECIDE, yesterday)
    stopped = await desk.act(
        await promised(), Action.SUSPEND, yesterday, procedure=Procedure.EXPERT_REVIEW, reason="需由专家评审安全条件"
    )
    longer = await desk.act(
        await promised(), Action.EXTEND, yesterday, desk.floor.supervisor, days=5, reason="须向外地社保机构核实缴费记录"
    )
    sent = await desk.act(
        await promised(kind=CaseKind.FORWARDED), Action.FORWARD, yesterday, department="GAJ", note="属公安机关职权"
    )
    ill = "申请的经营场所位于居民住宅楼内，不符合规定的场所条件"
    made = {
        "received": await promised(materials=["居民身份证"], complete=False, why_later="需查档核对"),
        "noticed": await promised(materials=["居民身份证"], missing=["近期一寸免冠照片2张"], complete=False),
        "accepted": await promised(),
        "overdue": await desk.accept("S-002", desk.at(desk.ago(8))),
        "suspended": stopped,
        "extended": longer,
        "reported": await desk.act(
            await promised(kind=CaseKind.REPORTED), Action.REPORT, yesterday, note="市人力资源和社会保障局"
        ),
        "forwarded": await desk.act(sent, Action.TAKE, today),
        "joined": await desk.act(
            await promised(kind=CaseKind.JOINT), Action.JOIN, begun, parts=[PartAsk("GAJ", 2), PartAsk("XZSP", 3)]
        ),
        "decided": decided,
        "rejected": await desk.act(await promised(), Action.REJECT, today, reason=ill),
        "refused": await promised(refused="该事项由户籍所在地的区县办理，不属于本机关职权范围"),
        "withdrawn": await desk.act(await promised(), Action.WITHDRAW, today, reason="改到户籍所在地办理"),
        "delivered": await desk.act(await desk.act(await promised(), Action.DECIDE, yesterday), Action.DELIVER, today),
    }
    await desk.watch(today)  # lights as they are today
    return made
