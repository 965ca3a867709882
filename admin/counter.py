"""One table's interface: piccolo-admin's own for reading, in a hall's bounds and in words; the house's for writing.

Addresses, parameters and bodies are piccolo-api's (`PiccoloCRUD`). What is wrong is answered with 422 and the sentence
in the form that piccolo-admin shows; 403 and 404 as the sentence alone.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextvars import ContextVar
from datetime import datetime
from typing import Any

import asyncpg
import pydantic
from piccolo.columns import ForeignKey
from piccolo.table import Table as Mirror
from piccolo.utils.pydantic import create_pydantic_model
from piccolo_api.crud.endpoints import ParamException, Params, PiccoloCRUD
from piccolo_api.crud.exceptions import MalformedQuery
from sqlalchemy import Table, select, true
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from ..booking.appointments import AppointmentRow
from ..core import clock
from ..core.errors import Forbidden, Invalid, NotFound, Problem
from ..core.i18n import N_, Language, translate
from . import editing, looks, refusals, scope, told, words
from .asking import among, listed
from .house import House, Officer
from .naming import actors, called
from .policy import Act, policy
from .values import needed

OFFICER: ContextVar[Officer] = ContextVar("officer")
"""Who asks: piccolo-api's filters are not told of the request."""
PAGE_SIZE = 20
MOST_IDS = 200
MOST_ROWS = 10**9
_NO_FILTER = N_("筛选条件有误")

Write = Callable[[AsyncConnection, Officer, datetime], Awaitable[editing.Edited]]


class Counter(PiccoloCRUD):
    """A table as the administration shows it."""

    def __init__(self, house: House, table: Table, mirror: type[Mirror]) -> None:
        self._house = house
        self._table = table
        self._sealed = {column._meta.name for column in mirror._meta.columns if column._meta.secret}
        super().__init__(
            mirror, read_only=False, page_size=PAGE_SIZE, exclude_secrets=True, schema_extra=looks.extra(table, mirror)
        )

    @property
    def pydantic_model(self) -> type[pydantic.BaseModel]:
        """A form; with the key where that says whose the row is, as with a hall's rules."""
        if not isinstance(self.table._meta.primary_key, ForeignKey):
            return super().pydantic_model
        return create_pydantic_model(self.table, json_schema_extra={"extra": self.schema_extra})

    # Reading ----------------------------------------------------------------------------------------------------------

    def _apply_filters(self, query: Any, params: Params) -> Any:
        """What was asked for, in the hall's bounds. A value that a column cannot have is no filter but a mistake."""
        try:
            query = super()._apply_filters(query, params)
        except (pydantic.ValidationError, ValueError, AttributeError) as error:
            raise MalformedQuery(translate(_language(), _NO_FILTER)) from error
        return scope.bounded(query, self._table.name, OFFICER.get().hall_id)

    def _split_params(self, params: dict[str, Any]) -> Params:
        """What a list is asked for; there is no page before the first, nor one of less than nothing.

        Nobody is told how many rows there are in all halls, as piccolo-api's range header would.
        """
        try:
            split = super()._split_params({k: v for k, v in params.items() if not k.startswith("__range_header")})
        except TypeError as error:  # what is said once was said twice
            raise ParamException(translate(_language(), _NO_FILTER)) from error
        if split.page < 1 or (split.page_size or 1) < 1:
            raise ParamException(translate(_language(), _NO_FILTER))
        return split

    async def get_all(self, request: Request, params: dict[str, Any] | None = None) -> Response:
        """The list; numbers that no column can have, and order by JSON, are mistakes like other wrong filters."""
        answer = await _asked(super().get_all(request, params=params))
        if "actor" not in self._table.c or answer.status_code != 200:
            return answer
        rows = await self._told_by_name(json.loads(bytes(answer.body))["rows"])
        return JSONResponse({"rows": rows})

    async def get_count(self, request: Request) -> Response:
        """How many rows the list would have."""
        return await _asked(super().get_count(request))

    def _get_column(self, column_name: str) -> Any:
        """A column that lists may be asked by; their order would tell of what is sealed, too."""
        if column_name in self._sealed or column_name not in self._table.c:
            raise ParamException(translate(_language(), N_("没有“{column}”这一栏"), column=column_name[:40]))
        return super()._get_column(column_name)

    async def get_schema(self, request: Request) -> JSONResponse:
        """How the table's form looks, in the reader's words."""
        made = self.pydantic_model.model_json_schema()
        one = bool(await self._only_hall())
        return JSONResponse(looks.schema(made, self._table, _language(), one_hall=one and self._table.name != "hall"))

    async def get_new(self, request: Request) -> Response:
        """The values that a new row begins with; the hall is the officer's, or the only one there is."""
        row = self.table(_ignore_missing=True).to_dict()
        row.pop(self.table._meta.primary_key._meta.name, None)
        filled = self.pydantic_model_optional(**{k: v for k, v in row.items() if v is not None}).model_dump(mode="json")
        if "hall_id" in self._table.c:
            for hall_id, name in (await self._only_hall()).items():
                filled |= {"hall_id": hall_id, "hall_id_readable": name}
        return JSONResponse(filled)

    async def get_ids(self, request: Request) -> Response:
        """The rows by their names, for whoever chooses one of them."""
        asked = request.query_params
        try:
            limit, offset = int(asked.get("limit", MOST_IDS)), int(asked.get("offset", 0))
        except ValueError:
            return self._refused(Invalid())
        limit, offset = max(1, min(limit, MOST_IDS)), max(0, min(offset, MOST_ROWS))
        found = await self._named(self._table.name, asked.get("search", ""), limit, offset)
        return JSONResponse(found)

    async def _named(self, name: str, search: str = "", limit: int = MOST_IDS, offset: int = 0) -> dict[int, str]:
        table = scope.table(name)
        key, hall_id, shown = next(iter(table.primary_key.columns)), OFFICER.get().hall_id, called(table)
        mine = true() if hall_id is None else scope.condition(table, hall_id)
        query = select(key, shown).where(mine).order_by(shown, key).limit(limit).offset(offset)
        if search:
            query = query.where(shown.icontains(search, autoescape=True))
        async with self._house.database.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(query)}

    async def _only_hall(self) -> dict[int, str]:
        """The hall that is meant where none is named: the officer's, or the only one there is; else empty."""
        halls = await self._named("hall", limit=2)
        return halls if len(halls) == 1 else {}

    async def get_references(self, request: Request) -> JSONResponse:
        """Which shown tables point to this one, by their names in the menu."""
        answer = await super().get_references(request)
        return JSONResponse(looks.references(bytes(answer.body), _language()))

    async def get_single(self, request: Request, row_id: Any) -> Response:
        """A row, if it is one of the officer's hall."""
        mine = scope.bounded(self.table.exists(), self._table.name, OFFICER.get().hall_id)
        if not await mine.where(self.table._meta.primary_key == row_id).run():
            return self._refused(NotFound(N_("没有这一条，可能已被删除"), code="unknown_row"))
        found: Response = await super().get_single(request, row_id)
        if found.status_code != 200:
            return found
        row = {name: value for name, value in json.loads(bytes(found.body)).items() if name not in self._sealed}
        return JSONResponse((await self._told_by_name([row]))[0] if "actor" in row else row)

    async def _told_by_name(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Rows of what has happened, with the names of who did it."""
        async with self._house.database.read() as connection:
            known = await actors(connection, {str(row.get("actor")) for row in rows}, _language())
        return [row | {"actor": known.get(str(row["actor"]), row["actor"])} if "actor" in row else row for row in rows]

    # Writing ----------------------------------------------------------------------------------------------------------

    async def root(self, request: Request) -> Response:
        """The list, or a new row; a body that is no JSON object is refused."""
        if request.method == "POST":
            return await self.post_single(request, await self._body(request))
        answer: Response = await super().root(request)
        return answer

    async def detail(self, request: Request) -> Response:
        """One row; an address that is no number of a row is none."""
        text = str(request.path_params.get("row_id", ""))
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            return self._refused(NotFound(N_("没有这一条，可能已被删除"), code="unknown_row"))
        row_id = int(text)
        match request.method:
            case "GET" | "HEAD":
                return await self.get_single(request, row_id)
            case "DELETE":
                return await self.delete_single(request, row_id)
            case _:
                return await self.patch_single(request, row_id, await self._body(request))

    async def post_single(self, request: Request, data: dict[str, Any]) -> Response:
        if "hall_id" in self._table.c and data.get("hall_id") in (None, ""):
            data = data | {"hall_id": hall for hall in await self._only_hall()}  # noqa: B035 - one, or none
        return await self._write(
            Act.CREATE,
            lambda tx, by, now: editing.create(tx, self._table, self._read(self.pydantic_model, data), by, now),
        )

    async def patch_single(self, request: Request, row_id: Any, data: dict[str, Any]) -> Response:
        return await self._write(
            Act.EDIT,
            lambda tx, by, now: editing.change(
                tx, self._table, row_id, self._read(self.pydantic_model_optional, data), by, now
            ),
        )

    async def delete_single(self, request: Request, row_id: Any) -> Response:
        return await self._write(Act.DELETE, lambda tx, by, now: editing.remove(tx, self._table, row_id, by, now))

    async def _write(self, act: Act, write: Write) -> Response:
        """One transaction; slots follow in it, and everybody who looks at the hall is told once it is committed.

        ``told`` in the answer is for whoever asked: whose appointments have no place any more, and the like.
        """
        by, now = OFFICER.get(), clock.now()
        stuck: Sequence[AppointmentRow] = ()
        try:
            editing.may(self._table, act, by)
            async with self._house.database.write() as tx:
                edited = await write(tx, by, now)
                if edited.hall_id is not None and policy(self._table.name).plans:
                    stuck = await self._house.follow(tx, edited.hall_id, now)
        except Problem as problem:
            return self._refused(problem)
        if edited.hall_id is not None:
            self._house.moved(edited.hall_id)
            self._house.wake()
        said: dict[str, Any] = {} if act is Act.DELETE else {self.table._meta.primary_key._meta.name: edited.row_id}
        if heard := [*edited.told, *await self._stuck(edited.hall_id, stuck, by, now)]:
            said |= {"told": listed(heard, by.language)}
        if not said:
            return Response(status_code=204)
        return JSONResponse(said, 201 if act is Act.CREATE else 200)

    async def _stuck(
        self, hall_id: int | None, rows: Sequence[AppointmentRow], by: Officer, now: datetime
    ) -> Sequence[str]:
        if hall_id is None or not rows:
            return ()
        office = await self._house.office(by, await self._house.halls.by_id(hall_id), now)
        return told.stuck(office, rows, by.language)

    async def _body(self, request: Request) -> dict[str, Any]:
        try:
            data = await request.json()
        except (ValueError, RecursionError):
            return {"": None}
        return data if isinstance(data, dict) else {"": None}

    def _read(self, model: type[pydantic.BaseModel], data: Mapping[str, Any]) -> dict[str, Any]:
        """The typed values of a form. Raises Invalid: what is wrong with a column, or which are wrong."""
        unknown = [name for name in data if name not in self._table.c or name in self._sealed]
        if unknown:
            raise Invalid(
                N_("没有“{column}”这一栏"),
                code="unknown_column",
                column=unknown[0][:40].encode(errors="replace").decode(),
            )
        blank = {
            name for name, value in data.items() if value is None or (isinstance(value, str) and not value.strip())
        }
        empty = {name for name in blank - self._unasked() if needed(self._table.c[name])}
        try:
            read = model(**self._clean_data(dict(data)))
        except pydantic.ValidationError as error:
            faults = {str(fault["loc"][0]): fault for fault in error.errors(include_url=False)}
            raise self._misread(faults, empty | faults.keys()) from None
        if len(empty) > 1:
            raise self._misread({}, empty)
        return {name: getattr(read, name) for name in data if name in model.model_fields}

    def _unasked(self) -> set[str]:
        """The columns that nobody fills in; a hall's rules have its number for their key, which somebody chooses."""
        key = self.table._meta.primary_key._meta.name
        return {*policy(self._table.name).kept, key} - {"hall_id"}

    def _misread(self, faults: Mapping[str, Any], wrong: AbstractSet[str]) -> Invalid:
        table, language = self._table, _language()
        names = [one.name for one in table.columns if one.name in (wrong - self._unasked() or wrong)]
        named = [words.column(table.name, name, language) for name in names]
        if len(named) > 1:
            return Invalid(N_("请填写或更正：{fields}"), code="misread", fields=among(named, language))
        [name], [column] = names, named
        fault = faults.get(name, {"type": "missing", "input": ""})
        if fault["type"] == "string_too_long":
            return refusals.too_long(column, fault["ctx"]["max_length"])
        kind = "missing" if fault["input"] in ("", None) else fault["type"]
        return Invalid(looks.misread(kind), code="misread", column=column)

    @staticmethod
    def _refused(problem: Problem) -> Response:
        text = translate(_language(), problem.detail, **problem.params)
        if isinstance(problem, Forbidden | NotFound):
            return PlainTextResponse(text, problem.status)
        return JSONResponse({"custom_form_error": text, "code": problem.code}, 422)


async def _asked(reading: Awaitable[Response]) -> Response:
    try:
        return await reading
    except (OverflowError, asyncpg.DataError, asyncpg.UndefinedFunctionError):
        return Response(translate(_language(), _NO_FILTER), status_code=400)


def _language() -> Language:
    return OFFICER.get().language
