"""What Piccolo cannot show as it is has no mirror, and is named."""

from typing import Any

import pytest
import sqlalchemy as sa
from paihao.admin.mirror import INTERNAL, CannotMirror, mirror
from paihao.api.schema import TABLES
from paihao.core.db import Base
from paihao.core.journal import Id
from paihao.queue.hall import Kind
from piccolo.engine.sqlite import SQLiteEngine
from piccolo.table import Table

ENGINE = SQLiteEngine(":memory:")


def unshown(metadata: sa.MetaData) -> dict[str, str]:
    """Why tables have no mirror, by name."""
    made: dict[str, type[Table]] = {}
    why = {}
    for table in metadata.sorted_tables:
        if table.name not in INTERNAL:
            try:
                made[table.name] = mirror(table, ENGINE, made)
            except CannotMirror as error:
                why[table.name] = f"{type(error).__name__}: {error}"
    return why


@pytest.mark.parametrize("table", sorted(TABLES.keys() - INTERNAL))
def test_every_table_is_shown_as_it_is(table: str) -> None:
    assert unshown(Base.metadata).get(table) is None


def test_what_has_no_mirror_is_named() -> None:
    """Exactly the tables that could not have one, the papers, and the secrets."""
    composite = {name for name, table in TABLES.items() if len(table.primary_key.columns) != 1}
    assert composite | {"print_job", "authenticator_secret"} == INTERNAL


def test_a_change_that_cannot_be_shown_is_named() -> None:
    """What would be said of the table that changed."""

    def changed(table: str, *parts: sa.Column[Any]) -> str:
        metadata = sa.MetaData()
        for each in Base.metadata.sorted_tables:
            each.to_metadata(metadata)
        for part in parts:
            metadata.tables[table].append_column(part)
        return unshown(metadata).get(table, "")

    assert changed("message") == ""
    assert changed("message", sa.Column("patience", sa.Interval)) == "UnknownType: message.patience is Interval()"
    assert changed("message", sa.Column("copy", sa.Integer)) == "TakenName: message.copy"
    assert changed("roster", sa.Column("asked", sa.ForeignKey("answer.key"))) == (
        "UnknownTarget: roster.asked refers to answer"
    )
    second = sa.Column("again", sa.Date, primary_key=True)
    assert changed("roster", second) == "CompositeKey: roster has the primary key ['id', 'again']"


def refused(*columns: sa.schema.SchemaItem, name: str = "odd") -> str:
    """What is said of a table that cannot be shown, besides one with a hall."""
    metadata = sa.MetaData()
    hall = sa.Table(
        "hall", metadata, sa.Column("id", Id, primary_key=True), sa.Column("code", sa.String(8), unique=True)
    )
    sa.Table("pair", metadata, sa.Column("one", Id, primary_key=True), sa.Column("two", Id, primary_key=True))
    table = sa.Table(name, metadata, *columns)
    with pytest.raises(CannotMirror) as error:
        mirror(table, ENGINE, {"hall": mirror(hall, ENGINE, {})})
    return f"{type(error.value).__name__}: {error.value}"


@pytest.mark.parametrize(
    "kind",
    [
        sa.Interval(),
        sa.Uuid(),
        sa.DateTime(),  # DATETIME comes back from SQLite as text
        sa.DateTime(timezone=True),
        sa.TIMESTAMP(timezone=True),
        sa.Time(timezone=True),
        sa.Enum(Kind),
        sa.Float(),
        sa.CHAR(4),
        sa.types.NullType(),
    ],
    ids=repr,
)
def test_an_unknown_type_is_named(kind: sa.types.TypeEngine[Any]) -> None:
    said = refused(sa.Column("id", Id, primary_key=True), sa.Column("since", kind))
    assert said == f"UnknownType: odd.since is {kind!r}"


def test_an_unknown_type_of_the_key_is_named() -> None:
    assert refused(sa.Column("id", sa.SmallInteger, primary_key=True)) == "UnknownType: odd.id is SmallInteger()"


def test_a_composite_key_is_named() -> None:
    said = refused(sa.Column("hall_id", Id, primary_key=True), sa.Column("day", sa.Date, primary_key=True))
    assert said == "CompositeKey: odd has the primary key ['hall_id', 'day']"
    assert refused(sa.Column("day", sa.Date)) == "CompositeKey: odd has the primary key []"


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (lambda: [sa.Column("of", sa.ForeignKey("pair.one"))], "odd.of refers to pair"),
        (lambda: [sa.Column("of", sa.ForeignKey("hall.code"))], "odd.of refers to hall"),
        (
            lambda: [
                sa.Column("one", Id),
                sa.Column("two", Id),
                sa.ForeignKeyConstraint(["one", "two"], ["pair.one", "pair.two"]),
            ],
            "odd.one+two refers to pair",
        ),
        (
            lambda: [
                sa.Column("of", Id),
                sa.ForeignKeyConstraint(["of"], ["hall.id"]),
                sa.ForeignKeyConstraint(["of"], ["odd.id"]),
            ],
            "odd.of refers to",
        ),
    ],
    ids=["no mirror", "not its key", "two columns", "two tables"],
)
def test_a_foreign_key_that_names_no_row_is_named(columns: Any, said: str) -> None:
    assert refused(sa.Column("id", Id, primary_key=True), *columns()).startswith(f"UnknownTarget: {said}")


@pytest.mark.parametrize("name", ["save", "copy", "_hidden"])
def test_a_name_that_is_taken_is_named(name: str) -> None:
    assert refused(sa.Column("id", Id, primary_key=True), sa.Column(name, sa.Integer)) == f"TakenName: odd.{name}"


def test_a_name_that_is_taken_where_others_refer_to_it_is_named() -> None:
    said = refused(
        sa.Column("id", Id, primary_key=True), sa.Column("default", Id), sa.Column("up", sa.ForeignKey("odd.id"))
    )
    assert said == "TakenName: odd.up refers to odd, which has ['default']"


def test_a_key_of_text_is_shown() -> None:
    table = sa.Table("plain", sa.MetaData(), sa.Column("code", sa.String(8), primary_key=True))
    key = mirror(table, ENGINE, {})._meta.primary_key
    assert (key._meta.name, key.value_type, key._meta.required) == ("code", str, True)
