"""Whatever the database can refuse of an edit has words that say what to do, in both languages."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from paihao.admin import refusals, words
from paihao.api.schema import TABLES
from paihao.core.i18n import LANGUAGES, catalogue, translate
from sqlalchemy import CheckConstraint, PrimaryKeyConstraint, UniqueConstraint

EDITED = {
    *("hall", "zone", "department", "line", "window", "window_line", "agency", "priority", "item", "item_version"),
    *("hours", "hours_exception", "working_day", "booking_rules", "line_booking", "case_rules", "message_template"),
    *("staff", "piccolo_user", "post", "post_holder", "duty", "seat", "roster", "chain_step", "slide", "device"),
}
"""What the administration writes; versions of items are written by what it does with items."""


def rules(table: str) -> set[str]:
    """Names of what holds the values of a table. What contains the row's own id can never be met twice."""
    found = set()
    for constraint in TABLES[table].constraints:
        given = "id" not in constraint.columns
        if isinstance(constraint, CheckConstraint) or (
            isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint) and given
        ):
            found.add(str(constraint.name))
    return found | {str(index.name) for index in TABLES[table].indexes if index.unique}


@pytest.mark.parametrize("table", sorted(EDITED))
def test_every_rule_of_what_is_edited_has_words(table: str) -> None:
    assert rules(table) - refusals.REFUSALS.keys() == set()


@pytest.mark.parametrize("table", sorted(EDITED))
def test_every_table_that_is_referred_to_can_be_chosen_from(table: str) -> None:
    assert {key.referred_table.name for key in TABLES[table].foreign_key_constraints} <= refusals.CHOOSE.keys()


def of_triggers(upgraded: Path) -> set[str]:
    """What the triggers on what is edited refuse, by name, in a database that is up to date."""
    with closing(sqlite3.connect(upgraded)) as database:
        laid = [sql for (sql,) in database.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
    refusing = [re.search(r" ON (\w+) .*RAISE\(ABORT, '(\w+)'\)", sql, re.DOTALL) for sql in laid]
    return {found[2] for found in refusing if found and found[1] in EDITED}


def test_every_refusal_of_a_trigger_on_what_is_edited_has_words(sqlite_template: Path) -> None:
    assert "item_version_kept" in of_triggers(sqlite_template)
    assert of_triggers(sqlite_template) - refusals.REFUSALS.keys() == set()


def test_nothing_is_said_of_a_rule_that_there_is_not(sqlite_template: Path) -> None:
    there = set().union(*(rules(table) for table in EDITED), of_triggers(sqlite_template))
    assert refusals.REFUSALS.keys() - there == set()


def test_every_refusal_is_there_in_both_languages() -> None:
    english = catalogue("en")
    said = {**refusals.REFUSALS, **refusals.CHOOSE}
    assert {name for name, text in said.items() if not english.get(text) or english[text] == text} == set()


def test_refusals_name_the_bounds_that_the_database_holds() -> None:
    unsaid = [
        (constraint.name, language)
        for table in sorted(EDITED)
        for constraint in TABLES[table].constraints
        if isinstance(constraint, CheckConstraint)
        for found in re.findall(r"BETWEEN (\d+) AND (\d+)", str(constraint.sqltext))
        for language in LANGUAGES
        if not set(found) <= set(re.findall(r"\d+", translate(language, refusals.REFUSALS[str(constraint.name)])))
    ]
    assert unsaid == []


def test_a_text_that_is_too_long_is_told_with_its_column_and_limit() -> None:
    label = translate("en", words.table("zone").columns["name"].label)
    refused = refusals.too_long(label, 40)
    assert refused.code == "too_long"
    assert translate("en", refused.detail, **refused.params) == f"“{label}” has at most 40 characters"
    assert translate("zh_CN", refused.detail, column="区域名称", limit=40) == "“区域名称”最多 40 个字"
