"""The kinds of documents that a case needs: one pure function for each, which gives a `Paper`.

``number`` is the document's own, ``day`` its date of issue. What cites the 行政许可法 does so for administrative
licences alone; other matters speak of the rules in force.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from ..core.i18n import N_
from .paper import Matter, Paper, drawn_up


def acceptance(
    matter: Matter,
    number: str,
    day: date,
    *,
    accepted_on: date,
    due_on: date,
    days: int,
    materials: Sequence[str],
    provisional: bool = False,
) -> Paper:
    """受理通知书 (R23, R29): ``days`` working days were promised, 0 for what is done the same day (R22)."""
    say = matter.say
    due = matter.on(due_on)
    special = say(N_("依法需要听证、检验、检测、鉴定、专家评审等的，所需时间不计入办理期限，我们将书面告知您。"))
    return drawn_up(
        matter,
        number,
        day,
        N_("受理通知书"),
        opening=(
            say(
                N_("您（单位）提出的“{item}”申请，材料齐全、符合法定形式。{law}，现予受理。"),
                item=matter.item,
                law=_law(matter, N_("第三十二条第一款第（五）项")),
            ),
        ),
        facts=(
            (say(N_("受理日期")), matter.on(accepted_on)),
            (say(N_("承诺时限")), say(N_("{days}个工作日"), days=days) if days else say(N_("当日办结"))),
            (say(N_("办结期限")), say(N_("{due}（放假安排公布前暂定）"), due=due) if provisional else due),
        ),
        heading=N_("收到的材料"),
        items=materials,
        # What is done the same day has no special procedure.
        closing=(say(N_("本件将在{due}前（含当日）办结并通知您。"), due=due), *([special] if days else [])),
    )


def notice(
    matter: Matter, number: str, day: date, *, received_on: date, missing: Sequence[str], until: date | None = None
) -> Paper:
    """一次性告知书 (R15, R19): everything that is missing, where it is brought and, if so ruled, until when."""
    say = matter.say
    place = say(N_("本中心{number}号窗口"), number=matter.window) if matter.window else matter.hall
    bring = (
        say(
            N_("请于{until}前（含当日）将上述材料交到{place}，来时请带上本告知书。"),
            until=matter.on(until),
            place=place,
        )
        if until
        else say(N_("请将上述材料备齐后交到{place}，来时请带上本告知书。"), place=place)
    )
    return drawn_up(
        matter,
        number,
        day,
        N_("一次性告知书"),
        opening=(
            say(
                N_(
                    "您（单位）于{day}提交的“{item}”申请，材料不齐全或者不符合法定形式。{law}，现将需要补正的全部内容一次性告知如下。"
                ),
                day=matter.on(received_on),
                item=matter.item,
                law=_law(matter, N_("第三十二条第一款第（四）项")),
            ),
        ),
        heading=N_("需要补正的材料"),
        items=missing,
        closing=(
            bring,
            say(N_("材料补齐当日即予受理。除上述内容外，不再要求您补充其他材料。")),
        ),
    )


def refusal(matter: Matter, number: str, day: date, *, received_on: date, reason: str, elsewhere: str = "") -> Paper:
    """不予受理通知书 (R20): ``elsewhere`` is the authority that is competent, where there is one."""
    say = matter.say
    return drawn_up(
        matter,
        number,
        day,
        N_("不予受理通知书"),
        opening=(
            say(
                N_("您（单位）于{day}提出的“{item}”申请，经审查，{law}，决定不予受理。"),
                day=matter.on(received_on),
                item=matter.item,
                law=_law(matter, N_("第三十二条")),
            ),
            say(N_("理由：{reason}"), reason=reason),
        ),
        closing=(
            *((say(N_("该事项请向{authority}申请。"), authority=elsewhere),) if elsewhere else ()),
            _remedies(matter),
        ),
    )


def extension(
    matter: Matter, number: str, day: date, *, due_on: date, extended_to: date, days: int, reason: str
) -> Paper:
    """延期告知书 (R30, R35): told on or before ``due_on``; ``days`` are working days."""
    say = matter.say
    return drawn_up(
        matter,
        number,
        day,
        N_("延期告知书"),
        opening=(
            say(
                N_("您（单位）申请的“{item}”，不能在原定期限内办结。{law}，经负责人批准，办理期限延长{days}个工作日。"),
                item=matter.item,
                law=_law(matter, N_("第四十二条第一款")),
                days=days,
            ),
            say(N_("延期理由：{reason}"), reason=reason),
        ),
        facts=(
            (say(N_("原办结期限")), matter.on(due_on)),
            (say(N_("现办结期限")), matter.on(extended_to)),
        ),
        closing=(say(N_("由此给您带来不便，敬请谅解。")),),
    )


def suspension(
    matter: Matter,
    number: str,
    day: date,
    *,
    procedure: str,
    began_on: date,
    expected: date | None = None,
    reason: str = "",
) -> Paper:
    """中止告知书 (R35): a special procedure stops the clock from ``began_on``; ``expected`` is when it should end."""
    say = matter.say
    ends = matter.on(expected) if expected else say(N_("以该程序实际结束之日为准"))
    return drawn_up(
        matter,
        number,
        day,
        N_("中止办理（特别程序）告知书"),
        opening=(
            say(
                N_("您（单位）申请的“{item}”，依法需要进行{procedure}。{law}，所需时间不计入办理期限。"),
                item=matter.item,
                procedure=procedure,
                law=_law(matter, N_("第四十五条")),
            ),
            *((say(N_("说明：{reason}"), reason=reason),) if reason else ()),
        ),
        facts=(
            (say(N_("特别程序")), procedure),
            (say(N_("开始日期")), matter.on(began_on)),
            (say(N_("预计结束")), ends),
        ),
        closing=(say(N_("该程序结束后恢复计算办理期限，我们将告知您新的办结期限。")),),
    )


def resumption(
    matter: Matter, number: str, day: date, *, procedure: str, began_on: date, ended_on: date, due_on: date
) -> Paper:
    """恢复告知书 (R35): the clock runs again from ``ended_on``; the days before it did not count."""
    say = matter.say
    return drawn_up(
        matter,
        number,
        day,
        N_("恢复办理告知书"),
        opening=(
            say(
                N_("您（单位）申请的“{item}”，因{procedure}中止计算的办理期限，自{day}起恢复计算。"),
                item=matter.item,
                procedure=procedure,
                day=matter.on(ended_on),
            ),
        ),
        facts=(
            (say(N_("中止日期")), matter.on(began_on)),
            (say(N_("恢复日期")), matter.on(ended_on)),
            (say(N_("现办结期限")), matter.on(due_on)),
        ),
        closing=(say(N_("中止期间不计入办理期限。")),),
    )


def approval(
    matter: Matter, number: str, day: date, *, accepted_on: date, results: Sequence[str], collect: str = ""
) -> Paper:
    """准予决定书, or 办结通知书 for what is no licence (R25): ``results`` are handed over as ``collect`` says."""
    say = matter.say
    opening = (
        N_("您（单位）申请的“{item}”，经审查，符合法定条件、标准。{law}，决定准予行政许可。")
        if matter.licence
        else N_("您（单位）申请的“{item}”，经审查，符合办理条件。{law}，现已办结。")
    )
    handed: tuple[str, ...] = (collect,) if collect else ()
    if matter.licence and results:
        handed += (say(N_("行政许可证件自作出决定之日起10个工作日内颁发、送达。")),)
    return drawn_up(
        matter,
        number,
        day,
        N_("准予行政许可决定书") if matter.licence else N_("办结通知书"),
        opening=(say(opening, item=matter.item, law=_law(matter, N_("第三十八条第一款"))),),
        facts=(
            (say(N_("受理日期")), matter.on(accepted_on)),
            (say(N_("办结日期")), matter.on(day)),
        ),
        heading=N_("发给的证件和文书"),
        items=results,
        closing=handed,
    )


def rejection(matter: Matter, number: str, day: date, *, accepted_on: date, reason: str) -> Paper:
    """不予许可决定书, or 不予办理决定书 for what is no licence, with its reason and the remedies (R20, R25)."""
    say = matter.say
    opening = (
        N_("您（单位）申请的“{item}”，经审查，不符合法定条件、标准。{law}，决定不予行政许可。")
        if matter.licence
        else N_("您（单位）申请的“{item}”，经审查，不符合办理条件。{law}，决定不予办理。")
    )
    return drawn_up(
        matter,
        number,
        day,
        N_("不予行政许可决定书") if matter.licence else N_("不予办理决定书"),
        opening=(
            say(opening, item=matter.item, law=_law(matter, N_("第三十八条第二款"))),
            say(N_("理由：{reason}"), reason=reason),
        ),
        facts=(
            (say(N_("受理日期")), matter.on(accepted_on)),
            (say(N_("决定日期")), matter.on(day)),
        ),
        closing=(_remedies(matter),),
    )


def delivery(matter: Matter, number: str, day: date, *, documents: Sequence[str], place: str = "") -> Paper:
    """送达回证 (R35): what was handed over, with lines for those who sign; ``documents`` carry their numbers."""
    say = matter.say
    return drawn_up(
        matter,
        number,
        day,
        N_("送达回证"),
        opening=(),
        facts=(
            (say(N_("受送达人")), matter.applicant),
            *(((say(N_("送达地点")), place),) if place else ()),
        ),
        heading=N_("送达的文书和证件"),
        items=documents,
        blanks=(
            *(() if place else (say(N_("送达地点")),)),
            say(N_("受送达人（签章）")),
            say(N_("代收人（签名）及与受送达人的关系")),
            say(N_("收到时间")),
            say(N_("送达人（签名）")),
            say(N_("备注")),
        ),
        to="",
    )


def forwarding(
    matter: Matter, number: str, day: date, *, authority: str, address: str = "", phone: str = "", reason: str = ""
) -> Paper:
    """转办告知书 (R5, R21): the applicant learns which authority has the matter now and how to reach it."""
    say = matter.say
    reached = ((say(N_("承办单位")), authority), (say(N_("地址")), address), (say(N_("联系电话")), phone))
    return drawn_up(
        matter,
        number,
        day,
        N_("转办告知书"),
        opening=(
            say(
                N_("您（单位）申请的“{item}”，已于{day}转交{authority}办理。"),
                item=matter.item,
                day=matter.on(day),
                authority=authority,
            ),
            *((say(N_("理由：{reason}"), reason=reason),) if reason else ()),
        ),
        facts=tuple((label, value) for label, value in reached if value),
        closing=(say(N_("我们将跟踪办理情况，您不必另行提交申请。")),),
    )


def joint(
    matter: Matter, number: str, day: date, *, department: str, part: str, due_on: date, materials: Sequence[str]
) -> Paper:
    """联办件通知书 (R55): asks another ``department`` to deal with its ``part`` by ``due_on``."""
    say = matter.say
    return drawn_up(
        matter,
        number,
        day,
        N_("联办件通知书"),
        opening=(
            say(
                N_("“{item}”已受理，列为联办件，其中“{part}”由你单位办理。请及时办理，并按期反馈结果。"),
                item=matter.item,
                part=part,
            ),
        ),
        facts=(
            (say(N_("申请人")), matter.applicant),
            (say(N_("牵头单位")), matter.department or matter.hall),
            (say(N_("反馈期限")), matter.on(due_on)),
        ),
        heading=N_("随附材料"),
        items=materials,
        closing=(say(N_("不能按期反馈的，请在期限届满前说明原因。")),),
        blanks=(say(N_("签收人")), say(N_("签收时间"))),
        to=department,
    )


def custody(
    matter: Matter, number: str, day: date, *, receiver: str, materials: Sequence[str], pass_on_by: date
) -> Paper:
    """代收回执 (R7): taken in for an absent ``receiver``, and passed on to him by ``pass_on_by``."""
    say = matter.say
    return drawn_up(
        matter,
        number,
        day,
        N_("代收回执"),
        opening=(
            say(
                N_("您（单位）办理“{item}”，承办人暂不在岗，现由{officer}代为收下材料，负责转交并跟踪办理。"),
                item=matter.item,
                officer=matter.officer,
            ),
        ),
        facts=(
            (say(N_("收件日期")), matter.on(day)),
            (say(N_("承办人")), receiver),
            (say(N_("转交期限")), matter.on(pass_on_by)),
        ),
        heading=N_("代收的材料"),
        items=materials,
        closing=(say(N_("本回执仅证明收到材料，不代表已经受理。是否受理，由承办人另行书面告知。")),),
    )


_REMEDIES: Final = N_(
    "您（单位）如不服本决定，可以自收到之日起60日内向{review}申请行政复议，也可以自收到之日起6个月内向{court}提起行政诉讼。"
)


def _remedies(matter: Matter) -> str:
    """行政复议法 art. 20, 行政诉讼法 art. 46."""
    say = matter.say
    return say(
        _REMEDIES,
        review=matter.review or say(N_("行政复议机关")),
        court=matter.court or say(N_("有管辖权的人民法院")),
    )


def _law(matter: Matter, article: str) -> str:
    say = matter.say
    if not matter.licence:
        return say(N_("根据有关规定"))
    return say(N_("根据《中华人民共和国行政许可法》{article}的规定"), article=say(article))
