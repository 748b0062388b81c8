"""For each transformer, which lines a value is blamed on, from the last to act down to the base."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.model.blame import at, chain
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.targets import Status

from .building import written
from .checking import Checker

Blamed = Callable[[Mapping[str, "str | bytes"], str], "Chains"]

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    app: web
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: web
        image: web:1.2
        env:
        - name: HOST
          value: $(SERVICE)-$(PLACE)
        envFrom:
        - configMapRef:
            name: settings
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    place: home
spec:
  selector: {app: web}
"""
CONTAINER = ("spec", "template", "spec", "containers", 0)


class Chains:
    """A build, asked for the chain of a field as `file:line:column`."""

    def __init__(self, root: Path, files: Mapping[str, str | bytes], folder: str) -> None:
        self._repository = written(root, files)
        self._result = self._repository.build(folder)
        assert self._result.status is Status.BUILT, self._result.violations
        checker = Checker(self._repository.sources)
        checker.check(self._result)
        assert checker.wrong == []

    def of(self, kind: str, *path: str | int, name: str = "") -> tuple[Any, list[str]]:
        """The value of a field, and the places that set it."""
        (one,) = (one for one in self._result.objects if one.kind == kind and one.key.name.startswith(name))
        value: Any = one.body
        for key in path:
            value = value[key]
        return value, [self._place(origin) for origin in chain(at(one.blame, path))]

    def _place(self, origin: Any) -> str:
        location, exact = self._repository.sources.location_of(origin)
        return str(location) if exact else f"near {location}"


@pytest.fixture
def blamed(tmp_path: Path) -> Blamed:
    return lambda files, folder="": Chains(tmp_path, files, folder)


def test_each_document_of_an_inline_patch_is_blamed_on_its_own_lines(blamed: Blamed) -> None:
    kustomization = """\
resources: [deployment.yaml, service.yaml]
patches:
- patch: |-
    apiVersion: v1
    kind: Service
    metadata:
      name: web
    spec:
      type: NodePort
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
    spec:
      replicas: 3
"""
    made = blamed(
        {"kustomization.yaml": kustomization, "deployment.yaml": DEPLOYMENT, "service.yaml": SERVICE}, ""
    )

    assert made.of("Service", "spec", "type") == ("NodePort", ["kustomization.yaml:9:13"])
    assert made.of("Deployment", "spec", "replicas") == (
        3,
        ["kustomization.yaml:16:17", "deployment.yaml:8:13"],
    )


def test_a_patch_within_an_inline_transformer_is_blamed_on_its_own_line(blamed: Blamed) -> None:
    kustomization = """\
resources: [service.yaml]
transformers:
- |-
  apiVersion: builtin
  kind: PatchTransformer
  metadata: {name: p}
  patch: |-
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec:
      type: NodePort
"""
    made = blamed({"kustomization.yaml": kustomization, "service.yaml": SERVICE}, "")

    assert made.of("Service", "spec", "type") == ("NodePort", ["kustomization.yaml:12:13"])


def test_of_a_key_that_a_patch_has_twice_the_first_is_blamed(blamed: Blamed) -> None:
    patch = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n"
        "  selector:\n    app: one\n    app: two\n"
    )
    kustomization = "resources: [service.yaml]\npatches: [path: patch.yaml]\n"
    made = blamed({"kustomization.yaml": kustomization, "service.yaml": SERVICE, "patch.yaml": patch}, "")

    assert made.of("Service", "spec", "selector", "app") == (
        "one",
        ["patch.yaml:6:10", "service.yaml:8:19"],
    )


def test_of_a_key_that_a_json_patch_has_twice_the_last_is_blamed(blamed: Blamed) -> None:
    kustomization = """\
resources: [service.yaml]
patches:
- target: {kind: Service}
  patch: |-
    - op: add
      path: /spec/type
      value: ClusterIP
      value: NodePort
"""
    made = blamed({"kustomization.yaml": kustomization, "service.yaml": SERVICE}, "")

    assert made.of("Service", "spec", "type") == ("NodePort", ["kustomization.yaml:8:14"])


def test_a_copied_mapping_is_blamed_member_by_member(blamed: Blamed) -> None:
    source = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: limits\ndata:\n  cpu: one\n  memory: two\n"
    target = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: target\ndata:\n  cpu: zero\n"
    patch = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: limits\ndata:\n  memory: three\n"
    kustomization = """\
resources: [limits.yaml, target.yaml]
patches: [path: patch.yaml]
replacements:
- source: {kind: ConfigMap, name: limits, fieldPath: data}
  targets:
  - select: {name: target}
    fieldPaths: [data]
"""
    files = {
        "kustomization.yaml": kustomization,
        "limits.yaml": source,
        "target.yaml": target,
        "patch.yaml": patch,
    }
    made = blamed(files, "")

    assert made.of("ConfigMap", "data", "cpu", name="target") == (
        "one",
        ["kustomization.yaml:4:3", "limits.yaml:6:8", "target.yaml:6:8"],
    )
    value, places = made.of("ConfigMap", "data", "memory", name="target")
    assert value == "three"
    assert places[:3] == ["kustomization.yaml:4:3", "patch.yaml:6:11", "limits.yaml:7:11"]


def test_a_value_of_a_replacement_itself_is_blamed_on_that_value(blamed: Blamed) -> None:
    kustomization = """\
resources: [service.yaml]
replacements:
- sourceValue: moved
  targets:
  - select: {kind: Service}
    fieldPaths: [metadata.annotations.place]
"""
    made = blamed({"kustomization.yaml": kustomization, "service.yaml": SERVICE}, "")

    assert made.of("Service", "metadata", "annotations", "place") == (
        "moved",
        ["kustomization.yaml:3:16", "service.yaml:6:12"],
    )


def test_what_a_json_patch_copies_is_blamed_on_both_fields(blamed: Blamed) -> None:
    kustomization = """\
resources: [service.yaml]
patches:
- target: {kind: Service}
  patch: |-
    - op: copy
      from: /metadata/name
      path: /metadata/annotations/place
    - {op: move, from: /spec/selector, path: /spec/moved}
"""
    made = blamed({"kustomization.yaml": kustomization, "service.yaml": SERVICE}, "")

    assert made.of("Service", "metadata", "annotations", "place") == (
        "web",
        ["kustomization.yaml:5:7", "service.yaml:4:9", "service.yaml:6:12"],
    )
    assert made.of("Service", "spec", "moved", "app") == (
        "web",
        ["kustomization.yaml:8:7", "service.yaml:8:19"],
    )


def test_a_variable_names_its_entry_and_the_field_it_reads(blamed: Blamed) -> None:
    kustomization = """\
resources: [deployment.yaml, service.yaml]
vars:
- name: SERVICE
  objref: {apiVersion: v1, kind: Service, name: web}
- name: PLACE
  objref: {apiVersion: v1, kind: Service, name: web}
  fieldref: {fieldPath: metadata.annotations.place}
"""
    made = blamed(
        {"kustomization.yaml": kustomization, "deployment.yaml": DEPLOYMENT, "service.yaml": SERVICE}, ""
    )

    assert made.of("Deployment", *CONTAINER, "env", 0, "value") == (
        "web-home",
        [
            "kustomization.yaml:3:3",
            "service.yaml:4:9",
            "kustomization.yaml:5:3",
            "service.yaml:6:12",
            "deployment.yaml:22:18",
        ],
    )


def test_a_reference_names_all_that_renamed_what_it_refers_to(blamed: Blamed) -> None:
    made = blamed(
        {
            "base/kustomization.yaml": (
                "resources: [deployment.yaml]\nnamePrefix: a-\n"
                "configMapGenerator:\n- name: settings\n  literals: [A=1]\n"
            ),
            "base/deployment.yaml": DEPLOYMENT,
            "over/kustomization.yaml": "resources: [../base]\nnameSuffix: -z\n",
        },
        "over",
    )
    reference = (*CONTAINER, "envFrom", 0, "configMapRef", "name")

    value, places = made.of("Deployment", *reference)
    assert value.startswith("a-settings-z-")
    assert places == [
        "base/kustomization.yaml:4:3",
        "over/kustomization.yaml:2:13",
        "base/kustomization.yaml:2:13",
        "base/deployment.yaml:25:19",
    ]


def test_a_namespace_reaches_the_subjects_of_a_binding(blamed: Blamed) -> None:
    binding = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: read
subjects:
- kind: ServiceAccount
  name: default
  namespace: before
- kind: ServiceAccount
  name: robot
  namespace: before
"""
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: robot\n  namespace: before\n"
    made = blamed(
        {
            "kustomization.yaml": "resources: [binding.yaml, account.yaml]\nnamespace: after\n",
            "binding.yaml": binding,
            "account.yaml": account,
        },
        "",
    )

    for index, line in ((0, 8), (1, 11)):
        assert made.of("RoleBinding", "subjects", index, "namespace") == (
            "after",
            ["kustomization.yaml:2:12", f"binding.yaml:{line}:14"],
        )


def test_a_joined_generator_is_blamed_layer_by_layer(blamed: Blamed) -> None:
    base = (
        "configMapGenerator:\n- name: settings\n  literals:\n  - A=1\n  - B=1\n  options: {labels: {a: b}}\n"
    )
    over = (
        "resources: [../base]\nconfigMapGenerator:\n- name: settings\n  behavior: merge\n"
        "  literals: [B=2, C=3]\n"
    )
    made = blamed({"base/kustomization.yaml": base, "over/kustomization.yaml": over}, "over")

    assert made.of("ConfigMap", "kind") == (
        "ConfigMap",
        ["over/kustomization.yaml:3:3", "base/kustomization.yaml:2:3"],
    )
    assert made.of("ConfigMap", "data", "A")[1] == ["base/kustomization.yaml:4:5"]
    assert made.of("ConfigMap", "data", "B")[1] == [
        "over/kustomization.yaml:5:14",
        "base/kustomization.yaml:5:5",
    ]
    assert made.of("ConfigMap", "data", "C")[1] == ["over/kustomization.yaml:5:19"]
    assert made.of("ConfigMap", "metadata", "labels", "a")[1] == ["base/kustomization.yaml:6:25"]


def test_a_generator_of_its_own_file_is_blamed_on_its_metadata(blamed: Blamed) -> None:
    generator = (
        "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata:\n  name: settings\n  namespace: here\n"
        "literals:\n- A=1\n"
    )
    made = blamed({"kustomization.yaml": "generators: [generator.yaml]\n", "generator.yaml": generator}, "")

    assert made.of("ConfigMap", "metadata", "namespace") == ("here", ["generator.yaml:5:14"])
    assert made.of("ConfigMap", "metadata", "name")[1] == ["generator.yaml:1:1", "generator.yaml:4:9"]


def test_labels_images_replicas_and_affixes_name_their_own_lines(blamed: Blamed) -> None:
    kustomization = """\
resources: [deployment.yaml]
namePrefix: a-
nameSuffix: -z
labels:
- pairs:
    app: shop
  includeSelectors: true
commonAnnotations:
  team: red
images:
- name: web
  newName: registry.example/web
  newTag: "2.0"
replicas:
- name: web
  count: 5
"""
    made = blamed({"kustomization.yaml": kustomization, "deployment.yaml": DEPLOYMENT}, "")

    for path, line in (
        (("metadata", "labels", "app"), 6),
        (("spec", "selector", "matchLabels", "app"), 11),
        (("spec", "template", "metadata", "labels", "app"), 15),
    ):
        value, places = made.of("Deployment", *path)
        assert (value, places[0]) == ("shop", "kustomization.yaml:6:10")
        assert [place.rpartition(":")[0] for place in places[1:]] == [f"deployment.yaml:{line}"]
    assert made.of("Deployment", "metadata", "annotations", "team") == ("red", ["kustomization.yaml:9:9"])
    assert made.of("Deployment", *CONTAINER, "image") == (
        "registry.example/web:2.0",
        ["kustomization.yaml:13:11", "deployment.yaml:19:16"],
    )
    assert made.of("Deployment", "spec", "replicas") == (
        5,
        ["kustomization.yaml:16:10", "deployment.yaml:8:13"],
    )
    assert made.of("Deployment", "metadata", "name") == (
        "a-web-z",
        ["kustomization.yaml:3:13", "kustomization.yaml:2:13", "deployment.yaml:4:9"],
    )


def test_items_that_a_patch_moves_keep_their_lines(blamed: Blamed) -> None:
    patch = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: proxy
        image: proxy:1
      - name: web
        imagePullPolicy: Always
"""
    made = blamed(
        {
            "kustomization.yaml": "resources: [deployment.yaml]\npatches: [path: patch.yaml]\n",
            "deployment.yaml": DEPLOYMENT,
            "patch.yaml": patch,
        },
        "",
    )

    containers = CONTAINER[:-1]
    assert made.of("Deployment", *containers, 0, "image") == ("proxy:1", ["patch.yaml:10:16"])
    assert made.of("Deployment", *containers, 1, "image") == ("web:1.2", ["deployment.yaml:19:16"])
    assert made.of("Deployment", *containers, 1, "imagePullPolicy") == ("Always", ["patch.yaml:12:26"])
    assert made.of("Deployment", *containers, 1, "name") == ("web", ["deployment.yaml:18:15"])


def test_a_replaced_mapping_stands_over_the_one_it_replaced(blamed: Blamed) -> None:
    patch = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  selector:\n"
        "    $patch: replace\n    app: other\n    tier: front\n"
    )
    made = blamed(
        {
            "kustomization.yaml": "resources: [service.yaml]\npatches: [path: patch.yaml]\n",
            "service.yaml": SERVICE,
            "patch.yaml": patch,
        },
        "",
    )

    assert made.of("Service", "spec", "selector", "app")[1] == ["patch.yaml:7:10", "service.yaml:8:19"]
    assert made.of("Service", "spec", "selector", "tier")[1][0] == "patch.yaml:8:11"


ODD_TEXTS: Mapping[str, tuple[bytes, FieldPath, Any, str]] = {
    "a byte order mark": (
        b"\xef\xbb\xbfapiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd}\n",
        ("apiVersion",),
        "v1",
        "odd.yaml:1:13",
    ),
    "carriage returns": (
        b"apiVersion: v1\r\nkind: ConfigMap\r\nmetadata: {name: odd}\r\ndata:\r\n"
        b"  a: |\r\n    b\r\n    c\r\n",
        ("data", "a"),
        "b\nc\n",
        "odd.yaml:5:6",
    ),
    "an alias": (
        b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: &it odd}\ndata:\n  a: *it\n",
        ("data", "a"),
        "odd",
        "odd.yaml:3:18",
    ),
    "a merge key": (
        b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: odd\n  labels: &l\n    a: b\n"
        b"  annotations:\n    <<: *l\n    c: d\n",
        ("metadata", "annotations", "a"),
        "b",
        "odd.yaml:6:8",
    ),
    "a character of four bytes": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd}\ndata: {\U0001f600: x, a: y}\n".encode(),
        ("data", "a"),
        "y",
        "odd.yaml:4:17",
    ),
    "a scalar of several lines": (
        b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd}\ndata:\n"
        b"  a: one\n    two\n  b: 'x\n\n    y'\n",
        ("data", "b"),
        "x\ny",
        "odd.yaml:7:6",
    ),
    "a list of objects": (
        b"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n"
        b"  kind: ConfigMap\n  metadata:\n    name: odd\n",
        ("metadata", "name"),
        "odd",
        "odd.yaml:7:11",
    ),
    "JSON": (
        b'{"apiVersion": "v1", "kind": "ConfigMap",\n "metadata": {"name": "odd"}, "data": {"a": "\\u0041"}}',
        ("data", "a"),
        "A",
        "odd.yaml:2:45",
    ),
}


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_odd_texts_are_read_where_they_stand(blamed: Blamed, text: tuple[bytes, FieldPath, Any, str]) -> None:
    data, path, value, place = text
    made = blamed({"kustomization.yaml": "resources: [odd.yaml]\n", "odd.yaml": data}, "")

    assert made.of("ConfigMap", *path) == (value, [place])
