"""Is the process alive, can it serve, and what does it count."""

from litestar import MediaType, Response, Router, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from ..services import Provided

_ONE = text("SELECT 1")


@get("/healthz", name="health", media_type=MediaType.TEXT)
async def health() -> str:
    """The process answers."""
    return "ok"


@get("/readyz", name="ready", media_type=MediaType.TEXT)
async def ready(services: Provided) -> str:
    """The database answers too."""
    async with services.database.read() as connection:
        await connection.execute(_ONE)
    return "ok"


@get("/metrics", name="metrics")
async def metrics() -> Response[bytes]:
    return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})


router = Router("/", route_handlers=[health, ready, metrics])
