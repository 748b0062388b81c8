"""`transformers:`, `generators:` and `validators:` that name kustomize's own plugins.

Other plugins (exec, containers, Go) are never run.

Source: api/internal/plugins/loader/loader.go, api/internal/builtins
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from msgspec.structs import replace

from gitlint_ops.build.kustomize import charts, generators, hashes, images, replicas, value_add
from gitlint_ops.build.kustomize.affixes import Affix
from gitlint_ops.build.kustomize.decode import (
    FLAG,
    TEXT,
    TEXT_MAP,
    TEXTS,
    Fields,
    ListOf,
    Shape,
    StructOf,
    decode_struct,
)
from gitlint_ops.build.kustomize.elsewhere import LeftOut
from gitlint_ops.build.kustomize.faults import did_you_mean, fault
from gitlint_ops.build.kustomize.field_specs import FieldSpec, decoded_spec
from gitlint_ops.build.kustomize.kustomization import (
    FIELD_SPEC,
    GENERATOR_FIELDS,
    IMAGE,
    OBJECT_META,
    PATCH_OPTIONS,
    REPLACEMENT_ENTRY,
    REPLICA,
    SELECTOR,
    Entry,
)
from gitlint_ops.build.kustomize.labels import MapEntries
from gitlint_ops.build.kustomize.namespace import DEFAULT_ONLY, SUBJECT_MODES, NamespaceSetting
from gitlint_ops.build.kustomize.patch_loading import json_patch_entry, merge_entries, patch_entry
from gitlint_ops.build.kustomize.printable import as_handed_on, require_printable
from gitlint_ops.build.kustomize.reading import place_of
from gitlint_ops.build.kustomize.resource import Gvk, Resource
from gitlint_ops.build.kustomize.steps import (
    Bench,
    Step,
    affix_step,
    image_step,
    label_step,
    namespace_step,
    patch_step,
    replacement_entries,
    replacement_step,
    replica_step,
)
from gitlint_ops.model.blame import Via, with_blame

MakeSteps: TypeAlias = Callable[[Fields, Bench], Iterator[Step]]
MakeResource: TypeAlias = Callable[[Fields, Bench], Resource]

_SPECS: Mapping[str, Shape] = {"fieldSpecs": ListOf(FIELD_SPEC)}


def steps_of_plugin(config: Resource, bench: Bench) -> Iterator[Step]:
    """The steps of a transformer's configuration.

    Raises:
        BuildFault: the configuration does not fit.
        LeftOut: it is not a plugin of kustomize's own.
    """
    kind = _builtin_kind(config)
    known = TRANSFORMERS.get(kind)
    if known is None:
        raise _unknown(kind, config, GENERATORS)
    shape, make = known
    yield from make(_decoded(config, shape), bench)


def resources_of_plugin(config: Resource, bench: Bench) -> tuple[Resource, ...]:
    """The resources that a generator's configuration makes (raises as `steps_of_plugin`)."""
    kind = _builtin_kind(config)
    if kind == charts.PLUGIN:
        return charts.inflate(charts.plugin_entry(_decoded(config, charts.PLUGIN_SHAPE)), bench)
    known = GENERATORS.get(kind)
    if known is None:
        raise _unknown(kind, config, TRANSFORMERS)
    shape, make = known
    return (make(_decoded(config, shape), bench),)


def _builtin_kind(config: Resource) -> str:
    require_printable(config)
    gvk = config.gvk
    if gvk != Gvk("", "builtin", gvk.kind):
        raise LeftOut(
            f"{gvk.kind} {config.name} is a plugin outside kustomize, and plugins are never run: "
            "commit what it renders, or check that"
        )
    return gvk.kind


def _unknown(kind: str, config: Resource, of_other_use: Mapping[str, object]) -> Exception:
    reason = "is not a plugin for this field" if kind in of_other_use else "is no plugin of kustomize"
    known = (name for name in (*TRANSFORMERS, *GENERATORS, charts.PLUGIN) if name not in of_other_use)
    return fault(
        f"{kind} {reason} (kustomize: unable to load builtin {kind})",
        place_of(config).of("kind"),
        hint=did_you_mean(kind, known),
    )


def _decoded(config: Resource, shape: StructOf) -> Fields:
    place = place_of(config)
    return decode_struct(as_handed_on(config.body, place), shape, place, subject=shape.name, strict=False)


def _specs(fields: Fields) -> tuple[FieldSpec, ...]:
    return tuple(decoded_spec(one) for one in fields.structs("fieldSpecs"))


def _annotations(fields: Fields, bench: Bench) -> Iterator[Step]:
    added = MapEntries(fields.text_map("annotations"), fields.at("annotations"), _specs(fields))
    yield label_step(added, bench, "AnnotationsTransformer")


def _labels(fields: Fields, bench: Bench) -> Iterator[Step]:
    added = MapEntries(fields.text_map("labels"), fields.at("labels"), _specs(fields))
    yield label_step(added, bench)


def _namespace(fields: Fields, bench: Bench) -> Iterator[Step]:
    metadata = fields.struct("metadata")
    subjects = fields.text("setRoleBindingSubjects") or DEFAULT_ONLY
    if subjects not in SUBJECT_MODES:
        raise fault(
            f"setRoleBindingSubjects must be one of {', '.join(SUBJECT_MODES)}, not {subjects!r}",
            fields.at("setRoleBindingSubjects"),
        )
    if metadata and metadata.text("namespace"):
        setting = NamespaceSetting(
            metadata.text("namespace"), metadata.at("namespace"), fields.flag("unsetOnly"), subjects
        )
        yield namespace_step(setting, _specs(fields), bench)


def _prefix(fields: Fields, bench: Bench) -> Iterator[Step]:
    yield _affix(fields, "prefix", bench)


def _suffix(fields: Fields, bench: Bench) -> Iterator[Step]:
    yield _affix(fields, "suffix", bench)


def _affix(fields: Fields, name: str, bench: Bench) -> Step:
    if "fieldSpecs" not in fields:
        raise fault("fieldSpecs is missing (kustomize: fieldSpecs is not expected to be nil)", fields.place)
    return affix_step(Affix(fields.text(name), name == "prefix", fields.at(name)), _specs(fields), bench)


def _prefix_and_suffix(fields: Fields, bench: Bench) -> Iterator[Step]:
    # One transformer for kustomize, which buildMetadata shows.
    prefix, suffix = _affix(fields, "prefix", bench), _affix(fields, "suffix", bench)
    yield Step(prefix.kind, prefix.place, lambda resources: suffix.run(prefix.run(resources)))


def _image(fields: Fields, bench: Bench) -> Iterator[Step]:
    entry = fields.struct("imageTag")
    if entry is not None:
        for made in bench.each([entry], images.image_entry):
            yield image_step([made], _specs(fields), bench)


def _replica(fields: Fields, bench: Bench) -> Iterator[Step]:
    entry = fields.struct("replica") or Fields({}, fields.at("replica"), {})
    yield replica_step(replicas.replica_entry(entry), _specs(fields), bench)


def _patch(fields: Fields, bench: Bench) -> Iterator[Step]:
    yield patch_step("PatchTransformer", [patch_entry(fields, bench.reader)], bench, fields.place)


def _json_patch(fields: Fields, bench: Bench) -> Iterator[Step]:
    entry = json_patch_entry(fields, bench.reader, "jsonOp")
    yield patch_step("PatchJson6902Transformer", [entry], bench, fields.place)


def _merge_patches(fields: Fields, bench: Bench) -> Iterator[Step]:
    found = [Entry(text, fields.at("paths", index)) for index, text in enumerate(fields.texts("paths"))]
    if fields.text("patches"):
        found.append(Entry(fields.text("patches"), fields.at("patches")))
    if not found:
        raise fault(
            "neither paths nor patches (kustomize: empty file path and empty patch content)", fields.place
        )
    entries = [one for entry in found for one in merge_entries(entry, bench.reader)]
    if not entries:
        raise fault("the patch is empty (kustomize: patch appears to be empty)", fields.place)
    yield patch_step("PatchStrategicMergeTransformer", entries, bench, fields.place)


def _replacements(fields: Fields, bench: Bench) -> Iterator[Step]:
    found = [
        one for entry in fields.structs("replacements") for one in replacement_entries(entry, bench.reader)
    ]
    yield replacement_step(found, bench, fields.place)


def _hash(fields: Fields, _: Bench) -> Iterator[Step]:
    yield Step("HashTransformer", fields.place, hashes.apply)


def _value_add(fields: Fields, bench: Bench) -> Iterator[Step]:
    setting = value_add.read_setting(fields, bench.reader)
    yield Step(
        "ValueAddTransformer",
        fields.place,
        lambda resources: value_add.apply(resources, setting, bench.scopes),
    )


def _generated(kind: str) -> MakeResource:
    def make(fields: Fields, bench: Bench) -> Resource:
        named = _named_by_metadata(fields)
        options = generators.options_of(fields.struct("options"))
        return _blamed_on_metadata(generators.generate(kind, named, options, bench.reader.data), fields)

    return make


def _blamed_on_metadata(made: Resource, fields: Fields) -> Resource:
    metadata = fields.struct("metadata")
    blame = made.blame
    for name in ("name", "namespace"):
        if metadata is not None and metadata.text(name) and not fields.text(name):
            blame = with_blame(blame, ("metadata", name), metadata.at(name).origin(Via.GENERATOR))
    return replace(made, blame=blame)


def _named_by_metadata(fields: Fields) -> Fields:
    """A generator's configuration with its name and namespace taken from its metadata."""
    metadata = fields.struct("metadata")
    names = {name: metadata.text(name) for name in ("name", "namespace")} if metadata else {}
    own = {name: fields.text(name) or text for name, text in names.items()}
    return Fields({**fields.values, **own}, fields.place, fields.spelled)


def _service_account(fields: Fields, _: Bench) -> Resource:
    if fields.text("cloud") != "gke":
        raise fault(f"cloud provider {fields.text('cloud')!r} is not supported", fields.at("cloud"))
    in_cluster, account = fields.struct("kubernetesService"), fields.struct("serviceAccount")
    name = in_cluster.text("name") if in_cluster else ""
    namespace = in_cluster.text("namespace") if in_cluster else ""
    email = f"{account.text('name')}@{account.text('projectId')}" if account else "@"
    metadata = {
        "annotations": {"iam.gke.io/gcp-service-account": f"{email}.iam.gserviceaccount.com"},
        "name": name,
        **({"namespace": namespace} if namespace else {}),
    }
    body = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
    return Resource(body, fields.place.origin(Via.GENERATOR))


_GENERATOR_SHAPE = StructOf("Generator", {"metadata": OBJECT_META, **GENERATOR_FIELDS, "type": TEXT})

GENERATORS: Mapping[str, tuple[StructOf, MakeResource]] = {
    "ConfigMapGenerator": (_GENERATOR_SHAPE, _generated(generators.CONFIG_MAP)),
    "SecretGenerator": (_GENERATOR_SHAPE, _generated(generators.SECRET)),
    "IAMPolicyGenerator": (
        StructOf(
            "IAMPolicyGenerator",
            {
                "cloud": TEXT,
                "kubernetesService": StructOf("KubernetesService", {"name": TEXT, "namespace": TEXT}),
                "serviceAccount": StructOf("ServiceAccount", {"name": TEXT, "projectId": TEXT}),
            },
        ),
        _service_account,
    ),
}

TRANSFORMERS: Mapping[str, tuple[StructOf, MakeSteps]] = {
    "AnnotationsTransformer": (
        StructOf("AnnotationsTransformerPlugin", {"annotations": TEXT_MAP, **_SPECS}),
        _annotations,
    ),
    "HashTransformer": (StructOf("HashTransformerPlugin", {}), _hash),
    "ImageTagTransformer": (StructOf("ImageTagTransformerPlugin", {"imageTag": IMAGE, **_SPECS}), _image),
    "LabelTransformer": (StructOf("LabelTransformerPlugin", {"labels": TEXT_MAP, **_SPECS}), _labels),
    "NamespaceTransformer": (
        StructOf(
            "NamespaceTransformerPlugin",
            {"metadata": OBJECT_META, "unsetOnly": FLAG, "setRoleBindingSubjects": TEXT, **_SPECS},
        ),
        _namespace,
    ),
    "PatchJson6902Transformer": (
        StructOf("PatchJson6902TransformerPlugin", {"target": SELECTOR, "path": TEXT, "jsonOp": TEXT}),
        _json_patch,
    ),
    "PatchStrategicMergeTransformer": (
        StructOf("PatchStrategicMergeTransformerPlugin", {"paths": TEXTS, "patches": TEXT}),
        _merge_patches,
    ),
    "PatchTransformer": (
        StructOf(
            "PatchTransformerPlugin",
            {"path": TEXT, "patch": TEXT, "target": SELECTOR, "options": PATCH_OPTIONS},
        ),
        _patch,
    ),
    "PrefixSuffixTransformer": (
        StructOf("PrefixSuffixTransformerPlugin", {"prefix": TEXT, "suffix": TEXT, **_SPECS}),
        _prefix_and_suffix,
    ),
    "PrefixTransformer": (StructOf("PrefixTransformerPlugin", {"prefix": TEXT, **_SPECS}), _prefix),
    "SuffixTransformer": (StructOf("SuffixTransformerPlugin", {"suffix": TEXT, **_SPECS}), _suffix),
    "ReplacementTransformer": (
        StructOf("ReplacementTransformerPlugin", {"replacements": ListOf(REPLACEMENT_ENTRY)}),
        _replacements,
    ),
    "ReplicaCountTransformer": (
        StructOf("ReplicaCountTransformerPlugin", {"replica": REPLICA, **_SPECS}),
        _replica,
    ),
    "ValueAddTransformer": (value_add.SETTING, _value_add),
}
