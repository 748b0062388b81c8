"""Write the default field specs of kustomize as data, from the source of its Go module.

    go mod download sigs.k8s.io/kustomize/api@v0.21.1
    python tools/generate_field_specs.py "$(go env GOMODCACHE)"

The specs are YAML texts in string constants of the module; they are read as data, and what was
read from where is noted in data/sources.lock.json.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

MODULE = "sigs.k8s.io/kustomize/api"
VERSION = "v0.21.1"
LICENCE = "Apache-2.0"
CONSTANTS = "internal/konfig/builtinpluginconsts"
DATA = Path(__file__).resolve().parents[1] / "gitlint_ops" / "build" / "kustomize" / "data"
OUTPUT = "field_specs.json"
GROUPS = (
    "namePrefix",
    "nameSuffix",
    "commonLabels",
    "templateLabels",
    "commonAnnotations",
    "namespace",
    "varReference",
    "nameReference",
    "images",
    "replicas",
)

_CONSTANT = re.compile(r"(\w+FieldSpecs)\s*=\s*`([^`]*)`(?:\s*\+\s*(\w+))?")


def constants(folder: Path) -> dict[str, str]:
    """The texts of all string constants, with those they are joined to."""
    texts: dict[str, str] = {}
    joined: dict[str, str] = {}
    for file in sorted(folder.glob("*.go")):
        for name, text, other in _CONSTANT.findall(file.read_text(encoding="utf-8")):
            texts[name] = text
            joined[name] = other
    return {name: text + texts.get(joined[name], "") for name, text in texts.items()}


def field_specs(folder: Path) -> dict[str, Any]:
    """All groups of field specs, in the order in which kustomize defines them."""
    found: dict[str, Any] = {}
    for text in constants(folder).values():
        body = yaml.safe_load(text)
        if isinstance(body, dict):
            found.update(body)
    missing = [group for group in GROUPS if group not in found]
    if missing:
        raise SystemExit(f"no field specs for {', '.join(missing)} in {folder}")
    return {group: found[group] for group in GROUPS}


def note_source(archive: Path, written: Path) -> None:
    """Add to the lock file where a data file came from; other entries stay."""
    lock = DATA / "sources.lock.json"
    held = json.loads(lock.read_text(encoding="utf-8")) if lock.exists() else {}
    held[written.name] = {
        "package": MODULE,
        "version": VERSION,
        "licence": LICENCE,
        "from": f"Go module {MODULE}@{VERSION}",
        "path": CONSTANTS,
        "package_sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        "sha256": hashlib.sha256(written.read_bytes()).hexdigest(),
        "generated_by": "tools/generate_field_specs.py",
    }
    lock.write_text(json.dumps(held, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def main(cache: Path) -> None:
    folder = cache / f"{MODULE}@{VERSION}" / CONSTANTS
    archive = cache / "cache" / "download" / MODULE / "@v" / f"{VERSION}.zip"
    DATA.mkdir(exist_ok=True)
    written = DATA / OUTPUT
    written.write_text(json.dumps(field_specs(folder), indent=1) + "\n", encoding="utf-8")
    note_source(archive, written)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
