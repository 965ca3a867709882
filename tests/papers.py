"""Every kind of document as a case would fill it, for tests and for pictures."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from paihao.cases import documents
from paihao.cases.paper import Matter, Paper
from paihao.core.i18n import Language

DAY = date(2026, 11, 23)
DUE = date(2026, 12, 7)
URL = "https://paihao.example.cn/progress/LQ20261123-0007"

_WORDS: Mapping[Language, Mapping[str, Any]] = {
    "zh_CN": {
        "hall": "龙泉驿区政务服务中心",
        "department": "龙泉驿区市场监督管理局",
        "item": "食品经营许可（餐饮服务）新办",
        "applicant": "成都锦和餐饮管理有限公司",
        "officer": "李某（A01）",
        "review": "成都市龙泉驿区人民政府",
        "court": "成都市龙泉驿区人民法院",
        "materials": ["食品经营许可申请书（原件1份）", "法定代表人身份证（复印件1份）", "经营场所平面图（原件1份）"],
        "missing": [
            "经营场所平面图：未标明加工操作间的尺寸和设备位置，请补充标注并加盖公章",
            "食品安全管理制度文本：未提交，请提交从业人员健康管理、进货查验记录等制度各1份",
            "法定代表人身份证复印件：背面缺失，请提交正反面复印件1份",
        ],
        "reason": "申请的经营场所位于居民住宅楼内，规划用途为住宅，不符合食品经营许可的场所条件。",
        "busy": "现场核查需要两个部门共同进行，核查时间安排在原定期限之后。",
        "procedure": "专家评审",
        "collect": "请持本通知书和身份证件，到本中心1号窗口领取，也可以选择免费邮寄。",
        "results": ["食品经营许可证（正本、副本各1份）"],
        "documents": ["准予行政许可决定书（编号：JD20261123-0007）", "食品经营许可证（正本、副本各1份）"],
        "place": "龙泉驿区政务服务中心1号窗口",
        "authority": "成都市龙泉驿区公安分局",
        "address": "龙泉驿区龙都南路100号",
        "part": "消防安全检查",
        "receiver": "王某（市场监管窗口，B03）",
    },
    "en": {
        "hall": "Longquanyi Government Service Centre",
        "department": "Longquanyi Administration for Market Regulation",
        "item": "Food business licence (catering), new application",
        "applicant": "Chengdu Jinhe Catering Management Co., Ltd.",
        "officer": "Li (A01)",
        "review": "the People's Government of Longquanyi District, Chengdu",
        "court": "the People's Court of Longquanyi District, Chengdu",
        "materials": [
            "Application form (1 original)",
            "Legal representative's ID card (1 copy)",
            "Floor plan (1 original)",
        ],
        "missing": [
            "Floor plan: sizes of the kitchen and places of the equipment are not marked; please add them",
            "Food safety rules: not handed in; please hand in one copy of each rule",
            "Legal representative's ID card: the back is missing; please hand in a copy of both sides",
        ],
        "reason": "The premises lie in a residential building and do not meet the conditions for a food business.",
        "busy": "The site must be inspected by two departments together, possible only after the first due date.",
        "procedure": "expert review",
        "collect": "Please collect them at window 1 with this notice and your ID, or have them sent by post.",
        "results": ["Food business licence (1 original, 1 duplicate)"],
        "documents": ["Decision (No. JD20261123-0007)", "Food business licence (1 original, 1 duplicate)"],
        "place": "Window 1, Longquanyi Government Service Centre",
        "authority": "Longquanyi Public Security Branch",
        "address": "100 Longdu South Road",
        "part": "fire safety inspection",
        "receiver": "Wang (market regulation window, B03)",
    },
}


def matter(language: Language, **changes: Any) -> Matter:
    names = ("hall", "department", "item", "applicant", "officer", "review", "court")
    said = {name: _WORDS[language][name] for name in names}
    fixed = {"number": "LQ20261123-0007", "window": "1", "complaint_phone": "028-84850000", "url": URL}
    return Matter(**({"language": language, "licence": True} | fixed | said | changes))


def every(language: Language, **changes: Any) -> dict[str, Paper]:
    """All kinds by name, for the same matter. ``changes`` are fields of the `Matter`."""
    about, words = matter(language, **changes), _WORDS[language]
    past = {"accepted_on": date(2026, 11, 16)}
    stopped = {"procedure": words["procedure"], "began_on": DAY}
    goods = {"materials": words["materials"]}
    filled: dict[str, dict[str, Any]] = {
        "acceptance": {"accepted_on": DAY, "due_on": DUE, "days": 10} | goods,
        "notice": {"received_on": DAY, "missing": words["missing"], "until": DUE},
        "refusal": {"received_on": DAY, "reason": words["reason"], "elsewhere": words["authority"]},
        "extension": {"due_on": DAY, "extended_to": DUE, "days": 10, "reason": words["busy"]},
        "suspension": {"expected": DUE} | stopped,
        "resumption": {"ended_on": date(2026, 11, 30), "due_on": DUE} | stopped,
        "approval": {"results": words["results"], "collect": words["collect"]} | past,
        "rejection": {"reason": words["reason"]} | past,
        "delivery": {"documents": words["documents"], "place": words["place"]},
        "forwarding": {name: words[name] for name in ("authority", "address")} | {"phone": "028-84845110"},
        "joint": {"department": words["authority"], "part": words["part"], "due_on": DUE} | goods,
        "custody": {"receiver": words["receiver"], "pass_on_by": date(2026, 11, 24)} | goods,
    }
    return {kind: getattr(documents, kind)(about, "TZ20261123-0007", DAY, **given) for kind, given in filled.items()}
