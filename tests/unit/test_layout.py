"""The house stands: no room shadows the standard library (that floors import downwards, import-linter checks)."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_standard_librarys_queue_wins_from_the_root() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import queue; print(queue.SimpleQueue, queue.__file__)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "SimpleQueue" in said
    assert str(ROOT / "queue") not in said


def test_no_room_has_an_init() -> None:
    assert not list(ROOT.glob("*/__init__.py"))
