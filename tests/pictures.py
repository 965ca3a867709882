"""Files that somebody may upload: real pictures, the beginnings of videos, and what only pretends to be one."""

import io
import struct
import zlib

from PIL import Image


def picture(
    format_: str = "PNG", size: tuple[int, int] = (64, 48), colour: str = "#1d4f91", **options: object
) -> bytes:
    Image.new("RGB", size, colour).save(made := io.BytesIO(), format_, **options)
    return made.getvalue()


def noise(size: tuple[int, int]) -> bytes:
    """A PNG that hardly gets smaller."""
    Image.effect_noise(size, 90).save(made := io.BytesIO(), "PNG")
    return made.getvalue()


def bomb(width: int, height: int) -> bytes:
    """The head of a PNG that would unfold to this size."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    whole = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + whole + struct.pack(">I", 10) + b"IDAT" + bytes(14)


def mp4(length: int = 1000, brands: bytes = b"isom\0\0\x02\0isomavc1mp41") -> bytes:
    """The first box of an MP4, and bytes that no player would like."""
    head = struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands
    return head + bytes(range(256)) * (length // 256 + 1)


WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm" + bytes(
    500
)
MATROSKA = WEBM.replace(b"\x84webm", b"\x88matroska")
HEIC = mp4(brands=b"heic\0\0\0\0mif1heic")
