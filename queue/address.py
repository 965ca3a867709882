"""Where a printer is on the network, as people write it."""

import re
from typing import NamedTuple

from ..core.errors import Invalid
from ..core.i18n import N_

PORT = 9100
LONGEST_ADDRESS = 80
_ADDRESS = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9_.-]+))(?::(?P<port>[0-9]{1,5}))?")


class Address(NamedTuple):
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Address":
        """``host``, ``host:port`` or ``[v6]:port``; without a port it is 9100. Raises Invalid ``bad_address``.

        Only the form is checked: an address that leads nowhere is a fault of the printer, and may be mended there.
        """
        found = _ADDRESS.fullmatch(text) if len(text) <= LONGEST_ADDRESS else None
        port = int(found["port"] or PORT) if found else 0
        if found is None or not 1 <= port <= 65535:
            raise Invalid(N_("打印机地址应为“主机:端口”，例如192.168.1.50:9100"), code="bad_address")
        return cls(found["v6"] or found["host"], port)
