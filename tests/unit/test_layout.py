"""The house stands: no room shadows the standard library (that floors import downwards, import-linter checks)."""

import shutil
import subprocess
import sys
import zipfile
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


def test_a_wheel_holds_every_room_with_its_files(tmp_path: Path) -> None:
    """What Docker installs must be able to run: code, templates, static files, catalogues, migrations, samples."""
    source = tmp_path / "source"
    left_out = shutil.ignore_patterns(".git", ".venv", "build", "var", "tests", "docs", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, source, ignore=left_out)
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir"]
    subprocess.run([*build, str(tmp_path), str(source)], check=True, capture_output=True, text=True)
    (wheel,) = tmp_path.glob("paihao-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        f"paihao/{path.relative_to(source)}"
        for room in ("core", "queue", "booking", "display", "cases", "admin", "api", "samples")
        for path in (source / room).rglob("*")
        if path.is_file()
    }
    assert wanted - held == set()
