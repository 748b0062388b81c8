"""References that lead out of a chart's `values.schema.json`, which helm would follow.

Helm reads files and addresses that a schema refers to, and a proxy does not keep it from those of
this machine. So what is not wholly in the schema itself is found before helm sees it, also in the
archives of subcharts.

Source: helm.sh/helm pkg/chartutil/jsonschema.go, pkg/chart/loader/load.go
"""

from __future__ import annotations

import io
import json
import re
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

NAME = "values.schema.json"

_MAX_SCHEMA_BYTES = 5_000_000
_MAX_UNPACKED_BYTES = 100_000_000
_MAX_NESTED = 5
_GZIP = 31  # zlib's number for data with gzip's own header

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_KNOWN_DRAFTS = re.compile(r"https?://json-schema\.org/(?:draft-0[4-7]|draft/20(?:19-09|20-12))/schema#?\Z")


class UnreadableSchema(Exception):
    """A schema or archive that cannot be looked into; the message says why."""


def outside_reference(data: bytes) -> str:
    """The first reference of a schema that leads out of it, or "".

    Raises:
        UnreadableSchema: it is too large or too deep to tell.
    """
    if len(data) > _MAX_SCHEMA_BYTES:
        raise UnreadableSchema("is too large")
    found: list[str] = []

    def noted(pairs: list[tuple[str, Any]]) -> None:
        # All pairs, also of keys that stand twice, of which other readers may take another.
        for key, value in pairs:
            if isinstance(value, str) and _leads_out(key, value):
                found.append(value)

    try:
        json.loads(data.decode("utf-8", "replace"), object_pairs_hook=noted)
    except RecursionError as error:
        raise UnreadableSchema("is nested too deeply") from error
    except ValueError:
        return ""  # helm refuses what is no JSON
    return found[0] if found else ""


def _leads_out(key: str, value: str) -> bool:
    if key == "$schema":
        return _KNOWN_DRAFTS.match(value) is None
    return key in _REFERENCES and value != "" and not value.startswith("#")


def archived_references(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """References out of the schemas in a chart's archives of subcharts, each with its archive.

    Raises:
        UnreadableSchema: an archive cannot be unpacked, or is too large.
    """
    for path, data in files.items():
        if path.endswith(".tgz"):
            for reference in _references_in(data, 0):
                yield path, reference


def _references_in(archive: bytes, depth: int) -> Iterator[str]:
    if depth > _MAX_NESTED:
        raise UnreadableSchema("holds archives in archives too deeply")
    for name, data in _members(archive):
        if name.endswith(".tgz"):
            yield from _references_in(data, depth + 1)
        else:
            reference = outside_reference(data)
            if reference:
                yield reference


def _members(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """The schemas and archives in an archive."""
    try:
        with tarfile.open(fileobj=io.BytesIO(_unpacked(archive)), mode="r:") as tar:
            for member in tar:
                if member.isfile() and member.name.endswith((NAME, ".tgz")):
                    stream = tar.extractfile(member)
                    yield member.name, stream.read() if stream is not None else b""
    except (tarfile.TarError, zlib.error, OSError) as error:
        raise UnreadableSchema(f"cannot be unpacked ({error})") from error


def _unpacked(data: bytes) -> bytes:
    parts: list[bytes] = []
    left = _MAX_UNPACKED_BYTES
    # Several streams in a row are one text to helm.
    while data:
        stream = zlib.decompressobj(_GZIP)
        parts.append(stream.decompress(data, left))
        left -= len(parts[-1])
        if stream.unconsumed_tail or left <= 0:
            raise UnreadableSchema("is too large when it is unpacked")
        if not stream.eof:
            raise UnreadableSchema("ends too early")
        data = stream.unused_data
    return b"".join(parts)
