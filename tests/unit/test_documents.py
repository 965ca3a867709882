"""Every kind of document says what it must, in both languages."""

import re
from collections.abc import Iterator
from datetime import date

import papers
import pytest
from paihao.cases import documents
from paihao.cases.paper import Paper
from paihao.core.i18n import LANGUAGES, Language

KINDS = tuple(papers.every("zh_CN"))
CHINESE = re.compile(r"[\u3400-\u9fff，。、：；（）“”]")


def texts(paper: Paper) -> Iterator[str]:
    yield from (paper.letterhead, paper.title, paper.number, paper.to, paper.heading, paper.unit, paper.officer)
    yield from (*paper.opening, *paper.items, *paper.closing, *paper.blanks, paper.day, paper.qr_caption, paper.foot)
    yield from (text for row in paper.facts for text in row)


def whole(paper: Paper) -> str:
    return "\n".join(texts(paper))


@pytest.mark.parametrize("licence", [True, False])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_is_whole(language: Language, licence: bool) -> None:
    """R19: title, number, whom it is for, who signs it and when, and how to complain."""
    said = papers.matter(language)
    for kind, paper in papers.every(language, licence=licence).items():
        text = whole(paper)
        assert not re.search(r"[{}]|None", text), kind
        assert paper.title
        assert paper.letterhead == said.hall
        assert "TZ20261123-0007" in paper.number
        for name in (said.number, said.item, said.applicant, said.department, said.officer, said.complaint_phone):
            assert name in text, (kind, name)
        assert paper.day == {"zh_CN": "2026年11月23日", "en": "23 November 2026"}[language]
        assert (paper.qr, bool(paper.qr_caption)) == (papers.URL, True)
        assert all(label and value for label, value in paper.facts)
        if language == "en":
            assert not CHINESE.search(text), (kind, CHINESE.findall(text))


def test_no_two_kinds_have_the_same_title() -> None:
    for language in LANGUAGES:
        both = [*papers.every(language).values(), *papers.every(language, licence=False).values()]
        assert len({paper.title for paper in both}) == len(KINDS) + 2


def test_only_licences_cite_the_licensing_law() -> None:
    cited = {kind for kind, paper in papers.every("zh_CN").items() if "行政许可法" in whole(paper)}
    assert cited == {"acceptance", "notice", "refusal", "extension", "suspension", "approval", "rejection"}
    assert not any("行政许可法" in whole(paper) for paper in papers.every("zh_CN", licence=False).values())


def test_the_acceptance_says_until_when_in_words() -> None:
    """R29."""
    paper = papers.every("zh_CN")["acceptance"]
    assert ("办结期限", "2026年12月7日（周一）") in paper.facts
    assert "本件将在2026年12月7日（周一）前（含当日）办结并通知您。" in paper.closing
    assert ("承诺时限", "10个工作日") in paper.facts


def test_what_is_done_the_same_day_and_what_is_provisional_is_said() -> None:
    """R22."""
    day = papers.DAY
    paper = documents.acceptance(
        papers.matter("zh_CN"), "1", day, accepted_on=day, due_on=day, days=0, materials=(), provisional=True
    )
    assert ("承诺时限", "当日办结") in paper.facts
    assert ("办结期限", "2026年11月23日（周一）（放假安排公布前暂定）") in paper.facts
    assert (paper.heading, paper.items) == ("", ())
    assert paper.closing == ("本件将在2026年11月23日（周一）前（含当日）办结并通知您。",)


def test_the_notice_lists_all_that_is_missing_and_where_and_until_when_to_bring_it() -> None:
    """R15, R19."""
    paper = papers.every("zh_CN")["notice"]
    assert len(paper.items) == 3
    assert paper.heading == "需要补正的材料（共3项）"
    assert "请于2026年12月7日（周一）前（含当日）将上述材料交到本中心1号窗口，来时请带上本告知书。" in paper.closing
    open_ended = documents.notice(
        papers.matter("zh_CN", window=""), "1", papers.DAY, received_on=papers.DAY, missing=("甲",)
    )
    assert open_ended.closing[0] == "请将上述材料备齐后交到龙泉驿区政务服务中心，来时请带上本告知书。"
    assert not any("窗口" in label for label, _ in open_ended.facts)


def test_refusals_give_the_reason_and_the_ways_to_contest_them() -> None:
    """R20, R25."""
    for kind in ("refusal", "rejection"):
        text = whole(papers.every("zh_CN")[kind])
        assert "理由：申请的经营场所" in text
        assert "60日内向成都市龙泉驿区人民政府申请行政复议" in text
        assert "6个月内向成都市龙泉驿区人民法院提起行政诉讼" in text
        unnamed = whole(papers.every("zh_CN", review="", court="")[kind])
        assert "向行政复议机关申请行政复议" in unnamed
        assert "向有管辖权的人民法院提起行政诉讼" in unnamed


def test_a_suspension_of_unknown_length_says_so() -> None:
    """R35."""
    about = papers.matter("zh_CN")
    paper = documents.suspension(about, "1", papers.DAY, procedure="听证", began_on=date(2026, 11, 20), reason="应申请")
    assert ("预计结束", "以该程序实际结束之日为准") in paper.facts
    assert "说明：应申请" in paper.opening


def test_a_joint_notice_is_for_the_other_department_and_asks_it_to_sign() -> None:
    """R55."""
    paper = papers.every("zh_CN")["joint"]
    assert paper.to == "成都市龙泉驿区公安分局："
    assert paper.blanks == ("签收人", "签收时间")


def test_the_proof_of_delivery_has_lines_to_sign() -> None:
    """R35: whoever signs fills in the place where it is not known beforehand."""
    paper = papers.every("zh_CN")["delivery"]
    assert "受送达人（签章）" in paper.blanks
    assert "送达地点" not in paper.blanks
    elsewhere = documents.delivery(papers.matter("zh_CN"), "1", papers.DAY, documents=("决定书",))
    assert elsewhere.blanks[0] == "送达地点"


def test_what_is_taken_in_for_a_colleague_is_not_accepted_by_it() -> None:
    """R7."""
    paper = papers.every("zh_CN")["custody"]
    assert ("承办人", "王某（市场监管窗口，B03）") in paper.facts
    assert ("转交期限", "2026年11月24日（周二）") in paper.facts
    assert paper.closing == ("本回执仅证明收到材料，不代表已经受理。是否受理，由承办人另行书面告知。",)


def test_what_a_matter_has_not_is_left_out() -> None:
    paper = papers.every("zh_CN", department="", complaint_phone="", url="", window="")["extension"]
    assert (paper.unit, paper.foot, paper.qr, paper.qr_caption) == ("龙泉驿区政务服务中心（盖章）", "", "", "")
