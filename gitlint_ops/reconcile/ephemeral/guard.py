"""Runs a program for as long as another process wants it: run as a program itself, by `programs`.

Whoever starts this holds its standard input open. When that closes, because it was closed or because its
holder was killed, the program is ended, what must be done afterwards is done, and the folder is removed.
After a `KEEP` on it the program is left to itself, until it ends or this is asked to end.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

LOG = "log"
PID = "pid"
ENDED = "ended"
KEEP = b"k"
END = b"e"
SECONDS_TO_CLEAN_UP = 120
CANNOT_BE_RUN = 126  # as shells have it


class _Asked(Exception):
    """Somebody has sent us a SIGTERM."""


def main() -> None:
    asked = json.loads(sys.argv[1])
    folder = Path(asked["folder"])
    signal.signal(signal.SIGTERM, _stop)
    with (folder / LOG).open("wb") as log:
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell; the command is our own
                asked["command"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder
            )
        except OSError as error:
            log.write(str(error).encode())
            log.flush()
            (folder / ENDED).write_text(str(CANNOT_BE_RUN))
            with suppress(_Asked):
                os.read(sys.stdin.fileno(), 1)
        else:
            (folder / PID).write_text(str(process.pid))
            if _ran(process, asked, folder, log.fileno()):
                return
    shutil.rmtree(folder, ignore_errors=True)


def _ran(process: subprocess.Popen[bytes], asked: Mapping[str, Any], folder: Path, log: int) -> bool:
    """Waits until the program is gone and all is done that must be; True where what it left is to stay."""
    noting = Thread(target=_note_the_end, args=(process, folder), daemon=True)
    noting.start()
    if _is_kept(process):
        return True
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _end(process, asked["seconds"])
    noting.join()  # so that nothing is written into the folder that is removed now
    _clean_up(asked["afterwards"], log)
    return False


def _stop(*_: object) -> NoReturn:
    raise _Asked


def _is_kept(process: subprocess.Popen[bytes]) -> bool:
    """Waits until the program is not needed any more; True where it had ended and what it left is to stay."""
    with suppress(_Asked):
        if os.read(sys.stdin.fileno(), 1) != KEEP:
            return False
        if process.poll() is not None:
            return True
        process.wait()
    return False


def _note_the_end(process: subprocess.Popen[bytes], folder: Path) -> None:
    code = process.wait()
    written = folder / f"{ENDED}.new"
    with suppress(OSError):  # the folder may be gone
        written.write_text(str(code))
        written.rename(folder / ENDED)


def _end(process: subprocess.Popen[bytes], seconds: float) -> None:
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _clean_up(command: Sequence[str], log: int) -> None:
    if command:
        with suppress(subprocess.TimeoutExpired, OSError):
            subprocess.run(  # noqa: S603 - no shell; the command is our own
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
                timeout=SECONDS_TO_CLEAN_UP,
            )


if __name__ == "__main__":
    main()
