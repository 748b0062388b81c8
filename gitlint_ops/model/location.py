"""Where something stands: a field of an object, a document of a file, a span of text."""

from __future__ import annotations

import re
from typing import TypeAlias

from msgspec import Struct

FieldPath: TypeAlias = tuple[str | int, ...]

PLAIN_TEXT = -1
"""`DocumentRef.index` of a file that is no YAML (an env file); its field paths are `(line,)`."""

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")


class FileRef(Struct, frozen=True, order=True):
    """A file of a repository at a revision; `path` is POSIX and relative to the repository's root."""

    repo: str
    revision: str
    path: str

    @property
    def shown(self) -> str:
        """The path, behind the repository where that is a revision of another: "shop@v1.2/web.yaml"."""
        return f"{self.repo}/{self.path}" if "@" in self.repo else self.path


class DocumentRef(Struct, frozen=True, order=True):
    """The `index`-th YAML document (from 0) of a file.

    With `embedded`, it is the `part`-th document of the YAML or JSON text held by the string at that
    path of the document, such as an inline patch of a kustomization. The path may lead on through
    such a text into another (the patch of an inline transformer): of a text with several documents,
    the number of the one that it goes through comes first, but for 0.
    """

    file: FileRef
    index: int = 0
    embedded: FieldPath = ()
    part: int = 0

    def text_at(self, path: FieldPath) -> DocumentRef:
        """The first document of the text held by the string at a path of this one."""
        through = (self.part,) if self.part else ()
        return DocumentRef(self.file, self.index, (*self.embedded, *through, *path))


class Location(Struct, frozen=True, order=True):
    """A span of a file's text. Lines and columns start at 1; the end column is exclusive."""

    file: FileRef
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file.shown}:{self.line}:{self.column}"


def format_path(path: FieldPath) -> str:
    """A field path as people write it: `spec.containers[0].image`, `metadata.labels["app.k8s.io/name"]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.match(part):
            text += f".{part}" if text else part
        else:
            text += f'["{part}"]'
    return text
