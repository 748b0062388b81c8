"""One interface to the files of a repository, wherever they are kept.

Paths are POSIX, relative to the root, and always valid Unicode: a name that is no UTF-8 shows its
bytes as `\\xe9`, so that no report can fail on it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from enum import Enum

from msgspec import Struct

from gitlint_ops.model.location import FileRef

WORKTREE = "worktree"
INDEX = "index"

MAX_FILE_BYTES = 50_000_000
MAX_FILES = 500_000
"""A tree with more is refused: twenty small git tree objects can pretend to hold billions of files."""

_MAX_LINKS = 40  # as Linux does (path_resolution(7))


class EntryKind(Enum):
    FILE = "file"
    SYMLINK = "symlink"
    SUBMODULE = "submodule"


class Entry(Struct, frozen=True):
    """One path of a tree; `blob` is the git blob id in hex, "" where the file is read from disk."""

    path: str
    kind: EntryKind
    blob: str = ""


class Repository(Struct, frozen=True):
    """A repository at a revision; a value, so that every process can open its own handle.

    `root` is the working folder on disk ("" for a bare repository), `git_dir` the git folder ("" for
    a plain folder). `revision` is "worktree", "index" or the id of a commit. `scopes` are the folders
    and files that the user named, relative to the root; none means all of it. `index_file` replaces
    git's own index (`git commit -a` gives its hooks a temporary one).
    """

    name: str
    root: str
    git_dir: str
    revision: str
    scopes: tuple[str, ...] = ()
    index_file: str = ""

    def holds(self, path: str) -> bool:
        """Whether a path lies in one of the scopes."""
        return not self.scopes or any(path == one or path.startswith(f"{one}/") for one in self.scopes)


class Workspace(Struct, frozen=True):
    """The repositories of one run, in the order in which the user named them; names are distinct."""

    repositories: tuple[Repository, ...]


class Unreadable(Exception):
    """A path gives no bytes.

    `reason` continues a sentence about the path: "does not exist", "leads out of the repository".
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason

    def __reduce__(self) -> tuple[type[Unreadable], tuple[str, str]]:
        return Unreadable, (self.path, self.reason)


class Tree(ABC):
    """The files of one repository at one revision: a handle for one process, never pickled."""

    def __init__(self, repository: Repository, max_bytes: int = MAX_FILE_BYTES) -> None:
        self.repository = repository
        self.name = repository.name
        self.revision = repository.revision
        self.max_bytes = max_bytes
        self._entries: Mapping[str, Entry] | None = None
        self._folders: frozenset[str] | None = None

    def entries(self) -> Mapping[str, Entry]:
        """All paths but folders, sorted; what git ignores is left out, and so are special files.

        Raises:
            UsageError: git cannot list the files (a partial clone without trees), or too many.
        """
        if self._entries is None:
            found = self._scan()
            self._entries = {path: found[path] for path in sorted(found)}
        return self._entries

    def folders(self) -> frozenset[str]:
        """All folders that hold an entry at any depth, "" for the root included."""
        if self._folders is None:
            self._folders = folders_above(self.entries())
        return self._folders

    def unlisted(self) -> tuple[tuple[str, str], ...]:
        """Folders whose files could not be listed, each with the reason: they were not checked."""
        self.entries()
        return ()

    def unfetched(self, path: str) -> str:  # noqa: ARG002 - trees of other repositories look at it
        """Why a path that belongs to the repository cannot be read here, "" where nothing is known."""
        return ""

    def resolve(self, path: str) -> str:
        """The path without "..", and with every symlink in it followed.

        ".." in `path` is taken as text, before any link is followed, as in Go's `filepath.Join`; ".."
        in a link's target goes up from where the link lies. What does not exist resolves to itself.

        Raises:
            Unreadable: it leads out of the repository, in a circle, or is no path.
        """
        entry = self.entries().get(path)
        if entry is not None and entry.kind is not EntryKind.SYMLINK:
            return path
        return "/".join(self._follow(path, clean(path)))

    def is_file(self, path: str) -> bool:
        try:
            entry = self._entry(self.resolve(path))
        except Unreadable:
            return False
        return entry is not None and entry.kind is EntryKind.FILE

    def is_folder(self, path: str) -> bool:
        try:
            return self._is_folder(self.resolve(path))
        except Unreadable:
            return False

    def read(self, path: str) -> bytes:
        """The bytes of a file; its size is looked at first.

        Raises:
            Unreadable: missing, ignored, no regular file, too large, or outside the repository.
        """
        resolved = self.resolve(path)
        entry = self._entry(resolved)
        if entry is None or entry.kind is not EntryKind.FILE:
            raise Unreadable(path, self._why_absent(resolved))
        return self._load(entry)

    def ref(self, path: str) -> FileRef:
        return FileRef(self.name, self.revision, path)

    @abstractmethod
    def changed_since(self, base: str | None) -> frozenset[str]:
        """Paths added, modified or deleted since `base`; of a rename, both.

        Compared is with the merge base of `base` and HEAD (or the commit that the tree is), so what
        others did on the base branch meanwhile does not count. Without `base`: since HEAD, or the
        commit's first parent. Before the first commit everything has changed.

        Raises:
            UsageError: no git repository, `base` is unknown, or it has no common history.
        """

    @abstractmethod
    def _scan(self) -> dict[str, Entry]:
        """All entries, in any order."""

    @abstractmethod
    def _load(self, entry: Entry) -> bytes:
        """The bytes of a file that exists."""

    @abstractmethod
    def _link_target(self, entry: Entry) -> str:
        """What a symlink says."""

    def _entry(self, path: str) -> Entry | None:
        return self.entries().get(path)

    def _is_folder(self, path: str) -> bool:
        return path in self.folders()

    def _why_absent(self, path: str) -> str:
        """Why a path (links followed) is no file."""
        submodule = self._submodule_of(path)
        if submodule == path:
            return "is a submodule"
        if self._is_folder(path):
            return "is a folder"
        if submodule is not None:
            return f"lies in the submodule '{submodule}', which {self._submodule_state()}"
        return "does not exist"

    def _submodule_state(self) -> str:
        return "is read in a working tree only"

    def _submodule_of(self, path: str) -> str | None:
        """The submodule that is `path` or holds it."""
        entries = self.entries()
        for above in (path, *parents(path)):
            entry = entries.get(above)
            if entry is not None and entry.kind is EntryKind.SUBMODULE:
                return above
        return None

    def _follow(self, path: str, parts: Iterable[str]) -> list[str]:
        pending = list(parts)[::-1]
        done: list[str] = []
        links = 0
        while pending:
            part = pending.pop()
            if part == "..":
                if not done:
                    raise Unreadable(path, "leads out of the repository")
                done.pop()
                continue
            entry = self._entry("/".join((*done, part)))
            if entry is None or entry.kind is not EntryKind.SYMLINK:
                done.append(part)
                continue
            links += 1
            if links > _MAX_LINKS:
                raise Unreadable(path, "leads through symlinks that go in a circle")
            pending.extend(reversed(self._target_parts(path, entry)))
        return done

    def _target_parts(self, path: str, link: Entry) -> list[str]:
        target = self._link_target(link)
        if target.startswith("/"):
            raise Unreadable(path, "leads out of the repository, by a symlink to an absolute path")
        return [part for part in target.split("/") if part not in ("", ".")]


def clean(path: str) -> list[str]:
    """The parts of a relative path without "." and "..".

    Raises:
        Unreadable: it is absolute, leads above its start, or holds a NUL byte.
    """
    if path.startswith("/"):
        raise Unreadable(path, "is an absolute path")
    if "\0" in path:
        raise Unreadable(path.replace("\0", "\\0"), "is no path: it holds a NUL byte")
    done: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not done:
                raise Unreadable(path, "leads out of the repository")
            done.pop()
        elif part not in ("", "."):
            done.append(part)
    return done


def parents(path: str) -> Iterable[str]:
    """The folders above a path, the nearest first, without the root."""
    above = path.rpartition("/")[0]
    while above:
        yield above
        above = above.rpartition("/")[0]


def folders_above(paths: Iterable[str]) -> frozenset[str]:
    """Every folder above one of the paths, and the root."""
    found = {""}
    for path in paths:
        above = path.rpartition("/")[0]
        while above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return frozenset(found)


def path_text(raw: bytes) -> str:
    """A path's name as this program knows it; bytes that are no UTF-8 show as `\\xe9`."""
    return raw.decode("utf-8", "backslashreplace")
