"""Other validators beside ours, on the same objects with the same schemas."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from .apiserver import built_folder
from .client import Body
from .pinned import FOLDER

VERDICTS: Mapping[str, bool] = {"statusValid": True, "statusInvalid": False, "statusError": False}


def find_kubeconform() -> Path | None:
    assets = os.environ.get("KUBEBUILDER_ASSETS", "")
    found = shutil.which("kubeconform", path=os.pathsep.join([assets, str(built_folder())]))
    return Path(found) if found else None


def kubeconform(program: Path, bodies: Sequence[Body], kubernetes: str) -> list[bool | None]:
    """Whether it accepts each object, None for those of kinds that it has no schema of."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        core, custom, objects = (folder / name for name in ("core", "custom", "objects"))
        _core_schemas(core, kubernetes)
        _custom_schemas(custom)
        objects.mkdir()
        for at, body in enumerate(bodies):
            (objects / f"{at}.json").write_text(json.dumps(body))
        command = [str(program), "-strict", "-output", "json", "-verbose", str(objects)]
        command[1:1] = ["-schema-location", f"{core}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"]
        command[1:1] = [
            "-schema-location",
            f"{custom}/{{{{.Group}}}}/{{{{.ResourceKind}}}}_{{{{.ResourceAPIVersion}}}}.json",
        ]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        told = {int(Path(one["filename"]).stem): one for one in json.loads(run.stdout)["resources"]}
    return [_verdict(told.get(at)) for at in range(len(bodies))]


def _verdict(told: Mapping[str, Any] | None) -> bool | None:
    if told is None or "could not find schema" in told.get("msg", ""):
        return None
    return VERDICTS[told["status"]]


def _core_schemas(folder: Path, kubernetes: str) -> None:
    """The same data as ours, each schema with all definitions in it, as kubeconform follows no others."""
    folder.mkdir()
    source = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{kubernetes}.0-local-strict"
    read = {file.name: file.read_text(encoding="utf-8") for file in source.iterdir()}
    local = {name: json.loads(text.replace("/api/_definitions.json", "")) for name, text in read.items()}
    definitions = local.pop("_definitions.json")["$defs"]
    for name, schema in local.items():
        if "x-kubernetes-group-version-kind" in schema:
            needed = _closure(schema, definitions)
            schema.pop("$id", None)
            (folder / name).write_text(json.dumps({**schema, "$defs": needed}))


def _closure(schema: Any, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The definitions that a schema refers to, and those that they refer to."""
    needed: dict[str, Any] = {}
    waiting = _referred(schema)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = definitions[name]
            waiting |= _referred(definitions[name])
    return needed


def _referred(schema: Any) -> set[str]:
    return set(re.findall(r'"\$ref": "#/\$defs/([^"]+)"', json.dumps(schema)))


def _custom_schemas(folder: Path) -> None:
    """The pinned schemas, closed as kubeconform's own tool closes those of definitions."""
    for file in FOLDER.glob("*/*_*.json"):
        target = folder / file.relative_to(FOLDER)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(_closed(json.loads(file.read_text()))))


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        closed.setdefault("additionalProperties", False)
    return closed
