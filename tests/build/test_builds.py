"""What kustomizations render to."""

from __future__ import annotations

import pytest

POD = (
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n"
    "  - name: web\n    image: {image}\n"
)
DEPLOYMENT = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 1\n"
    "  selector:\n    matchLabels:\n      app: web\n  template:\n    metadata:\n"
    "      labels:\n        app: web\n    spec:\n      containers:\n      - name: web\n        image: web\n"
)
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n"


def image_of(repo, image: str, entry: str) -> str:
    kustomization = f"resources: [pod.yaml]\nimages:\n- {entry}\n"
    made = repo({"pod.yaml": POD.format(image=image), "kustomization.yaml": kustomization}).build()
    image = made.body("Pod")["spec"]["containers"][0]["image"]
    assert isinstance(image, str)
    return image


@pytest.mark.parametrize(
    ("image", "entry", "expected"),
    [
        ("web:1", "{name: web, newTag: '2'}", "web:2"),
        ("web@sha256:abc", "{name: web, newTag: '2'}", "web:2"),
        ("web:1", "{name: web, digest: sha256:abc}", "web@sha256:abc"),
        ("web:1", "{name: web, newTag: '2', digest: sha256:abc}", "web:2@sha256:abc"),
        ("reg:5000/web:1", "{name: 'reg:5000/web', newTag: '2'}", "reg:5000/web:2"),
        ("reg:5000/web", "{name: 'reg:5000/web', newName: web}", "web"),
        ("webber:1", "{name: web, newTag: '2'}", "webber:1"),
        ("a/web:1", "{name: '.*/web', newTag: '2'}", "a/web:2"),
    ],
)
def test_images_are_split_and_put_together_as_kustomize_does(repo, image, entry, expected) -> None:
    assert image_of(repo, image, entry) == expected


def test_a_component_sees_what_its_parent_has_and_runs_before_the_parent_s_own_steps(repo) -> None:
    made = repo(
        {
            "part/kustomization.yaml": "kind: Component\nnameSuffix: -part\n",
            "pod.yaml": POD.format(image="web"),
            "kustomization.yaml": "resources: [pod.yaml]\ncomponents: [part]\nnameSuffix: -own\n",
        }
    ).build()

    assert made.names() == ["Pod/web-part-own"]
    assert made.result.included == {"part"}
    assert made.result.inputs == {"kustomization.yaml", "part/kustomization.yaml", "pod.yaml"}


def test_a_hash_follows_the_content_and_references_follow_the_hash(repo) -> None:
    pod = POD.format(image="web") + "    envFrom:\n    - configMapRef: {name: settings}\n"
    kustomization = "resources: [pod.yaml]\nconfigMapGenerator:\n- name: settings\n  literals: [A=1]\n"
    made = repo({"pod.yaml": pod, "kustomization.yaml": kustomization}).build()
    name = made.body("ConfigMap")["metadata"]["name"]

    assert name == "settings-89g4tffbfk"
    assert made.body("Pod")["spec"]["containers"][0]["envFrom"][0]["configMapRef"]["name"] == name


def test_the_namespace_is_set_on_what_lives_in_one(repo) -> None:
    roles = (
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata:\n  name: b\n"
        "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}\n"
        "subjects:\n- {kind: ServiceAccount, name: default}\n- {kind: ServiceAccount, name: other}\n"
    )
    kustomization = "resources: [pod.yaml, roles.yaml]\nnamespace: prod\n"
    made = repo(
        {"pod.yaml": POD.format(image="a"), "roles.yaml": roles, "kustomization.yaml": kustomization}
    ).build()

    assert made.body("Pod")["metadata"]["namespace"] == "prod"
    assert "namespace" not in made.body("ClusterRoleBinding")["metadata"]
    assert [one.get("namespace") for one in made.body("ClusterRoleBinding")["subjects"]] == ["prod", None]


def test_labels_reach_selectors_only_when_asked(repo) -> None:
    def selector(fields: str) -> dict[str, str]:
        kustomization = f"resources: [web.yaml]\n{fields}"
        made = repo({"web.yaml": DEPLOYMENT, "kustomization.yaml": kustomization}).build()
        found = made.body("Deployment")["spec"]["selector"]["matchLabels"]
        assert isinstance(found, dict)
        return found

    assert selector("labels: [{pairs: {env: prod}}]\n") == {"app": "web"}
    assert selector("labels: [{pairs: {env: prod}, includeSelectors: true}]\n") == {
        "app": "web",
        "env": "prod",
    }
    assert selector("commonLabels: {env: prod}\n") == {"app": "web", "env": "prod"}


def test_replicas_are_found_by_any_earlier_name(repo) -> None:
    made = repo(
        {
            "base/web.yaml": DEPLOYMENT,
            "base/kustomization.yaml": "resources: [web.yaml]\nnamePrefix: a-\n",
            "prod/kustomization.yaml": (
                "resources: [../base]\nnamePrefix: b-\nreplicas: [{name: web, count: 3}]\n"
            ),
        }
    ).build("prod")

    assert made.names() == ["Deployment/b-a-web"]
    assert made.body("Deployment")["spec"]["replicas"] == 3


def test_variables_take_on_the_type_of_what_they_stand_for(repo) -> None:
    web = DEPLOYMENT.replace(
        "image: web\n", "image: web\n        args: [--n=$(COUNT), $(COUNT), $$(COUNT), $(other)]\n"
    )
    kustomization = (
        "resources: [web.yaml]\nvars:\n- name: COUNT\n"
        "  objref: {apiVersion: apps/v1, kind: Deployment, name: web}\n"
        "  fieldref: {fieldpath: spec.replicas}\n"
    )
    made = repo({"web.yaml": web, "kustomization.yaml": kustomization}).build()

    assert made.body("Deployment")["spec"]["template"]["spec"]["containers"][0]["args"] == [
        "--n=1",
        1,
        "$(COUNT)",
        "$(other)",
    ]


def test_resources_are_printed_in_the_legacy_order_unless_asked_otherwise(repo) -> None:
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: prod\n"
    webhook = (
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\n"
        "metadata:\n  name: hook\n"
    )
    text = "---\n".join(
        [webhook, DEPLOYMENT, CONFIG_MAP.format(name="b"), CONFIG_MAP.format(name="a"), namespace]
    )
    legacy = repo({"all.yaml": text, "kustomization.yaml": "resources: [all.yaml]\n"}).build()
    assert legacy.names() == [
        "Namespace/prod",
        "ConfigMap/a",
        "ConfigMap/b",
        "Deployment/web",
        "ValidatingWebhookConfiguration/hook",
    ]

    fifo = repo({"kustomization.yaml": "resources: [all.yaml]\nsortOptions: {order: fifo}\n"}).build()
    assert fifo.names()[0] == "ValidatingWebhookConfiguration/hook"


def test_resources_for_kustomize_only_are_not_printed(repo) -> None:
    local = CONFIG_MAP.format(name="a") + "  annotations:\n    config.kubernetes.io/local-config: 'true'\n"
    made = repo(
        {
            "a.yaml": local,
            "b.yaml": CONFIG_MAP.format(name="b"),
            "kustomization.yaml": "resources: [a.yaml, b.yaml]\n",
        }
    ).build()

    assert made.names() == ["ConfigMap/b"]


def test_annotations_are_printed_as_their_file_has_them(repo) -> None:
    annotated = CONFIG_MAP.format(name="a") + "  annotations:\n    a: 1.10\n    b: true\n    c: ~\n    d:\n"
    made = repo({"a.yaml": annotated, "kustomization.yaml": "resources: [a.yaml]\n"}).build()

    assert made.body("ConfigMap")["metadata"]["annotations"] == {"a": "1.10", "b": "true", "c": "~", "d": ""}


def test_overlays_share_what_they_do_not_change(repo) -> None:
    files = {"base/a.yaml": CONFIG_MAP.format(name="a"), "base/kustomization.yaml": "resources: [a.yaml]\n"}
    files |= {f"{name}/kustomization.yaml": "resources: [../base]\n" for name in ("dev", "prod")}
    made = repo(files)

    assert made.build("dev").body("ConfigMap") is made.build("prod").body("ConfigMap")


def test_a_configuration_adds_fields_that_hold_names(repo) -> None:
    custom = "apiVersion: example.com/v1\nkind: App\nmetadata:\n  name: app\nspec:\n  config: settings\n"
    configuration = "nameReference:\n- kind: ConfigMap\n  fieldSpecs:\n  - kind: App\n    path: spec/config\n"
    kustomization = "resources: [app.yaml, a.yaml]\nconfigurations: [names.yaml]\nnamePrefix: p-\n"
    made = repo(
        {
            "app.yaml": custom,
            "a.yaml": CONFIG_MAP.format(name="settings"),
            "names.yaml": configuration,
            "kustomization.yaml": kustomization,
        }
    ).build()

    assert made.body("App")["spec"]["config"] == "p-settings"


def test_a_label_put_in_several_fields_at_once_is_changed_in_all_of_them(repo) -> None:
    # So does kustomize, whose fields hold one node: patching the label changes the selector too.
    made = repo(
        {
            "base/web.yaml": DEPLOYMENT,
            "base/kustomization.yaml": "resources: [web.yaml]\ncommonLabels: {env: base}\n",
            "prod/kustomization.yaml": ("resources: [../base]\nlabels:\n- pairs:\n    env: prod\n"),
        }
    ).build("prod")

    assert made.body("Deployment")["metadata"]["labels"]["env"] == "prod"
    assert made.body("Deployment")["spec"]["selector"]["matchLabels"]["env"] == "prod"
    assert (
        made.blame("Deployment", ("spec", "selector", "matchLabels", "env"))[0] == "prod/kustomization.yaml:4"
    )


def test_a_json_patch_parts_such_fields_and_finds_annotations_that_are_not_there(repo) -> None:
    patch = (
        "    - {op: replace, path: /metadata/labels/env, value: prod}\n"
        "    - {op: add, path: /metadata/annotations/a, value: b}\n"
    )
    made = repo(
        {
            "base/web.yaml": DEPLOYMENT,
            "base/kustomization.yaml": "resources: [web.yaml]\ncommonLabels: {env: base}\n",
            "prod/kustomization.yaml": (
                f"resources: [../base]\npatches:\n- target: {{kind: Deployment}}\n  patch: |\n{patch}"
            ),
        }
    ).build("prod")

    assert made.body("Deployment")["metadata"] == {
        "name": "web",
        "labels": {"env": "prod"},
        "annotations": {"a": "b"},
    }
    assert made.body("Deployment")["spec"]["selector"]["matchLabels"]["env"] == "base"
