"""A folder of a tree as it grows, and its kustomization while it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .field_choices import FieldChoices
from .held import Held
from .json_patches import JsonPatches
from .merge_patches import MergePatches
from .objects import Body, Objects
from .yaml_text import Pen


class Folder:
    """A folder as it grows: its files, the objects that it comes to, the variables that it has."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.files: dict[str, str] = {}
        self.held: list[Held] = []
        self.variables: set[str] = set()


class Draft:
    """The kustomization of one folder: its fields so far, and what all that adds to it needs."""

    def __init__(self, objects: Objects, pen: Pen, folder: Folder) -> None:
        self.objects = objects
        self.random = objects.random
        self.pen = pen
        self.folder = folder
        self.merges = MergePatches(objects)
        self.operations = JsonPatches(objects)
        self.paths = FieldChoices(objects)
        self.fields: Body = {}

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def file(self, name: str, text: str) -> str:
        number = len(self.folder.files)
        path = f"{name.partition('.')[0]}{number}.{name.partition('.')[2]}"
        if self.chance(0.15):
            path = f"sub/{path}"
        self.folder.files[path] = text
        return path

    def add(self, field: str, *entries: Any) -> None:
        self.fields.setdefault(field, []).extend(entries)

    def some_held(self, *kinds: str) -> Held | None:
        found = [one for one in self.folder.held if not kinds or one.kind in kinds]
        return self.random.choice(found) if found else None

    def id_for(self, held: Held) -> tuple[str, str]:
        """A name and namespace that no other object has had, if there are such."""
        names = list(held.names)
        if self.chance(0.4):
            self.random.shuffle(names)
        else:
            names.reverse()
        for name, namespace in names:
            wanted = (held.kind, name, (namespace or "default") if held.scoped else "")
            if sum(wanted in one.all_ids() for one in self.folder.held) == 1:
                return name, namespace
        return names[0]

    def target(self, held: Held) -> tuple[Body, list[Held]]:
        """A selector that selects an object, and what else it selects as far as is known."""
        ways: Mapping[str, Callable[[], Body]] = {
            "one": lambda: {"kind": held.kind, "name": held.name},
            "old": lambda: {"kind": held.kind, "name": held.names[0][0]},
            "kind": lambda: {"kind": held.kind},
            "name": lambda: {"name": held.name},
            "regex": lambda: {"kind": held.kind, "name": self.random.choice((".*", "w.*|db", ".+b"))},
            "gvk": lambda: {
                "version": held.api_version.rpartition("/")[2],
                "kind": held.kind,
                **({"group": held.api_version.partition("/")[0]} if "/" in held.api_version else {}),
            },
            "namespace": lambda: {"kind": held.kind, "namespace": held.namespace or "default"},
            "label": lambda: {
                "labelSelector": self.random.choice(
                    ("app", "app=web", "app in (web,db)", "!tier", "app!=web", f"app={held.name}")
                )
            },
            "note": lambda: {
                "kind": held.kind,
                "annotationSelector": self.random.choice(("note", "!note", "note=a")),
            },
        }
        way = self.random.choice(("one", "one", "one", "kind", *ways))
        target = ways[way]()
        metadata_way = way in ("label", "note")
        selected = [
            one
            for one in self.folder.held
            if target.get("kind") in (None, one.kind)
            and (
                metadata_way
                or way in ("kind", "gvk", "namespace", "regex")
                or target["name"] in {name for name, _ in one.names}
            )
        ]
        return target, selected if held in selected else [held, *selected]

    def rename(self, rename: Callable[[str], str]) -> None:
        for one in self.folder.held:
            if one.kind not in ("CustomResourceDefinition", "APIService", "Namespace"):
                one.renamed(rename(one.name), one.namespace)

    def inline_or_file(self, bodies: Sequence[Body], name: str) -> Any:
        text = self.pen.documents(bodies)
        return text if self.chance(0.5) else self.file(name, text)
