"""What to tell where a patch finds no resource: the nearest one, and what keeps it apart.

kustomize says nothing at all of a target that selects nothing, and only an id of a patch without
a target.
"""

from __future__ import annotations

from collections.abc import Sequence

from gitlint_ops.build.kustomize.faults import Place, violation
from gitlint_ops.build.kustomize.identity import Scopes, api_version
from gitlint_ops.build.kustomize.resource import ResId, Resource
from gitlint_ops.build.kustomize.selectors import Selector
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.near_names import ALIKE, likeness

_MAX_COMPARED = 2000
_MOST_HELPED = 20
_FEW_COMPARED = 20
_MAX_NAMED = 5
_NEVER_APPLIED = "this target selects no resource, so the patch is never applied (kustomize says nothing)"


def resource_label(resource: Resource) -> str:
    """A resource as people call it: `Deployment/web`, with its namespace if it has one."""
    namespace = f"{resource.namespace}/" if resource.namespace else ""
    return f"{resource.gvk.kind}/{namespace}{resource.name}"


def no_match(
    selector: Selector,
    resources: Sequence[Resource],
    scopes: Scopes,
    place: Place,
    *,
    rule: str = "patch-no-match",
    message: str = _NEVER_APPLIED,
    told: int = 0,
) -> Violation:
    """The violation of a target that selects nothing, at the field that leaves the nearest out.

    Where much was `told` before, the nearest is sought among few.
    """
    compared = _MAX_COMPARED if told < _MOST_HELPED else _FEW_COMPARED
    nearest = selector.nearest(resources[:compared], scopes)
    hint, at = "", place
    if nearest is not None:
        resource, (field, *_) = nearest
        hint = _exclusion(selector, resource, field)
        at = place.of(field)
    elif "kind" in selector.patterns and len(resources) <= compared:
        of_kind = [one for one in resources if selector.matches("kind", one.gvk.kind)]
        hint = _of_kind(selector.patterns["kind"].pattern, of_kind)
        at = place.of("name" if of_kind and "name" in selector.patterns else "kind")
    return violation(message, at, rule=rule, hint=hint)


def _of_kind(kind: str, found: Sequence[Resource]) -> str:
    """What objects of a kind there are, for a patch that means none of them."""
    names = list(dict.fromkeys(resource.name for resource in found))
    if not names:
        return f"there is no {kind} here at all"
    kind = found[0].gvk.kind
    if len(names) == 1:
        return f"the only {kind} here is called {names[0]!r}"
    told = ", ".join(map(repr, names[:_MAX_NAMED]))
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    return f"of the kind {kind} there are {told}{more}"


def _exclusion(selector: Selector, resource: Resource, field: str) -> str:
    label = resource_label(resource)
    pattern = selector.patterns.get(field)
    if pattern is None:
        return f"{label} would match but for its {'labels' if field == 'labelSelector' else 'annotations'}"
    if field == "name":
        return f"did you mean {resource.name!r} ({label})?"
    held = resource.namespace if field == "namespace" else getattr(resource.gvk, field)
    if field == "kind":
        return f"the base has {label}; did you mean kind: {held}?"
    own = repr(held) if held else "empty"
    return f"{label} would match but for {field}: {pattern.pattern} (its own is {own})"


def no_resource(wanted: ResId, resources: Sequence[Resource], scopes: Scopes) -> tuple[str, str]:
    """Message and hint for a patch whose id no resource has or has had."""
    where = f" in namespace {wanted.namespace!r}" if wanted.namespace else ""
    message = f"there is no {wanted.gvk.kind} {wanted.name!r}{where} to patch"
    ranked = [
        (_differences(wanted, resource, scopes), -likeness(wanted.name, resource.name), place)
        for place, resource in enumerate(resources[:_MAX_COMPARED])
    ]
    if not ranked:
        return message, "there are no resources at all"
    fields, alike, place = min(ranked, key=lambda one: (len(one[0]), *one[1:]))
    if len(fields) > 1 or (fields == ("name",) and alike > -ALIKE):
        return message, _of_kind(
            wanted.gvk.kind, [one for one in resources if one.gvk.kind == wanted.gvk.kind]
        )
    return message, _told_difference(fields[0], resources[place])


def _differences(wanted: ResId, resource: Resource, scopes: Scopes) -> tuple[str, ...]:
    gvk = resource.gvk
    differing = []
    if wanted.name != resource.name:
        differing.append("name")
    if gvk.kind != wanted.gvk.kind:
        differing.append("kind")
    elif scopes.namespace(wanted.gvk, wanted.namespace) != scopes.namespace(gvk, resource.namespace):
        differing.append("namespace")
    if (gvk.group, gvk.version) != (wanted.gvk.group, wanted.gvk.version):
        differing.append("apiVersion")
    return tuple(differing)


def _told_difference(field: str, resource: Resource) -> str:
    label = resource_label(resource)
    match field:
        case "name":
            return f"did you mean {resource.name!r}?"
        case "kind":
            return f"the base has {label}; did you mean kind: {resource.gvk.kind}?"
        case "namespace" if resource.namespace:
            return f"the base has {label}; write namespace: {resource.namespace} in the patch"
        case "namespace":
            return f"the base has {label} without a namespace; leave it out of the patch"
        case _:
            return f"the base has {label} as apiVersion: {api_version(resource.gvk)}"
