"""Documents in files that a limited run does not read, and that still decide about what it judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.discover.roles import is_delivered
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import EntryKind, Tree, Unreadable

_ENDINGS = (".yaml", ".yml")


def documents_with(
    text: str | tuple[str, ...], sources: Sources, tree: Tree
) -> Iterator[tuple[DocumentRef, Mapping[str, Any]]]:
    """All delivered documents of the files that hold a text; few should, as only these are parsed."""
    wanted = [one.encode() for one in ((text,) if isinstance(text, str) else text)]
    for path, entry in tree.entries().items():
        if entry.kind is EntryKind.FILE and path.endswith(_ENDINGS) and is_delivered(path, ""):
            file = tree.ref(path)
            try:
                data = sources.data(file)
            except Unreadable:
                continue  # whoever changes it is told
            held = any(one in data for one in wanted)
            for document in read(data, Typing.KUBECTL).documents if held else ():
                if isinstance(document.body, Mapping):
                    yield DocumentRef(file, document.index), document.body
