"""Refusals for what a namespace may hold: quotas, limit ranges, and the standards of pods.

Sources: k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go,
k8s.io/kubernetes/plugin/pkg/admission/limitranger/admission.go, k8s.io/pod-security-admission/admission
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.verdicts.surroundings import Surroundings
from gitlint_ops.validate.quantities import quantity

_EXCEEDED = re.compile(r"exceeded quota: (\S+), requested: (.*?), used: (.*?), limited: ([^\s;]+)")
_UNTOLD = re.compile(r"failed quota: (\S+): must specify (.*)", re.DOTALL)
_RANGE = re.compile(
    r"(maximum|minimum) (\S+) usage per (\w+) is (\S+?)[,.] +"
    r"(?:but (limit|request) is (\S+?)|No (limit|request) is specified)(?=[\s,\].]|$)"
)
_RATIO = re.compile(r"(\S+) max limit to request ratio per (\w+) is (\S+), but (.*)")
_PROVIDED = re.compile(r"provided ratio is (\d+\.\d+)")
_STANDARD = re.compile(r"violates PodSecurity \"([\w-]+):([\w.]+)\": (.*)", re.DOTALL)
_CONTAINERS = re.compile(r"containers? (\"[^()]*?\") must")
_NAME = re.compile(r"\"([^\"]+)\"")

_POD_SPEC: FieldPath = ("spec",)


def limited(said: str, on: RenderedObject, around: Surroundings) -> Iterator[Violation]:
    """What a quota, a limit range or a standard refuses; nothing where the words are of none of these."""
    for pattern, tell in ((_EXCEEDED, _exceeded), (_RANGE, _out_of_range)):
        found = list(pattern.finditer(said))
        if found:
            yield from (violation for one in found for violation in tell(one, on, around))
            return
    for pattern, tell in ((_UNTOLD, _untold), (_RATIO, _ratio)):
        match = pattern.search(said)
        if match is not None:
            yield from tell(match, on, around)
            return
    standard = _STANDARD.search(said)
    if standard is not None:
        yield from _below_standard(standard, on)


def _exceeded(found: re.Match[str], on: RenderedObject, around: Surroundings) -> Iterator[Violation]:
    asked, used, most = (_amounts(found[at]) for at in (2, 3, 4))
    for resource, amount in asked.items():
        path = _counted_at(resource, on.body)
        yield Violation(
            on,
            path or ("kind",),
            f"the quota {found[1]} is exceeded: {resource} {amount} asked for, "
            f"{used.get(resource, '0')} of {most.get(resource, '?')} used",
            related=_quota(found[1], resource, on, around),
            hint="ask for less, remove what is not needed, or raise the quota",
            at_key=not path,
        )


def _quota(name: str, resource: str, on: RenderedObject, around: Surroundings) -> tuple[Note, ...]:
    quota = around.named("ResourceQuota", name, on.key.namespace)
    if quota is None:
        return ()
    path: FieldPath = ("spec", "hard", resource)
    return (Note(quota, path if value_at(quota.body, path) is not None else ("kind",), "the quota"),)


def _amounts(text: str) -> dict[str, str]:
    """`pods=1,limits.memory=1Gi` by resource."""
    return {name: amount for name, _, amount in (one.partition("=") for one in text.split(",")) if name}


def _counted_at(resource: str, body: Mapping[str, Any]) -> FieldPath:
    """The field of an object that counts for a resource of a quota, () for the object itself."""
    if resource.startswith("services."):
        return ("spec", "type") if value_at(body, ("spec", "type")) else ()
    if resource.endswith("requests.storage"):
        return _there(body, ("spec", "resources", "requests", "storage"))
    bound, _, name = resource.partition(".")
    if bound not in ("limits", "requests"):
        bound, name = "requests", resource
    return next((path for path, _ in _resources(body, bound, name)), ())


def _there(body: Mapping[str, Any], path: FieldPath) -> FieldPath:
    return path if value_at(body, path) is not None else ()


def _resources(body: Mapping[str, Any], bound: str, name: str) -> Iterator[tuple[FieldPath, Any]]:
    """Where the containers of a pod, or a claim, name an amount."""
    for path in (*_containers(body), _POD_SPEC):
        at = (*path, "resources", bound, name)
        held = value_at(body, at)
        if held is not None:
            yield at, held


def _containers(body: Mapping[str, Any]) -> Iterator[FieldPath]:
    for group in ("containers", "initContainers", "ephemeralContainers"):
        listed = value_at(body, (*_POD_SPEC, group))
        yield from ((*_POD_SPEC, group, at) for at in range(len(listed) if isinstance(listed, list) else 0))


def _container(body: Mapping[str, Any], name: str) -> FieldPath:
    """A container by its name, as deep as where its limits or its security stand."""
    return next((path for path in _containers(body) if value_at(body, (*path, "name")) == name), ())


def _untold(found: re.Match[str], on: RenderedObject, around: Surroundings) -> Iterator[Violation]:
    for part in found[2].split(";"):
        resource, _, names = part.strip().partition(" for: ")
        for name in names.split(",") if names else ("",):
            path = _container(on.body, name.strip())
            where = f" for the container {name.strip()}" if name else ""
            inner = (*path, "resources") if value_at(on.body, (*path, "resources")) else path
            yield Violation(
                on,
                inner or ("kind",),
                f"the quota {found[1]} wants {resource} to be set{where}",
                related=_quota(found[1], resource, on, around),
                hint=f"set {resource} under resources, or a default for it in a LimitRange",
                at_key=True,
            )


def _out_of_range(found: re.Match[str], on: RenderedObject, around: Surroundings) -> Iterator[Violation]:
    which, resource, of, bound, side, amount = found.groups()[:6]
    side = side or found[7]
    path = next(
        (at for at, held in _resources(on.body, f"{side}s", resource) if not amount or _same(held, amount)),
        (),
    )
    got = f"the {side} is {amount}" if amount else f"no {side} is set"
    yield Violation(
        on,
        path or ("kind",),
        f"a LimitRange of the namespace sets the {which} of {resource} per {of} to {bound}, but {got}",
        related=_range(on, around),
        at_key=not path,
    )


def _ratio(found: re.Match[str], on: RenderedObject, around: Surroundings) -> Iterator[Violation]:
    path = next((at for at, _ in _resources(on.body, "limits", found[1])), ())
    yield Violation(
        on,
        path or ("kind",),
        f"a LimitRange of the namespace lets the limit of {found[1]} be {found[3]} times the request "
        f"at most, but {_times(found[4])}",
        related=_range(on, around),
        at_key=not path,
    )


def _times(said: str) -> str:
    """The server's "provided ratio is 10.000000", as people write it."""
    found = _PROVIDED.fullmatch(said)
    return f"it is {float(found[1]):g} times" if found else said


def _range(on: RenderedObject, around: Surroundings) -> tuple[Note, ...]:
    found = around.in_namespace("LimitRange", on.key.namespace)[:3]
    return tuple(Note(one, ("kind",), "a LimitRange of its namespace") for one in found)


def _same(one: Any, two: str) -> bool:
    try:
        return quantity(one) == quantity(two)
    except ValueError:
        return False


def _below_standard(found: re.Match[str], on: RenderedObject) -> Iterator[Violation]:
    by_path: dict[FieldPath, list[str]] = {}
    for clause in _clauses(found[3]):
        by_path.setdefault(_of_clause(clause, on.body), []).append(clause)
    for path, clauses in by_path.items():
        yield Violation(
            on,
            path or ("kind",),
            f"the namespace enforces the Pod Security Standard {found[1]}: {'; '.join(clauses)}",
            hint=f"the label pod-security.kubernetes.io/enforce of the namespace asks for {found[1]}",
            at_key=not path or isinstance(path[-1], str),
        )


def _clauses(text: str) -> Iterator[str]:
    """The parts of a text between commas outside of brackets."""
    depth, start = 0, 0
    for at, char in enumerate(text):
        depth += (char in "([") - (char in ")]")
        if depth == 0 and text.startswith(", ", at):
            yield text[start:at].strip()
            start = at + 2
    yield text[start:].strip()


def _of_clause(clause: str, body: Mapping[str, Any]) -> FieldPath:
    """The field that a clause is about: `(container "web" must not set securityContext.privileged=true)`."""
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if f"{name}=true" in clause:
            return _there(body, (*_POD_SPEC, name))
    named = _CONTAINERS.search(clause)
    container = _container(body, _NAME.findall(named[1])[0]) if named else ()
    field = re.search(r"securityContext((?:\.\w+)+)", clause)
    if not container:
        return _POD_SPEC if value_at(body, _POD_SPEC) else ()
    wanted: FieldPath = (*container, "securityContext", *(field[1].strip(".").split(".") if field else ()))
    while value_at(body, wanted) is None:
        wanted = wanted[:-1]
    return wanted
