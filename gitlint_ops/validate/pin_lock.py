"""The lock of a user's pinned definitions: what was taken from where, and what each file hashes to."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct, field

from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.location import FieldPath, FileRef, Location
from gitlint_ops.validate.definitions import GROUP, KIND_NAME, VERSION

MAX_LOCK_BYTES = 10_000_000
FILE = re.compile(rf"{GROUP}/[a-z0-9-]{{1,63}}_{VERSION}\.json")

_Group: TypeAlias = Annotated[str, Meta(pattern=rf"\A{GROUP}\Z")]
_Kind: TypeAlias = Annotated[str, Meta(pattern=rf"\A{KIND_NAME}\Z")]
_Version: TypeAlias = Annotated[str, Meta(pattern=rf"\A{VERSION}\Z")]
_Digest: TypeAlias = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[([0-9]{1,9})\]")
_BYTE = re.compile(r"\(byte ([0-9]{1,9})\)")


class PinSource(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where definitions were taken from.

    `path` of a file, folder or chart is relative to the folder of the lock; `sha256` is that of what
    gave the definitions. `context` is the kubeconfig's name for a cluster, `values` the files that a
    chart was rendered with, `chart` its name and version.
    """

    name: str
    way: Literal["file", "folder", "chart", "cluster"]
    sha256: _Digest
    path: str = ""
    context: str = ""
    chart: str = ""
    rendered: bool = False
    values: tuple[str, ...] = ()


class PinnedVersion(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One version of a kind; `sha256` is that of its file, "" where it has no schema."""

    name: _Version
    served: bool
    storage: bool
    sha256: _Digest | Literal[""] = ""


class PinnedDefinition(Struct, frozen=True, forbid_unknown_fields=True):
    """One kind, and the name of the source that it was taken from."""

    group: _Group
    kind: _Kind
    plural: _Version
    scope: Literal["Namespaced", "Cluster"]
    source: str
    versions: tuple[PinnedVersion, ...]

    @property
    def key(self) -> tuple[str, str]:
        return self.group, self.kind

    def file(self, version: str) -> str:
        """The path of a version's schema in the folder of the lock."""
        return f"{self.group}/{self.kind.lower()}_{version}.json"

    def files(self) -> Mapping[str, str]:
        """The hash of each of its files, by path."""
        return {self.file(one.name): one.sha256 for one in self.versions if one.sha256}


class Lock(Struct, frozen=True, forbid_unknown_fields=True):
    """All that is pinned in a folder; sources are in order of name, definitions of group and kind."""

    version: Literal[1] = 1
    sources: tuple[PinSource, ...] = ()
    definitions: tuple[PinnedDefinition, ...] = field(default=())

    def files(self) -> Mapping[str, str]:
        """The hash of every file, by path."""
        return {path: told for one in self.definitions for path, told in one.files().items()}


def sha256(data: bytes) -> str:
    """The digest that locks name, in hex."""
    return hashlib.sha256(data).hexdigest()


def encode_lock(lock: Lock) -> bytes:
    """The text of a lock; equal locks have equal texts."""
    ordered = Lock(
        sources=tuple(sorted(lock.sources, key=lambda one: one.name)),
        definitions=tuple(sorted(lock.definitions, key=lambda one: one.key)),
    )
    return msgspec.json.format(msgspec.json.encode(ordered), indent=1) + b"\n"


def decode_lock(data: bytes, file: FileRef) -> Lock:
    """The lock that a file's bytes hold.

    Raises:
        UsageError: it is none, at the line where that shows.
    """
    hint = f"restore {file.path} from git, or pin again"
    if len(data) > MAX_LOCK_BYTES:
        raise UsageError(f"{file.path} is too large for a lock: {len(data):,} bytes", hint=hint)
    try:
        return msgspec.json.decode(data, type=Lock)
    except msgspec.ValidationError as error:
        said, _, where = str(error).partition(" - at `$")
        raise UsageError(f"this is no lock of pins: {said}", at=_at(data, file, where), hint=hint) from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        found = _BYTE.search(str(error))
        line = data.count(b"\n", 0, int(found[1])) + 1 if found else 1
        at = Location(file, line, 1, line, 1)
        raise UsageError("this is no lock of pins: no JSON", at=at, hint=hint) from error


def _at(data: bytes, file: FileRef, where: str) -> Location:
    """The place of what the decoder calls `.definitions[3].kind`."""
    return place_of(data, tuple(name or int(index) for name, index in _STEP.findall(where)), file)


def place_of(data: bytes, path: FieldPath, file: FileRef) -> Location:
    """Where a field of a lock stands."""
    from gitlint_ops.syntax.locate import positions

    span = positions(data, 0).locate(path).span
    return Location(file, span.line, span.column, span.end_line, span.end_column)
