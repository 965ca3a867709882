"""``paihao deadline``: what it prints, and what it refuses, without a server or a database."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from paihao.api.cli import main

ASKED = "--received 2026-09-30 --kind promised --days 3"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(options: str, language: str = "zh_CN") -> Result:
    return CliRunner().invoke(main, ["deadline", *options.split()], env={"LANG": f"{language}.UTF-8"})


def told(options: str) -> dict[str, Any]:
    result = run(f"{options} --json")
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.output)
    assert set(answer) == {"accepted_on", "due_on", "provisional", "light", "trace"}
    return {name: answer[name] for name in ("accepted_on", "due_on", "provisional", "light")}


@pytest.mark.parametrize(
    ("options", "accepted", "due", "light"),
    [
        (f"{ASKED} --now 2026-10-08", "2026-09-30", "2026-10-10", "green"),
        (f"{ASKED} --now 2026-10-10T23:59", "2026-09-30", "2026-10-10", "yellow"),
        (f"{ASKED} --now 2026-10-11T00:00", "2026-09-30", "2026-10-10", "red"),
        (f"{ASKED} --now 2026-10-10T15:59:59Z", "2026-09-30", "2026-10-10", "yellow"),
        (f"{ASKED} --now 2026-10-10T16:00Z", "2026-09-30", "2026-10-10", "red"),
        ("--received 2026-09-30T23:59 --kind immediate --now 2026-10-01", "2026-09-30", "2026-09-30", "red"),
        (f"{ASKED} --extend 2 --now 2026-10-08", "2026-09-30", "2026-10-13", "green"),
        (f"{ASKED} --suspend 2026-10-08:2026-10-10 --now 2026-10-08", "2026-09-30", "2026-10-13", "green"),
        (f"{ASKED} --suspend 2026-10-08:", "2026-09-30", None, None),
        (f"{ASKED} --incomplete --now 2026-10-12", None, None, None),
        (f"{ASKED} --incomplete --now 2026-10-14", "2026-09-30", "2026-10-10", "red"),
        (f"{ASKED} --incomplete --notice 2026-10-13 --now 2026-12-01", None, None, None),
        (f"{ASKED} --complete 2026-10-09 --now 2026-10-09", "2026-10-09", "2026-10-13", "green"),
    ],
)
def test_the_clock_by_hand(options: str, accepted: str | None, due: str | None, light: str | None) -> None:
    """R16, R17, R22, R23, R24, R35, R36."""
    assert told(options) == {"accepted_on": accepted, "due_on": due, "provisional": False, "light": light}


def test_the_trace_in_both_languages(elsewhere: Path) -> None:
    chinese = run(f"{ASKED} --now 2026-10-10").output
    assert "2026年10月10日（周六） 第3个工作日，调休上班日 [R23]" in chinese
    assert chinese.splitlines()[-3:] == ["受理日期：2026年9月30日（周三）", "办结期限：2026年10月10日（周六）", "黄灯"]
    english = run(f"{ASKED} --now 2026-10-10", "en_GB").output
    assert english.isascii()
    assert english.splitlines()[-3:] == ["Accepted on: Wed 30 Sep 2026", "Due on: Sat 10 Oct 2026", "Yellow"]
    assert "Provisional" in run("--received 2027-03-01 --kind promised --days 3", "en").output
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--kind promised --days 3", "--received"),
        ("--received yesterday --kind promised --days 3", "yesterday"),
        ("--received 2026-02-30 --kind promised --days 3", "2026-02-30"),
        ("--received 2026-09-30 --kind sometime --days 3", "sometime"),
        ("--received 2026-09-30 --kind promised", "1至500"),
        (f"{ASKED} --days 3.5", "3.5"),
        (f"{ASKED} --extend 11", "10个工作日"),
        (f"{ASKED} --suspend 2026-1008:", "2026-1008"),
        (f"{ASKED} --suspend 2026-10-09:2026-10-08", "先后有误"),
        (f"{ASKED} --suspend 2026-10-08: --suspend 2026-10-09:2026-10-10", "先后有误"),
        (f"{ASKED} --suspend 2026-10-08: --suspend 2026-10-08:2026-10-10", "先后有误"),
        (f"{ASKED} --suspend 2026-10-08:4026-10-10", "范围"),
        ("--received 9999-12-30 --kind promised --days 3", "范围"),
        (f"{ASKED} --complete 2026-09-29", "收件日"),
        (f"{ASKED} --incomplete --complete 2026-10-09", "--incomplete"),
        (f"{ASKED} --complete 2026-10-09 --notice 2026-10-10", "补正告知"),
        ("--received 2026-09-30 --kind immediate --extend 1", "即办件"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(options: str, said: str) -> None:
    result = run(options)
    assert result.exit_code != 0
    assert said in result.output
    assert "Traceback" not in result.output
