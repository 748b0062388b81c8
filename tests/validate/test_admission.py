"""What ValidatingAdmissionPolicies of a workspace say of its objects."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent, indent
from typing import TypeAlias

import pytest

from gitlint_ops.model.findings import Severity
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind
from gitlint_ops.validate.admission import Admission
from gitlint_ops.validate.admission_matching import guessed_plural, selects

Rendered: TypeAlias = Callable[[str], RenderedObject]
Asked: TypeAlias = Callable[..., list[str]]

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "example/web:1"}]}
"""

NAMESPACE = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: a}}}"

CONSTRAINTS = (
    "matchConstraints: {resourceRules: "
    "[{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]}"
)

SETTINGS = "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}, data: {most: '3'}}"


def _policy(spec: str, constraints: str = CONSTRAINTS) -> str:
    head = (
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: p}\n"
    )
    return f"{head}spec:\n  {constraints}\n{indent(dedent(spec), '  ')}"


def _binding(spec: str = "validationActions: [Deny]") -> str:
    return dedent(f"""
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicyBinding
    metadata: {{name: b}}
    spec: {{policyName: p, {spec}}}
    """)


def _build(objects: list[RenderedObject], environment: str | None = None) -> BuildResult:
    path = environment or "all"
    target = BuildTarget("repo", path, TargetKind.PLAIN, environment=environment)
    return BuildResult(target, Status.BUILT, tuple(objects))


@pytest.fixture
def admission(rendered: Rendered) -> Callable[..., Admission]:
    return lambda *texts: Admission([_build([rendered(text) for text in texts])])


def _said(admission: Admission) -> list[tuple[str, str]]:
    return [
        (one.on.key.name, one.message) for one in admission.violations() if isinstance(one.on, RenderedObject)
    ]


def _expression(text: str, more: str = "") -> str:
    return f"validations:\n- expression: {text}\n  message: told\n{dedent(more)}"


TOLD = [("web", "told (the policy p refuses it)")]

BROKEN = {
    "a default of the API server": "object.spec.replicas > 1",
    "a default in a container": "object.spec.template.spec.containers.all(c, c.imagePullPolicy == 'Always')",
    "the request": "request.operation == 'UPDATE' || request.resource.resource != 'deployments'",
    "the name and namespace": "request.name != 'web' || request.namespace != 'shop'",
    "no object before": "oldObject != null",
    "the namespace": "namespaceObject.metadata.labels.team == 'b'",
    "the label of each namespace": "namespaceObject.metadata.labels['kubernetes.io/metadata.name'] == 'x'",
    "what is not written": "has(object.spec.paused)",
}


@pytest.mark.parametrize("expression", BROKEN.values(), ids=BROKEN)
def test_an_expression_that_does_not_hold_is_told(
    admission: Callable[..., Admission], expression: str
) -> None:
    assert (
        _said(admission(_policy(_expression(f'"{expression}"')), _binding(), DEPLOYMENT, NAMESPACE)) == TOLD
    )


def test_an_expression_that_fails_refuses_unless_failures_are_ignored(
    admission: Callable[..., Admission],
) -> None:
    text = _expression("object.spec.nothing == 1")
    (told,) = _said(admission(_policy(text), _binding(), DEPLOYMENT))
    assert told[1].startswith("the expression fails: ")
    assert _said(admission(_policy(text + "failurePolicy: Ignore\n"), _binding(), DEPLOYMENT)) == []


def test_variables_and_computed_messages_are_evaluated(admission: Callable[..., Admission]) -> None:
    spec = """
    variables:
    - {name: images, expression: 'object.spec.template.spec.containers.map(c, c.image)'}
    - {name: first, expression: 'variables.images[0]'}
    - {name: never, expression: 'object.spec.nothing'}
    validations:
    - expression: variables.first == 'x' || false && variables.never
      messageExpression: "'image ' + variables.first"
    """
    told = _said(admission(_policy(spec), _binding(), DEPLOYMENT))
    assert told == [("web", "image example/web:1 (the policy p refuses it)")]


@pytest.mark.parametrize(
    ("actions", "severity"),
    [("Deny", Severity.ERROR), ("Warn, Audit", Severity.WARNING), ("Audit", Severity.NOTE)],
)
def test_the_actions_of_the_binding_weigh_what_is_told(
    admission: Callable[..., Admission], actions: str, severity: Severity
) -> None:
    asked = admission(
        _policy(_expression("'false'")), _binding(f"validationActions: [{actions}]"), DEPLOYMENT
    )
    assert [one.severity for one in asked.violations()] == [severity]


NOT_ASKED = {
    "no binding": (_policy(_expression("'false'")), SETTINGS),
    "another resource": (
        _policy(_expression("'false'"), CONSTRAINTS.replace("deployments", "pods")),
        _binding(),
    ),
    "only updates": (_policy(_expression("'false'"), CONSTRAINTS.replace("CREATE", "UPDATE")), _binding()),
    "excluded": (
        _policy(
            _expression("'false'"),
            CONSTRAINTS[:-1]
            + ", excludeResourceRules: [{apiGroups: ['*'], apiVersions: ['*'], "
            + "operations: ['*'], resources: ['*']}]}",
        ),
        _binding(),
    ),
    "a selector of objects": (
        _policy(_expression("'false'"), CONSTRAINTS[:-1] + ", objectSelector: {matchLabels: {app: db}}}"),
        _binding(),
    ),
    "a selector of namespaces in the binding": (
        _policy(_expression("'false'")),
        _binding("validationActions: [Deny], matchResources: {namespaceSelector: {matchLabels: {team: b}}}"),
    ),
    "a condition that does not hold": (
        _policy(
            _expression("'false'")
            + "matchConditions: [{name: a, expression: 'object.metadata.name == \"x\"'}]\n"
        ),
        _binding(),
    ),
}


@pytest.mark.parametrize("texts", NOT_ASKED.values(), ids=NOT_ASKED)
def test_policies_are_asked_only_about_what_they_match(
    admission: Callable[..., Admission], texts: tuple[str, str]
) -> None:
    asked = admission(*texts, DEPLOYMENT, NAMESPACE)
    assert _said(asked) == []
    assert asked.unchecked() == ()


def test_parameters_of_the_workspace_are_used(admission: Callable[..., Admission]) -> None:
    policy = _policy(
        _expression("object.spec.replicas > int(params.data.most)")
        + "paramKind: {apiVersion: v1, kind: ConfigMap}\n"
    )
    binding = _binding("validationActions: [Deny], paramRef: {name: settings, namespace: shop}")
    assert _said(admission(policy, binding, DEPLOYMENT, SETTINGS)) == TOLD
    asked = admission(policy, binding, DEPLOYMENT)
    assert _said(asked) == []
    assert "parameters (ConfigMap settings)" in asked.unchecked()[0].reason


UNCHECKED = {
    "the user": ("request.userInfo.username == 'a'", DEPLOYMENT),
    "permissions": ("authorizer.group('apps').resource('x').check('get').allowed()", DEPLOYMENT),
    "a namespace elsewhere": ("namespaceObject.metadata.labels.team == 'b'", DEPLOYMENT),
    "what is filled in later": (
        "object.metadata.name == 'x'",
        DEPLOYMENT.replace("example/web:1", "${IMAGE}"),
    ),
}


@pytest.mark.parametrize(("expression", "text"), UNCHECKED.values(), ids=UNCHECKED)
def test_what_is_not_known_is_unchecked_and_never_told(
    admission: Callable[..., Admission], expression: str, text: str
) -> None:
    asked = admission(_policy(_expression(f'"{expression}"')), _binding(), text)
    assert _said(asked) == []
    assert len(asked.unchecked()) == 1


def test_fields_that_the_api_server_may_fill_in_are_not_said_to_be_absent(
    admission: Callable[..., Admission],
) -> None:
    claim = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {}}"
    constraints = CONSTRAINTS.replace("[apps]", "['']").replace("deployments", "persistentvolumeclaims")
    asked = admission(_policy(_expression("has(object.spec.volumeMode)"), constraints), _binding(), claim)
    assert _said(asked) == []
    assert len(asked.unchecked()) == 1
    asked = admission(_policy(_expression("has(object.metadata.labels)"), constraints), _binding(), claim)
    assert [name for name, _ in _said(asked)] == ["data"]


def test_policies_of_another_environment_are_not_asked(rendered: Rendered) -> None:
    policy = [rendered(_policy(_expression("'false'"))), rendered(_binding())]
    workload = [rendered(DEPLOYMENT)]
    assert _said(Admission([_build(policy, "production"), _build(workload, "staging")])) == []
    assert _said(Admission([_build(policy, "production"), _build(workload, "production")])) == TOLD


@pytest.mark.parametrize(
    ("kind", "plural"),
    [("Deployment", "deployments"), ("NetworkPolicy", "networkpolicies"), ("Ingress", "ingresses"),
     ("StorageClass", "storageclasses"), ("Endpoints", "endpoints")],
)  # fmt: skip
def test_resources_of_kinds_are_guessed_as_kubernetes_does(kind: str, plural: str) -> None:
    assert guessed_plural(kind) == plural


def test_selectors_take_in_what_all_their_parts_take_in() -> None:
    selector = {
        "matchLabels": {"a": "1"},
        "matchExpressions": [
            {"key": "a", "operator": "In", "values": ["1", "2"]},
            {"key": "b", "operator": "NotIn", "values": ["1"]},
            {"key": "c", "operator": "DoesNotExist"},
            {"key": "a", "operator": "Exists"},
        ],
    }
    assert selects(selector, {"a": "1"})
    assert selects(selector, {"a": "1", "b": "2"})
    assert not selects(selector, {"a": "1", "b": "1"})
    assert not selects(selector, {"a": "1", "c": ""})
    assert not selects(selector, {"a": "2"})
    assert selects(None, {})


SPOILT = {
    "strategy": "spec: {strategy: x, updateStrategy: {rollingUpdate: 1}}",
    "resources": "spec: {template: {spec: {containers: [{resources: {limits: {a: 1}, requests: 1}}]}}}",
    "metadata": "metadata: {name: web, annotations: x, labels: [1]}",
    "containers": "spec: {template: {spec: {containers: [1, {env: [{valueFrom: 1}], livenessProbe: 1}]}}}",
    "spec": "spec: [1]",
}


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_objects_of_any_shape_are_asked_about(
    admission: Callable[..., Admission], spoilt: str, kind: str
) -> None:
    constraints = CONSTRAINTS.replace("deployments", "'*'")
    text = f"apiVersion: apps/v1\nkind: {kind}\n{spoilt}"
    assert len(_said(admission(_policy(_expression("'false'"), constraints), _binding(), text))) == 1


@pytest.mark.parametrize("field", ["object.metadata.uid", "object.status", "object.metadata.managedFields"])
def test_what_the_server_writes_itself_is_not_judged(admission: Callable[..., Admission], field: str) -> None:
    asked = admission(_policy(_expression(f"has({field})")), _binding(), DEPLOYMENT)
    assert _said(asked) == []
    assert len(asked.unchecked()) == 1


def _updated(rendered: Rendered, policy: str, old: str, new: str) -> Admission:
    former = rendered(old).body
    objects = [rendered(text) for text in (policy, _binding(), new)]
    return Admission([_build(objects)], former=lambda obj: former if obj.kind == objects[-1].kind else None)


UPDATED = CONSTRAINTS.replace("CREATE", "UPDATE")
SCALED = DEPLOYMENT.replace("spec:\n  selector", "spec:\n  replicas: 3\n  selector")


def test_a_change_is_asked_about_as_an_update(rendered: Rendered) -> None:
    scales = _expression("object.spec.replicas <= oldObject.spec.replicas && request.operation == 'UPDATE'")

    assert _said(_updated(rendered, _policy(scales, UPDATED), DEPLOYMENT, SCALED)) == TOLD
    assert _said(_updated(rendered, _policy(scales, UPDATED), SCALED, DEPLOYMENT)) == []
    assert _said(_updated(rendered, _policy(_expression("'false'")), DEPLOYMENT, SCALED)) == []


def test_what_has_not_changed_is_asked_about_as_a_creation(rendered: Rendered) -> None:
    never = _expression("'false'")

    assert _said(_updated(rendered, _policy(never, UPDATED), DEPLOYMENT, DEPLOYMENT)) == []
    assert _said(_updated(rendered, _policy(never), DEPLOYMENT, DEPLOYMENT)) == TOLD


def test_an_update_is_taken_in_by_the_labels_of_before(rendered: Rendered) -> None:
    chosen = UPDATED[:-1] + ", objectSelector: {matchLabels: {app: web}}}"
    policy = _policy(_expression("'false'"), chosen)
    other = DEPLOYMENT.replace("labels: {app: web}}\nspec", "labels: {app: db}}\nspec")

    assert _said(_updated(rendered, policy, DEPLOYMENT, other)) == TOLD
    assert _said(_updated(rendered, policy, other, other + "\n  replicas: 2")) == []


NOT_COMPARED = {
    "metadata": ("object.metadata == oldObject.metadata", DEPLOYMENT),
    "another version": ("oldObject.spec.replicas == 1", DEPLOYMENT.replace("apps/v1", "apps/v1beta1")),
    "what is filled in later": ("oldObject.spec.paused", DEPLOYMENT.replace("/web:1", "/web:${TAG}")),
}


@pytest.mark.parametrize(("expression", "old"), NOT_COMPARED.values(), ids=NOT_COMPARED)
def test_what_cannot_be_compared_is_unchecked(rendered: Rendered, expression: str, old: str) -> None:
    asked = _updated(rendered, _policy(_expression(expression), UPDATED), old, SCALED)

    assert _said(asked) == []
    assert len(asked.unchecked()) == 1


def test_fields_that_came_or_went_may_be_defaults_where_these_are_not_known(rendered: Rendered) -> None:
    claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {%s}"
    resources = UPDATED.replace("[apps]", "['']").replace("deployments", "persistentvolumeclaims")
    policy = _policy(_expression("object.spec == oldObject.spec"), resources)

    asked = _updated(rendered, policy, claim % "", claim % "volumeMode: Filesystem")
    assert _said(asked) == []
    assert len(asked.unchecked()) == 1
    asked = _updated(rendered, policy, claim % "volumeName: a", claim % "volumeName: b")
    assert [name for name, _ in _said(asked)] == ["data"]


def test_policies_among_what_a_change_left_alone_are_asked(rendered: Rendered) -> None:
    workload = _build([rendered(DEPLOYMENT)])
    policies = _build([rendered(_policy(_expression("'false'"))), rendered(_binding())])

    assert _said(Admission([workload], [workload, policies])) == TOLD
    assert _said(Admission([workload])) == []
