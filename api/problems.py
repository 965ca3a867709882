"""Errors as answers: RFC 9457 problem+json for programs, a plain page for people, both in the reader's language."""

from typing import Any

import msgspec
import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, NotFoundException, ValidationException
from litestar.response import Template

from ..core.errors import Invalid, NotFound, Problem, TooMany
from ..core.i18n import N_, translate
from .language import language_of

log = structlog.get_logger()

PROBLEM_JSON = "application/problem+json"


def problem(request: Request[Any, Any, Any], error: Problem) -> Response[Any]:
    """Render a domain error."""
    response = _render(request, error.status, error.code, error.title, error.detail, error.params)
    if isinstance(error, TooMany):
        response.headers["retry-after"] = "60"
    return response


def invalid(request: Request[Any, Any, Any], error: ValidationException) -> Response[Any]:
    """What Litestar and msgspec found wrong with a body or a parameter: 400, with the fields."""
    fields = [
        {"field": str(extra.get("key", "")), "message": str(extra.get("message", ""))}
        for extra in (error.extra if isinstance(error.extra, list) else [])
        if isinstance(extra, dict)
    ]
    return _render(request, 400, Invalid.code, Invalid.title, N_("请检查填写的内容"), {}, fields)


def http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Everything the framework refuses by itself: unknown paths, methods, bodies too large."""
    if isinstance(error, NotFoundException):
        return _render(request, 404, NotFound.code, NotFound.title, N_("没有这个页面"), {})
    if error.status_code == 413:
        return _render(request, 413, "too_large", Invalid.title, N_("提交的内容过大"), {})
    code = {400: "invalid", 405: "method_not_allowed"}.get(error.status_code, "http_error")
    title = Invalid.title if error.status_code < 500 else Problem.title
    response = _render(request, error.status_code, code, title, title, {})
    response.headers.update(error.headers or {})
    return response


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A fault of ours: logged with its trace, told without it."""
    # The route and not the path: the keys in it open tickets and receipts (R61).
    log.error("request_failed", route=request.scope.get("path_template", ""), exc_info=error)
    return _render(request, 500, Problem.code, Problem.title, N_("请稍候再试；如仍不行，请联系大厅工作人员"), {})


def _render(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    title: str,
    detail: str,
    params: dict[str, object],
    fields: list[dict[str, str]] | None = None,
) -> Response[Any]:
    language = language_of(request)
    said = {
        "type": f"urn:paihao:problem:{code}",
        "title": translate(language, title),
        "status": status,
        "detail": translate(language, detail, **params),
        "code": code,
    }
    if fields:
        said["errors"] = fields
    if not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", ""):
        return Template("problem.html", context=said, status_code=status, media_type=MediaType.HTML)
    return Response(msgspec.json.encode(said), status_code=status, media_type=PROBLEM_JSON)


HANDLERS: dict[Any, Any] = {
    Problem: problem,
    ValidationException: invalid,
    HTTPException: http,
    Exception: unexpected,
}
