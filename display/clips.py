"""Spoken calls as sound, for screens without a voice of their own: made once by an engine, kept as files (R44)."""

import asyncio
import os
import shlex
import signal
import wave
from collections.abc import Coroutine
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Literal, Protocol

import structlog

from ..core.errors import Unavailable
from ..core.i18n import N_

log = structlog.get_logger()

Language = Literal["zh", "en"]

LIMIT_SECONDS = 10.0
AT_ONCE = 2
KEPT = 500
"""Clips kept: some 100 MB, and more than a hall has different calls in an hour."""

VOICES = {"zh": "cmn-latn-pinyin", "en": "en-us"}
"""Not espeak's plain ``cmn``: its dictionary turns 零 into ``ling2``, which that voice then reads as the English
"ling two". Here Latin syllables are Pinyin, and single letters are still said by their names."""
WORDS_PER_MINUTE = 150


class Engine(Protocol):
    """Something that speaks. ``name`` changes whenever the same text would sound different."""

    name: str

    async def speak(self, text: str, language: Language) -> bytes:
        """A WAV file. Raises Unavailable when the engine is missing, fails or takes too long."""
        ...


class Espeak:
    """``espeak-ng`` as a process per clip, two at a time."""

    def __init__(self, command: str) -> None:
        self._command = shlex.split(command)
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._failing = False
        self.name = f"{command} {VOICES} {WORDS_PER_MINUTE}"

    async def speak(self, text: str, language: Language) -> bytes:
        """A WAV file of 22 kHz, mono, 16 bits. Raises Unavailable; the log is told once until it works again."""
        try:
            async with self._turn:
                clip = _whole(await self._run(text, language))
        except (OSError, TimeoutError, wave.Error, EOFError) as error:
            if not self._failing:
                log.warning("voice_unavailable", command=self._command, error=repr(error))
            self._failing = True
            raise Unavailable(
                N_("服务器的语音引擎没有装好或出了故障，叫号照常显示"), code="voice_unavailable"
            ) from error
        self._failing = False
        return clip

    async def _run(self, text: str, language: Language) -> bytes:
        options = ["-b", "1", "-v", VOICES[language], "-s", str(WORDS_PER_MINUTE), "--stdin", "--stdout"]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *self._command, *options, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
        )
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                said, complaint = await process.communicate(text.encode())
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)  # a wrapper's child would hold the pipes
                await process.wait()
        if process.returncode:
            raise OSError(f"exit status {process.returncode}: {complaint.decode(errors='replace')[:200]}")
        return said


def _whole(streamed: bytes) -> bytes:
    """The WAV with its true length: an engine that streams writes the header before it knows how long it will speak."""
    with wave.open(BytesIO(streamed)) as told:
        sound = told.readframes(told.getnframes())
        if not sound:
            raise wave.Error("no sound")
        with wave.open(made := BytesIO(), "wb") as clip:
            clip.setparams(told.getparams())
            clip.setnframes(0)
            clip.writeframes(sound)
    return made.getvalue()


class Clips:
    """Clips by what is said: made once however many screens ask, kept in ``directory``, the oldest going first."""

    def __init__(self, engine: Engine, directory: Path) -> None:
        self._engine = engine
        self._directory = directory
        self._making: dict[str, asyncio.Task[bytes]] = {}

    async def get(self, text: str, language: Language) -> bytes:
        """The clip of a text, a WAV file. Raises Unavailable."""
        name = sha256(f"{self._engine.name}\n{language}\n{text}".encode()).hexdigest() + ".wav"
        with suppress(OSError):
            return await asyncio.to_thread((self._directory / name).read_bytes)
        if (task := self._making.get(name)) is None:
            task = self._making[name] = asyncio.create_task(self._make(name, self._engine.speak(text, language)))
            task.add_done_callback(lambda done: self._done(name, done))
        return await asyncio.shield(task)  # one screen that goes away takes nothing from the others

    async def _make(self, name: str, speech: Coroutine[Any, Any, bytes]) -> bytes:
        clip = await speech
        try:
            await asyncio.to_thread(self._keep, name, clip)
        except OSError as error:
            log.warning("voice_not_kept", error=str(error))
        return clip

    def _done(self, name: str, task: asyncio.Task[bytes]) -> None:
        del self._making[name]
        if not task.cancelled():
            task.exception()  # whoever still waits has it; nobody may be left

    def _keep(self, name: str, clip: bytes) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self._directory, suffix=".wav", delete=False) as file:  # swept like the others
            file.write(clip)
        Path(file.name).replace(self._directory / name)
        ages = {path: path.stat().st_mtime_ns for path in self._directory.glob("*.wav")}
        for path in sorted(ages, key=ages.__getitem__)[:-KEPT]:
            path.unlink(missing_ok=True)
