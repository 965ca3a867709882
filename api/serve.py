"""What uvicorn starts: one application per process, settings from the environment."""

from litestar import Litestar

from ..core import settings
from .app import create
from .logs import configure


def app() -> Litestar:
    """The factory (``uvicorn --factory paihao.api.serve:app``)."""
    chosen = settings.load()
    configure(chosen)
    return create(chosen)
