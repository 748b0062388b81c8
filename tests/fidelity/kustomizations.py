"""Random kustomizations over the objects that they take in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from . import configuring, copying, generating, patching, plugins, transforming
from .drafts import Draft, Folder
from .objects import Body, Objects
from .yaml_text import Pen

Feature: TypeAlias = Callable[[Draft], None]

API_VERSIONS = {
    "Kustomization": "kustomize.config.k8s.io/v1beta1",
    "Component": "kustomize.config.k8s.io/v1alpha1",
}
# As kustomize goes, so that each field meets the objects as they are then; fields that need the
# final names go last.
_GENERATING: Mapping[str, Feature] = {
    "openapi": configuring.openapi,
    "configurations": configuring.configurations,
    "crds": configuring.crds,
    "generator_options": generating.generator_options,
    "config_maps": generating.config_maps,
    "secrets": generating.secrets,
    "generators": generating.generators,
}
_TRANSFORMING: Mapping[str, Feature] = {
    "old_patches": patching.old_patches,
    "patches": patching.patches,
    "json": patching.json,
    "namespace": transforming.namespace,
    "prefix": transforming.prefix,
    "suffix": transforming.suffix,
    "labels": transforming.labels,
    "common_labels": transforming.common_labels,
    "common_annotations": transforming.common_annotations,
    "replicas": transforming.replicas,
    "images": transforming.images,
    "replacements": copying.replacements,
    "transformers": plugins.transformers,
    "vars": copying.variables,
    "sort": configuring.sort,
    "metadata": configuring.metadata,
}
FEATURES = (*_GENERATING, *_TRANSFORMING, "spelling")
_SHARES = {
    "openapi": 0.2,
    "crds": 0.4,
    "spelling": 1.0,
    "namespace": 0.6,
    "replicas": 0.6,
    "generator_options": 0.4,
}


class Kustomizing:
    """Makes the kustomization of one folder, a field a feature."""

    def __init__(self, objects: Objects, pen: Pen, folder: Folder, features: Sequence[str]) -> None:
        self._draft = Draft(objects, pen, folder)
        self._features = features

    def fields(
        self, resources: Sequence[str], components: Callable[[], Sequence[str]], *, component: bool = False
    ) -> Body:
        """The kustomization's fields; objects and files of the folder change along.

        `components` makes the folder's components, which see what its generators have made.
        """
        kind = "Component" if component else "Kustomization"
        if component or self._draft.chance(0.5):
            self._draft.fields.update(apiVersion=API_VERSIONS[kind], kind=kind)
        if resources:
            self._draft.fields["resources"] = list(resources)
        self._run(_GENERATING)
        made = components()
        if made:
            self._draft.fields["components"] = list(made)
        self._run(_TRANSFORMING)
        if "spelling" in self._features:
            configuring.respell(self._draft)
        if not set(self._draft.fields) - {"apiVersion", "kind"}:
            self._draft.fields["commonAnnotations"] = {"only": "this"}
        return self._draft.fields

    def _run(self, features: Mapping[str, Feature]) -> None:
        for name, feature in features.items():
            if name in self._features and self._draft.chance(_SHARES.get(name, 0.5)):
                feature(self._draft)
