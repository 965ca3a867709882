"""`paihao board` as a process of its own: sees a call, outlives its server, and leaves where it does not belong."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from house import SMALL
from server import serving
from shop import Shop

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)

PATIENCE = 60
"""Seconds after which what was to happen will not."""


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Shop]:
    with serving(database_url, tmp_path, SMALL) as server:
        yield Shop(server, tmp_path)


@contextmanager
def terminal(shop: Shop, *options: str, hall: str = "small") -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "paihao.api.cli", "board", "--hall", hall, "--url", shop.server.base, *options]
    pipe, environ = subprocess.PIPE, os.environ | {"LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1"}
    # A run of tests that was started in the background ignores Ctrl+C, and its children would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environ) as process:
        giving_up = threading.Timer(PATIENCE, process.kill)
        giving_up.start()
        try:
            yield process
        finally:
            giving_up.cancel()
            process.kill()


def until(process: subprocess.Popen[str], start: str) -> str:
    """Read lines up to one that begins so."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(start):
            return line.rstrip("\n")
    raise AssertionError(f"no line {start!r}")


@contextmanager
def chief(shop: Shop) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{shop.server.base}/api/v1", timeout=30) as client:
        account = {"username": "supervisor", "password": shop.passwords["supervisor"]}
        client.headers["x-csrftoken"] = client.post("/session", json=account).json()["csrf"]
        yield client


def issue(shop: Shop) -> None:
    kiosk = {"authorization": f"Bearer {shop.devices['kiosk']}"}
    wish = {"channel": "kiosk", "line": "A"}
    httpx.post(f"{shop.server.base}/api/v1/halls/small/tickets", json=wish, headers=kiosk).raise_for_status()


def test_a_strip_shows_calls_and_outlives_its_server(shop: Shop) -> None:
    token = shop.server.command("device", "add", "board", "--window", "3").strip()
    with terminal(shop, "--window", "3", "--plain", "--token", token) as strip:
        assert until(strip, "3\t") == "3\tclosed\t本窗口未开放"
        with chief(shop) as client:
            path = (
                f"/windows/{next(w['id'] for w in client.get('/halls/small').json()['windows'] if w['number'] == '3')}"
            )
            client.post(f"{path}/open").raise_for_status()
            assert until(strip, "3\t") == "3\tfree\t空闲，请等候叫号"
            issue(shop)
            ticket = client.post(f"{path}/call-next").raise_for_status().json()["ticket"]
            assert until(strip, "A001") == "A001\tcalling\t请到3号窗口办理"
            client.post(f"/tickets/{ticket['id']}/recall").raise_for_status()
            assert until(strip, "A001") == "A001\tcalling\t请到3号窗口办理"
            shop.server.kill()
            assert "网络中断" in until(strip, "\taway")
            shop.server.start()
            assert until(strip, "A001") == "A001\tcalling\t请到3号窗口办理"
            client.post(f"/tickets/{ticket['id']}/start").raise_for_status()
            assert until(strip, "A001") == "A001\tserving\t正在办理"
        strip.send_signal(signal.SIGINT)
        assert strip.wait(PATIENCE) == 0
        assert strip.stderr is not None
        assert strip.stderr.read() == ""


def test_the_board_prints_each_call(shop: Shop) -> None:
    with terminal(shop) as board, chief(shop) as client:
        path = f"/windows/{next(w['id'] for w in client.get('/halls/small').json()['windows'] if w['number'] == '3')}"
        client.post(f"{path}/open").raise_for_status()
        issue(shop)
        client.post(f"{path}/call-next").raise_for_status()
        assert until(board, "A001") == "A001\tcalling\t请到3号窗口办理 · B区1楼"


def test_a_screen_leaves_where_it_does_not_belong(shop: Shop) -> None:
    token = shop.server.command("device", "add", "board", "--window", "3").strip()
    cases = [
        (("--window", "4", "--token", token), "small", "此设备不属于本窗口"),
        (("--window", "4", "--token", "forged"), "small", "设备令牌无效或已停用"),
        (("--window", "99"), "small", "没有这个窗口"),
        ((), "nowhere", "没有这个大厅"),
    ]
    for options, hall, message in cases:
        with terminal(shop, *options, hall=hall) as process:
            _, said = process.communicate(timeout=PATIENCE)
        assert (process.returncode, said.strip()) == (2, message)
