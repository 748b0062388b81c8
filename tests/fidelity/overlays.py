"""Random trees of kustomizations, as texts by path.

What a tree holds is drawn from the objects that are in it: patches change fields that are there,
targets select what exists, names refer to names. So most trees build, and what they exercise is
kustomize's semantics and not its error messages; a minority is wrong on purpose. Each tree has a
few of the features only (swarm testing), so that each meets each other one in some tree.

`random_tree` draws from any `random.Random`; hypothesis draws its seed (`trees`). Were it to draw
each choice, it would prefer some of them (the first, the last, the same again), and half of the
trees would not build. What fails is made small by `shrinking`, which knows what a tree is.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import TypeAlias

from hypothesis import strategies

from .held import Held
from .kustomizations import FEATURES, Folder, Kustomizing
from .objects import NAMES, NAMESPACES, Body, Objects
from .yaml_text import Pen

Tree: TypeAlias = Mapping[str, str]

TOP = "top"
"""The folder of every tree that is to be built."""

_FILE_NAMES = ("kustomization.yaml",) * 8 + ("kustomization.yml", "Kustomization")


def trees(features: Sequence[str] = ()) -> strategies.SearchStrategy[Tree]:
    """Trees; with `features`, those that have all of these."""
    return strategies.integers(0, 2**63 - 1).map(lambda seed: random_tree(Random(seed), features))


def random_tree(random: Random, features: Sequence[str] = ()) -> Tree:
    return _Growing(random, features).tree()


class _Growing:
    """A tree of folders: bases, overlays of one or two of them, and the top."""

    def __init__(self, random: Random, features: Sequence[str]) -> None:
        self._random = random
        odd = random.choice((0.0, 0.05, 0.2))
        wrong = random.choice((0.0, 0.0, 0.0, 0.02, 0.1))
        self._objects = Objects(random, odd, wrong)
        self._pen = Pen(random, random.choice((0.0, 0.1, 0.3)))
        share = random.choice((0.1, 0.2, 0.35))
        self._features = [*features, *(one for one in dict.fromkeys(FEATURES) if random.random() < share)]
        self._files: dict[str, str] = {}
        self._bare = random.random() < 0.3

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def tree(self) -> Tree:
        below: list[Folder] = [self._base(f"base{number}") for number in range(self._random.randint(1, 2))]
        for level in range(self._random.choice((0, 1, 1, 1, 2))):
            made = [self._overlay(f"over{level}{side}", below) for side in "ab"[: self._random.randint(1, 2)]]
            below = made if self._chance(0.8) else [*made, *below[:1]]
        self._overlay(TOP, below)
        return self._files

    def _base(self, path: str) -> Folder:
        folder = Folder(path)
        self._new_objects(folder, self._random.randint(1, 6))
        names = self._write_objects(folder)
        self._finish(folder, names, list)
        return folder

    def _overlay(self, path: str, below: Sequence[Folder]) -> Folder:
        folder = Folder(path)
        entries: list[str] = []
        for one in self._objects.some(*below, least=1, most=2):
            if (self._clashes(folder, one.held) or folder.variables & one.variables) and self._chance(0.97):
                continue
            folder.held += [held.copy() for held in one.held]
            folder.variables |= one.variables
            entries.append(posixpath.relpath(one.path, folder.path))
        if self._chance(0.3):
            self._new_objects(folder, self._random.randint(1, 2))
            entries += self._write_objects(folder)
        self._random.shuffle(entries)
        count = self._random.choice((0, 0, 0, 1, 1, 2))
        self._finish(folder, entries, lambda: [self._component(folder, one) for one in range(count)])
        return folder

    def _component(self, user: Folder, number: int) -> str:
        folder = Folder(f"{user.path}-part{number}")
        folder.held = user.held
        folder.variables = user.variables
        names = []
        if self._chance(0.3):
            before = len(folder.held)
            self._new_objects(folder, 1)
            names = self._write_objects(folder, folder.held[before:])
        nested = 1 if "-part" not in user.path and self._chance(0.15) else 0
        self._finish(
            folder, names, lambda: [self._component(folder, one) for one in range(nested)], component=True
        )
        return posixpath.relpath(folder.path, user.path)

    @staticmethod
    def _clashes(folder: Folder, added: Sequence[Held]) -> bool:
        there = {one.now for one in folder.held}
        return any(one.now in there for one in added)

    # Objects

    def _new_objects(self, folder: Folder, count: int) -> None:
        taken = {id_ for one in folder.held for id_ in one.all_ids()}
        for _ in range(count):
            namespace = self._random.choice((None, None, None, "default", *NAMESPACES))
            held = Held(self._objects.body(self._random.choice(NAMES), namespace))
            if held.now not in taken:
                taken.add(held.now)
                folder.held.append(held)
                self._fresh = [*getattr(self, "_fresh", []), held]

    def _write_objects(self, folder: Folder, helds: Sequence[Held] | None = None) -> list[str]:
        fresh, self._fresh = getattr(self, "_fresh", []), []
        bodies = [one.body for one in (fresh if helds is None else helds)]
        if not bodies:
            return []
        if len(bodies) > 1 and self._chance(0.1):
            bodies = [{"apiVersion": "v1", "kind": "List", "items": bodies}]
        if self._chance(0.3) and len(bodies) > 1:
            half = len(bodies) // 2
            folder.files["first.yaml"] = self._pen.documents(bodies[:half])
            folder.files["second.yaml"] = self._pen.documents(bodies[half:])
            return ["first.yaml", "second.yaml"]
        name = self._random.choice(("objects.yaml", "sub/objects.yml", "objects.txt"))
        folder.files[name] = self._pen.documents(bodies)
        return [name]

    # The kustomization

    def _finish(
        self,
        folder: Folder,
        resources: Sequence[str],
        components: Callable[[], Sequence[str]],
        *,
        component: bool = False,
    ) -> None:
        features = () if self._bare and not component and folder.path.startswith("base") else self._features
        kustomizing = Kustomizing(self._objects, self._pen, folder, features)
        fields: Body = kustomizing.fields(resources, components, component=component)
        folder.files[self._random.choice(_FILE_NAMES)] = self._pen.document(fields)
        for name, text in folder.files.items():
            self._files[f"{folder.path}/{name}"] = text
