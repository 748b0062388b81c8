"""Other validators beside ours, on the same objects with the same schemas."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from .apiserver import oracles
from .client import Body
from .pinned import FOLDER, pinned_definitions

KUBECTL_VALIDATE = "1.30"  # the newest release whose schemas it carries
BRANCHES = ("allOf", "anyOf", "oneOf", "not")
BATCH = 500  # files; it reads its schemas anew in each run
VERDICTS: Mapping[str, bool] = {"statusValid": True, "statusInvalid": False, "statusError": False}


@dataclass(frozen=True, slots=True)
class Other:
    """A validator; `verdicts` says of each object whether it accepts it, None where it has no schema."""

    title: str
    verdicts: Callable[[Sequence[Body]], list[bool | None]]


def others(kubernetes: str) -> Iterator[Other | str]:
    """Those that are there, and why others are not."""
    for name, other in (("kubeconform", _kubeconform), ("kubectl-validate", _kubectl_validate)):
        folders = [os.environ.get("KUBEBUILDER_ASSETS", ""), str(oracles()), os.environ.get("PATH", "")]
        found = shutil.which(name, path=os.pathsep.join(filter(None, folders)))
        yield other(found, kubernetes) if found else f"no {name}: tools/oracles.sh has not built it"


def _kubeconform(program: str, kubernetes: str) -> Other:
    title = f"kubeconform -strict, with the same schemas of {kubernetes} and of the pinned definitions"
    return Other(title, lambda bodies: kubeconform(Path(program), bodies, kubernetes))


def _kubectl_validate(program: str, _kubernetes: str) -> Other:
    title = f"kubectl-validate, with its newest schemas, of {KUBECTL_VALIDATE}, and the pinned definitions"
    return Other(title, lambda bodies: kubectl_validate(Path(program), bodies))


def kubeconform(program: Path, bodies: Sequence[Body], kubernetes: str) -> list[bool | None]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        core, custom, objects = (folder / name for name in ("core", "custom", "objects"))
        _core_schemas(core, kubernetes)
        _custom_schemas(custom)
        _write(objects, bodies)
        command = [str(program), "-strict", "-output", "json", "-verbose", str(objects)]
        command[1:1] = ["-schema-location", f"{core}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"]
        command[1:1] = [
            "-schema-location",
            f"{custom}/{{{{.Group}}}}/{{{{.ResourceKind}}}}_{{{{.ResourceAPIVersion}}}}.json",
        ]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        told = {int(Path(one["filename"]).stem): one for one in json.loads(run.stdout)["resources"]}
    return [_verdict(told.get(at)) for at in range(len(bodies))]


def kubectl_validate(program: Path, bodies: Sequence[Body]) -> list[bool | None]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        definitions, objects = folder / "definitions", folder / "objects"
        _write(definitions, list(pinned_definitions()), ".yaml")  # JSON is YAML
        _write(objects, bodies)
        told: dict[int, Mapping[str, Any]] = {}
        for start in range(0, len(bodies), BATCH):
            files = [objects / f"{at}.json" for at in range(start, min(start + BATCH, len(bodies)))]
            told |= _validated(program, definitions, files)
    return [_status_verdict(told.get(at)) for at in range(len(bodies))]


def _validated(program: Path, definitions: Path, files: Sequence[Path]) -> dict[int, Mapping[str, Any]]:
    """Its Status for each file, by the number that the file has; none for one on which it breaks off."""
    command = [str(program), "--version", KUBECTL_VALIDATE, "--local-crds", str(definitions), "-o", "json"]
    # Without this it asks the cluster of the user for schemas.
    environment = {**os.environ, "KUBECONFIG": os.devnull}
    run = subprocess.run(
        [*command, *map(str, files)], capture_output=True, text=True, check=False, env=environment
    )
    try:
        read = json.loads(run.stdout)
    except ValueError:
        if len(files) == 1:
            return {}
        half = len(files) // 2
        return _validated(program, definitions, files[:half]) | _validated(program, definitions, files[half:])
    return {int(Path(name).stem): statuses[0] for name, statuses in read.items()}


def _status_verdict(status: Mapping[str, Any] | None) -> bool | None:
    if status is None or "failed to retrieve validator" in status.get("message", ""):
        return None
    return bool(status["status"] == "Success")


def _write(folder: Path, bodies: Sequence[Body], ending: str = ".json") -> None:
    """Each in a file that is named by its number."""
    folder.mkdir()
    for at, body in enumerate(bodies):
        (folder / f"{at}{ending}").write_text(json.dumps(body))


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
    """The pinned schemas, closed as kubeconform's own tool does it.

    Only the branches of `oneOf` and the like stay open, which the tool closes so that legal objects become
    illegal; and the fields of every object are known, which not every definition lists.
    """
    for file in FOLDER.glob("*/*_*.json"):
        schema = json.loads(file.read_text())
        known: dict[str, Any] = {key: {} for key in ("apiVersion", "kind", "metadata")}
        target = folder / file.relative_to(FOLDER)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(_closed({**schema, "properties": {**known, **schema["properties"]}})))


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: value if key in BRANCHES else _closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        closed.setdefault("additionalProperties", False)
    return closed
