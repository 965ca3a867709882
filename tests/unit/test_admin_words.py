"""Every table and column that the administration may show has its words, in both languages, and they say what holds."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from paihao.admin import words
from paihao.admin.words import ColumnWords, Group, TableWords
from paihao.api.schema import TABLES
from paihao.core.i18n import LANGUAGES, Language, catalogue, translate
from sqlalchemy import CheckConstraint

INTERNAL = {
    *("answer", "counter", "case_counter", "custody_counter", "enquiry_counter", "matter_counter", "receipt_counter")
}
"""What the house counts and remembers for itself; nobody looks at it."""

FREE = {("audit", "action"), ("hours", "weekday"), ("journal", "from_status"), ("journal", "to_status")}
"""Columns with words for their values that the database does not hold to them."""
COLUMNS = [(f"{table}.{name}", column) for table, one in words.TABLES.items() for name, column in one.columns.items()]


def checks() -> Iterator[tuple[str, str, str]]:
    """Table, name and condition of every CHECK of the tables that have words."""
    for table in words.TABLES.keys() & TABLES.keys():
        for constraint in TABLES[table].constraints:
            if isinstance(constraint, CheckConstraint):
                yield table, str(constraint.name), str(constraint.sqltext)


def texts() -> Iterator[tuple[str, str]]:
    """Every message id, with where it stands."""
    for name, one in words.TABLES.items():
        yield from ((name, one.label), (name, one.help))
        yield from ((name, word) for choices in one.choices.values() for word in choices.values())
    for where, column in COLUMNS:
        yield from ((where, column.label), (where, column.help))
    yield from (("group", group.value) for group in Group)


def test_every_table_and_column_has_words_and_nothing_else_does() -> None:
    there = {f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns}
    there = {name for name in there if name.split(".")[0] not in INTERNAL}
    said = {where for where, _ in COLUMNS}
    assert there - said == set()
    assert said - there == set()


def test_every_text_is_there_in_both_languages() -> None:
    english = catalogue("en")
    assert {where for where, text in texts() if not text.strip()} == set()
    assert {f"{where}: {text}" for where, text in texts() if not english.get(text, "").strip()} == set()
    assert {f"{where}: {text}" for where, text in texts() if english[text] == text and not text.isascii()} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_are_told_apart_by_their_labels_which_can_stand_in_an_address(language: Language) -> None:
    labels = [words.label(name, language) for name in words.TABLES]
    assert [label for label, count in Counter(labels).items() if count > 1] == []
    assert [label for label in labels if set(label) & set("/?#_%")] == []
    assert [words.by_label(label) for label in labels] == list(words.TABLES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", words.TABLES)
def test_the_columns_of_a_table_are_told_apart_by_their_labels(name: str, language: Language) -> None:
    labels = Counter(translate(language, column.label) for column in words.table(name).columns.values())
    assert [label for label, count in labels.items() if count > 1] == []


def test_labels_are_short() -> None:
    """Eight signs at most, without the unit in brackets."""
    labels = [*COLUMNS, *((name, one) for name, one in words.TABLES.items())]
    bare = {where: re.sub(r"（.*）", "", one.label) for where, one in labels}
    assert {where: label for where, label in bare.items() if len(label) > 8} == {}


def test_every_value_of_a_column_that_is_held_to_a_few_has_a_word() -> None:
    held = {}
    for table, name, condition in checks():
        if name.endswith("_known") and (found := re.fullmatch(r"(\w+) IN \((.*)\)", condition)):
            held[table, found[1]] = set(re.findall(r"'([^']*)'", found[2]))
    said = {
        (table, column): {str(value) for value in choices}
        for table, one in words.TABLES.items()
        if table in TABLES
        for column, choices in one.choices.items()
    }
    assert len(held) > 30
    assert {name: said.get(name) for name in held} == held
    assert said.keys() - held.keys() - FREE == set()


def test_words_for_values_are_of_columns_that_there_are_and_are_told_apart() -> None:
    for name, one in words.TABLES.items():
        assert one.choices.keys() <= one.columns.keys(), name
        for language in LANGUAGES:
            for column, choices in one.choices.items():
                said = [translate(language, word) for word in choices.values()]
                assert len(set(said)) == len(said), (name, column, language)


def test_help_names_the_bounds_that_the_database_holds() -> None:
    bounds = [
        (table, *found.groups())
        for table, _, condition in checks()
        for found in re.finditer(r"(\w+) BETWEEN (\d+) AND (\d+)", condition)
    ]
    assert len(bounds) > 30
    unsaid = [
        (table, column, language)
        for table, column, low, high in bounds
        for language in LANGUAGES
        if column not in words.table(table).choices  # a list to choose from shows its bounds
        and not {low, high} <= set(re.findall(r"\d+", translate(language, words.table(table).columns[column].help)))
    ]
    assert unsaid == []


def test_the_menu_keeps_its_groups_together_and_in_order() -> None:
    groups = [one.group for one in words.TABLES.values()]
    order = list(Group)
    assert groups == sorted(groups, key=order.index)
    assert set(groups) == set(order)


def test_a_table_without_words_is_called_by_its_name() -> None:
    assert words.label("no_such_table", "en") == "no_such_table"
    assert words.by_label("no such label") is None
    with pytest.raises(KeyError):
        words.table("no_such_table")


def test_words_are_frozen() -> None:
    for one, name in ((words.table("hall"), "label"), (ColumnWords("a", "b"), "help")):
        assert isinstance(one, TableWords | ColumnWords)
        with pytest.raises(AttributeError):
            setattr(one, name, "x")
