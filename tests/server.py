"""A real server process that tests can start, stop and kill."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from house import ZONE


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A real server process that can be stopped, killed and started again on the same port."""

    def __init__(self, url: str, directory: Path) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._directory = directory
        self._environ = os.environ | {"PAIHAO_DATABASE_URL": url}
        self._process: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str) -> str:
        """Run a paihao command beside the server; gives what it printed."""
        return subprocess.run(
            [sys.executable, "-m", "paihao.api.cli", *arguments],
            cwd=self._directory,
            env=self._environ,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "paihao.api.cli", "serve", "--port", str(self.port)],
            cwd=self._directory,
            env=self._environ,
        )
        transport = httpx.HTTPTransport(retries=200)  # waits for the port with a growing pause, no longer than needed
        with httpx.Client(transport=transport, timeout=30) as client:
            client.get(f"{self.base}/readyz").raise_for_status()

    def peak_memory(self) -> int:
        """The most bytes that the process held at once so far."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024

    def kill(self) -> None:
        """As by ``kill -9``: no chance to clean up."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)


def at_noon(hall: Path, copy: Path) -> Path:
    """The same hall in `ZONE`: at midnight every hall ends its day, and its numbers."""
    shutil.copytree(hall, copy, dirs_exist_ok=True)
    file = copy / "hall.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("Asia/Shanghai", ZONE), encoding="utf-8", newline="")
    return copy


@contextmanager
def serving(url: str, directory: Path, hall: Path) -> Iterator[Server]:
    """A server with a hall, accounts and devices in it (``var/demo.json`` in ``directory``)."""
    server = Server(url, directory)
    server.command("demo", str(at_noon(hall, directory / "hall-at-noon")), "--url", server.base)
    server.start()
    try:
        yield server
    finally:
        server.kill()
