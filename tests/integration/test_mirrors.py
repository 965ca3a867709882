"""What Piccolo knows of our tables is what the database says of them, and each side reads what the other wrote."""

import asyncio
import re
import shutil
from datetime import time
from typing import Any, NamedTuple

import httpx
import pytest
import sqlalchemy as sa
from house import House
from paihao.admin.engine import engine_of, pooled
from paihao.admin.mirror import (
    INTERNAL,
    mirrors,
)
from paihao.api.schema import TABLES
from paihao.core.db import Base, Database
from paihao.queue.hall import ITEM_KINDS
from piccolo.columns import ForeignKey
from piccolo.columns.base import Column
from piccolo.engine.sqlite import SQLiteEngine
from piccolo.table import Table
from piccolo.utils.pydantic import create_pydantic_model
from piccolo_api.crud.endpoints import PiccoloCRUD

MIRRORED = sorted(TABLES.keys() - INTERNAL)

# What Piccolo is told, beside what the database says ------------------------------------------------------------------

KINDS = {
    "BIGINT": {"BigInt", "BigSerial"},
    "BLOB": {"Bytea"},
    "BOOLEAN": {"Boolean"},
    "BYTEA": {"Bytea"},
    "DATE": {"Date"},
    "DOUBLE": {"DoublePrecision"},
    "DOUBLE PRECISION": {"DoublePrecision"},
    "INTEGER": {"Integer", "Serial"},
    "JSON": {"JSON"},
    "SMALLINT": {"SmallInt"},
    "TIME": {"Time"},
    "TIME WITHOUT TIME ZONE": {"Time"},
    "TIMESTAMP": {"Timestamp"},
    "TIMESTAMP WITHOUT TIME ZONE": {"Timestamp"},
    "TIMESTAMP WITH TIME ZONE": {"Timestamptz"},
    "TIMESTAMPTZ": {"Timestamptz"},
    "VARCHAR": {"Varchar"},
}
"""Which columns of Piccolo's may stand for a declared type. SQLite's INTEGER is as wide as its BIGINT."""


class Facts(NamedTuple):
    """A table as its database describes it; ``foreign``: by column, the table and column that it refers to."""

    columns: dict[str, Any]
    key: list[str]
    foreign: dict[str, tuple[str, str]]
    choices: dict[str, set[str]]
    unique: set[str]


class Described(NamedTuple):
    facts: dict[str, Facts]
    mirrors: dict[str, type[Table]]
    dialect: sa.Dialect


def facts(found: sa.Inspector, table: str, dialect: str) -> Facts:
    foreign = {}
    for key in found.get_foreign_keys(table):
        pairs = dict(zip(key["constrained_columns"], key["referred_columns"], strict=True))
        # A key over several columns carries the hall, and an appointment's the day; the remaining one names the row.
        (column, target), *others = [pair for pair in pairs.items() if pair[1] not in ("hall_id", "day")]
        assert others == [], key
        foreign[column] = key["referred_table"], target
    choices = {}
    for check in found.get_check_constraints(table):
        named = re.fullmatch(rf"ck_{table}_(\w+)_known", str(check["name"]))
        if named and (values := re.findall(r"'(\w+)'", check["sqltext"])):
            choices[named[1]] = set(values)
    whole = [index for index in found.get_indexes(table) if f"{dialect}_where" not in index.get("dialect_options", {})]
    unique = [each["column_names"] for each in found.get_unique_constraints(table)]
    unique += [index["column_names"] for index in whole if index["unique"]]
    return Facts(
        {column["name"]: column for column in found.get_columns(table)},
        found.get_pk_constraint(table)["constrained_columns"],
        foreign,
        choices,
        {str(names[0]) for names in unique if len(names) == 1},
    )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def described(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Described:
    """The migrated database's own description of every table, and the mirrors over it."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("described") / "paihao.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        url = asyncio.run(request.getfixturevalue("postgres").create())

    def describe(connection: sa.Connection) -> dict[str, Facts]:
        found = sa.inspect(connection)
        return {table: facts(found, table, request.param) for table in MIRRORED}

    async def read() -> Described:
        database = Database(url)
        async with database.read() as connection:
            said = await connection.run_sync(describe)
        made = mirrors(Base.metadata, engine_of(database))
        await database.close()
        return Described(said, made, database.engine.dialect)

    return asyncio.run(read())


def _columns(shown: type[Table]) -> dict[str, Column]:
    return {column._meta.db_column_name: column for column in shown._meta.columns}


@pytest.mark.parametrize("table", MIRRORED)
class TestAsTheDatabaseSays:
    def test_names(self, described: Described, table: str) -> None:
        shown, said = described.mirrors[table], described.facts[table]
        assert shown._meta.tablename == table
        assert _columns(shown).keys() == said.columns.keys()
        assert all(column._meta.name == name for name, column in _columns(shown).items())

    def test_types_and_lengths(self, described: Described, table: str) -> None:
        for name, column in _columns(described.mirrors[table]).items():
            declared = described.facts[table].columns[name]["type"]
            word = declared.compile(dialect=described.dialect).partition("(")[0]
            kinds = KINDS[word] | (
                KINDS["BIGINT"] if word == "INTEGER" and described.dialect.name == "sqlite" else set()
            )
            if isinstance(column, ForeignKey):
                assert column.value_type is int, name
                assert kinds & {"Integer", "BigInt"}, name
            else:
                assert type(column).__name__ in kinds, name
            assert getattr(column, "length", None) == getattr(declared, "length", None) or word != "VARCHAR", name

    def test_nullability(self, described: Described, table: str) -> None:
        said = described.facts[table].columns
        assert {name: column._meta.null for name, column in _columns(described.mirrors[table]).items()} == {
            name: column["nullable"] for name, column in said.items()
        }

    def test_keys(self, described: Described, table: str) -> None:
        shown, said = described.mirrors[table], described.facts[table]
        assert [name for name, column in _columns(shown).items() if column._meta.primary_key] == said.key
        assert shown._meta.primary_key._meta.name == said.key[0]
        assert {
            key._meta.name: (
                key._foreign_key_meta.resolved_references._meta.tablename,
                key._foreign_key_meta.resolved_target_column._meta.name,
            )
            for key in shown._meta.foreign_key_columns
        } == said.foreign
        assert all(
            key._foreign_key_meta.resolved_references is described.mirrors[said.foreign[key._meta.name][0]]
            for key in shown._meta.foreign_key_columns
        )

    def test_choices(self, described: Described, table: str) -> None:
        assert {
            name: {each["value"] for each in (column._meta.get_choices_dict() or {}).values()}
            for name, column in _columns(described.mirrors[table]).items()
            if column._meta.choices
        } == described.facts[table].choices

    def test_what_is_unique(self, described: Described, table: str) -> None:
        columns = _columns(described.mirrors[table])
        assert {name for name, column in columns.items() if column._meta.unique} == described.facts[table].unique

    def test_what_must_be_given(self, described: Described, table: str) -> None:
        """What has no default, here and in the table; what nobody can read, nobody is asked for."""
        for name, column in _columns(described.mirrors[table]).items():
            said, ours = described.facts[table].columns[name], TABLES[table].c[name]
            secret = isinstance(said["type"], sa.LargeBinary) or name in ("content", "key", "password", "token")
            assert column._meta.secret == secret, name
            given = said["nullable"] or ours.default is not None or name == "id" or secret
            assert column._meta.required == (not given), name

    def test_pages_can_be_made_of_it(self, described: Described, table: str) -> None:
        """Pydantic warns of names that it has itself, and warnings are errors here."""
        shown = described.mirrors[table]
        model = create_pydantic_model(shown, include_default_columns=True, all_optional=True)
        assert model.model_fields.keys() == _columns(shown).keys()
        assert shown(_ignore_missing=True).to_dict().keys() == _columns(shown).keys()


def test_defaults_are_those_of_the_table(described: Described) -> None:
    def default(table: str, column: str) -> Any:
        return _columns(described.mirrors[table])[column].get_default_value()

    assert default("hall", "timezone") == "Asia/Shanghai"
    assert default("hall", "return_after") == 3
    assert default("hall", "always_open") is False
    assert default("booking_rules", "portals") is True
    assert default("window", "state") == "closed"
    assert type(default("window", "state")) is str
    assert default("item", "materials") == "[]"
    assert default("item", "popularity") == 0.0
    assert default("waiting", "until") == time.max
    assert default("hall", "name") is None
    assert default("ticket", "callable_at") is None  # follows from the row


def test_choices_are_those_that_the_check_knows(described: Described) -> None:
    """An item is never of the kind that only cases become."""
    choices = _columns(described.mirrors["item"])["case_kind"]._meta.choices
    assert choices is not None
    assert {each.name: each.value for each in choices} == {kind.name: kind.value for kind in ITEM_KINDS}


# A hall through its mirrors -------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_every_row_of_a_hall_reads_the_same(house: House) -> None:
    database = house.services.database
    engine = engine_of(database)
    async with pooled(engine), database.read() as connection:
        for name, shown in mirrors(Base.metadata, engine).items():
            table = TABLES[name]
            ours = (await connection.execute(sa.select(table).order_by(*table.primary_key.columns))).mappings().all()
            rows = await shown.select().order_by(shown._meta.primary_key).output(load_json=True)
            assert rows == [dict(row) for row in ours], name


@pytest.mark.anyio
async def test_piccolos_interface_shows_a_halls_rows_without_their_secrets(house: House) -> None:
    """R61."""
    engine = engine_of(house.services.database)
    async with pooled(engine):
        for name, shown in mirrors(Base.metadata, engine).items():
            app, secret = PiccoloCRUD(shown), {column._meta.name for column in shown._meta.secret_columns}
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hall.test") as client:
                answer = await client.get("/?__readable=true&__page_size=1000")
                assert answer.status_code == 200, (name, answer.text)
                rows = answer.json()["rows"]
                assert len(rows) == await shown.count(), name
                assert {row.get(column) for row in rows for column in secret} <= {None}, name
                for row in rows[:1]:
                    answer = await client.get(f"/{row[shown._meta.primary_key._meta.name]}/")
                    assert answer.status_code == 200, (name, answer.text)


@pytest.mark.anyio
async def test_rows_are_called_what_people_call_them(house: House) -> None:
    database = house.services.database
    engine = engine_of(database)
    async with pooled(engine):
        made = mirrors(Base.metadata, engine)
        window, served = made["window"], made["window_line"]
        labels = await window.select(window.get_readable()).where(window.number == "3")  # type: ignore[attr-defined]
        assert [row["readable"] for row in labels] == ["3 社保1号窗口"]
        related = served._get_related_readable(served.line_id)  # type: ignore[attr-defined]
        assert "A 社会保险" in {row["line_id_readable"] for row in await served.select(related)}
        rules = made["booking_rules"]
        assert rules.get_readable().columns == [rules._meta.primary_key]


@pytest.mark.anyio
async def test_words_are_searched_without_regard_to_case(house: House) -> None:
    """Piccolo warns on SQLite, where warnings are errors here and lines in the log elsewhere."""
    engine = engine_of(house.services.database)
    async with pooled(engine):
        hall = mirrors(Base.metadata, engine)["hall"]
        assert await hall.count().where(hall.code.ilike("%SMAL%")) == 1  # type: ignore[attr-defined]


@pytest.mark.anyio
async def test_piccolo_on_sqlite_is_held_to_the_same_rules(database: Database) -> None:
    engine = engine_of(database)
    if isinstance(engine, SQLiteEngine):
        connection = await engine.get_connection()
        found = [
            await (await connection.execute(f"PRAGMA {name}")).fetchone() for name in ("foreign_keys", "busy_timeout")
        ]
        await connection.close()
        assert [list(dict(row).values()) for row in found if row] == [[1], [10000]]
    else:
        async with pooled(engine, size=2):
            assert engine.pool is not None
            assert engine.pool.get_max_size() == 2
        assert engine.pool is None


@pytest.mark.anyio
@pytest.mark.parametrize("table", MIRRORED)
async def test_piccolos_interface_reads_it(described: Described, table: str) -> None:
    app = PiccoloCRUD(described.mirrors[table])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hall.test") as client:
        for path in ("/?__readable=true", "/schema/", "/new/", "/count/", "/references/", "/ids/?search=A&limit=5"):
            answer = await client.get(path)
            assert answer.status_code == 200, (path, answer.text)
