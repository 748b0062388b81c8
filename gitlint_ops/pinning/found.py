"""Definitions gathered from one source, each once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from msgspec import Struct

from gitlint_ops.model.errors import UsageError, did_you_mean
from gitlint_ops.model.location import FieldPath, FileRef, Location
from gitlint_ops.syntax.documents import Document, Typing, read
from gitlint_ops.validate.definitions import (
    API_VERSION,
    KEYWORDS,
    KIND,
    Definition,
    NoDefinition,
    canonical,
    definition,
    is_definition,
    unknown_keywords,
)
from gitlint_ops.validate.own_pins import unlisted
from gitlint_ops.validate.pin_lock import PinSource, sha256

_MARK = KIND.encode()


class Taken(Struct, frozen=True):
    """What a source gave; `notes` are what of it was passed over, in plain words."""

    source: PinSource
    definitions: tuple[Definition, ...]
    notes: tuple[str, ...] = ()


class Gathering:
    """The definitions met so far, with where each was met."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], tuple[Definition, str]] = {}
        self.notes: list[str] = []

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """All of them, in order of group and kind."""
        return tuple(self._held[key][0] for key in sorted(self._held))

    @property
    def digest(self) -> str:
        """Tells what the definitions say, and nothing of how it was written."""
        return sha256(b"".join(_told(one) for one in self.definitions))

    def read(self, data: bytes, file: FileRef, *, strict: bool = True) -> None:
        """Add the definitions in a file; not `strict`: files that are templates or broken are noted.

        Raises:
            UsageError: it is no YAML, or holds a definition that is none, at its line.
        """
        if _MARK not in data:
            return
        text = read(data, Typing.KUBECTL)
        if text.templated:
            self.notes.append(f"{file.path} is a template ({text.templated})")
            return
        problems = [*text.problems, *(one for held in text.documents for one in held.problems)]
        if problems:
            first = problems[0]
            at = Location(file, first.span.line, first.span.column, first.span.end_line, 1)
            if strict:
                raise UsageError(first.message, at=at, hint=first.hint)
            self.notes.append(f"{at}: {first.message}")
            return
        for document in text.documents:
            self._add_document(document, data, file)

    def add(self, held: Definition, where: str) -> None:
        """Add one definition.

        Raises:
            UsageError: the source holds another one of the same kind.
        """
        key = held.group, held.kind
        known = self._held.setdefault(key, (held, where))
        if known[0] != held:
            raise UsageError(
                f"{known[1]} and {where} define {held.name} differently",
                hint="name the one file, folder or chart that your clusters have",
            )

    def _add_document(self, document: Document, data: bytes, file: FileRef) -> None:
        for body in unlisted(document.body):
            if is_definition(body):
                self.notes.extend(_ignored(body, data, document.index, file))
                try:
                    self.add(definition(body), f"{file.path}:{document.line}")
                except NoDefinition as error:
                    at = _place(data, document.index, error.path, file)
                    raise UsageError(str(error), at=at, hint="the API server refuses it as well") from error
            elif isinstance(body, dict) and body.get("kind") == KIND:
                self.notes.append(
                    f"{file.path}:{document.line}: {body.get('apiVersion')} is not read, only {API_VERSION}"
                )


def taken(source: PinSource, gathering: Gathering, where: str) -> Taken:
    """What was gathered.

    Raises:
        UsageError: nothing was.
    """
    if not gathering.definitions:
        raise UsageError(
            f"there is no CustomResourceDefinition in {where}", hint="; ".join(gathering.notes[:3])
        )
    return Taken(source, gathering.definitions, tuple(_few(gathering.notes)))


_MOST_NOTES = 10


def _few(notes: Iterable[str]) -> Iterator[str]:
    held = list(dict.fromkeys(notes))
    yield from held[:_MOST_NOTES]
    if len(held) > _MOST_NOTES:
        yield f"and {len(held) - _MOST_NOTES} more"


def _told(held: Definition) -> bytes:
    head = f"{held.name} {held.kind} {held.scope}\n".encode()
    versions = (
        f"{one.name} {one.served} {one.storage}\n".encode() + canonical(one.schema) for one in held.versions
    )
    return head + b"".join(versions)


def _ignored(body: Mapping[str, Any], data: bytes, index: int, file: FileRef) -> Iterator[str]:
    for path in islice(unknown_keywords(body), _MOST_NOTES + 1):
        near = did_you_mean(str(path[-1]), sorted(KEYWORDS))
        meant = f" (did you mean `{near}`?)" if near else ""
        at = _place(data, index, path, file, key=True)
        yield f"{at}: `{path[-1]}` is no keyword of Kubernetes' schemas, and judges nothing{meant}"


def _place(data: bytes, index: int, path: FieldPath, file: FileRef, *, key: bool = False) -> Location:
    from gitlint_ops.syntax.locate import positions

    span = positions(data, index).locate(path, key=key).span
    return Location(file, span.line, span.column, span.end_line, span.end_column)
