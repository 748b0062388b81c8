"""Labels that change with every release, in selectors that the API server never lets change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from gitlint_ops.model.blame import Origin, Via, at, origin
from gitlint_ops.model.findings import Confidence, Note, Severity, Violation
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.object_set import ObjectSet
from gitlint_ops.rules.subjects import Params

# Source: k8s.io/kubernetes pkg/apis/apps/validation (ValidateDeploymentUpdate and its like),
# pkg/apis/batch/validation ValidateJobSpecUpdate
_IMMUTABLE: Mapping[tuple[str, str], tuple[FieldPath, ...]] = {
    ("apps", "Deployment"): (("spec", "selector", "matchLabels"),),
    ("apps", "ReplicaSet"): (("spec", "selector", "matchLabels"),),
    ("apps", "DaemonSet"): (("spec", "selector", "matchLabels"),),
    ("apps", "StatefulSet"): (("spec", "selector", "matchLabels"), ("spec", "volumeClaimTemplates")),
    ("batch", "Job"): (("spec", "selector", "matchLabels"),),
}
_NAMES = frozenset({"matchLabels", "volumeClaimTemplates"})
_CLAIM_LABELS: FieldPath = ("metadata", "labels")
_MOST_NOTES = 3

# Last parts of label keys whose value is a release by its name, and those whose value is a build.
_OF_BUILDS = frozenset(
    {
        *("build", "build-id", "buildid", "build-number", "build-version", "build-date", "build-time"),
        *("commit", "commit-id", "commit-sha", "commit-hash", "git-commit", "git-sha", "git-hash", "gitsha"),
        *("sha", "revision", "git-revision", "git-version", "image-tag", "release-date", "timestamp"),
        *("deploy-date", "deployed-at", "release-version", "app-version", "chart-version"),
    }
)
_RELEASE_KEYS = frozenset({"app.kubernetes.io/version", "helm.sh/chart"})
_VERSION_KEYS = frozenset({"version", "chart", "tag", "release", "date"})

_FILLED_IN = re.compile(r"\$\{\w|\$\(\w|\{\{")
_VERSION = re.compile(r"(?:^|[-_])v?(?:0|[1-9]\d*)\.\d+(?:\.\d+)?(?:$|[-_+])")
_FULL_VERSION = re.compile(r"(?:^|[-_])v?(?:0|[1-9]\d*)\.\d+\.\d+(?:$|[-_+])(?!.*\.\d+\.\d)")
_HASH = re.compile(r"(?:^|[-_.])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}$")
_FULL_HASH = re.compile(r"^(?=.*\d)(?=.*[a-f])(?:[0-9a-f]{40}|[0-9a-f]{64})$")
_DATE = re.compile(
    r"(?:^|[^0-9])20\d\d([-._]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?:$|[^0-9]|[0-9]{4,6}$)"
)
_DIGIT = re.compile(r"\d")


class Entry(Struct, frozen=True):
    """One label in a field that cannot change, and what set it."""

    on: RenderedObject
    path: FieldPath
    key: str
    value: str
    source: Origin


def volatile_selectors(objects: ObjectSet, _params: Params) -> Iterator[Violation]:
    """Volatile labels in immutable fields: one violation for each line that sets one.

    What an object's own name carries as well (`web-v2` with version v2) is volatile for nobody: the
    next version is another object.
    """
    found: dict[tuple[DocumentRef, FieldPath, str], list[Entry]] = {}
    for one in objects:
        for entry in _entries(one):
            if _is_volatile(entry) and not _is_in_name(entry.value, one.key.name):
                place = (entry.source.source, entry.source.source_path, entry.key)
                found.setdefault(place, []).append(entry)
    target = objects.target.id if objects.target is not None else ""
    for entries in found.values():
        yield _violation(entries, target)


def _entries(on: RenderedObject) -> Iterator[Entry]:
    for path in _IMMUTABLE.get((on.key.group, on.kind), ()):
        for labels_path in _label_paths(on.body, path):
            labels = value_at(on.body, labels_path)
            for key, value in labels.items() if isinstance(labels, Mapping) else ():
                if isinstance(key, str) and isinstance(value, str):
                    at_label = (*labels_path, key)
                    source = origin(at(on.blame, at_label))
                    if not _is_of_another_field(source):
                        yield Entry(on, at_label, key, value, source)


def _is_of_another_field(source: Origin) -> bool:
    """Whether a patch that names another field set it: the build has told that."""
    return source.via is Via.PATCH and source.verbatim and not {*source.source_path} & _NAMES


def _label_paths(body: Mapping[str, Any], path: FieldPath) -> Iterator[FieldPath]:
    held = value_at(body, path)
    if isinstance(held, list):
        yield from ((*path, index, *_CLAIM_LABELS) for index in range(len(held)))
    else:
        yield path


def _is_volatile(entry: Entry) -> bool:
    """Whether the next release changes the label, by its key and its value.

    A word (`stable`) or a bare major version (`v2`) under `version` tells lines of a product apart that
    run side by side, as meshes want them. What a manifest itself writes is judged by its key, as the
    hand that wrote the value is near it; what an entry for all objects writes, by its value too.
    """
    key, value = entry.key.lower(), entry.value
    last = key.rpartition("/")[2].replace("_", "-")
    if key in _RELEASE_KEYS or last in _OF_BUILDS:
        return bool(_DIGIT.search(value) or _FILLED_IN.search(value))
    if last in _VERSION_KEYS:
        return any(one.search(value) for one in (_VERSION, _HASH, _DATE))
    if entry.source.via in (Via.RESOURCE, Via.PATCH):
        return False
    return any(one.search(value) for one in (_FULL_VERSION, _FULL_HASH, _DATE))


def _is_in_name(value: str, name: str) -> bool:
    """Whether a name carries a value, written as names must be."""
    plain = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")
    return bool(plain) and f"-{plain}-" in f"-{name.replace('.', '-')}-"


def _violation(entries: Sequence[Entry], target: str) -> Violation:
    first = entries[0]
    written = first.source.via is Via.RESOURCE
    return Violation(
        first.source.source,
        first.source.source_path,
        f"{first.key}: {first.value} {'stands in' if written else 'is put into'} {_fields(entries)}, which "
        "the API server never lets change: the next value is refused",
        hint=_hint(entries),
        related=_notes(entries),
        targets=(target,) if target else (),
        severity=Severity.WARNING if written else None,
        confidence=Confidence.MEDIUM if written else None,
    )


_BY_HAND = (
    "select by what never changes (name, instance, component), and keep the version a label of the pods only"
)
_BY_ENTRY = (
    "set it by `labels:` with `includeSelectors: false` (and `includeTemplates: true` where the pods shall "
    "carry it); workloads that run already must be deleted and made anew once"
)
_BY_CLAIMS = (
    "leave `includeSelectors` and `includeTemplates` out, and label the pods by a patch; a StatefulSet that "
    "runs already must be deleted (`--cascade=orphan` keeps its pods) and made anew once"
)


def _hint(entries: Sequence[Entry]) -> str:
    if entries[0].source.via is not Via.TRANSFORMER:
        return _BY_HAND
    return _BY_CLAIMS if _in_claims(entries) else _BY_ENTRY


def _in_claims(entries: Sequence[Entry]) -> bool:
    return all("volumeClaimTemplates" in one.path for one in entries)


def _fields(entries: Sequence[Entry]) -> str:
    """The fields in words, by kind and name."""
    objects = list(dict.fromkeys(f"{one.on.kind} {one.on.key.name}" for one in entries))
    more = f" and {len(objects) - 1} more" if len(objects) > 1 else ""
    field = "the volume claim templates" if _in_claims(entries) else "the selector"
    return f"{field} of {objects[0]}{more}"


def _notes(entries: Sequence[Entry]) -> tuple[Note, ...]:
    """The workloads, where the entry stands apart from them."""
    if entries[0].source.via is Via.RESOURCE:
        return ()
    by_object = {one.on.key: one.on for one in reversed(entries)}
    chosen = [by_object[key] for key in dict.fromkeys(one.on.key for one in entries)][:_MOST_NOTES]
    return tuple(Note(one, ("kind",), f"{one.kind} {one.key.name} takes it") for one in chosen)
