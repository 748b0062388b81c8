"""What reading a YAML file gives: documents, and problems in the user's words."""

from __future__ import annotations

from enum import Enum
from typing import Any

from msgspec import Struct

from gitlint_ops.model.location import FieldPath
from gitlint_ops.syntax.span import Span

YAML_INVALID = "yaml-invalid"
DUPLICATE_KEY = "duplicate-key"


class Typing(Enum):
    """Whose reading of plain scalars, keys and merges counts; no two tools agree.

    KUBECTL is sigs.k8s.io/yaml over go-yaml v2 (`yes` is true), KUSTOMIZE is go-yaml v3 and then
    JSON (`yes` is text, an unquoted date becomes a full timestamp).
    """

    KUBECTL = "kubectl"
    KUSTOMIZE = "kustomize"


class Limits(Struct, frozen=True):
    """How much one file may cost.

    `nodes` counts what one document is made of (starts and ends of collections are one each), each
    alias as large as what it repeats, so a small file cannot become a large object. `depth` keeps
    every later walk clear of Python's recursion limit. All lie far above what an API server takes.
    """

    file_bytes: int = 10 * 1024 * 1024
    documents: int = 50_000
    nodes: int = 1_000_000
    depth: int = 200


DEFAULT_LIMITS = Limits()


class Problem(Struct, frozen=True):
    """A fault of the text; when `fatal`, the tool that `Typing` names refuses the file.

    `path` is that of a key that stands twice; other problems have none. kustomize refuses such a
    key in objects only: of a patch it takes the first. What is `late` it finds only once it makes JSON
    of the object, if the value is still there.
    """

    rule: str
    message: str
    span: Span
    related: tuple[tuple[Span, str], ...] = ()
    hint: str = ""
    fatal: bool = True
    path: FieldPath = ()
    late: bool = False


class Unfit(str):
    """The text of a value that does not fit its tag (`!!int x`), or that JSON cannot hold (`.inf`).

    `tag` is without exclamation marks. `found` is what tells of it, if it is read so.
    """

    tag: str
    found: Problem | None

    def __new__(cls, text: str, tag: str, found: Problem | None = None) -> Unfit:
        made = super().__new__(cls, text)
        made.tag, made.found = tag, found
        return made


class Document(Struct, frozen=True):
    """One document that is not empty.

    `index` counts all documents of the stream from 0, `line` is where the content starts. `body`
    is plain data whose aliases share structure: never change it.
    """

    index: int
    body: Any
    line: int
    problems: tuple[Problem, ...] = ()


class Text(Struct, frozen=True):
    """A file as read; `problems` are those that cost documents (a syntax error, a limit).

    `templated` names the template language of a file that is YAML only once it is rendered; such
    a file has neither documents nor problems.
    """

    documents: tuple[Document, ...] = ()
    problems: tuple[Problem, ...] = ()
    templated: str | None = None
