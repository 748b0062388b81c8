"""Which objects a ValidatingAdmissionPolicy and its bindings are about.

Source: k8s.io/apiserver/pkg/admission/plugin/policy/matching/matching.go
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.objects import RenderedObject, api_group

_NEVER_MATCHED = frozenset(
    {
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    }
)
_NO_PLURAL = frozenset({"endpoints"})


class Request(Struct, frozen=True):
    """The creation of an object, or its update from `former`.

    `plural` names its resource, `namespace` is its Namespace where that is known.
    """

    obj: RenderedObject
    plural: str
    namespace: Mapping[str, Any] | None
    former: Mapping[str, Any] | None = None

    @property
    def operation(self) -> str:
        return "CREATE" if self.former is None else "UPDATE"


class Unknown(Exception):
    """Whether something matches depends on what is not in the workspace; the message says on what."""


def guessed_plural(kind: str) -> str:
    """The resource of a kind by the rule that Kubernetes guesses by, which holds for all of its own.

    Source: UnsafeGuessKindToResource in k8s.io/apimachinery/pkg/api/meta
    """
    name = kind.lower()
    if name in _NO_PLURAL:
        return name
    if name.endswith("s"):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def matches(constraints: Any, request: Request, *, is_binding: bool = False) -> bool:
    """Whether `matchConstraints` of a policy, or `matchResources` of a binding, take in a request.

    A binding without rules takes in whatever its policy does.

    Raises:
        Unknown: it depends on the labels of a namespace that is not in the workspace.
    """
    said = _mapping(constraints)
    if request.obj.kind in _NEVER_MATCHED:
        return False
    rules = _mappings(said.get("resourceRules"))
    if not (any(_rule(rule, request) for rule in rules) or (is_binding and not rules)):
        return False
    if any(_rule(rule, request) for rule in _mappings(said.get("excludeResourceRules"))):
        return False
    # An update is taken in by the labels that the object had, too.
    bodies = [one for one in (request.obj.body, request.former) if one is not None]
    return any(selects(said.get("objectSelector"), _labels(one)) for one in bodies) and _in_namespace(
        said.get("namespaceSelector"), request
    )


def selects(selector: Any, labels: Mapping[str, Any]) -> bool:
    """Whether a label selector takes in these labels; an empty one takes in everything."""
    said = _mapping(selector)
    wanted = _mapping(said.get("matchLabels"))
    if any(labels.get(name) != value for name, value in wanted.items()):
        return False
    return all(_expression(one, labels) for one in _mappings(said.get("matchExpressions")))


def _expression(one: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    key, values = str(one.get("key")), one.get("values")
    listed = isinstance(values, list) and labels.get(key) in values
    match one.get("operator"):
        case "In":
            return key in labels and listed
        case "NotIn":
            return key not in labels or not listed
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False


def _in_namespace(selector: Any, request: Request) -> bool:
    if not _mapping(selector).get("matchLabels") and not _mapping(selector).get("matchExpressions"):
        return True
    if request.namespace is None:
        if not request.obj.key.namespace:
            raise Unknown("a selector of namespaces, and the object names none")
        raise Unknown(f"the labels of the namespace {request.obj.key.namespace}")
    return selects(selector, _labels(request.namespace))


def _labels(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(_mapping(body.get("metadata")).get("labels"))


def _rule(rule: Mapping[str, Any], request: Request) -> bool:
    group, version = api_group(request.obj.api_version), request.obj.api_version.rpartition("/")[2]
    names = rule.get("resourceNames")
    return (
        _lists(rule.get("operations"), request.operation)
        and _lists(rule.get("apiGroups"), group)
        and _lists(rule.get("apiVersions"), version)
        and any(one in ("*", "*/*", request.plural) for one in _listed(rule.get("resources")))
        and _in_scope(rule.get("scope"), request)
        and (not names or request.obj.key.name in _listed(names))
    )


def _in_scope(scope: Any, request: Request) -> bool:
    if scope not in ("Cluster", "Namespaced"):
        return True
    if request.obj.key.namespace:
        return bool(scope == "Namespaced")
    raise Unknown("a rule for one scope, and the object names no namespace")


def _lists(values: Any, wanted: str) -> bool:
    return any(one in ("*", wanted) for one in _listed(values))


def _listed(values: Any) -> Iterable[Any]:
    return values if isinstance(values, list) else ()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in _listed(value) if isinstance(one, Mapping)]
