"""Runs a program for as long as another process wants it: run as a program itself, by `programs`.

Whoever starts this holds its standard input open. When that closes, because it was closed or because its
holder was killed, the program is ended, what must be done afterwards is done, and the folder is removed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread

LOG = "log"
PID = "pid"
ENDED = "ended"
SECONDS_TO_END = 5  # there is nothing that it would have to keep
SECONDS_TO_CLEAN_UP = 120


def main() -> None:
    asked = json.loads(sys.argv[1])
    folder = Path(asked["folder"])
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(
            asked["command"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder
        )
        (folder / PID).write_text(str(process.pid))
        Thread(target=_note_the_end, args=(process, folder), daemon=True).start()
        while os.read(sys.stdin.fileno(), 1):
            pass
        _end(process)
        _clean_up(asked["afterwards"], log.fileno())
    shutil.rmtree(folder, ignore_errors=True)


def _note_the_end(process: subprocess.Popen[bytes], folder: Path) -> None:
    code = process.wait()
    written = folder / f"{ENDED}.new"
    written.write_text(str(code))
    written.rename(folder / ENDED)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _clean_up(command: Sequence[str], log: int) -> None:
    if command:
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
                timeout=SECONDS_TO_CLEAN_UP,
            )


if __name__ == "__main__":
    main()
