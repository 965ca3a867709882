"""What uvicorn starts: one application per process, settings from the environment."""

import gc

from litestar import Litestar

from ..core import settings
from .app import create
from .logs import configure


def app() -> Litestar:
    """The factory (``uvicorn --factory paihao.api.serve:app``)."""
    chosen = settings.load()
    configure(chosen)
    made = create(chosen)
    # What is there now stays; looking through it again and again would hold up the boards for a blink each time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    return made
