"""A server as the people in front of it know it."""

import json
from pathlib import Path
from typing import Any

from server import Server


class Shop:
    """A server with what its visitors and officers hold in their hands."""

    def __init__(self, server: Server, directory: Path) -> None:
        self.server = server
        kept: dict[str, Any] = json.loads((directory / "var" / "demo.json").read_text(encoding="utf-8"))
        self.passwords: dict[str, str] = kept["passwords"]
        self.kiosk = f"{server.base}/kiosk#token={kept['devices']['kiosk']}"
        self.board = f"{server.base}/board/{kept['hall']}#token={kept['devices']['board']}"
        self.devices: dict[str, str] = kept["devices"]
        self.hall: str = kept["hall"]
