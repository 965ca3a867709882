"""What the hall files say of items beyond their names: kinds, usual limits, form-only items, guides and steps."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from house import SAMPLE, SMALL
from paihao.queue.facts import StepFacts
from paihao.queue.hall import CaseKind
from paihao.queue.hallfiles import read, write
from paihao.queue.hallrows import GuideRow
from paihao.queue.hallsheets import BrokenFiles

ITEMS = (
    "code,department_code,line_prefix,name,audience,case_kind,statutory_working_days,promised_working_days,bookable,"
    "minutes_mean,minutes_sd,popularity,fee_yuan,materials,form_only,complex\n"
)
GUIDES = "code,basis,conditions,procedure,steps\n"


def lay(directory: Path, changes: Mapping[str, str]) -> Path:
    """The small hall with other files."""
    shutil.copytree(SMALL, directory)
    for name, content in changes.items():
        (directory / name).write_text(content, encoding="utf-8")
    return directory


def item(kind: str, statutory: int, promised: object = "", form_only: str = "", complex_: str = "") -> str:
    return f"{ITEMS}1,RSJ,A,咨询,个人,{kind},{statutory},{promised},no,3,1,0,0,,{form_only},{complex_}\n"


def faults_of(directory: Path) -> list[tuple[str, int, str, str]]:
    with pytest.raises(BrokenFiles) as caught:
        read(directory)
    return [(fault.file, fault.line, fault.column, fault.describe()) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("kind", "complex_", "days"),
    [("即办件", "", 0), ("即办件", "yes", 0), ("承诺件", "", 3), ("承诺件", "no", 3), ("承诺件", "yes", 7)]
    + [(kind, complex_, days) for kind in ("上报件", "转办件", "联办件") for complex_, days in (("", 3), ("yes", 7))],
)
def test_an_item_that_names_no_limit_has_the_usual_one(kind: str, complex_: str, days: int, tmp_path: Path) -> None:
    """R31: 3 working days, 7 where it is complex; 即办件 the same day (R22)."""
    found = read(lay(tmp_path / "in", {"items.csv": item(kind, 20, complex_=complex_)})).items[0]
    assert (found.promised_working_days, found.complex) == (days, complex_ == "yes")


def test_every_kind_of_item_is_read(tmp_path: Path) -> None:
    """R21: an item is of one of five kinds; 退回件 is what becomes of a case."""
    kinds = {
        "即办件": "immediate",
        "承诺件": "promised",
        "上报件": "reported",
        "转办件": "forwarded",
        "联办件": "joint",
    }
    for word, kind in kinds.items():
        changes = {"items.csv": item(word, 20, 0 if kind == "immediate" else 5)}
        assert read(lay(tmp_path / kind, changes)).items[0].case_kind is CaseKind(kind)
    (fault,) = faults_of(lay(tmp_path / "returned", {"items.csv": item("退回件", 20)}))
    assert fault[:3] == ("items.csv", 2, "case_kind")


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (item("承诺件", 20, 0), "promised_working_days", "只有即办件的承诺时限可以为 0，其他事项至少 1 个工作日"),
        (item("承诺件", 2), "promised_working_days", "承诺时限不能超过法定时限"),
        (item("承诺件", 20, 3, "yes"), "form_only", "只需审查形式要件的事项必须是即办件"),
        (item("联办件", 20, "", "yes", "yes"), "form_only", "只需审查形式要件的事项必须是即办件"),
        (item("承诺件", 20, 3, "maybe"), "form_only", "“maybe”不在可选值之内：yes、no"),
        (item("承诺件", 20, "", "no", "1"), "complex", "“1”不在可选值之内：yes、no"),
        (item("急办件", 20), "case_kind", "“急办件”不在可选值之内：即办件、承诺件、上报件、转办件、联办件"),
    ],
)
def test_broken_items_are_told(row: str, column: str, reason: str, tmp_path: Path) -> None:
    """R26: what is only looked at for its form is done at once; R31: whatever else has a limit."""
    assert faults_of(lay(tmp_path / "in", {"items.csv": row})) == [("items.csv", 2, column, reason)]


def test_guides_are_read_and_come_back_the_same(tmp_path: Path) -> None:
    """R18, R27: basis, conditions, procedure, and each step with its time and post; in order of code."""
    lines = "S-002,《失业保险条例》,缴费满一年,,受理:1:受理岗;审核:4:审核岗", "S-003,,,到窗口办理；领证,"
    files = read(lay(tmp_path / "in", {"guides.csv": GUIDES + "\n".join(reversed(lines)) + "\n"}))
    steps = (StepFacts("受理", 1, "受理岗"), StepFacts("审核", 4, "审核岗"))
    assert files.guides == (
        GuideRow("S-002", "《失业保险条例》", "缴费满一年", "", steps),
        GuideRow("S-003", procedure="到窗口办理；领证"),
    )
    write(files, tmp_path / "out")
    assert read(tmp_path / "out") == files
    assert (tmp_path / "out" / "guides.csv").read_text("utf-8") == GUIDES + "\n".join(lines) + "\n"


BROKEN: Mapping[str, tuple[str, int, str, str]] = {
    "S-009,法,,,": ("guides.csv", 2, "code", "items.csv 中没有“S-009”"),
    ",法,,,": ("guides.csv", 2, "code", "不能为空"),
    "S-002,,,,": ("guides.csv", 2, "", "这一行除事项编码外没有内容"),
    f"S-002,{'法' * 1001},,,": ("guides.csv", 2, "basis", "超过 1000 个字"),
    "S-002,,,,受理": ("guides.csv", 2, "steps", "“受理”不是“环节:工作日:责任岗位”"),
    "S-002,,,,受理:1:受理岗;": ("guides.csv", 2, "steps", "分号之间有空项"),
    "S-002,,,,受理:一:受理岗": ("guides.csv", 2, "steps", "“受理:一:受理岗”不是“环节:工作日:责任岗位”"),
    "S-002,,,,受理: 1:受理岗": ("guides.csv", 2, "steps", "“受理: 1:受理岗”不是“环节:工作日:责任岗位”"),
    "S-002,,,,受理:1: 岗": ("guides.csv", 2, "steps", "首尾有多余的空格"),
    "S-002,,,,受理:9999:岗": ("guides.csv", 2, "steps", "应在 0 到 3650 之间"),
    "S-002,,,,受理:2:甲岗;审核:4:乙岗": ("guides.csv", 2, "steps", "各环节共 6 个工作日，超过承诺时限 5 个工作日"),
    "S-001,,,,受理:1:甲岗": ("guides.csv", 2, "steps", "各环节共 1 个工作日，超过承诺时限 0 个工作日"),
    "S-002,法,,,\nS-002,法,,,": ("guides.csv", 3, "code", "与 guides.csv 第 2 行重复"),
}


@pytest.mark.parametrize("rows", BROKEN)
def test_broken_guides_are_told_with_their_place(rows: str, tmp_path: Path) -> None:
    """R27: no step without its time and post, and together they keep to what is promised."""
    assert faults_of(lay(tmp_path / "in", {"guides.csv": f"{GUIDES}{rows}\n"})) == [BROKEN[rows]]


def test_the_sample_hall_has_every_kind_and_guides_that_keep_their_promise() -> None:
    """R27: the steps of the sample's guides sum to what is promised."""
    files = read(SAMPLE)
    items = {item.code: item for item in files.items}
    assert {item.case_kind for item in files.items} == set(CaseKind) - {CaseKind.RETURNED}
    assert len(files.guides) >= 15
    for guide in files.guides:
        assert sum(step.days for step in guide.steps) == items[guide.code].promised_working_days, guide.code
        assert guide.basis.startswith("《"), guide.code
    assert any(item.form_only for item in files.items)
