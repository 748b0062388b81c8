"""References that lead out of a chart's `values.schema.json`, which helm would follow.

Helm reads files and addresses that a schema refers to, and a proxy does not keep it from those of
this machine. So what is not wholly in the schema itself is found before helm sees it, also in the
archives of subcharts.

Source: helm.sh/helm pkg/chartutil/jsonschema.go, pkg/chart/loader/load.go
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.build.helm.archives import Allowance, UnreadableArchive, members

NAME = "values.schema.json"

_MAX_SCHEMA_BYTES = 5_000_000
_MAX_NESTED = 5

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_KNOWN_DRAFTS = re.compile(
    r"https?://json-schema\.org/(?:(?:draft-0[4-7]|draft/20(?:19-09|20-12))/)?schema#?\Z"
)


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
    allowance = Allowance()
    for path, data in files.items():
        if path.endswith(".tgz"):
            for reference in _references_in(data, allowance, 0):
                yield path, reference


def _is_looked_into(name: str) -> bool:
    return name.endswith((NAME, ".tgz"))


def _references_in(archive: bytes, allowance: Allowance, depth: int) -> Iterator[str]:
    if depth > _MAX_NESTED:
        raise UnreadableSchema("holds archives in archives too deeply")
    try:
        for name, data in members(archive, _is_looked_into, allowance):
            if name.endswith(".tgz"):
                yield from _references_in(data, allowance, depth + 1)
            else:
                reference = outside_reference(data)
                if reference:
                    yield reference
    except UnreadableArchive as error:
        raise UnreadableSchema(str(error)) from error
