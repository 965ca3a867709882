"""Addresses for visitors' phones, in words and as a square to photograph."""

from typing import Any

import segno
from litestar import Request
from markupsafe import Markup

from .services import Services


def root_of(request: Request[Any, Any, Any], services: Services) -> str:
    """Where visitors' phones reach the pages, without a slash at the end."""
    return (services.settings.public_url or str(request.base_url)).rstrip("/")


def square(address: str) -> Markup:
    """The QR code of an address, as an SVG that fills its place."""
    return Markup(segno.make(address, error="m").svg_inline(border=0, omitsize=True))  # noqa: S704 - made here alone
