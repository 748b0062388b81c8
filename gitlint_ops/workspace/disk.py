"""Files on disk, listed and read without being led astray: no special file is ever opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec import Struct, field

from gitlint_ops.model.errors import UsageError
from gitlint_ops.workspace.tree import MAX_FILES, Entry, EntryKind, Unreadable, path_text

_SPECIAL: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISDIR, "is a folder"),
    (stat.S_ISLNK, "is a symlink"),
    (stat.S_ISFIFO, "is a named pipe, no regular file"),
    (stat.S_ISSOCK, "is a socket, no regular file"),
    (stat.S_ISCHR, "is a device, no regular file"),
    (stat.S_ISBLK, "is a device, no regular file"),
)

_GIT_RULES = frozenset([".gitignore", ".gitattributes"])

# A regular file that became a pipe or a link after it was looked at must not hang or mislead us.
_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class Listing(Struct):
    """The files beneath a folder, as they were found.

    `renamed` gives the name on disk of the paths that are shown differently; `unlisted` the folders
    that could not be opened, with the reason.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    unlisted: list[tuple[str, str]] = field(default_factory=list)


class Choice(Struct, frozen=True):
    """Which paths a listing takes; the questions get the path as it is shown."""

    wants_file: Callable[[str], bool] = lambda _: True
    wants_folder: Callable[[str], bool] = lambda _: True
    holds_repository: Callable[[str], bool] = lambda _: True
    """Whether a folder with a `.git` in it is entered all the same."""
    reads_rules: Callable[[str], None] = lambda _: None
    """Called with each `.gitignore` and `.gitattributes` that is no regular file, on disk, before use."""


def holds_file(folder: str, names: Iterable[str]) -> bool:
    """Whether a folder on disk holds a regular file of one of the names; links are not followed."""
    for name in names:
        try:
            if stat.S_ISREG(Path(folder, name).lstat().st_mode):
                return True
        except (OSError, ValueError):
            continue
    return False


def list_files(root: str, choice: Choice) -> Listing:
    """All files and symlinks beneath `root`, but for what `choice` refuses and all `.git`."""
    listing = Listing()
    pending = [("", root)]
    while pending:
        shown, real = pending.pop()
        try:
            with os.scandir(real) as found:
                children = {child.name: child for child in found}
        except OSError as error:
            listing.unlisted.append((shown or ".", _plain(error)))
            continue
        if children.pop(".git", None) and shown and not choice.holds_repository(shown):
            continue
        for rules in children.keys() & _GIT_RULES:
            if not children[rules].is_file(follow_symlinks=False):
                choice.reads_rules(children[rules].path)
        pending.extend(_take(children.values(), f"{shown}/" if shown else "", choice, listing, root))
        if len(listing.entries) > MAX_FILES:
            raise UsageError(f"{root} holds more than {MAX_FILES:,} files", hint="name a folder in it")
    return listing


def _take(
    children: Iterable[os.DirEntry[str]], prefix: str, choice: Choice, listing: Listing, root: str
) -> Iterator[tuple[str, str]]:
    """Put the files among `children` into the listing, and yield the folders to enter."""
    for child in children:
        name = child.name
        shown = prefix + (name if name.isascii() else path_text(os.fsencode(name)))
        # DirEntry answers these three from the folder itself: no stat for each file.
        if child.is_dir(follow_symlinks=False):
            if choice.wants_folder(shown):
                yield shown, child.path
            continue
        if child.is_file(follow_symlinks=False):
            kind = EntryKind.FILE
        elif child.is_symlink():
            kind = EntryKind.SYMLINK
        else:
            continue
        if choice.wants_file(shown):
            listing.entries[shown] = Entry(shown, kind)
            if "\\" in shown:  # as path_text writes bytes that are no UTF-8
                listing.renamed[shown] = os.path.relpath(child.path, root)


def read_file(full_path: str, shown: str, max_bytes: int) -> bytes:
    """The bytes of a regular file.

    Raises:
        Unreadable: of `shown`; the file is missing, special, a symlink, or larger than `max_bytes`.
    """
    try:
        _require_regular(os.lstat(full_path), shown, max_bytes)
        descriptor = os.open(full_path, _OPEN_FLAGS)
        try:
            found = os.fstat(descriptor)
            _require_regular(found, shown, max_bytes)
            data = _read_all(descriptor, found.st_size, max_bytes)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Unreadable(shown, _plain(error)) from error
    if len(data) > max_bytes:
        raise Unreadable(shown, too_large(len(data), max_bytes))
    return data


def _read_all(descriptor: int, size: int, max_bytes: int) -> bytes:
    """All bytes, at most one more than allowed; `size` may be wrong by now."""
    data = os.read(descriptor, size + 1)
    while len(data) > size and len(data) <= max_bytes:
        more = os.read(descriptor, max_bytes + 1 - len(data))
        if not more:
            break
        data += more
    return data


def read_link(full_path: str, shown: str) -> str:
    """What a symlink says, as a path of this program."""
    try:
        return path_text(os.readlink(os.fsencode(full_path)))  # noqa: PTH115 - bytes, not str
    except OSError as error:
        raise Unreadable(shown, _plain(error)) from error


def require_own_rules(full_path: str, root: str) -> None:
    """Refuse git's ignore rules and attributes where libgit2 would open a pipe, or read beyond `root`.

    Raises:
        UsageError: the file is special, or a symlink out of the repository.
    """
    if not exists(full_path) or kind_on_disk(full_path) is EntryKind.FILE:
        return
    real = os.path.realpath(full_path)
    inside = real.startswith(f"{root}/")
    if is_real_folder(real) or (inside and not exists(real)):
        return
    if not inside or kind_on_disk(real) is not EntryKind.FILE:
        raise UsageError(
            f"{full_path} is no regular file of this repository",
            hint="put a file there: git itself reads no such rules through a symlink",
        )


def kind_on_disk(full_path: str) -> EntryKind | None:
    """FILE or SYMLINK, or None for anything else, a folder included."""
    try:
        mode = os.lstat(full_path).st_mode
    except (OSError, ValueError):
        return None
    if stat.S_ISLNK(mode):
        return EntryKind.SYMLINK
    return EntryKind.FILE if stat.S_ISREG(mode) else None


def is_real_folder(full_path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(full_path).st_mode)
    except (OSError, ValueError):
        return False


def what_is_there(full_path: str) -> str | None:
    """What keeps a path from being read as a file; None for a regular file or nothing at all."""
    try:
        mode = os.lstat(full_path).st_mode
    except (OSError, ValueError):
        return None
    return _special(mode)


def exists(full_path: str) -> bool:
    try:
        return os.path.lexists(full_path)
    except ValueError:
        return False


def too_large(size: int, max_bytes: int) -> str:
    return f"is too large to be read: {_megabytes(size)}, and the limit is {_megabytes(max_bytes)}"


def _require_regular(found: os.stat_result, shown: str, max_bytes: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise Unreadable(shown, _special(found.st_mode) or "is no regular file")
    if found.st_size > max_bytes:
        raise Unreadable(shown, too_large(found.st_size, max_bytes))


def _special(mode: int) -> str | None:
    return next((reason for is_kind, reason in _SPECIAL if is_kind(mode)), None)


def _plain(error: OSError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "does not exist"
    if isinstance(error, PermissionError):
        return "may not be read (permission denied)"
    return f"cannot be read ({(error.strerror or 'unknown error').lower()})"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB" if size >= 1_000_000 else f"{size:,} bytes"


def folder_name(folder: str) -> str:
    """The last part of a folder's path, for people."""
    return path_text(os.fsencode(Path(folder).name))
