"""The application: rooms composed into routes, pages and a lifespan."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig
from litestar.types import Message, Scope

from ..core.settings import Settings
from . import problems, schema, sweeps
from .choices import remember
from .guard import gate
from .household import Household
from .light import FOLLOW_DIGEST, compressed
from .routes import (
    account,
    administration,
    alerts,
    appointments,
    board,
    book,
    book_waiting,
    book_who,
    booked_slip,
    callers,
    cases,
    changes,
    custodies,
    desk,
    desk_pages,
    enquiries,
    guide,
    hall_files,
    halls,
    house,
    live,
    matters,
    media,
    messages,
    pages,
    papers,
    planning,
    printing,
    progress,
    receipts,
    register,
    session,
    signage,
    slots,
    steering,
    tickets,
    visits,
    voice,
    waitlist,
    windows,
)
from .services import Services, build
from .templating import engine

LARGEST_BODY = 64 * 1024
HEADERS = {
    "Content-Security-Policy": f"default-src 'self'; style-src 'self' '{FOLLOW_DIGEST}'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
"""On every answer. No page needs anything from elsewhere, nor scripts or styles written into it,
but for the follow page's own (`light`)."""


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


_RAW_HEADERS = _raw(HEADERS)
_RAW_OF_ADMINISTRATION = _raw(HEADERS | {"Content-Security-Policy": administration.POLICY})
HERE = Path(__file__).parent


async def protect(message: Message, scope: Scope) -> None:
    """Hook before an answer is sent: pages, files and errors alike carry the headers."""
    if message["type"] == "http.response.start":
        administered = (scope["raw_path"] + b"/").startswith(administration.PATH.encode() + b"/")
        message["headers"] = [*message["headers"], *(_RAW_OF_ADMINISTRATION if administered else _RAW_HEADERS)]


def create(settings: Settings) -> Litestar:
    """Build the application of one process. The database is opened, and on SQLite brought up to date, at start-up."""
    services = build(settings)
    household = Household(services)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.services = services
        app.state.household = household
        if services.database.sqlite:
            await schema.upgrade(services.database)
        await services.bus.start()
        await services.printing.start()
        await services.messages.start()
        sweeping = sweeps.Sweeps(services)
        sweeping.start()
        try:
            yield
        finally:
            await sweeping.stop()
            await household.stop()
            await services.printing.stop()
            await services.messages.stop()
            await services.hub.stop()
            await services.followers.stop()
            await services.editions.stop()
            await services.seen.stop()
            await services.bus.stop()
            await services.database.close()

    def provide_services() -> Services:
        return services

    api = Router(
        "/api/v1",
        route_handlers=[
            module.router
            for module in (
                session,
                account,
                halls,
                tickets,
                desk,
                receipts,
                windows,
                board,
                changes,
                voice,
                printing,
                steering,
                live,
                media,
                signage,
                hall_files,
                messages,
                slots,
                appointments,
                planning,
                waitlist,
                callers,
                enquiries,
                cases,
                alerts,
                matters,
                custodies,
                register,
            )
        ],
    )
    static = create_static_files_router(
        "/static",
        directories=[HERE / "static"],
        include_in_schema=False,
        opt={"permission": "static"},
        middleware=[compressed],
    )
    openapi = Router("/schema", route_handlers=[], include_in_schema=False, opt={"permission": "openapi"})
    return Litestar(
        route_handlers=[
            api,
            house.router,
            pages.router,
            desk_pages.router,
            booked_slip.router,
            book.router,
            book_waiting.router,
            book_who.router,
            guide.router,
            progress.router,
            papers.router,
            custodies.pages,
            visits.router,
            media.files,
            static,
            administration.administration,
        ],
        dependencies={"services": Provide(provide_services, sync_to_thread=False)},
        guards=[gate],
        exception_handlers=problems.HANDLERS,
        before_send=[remember, protect],
        lifespan=[lifespan],
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(engine())),
        openapi_config=OpenAPIConfig(
            title="Paihao", version="1", openapi_router=openapi, render_plugins=[JsonRenderPlugin(path="/openapi.json")]
        ),
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
    )
