"""The files of a packaged chart (.tgz), unpacked in memory and trusted with nothing."""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Iterator, Mapping

from gitlint_ops.build.helm.chart import MAX_BYTES, MAX_FILES
from gitlint_ops.model.errors import UsageError
from gitlint_ops.workspace.tree import Unreadable, clean

ENDINGS = (".tgz", ".tar.gz")


def chart_files(data: bytes, shown: str) -> Mapping[str, bytes]:
    """The chart's files by their path within it; links and special files are left out.

    Raises:
        UsageError: it is no archive of one chart, leads out of itself, or holds too much.
    """
    try:
        files = dict(_files(data, shown))
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise UsageError(f"{shown} is no packaged chart ({error})") from error
    folders = {path.partition("/")[0] for path in files}
    roots = {folder for folder in folders if f"{folder}/Chart.yaml" in files}
    if len(roots) != 1:
        raise UsageError(f"{shown} is no packaged chart: it holds no folder with a Chart.yaml")
    (root,) = roots
    return {path[len(root) + 1 :]: held for path, held in files.items() if path.startswith(f"{root}/")}


def _files(data: bytes, shown: str) -> Iterator[tuple[str, bytes]]:
    total = 0
    # As a stream: a bomb is unpacked no further than what is read of it.
    with tarfile.open(fileobj=io.BytesIO(data), mode="r|gz") as archive:
        for number, member in enumerate(archive):
            total += member.size
            if number >= MAX_FILES or total > MAX_BYTES:
                raise UsageError(
                    f"{shown} holds more than {MAX_FILES} files or {MAX_BYTES // 1_000_000} MB",
                )
            stream = archive.extractfile(member) if member.isreg() else None
            if stream is not None:
                yield _path(member.name, shown), stream.read()


def _path(name: str, shown: str) -> str:
    try:
        inner = clean(name)
    except Unreadable as error:
        raise UsageError(f"{shown} holds '{name[:100]}', which {error.reason}") from error
    return "/".join(inner)
