"""A repository to pin in, definitions to pin, and charts of them."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LOCK = "schemas/crds/pins.lock.json"
SCHEMA = "schemas/crds/shop.example/store_v1.json"

STORE = """\
apiVersion: shop.example/v1
kind: Store
metadata: {name: main, namespace: shop}
spec: {size: three}
"""


def definition(*, minimum: int = 0, served: str = "true", kind: str = "Store", version: str = "v1") -> str:
    """A CustomResourceDefinition in two versions, of which the second is never served."""
    return f"""\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {kind.lower()}s.shop.example
spec:
  group: shop.example
  scope: Namespaced
  names: {{kind: {kind}, plural: {kind.lower()}s}}
  versions:
    - name: {version}
      served: {served}
      storage: true
      schema:
        openAPIV3Schema:
          description: What nobody is judged by.
          type: object
          properties:
            spec:
              type: object
              properties:
                size: {{type: integer, minimum: {minimum}, description: How many shelves.}}
    - name: v1alpha1
      served: false
      storage: false
      schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}
"""


def repository(folder: Path, files: Mapping[str, str] | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    for path, text in (files or {}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def lock(folder: Path) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((folder / LOCK).read_text())
    return held


def archive(files: Mapping[str, str], path: Path) -> Path:
    """A .tgz of some files, by whatever names."""
    with tarfile.open(path, "w:gz") as packed:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            packed.addfile(entry, io.BytesIO(text.encode()))
    return path
