"""What helm rendered, kept on disk between runs: by content, bounded, and readable by its user only.

See docs/decisions/0020-charts-of-deliveries.md.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 200_000_000
_FORMAT = b"gitlint-ops rendered chart 1\n"
_ENDING = ".rendered"
_SECRET = re.compile(rb"""^[ \t-]*["']?kind["']?[ \t]*:[ \t]*["']?Secret\b""", re.MULTILINE)


class RenderCache:
    """Rendered charts by what they were rendered from; any file may go at any time.

    `helm` is the path of the program: another helm renders anew.
    """

    def __init__(self, folder: str, helm: str) -> None:
        self._folder = Path(folder)
        self._helm = _identity(helm)
        self._bytes = -1

    def get(self, key: str) -> bytes | None:
        """What was kept under a key, None where nothing was."""
        try:
            file = self._file(key)
            data = file.read_bytes()
            os.utime(file)
        except OSError:
            return None
        return data.removeprefix(_FORMAT) if data.startswith(_FORMAT) else None

    def put(self, key: str, data: bytes) -> None:
        """Keep what was rendered, but for Secrets; where it cannot be kept, it is not."""
        if _SECRET.search(data):
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room(len(data))
            self._write(self._file(key), _FORMAT + data)

    def _file(self, key: str) -> Path:
        name = hashlib.sha256(f"{self._helm} {key}".encode()).hexdigest()
        return self._folder / f"{name}{_ENDING}"

    def _write(self, file: Path, data: bytes) -> None:
        import tempfile

        # Others may write the same file: each writes its own, and the last to be renamed stays.
        handle, name = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(name).replace(file)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _make_room(self, size: int) -> None:
        """Delete what was not used for longest, once there is too much."""
        if self._bytes < 0:
            self._bytes = sum(size for _, size, _ in self._kept())
        self._bytes += size
        if self._bytes <= MAX_BYTES:
            return
        left = self._bytes
        for _, held, file in sorted(self._kept()):
            if left <= MAX_BYTES // 2:
                break
            file.unlink(missing_ok=True)
            left -= held
        self._bytes = left

    def _kept(self) -> Iterator[tuple[float, int, Path]]:
        for file in self._folder.glob(f"*{_ENDING}"):
            with contextlib.suppress(OSError):
                known = file.stat()
                yield known.st_mtime, known.st_size, file


def _identity(program: str) -> str:
    try:
        known = Path(program).stat()
    except OSError:
        return program
    return f"{program} {known.st_size} {known.st_mtime_ns}"
