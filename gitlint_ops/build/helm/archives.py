"""Packed charts, unpacked in memory: bounded, and with no path that leads out of the chart.

Source: helm.sh/helm pkg/chart/loader/archive.go
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Callable, Iterator

from msgspec import Struct

MAX_FILES = 5_000
_MAX_UNPACKED_BYTES = 100_000_000
_GZIP = 31  # zlib's number for data with gzip's own header
_DRIVE = re.compile(r"[a-zA-Z]:[\\/]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class UnreadableArchive(Exception):
    """An archive that cannot be unpacked; the message continues a sentence about it."""


class Allowance(Struct):
    """How many bytes may still be unpacked: archives hold archives, which look small."""

    left: int = _MAX_UNPACKED_BYTES


def unpacked_chart(archive: bytes, allowance: Allowance | None = None) -> dict[str, bytes]:
    """The files of a packed chart by their path within the chart.

    `allowance` is shared by archives that are unpacked together.

    Raises:
        UnreadableArchive: it is no archive, too large, or holds a path that helm refuses.
    """
    files: dict[str, bytes] = {}
    for name, data in members(archive, allowance=allowance):
        if len(files) >= MAX_FILES:
            raise UnreadableArchive(f"holds more than {MAX_FILES} files")
        files[_inner(name)] = data.removeprefix(_BYTE_ORDER_MARK)
    if "Chart.yaml" not in files:
        raise UnreadableArchive("holds no Chart.yaml in its one folder")
    return files


def _inner(name: str) -> str:
    """A member's path behind the folder that all of a packed chart lies in."""
    parts = name.replace("\\", "/").split("/")
    inner = posixpath.normpath("/".join(parts[1:]))
    if inner == "." or inner.startswith(("..", "/")) or _DRIVE.match(inner) or "\0" in inner:
        raise UnreadableArchive(f"holds {name!r}, which lies outside of the chart")
    return inner


def _all(_: str) -> bool:
    return True


def members(
    archive: bytes, wanted: Callable[[str], bool] = _all, allowance: Allowance | None = None
) -> Iterator[tuple[str, bytes]]:
    """The regular files of an archive with their names in it, as far as they are wanted.

    Raises:
        UnreadableArchive: it is none, or too large.
    """
    # Few charts are packed, and these modules take long to load.
    import tarfile
    import zlib

    try:
        with tarfile.open(
            fileobj=io.BytesIO(_decompressed(archive, allowance or Allowance())), mode="r:"
        ) as tar:
            for member in tar:
                if member.isfile() and wanted(member.name):
                    stream = tar.extractfile(member)
                    yield member.name, stream.read() if stream is not None else b""
    except (tarfile.TarError, zlib.error, OSError) as error:
        raise UnreadableArchive(f"cannot be unpacked ({error})") from error


def _decompressed(data: bytes, allowance: Allowance) -> bytes:
    import zlib

    parts: list[bytes] = []
    # Several streams in a row are one text to helm.
    while data:
        stream = zlib.decompressobj(_GZIP)
        parts.append(stream.decompress(data, max(allowance.left, 1)))
        allowance.left -= len(parts[-1])
        if stream.unconsumed_tail or allowance.left <= 0:
            raise UnreadableArchive("is too large when it is unpacked")
        if not stream.eof:
            raise UnreadableArchive("ends too early")
        data = stream.unused_data
    return b"".join(parts)
