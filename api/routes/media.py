"""Pictures and videos: taken in from supervisors, given to every screen. They never change, so screens keep them."""

from typing import Annotated, Any

from litestar import Request, Response, Router, delete, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncConnection

from ...core.bus import What
from ...core.clock import now
from ...core.errors import NotFound
from ...core.i18n import N_
from ...display import media
from ...queue import signage
from ...queue.facts import HallFacts
from ..guard import of_hall
from ..once import Answered, once
from ..ranges import Unsatisfiable, part
from ..services import Provided, Services
from .bodies import NO_NUL

AnyRequest = Request[Any, Any, Any]
Name = Annotated[str, QueryParameter(max_length=100, pattern=NO_NUL)]

KEEP = "public, max-age=31536000, immutable"


async def hall_of(request: AnyRequest, code: str, services: Services) -> HallFacts:
    """The hall that somebody steers. Raises NotFound, ForeignHall."""
    facts = await services.halls.get(code)
    of_hall(request.user, facts)
    return facts


@post("/halls/{hall:str}/media", name="media_add", request_max_body_size=None)
async def add(request: AnyRequest, hall: FromPath[str], services: Provided, name: Name = "") -> dict[str, Any]:
    """The body is the file itself, ``name`` what staff will call it. The same content again is the same file.

    413 ``media_too_large``; 400 ``unknown_media`` for what is no JPEG, PNG, WebP, MP4 or WebM, ``broken_picture``.
    """
    facts = await hall_of(request, hall, services)
    async with services.shelf.take(request.stream(), request.content_length) as arrived:
        kept = arrived.kept
        async with services.moving(facts.id, What.HALL) as tx:
            media_id = await signage.add_media(
                tx,
                facts.id,
                request.user.actor,
                now(),
                kind=kept.kind,
                name=signage.tidy(name),
                digest=kept.digest,
                type_=kept.type,
                size=kept.size,
            )
            services.shelf.keep(facts.id, arrived)  # the row's lock is held: nobody throws it away meanwhile
    url = f"/media/{facts.code}/{kept.digest}"
    return {"id": media_id, "digest": kept.digest, "kind": kept.kind, "type": kept.type, "size": kept.size, "url": url}


@get("/halls/{hall:str}/media", name="media_list")
async def list_(request: AnyRequest, hall: FromPath[str], services: Provided) -> dict[str, Any]:
    """Every picture and video of the hall, newest first; ``used``: a slide or a staff card shows it."""
    facts = await hall_of(request, hall, services)
    async with services.database.read() as connection:
        rows = await signage.media(connection, facts.id)
    return {"media": [row._asdict() | {"url": f"/media/{facts.code}/{row.digest}"} for row in rows]}


@delete("/halls/{hall:str}/media/{digest:str}", name="media_delete", status_code=200)
async def remove(
    request: AnyRequest, hall: FromPath[str], digest: FromPath[str], services: Provided
) -> Response[bytes]:
    """Throw a file away. 409 ``media_in_use``."""
    facts = await hall_of(request, hall, services)

    async def work(tx: AsyncConnection) -> Answered:
        await signage.remove_media(tx, facts.id, digest, request.user.actor, now())
        services.shelf.drop(facts.id, digest)
        return Answered(204)

    return await once(request, services, facts.id, work, What.HALL)


@get("/media/{hall:str}/{digest:str}", name="media")
async def show(request: AnyRequest, hall: FromPath[str], digest: FromPath[str], services: Provided) -> Response[Any]:
    """A file, whole or the part that a player asks for (206; 416 beyond its end)."""
    facts = await services.halls.get(hall)
    path = services.shelf.path(facts.id, digest)
    if path is None:
        raise _missing()
    async with services.database.read() as connection:
        row = await signage.find_media(connection, facts.id, digest)
    try:
        size = path.stat().st_size
        wanted = part(request.headers.get("range"), size)
        start, stop = wanted or (0, size)
        pieces = media.read(path, start, stop)
    except FileNotFoundError:
        raise _missing() from None
    except Unsatisfiable:
        return Response(b"", status_code=416, headers={"content-range": f"bytes */{size}"})
    headers = {"accept-ranges": "bytes", "cache-control": KEEP, "content-length": str(stop - start)}
    if wanted:
        headers["content-range"] = f"bytes {start}-{stop - 1}/{size}"
    return Stream(pieces, status_code=206 if wanted else 200, media_type=row.type, headers=headers)


def _missing() -> NotFound:
    return NotFound(N_("没有这个图片或视频"), code="unknown_media_file")


router = Router("/", route_handlers=[add, list_, remove])
files = Router("/", route_handlers=[show])
