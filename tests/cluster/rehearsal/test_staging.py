"""What others need is in force on a server of ours before they are asked about."""

from __future__ import annotations

from gitlint_ops.reconcile.outcomes import Outcome
from gitlint_ops.reconcile.server.http_api import OwnedApi

from ...reconcile.workspaces import GIT, application, config_map, flux
from .conftest import Workspace, message, outcomes, told

ACCEPTED, REJECTED = Outcome.ACCEPTED, Outcome.REJECTED


def definition(kind: str, scope: str = "Namespaced", more: str = "") -> str:
    plural = f"{kind.lower()}s"
    return (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        f"metadata: {{name: {plural}.staging.example.com}}\n"
        f"spec:\n  group: staging.example.com\n  scope: {scope}\n"
        f"  names: {{kind: {kind}, plural: {plural}}}\n{more}"
        "  versions:\n  - name: v1\n    served: true\n    storage: true\n"
        "    schema:\n      openAPIV3Schema:\n"
        "        type: object\n        properties:\n          spec:\n            type: object\n"
        "            properties: {size: {type: integer, maximum: 5}}\n"
    )


def custom(kind: str, spec: str, name: str = "a", namespace: str = "staging-kinds") -> str:
    return (
        f"apiVersion: staging.example.com/v1\nkind: {kind}\n"
        f"metadata: {{name: {name}, namespace: {namespace}}}\nspec: {spec}\n"
    )


def pod(name: str, namespace: str, spec: str = "", labels: str = "{}") -> str:
    return (
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {namespace}, labels: {labels}}}\n"
        f"spec:\n  containers: [{{name: web, image: 'example/web:1'{spec}}}]\n"
    )


def test_objects_meet_the_namespaces_that_are_rendered_and_others_are_assumed(
    workspace: Workspace, ours: OwnedApi
) -> None:
    strict = (
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: staging-strict\n"
        "  labels: {pod-security.kubernetes.io/enforce: restricted}\n"
    )
    found = workspace.rehearsed(
        {
            "a/ns.yaml": strict,
            "a/pod.yaml": pod("root", "staging-strict"),
            "b/pod.yaml": pod("root2", "staging-assumed"),
        },
        ours,
    )
    assert found.assumed == (("Namespace", "staging-assumed"),)
    assert 'violates PodSecurity "restricted' in message(told(found)["Pod/root"])
    assert outcomes(found)["Pod/root2"] is ACCEPTED


def test_custom_resources_are_judged_by_the_definition_that_is_rendered(
    workspace: Workspace, ours: OwnedApi
) -> None:
    found = workspace.rehearsed(
        {
            "z-crd.yaml": definition("Widget"),
            "a.yaml": custom("Widget", "{size: 3}"),
            "b.yaml": custom("Widget", "{size: 9}", name="b"),
        },
        ours,
    )
    held = told(found)
    assert held["Widget/a"].outcome is ACCEPTED
    assert held["Widget/b"].outcome is REJECTED
    assert "should be less than or equal to 5" in message(held["Widget/b"])


def test_kinds_that_nothing_defines_here_are_judged_by_pins(workspace: Workspace, ours: OwnedApi) -> None:
    certificate = (
        "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: a, namespace: staging-pins}\n"
        "spec: {secretName: a, issuerRef: {name: a}, duration: 5}\n"
    )
    unknown = certificate.replace("cert-manager.io/v1", "nobody.example.com/v1").replace("Certific", "X")
    found = workspace.rehearsed({"a.yaml": certificate, "b.yaml": unknown}, ours)
    assert ("CustomResourceDefinition", "certificates.cert-manager.io") in found.assumed
    assert "spec.duration" in message(told(found)["Certificate/a"])
    assert outcomes(found)["Xate/a"] is Outcome.UNKNOWN_KIND


def test_pins_do_not_say_how_versions_are_converted(workspace: Workspace, ours: OwnedApi) -> None:
    release = (
        "apiVersion: helm.toolkit.fluxcd.io/v2beta1\nkind: HelmRelease\n"
        "metadata: {name: a, namespace: staging-pins}\nspec:\n  interval: 5m\n"
        "  chart: {spec: {chart: a, sourceRef: {kind: HelmRepository, name: a}}}\n"
        "  postRenderers:\n  - kustomize:\n      patchesJson6902:\n"
        "      - {target: {name: a}, patch: [{op: test, path: /a}]}\n"
    )
    held = told(workspace.rehearsed({"a.yaml": release}, ours))["HelmRelease/a"]
    assert held.after is not None
    assert "patchesJson6902" in held.after["spec"]["postRenderers"][0]["kustomize"]


def test_a_definition_that_the_server_refuses_is_rejected_and_its_resources_are_not_judged(
    workspace: Workspace, ours: OwnedApi
) -> None:
    wrong = definition("Gadget").replace("maximum: 5", "maximum: 5, default: text")
    found = workspace.rehearsed({"crd.yaml": wrong, "a.yaml": custom("Gadget", "{size: 3}")}, ours)
    held = told(found)
    assert held["CustomResourceDefinition/gadgets.staging.example.com"].outcome is REJECTED
    assert held["Gadget/a"].outcome is Outcome.UNVERIFIABLE
    assert held["Gadget/a"].note == "the server refuses its definition"


def test_a_definition_that_is_too_large_to_be_stored_is_rejected(
    workspace: Workspace, ours: OwnedApi
) -> None:
    text = "x" * 1_700_000
    large = definition("Giant").replace("maximum: 5", f"maximum: 5, description: {text}")
    held = told(workspace.rehearsed({"crd.yaml": large}, ours))
    giant = held["CustomResourceDefinition/giants.staging.example.com"]
    assert giant.outcome is REJECTED
    assert "too large" in message(giant)


def test_a_definition_whose_names_are_taken_is_rejected_with_the_reason(
    workspace: Workspace, ours: OwnedApi
) -> None:
    second = definition("Thing").replace("kind: Thing, plural: things", "kind: Thing, plural: stuffs")
    second = second.replace("things.staging", "stuffs.staging")
    found = workspace.rehearsed({"a.yaml": definition("Thing"), "b.yaml": second}, ours)
    held = told(found)
    assert held["CustomResourceDefinition/things.staging.example.com"].outcome is ACCEPTED
    assert '"ThingList" is already in use' in message(
        held["CustomResourceDefinition/stuffs.staging.example.com"]
    )


def test_a_definition_that_converts_by_a_webhook_is_served_without_it(
    workspace: Workspace, ours: OwnedApi
) -> None:
    conversion = (
        "  conversion:\n    strategy: Webhook\n    webhook:\n      conversionReviewVersions: [v1]\n"
        "      clientConfig: {service: {name: none, namespace: none}}\n"
    )
    both = definition("Gizmo", more=conversion) + (
        "  - name: v2\n    served: true\n    storage: false\n    schema:\n      openAPIV3Schema:\n"
        "        type: object\n        properties:\n          spec:\n            type: object\n"
        "            properties: {width: {type: integer}}\n"
    )
    new = custom("Gizmo", "{width: 9}").replace("staging.example.com/v1", "staging.example.com/v2")
    found = workspace.rehearsed({"crd.yaml": both, "a.yaml": new}, ours)
    held = told(found)
    assert held["Gizmo/a"].outcome is ACCEPTED
    assert held["Gizmo/a"].again is held["Gizmo/a"].first
    assert held["Gizmo/a"].first is not None
    assert held["Gizmo/a"].first["spec"] == {"width": 9}


def test_policies_are_in_force_before_the_first_object_is_asked_about(
    workspace: Workspace, ours: OwnedApi
) -> None:
    group = "admissionregistration.k8s.io/v1"
    policy = (
        f"apiVersion: {group}\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: staging-owners}}\nspec:\n"
        "  paramKind: {apiVersion: v1, kind: ConfigMap}\n"
        "  matchConstraints:\n"
        "    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: staging-policies}}\n"
        "    resourceRules:\n    - apiGroups: ['']\n      apiVersions: [v1]\n"
        "      operations: [CREATE, UPDATE]\n      resources: [secrets]\n"
        "  validations:\n  - expression: object.metadata.name.startsWith(params.data.a)\n"
        "    message: secrets have the prefix of their team\n"
    )
    binding = (
        f"apiVersion: {group}\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {{name: staging-owners}}\n"
        "spec:\n  policyName: staging-owners\n  validationActions: [Deny]\n"
        "  paramRef:\n    name: prefix\n    namespace: staging-policies\n"
        "    parameterNotFoundAction: Deny\n"
    )
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {{name: {}, namespace: staging-policies}}\n"
    found = workspace.rehearsed(
        {
            "a.yaml": secret.format("b-first"),
            "b.yaml": secret.format("other"),
            "y.yaml": config_map("prefix", namespace="staging-policies"),
            "z.yaml": f"{policy}---\n{binding}",
        },
        ours,
    )
    held = told(found)
    assert held["Secret/b-first"].outcome is ACCEPTED
    assert "secrets have the prefix of their team" in message(held["Secret/other"])


def test_a_mutating_policy_is_in_force_as_well(workspace: Workspace, ours: OwnedApi) -> None:
    group = "admissionregistration.k8s.io/v1"
    if ours.kind_of(group, "MutatingAdmissionPolicy") is None:
        group = "admissionregistration.k8s.io/v1beta1"
    policy = (
        f"apiVersion: {group}\nkind: MutatingAdmissionPolicy\nmetadata: {{name: staging-marks}}\nspec:\n"
        "  reinvocationPolicy: Never\n  matchConstraints:\n"
        "    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: staging-marks}}\n"
        "    resourceRules:\n    - apiGroups: ['']\n      apiVersions: [v1]\n"
        "      operations: [CREATE, UPDATE]\n      resources: [secrets]\n"
        "  mutations:\n  - patchType: ApplyConfiguration\n    applyConfiguration:\n"
        '      expression: \'Object{metadata: Object.metadata{labels: {"marked": "yes"}}}\'\n'
    )
    binding = (
        f"apiVersion: {group}\nkind: MutatingAdmissionPolicyBinding\nmetadata: {{name: staging-marks}}\n"
        "spec: {policyName: staging-marks}\n"
    )
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: staging-marks}\n"
    found = workspace.rehearsed({"a.yaml": secret, "z.yaml": f"{policy}---\n{binding}"}, ours)
    after = told(found)["Secret/a"].after
    assert after is not None
    assert after["metadata"]["labels"] == {"marked": "yes"}


def test_a_quota_counts_what_is_stored_in_the_order_of_the_set(workspace: Workspace, ours: OwnedApi) -> None:
    quota = (
        "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: few, namespace: staging-quota}\n"
        "spec: {hard: {count/secrets: '2'}}\n"
    )
    secrets = "---\n".join(
        f"apiVersion: v1\nkind: Secret\nmetadata: {{name: s{number}, namespace: staging-quota}}\n"
        for number in range(5)
    )
    found = workspace.rehearsed({"a.yaml": secrets, "z.yaml": quota}, ours)
    refused = [name for name, one in outcomes(found).items() if one is REJECTED]
    assert refused == ["Secret/s2", "Secret/s3", "Secret/s4"]
    assert "exceeded quota: few" in message(told(found)["Secret/s2"])


def test_webhooks_of_the_set_are_named_and_not_asked(workspace: Workspace, ours: OwnedApi) -> None:
    webhook = (
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\n"
        "metadata: {name: staging}\nwebhooks:\n- name: deny.staging.example.com\n"
        "  admissionReviewVersions: [v1]\n  sideEffects: None\n  failurePolicy: Fail\n"
        "  clientConfig: {service: {name: none, namespace: default}}\n"
        "  rules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [configmaps]}]\n"
    )
    found = workspace.rehearsed(
        {"a.yaml": webhook, "b.yaml": config_map("a", namespace="staging-webhooks")}, ours
    )
    assert found.absent_webhooks == ("deny.staging.example.com",)
    assert outcomes(found)["ConfigMap/a"] is ACCEPTED


def test_an_application_that_makes_its_namespace_gives_it_labels(
    workspace: Workspace, ours: OwnedApi
) -> None:
    policy = (
        "  syncPolicy:\n    syncOptions: [CreateNamespace=true]\n    managedNamespaceMetadata:\n"
        "      labels: {pod-security.kubernetes.io/enforce: baseline}\n"
    )
    held = application("one", "one", policy).replace("namespace: shop", "namespace: staging-made")
    hidden = pod("host", "x").replace("namespace: x, ", "").replace("spec:\n", "spec:\n  hostNetwork: true\n")
    found = workspace.rehearsed({"app.yaml": held, "one/pod.yaml": hidden}, ours)
    assert ("Namespace", "staging-made") not in found.assumed
    assert 'violates PodSecurity "baseline' in message(told(found)["Pod/host"])


def test_what_flux_gets_no_namespace_for_fails_as_it_fails_with_flux(
    workspace: Workspace, ours: OwnedApi
) -> None:
    files = {
        "clusters/prod/git.yaml": GIT,
        "clusters/prod/a.yaml": flux("a", "./a"),
        "a/a.yaml": config_map("homeless"),
    }
    held = told(workspace.rehearsed(files, ours))["ConfigMap/homeless"]
    assert held.outcome is REJECTED
    assert message(held) == "Flux: namespace not specified"
