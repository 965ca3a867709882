"""For phones on slow networks: answers are compressed, and the follow page brings its styles with it.

The browser shall not have to ask twice before it can paint. The policy of all pages lets in exactly this text.
"""

import base64
import hashlib
from pathlib import Path

from litestar.config.compression import CompressionConfig
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware

compressed = DefineMiddleware(CompressionMiddleware, config=CompressionConfig("gzip", gzip_compress_level=6))
"""Of pages, scripts and styles; the interface's short answers go out as they are."""

_SHEETS = Path(__file__).parent / "static" / "css"

FOLLOW_STYLE = "".join((_SHEETS / name).read_text(encoding="utf-8") for name in ("base.css", "ticket.css"))
FOLLOW_DIGEST = "sha256-" + base64.b64encode(hashlib.sha256(FOLLOW_STYLE.encode()).digest()).decode()
