"""The kustomization file: its fields, decoded as kustomize decodes them, with their places.

Source: api/types/kustomization.go and its neighbours
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.kustomize.decode import (
    ANYTHING,
    FLAG,
    INTEGER,
    TEXT,
    TEXT_MAP,
    TEXTS,
    Fields,
    ListOf,
    MapOf,
    Shape,
    StructOf,
    decode_struct,
)
from gitlint_ops.build.kustomize.faults import Place, did_you_mean, fault
from gitlint_ops.build.kustomize.printable import as_handed_on
from gitlint_ops.model.location import DocumentRef

_GVK: Mapping[str, Shape] = {"group": TEXT, "version": TEXT, "kind": TEXT}
_ID: Mapping[str, Shape] = {**_GVK, "name": TEXT, "namespace": TEXT}

FIELD_SPEC = StructOf("FieldSpec", {**_GVK, "path": TEXT, "create": FLAG})
SELECTOR = StructOf("Selector", {**_ID, "annotationSelector": TEXT, "labelSelector": TEXT})
PATCH_OPTIONS = StructOf("PatchArgs", {"allowNameChange": FLAG, "allowKindChange": FLAG})
PATCH = StructOf("Patch", {"path": TEXT, "patch": TEXT, "target": SELECTOR, "options": PATCH_OPTIONS})
IMAGE = StructOf("Image", {"name": TEXT, "newName": TEXT, "tagSuffix": TEXT, "newTag": TEXT, "digest": TEXT})
REPLICA = StructOf("Replica", {"name": TEXT, "count": INTEGER})
LABEL = StructOf(
    "Label",
    {
        "pairs": TEXT_MAP,
        "includeSelectors": FLAG,
        "includeTemplates": FLAG,
        "fields": ListOf(FIELD_SPEC),
    },
)
GENERATOR_OPTIONS = StructOf(
    "GeneratorOptions",
    {"labels": TEXT_MAP, "annotations": TEXT_MAP, "disableNameSuffixHash": FLAG, "immutable": FLAG},
)
GENERATOR_FIELDS: Mapping[str, Shape] = {
    "namespace": TEXT,
    "name": TEXT,
    "behavior": TEXT,
    "literals": TEXTS,
    "files": TEXTS,
    "envs": TEXTS,
    "env": TEXT,
    "options": GENERATOR_OPTIONS,
}
CONFIG_MAP = StructOf("ConfigMapArgs", GENERATOR_FIELDS)
SECRET = StructOf("SecretArgs", {**GENERATOR_FIELDS, "type": TEXT})
OBJECT_META = StructOf(
    "ObjectMeta", {"name": TEXT, "namespace": TEXT, "labels": TEXT_MAP, "annotations": TEXT_MAP}
)
VAR = StructOf(
    "Var",
    {
        "name": TEXT,
        "objref": StructOf("Target", {"apiVersion": TEXT, **_ID}),
        "fieldref": StructOf("FieldSelector", {"fieldPath": TEXT}),
    },
)
_FIELD_OPTIONS = StructOf(
    "FieldOptions", {"delimiter": TEXT, "index": INTEGER, "encoding": TEXT, "create": FLAG}
)
REPLACEMENT_FIELDS: Mapping[str, Shape] = {
    "source": StructOf("SourceSelector", {**_ID, "fieldPath": TEXT, "options": _FIELD_OPTIONS}),
    "targets": ListOf(
        StructOf(
            "TargetSelector",
            {
                "select": SELECTOR,
                "reject": ListOf(SELECTOR),
                "fieldPaths": TEXTS,
                "options": _FIELD_OPTIONS,
            },
        )
    ),
    "sourceValue": TEXT,
}
REPLACEMENT = StructOf("Replacement", REPLACEMENT_FIELDS)
REPLACEMENT_ENTRY = StructOf("ReplacementField", {**REPLACEMENT_FIELDS, "path": TEXT})
SORT_OPTIONS = StructOf(
    "SortOptions",
    {
        "order": TEXT,
        "legacySortOptions": StructOf("LegacySortOptions", {"orderFirst": TEXTS, "orderLast": TEXTS}),
    },
)
HELM_GLOBALS = StructOf("HelmGlobals", {"chartHome": TEXT, "configHome": TEXT})
HELM_CHART = StructOf(
    "HelmChart",
    {
        **dict.fromkeys(
            (
                "name",
                "version",
                "repo",
                "releaseName",
                "namespace",
                "valuesFile",
                "valuesMerge",
                "kubeVersion",
                "nameTemplate",
            ),
            TEXT,
        ),
        **dict.fromkeys(("includeCRDs", "skipHooks", "skipTests", "debug", "devel"), FLAG),
        "additionalValuesFiles": TEXTS,
        "apiVersions": TEXTS,
        "valuesInline": MapOf(ANYTHING),
    },
)
_HELM_CHART_ARGS = StructOf(
    "HelmChartArgs",
    {
        **dict.fromkeys(
            (
                "chartName",
                "chartVersion",
                "chartRepoUrl",
                "chartHome",
                "chartRepoName",
                "helmBin",
                "helmHome",
                "values",
                "valuesMerge",
                "releaseName",
                "releaseNamespace",
            ),
            TEXT,
        ),
        "valuesLocal": MapOf(ANYTHING),
        "extraArgs": TEXTS,
    },
)
KUSTOMIZATION = StructOf(
    "Kustomization",
    {
        "kind": TEXT,
        "apiVersion": TEXT,
        "metadata": OBJECT_META,
        "openapi": TEXT_MAP,
        "namePrefix": TEXT,
        "nameSuffix": TEXT,
        "namespace": TEXT,
        "commonLabels": TEXT_MAP,
        "labels": ListOf(LABEL),
        "commonAnnotations": TEXT_MAP,
        "patchesStrategicMerge": TEXTS,
        "patchesJson6902": ListOf(PATCH),
        "patches": ListOf(PATCH),
        "images": ListOf(IMAGE),
        "imageTags": ListOf(IMAGE),
        "replacements": ListOf(REPLACEMENT_ENTRY),
        "replicas": ListOf(REPLICA),
        "vars": ListOf(VAR),
        "sortOptions": SORT_OPTIONS,
        "resources": TEXTS,
        "components": TEXTS,
        "crds": TEXTS,
        "bases": TEXTS,
        "configMapGenerator": ListOf(CONFIG_MAP),
        "secretGenerator": ListOf(SECRET),
        "helmGlobals": HELM_GLOBALS,
        "helmCharts": ListOf(HELM_CHART),
        "helmChartInflationGenerator": ListOf(_HELM_CHART_ARGS),
        "generatorOptions": GENERATOR_OPTIONS,
        "configurations": TEXTS,
        "generators": TEXTS,
        "transformers": TEXTS,
        "validators": TEXTS,
        "buildMetadata": TEXTS,
    },
)

# The fields that are made into configurations of transformers and generators.
_HANDED_ON = frozenset(
    name.lower()
    for name in (
        *("configMapGenerator", "secretGenerator", "helmCharts", "patchesStrategicMerge", "patchesJson6902"),
        *("patches", "images", "imageTags", "replacements", "replicas", "namespace", "namePrefix"),
        *("nameSuffix", "labels", "commonLabels", "commonAnnotations"),
    )
)

_KIND, _COMPONENT = "Kustomization", "Component"
_API_VERSIONS = {
    _KIND: "kustomize.config.k8s.io/v1beta1",
    _COMPONENT: "kustomize.config.k8s.io/v1alpha1",
}


class Entry(Struct, frozen=True):
    """A path, or a text in place of one, that a list of a kustomization names."""

    text: str
    place: Place


class Kustomization(Struct, frozen=True):
    """One decoded kustomization file; deprecated fields are read as what they became."""

    document: DocumentRef
    is_component: bool
    fields: Fields

    @property
    def place(self) -> Place:
        return Place(self.document)

    def entries(self, *names: str) -> tuple[Entry, ...]:
        """The entries of lists of texts, one list after the other."""
        return tuple(
            Entry(text, self.fields.at(name, index))
            for name in names
            for index, text in enumerate(self.fields.texts(name))
        )

    def structs(self, *names: str) -> tuple[Fields, ...]:
        return tuple(one for name in names for one in self.fields.structs(name))


def read_kustomization(body: Any, document: DocumentRef) -> Kustomization:
    """The kustomization of a document's body (None: an empty file).

    Raises:
        BuildFault: kustomize would refuse the file.
    """
    place = Place(document)
    if body is None:
        raise fault("the kustomization file is empty (kustomize: kustomization.yaml is empty)", place)
    fields = _decoded(body, place)
    if not any(_says_something(name, value) for name, value in fields.values.items()):
        raise fault(
            "the kustomization file has no field that does anything (kustomize: kustomization.yaml is empty)",
            place,
        )
    kind = fields.text("kind") or _KIND
    _check_type(kind, fields)
    return Kustomization(document, kind == _COMPONENT, _without_env(fields))


def _decoded(body: Any, place: Place) -> Fields:
    fields = decode_struct(body, KUSTOMIZATION, place, subject="Kustomization", strict=True)
    handed_on = {
        key: as_handed_on(value, place.of(key)) if key.lower() in _HANDED_ON else value
        for key, value in body.items()
    }
    if all(handed_on[key] is value for key, value in body.items()):
        return fields
    return decode_struct(handed_on, KUSTOMIZATION, place, subject="Kustomization", strict=True)


def _says_something(name: str, value: Any) -> bool:
    """Whether a field makes the kustomization differ from an empty one: `resources: []` does."""
    if name in ("kind", "apiVersion"):
        return False
    if name in ("bases", "imageTags", "helmChartInflationGenerator") or isinstance(value, str):
        return bool(value)
    return True


def _check_type(kind: str, fields: Fields) -> None:
    if kind not in _API_VERSIONS:
        raise fault(
            f"kind should be Kustomization or Component, not {kind}",
            fields.at("kind"),
            hint=did_you_mean(kind, _API_VERSIONS),
        )
    api_version = fields.text("apiVersion")
    if api_version and api_version != _API_VERSIONS[kind]:
        raise fault(
            f"apiVersion for {kind} should be {_API_VERSIONS[kind]}, not {api_version}",
            fields.at("apiVersion"),
        )


def _without_env(fields: Fields) -> Fields:
    """`env: file` of generators as one more of their `envs`."""
    changed = {
        name: tuple(_env_as_envs(one) for one in fields.structs(name))
        for name in ("configMapGenerator", "secretGenerator")
        if name in fields
    }
    return replace(fields, values={**fields.values, **changed}) if changed else fields


def _env_as_envs(generator: Fields) -> Fields:
    env = generator.text("env")
    if not env:
        return generator
    return replace(generator, values={**generator.values, "envs": (*generator.texts("envs"), env)})
