"""The entries of `patches:`, `patchesStrategicMerge:` and `patchesJson6902:`, with their texts read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath

AUTO = "auto"
STRATEGIC = "strategic"
JSON6902 = "json6902"


class PatchEntry(Struct, frozen=True):
    """One entry of a kustomization, with its text read.

    `target` and `options` are as written, under kustomize's field names. `documents` are the bodies
    that `text_document` holds: objects, or the list of operations of a JSON patch; `document_refs`
    say where each stands, for a file of several documents. `at` is the entry in the kustomization.
    `mode` tells the three fields apart: "auto" is an entry of `patches:`. `repeating` are mappings
    of `documents` in which a key stands twice, and `repeats` tells of them if nobody else does. `as_json` are
    the operations of a JSON patch as they are spelled, where it is JSON and tests values.
    `untyped`: values in it fit no JSON. `has_comment` is that of `MergeOptions`.
    """

    target: Mapping[str, Any] | None
    text_document: DocumentRef
    documents: tuple[Any, ...]
    at: tuple[DocumentRef, FieldPath]
    options: Mapping[str, Any] = field(default_factory=dict)
    mode: str = AUTO
    document_refs: tuple[DocumentRef, ...] = ()
    repeats: tuple[Violation, ...] = ()
    repeating: tuple[dict[str, Any], ...] = ()
    as_json: Any = None
    untyped: bool = False
    has_comment: Callable[[Origin], bool] | None = None

    @property
    def is_json_patch(self) -> bool:
        return self.mode == JSON6902 or (bool(self.documents) and isinstance(self.documents[0], list))

    def patches(self) -> Iterator[tuple[Mapping[str, Any], Origin]]:
        """The strategic merge patches of the entry with their places; lists of objects expanded."""
        refs = self.document_refs or (self.text_document,) * len(self.documents)
        queue = deque(
            (body, Origin(ref, (), Via.PATCH)) for body, ref in zip(self.documents, refs, strict=True)
        )
        while queue:
            body, origin = queue.popleft()
            items = body.get("items") if str(body.get("kind", "")).endswith("List") else None
            if not isinstance(items, list):
                yield body, origin
                continue
            queue.extend(
                (item, replace(origin, source_path=(*origin.source_path, "items", index)))
                for index, item in enumerate(items)
                if isinstance(item, dict)
            )
