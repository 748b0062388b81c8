"""The result of a whole run, kept for the next run over the very same input.

A run is a function of the files, the refs of the repositories, the configuration, the rules, the day and
the version of the tool: all of these make the key. See docs/decisions/0018-remembered-runs.md.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from gitlint_ops import __version__
from gitlint_ops.discovering import Request, declared_repositories
from gitlint_ops.model.results import CheckResult
from gitlint_ops.workspace.remotes import Remotes
from gitlint_ops.workspace.tree import Tree, Unreadable

MAX_BYTES = 100_000_000
_ENDING = ".run"


def remembered(
    trees: Sequence[Tree], request: Request, folder: Path, run: Callable[[], CheckResult]
) -> CheckResult:
    """What `run` gives, or what it gave before for the same input; `folder` may go at any time."""
    if request.changed is not None or request.config.schemas.catalogues:
        return run()  # what else they depend on is not part of the key
    file = folder / f"{_key(trees, request)}{_ENDING}"
    held = _read(file)
    if held is None:
        held = run()
        _write(file, held)
    return held


def _read(file: Path) -> CheckResult | None:
    with contextlib.suppress(OSError, msgspec.DecodeError, msgspec.ValidationError):
        data = file.read_bytes()
        os.utime(file)
        return msgspec.msgpack.decode(data, type=CheckResult)
    return None


def _write(file: Path, result: CheckResult) -> None:
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        data = msgspec.msgpack.encode(result)
        _make_room(file.parent, len(data))
        # Others may write the same file: each writes its own, and the last to be renamed stays.
        handle, name = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(name).replace(file)


def _make_room(folder: Path, size: int) -> None:
    """Delete the results that were not asked for in the longest time, once there is too much."""
    kept = [(one.stat().st_mtime, one.stat().st_size, one) for one in folder.glob(f"*{_ENDING}")]
    total = size + sum(held for _, held, _ in kept)
    for _, held, file in sorted(kept):
        if total <= MAX_BYTES:
            return
        file.unlink(missing_ok=True)
        total -= held


def _key(trees: Sequence[Tree], request: Request) -> str:
    told = hashlib.sha256()
    for part in _parts(trees, request):
        told.update(f"{len(part)}\n".encode())
        told.update(part)
    return told.hexdigest()


def _parts(trees: Sequence[Tree], request: Request) -> Iterator[bytes]:
    yield __version__.encode()
    yield _code()
    yield _encoded(request.config)
    yield _encoded(
        (request.cards, sorted(request.known), request.today, request.kubernetes, request.baseline)
    )
    yield _program(request.helm.path).encode()
    for tree in trees:
        yield _encoded((tree.name, tree.revision, tree.repository, tree.unlisted()))
        for path, entry in tree.entries().items():
            yield f"{path} {entry.kind.value} {entry.blob}".encode("utf-8", "surrogatepass")
            if not entry.blob:
                yield _content(tree, path)
    yield Remotes(trees, declared_repositories(request.config.repositories, trees[0])).fingerprint().encode()


def _encoded(value: object) -> bytes:
    return msgspec.msgpack.encode(value, order="deterministic")


def _content(tree: Tree, path: str) -> bytes:
    try:
        return hashlib.sha256(tree.read(path)).digest()
    except Unreadable as error:
        return error.reason.encode("utf-8", "surrogatepass")


def _program(path: str) -> str:
    """What tells one build of a program from another without running it."""
    try:
        held = Path(path).stat()
    except OSError:
        return path
    return f"{path} {held.st_size} {held.st_mtime_ns}"


def _code() -> bytes:
    """When the code was last changed: a checkout of the tool has one version for many states."""
    root = Path(__file__).parent
    if not (root.parent / ".git").exists():
        return b""
    newest = max(one.stat().st_mtime_ns for one in root.rglob("*.py"))
    return str(newest).encode()
