"""Whether each scalar of a build is blamed on what made it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gitlint_ops.model.blame import Origin, Via, at, chain, takes_elsewhere
from gitlint_ops.model.location import PLAIN_TEXT, DocumentRef, FieldPath, Location, format_path
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import BuildResult
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.workspace.sources import Sources

from .sayings import decodings, is_told, said, scalars_in, text_at, values_of

_NOTES = (
    "config.kubernetes.io/origin",
    "alpha.config.kubernetes.io/transformations",
    "app.kubernetes.io/managed-by",
)
"""What `buildMetadata:` adds, whose text nobody wrote."""

_NOTED = re.compile(r"configured(?:In|By): ")

_HASHED = re.compile(r"-[2-9a-z]{10}\b")
"""A generated name: the entry that made the content made the hash."""


def scalars(body: Any, path: FieldPath = ()) -> Iterator[tuple[FieldPath, Any]]:
    """The scalars of a body; an empty mapping or list counts as one."""
    if isinstance(body, Mapping) and body:
        for key, value in body.items():
            yield from scalars(value, (*path, key))
    elif isinstance(body, list) and body:
        for index, value in enumerate(body):
            yield from scalars(value, (*path, index))
    else:
        yield path, body


@dataclass
class Checker:
    """Checks builds of one workspace; what it was shown once it does not check again."""

    sources: Sources
    checked: int = 0
    wrong: list[str] = field(default_factory=list)
    seen: set[Any] = field(default_factory=set)
    bodies: dict[DocumentRef, Any] = field(default_factory=dict)

    def check(self, result: BuildResult) -> None:
        for one in result.objects:
            for path, value in scalars(one.body):
                self.checked += 1
                origins = list(chain(at(one.blame, path)))
                reason = self._checked_once(origins, path, value)
                if reason:
                    self.wrong.append(self._told(one, path, value, origins[0], reason))

    def _checked_once(self, origins: list[Origin], path: FieldPath, value: Any) -> str:
        origin = origins[0]
        places = tuple((one.source, one.source_path, one.verbatim) for one in origins[:2])
        key = (places, path[-1:], type(value), said(value))
        if key in self.seen:
            return ""
        self.seen.add(key)
        if str(path[-1]).startswith("internal.config.kubernetes.io/"):
            return ""  # notes that kustomize keeps on an object, copied while they were there
        if takes_elsewhere(origin):
            return self._of_copy(origins, value)
        return self._reason(origin, path, value)

    def _told(self, one: RenderedObject, path: FieldPath, value: Any, origin: Origin, reason: str) -> str:
        location, _ = self.sources.location_of(origin)
        return (
            f"{one.target} {one.kind}/{one.key.name} {format_path(path)} = {value!r:.80}: {reason}, at "
            f"{location} ({origin.via.value}, {format_path(origin.source_path)})"
        )

    def _reason(self, origin: Origin, path: FieldPath, value: Any) -> str:
        """What is wrong with an origin, or ""."""
        location, exact = self.sources.location_of(origin)
        if not exact:
            return "there is nothing at its place"
        if origin.source.index == PLAIN_TEXT:
            return self._of_plain_text(location, value)
        if origin.verbatim and value not in ({}, []):
            return self._of_text(origin, location, value)
        if path[-1] in _NOTES or value in ({}, []) or _HASHED.search(said(value)):
            return ""
        return self._of_entry(origin, location, value)

    def _of_copy(self, origins: list[Origin], value: Any) -> str:
        """A copied value stands, whole or in part, where it was copied from; of a mapping, "" is copied."""
        if not self.sources.location_of(origins[0])[1]:
            return "there is nothing at the place of the copy"
        if value in ("", None, {}, []) or _NOTED.search(said(value)):
            return ""
        # With a delimiter, a part of the source may be older than what set the rest of it.
        found = any(self._has_part_of(one, value) for one in origins[1:])
        return "" if found else "nothing it was copied from says it"

    def _has_part_of(self, source: Origin, value: Any) -> bool:
        location, exact = self.sources.location_of(source)
        if not exact:
            return False
        if source.verbatim:
            text = text_at(self.sources, location)
            texts = [*map(said, values_of(text)), text.strip("'\"")]
        else:
            entry = value_at(self._body(source.source, Typing.KUBECTL), source.source_path)
            if source.via is Via.GENERATOR or _HASHED.search(said(value)):
                return True
            texts = ["" if entry is None else said(entry), *scalars_in(entry)]
        parts = [part for text in texts for part in re.split(r"\W+", text) if part]
        return any(part in said(value) for part in (*texts, *parts))

    def _of_plain_text(self, location: Location, value: Any) -> str:
        data = self.sources.data(location.file)
        if value in (data.decode("utf-8", "surrogateescape"), _encoded(data)):
            return ""
        if data.decode("utf-8", "surrogateescape") in decodings(value):
            return ""
        raw = data.split(b"\n")[location.line - 1].removesuffix(b"\r")
        held = raw.decode("utf-8", "surrogateescape").partition("=")[2]
        return "" if held in decodings(value) else "neither the file nor the line is the value"

    def _of_text(self, origin: Origin, location: Location, value: Any) -> str:
        text = text_at(self.sources, location)
        if is_told(value, text) or (value == "" and _is_container(text)):
            return ""
        if origin.source.embedded:
            # A text within quotes or a folded block: its span is the whole scalar.
            for typing in (Typing.KUSTOMIZE, Typing.KUBECTL):
                held = value_at(self._body(origin.source, typing), origin.source_path, self)
                if held is not self and (
                    said(held).strip() == said(value).strip() or (held is None and value in ("~", ""))
                ):
                    return "" if text[:1] in ("'", '"', ">") or "\n" not in text else f"text is {text!r:.80}"
        return f"the text there is {text!r:.80}"

    def _of_entry(self, origin: Origin, location: Location, value: Any) -> str:
        body = self._body(origin.source, Typing.KUBECTL)
        entry = value_at(body, origin.source_path, self)
        if entry is self:
            return "there is no such entry"
        strict = _strict(origin.source_path, body, value)
        if strict is not None:
            return "" if strict else f"the entry says {entry!r:.80}"
        if _is_made_of(entry, value):
            return ""
        text = text_at(self.sources, location)
        return f"the entry says nothing of it: {text!r:.80}"

    def _body(self, ref: DocumentRef, typing: Typing) -> Any:
        key = (ref, typing)
        if key not in self.bodies:
            self.bodies[key] = self._read_body(ref, typing)
        return self.bodies[key]

    def _read_body(self, ref: DocumentRef, typing: Typing) -> Any:
        text = self.sources.text(ref.file, typing)
        body = next((one.body for one in text.documents if one.index == ref.index), None)
        for key in ref.embedded:
            if isinstance(body, str):
                number = key if isinstance(key, int) else 0
                body = _document(body, typing, number)
                if number:
                    continue
            body = value_at(body, (key,))
        if not ref.embedded:
            return body
        return _document(str(body), typing, ref.part)


def _document(text: str, typing: Typing, number: int) -> Any:
    """A document of a text; the first that there is where that number has nothing."""
    documents = read(text.encode("utf-8", "surrogatepass"), typing).documents
    numbered = next((one.body for one in documents if one.index == number), None)
    return numbered if numbered is not None or not documents else documents[0].body


def _is_container(text: str) -> bool:
    """Whether a text is a mapping or a list, of which kustomize makes an empty text where it wants one."""
    return any(isinstance(one, dict | list) for one in values_of(text)) or "\n" in text


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _strict(path: FieldPath, body: Any, value: Any) -> bool | None:
    """Whether the entry of a kustomization makes this value; None where it is no such entry."""
    entry = value_at(body, path)
    found: bool | None = None
    match path:
        case ("namePrefix" | "prefix",):
            found = said(value).startswith(said(entry))
        case ("nameSuffix" | "suffix",):
            found = said(entry) in said(value)
        case ("namespace",) | ("metadata", "namespace") | ("replicas" | "replica", *_, "count"):
            found = bool(value == entry)
        case ("labels", int(), "pairs", _) | ("commonLabels" | "commonAnnotations" | "annotations", _):
            found = said(value) == said(entry)
        case ("vars", int()) if "$" in said(value):
            found = True  # `$$` means one `$` where there are variables
        case ("images" | "imageTags" | "imagetags", int(), *_):
            found = _is_image_of(value_at(body, path[:2]), value)
        case ("imageTag", *_):
            found = _is_image_of(body["imageTag"], value)
        case (*_, "literals", int()):
            text = said(entry).partition("=")[2]
            texts = (text, text[1:-1] if text[:1] in ("'", '"') else text)
            found = any(one in decodings(value) for one in texts)
    return found


def _is_image_of(entry: Any, value: Any) -> bool:
    wanted = [said(entry[name]) for name in ("newTag", "digest", "tagSuffix", "newName") if entry.get(name)]
    return not wanted or any(one in said(value) for one in wanted)


def _is_made_of(entry: Any, value: Any) -> bool:
    texts = decodings(value)
    if value in ("v1", "ConfigMap", "Secret", "Opaque", "ServiceAccount"):
        return True
    if value == "" and (isinstance(entry, dict | list) or "" in (said(entry), *scalars_in(entry))):
        return True
    if any(f"={value}]" in text for text in scalars_in(entry)):
        return True  # an item that a replacement's field path made
    return any(said_text and any(said_text in one for one in texts) for said_text in scalars_in(entry))
