"""Generators that ask a live service, answered by the `fixtures:` of gitlint-ops.yaml.

A fixture is named after its ApplicationSet (`name`, or `namespace/name`) and holds, by generator, what the
service would answer: pull requests, repositories, decisions for clusters, parameters of a plugin.

Sources: applicationset/generators/{pull_request,scm_provider,duck_type,plugin}.go
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitlint_ops.discover.applicationset.faults import Unresolvable
from gitlint_ops.discover.applicationset.git_files import folder_parameters
from gitlint_ops.discover.applicationset.inventory import IN_CLUSTER, IN_CLUSTER_SERVER, registered
from gitlint_ops.discover.applicationset.names import branch_slug
from gitlint_ops.discover.applicationset.parameters import ParamSet, flattened, text_of
from gitlint_ops.discover.applicationset.scope import Generator, Scope
from gitlint_ops.discover.applicationset.values import passed_on, with_values
from gitlint_ops.gotemplate.application_set import normalized
from gitlint_ops.gotemplate.values import strings
from gitlint_ops.model.location import FieldPath

STUBS: Mapping[str, tuple[str, str]] = {
    "pullRequest": (
        "which pull requests are open is known to the service only",
        "{number: 1, branch: feature, target_branch: main, head_sha: 1a2b3c4d5e6f, author: me, labels: []}",
    ),
    "scmProvider": (
        "which repositories there are is known to the service only",
        "{organization: org, repository: app, url: https://…, branch: main, sha: 1a2b3c4d5e6f, labels: []}",
    ),
    "clusterDecisionResource": (
        "which clusters a resource decides for is known to the cluster only",
        "{clusterName: prod-eu}",
    ),
    "plugin": ("what a plugin answers is known to the plugin only", "{name: value}"),
    "oci": ("what an artifact of a registry holds is not in the repositories", "{path: apps/web}"),
}


def from_fixture(kind: str, generator: Generator, scope: Scope, path: FieldPath) -> list[ParamSet]:
    """One set for each entry of the fixture.

    Raises:
        Unresolvable: there is no fixture.
        GeneratorFault: a value cannot be filled in.
    """
    entries = _entries(kind, scope, path)
    found: list[ParamSet] = []
    for index, entry in enumerate(entries):
        told = (f"{kind} fixture {index + 1}",)
        if kind == "clusterDecisionResource":
            made = _decision(entry, generator, scope, path, told)
            found += [made] if made is not None else []
        else:
            folder = entry.get("path") if kind == "oci" else None
            if isinstance(folder, str):
                prefix = str(generator.get("pathParamPrefix") or "")
                held = folder_parameters(folder, path, prefix, scope)
            else:
                held = ParamSet(_values(kind, entry, generator, scope), told=told)
            found.append(with_values(held, generator.get("values"), scope, (*path, "values")))
    return found


def _entries(kind: str, scope: Scope, path: FieldPath) -> list[Mapping[str, Any]]:
    key = scope.owner.object.key
    for name in (f"{key.namespace}/{key.name}", key.name):
        held = scope.fixtures.get(name)
        entries = held.get(kind) if isinstance(held, Mapping) else None
        if isinstance(entries, list):
            return [one for one in entries if isinstance(one, Mapping)]
    reason, stub = STUBS[kind]
    raise Unresolvable(
        f"{reason}: give an example in gitlint-ops.yaml (`fixtures: {{{key.name}: {{{kind}: [{stub}]}}}}`)",
        path,
        told=True,
        cause=f"fixture {key.namespace}/{key.name}",
    )


def _values(kind: str, entry: Mapping[str, Any], generator: Generator, scope: Scope) -> dict[str, Any]:
    if kind == "pullRequest":
        return _pull_request(entry, nested=scope.engine.nested)
    if kind == "scmProvider":
        return _repository(entry)
    values: dict[str, Any] = dict(entry) if scope.engine.nested else dict(flattened(dict(entry)))
    if kind == "plugin":
        given = generator.get("input")
        parameters = given.get("parameters") if isinstance(given, Mapping) else None
        values["generator"] = {"input": {"parameters": parameters or {}}}
    return values


def _pull_request(entry: Mapping[str, Any], *, nested: bool) -> dict[str, Any]:
    texts = _texts(entry, ("number", "title", "branch", "target_branch", "head_sha", "author"))
    held: dict[str, Any] = {
        **texts,
        "branch_slug": branch_slug(texts["branch"]),
        "target_branch_slug": branch_slug(texts["target_branch"]),
        "head_short_sha": texts["head_sha"][:8],
        "head_short_sha_7": texts["head_sha"][:7],
    }
    if nested:
        held["labels"] = strings(_listed(entry.get("labels")))
    return held


def _repository(entry: Mapping[str, Any]) -> dict[str, Any]:
    texts = _texts(entry, ("organization", "repository", "repository_id", "url", "branch", "sha"))
    return {
        **texts,
        "short_sha": texts["sha"][:8],
        "short_sha_7": texts["sha"][:7],
        "labels": ",".join(_listed(entry.get("labels"))),
        "branchNormalized": normalized(texts["branch"]),
    }


def _decision(
    entry: Mapping[str, Any], generator: Generator, scope: Scope, path: FieldPath, told: tuple[str, ...]
) -> ParamSet | None:
    """The parameters of a decision; None for a cluster that Argo CD does not know."""
    held = {
        one.name: one.server
        for one in registered(scope.clusters, scope.known, scope.owner.object.key.namespace)
    }
    held.setdefault(IN_CLUSTER, IN_CLUSTER_SERVER)
    name = next((value for value in map(text_of, entry.values()) if value in held), "")
    if not name:
        return None
    values = {"name": name, "server": held[name], **{key: text_of(value) for key, value in entry.items()}}
    added, places = passed_on(generator.get("values"), scope, (*path, "values"))
    return ParamSet({**values, **added}, places, told)


def _texts(entry: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, str]:
    return {key: "" if entry.get(key) is None else _number_or_text(entry[key]) for key in keys}


def _number_or_text(value: Any) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text_of(value)


def _listed(labels: Any) -> list[str]:
    return [str(one) for one in labels] if isinstance(labels, list) else []
