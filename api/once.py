"""A move through HTTP: one transaction, one notice, one answer, also when the request comes twice."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import msgspec
from litestar import Request, Response
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import idempotency
from ..core.bus import What
from ..core.clock import now
from ..core.db import violated
from ..core.errors import Conflict, Invalid, Problem
from ..core.i18n import N_
from .problems import problem
from .services import Services

HEADER = "idempotency-key"
WITHDRAW = "idempotency-withdraw"
"""Comes with the repeat of a request that got no answer: tell what came of it, and if nothing, let nothing come of it.

Then the answer is 409 ``withdrawn``, and it is kept under the key: should the first copy still arrive, it does nothing.
"""

_encode = msgspec.json.Encoder().encode


class Answered(NamedTuple):
    """``body`` is anything msgspec can encode; None with 204."""

    status: int
    body: Any = None


Work = Callable[[AsyncConnection], Awaitable[Answered]]


async def once(
    request: Request[Any, Any, Any], services: Services, hall_id: int, work: Work, what: What | None = What.QUEUE
) -> Response[bytes]:
    """Do ``work`` in one transaction and answer; with an Idempotency-Key a repeat gets the first answer.

    Raises Invalid for an unusable key, Unprocessable for a key that came with another request.
    """
    key = request.headers.get(HEADER)
    if key is None:
        async with services.moving(hall_id, what) as tx:
            done = await work(tx)
        return answer(done)
    if WITHDRAW in request.headers:
        work = _withdrawn(request)
    if not (0 < len(key) <= idempotency.LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Invalid(N_("请求编号无效"), code="invalid_key")
    scope = request.user.actor.label
    mark = hashlib.blake2b(
        f"{request.method} {request.scope['path']}\n".encode() + await request.body(), digest_size=16
    ).digest()
    try:
        async with services.moving(hall_id, what) as tx:
            status, body = await work(tx)
            encoded = _encode(body) if status != 204 else b""
            await idempotency.remember(tx, scope, key, mark, status, encoded, now())
    except (Problem, IntegrityError) as error:
        # Repeats are rare, so the work is tried first. A repeat of something done never gets through: either its work
        # is refused or its answer is there already; both undo the transaction, and the first answer is given.
        if isinstance(error, IntegrityError) and violated(error) != "pk_answer":
            raise
        async with services.database.read() as connection:
            earlier = await idempotency.recall(connection, scope, key, mark)
        if earlier is None:
            raise
        return _response(*earlier)
    return _response(status, encoded)


def answer(done: Answered) -> Response[bytes]:
    """The answer to a request whose repeat need not be known."""
    return _response(done.status, _encode(done.body) if done.status != 204 else b"")


def _withdrawn(request: Request[Any, Any, Any]) -> Work:
    refusal = problem(request, Conflict(N_("网络中断，上一步没有办成，请重新操作"), code="withdrawn"))

    async def work(_: AsyncConnection) -> Answered:
        return Answered(Conflict.status, msgspec.Raw(refusal.content))

    return work


def _response(status: int, body: bytes) -> Response[bytes]:
    return Response(body, status_code=status, media_type="application/json")
