"""A hall's CSV files: read strictly, every fault told by file, line, column and reason, and written back the same."""

from collections.abc import Mapping
from datetime import time
from pathlib import Path

import pytest
from paihao.queue.hall import CaseKind, Kind
from paihao.queue.hallfiles import read, write
from paihao.queue.hallrows import HallRow, HoursRow, ItemRow
from paihao.queue.hallsheets import BrokenFiles

SAMPLE = Path(__file__).parents[2] / "samples" / "longquanyi"

HALL = {
    "hall.csv": "code,name,name_en,timezone,ticker,recalls_before_missed,return_after,keep_parked,always_open\n"
    "small,小厅,,Asia/Shanghai,,2,3,no,no\n",
    "departments.csv": "code,name,zone\nXZ,行政审批局,A区\nMZ,民政局,B区\n",
    "lines.csv": "prefix,name,zone,kind\nX,首问责任岗,A区,first_inquiry\nHY,婚姻登记,B区,ordinary\n"
    "MZ,救助,B区,ordinary\n",
    "agencies.csv": "name,address,phone\n法院,桃韵路18号,\n",
    "items.csv": "code,department_code,line_prefix,name,audience,case_kind,statutory_working_days,"
    "promised_working_days,bookable,minutes_mean,minutes_sd,popularity,fee_yuan,materials\n"
    "1,XZ,X,咨询,个人/法人,即办件,1,0,no,3,1.2,337.31,0,\n"
    "2,MZ,HY,结婚登记,个人,承诺件,20,5,yes,18,9.4,0.20,9.5,身份证;户口簿\n",
    "outside_items.csv": "code,name,department_code,agency\n3,立案,XZ,法院\n",
    "windows.csv": "number,zone,name,kind,line_prefixes,department_code\n"
    "A01,A区,首问1号,first_inquiry,X,XZ\n"
    "B01,B区,民政1号,ordinary,HY;MZ,MZ\n",
    "priorities.csv": "code,name,name_en,credit_minutes\nelderly,老年人,,15\n",
    "hours.csv": "weekday,open,close\n1,08:30,12:00\n1,14:00,17:30\n",
    "arrivals.csv": "weekday,start,end,share,visitors\n1,08:30,09:00,0.5,5\n1,09:00,09:30,0.5,5\n",
}
ITEMS, ITEM, _ = HALL["items.csv"].split("\n", 2)


def lay(directory: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    """The small hall in a directory; a change gives a file other content, None leaves it out."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in {**HALL, **(changes or {})}.items():
        if content is not None:
            (directory / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return directory


def faults_of(directory: Path) -> list[tuple[str, int, str, str]]:
    with pytest.raises(BrokenFiles) as caught:
        read(directory)
    return [(fault.file, fault.line, fault.column, fault.describe()) for fault in caught.value.faults]


def swap(file: str, *pairs: tuple[str, str]) -> dict[str, str]:
    content = HALL[file]
    for old, new in pairs:
        assert old in content
        content = content.replace(old, new, 1)
    return {file: content}


CALL = {
    "lines.csv": "prefix,name,zone,kind,call_text,wait_limit_minutes\n"
    "X,首问责任岗,A区,first_inquiry,,\n"
    "HY,婚姻登记,B区,ordinary,请{name}到{window},0\n"
    "MZ,救助,B区,ordinary,请{number到{window},481\n",
    "hall.csv": "code,name,name_en,timezone,ticker,recalls_before_missed,return_after,keep_parked,always_open,"
    "quiet,call_text_en\n"
    "small,小厅,,Asia/Shanghai,,2,3,no,no,12:00,Please come\n",
}

BROKEN: dict[str, tuple[Mapping[str, str | bytes | None], list[tuple[str, int, str, str]]]] = {
    "missing files": (
        {"lines.csv": None, "hours.csv": None},
        [("lines.csv", 0, "", "缺少这个文件"), ("hours.csv", 0, "", "缺少这个文件")],
    ),
    "empty files": (
        {"departments.csv": "", "hours.csv": "\n \n"},
        [("departments.csv", 0, "", "文件是空的"), ("hours.csv", 0, "", "文件是空的")],
    ),
    "calls nobody can make": (
        CALL,
        [
            ("hall.csv", 2, "quiet", "“12:00”不是 12:00-14:00 这样的时段"),
            ("hall.csv", 2, "call_text_en", "缺少{number}"),
            ("lines.csv", 3, "call_text", "不能用{name}，可以用的有{number}{window}{zone}{line}"),
            ("lines.csv", 4, "call_text", "花括号不成对"),
            ("lines.csv", 4, "wait_limit_minutes", "应在 0 到 480 之间"),
        ],
    ),
    "unknown file": ({"outside_item.csv": "code\n"}, [("outside_item.csv", 0, "", "不认识这个文件")]),
    "BOM": (
        {"departments.csv": b"\xef\xbb\xbf" + HALL["departments.csv"].encode()},
        [("departments.csv", 1, "", "文件开头有 BOM，请另存为不带 BOM 的 UTF-8")],
    ),
    "BOM does not hide the rest": (
        {"hours.csv": b"\xef\xbb\xbfweekday,open,close\n8,08:30,12:00\n"},
        [
            ("hours.csv", 1, "", "文件开头有 BOM，请另存为不带 BOM 的 UTF-8"),
            ("hours.csv", 2, "weekday", "应在 1 到 7 之间"),
        ],
    ),
    "bytes that are not UTF-8": (
        {
            "agencies.csv": "name,address,phone\n法院,桃韵路18号,\n".encode()
            + "检察院,桃韵路,\n公证处,桃韵路,\n".encode("gbk")
        },
        [("agencies.csv", 3, "", "不是有效的 UTF-8 文字"), ("agencies.csv", 4, "", "不是有效的 UTF-8 文字")],
    ),
    "UTF-16": (
        {"hours.csv": HALL["hours.csv"].encode("utf-16")},
        [("hours.csv", 1, "", "不是有效的 UTF-8 文字")],
    ),
    "header": (
        {"departments.csv": "code,name,Name,code\nXZ,局,A区,XZ\nMZ,局,B区,MZ\n"},
        [
            ("departments.csv", 1, "Name", "不认识这一列"),
            ("departments.csv", 1, "code", "这一列重复"),
            ("departments.csv", 1, "zone", "缺少这一列"),
        ],
    ),
    "header without the key: its rows are still read, references to it are not": (
        {"lines.csv": "prefix_,name,zone,kind\nX,,A区,VIP\n"},
        [
            ("lines.csv", 1, "prefix_", "不认识这一列"),
            ("lines.csv", 1, "prefix", "缺少这一列"),
            ("lines.csv", 2, "name", "不能为空"),
            ("lines.csv", 2, "kind", "“VIP”不在可选值之内：ordinary、comprehensive、first_inquiry、complaint"),
        ],
    ),
    "number of fields": (
        swap("agencies.csv", ("法院,桃韵路18号,\n", "法院,桃韵路18号,\n检察院,桃韵路26号\n\n派出所,驿马巷,5号,110\n")),
        [
            ("agencies.csv", 3, "", "应有 3 栏，实有 2 栏"),
            ("agencies.csv", 4, "", "应有 3 栏，实有 0 栏"),
            ("agencies.csv", 5, "", "应有 3 栏，实有 4 栏"),
        ],
    ),
    "quotes": (
        swap("agencies.csv", ("法院,桃韵路18号,\n", '法院,"桃韵路,18号",\n"检察院,路,\n派出所,"路"5,\n,驿马巷,\n')),
        [
            ("agencies.csv", 3, "", "引号或换行的用法有误"),
            ("agencies.csv", 4, "", "引号或换行的用法有误"),
            ("agencies.csv", 5, "name", "不能为空"),
        ],
    ),
    "empty required fields": (
        swap("windows.csv", ("首问1号,first_inquiry,X,XZ", ",,,")),
        [
            ("windows.csv", 2, "name", "不能为空"),
            ("windows.csv", 2, "kind", "不能为空"),
            ("windows.csv", 2, "department_code", "不能为空"),
        ],
    ),
    "what nobody sees": (
        swap("departments.csv", ("行政审批局", " 行政审批局"), ("民政局", "民\0政局"), ("B区", "B\u202e区")),
        [
            ("departments.csv", 2, "name", "首尾有多余的空格"),
            ("departments.csv", 3, "name", "含有不可见的字符"),
            ("departments.csv", 3, "zone", "含有不可见的字符"),
        ],
    ),
    "wrong numbers": (
        {
            "items.csv": f"{ITEMS}\n"
            "1,XZ,X,咨询,个人,承诺件,１２,+5,no,nan,-1,1e3,inf,\n"
            "2,XZ,X,咨询,个人,承诺件,2.5,0x1,no,0,٣,.5,1_000,\n"
            f"4,XZ,X,咨询,个人,承诺件,99999,{'9' * 5000},maybe,1.,1441,0,0,\n"
        },
        [
            ("items.csv", 2, "statutory_working_days", "“１２”不是整数（只能用半角数字）"),
            ("items.csv", 2, "promised_working_days", "“+5”不是整数（只能用半角数字）"),
            ("items.csv", 2, "minutes_mean", "“nan”不是数字（只能用半角数字和小数点）"),
            ("items.csv", 2, "minutes_sd", "“-1”不是数字（只能用半角数字和小数点）"),
            ("items.csv", 2, "popularity", "“1e3”不是数字（只能用半角数字和小数点）"),
            ("items.csv", 2, "fee_yuan", "“inf”不是数字（只能用半角数字和小数点）"),
            ("items.csv", 3, "statutory_working_days", "“2.5”不是整数（只能用半角数字）"),
            ("items.csv", 3, "promised_working_days", "“0x1”不是整数（只能用半角数字）"),
            ("items.csv", 3, "minutes_mean", "应在 0.01 到 1440 之间"),
            ("items.csv", 3, "minutes_sd", "“٣”不是数字（只能用半角数字和小数点）"),
            ("items.csv", 3, "popularity", "“.5”不是数字（只能用半角数字和小数点）"),
            ("items.csv", 3, "fee_yuan", "“1_000”不是数字（只能用半角数字和小数点）"),
            ("items.csv", 4, "statutory_working_days", "应在 0 到 3650 之间"),
            ("items.csv", 4, "promised_working_days", f"“{'9' * 39}…”不是整数（只能用半角数字）"),
            ("items.csv", 4, "bookable", "“maybe”不在可选值之内：yes、no"),
            ("items.csv", 4, "minutes_mean", "“1.”不是数字（只能用半角数字和小数点）"),
            ("items.csv", 4, "minutes_sd", "应在 0 到 1440 之间"),
        ],
    ),
    "duplicates": (
        swap("departments.csv", ("MZ,民政局,B区\n", "MZ,民政局,B区\nXZ,又一局,A区\nXZ,第三局,A区\n"))
        | swap("lines.csv", ("MZ,救助", "X,救助"))
        | swap("windows.csv", ("B01,B区", "A01,B区"), ("HY;MZ", "HY"))
        | swap("outside_items.csv", ("3,立案", "2,立案"))
        | swap("priorities.csv", ("elderly,老年人,,15\n", "elderly,老年人,,15\nelderly,老人,,10\n"))
        | swap("agencies.csv", ("法院,桃韵路18号,\n", "法院,桃韵路18号,\n法院,桃韵路19号,\n")),
        [
            ("departments.csv", 4, "code", "与 departments.csv 第 2 行重复"),
            ("departments.csv", 5, "code", "与 departments.csv 第 2 行重复"),
            ("lines.csv", 4, "prefix", "与 lines.csv 第 2 行重复"),
            ("agencies.csv", 3, "name", "与 agencies.csv 第 2 行重复"),
            ("outside_items.csv", 2, "code", "与 items.csv 第 3 行重复"),
            ("windows.csv", 3, "number", "与 windows.csv 第 2 行重复"),
            ("priorities.csv", 3, "code", "与 priorities.csv 第 2 行重复"),
        ],
    ),
    "unknown references": (
        swap("items.csv", ("1,XZ,X", "1,XY,XX"))
        | swap("outside_items.csv", ("XZ,法院", "QQ,公证处"))
        | swap("windows.csv", ("HY;MZ,MZ", "HY;ZZ;YY:5,NO")),
        [
            ("items.csv", 2, "department_code", "departments.csv 中没有“XY”"),
            ("items.csv", 2, "line_prefix", "lines.csv 中没有“XX”"),
            ("outside_items.csv", 2, "department_code", "departments.csv 中没有“QQ”"),
            ("outside_items.csv", 2, "agency", "agencies.csv 中没有“公证处”"),
            ("windows.csv", 3, "line_prefixes", "lines.csv 中没有“YY”"),
            ("windows.csv", 3, "line_prefixes", "lines.csv 中没有“ZZ”"),
            ("windows.csv", 3, "department_code", "departments.csv 中没有“NO”"),
        ],
    ),
    "agencies left out": ({"agencies.csv": None}, [("outside_items.csv", 2, "agency", "agencies.csv 中没有“法院”")]),
    "times and weekdays": (
        {
            "hours.csv": "weekday,open,close\n"
            "0,08:30,12:00\n1,8:30,12:00\n2,08:30,24:00\n3,０8:30,12:60\n4,12:00,12:00\n5,17:30,08:30\n"
            "6,09:00,12:00\n6,12:00,13:00\n6,11:59,12:30\n6,09:00,12:00\n7,09:00:00,12:00\n"
        },
        [
            ("hours.csv", 2, "weekday", "应在 1 到 7 之间"),
            ("hours.csv", 3, "open", "“8:30”不是 08:30 这样的时间"),
            ("hours.csv", 4, "close", "“24:00”不是 08:30 这样的时间"),
            ("hours.csv", 5, "open", "“０8:30”不是 08:30 这样的时间"),
            ("hours.csv", 5, "close", "“12:60”不是 08:30 这样的时间"),
            ("hours.csv", 6, "close", "结束时间必须晚于开始时间"),
            ("hours.csv", 7, "close", "结束时间必须晚于开始时间"),
            ("hours.csv", 10, "open", "与第 8 行的时段重叠"),
            ("hours.csv", 11, "open", "与第 8 行的时段重叠"),
            ("hours.csv", 12, "open", "“09:00:00”不是 08:30 这样的时间"),
        ],
    ),
    "prefixes and window numbers": (
        swap(
            "lines.csv",
            (
                "MZ,救助,B区,ordinary\n",
                "MZ,救助,B区,ordinary\na,甲,A区,ordinary\nABCDE,乙,A区,ordinary\nＡ,丙,A区,ordinary\n",
            ),
        )
        | swap("windows.csv", ("A01,A区", "ABC1,A区"), ("B01,B区", "B00001,B区"), ("HY;MZ", "HY;MZ:x")),
        [
            ("lines.csv", 5, "prefix", "“a”不是队列前缀（1 到 4 个大写字母）"),
            ("lines.csv", 6, "prefix", "“ABCDE”不是队列前缀（1 到 4 个大写字母）"),
            ("lines.csv", 7, "prefix", "“Ａ”不是队列前缀（1 到 4 个大写字母）"),
            ("windows.csv", 2, "number", "“ABC1”不是窗口号（如 A01）"),
            ("windows.csv", 3, "number", "“B00001”不是窗口号（如 A01）"),
            ("windows.csv", 3, "line_prefixes", "“MZ:x”不是队列前缀，也不是“前缀:分钟”"),
        ],
    ),
    "lists": (
        swap("items.csv", ("身份证;户口簿", "身份证;;户口簿"), ("1.2,337.31,0,", "1.2,337.31,0,身份证; 照片"))
        | swap("windows.csv", ("HY;MZ", "HY;MZ:241"), ("inquiry,X,", "inquiry,X;X,")),
        [
            ("items.csv", 2, "materials", "首尾有多余的空格"),
            ("items.csv", 3, "materials", "分号之间有空项"),
            ("windows.csv", 2, "line_prefixes", "队列 X 重复"),
            ("windows.csv", 3, "line_prefixes", "应在 0 到 240 之间"),
        ],
    ),
    "kinds": (
        swap("items.csv", ("即办件", "立等可取")) | swap("windows.csv", ("ordinary", "Ordinary")),
        [
            ("items.csv", 2, "case_kind", "“立等可取”不在可选值之内：即办件、承诺件、上报件、转办件、联办件"),
            ("windows.csv", 3, "kind", "“Ordinary”不在可选值之内：ordinary、comprehensive、first_inquiry、complaint"),
        ],
    ),
    "too long": (
        swap("departments.csv", ("行政审批局", "局" * 101), ("MZ,民政局,B区", f"MZ,民政局,{'区' * 41}"))
        | swap("items.csv", ("结婚登记,个人", f"{'婚' * 10_000},{'人' * 21}"))
        | swap("lines.csv", ("婚姻登记", "婚" * 61)),
        [
            ("departments.csv", 2, "name", "超过 100 个字"),
            ("departments.csv", 3, "zone", "超过 40 个字"),
            ("lines.csv", 3, "name", "超过 60 个字"),
            ("items.csv", 3, "name", "超过 200 个字"),
            ("items.csv", 3, "audience", "超过 20 个字"),
        ],
    ),
    "promises": (
        swap("items.csv", ("即办件,1,0", "即办件,1,1"), ("承诺件,20,5", "承诺件,4,5"))
        | {"outside_items.csv": None, "agencies.csv": None},
        [
            ("items.csv", 2, "promised_working_days", "即办件的承诺时限必须为 0"),
            ("items.csv", 3, "promised_working_days", "承诺时限不能超过法定时限"),
        ],
    ),
    "served here or elsewhere": (
        {
            "items.csv": f"{ITEMS},agency\n{ITEM},法院\n2,XZ,,咨询,个人,即办件,1,0,no,3,1,0,0,,\n"
            "4,XZ,,咨询,个人,即办件,1,0,no,3,1,0,0,,法院\n"
        },
        [
            ("items.csv", 2, "agency", "队列和外部机构只能填一个"),
            ("items.csv", 3, "line_prefix", "队列和外部机构至少填一个"),
        ],
    ),
    "the hall": (
        swap(
            "hall.csv",
            (
                "small,小厅,,Asia/Shanghai,,2,3,no,no\n",
                "Small,,,Mars/Olympus,,10,51,是,no\nsecond,二厅,,Asia/Shanghai,,2,3,no,no\n",
            ),
        ),
        [
            ("hall.csv", 2, "code", "“Small”不是大厅代码（小写字母、数字、连字符）"),
            ("hall.csv", 2, "name", "不能为空"),
            ("hall.csv", 2, "timezone", "没有“Mars/Olympus”这个时区"),
            ("hall.csv", 2, "recalls_before_missed", "应在 0 到 9 之间"),
            ("hall.csv", 2, "return_after", "应在 0 到 50 之间"),
            ("hall.csv", 2, "keep_parked", "“是”不在可选值之内：yes、no"),
            ("hall.csv", 3, "", "大厅只能有一行"),
        ],
    ),
    "priorities": (
        swap("priorities.csv", (",15\n", ",0\nchild,儿童,,121\n")),
        [
            ("priorities.csv", 2, "credit_minutes", "应在 1 到 120 之间"),
            ("priorities.csv", 3, "credit_minutes", "应在 1 到 120 之间"),
        ],
    ),
    "arrivals": (
        {
            "arrivals.csv": "weekday,start,end,share,visitors\n"
            "1,08:30,09:00,0.5,5\n1,09:00,09:30,0.498,5\n2,08:30,09:00,1.0005,9\n2,08:45,09:30,0,0\n"
        },
        [
            ("arrivals.csv", 2, "share", "星期 1 的比例合计为 0.998，应为 1"),
            ("arrivals.csv", 4, "share", "应在 0 到 1 之间"),
            ("arrivals.csv", 5, "start", "与第 4 行的时段重叠"),
        ],
    ),
    "several files at once": (
        swap("lines.csv", ("婚姻登记,B区", "婚姻登记,"))
        | swap("items.csv", ("2,MZ,HY", "2,MZ,HX"))
        | swap("windows.csv", ("B01", "乙01"))
        | swap("hours.csv", ("14:00,17:30", "14:00,13:30")),
        [
            ("lines.csv", 3, "zone", "不能为空"),
            ("items.csv", 3, "line_prefix", "lines.csv 中没有“HX”"),
            ("windows.csv", 3, "number", "“乙01”不是窗口号（如 A01）"),
            ("hours.csv", 3, "close", "结束时间必须晚于开始时间"),
        ],
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_every_fault_is_told_with_its_place(case: str, tmp_path: Path) -> None:
    changes, expected = BROKEN[case]
    assert faults_of(lay(tmp_path, changes)) == expected


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    assert faults_of(gone) == [(str(gone), 0, "", "没有这个目录")]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    lay(tmp_path, {"hours.csv": None})
    (tmp_path / "hours.csv").mkdir()
    assert faults_of(tmp_path) == [("hours.csv", 0, "", "无法读取这个文件")]


def test_faults_print_one_to_a_line(tmp_path: Path) -> None:
    with pytest.raises(BrokenFiles) as caught:
        read(lay(tmp_path, {"hours.csv": None, **swap("lines.csv", ("ordinary", "x"))}))
    assert str(caught.value).splitlines() == [
        "lines.csv:3:kind: “x”不在可选值之内：ordinary、comprehensive、first_inquiry、complaint",
        "hours.csv:0:: 缺少这个文件",
    ]


def test_a_good_hall_is_read_whole(tmp_path: Path) -> None:
    files = read(lay(tmp_path))
    assert files.hall == HallRow(code="small", name="小厅")
    assert files.zones == ("A区", "B区")
    assert files.windows[1].line_prefixes == (("HY", 0), ("MZ", 15))
    assert files.lines[0].kind is Kind.FIRST_INQUIRY
    assert files.items[1] == ItemRow(
        code="2",
        department_code="MZ",
        line_prefix="HY",
        name="结婚登记",
        audience="个人",
        case_kind=CaseKind.PROMISED,
        statutory_working_days=20,
        promised_working_days=5,
        bookable=True,
        minutes_mean=18,
        minutes_sd=9.4,
        popularity=0.2,
        fee_yuan=9.5,
        materials=("身份证", "户口簿"),
    )
    assert files.items[2] == ItemRow(code="3", department_code="XZ", agency="法院", name="立案")
    assert files.hours == (HoursRow(1, time(8, 30), time(12)), HoursRow(1, time(14), time(17, 30)))


def test_columns_may_stand_in_any_order_and_lines_end_as_windows_ends_them(tmp_path: Path) -> None:
    changes = {"departments.csv": "zone,code,name\r\nA区,XZ,行政审批局\r\nB区,MZ,民政局\r\n"}
    assert read(lay(tmp_path / "a", changes)).departments == read(lay(tmp_path / "b")).departments


@pytest.mark.parametrize("name", ["Small_Hall", "small hall", "small-hall"])
def test_without_hall_csv_the_directory_names_the_hall(name: str, tmp_path: Path) -> None:
    assert read(lay(tmp_path / name, {"hall.csv": None})).hall == HallRow("small-hall", "small-hall")


def test_a_directory_name_that_cannot_be_a_code(tmp_path: Path) -> None:
    directory = lay(tmp_path / "龙泉驿", {"hall.csv": None})
    reason = "没有 hall.csv 时，目录名须由小写字母、数字和连字符组成"
    assert faults_of(directory) == [("hall.csv", 0, "code", reason)]


def test_optional_files_may_be_missing(tmp_path: Path) -> None:
    optional = ("agencies.csv", "outside_items.csv", "priorities.csv", "arrivals.csv")
    files = read(lay(tmp_path, dict.fromkeys(optional)))
    assert (files.agencies, files.priorities, len(files.items)) == ((), (), 2)


@pytest.mark.parametrize(
    ("written", "meant", "rewritten"),
    [
        ("X;HY;MZ", (("X", 0), ("HY", 15), ("MZ", 20)), "X;HY;MZ"),
        ("X;HY:30;MZ", (("X", 0), ("MZ", 20), ("HY", 30)), "X;MZ:20;HY:30"),
        ("X;HY:0", (("HY", 0), ("X", 0)), "HY;X:0"),
        ("X:5;HY", (("X", 5), ("HY", 15)), "X:5;HY"),
        ("X;HY:15", (("X", 0), ("HY", 15)), "X;HY"),
    ],
)
def test_handicaps(written: str, meant: tuple[tuple[str, int], ...], rewritten: str, tmp_path: Path) -> None:
    """R42: the first line is the window's own, the further ones get 15, 20, 25 ... minutes unless written."""
    files = read(lay(tmp_path / "a", swap("windows.csv", ("inquiry,X,", f"inquiry,{written},"))))
    assert files.windows[0].line_prefixes == meant
    write(files, tmp_path / "b")
    assert f"A01,A区,首问1号,first_inquiry,{rewritten},XZ\n" in (tmp_path / "b" / "windows.csv").read_text("utf-8")
    assert read(tmp_path / "b") == files


def test_an_outside_item_of_which_more_is_known_stays_in_items(tmp_path: Path) -> None:
    changes = {"items.csv": f"{ITEMS},agency\n{ITEM},\n2,MZ,,公证,个人,承诺件,9,5,no,5,2,0.125,80,身份证,法院\n"}
    files = read(lay(tmp_path / "a", changes))
    write(files, tmp_path / "b")
    header, _, item = (tmp_path / "b" / "items.csv").read_text("utf-8").splitlines()
    assert header.split(",")[:4] == ["code", "department_code", "line_prefix", "agency"]
    assert item == "2,MZ,,法院,公证,个人,承诺件,9,5,no,5,2,0.125,80,身份证"
    assert read(tmp_path / "b") == files


def test_the_sample_is_sound_and_comes_back_byte_by_byte(tmp_path: Path) -> None:
    files = read(SAMPLE)
    assert files.hall.code == "longquanyi"
    assert [len(rows) for rows in (files.departments, files.lines, files.windows)] == [52, 43, 151]
    assert (sum(not item.outside for item in files.items), sum(item.outside for item in files.items)) == (620, 8)
    write(files, tmp_path)
    assert read(tmp_path) == files
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (SAMPLE / path.name).read_bytes(), path.name


def test_writing_over_an_older_export_leaves_nothing_of_it(tmp_path: Path) -> None:
    write(read(SAMPLE), tmp_path / "out")
    small = read(lay(tmp_path / "small", {"priorities.csv": None}))
    write(small, tmp_path / "out")
    assert read(tmp_path / "out") == small
