"""Which test proves which rule: a run of the whole suite ends with the table, and fails while a rule has no test.

A test names its rules in its docstring (``R17``) or in its name (``test_..._r17``). A run of some tests says nothing.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType
from unicodedata import east_asian_width

import pytest

with Path(__file__).with_name("rules.csv").open(encoding="utf-8", newline="") as rows:
    TITLES: Mapping[str, str] = MappingProxyType({row["rule"]: row["title"] for row in csv.DictReader(rows)})
OWED = frozenset(f"R{number}" for number in range(1, 37))
"""Rules that must have a test by now."""

COLUMNS = 110
_IN_TEXT, _IN_NAME = re.compile(r"\bR(\d+)\b"), re.compile(r"_r(\d+)(?=_|$)")
_PARTIAL = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob")
_NAMED = pytest.StashKey[Mapping[str, Sequence[str]]]()


def rules_of(name: str, doc: str | None) -> set[str]:
    """The rules that a test of this name and docstring says it proves."""
    return {f"R{number}" for number in [*_IN_TEXT.findall(doc or ""), *_IN_NAME.findall(name)]}


def by_rule(tests: Iterable[tuple[str, str, str | None]]) -> dict[str, list[str]]:
    """Rule -> its tests, from file, name and docstring of each; one that runs with many parameters counts once."""
    named: dict[str, list[str]] = {}
    for _, name, doc in dict.fromkeys(tests):
        for rule in rules_of(name, doc):
            named.setdefault(rule, []).append(name)
    return named


def wrong(named: Mapping[str, Sequence[str]]) -> list[str]:
    """What a whole run fails for, a line each."""
    lacking = [rule for rule in TITLES if rule in OWED and not named.get(rule)]
    unknown = sorted(named.keys() - TITLES.keys())
    told = {"rules without a test": lacking, "tests name what is no rule": unknown}
    return [f"{words}: {', '.join(rules)}" for words, rules in told.items() if rules]


def table(named: Mapping[str, Sequence[str]]) -> list[str]:
    """A line for every rule that is owed or named: the rule, its title, how many tests, and the first of them."""
    return [
        _cut(f"{rule:<4}{title}{' ' * (24 - _width(title))}{len(tests):>3}  {', '.join(map(_short, tests)) or '-'}")
        for rule, title in TITLES.items()
        if (tests := named.get(rule, ())) or rule in OWED
    ]


def _short(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


def _width(text: str) -> int:
    """Columns of a terminal: Chinese characters take two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _cut(line: str) -> str:
    if _width(line) <= COLUMNS:
        return line
    ends = accumulate(map(_width, line))
    return line[: sum(end < COLUMNS for end in ends)] + "…"


def _whole(config: pytest.Config) -> bool:
    """Whether everything is run: all of the test paths, and nothing of them left out."""
    asked = {config.invocation_params.dir / argument for argument in config.args}
    paths = {config.rootpath / path for path in config.getini("testpaths")}
    return asked == paths and not any(config.getoption(option) for option in _PARTIAL)


def pytest_collection_finish(session: pytest.Session) -> None:
    # A file that could not be read names nothing: that is told already.
    if _whole(session.config) and not session.testsfailed:
        functions = [(item.path.name, item.function) for item in session.items if isinstance(item, pytest.Function)]
        tests = ((file, function.__name__, function.__doc__) for file, function in functions)
        session.config.stash[_NAMED] = by_rule(tests)


def pytest_sessionfinish(session: pytest.Session) -> None:
    named = session.config.stash.get(_NAMED, None)
    if named is not None and wrong(named) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    named = terminalreporter.config.stash.get(_NAMED, None)
    if named is None:
        return
    terminalreporter.section("rules and their tests")
    for line in table(named):
        terminalreporter.line(line)
    for line in wrong(named):
        terminalreporter.line(line, red=True, bold=True)
