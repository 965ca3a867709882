"""Files for the screens: looked into, not believed; no larger than allowed; nothing is left of what is refused."""

import io
import os
import struct
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from time import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paihao.api.ranges import Unsatisfiable, part
from paihao.core.errors import Invalid, Problem
from paihao.display.media import ABANDONED_SECONDS, ARRIVING, LARGEST_PICTURE, MEGABYTE, Shelf, read, sniff
from paihao.queue.shows import MediaKind
from pictures import HEIC, MATROSKA, WEBM, bomb, mp4, noise, picture
from PIL import Image

pytestmark = pytest.mark.anyio

HALL = 7


async def stream(content: bytes, piece: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), piece):
        yield content[start : start + piece]


async def put(shelf: Shelf, content: bytes) -> tuple[str, str, Path]:
    """Keep a file; gives its digest, type and path."""
    async with shelf.take(stream(content), len(content)) as arrived:
        shelf.keep(HALL, arrived)
    path = shelf.path(HALL, arrived.kept.digest)
    assert path is not None
    return arrived.kept.digest, arrived.kept.type, path


async def refused(shelf: Shelf, content: bytes, announced: int | None = None) -> str:
    with pytest.raises(Problem) as caught:
        async with shelf.take(stream(content), announced):
            pass
    return caught.value.code


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "media", MEGABYTE)


def files(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP"])
async def test_pictures_are_kept_under_their_digest(shelf: Shelf, tmp_path: Path, format_: str) -> None:
    digest, type_, path = await put(shelf, picture(format_))
    assert (type_, path.name) == (f"image/{format_.lower()}", digest)
    assert sha256(path.read_bytes()).hexdigest() == digest
    with Image.open(path) as made:
        assert (made.format, made.size) == (format_, (64, 48))
    assert (await put(shelf, picture(format_)))[0] == digest  # the same again
    assert files(tmp_path) == [path]


async def test_large_pictures_fit_the_largest_board_either_way_up(shelf: Shelf) -> None:
    for size, fits in (((5000, 1000), (3840, 768)), ((1000, 5000), (768, 3840)), (LARGEST_PICTURE, LARGEST_PICTURE)):
        _, _, path = await put(shelf, picture("JPEG", size))
        with Image.open(path) as made:
            assert made.size == fits


async def test_what_a_camera_adds_is_taken_off_and_the_picture_stands_upright(shelf: Shelf) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker of the camera", 6  # 6: turned by 90 degrees
    _, _, path = await put(shelf, picture("JPEG", exif=exif, comment=b"taken by Li"))
    content = path.read_bytes()
    assert b"Maker" not in content
    assert b"Li" not in content[:100]
    with Image.open(path) as made:
        assert made.size == (48, 64)


async def test_transparency_stays(shelf: Shelf) -> None:
    Image.new("RGBA", (8, 8), (10, 20, 30, 40)).save(made := io.BytesIO(), "PNG")
    _, _, path = await put(shelf, made.getvalue())
    with Image.open(path) as kept:
        assert kept.getpixel((0, 0)) == (10, 20, 30, 40)


async def test_videos_are_kept_as_they_are(shelf: Shelf) -> None:
    for content, type_ in ((mp4(), "video/mp4"), (WEBM, "video/webm")):
        digest, found, path = await put(shelf, content)
        assert (found, path.read_bytes()) == (type_, content)
        assert digest == sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unknown_media"),
        (b"MZ" + bytes(100), "unknown_media"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "unknown_media"),
        (picture("GIF"), "unknown_media"),
        (HEIC, "unknown_media"),
        (MATROSKA, "unknown_media"),
        (noise((200, 200))[:-2000], "broken_picture"),
        (picture("JPEG", (300, 300))[:-300], "broken_picture"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "broken_picture"),
        (b"\xff\xd8\xff\xe0" + bytes(500), "broken_picture"),
        (b"RIFF\x10\0\0\0WEBPVP8 " + bytes(40), "broken_picture"),
        (bomb(7100, 7100), "broken_picture"),
        (bomb(14000, 14000), "broken_picture"),
        (bomb(2**31 - 1, 2**31 - 1), "broken_picture"),
    ],
)
async def test_what_boards_cannot_show_is_refused_and_leaves_nothing(
    shelf: Shelf, tmp_path: Path, content: bytes, code: str
) -> None:
    assert await refused(shelf, content) == code
    assert files(tmp_path) == []


@pytest.mark.parametrize("kind", ["TypeError", "struct.error", "MemoryError"])
async def test_whatever_breaks_a_decoder_is_a_broken_picture(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    def breaks(picture: Image.Image) -> Image.Image:
        raise {"TypeError": TypeError, "struct.error": struct.error, "MemoryError": MemoryError}[kind]

    monkeypatch.setattr("PIL.ImageOps.exif_transpose", breaks)  # as found with damaged Exif blocks
    assert await refused(shelf, picture("JPEG")) == "broken_picture"
    assert files(tmp_path) == []


async def test_a_damaged_pixel_is_found(shelf: Shelf) -> None:
    content = bytearray(noise((200, 200)))
    content[len(content) // 2] ^= 0xFF
    assert await refused(shelf, bytes(content)) == "broken_picture"


async def test_too_much_is_refused_by_what_is_announced_and_by_what_comes(shelf: Shelf, tmp_path: Path) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        yield mp4()
        while True:
            taken += 1
            yield bytes(100_000)

    for announced, pieces in ((MEGABYTE + 1, 0), (None, 10), (5, 10)):  # who announces less than he sends, too
        taken = 0
        with pytest.raises(Problem, match="MB") as caught:
            async with shelf.take(endless(), announced):
                pass
        assert (caught.value.code, caught.value.status, taken) == ("media_too_large", 413, pieces)
    assert files(tmp_path) == []


async def test_a_sender_who_goes_away_leaves_nothing(shelf: Shelf, tmp_path: Path) -> None:
    async def torn() -> AsyncIterator[bytes]:
        yield picture()[:50]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        async with shelf.take(torn(), None):
            pass
    assert files(tmp_path) == []


async def test_what_a_killed_process_left_is_cleared_away_and_what_arrives_now_is_not(
    shelf: Shelf, tmp_path: Path
) -> None:
    directory = tmp_path / "media"
    directory.mkdir()
    left, arriving = directory / f"{ARRIVING}left", directory / f"{ARRIVING}now"
    for file in (left, arriving):
        file.write_bytes(b"half")
    long_ago = time() - ABANDONED_SECONDS - 1
    os.utime(left, (long_ago, long_ago))
    with pytest.raises(Invalid):
        async with shelf.take(stream(b"nothing"), None):
            pass
    assert list(directory.iterdir()) == [arriving]


def test_only_digests_name_files(shelf: Shelf) -> None:
    for name in ("", "..", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"):
        assert shelf.path(HALL, name) is None
    assert shelf.path(HALL, "a" * 64) is not None


@given(st.binary(max_size=80))
def test_nothing_that_begins_otherwise_is_media(head: bytes) -> None:
    known = head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"\x1a\x45\xdf\xa3")) or head[4:8] == b"ftyp"
    assert known or sniff(head) is None


def test_kinds_by_content() -> None:
    assert sniff(picture("WEBP")[:64]) == (MediaKind.PICTURE, "image/webp")
    assert sniff(mp4()[:64]) == (MediaKind.VIDEO, "video/mp4")
    assert sniff(b"\0\0\0\x08ftyp" + b"isom" * 5) is None  # the box is over before a brand comes


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, None),
        ("bytes=0-", (0, 1000)),
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)),
        ("Bytes=10-19", (10, 20)),
        ("bytes=990-2000", (990, 1000)),
        ("bytes=-100", (900, 1000)),
        ("bytes=-5000", (0, 1000)),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=１-２", None),
        ("lines=1-2", None),
        ("bytes=0-1,5-6", None),
        ("bytes=" + "9" * 30 + "-", None),
    ],
)
def test_ranges(header: str | None, wanted: tuple[int, int] | None) -> None:
    assert part(header, 1000) == wanted


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-1001", "bytes=-0"])
def test_ranges_beyond_the_end(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        part(header, 1000)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 200))
def test_a_range_gives_the_bytes_that_it_names(first: int, last: int, size: int) -> None:
    content = bytes(range(256))[:size]
    try:
        found = part(f"bytes={first}-{last}", size)
    except Unsatisfiable:
        assert first >= size
    else:
        wanted = content[first : last + 1] if last >= first else content
        assert (content[slice(*found)] if found else content) == wanted


async def test_a_part_of_a_file_is_read_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content := bytes(range(256)) * 3000)
    pieces = [piece async for piece in read(path, 100, 700_000)]
    assert b"".join(pieces) == content[100:700_000]
    assert len(pieces) > 1
