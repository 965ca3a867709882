"""Logs: JSON lines in production, readable lines in development. Never a name, a phone number or a token."""

import logging

import structlog

from ..core.settings import Settings


def configure(settings: Settings) -> None:
    """Set up structlog for a process."""
    renderer = structlog.processors.JSONRenderer() if settings.production else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(settings.log_level.upper())),
    )
