"""The table of rules and their tests: read from names and docstrings, printed after whole runs, owed in full."""

from pathlib import Path

import pytest
from rules import COLUMNS, OWED, TITLES, by_rule, rules_of, table, wrong

pytest_plugins = ["pytester"]

EVERY = f'"""{", ".join(sorted(OWED))}."""'
HEADING = "rules and their tests"
PROVED = f"def test_all():\n    {EVERY}\n"


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """An empty suite with the table."""
    pytester.makeini("[pytest]\ntestpaths = tests\naddopts = -p no:cacheprovider")
    pytester.makeconftest("pytest_plugins = ['rules']")
    pytester.mkdir("tests")
    return pytester


def run(suite: pytest.Pytester, source: str, *arguments: str) -> tuple[int, str]:
    Path(suite.path, "tests", "test_some.py").write_text(source, encoding="utf-8")
    result = suite.runpytest_inprocess(*arguments)
    return int(result.ret), result.stdout.str()


def test_a_rule_without_a_test_fails_a_run_in_which_all_passed(suite: pytest.Pytester) -> None:
    status, said = run(suite, PROVED.replace("R17, ", "").replace("R8, ", ""))
    assert (status, "1 passed" in said, "rules without a test: R8, R17" in said) == (1, True, True)


def test_where_all_are_named_there_is_a_table(suite: pytest.Pytester) -> None:
    status, said = run(suite, PROVED + "def test_masked_r61():\n    pass\n")
    assert (status, "rules without" in said) == (0, False)
    assert "\n".join(table({rule: ["test_all"] for rule in OWED} | {"R61": ["test_masked_r61"]})) in said
    assert TITLES["R62"] not in said


def test_what_is_no_rule_is_told(suite: pytest.Pytester) -> None:
    status, said = run(suite, PROVED + "def test_r99():\n    pass\n")
    assert (status, "tests name what is no rule: R99" in said) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [("-k", "some"), ("-m", "slow"), ("tests/test_some.py",), ("--deselect", "tests/test_some.py::test_all")],
    ids=" ".join,
)
def test_a_run_of_some_tests_says_nothing(suite: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    _, said = run(suite, "def test_all():\n    pass\n", *arguments)
    assert ("1 " in said, HEADING in said) == (True, False)


def test_the_suites_own_folder_is_the_whole(suite: pytest.Pytester) -> None:
    assert run(suite, PROVED, "tests")[0] == 0
    assert HEADING in run(suite, "def test_all():\n    pass\n", "tests")[1]


def test_a_failing_test_still_names_its_rule_and_a_file_that_cannot_be_read_is_told_alone(
    suite: pytest.Pytester,
) -> None:
    status, said = run(suite, PROVED + "    assert False\n")
    assert (status, "rules without" in said) == (1, False)
    status, said = run(suite, "import nowhere\n")
    assert (status, HEADING in said) == (2, False)


def test_rules_are_read_from_docstring_and_name() -> None:
    assert rules_of("test_a_transfer_keeps_the_place_r4", "R17, R18: not (R3x) nor XR5.") == {"R4", "R17", "R18"}
    assert rules_of("test_r48_and_r7_of_room3", None) == {"R48", "R7"}


def test_a_test_with_many_parameters_counts_once() -> None:
    tests = [("a.py", "test_one", "R1."), ("a.py", "test_one", "R1."), ("b.py", "test_one", "R1.")]
    assert by_rule(tests) == {"R1": ["test_one", "test_one"]}


def test_a_line_is_never_too_long() -> None:
    named = {rule: ["test_那_" + "very_" * 30] * 3 for rule in OWED}
    lines = table(named)
    assert (len(lines), wrong(named)) == (36, [])
    assert all(len(line) < COLUMNS and line.endswith("…") for line in lines)


def test_every_rule_has_a_title() -> None:
    assert list(TITLES) == [f"R{number}" for number in range(1, 63)]
