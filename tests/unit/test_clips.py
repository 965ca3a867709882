"""Clips: playable, right, made once, bounded; an engine that is missing or broken is told of once."""

import asyncio
import re
import subprocess
import wave
from io import BytesIO
from pathlib import Path
from string import ascii_uppercase

import pytest
from paihao.core.errors import Unavailable
from paihao.display import clips
from paihao.display.clips import VOICES, Clips, Espeak, Language
from structlog.testing import capture_logs

pytestmark = pytest.mark.anyio

SAID = "请A 零 一 二号到三号窗口办理"
LONGER = "请T J 零 四 零号到B区1楼四十一号窗口办理，请带好身份证"
STARTS = ("l'i", "j'i", "'@r", "s'a", "s'i[", "w'u", "l'iou", "tS;h'i", "p'A", "tS;'iou", "s.'i.")
NAMES = dict(zip("零一二三四五六七八九十", STARTS, strict=True))
"""How Mandarin digits begin in espeak's own letters, without the tones, which change beside each other."""


class Counting:
    """An engine that counts, and speaks when told to."""

    name = "counting"

    def __init__(self) -> None:
        self.spoken: list[str] = []
        self.asked = asyncio.Event()
        self.may = asyncio.Event()
        self.may.set()

    async def speak(self, text: str, language: Language) -> bytes:
        self.spoken.append(f"{language} {text}")
        self.asked.set()
        await self.may.wait()
        return f"clip of {text}".encode()


def seconds(clip: bytes) -> float:
    """Its length by its header, which must be what is in it."""
    with wave.open(BytesIO(clip)) as told:
        frames = told.readframes(told.getnframes())
        assert len(frames) == told.getnframes() * told.getnchannels() * told.getsampwidth()
        assert any(frames)
        length = told.getnframes() / told.getframerate()
    assert int.from_bytes(clip[4:8], "little") == len(clip) - 8
    assert clip.endswith(frames)
    return length


def kept_texts(directory: Path) -> list[str]:
    return sorted(path.read_text() for path in directory.iterdir())


def engine(tmp_path: Path, script: str) -> Espeak:
    path = tmp_path / "engine"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return Espeak(str(path))


@pytest.mark.parametrize(
    ("language", "short", "long"), [("zh", SAID, LONGER), ("en", "Ticket A, 1", "Ticket A, 0, 1, 2, please go to 41")]
)
async def test_a_clip_is_a_wav_of_the_right_length(language: Language, short: str, long: str) -> None:
    espeak = Espeak("espeak-ng")
    lengths = [seconds(await espeak.speak(text, language)) for text in (short, long)]
    assert 1 < lengths[0] < lengths[1] < 15


def test_espeak_says_letters_by_their_names_and_digits_in_mandarin() -> None:
    def sounds(text: str) -> str:
        command = ["espeak-ng", "-b", "1", "-v", VOICES["zh"], "-q", "-x", "--stdin"]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout.strip()

    for digit, start in NAMES.items():
        assert sounds(f"请A {digit}号").split("| ")[2].startswith(start), digit
    names = {letter: re.sub(r"[\d',|_]", "", sounds(letter)) for letter in ascii_uppercase}
    assert len(set(names.values())) == 26
    for letter, name in names.items():
        said = re.sub(r"[\d',|_]", "", sounds(f"请{letter} {letter} 零 {letter}号到{letter} 零号窗口"))
        assert "(en)" not in said
        assert said.split().count(name) == 4, (letter, said)


async def test_one_clip_however_many_screens_ask(tmp_path: Path) -> None:
    counting = Counting()
    counting.may.clear()
    kept = Clips(counting, tmp_path / "voice")
    asking = [asyncio.create_task(kept.get(SAID, "zh")) for _ in range(20)]
    async with asyncio.timeout(10):
        await counting.asked.wait()
    asking[0].cancel()  # a screen that goes away takes nothing from the others
    counting.may.set()
    said = await asyncio.gather(*asking[1:])
    assert set(said) == {f"clip of {SAID}".encode()}
    assert await Clips(counting, tmp_path / "voice").get(SAID, "zh") == said[0]  # another process, the same files
    assert counting.spoken == [f"zh {SAID}"]
    await kept.get(SAID, "en")
    assert counting.spoken[1:] == [f"en {SAID}"]
    assert all(path.suffix == ".wav" for path in (tmp_path / "voice").iterdir())


async def test_the_oldest_clips_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clips, "KEPT", 3)
    counting = Counting()
    kept = Clips(counting, tmp_path)
    for text in "abcde":
        await kept.get(text, "zh")
    assert kept_texts(tmp_path) == ["clip of c", "clip of d", "clip of e"]


async def test_a_clip_that_cannot_be_kept_is_spoken_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "voice").write_text("a file where the folder should be")
    assert await Clips(Counting(), tmp_path / "voice").get("x", "zh") == b"clip of x"


BROKEN = {
    "that fails": "echo no voice >&2; exit 1",
    "that says nothing": "exit 0",
    "that talks rubbish": "echo rubbish",
    "that hangs": "cat; exec sleep 60",
    "whose child hangs": "sleep 60; true",
}


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN.keys())
async def test_an_engine(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clips, "LIMIT_SECONDS", 0.5)
    with pytest.raises(Unavailable) as refused:
        await Clips(engine(tmp_path, script), tmp_path / "voice").get(SAID, "zh")
    assert (refused.value.status, refused.value.code) == (503, "voice_unavailable")


async def test_a_missing_engine_is_told_once_until_it_has_worked_again(tmp_path: Path) -> None:
    espeak = Espeak(str(tmp_path / "link"))
    kept = Clips(espeak, tmp_path / "voice")

    async def fails() -> None:
        with pytest.raises(Unavailable):
            await kept.get(SAID, "zh")

    with capture_logs() as log:
        await fails()
        await fails()
        (tmp_path / "link").symlink_to("/usr/bin/espeak-ng")
        assert seconds(await kept.get(SAID, "zh")) > 1
        (tmp_path / "link").unlink()
        assert seconds(await kept.get(SAID, "zh")) > 1  # kept
        with pytest.raises(Unavailable):
            await kept.get(LONGER, "zh")
    assert [entry["event"] for entry in log] == ["voice_unavailable"] * 2


async def test_two_at_a_time(tmp_path: Path) -> None:
    """Each run leaves a mark while it lasts, and counts the marks."""
    script = f"cd {tmp_path}; mkdir r.$$; ls -d r.* | wc -l >>counts; sleep 0.05; rmdir r.$$; exit 1"
    espeak = engine(tmp_path, script)
    await asyncio.gather(*(espeak.speak(str(i), "zh") for i in range(8)), return_exceptions=True)
    counts = (tmp_path / "counts").read_text().split()
    assert len(counts) == 8
    assert set(counts) <= {"1", "2"}
