"""The valid objects of seeds/*.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "seeds"


def seeds() -> list[dict[str, Any]]:
    """All of them; definitions stand before the objects that they define."""
    files = sorted(FOLDER.glob("*.yaml"), key=lambda file: (file.name != "definitions.yaml", file.name))
    return [body for file in files for body in yaml.safe_load_all(file.read_text())]


def definitions() -> list[dict[str, Any]]:
    return [body for body in seeds() if body["kind"] == "CustomResourceDefinition"]


def kinds() -> set[tuple[str, str]]:
    """Their groups and kinds."""
    return {(body["apiVersion"].rpartition("/")[0], body["kind"]) for body in seeds()}
