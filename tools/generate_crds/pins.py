"""Choosing one source for each version of a kind, and writing what was chosen.

index.json is what validation reads: group -> kind -> scope and versions, and the product and
version that each source stands for. lock.json says where each file came from and what it hashes to.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from definitions import Version
from fetch import Fetched
from sources import Source

INDEX = "index.json"
LOCK = "lock.json"
NOTICES = "notices"

Chosen = dict[tuple[str, str, str], tuple[Version, str]]
"""A version of a kind (group, kind, version) with the name of its source."""


class Pins:
    """What all sources give, in their order."""

    def __init__(self) -> None:
        self._chosen: Chosen = {}
        self._newest: dict[tuple[str, str], str] = {}
        self._sources: list[dict[str, Any]] = []
        self._notices: dict[str, bytes] = {}

    def add(self, source: Source, fetched: Fetched, versions: Iterable[Version]) -> int:
        """The number of versions that are taken from this source."""
        taken = 0
        for version in versions:
            key = (version.group, version.kind, version.name)
            self._newest.setdefault(key[:2], source.name)
            held = self._chosen.get(key)
            if held is None or (version.served and not held[0].served):
                self._chosen[key] = (version, source.name)
                taken += 1
        self._sources.append(_source_entry(source, fetched))
        self._notices.update(_notices(source, fetched))
        return taken

    def write(self, folder: Path, controller_gen: str) -> None:
        """Replace `folder` by the pins."""
        shutil.rmtree(folder, ignore_errors=True)
        files: dict[str, Any] = {}
        kinds: dict[str, Any] = {}
        for (group, kind, name), (version, source) in sorted(self._chosen.items()):
            entry = kinds.setdefault(group, {}).setdefault(
                kind, {"scope": version.scope, "source": self._newest[group, kind], "versions": {}}
            )
            if version.plural:
                entry["plural"] = version.plural
            path = f"{group}/{kind.lower()}_{name}.json"
            entry["versions"][name] = self._index_entry(version, source)
            if version.served and version.schema:
                text = _compact(version.schema)
                _write(folder / path, text)
                files[path] = _file_entry(version, source, text)
        products = {one["name"]: one["product"] + " " + one["version"] for one in self._sources}
        _write(folder / INDEX, _compact({"kinds": kinds, "sources": products}) + b"\n")
        lock = {"controller-gen": controller_gen, "files": files, "sources": self._sources}
        _write(folder / LOCK, json.dumps(lock, indent=1, sort_keys=True).encode() + b"\n")
        for named, text in self._notices.items():
            _write(folder / NOTICES / named, text)

    def _index_entry(self, version: Version, source: str) -> dict[str, Any]:
        """The facts of one version; false ones are left out but for `served`.

        `only_in` names the source of a version that the first source of its kind does not serve.
        """
        newest = self._newest[version.group, version.kind]
        facts = {
            "storage": version.storage,
            "deprecated": version.deprecated,
            "subresources": list(version.subresources),
            "schema": bool(version.served and version.schema),
            "only_in": source if newest != source else "",
        }
        return {"served": version.served, **{key: value for key, value in facts.items() if value}}


def _source_entry(source: Source, fetched: Fetched) -> dict[str, Any]:
    licence = (fetched.folder / source.licence_file).read_bytes()
    entry: dict[str, Any] = {
        "name": source.name,
        "product": source.product or source.name,
        "version": source.version,
        "checksum": fetched.checksum,
        "licence": source.licence,
        "licence_file": source.licence_file,
        "licence_sha256": hashlib.sha256(licence).hexdigest(),
        "way": source.way,
    }
    entry["go" if source.module else "pypi"] = source.module or source.pypi
    return entry


def _notices(source: Source, fetched: Fetched) -> dict[str, bytes]:
    """What a licence asks to pass on: its text with the names in it, and NOTICE files."""
    found = {}
    if source.licence != "Apache-2.0":
        found[f"{source.name}-{source.licence}.txt"] = (fetched.folder / source.licence_file).read_bytes()
    for path in sorted(fetched.folder.glob("NOTICE*")):
        found[f"{source.name}-{path.name}"] = path.read_bytes()
    return found


def _file_entry(version: Version, source: str, text: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "group": version.group,
        "kind": version.kind,
        "version": version.name,
        "scope": version.scope,
        "served": version.served,
        "storage": version.storage,
        "source": source,
        "sha256": hashlib.sha256(text).hexdigest(),
    }
    return {**entry, "from": version.origin} if version.origin else entry


def _compact(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _write(path: Path, text: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
