"""A server as the people in front of it know it."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from paihao.core.privacy import Vault
from server import Server


class Shop:
    """A server with what its visitors and officers hold in their hands."""

    def __init__(self, server: Server, directory: Path) -> None:
        self.server = server
        self.directory = directory
        kept: dict[str, Any] = json.loads((directory / "var" / "demo.json").read_text(encoding="utf-8"))
        self.passwords: dict[str, str] = kept["passwords"]
        self.kiosk = f"{server.base}/kiosk#token={kept['devices']['kiosk']}"
        self.board = f"{server.base}/board/{kept['hall']}#token={kept['devices']['board']}"
        self.devices: dict[str, str] = kept["devices"]
        self.hall: str = kept["hall"]

    def told(self, phone: str) -> list[str]:
        """The texts of the messages to a phone, oldest first: what its owner reads."""
        vault = Vault((self.directory / "var" / "secret").read_text(encoding="utf-8"))
        with closing(sqlite3.connect(self.directory / "paihao.db")) as connection:
            rows = connection.execute("SELECT recipient, content FROM message ORDER BY id").fetchall()
        return [msgspec.json.decode(vault.open(content))[1] for to, content in rows if vault.open(to) == phone]

    def code_sent(self, phone: str) -> str:
        """The digits of the last code that went to a phone."""
        found = re.search(r"\d{6}", self.told(phone)[-1])
        assert found is not None
        return found[0]
