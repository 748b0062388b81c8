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
from gitlint_ops.validate.coverage import UNEVALUATED, UNVALIDATED, VALIDATED, unknown_values
from gitlint_ops.validate.custom_kinds import CustomKinds, Elsewhere, Judge
from gitlint_ops.validate.messages import MOST_FAULTS, Fault, explained
from gitlint_ops.validate.schemas import CoreSchemas, available_versions, may_be_core, resolve_version

if TYPE_CHECKING:
    from gitlint_ops.validate.cel_rules import CelRules
    from gitlint_ops.validate.own_sources import OwnSources
    from gitlint_ops.validate.server_checks import ServerChecks
    from gitlint_ops.validate.transitions import Former

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
    defines are judged by what the user pinned (`own`), else by the shipped pins.
    `former` tells what an object was before a change.

    Raises:
        UsageError: there are no schemas for that release.
    """

    def __init__(
        self,
        kubernetes: str = "",
        definitions: Iterable[RenderedObject] = (),
        own: OwnSources | None = None,
        former: Former | None = None,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self.version = resolve_version(kubernetes)
        self.validated = 0
        self._core = CoreSchemas(self.version)
        self._newest: CoreSchemas | None = None
        self._custom = CustomKinds(self._core, definitions, own, elsewhere)
        self._former = former
        self._cel: CelRules | None = None
        self._checks: ServerChecks | None = None
        # Bodies are kept alive beside their faults, so that no id is ever used twice.
        self._judged: dict[int, tuple[Mapping[str, Any], tuple[Fault, ...], str]] = {}
        self._unvalidated: dict[tuple[str, str], Unvalidated] = {}

    def validate(self, obj: RenderedObject) -> tuple[Violation, ...]:
        """The schema's violations; an object whose kind has no schema is counted instead."""
        if is_local(obj):
            return ()
        if not obj.api_version or not obj.kind:
            return (_stamped(obj, _without_kind(obj)),)
        judge = self._judge(obj)
        if not judge.schemas:
            return self._without_schema(obj)
        self.validated += 1
        known = None if self._is_compared(judge) else self._judged.get(id(obj.body))
        if known is None:
            evaluated = self._cel.left_out if self._cel else 0
            faults = self._faults(judge, obj)
            is_partial = self._cel is not None and self._cel.left_out > evaluated
            reason = unknown_values(obj.body) or (UNEVALUATED if is_partial else VALIDATED)
            known = self._judged[id(obj.body)] = (obj.body, faults, reason)
        return tuple(_stamped(obj, fault) for fault in known[1])

    def reason_of(self, obj: RenderedObject) -> str | None:
        """How far an object that was met was judged, in the terms of `validate.coverage`."""
        known = self._judged.get(id(obj.body))
        if known is not None:
            return known[2]
        return UNVALIDATED if (obj.api_version, obj.kind) in self._unvalidated else None

    def unevaluated(self) -> tuple[str, ...]:
        """The rules in CEL that could not be evaluated for some object, which proves nothing of it."""
        return tuple(one.said for one in self._cel.unevaluated) if self._cel else ()

    def unvalidated(self) -> tuple[Unvalidated, ...]:
        """The kinds without a schema that were met, in that order."""
        return tuple(self._unvalidated.values())

    def _judge(self, obj: RenderedObject) -> Judge:
        core = self._core.schema(obj.api_version, obj.kind) if may_be_core(obj.api_version) else None
        return Judge((core,)) if core is not None else self._custom.judge(obj.api_version, obj.kind)

    def _faults(self, judge: Judge, obj: RenderedObject) -> tuple[Fault, ...]:
        schemas = judge.schemas
        body = decrypted(obj.body)
        known = self._schema_faults(judge, obj, body) or self._rule_faults(schemas, obj, body)
        is_core = self._core.has(schemas[0])
        beyond = self._beyond().faults(schemas[0], body, core=is_core, known=known)
        return (*known, *beyond)[:MOST_FAULTS]

    def _rule_faults(
        self, schemas: tuple[Schema, ...], obj: RenderedObject, body: Mapping[str, Any]
    ) -> tuple[Fault, ...]:
        """The rules in CEL that a body breaks; of several definitions that accept it, one must be content."""
        if not any(schema.rules for schema in schemas):
            return ()
        former = self._former_of(obj, body) if any(schema.compares for schema in schemas) else None
        told = [
            self._rules().faults(body, schema.rules, former) if schema.rules else ()
            for schema in schemas
            if schema.is_valid(body)
        ]
        return told[0] if told and all(told) else ()

    def _is_compared(self, judge: Judge) -> bool:
        """Whether the verdict depends on the target, as what an object was before may."""
        return self._former is not None and any(schema.compares for schema in judge.schemas)

    def _former_of(self, obj: RenderedObject, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What an object was, None where that is not known, or where nothing of it has changed."""
        held = self._former(obj) if self._former is not None else None
        former = decrypted(held) if held is not None else None
        is_of_kind = former is not None and former.get("apiVersion") == body.get("apiVersion")
        return former if is_of_kind and former != body else None

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

    def _schema_faults(self, judge: Judge, obj: RenderedObject, body: Mapping[str, Any]) -> tuple[Fault, ...]:
        if any(schema.is_valid(body) for schema in judge.schemas):
            return ()
        faults = explained(judge.schemas[0], body)
        if judge.origin:
            return tuple(_with_origin(fault, judge.origin) for fault in faults)
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
        not_served = None if gone or fault else self._custom.not_served(obj)
        wanted = (obj.api_version, obj.kind)
        met = self._unvalidated.get(wanted)
        if met is None:
            gone_here = gone is not None and gone.product == "kubernetes"
            told = fault is not None or not_served is not None or gone_here
            versions = self._custom.versions(obj.api_version, obj.kind)
            met = Unvalidated(obj.api_version, obj.kind, 0, obj, told, versions)
        self._unvalidated[wanted] = replace(met, objects=met.objects + 1)
        if not_served is not None:
            return (not_served,)
        return (_stamped(obj, fault),) if fault else ()

    def _wrong_kind(self, obj: RenderedObject) -> Fault | None:
        """The fault of a kind that cannot be a custom resource and that this release does not have."""
        if not may_be_core(obj.api_version):
            return None
        kinds = self._core.kinds
        meant = _in_other_case(obj.api_version, kinds)
        near = _misspelt(obj.kind, kinds.get(meant, ()))
        if near and meant != obj.api_version:
            said = f"Kubernetes {self.version} has {near} in {meant}, no {obj.kind} in {obj.api_version}"
            hint = f"write apiVersion: {meant}" + (f" and kind: {near}" if near != obj.kind else "")
            return Fault("schema-violation", ("apiVersion",), said, hint)
        if near:
            said = f"Kubernetes {self.version} has no kind {obj.kind} in {obj.api_version}"
            return Fault("schema-violation", ("kind",), said, f"did you mean {near}?")
        if "." in api_group(obj.api_version) and api_group(obj.api_version) not in map(api_group, kinds):
            return None
        homes = {
            api_version: name
            for api_version, names in kinds.items()
            if (name := _in_other_case(obj.kind, names)) in names
        }
        if not homes:
            return None
        home, kind = next(iter(homes.items()))
        said = f"Kubernetes {self.version} has {kind} in {_listed(homes)}, not in {obj.api_version}"
        hint = f"write apiVersion: {home}" + (f" and kind: {kind}" if kind != obj.kind else "")
        return Fault("schema-violation", ("apiVersion",), said, hint)


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
    hint = "`gitlint-ops schemas pin` adds the schemas of a CustomResourceDefinition, chart or cluster"
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


def is_local(obj: RenderedObject) -> bool:
    return obj.api_version.partition("/")[0] in _LOCAL_GROUPS or (obj.api_version, obj.kind) in _LOCAL_KINDS


def decrypted(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """`body` without the block that SOPS adds and takes away when it decrypts."""
    block = body.get("sops")
    if isinstance(block, Mapping) and not _SOPS_KEYS.isdisjoint(block):
        return {key: value for key, value in body.items() if key != "sops"}
    return body


def _without_kind(obj: RenderedObject) -> Fault:
    lacking = "kind" if obj.api_version else "apiVersion"
    present = ("apiVersion",) if obj.api_version else ("kind",)
    return Fault("schema-violation", present, f"required field `{lacking}` is missing", at_key=True)


def _in_other_case(word: str, known: Iterable[str]) -> str:
    """The known word that differs from `word` in capitals only; else `word`."""
    return next((one for one in known if one.lower() == word.lower()), word)


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
