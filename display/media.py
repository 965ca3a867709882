"""Pictures and videos of a hall as files: taken in as a stream, looked at, and kept under their SHA-256 digest (R43).

Pictures are decoded completely and written anew, no larger than a 4K board and without what a camera adds (where and
by whom it was taken). Videos are kept as they are. Nothing is believed that a file's name says.
"""

import asyncio
import hashlib
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import time
from typing import Final, NamedTuple

from PIL import Image, ImageOps

from ..core.errors import Invalid, TooLarge
from ..core.i18n import N_
from ..queue.shows import MediaKind

LARGEST_PICTURE: Final = (3840, 2160)
MOST_PIXELS: Final = 50_000_000
"""A small file can unfold to more memory than the server has."""
CHUNK: Final = 256 * 1024
MEGABYTE: Final = 1_000_000
ARRIVING: Final = ".arriving-"
ABANDONED_SECONDS: Final = 6 * 3600
"""No upload takes so long: the process that took it in is gone."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_PICTURES = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}
_MP4_BRANDS = {b"isom", b"avc1", b"mp41", b"mp42", b"M4V ", b"dash", *(b"iso%d" % n for n in range(2, 10))}
"""What browsers play. A telephone's HEIC picture starts with ``ftyp`` too."""


class Kept(NamedTuple):
    """A file that is kept; ``type`` is its media type, ``size`` in bytes."""

    kind: MediaKind
    digest: str
    type: str
    size: int


class Arrived(NamedTuple):
    """A file that was taken in and looked at, not yet kept: ``path`` is temporary."""

    path: Path
    kept: Kept


class Shelf:
    """The directory of media, a folder per hall. A file stands there before the row that tells of it."""

    def __init__(self, directory: Path, largest: int) -> None:
        """``largest``: bytes that a file may have."""
        self._directory = directory
        self._largest = largest
        self._turn = asyncio.Semaphore(1)  # a decoded picture may take 200 MB

    def path(self, hall_id: int, digest: str) -> Path | None:
        """Where a file is or would be; None when that is no digest."""
        return self._directory / str(hall_id) / digest if _DIGEST.fullmatch(digest) else None

    @asynccontextmanager
    async def take(self, stream: AsyncIterator[bytes], announced: int | None) -> AsyncIterator[Arrived]:
        """Take a file in, to be kept with `keep`; what was not kept is gone afterwards, however this ends.

        ``announced``: the length that the sender named. Raises TooLarge as soon as the limit is passed, and Invalid:
        ``unknown_media`` for what is no PNG, JPEG, WebP, MP4 or WebM, ``broken_picture`` for what cannot be decoded.
        """
        self._refuse_above_limit(announced or 0)
        await asyncio.to_thread(self._make_room)
        with NamedTemporaryFile(dir=self._directory, prefix=ARRIVING, delete=False) as file:
            path = Path(file.name)
            try:
                size = 0
                async for chunk in stream:
                    size += len(chunk)
                    self._refuse_above_limit(size)
                    await asyncio.to_thread(file.write, chunk)
                file.flush()
                yield Arrived(path, await self._look(path))
            finally:
                await asyncio.to_thread(path.unlink, missing_ok=True)

    def _make_room(self) -> None:
        """The directory, without what a killed process left half-arrived."""
        self._directory.mkdir(parents=True, exist_ok=True)
        for left in self._directory.glob(f"{ARRIVING}*"):
            if time() - left.stat().st_mtime > ABANDONED_SECONDS:
                left.unlink(missing_ok=True)

    def keep(self, hall_id: int, arrived: Arrived) -> None:
        """Put a file where it belongs. The same content may be there already."""
        folder = self._directory / str(hall_id)
        folder.mkdir(parents=True, exist_ok=True)
        arrived.path.chmod(0o644)
        arrived.path.replace(folder / arrived.kept.digest)

    def drop(self, hall_id: int, digest: str) -> None:
        """Throw a file away."""
        (self._directory / str(hall_id) / digest).unlink(missing_ok=True)

    def _refuse_above_limit(self, size: int) -> None:
        if size > self._largest:
            limit = self._largest // MEGABYTE
            raise TooLarge(N_("文件超过 {limit} MB，请压缩后再上传"), code="media_too_large", limit=limit)

    async def _look(self, path: Path) -> Kept:
        async with self._turn:
            return await asyncio.to_thread(_looked_at, path)


def _looked_at(path: Path) -> Kept:
    with path.open("rb") as file:
        found = sniff(file.read(64))
    if found is None:
        raise Invalid(N_("只能上传 JPEG、PNG、WebP 图片或 MP4、WebM 视频"), code="unknown_media")
    kind, type_ = found
    if kind is MediaKind.PICTURE:
        _write_anew(path, type_.removeprefix("image/").upper())
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Kept(kind, digest, type_, path.stat().st_size)


def sniff(head: bytes) -> tuple[MediaKind, str] | None:
    """Kind and media type of a file, by its first 64 bytes; None for what boards do not show."""
    for magic, format_ in _PICTURES.items():
        if head.startswith(magic):
            return MediaKind.PICTURE, f"image/{format_.lower()}"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return MediaKind.PICTURE, "image/webp"
    if head[4:8] == b"ftyp":
        brands = head[8 : min(len(head), int.from_bytes(head[:4], "big"))]
        if any(brands[at : at + 4] in _MP4_BRANDS for at in range(0, len(brands), 4)):
            return MediaKind.VIDEO, "video/mp4"
    if head[:4] == b"\x1a\x45\xdf\xa3" and b"webm" in head:
        return MediaKind.VIDEO, "video/webm"
    return None


def _write_anew(path: Path, format_: str) -> None:
    """Decode a picture completely and write it again. Raises Invalid ``broken_picture``."""
    broken = Invalid(N_("图片已损坏或过大，无法打开，请换一张"), code="broken_picture")
    try:
        with Image.open(path, formats=[format_]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            picture.verify()
        with Image.open(path, formats=[format_]) as picture:
            made = _fitted(ImageOps.exif_transpose(picture), format_)
    except Exception as error:  # a broken file can break a decoder anywhere, and Pillow lets through whatever it was
        raise broken from error
    made.save(encoded := io.BytesIO(), format_, **({} if format_ == "PNG" else {"quality": 90}))
    path.write_bytes(encoded.getbuffer())


def _fitted(picture: Image.Image, format_: str) -> Image.Image:
    """The pixels alone, in a mode that browsers show, no larger than the largest board either way up."""
    transparent = format_ != "JPEG" and picture.has_transparency_data
    made = picture.convert("RGBA" if transparent else "RGB")
    made.info = {}
    longer, shorter = LARGEST_PICTURE
    made.thumbnail((longer, shorter) if made.width >= made.height else (shorter, longer))
    return made


async def read(path: Path, start: int, stop: int) -> AsyncIterator[bytes]:
    """The bytes of a file from ``start`` up to ``stop``, a piece at a time. Raises FileNotFoundError."""
    with path.open("rb") as file:
        file.seek(start)
        while start < stop and (piece := await asyncio.to_thread(file.read, min(CHUNK, stop - start))):
            start += len(piece)
            yield piece
