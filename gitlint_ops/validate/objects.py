"""Judging rendered objects by the schemas of their kinds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.model.findings import Violation
from gitlint_ops.model.objects import RenderedObject, api_group
from gitlint_ops.model.removed_apis import removed
from gitlint_ops.validate.compiled import Schema
from gitlint_ops.validate.messages import MOST_FAULTS, Fault, explained
from gitlint_ops.validate.schemas import CoreSchemas, available_versions, may_be_core, resolve_version

if TYPE_CHECKING:
    from gitlint_ops.validate.cel_rules import CelRules
    from gitlint_ops.validate.crds import CustomSchemas
    from gitlint_ops.validate.pins import PinnedSchemas
    from gitlint_ops.validate.server_checks import ServerChecks

# Files in the form of an object that programs on a workstation or node read; no API server does.
_LOCAL_GROUPS = frozenset(
    {
        "apiserver.config.k8s.io",
        "audit.k8s.io",
        "builtin",
        "client.authentication.k8s.io",
        "config.kubernetes.io",
        "kind.x-k8s.io",
        "kubeadm.k8s.io",
        "kubelet.config.k8s.io",
        "kubeproxy.config.k8s.io",
        "kubescheduler.config.k8s.io",
        "kustomize.config.k8s.io",
        "skaffold",
    }
)
_LOCAL_KINDS = frozenset({("v1", "List"), ("v1", "Config")})

# What the block that SOPS adds may hold; its age, pgp and KMS keys vary.
_SOPS_KEYS = frozenset({"mac", "lastmodified", "age", "pgp", "kms", "gcp_kms", "azure_kv", "hc_vault"})

_SURELY_MISSPELT = 0.9


class Unvalidated(Struct, frozen=True):
    """A kind without a schema: how many of its objects passed unread, and the first of them.

    `told` says that another finding explains why (the API was removed, the kind is misspelt);
    `versions` are those of the kind that have a schema.
    """

    api_version: str
    kind: str
    objects: int
    first: RenderedObject
    told: bool
    versions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As reports name it: "argoproj.io/v1alpha1 Application"."""
        return f"{self.api_version} {self.kind}"


class Validator:
    """Judges objects for one release of Kubernetes ("1.34", "v1.34.2"; "" is the newest known).

    `definitions` are the workspace's objects as far as they are CustomResourceDefinitions (others
    are passed over); they give the schemas of their custom resources. Kinds that none of them
    defines are judged by the pinned schemas.

    Raises:
        UsageError: there are no schemas for that release.
    """

    def __init__(self, kubernetes: str = "", definitions: Iterable[RenderedObject] = ()) -> None:
        self.version = resolve_version(kubernetes)
        self.validated = 0
        self._core = CoreSchemas(self.version)
        self._newest: CoreSchemas | None = None
        self._definitions = tuple(definitions)
        self._custom: CustomSchemas | None = None
        self._pins: PinnedSchemas | None = None
        self._cel: CelRules | None = None
        self._checks: ServerChecks | None = None
        # Bodies are kept alive beside their faults, so that no id is ever used twice.
        self._judged: dict[int, tuple[Mapping[str, Any], tuple[Fault, ...]]] = {}
        self._unvalidated: dict[tuple[str, str], Unvalidated] = {}

    def validate(self, obj: RenderedObject) -> tuple[Violation, ...]:
        """The schema's violations; an object whose kind has no schema is counted instead."""
        if _is_local(obj):
            return ()
        if not obj.api_version or not obj.kind:
            return (_stamped(obj, _without_kind(obj)),)
        schemas = self._schemas(obj)
        if not schemas:
            return self._without_schema(obj)
        self.validated += 1
        known = self._judged.get(id(obj.body))
        if known is None:
            known = (obj.body, self._faults(schemas, obj))
            self._judged[id(obj.body)] = known
        return tuple(_stamped(obj, fault) for fault in known[1])

    def unevaluated(self) -> tuple[str, ...]:
        """The rules in CEL that could not be evaluated for some object, which proves nothing of it."""
        return tuple(one.said for one in self._cel.unevaluated) if self._cel else ()

    def unvalidated(self) -> tuple[Unvalidated, ...]:
        """The kinds without a schema that were met, in that order."""
        return tuple(self._unvalidated.values())

    def _schemas(self, obj: RenderedObject) -> tuple[Schema, ...]:
        core = self._core.schema(obj.api_version, obj.kind) if may_be_core(obj.api_version) else None
        if core is not None:
            return (core,)
        if self._is_defined(obj):
            return self._defined().schemas(obj.api_version, obj.kind)
        pinned = self._pinned().schema(obj.api_version, obj.kind) if api_group(obj.api_version) else None
        return (pinned,) if pinned else ()

    def _is_defined(self, obj: RenderedObject) -> bool:
        """Whether the workspace itself defines the kind, in this version or in others."""
        return bool(self._definitions) and self._defined().defines(api_group(obj.api_version), obj.kind)

    def _defined(self) -> CustomSchemas:
        if self._custom is None:
            from gitlint_ops.validate.crds import CustomSchemas

            self._custom = CustomSchemas(self._definitions, self._core.object_meta())
        return self._custom

    def _pinned(self) -> PinnedSchemas:
        if self._pins is None:
            from gitlint_ops.validate.pins import PinnedSchemas

            self._pins = PinnedSchemas(self._core.object_meta())
        return self._pins

    def _faults(self, schemas: tuple[Schema, ...], obj: RenderedObject) -> tuple[Fault, ...]:
        body = _decrypted(obj.body)
        known = self._schema_faults(schemas, obj, body) or self._rule_faults(schemas, body)
        is_core = self._core.has(schemas[0])
        beyond = self._beyond().faults(schemas[0], body, core=is_core, known=known)
        return (*known, *beyond)[:MOST_FAULTS]

    def _rule_faults(self, schemas: tuple[Schema, ...], body: Mapping[str, Any]) -> tuple[Fault, ...]:
        """The rules in CEL that a body breaks; of several definitions that accept it, one must be content."""
        if not any(schema.rules for schema in schemas):
            return ()
        told = [
            self._rules().faults(body, schema.rules) if schema.rules else ()
            for schema in schemas
            if schema.is_valid(body)
        ]
        return told[0] if told and all(told) else ()

    def _rules(self) -> CelRules:
        if self._cel is None:
            from gitlint_ops.validate.cel_rules import CelRules

            self._cel = CelRules()
        return self._cel

    def _beyond(self) -> ServerChecks:
        if self._checks is None:
            from gitlint_ops.validate.server_checks import ServerChecks

            self._checks = ServerChecks(self.version)
        return self._checks

    def _schema_faults(
        self, schemas: tuple[Schema, ...], obj: RenderedObject, body: Mapping[str, Any]
    ) -> tuple[Fault, ...]:
        if any(schema.is_valid(body) for schema in schemas):
            return ()
        faults = explained(schemas[0], body)
        if self._pins is not None and self._pins.holds(schemas[0]):
            origin = self._pins.origin(obj.api_version, obj.kind)
            return tuple(_with_origin(fault, origin) for fault in faults)
        return tuple(self._with_release(fault, obj) for fault in faults)

    def _with_release(self, fault: Fault, obj: RenderedObject) -> Fault:
        """A fault whose hint says that the field exists in a newer release, where it does."""
        newest = available_versions()[-1]
        if fault.rule != "unknown-field" or self.version == newest:
            return fault
        if self._newest is None:
            self._newest = CoreSchemas(newest)
        schema = self._newest.schema(obj.api_version, obj.kind)
        if schema is None or fault.path[-1] not in schema.shape_at(fault.path[:-1]).get("properties", ()):
            return fault
        return replace(fault, hint=f"Kubernetes {newest} knows this field, {self.version} does not")

    def _without_schema(self, obj: RenderedObject) -> tuple[Violation, ...]:
        gone = removed(obj.api_version, obj.kind, {"kubernetes": self.version})
        fault = None if gone else self._wrong_kind(obj)
        wanted = (obj.api_version, obj.kind)
        met = self._unvalidated.get(wanted)
        if met is None:
            told = fault is not None or (gone is not None and gone.product == "kubernetes")
            met = Unvalidated(obj.api_version, obj.kind, 0, obj, told, self._other_versions(obj))
        self._unvalidated[wanted] = replace(met, objects=met.objects + 1)
        return (_stamped(obj, fault),) if fault else ()

    def _other_versions(self, obj: RenderedObject) -> tuple[str, ...]:
        """The versions with a schema of a kind that has none in the version of `obj`."""
        if not api_group(obj.api_version) or self._is_defined(obj):
            return ()
        return self._pinned().versions(obj.api_version, obj.kind)

    def _wrong_kind(self, obj: RenderedObject) -> Fault | None:
        """The fault of a kind that cannot be a custom resource and that this release does not have."""
        if not may_be_core(obj.api_version):
            return None
        kinds = self._core.kinds
        near = _misspelt(obj.kind, kinds.get(obj.api_version, ()))
        if near:
            said = f"Kubernetes {self.version} has no kind {obj.kind} in {obj.api_version}"
            return Fault("schema-violation", ("kind",), said, f"did you mean {near}?")
        if "." in api_group(obj.api_version) and api_group(obj.api_version) not in map(api_group, kinds):
            return None
        homes = [api_version for api_version, names in kinds.items() if obj.kind in names]
        if not homes:
            return None
        said = f"Kubernetes {self.version} has {obj.kind} in {_listed(homes)}, not in {obj.api_version}"
        return Fault("schema-violation", ("apiVersion",), said, f"write apiVersion: {homes[0]}")


def schema_missing(unvalidated: Iterable[Unvalidated]) -> tuple[Violation, ...]:
    """One violation for each kind without a schema, over all validators of a run, on its first object."""
    merged: dict[tuple[str, str], Unvalidated] = {}
    for kind in unvalidated:
        if not kind.told:
            met = merged.get((kind.api_version, kind.kind))
            merged[kind.api_version, kind.kind] = (
                replace(met, objects=met.objects + kind.objects) if met else kind
            )
    return tuple(_missing(kind) for kind in merged.values())


def _missing(kind: Unvalidated) -> Violation:
    objects = "1 object was" if kind.objects == 1 else f"{kind.objects} objects were"
    hint = "objects of this kind are checked once its CustomResourceDefinition stands in the workspace"
    if kind.versions:
        version = kind.api_version.rpartition("/")[2]
        hint = f"version {version} is not among those with a schema ({_listed(kind.versions)}); {hint}"
    return Violation(
        kind.first,
        ("kind",),
        f"no schema for {kind.name}: {objects} not validated",
        hint=hint,
        rule="schema-missing",
    )


def _is_local(obj: RenderedObject) -> bool:
    return obj.api_version.partition("/")[0] in _LOCAL_GROUPS or (obj.api_version, obj.kind) in _LOCAL_KINDS


def _decrypted(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """`body` without the block that SOPS adds and takes away when it decrypts."""
    block = body.get("sops")
    if isinstance(block, Mapping) and not _SOPS_KEYS.isdisjoint(block):
        return {key: value for key, value in body.items() if key != "sops"}
    return body


def _without_kind(obj: RenderedObject) -> Fault:
    lacking = "kind" if obj.api_version else "apiVersion"
    present = ("apiVersion",) if obj.api_version else ("kind",)
    return Fault("schema-violation", present, f"required field `{lacking}` is missing", at_key=True)


def _misspelt(kind: str, known: Iterable[str]) -> str:
    """The kind that is surely meant; OpenShift's `v1 Template` is no misspelt PodTemplate."""
    from difflib import SequenceMatcher

    for name in known:
        if SequenceMatcher(None, kind.lower(), name.lower()).ratio() >= _SURELY_MISSPELT:
            return name
    return ""


def _with_origin(fault: Fault, origin: str) -> Fault:
    """A fault that says by what it was judged: another version of the operator may differ."""
    said = f"judged by the schema of {origin}"
    return replace(fault, hint=f"{fault.hint} ({said})" if fault.hint else said)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _stamped(obj: RenderedObject, fault: Fault) -> Violation:
    return Violation(obj, fault.path, fault.message, hint=fault.hint, rule=fault.rule, at_key=fault.at_key)
