"""Entries that change nothing at their own step, or something else than they name."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest

from gitlint_ops.build.kustomize.no_effect import is_same

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {tier: front}
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: nginx
        image: nginx:1.27.0
        args: [--host, $(HOST)]
      - name: logger
        image: logger:1.0.0
"""
CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  LOG_LEVEL: info
  host: db.example.com
"""
CUSTOM = """\
apiVersion: batch.example.com/v1
kind: NightlyJob
metadata:
  name: report
spec:
  runner:
    image: report:1.0.0
  channel: stable
  note: null
"""
BASE = {"deployment.yaml": DEPLOYMENT, "config.yaml": CONFIG_MAP, "custom.yaml": CUSTOM}
RESOURCES = "resources: [deployment.yaml, config.yaml, custom.yaml]\n"


def told(repo, entries: str, files: Mapping[str, str] | None = None) -> list[tuple[str, str, str]]:
    """Rule, place and hint of all that is told of a kustomization: with line 1 for its resources."""
    text = RESOURCES + textwrap.dedent(entries)
    made = repo({**BASE, **(files or {}), "kustomization.yaml": text})
    built = made.build()
    assert built.result.reason is None, built.result.violations
    found = [*built.result.violations, *made.builder.unmatched_in_components()]
    return [(one.rule, built._place(one.on, one.path), one.hint) for one in found]


def json_patch(kind: str, *operations: str) -> str:
    lines = [f"- target: {{kind: {kind}}}", "  patch: |-", *(f"    - {one}" for one in operations)]
    return "\n".join(["patches:", *lines, ""])


def merge_patch(text: str, kind: str = "Deployment", version: str = "apps/v1", name: str = "web") -> str:
    head = f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}}}\n"
    return "patches:\n- patch: |-\n" + textwrap.indent(head + textwrap.dedent(text), "    ")


def containers(text: str) -> str:
    return merge_patch(f"spec:\n  template:\n    spec:\n      containers:\n      {text}\n")


IDLE = "entry-without-effect"
MISSED = "patch-misses-field"
UNRESOLVED = "replacement-or-var-unresolved"
UNMATCHED = "configuration-no-match"


@pytest.mark.parametrize(
    ("entries", "line"),
    [
        (json_patch("Deployment", "{op: replace, path: /spec/replicas, value: 2}"), 5),
        (json_patch("Deployment", "{op: add, path: /metadata/labels/tier, value: front}"), 5),
        (
            json_patch(
                "Deployment",
                "{op: replace, path: /spec/replicas, value: 3}",
                "{op: replace, path: /spec/template/metadata/labels, value: {app: web}}",
            ),
            6,
        ),
        (
            json_patch(
                "Deployment",
                "{op: replace, path: /spec/replicas, value: 2}",
                "{op: add, path: /metadata/labels/tier, value: front}",
            ),
            3,
        ),
        (merge_patch("spec: {replicas: 2}"), 3),
        (merge_patch(""), 3),
        (merge_patch("spec: {paused: null}"), 3),
        ("images:\n- name: nginx\n  newTag: 1.27.0\n", 4),
        ("images:\n- name: nginx\n  newName: nginx\n", 4),
        ("images:\n- name: nginx\n  newTag: 1.28.0\n- name: logger\n", 5),
        ("replicas:\n- name: web\n  count: 2\n", 4),
        (
            "replacements:\n- sourceValue: web\n  targets:\n  - select: {kind: Deployment}\n"
            "    fieldPaths: [metadata.name]\n",
            6,
        ),
    ],
)
def test_an_entry_that_sets_what_is_there_already_is_told_at_its_own_line(repo, entries, line) -> None:
    places = [(rule, place) for rule, place, _ in told(repo, entries)]
    assert places == [(IDLE, f"kustomization.yaml:{line}")]


@pytest.mark.parametrize(
    ("entries", "line"),
    [
        ("patches:\n- target: {kind: Deployment}\n  patch: '[]'\n", 3),
        ("labels:\n- pairs: {}\n", 3),
        ("labels:\n- includeSelectors: true\n", 3),
        ("labels:\n- pairs: {new: label}\n  fields:\n  - {kind: NightlyJob, path: spec/labels}\n", 5),
        ("labels:\n- pairs: {new: label}\n  fields:\n  - {kind: Job, path: spec/labels}\n", 5),
        ("labels:\n- pairs: {a: b}\n  fields:\n  - {kind: Deployment, version: v9, path: spec/labels}\n", 5),
        (containers("- {name: never, $patch: delete}\n      - {name: nginx, tty: true}"), 11),
        (merge_patch("spec: {paused: null, replicas: 3}"), 7),
        (merge_patch("spec: {replicas: 3, strategy: {$patch: delete}}"), 7),
        (merge_patch("spec: {template: {spec: {volumes: [{name: a, $patch: delete}]}}}"), 7),
    ],
)
def test_a_part_of_an_entry_that_can_do_nothing_is_told_at_its_own_line(repo, entries, line) -> None:
    places = [(rule, place) for rule, place, _ in told(repo, entries)]
    assert places == [(IDLE, f"kustomization.yaml:{line}")]


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("spec: {replicas: 2}", "has all of this already"),
        ("spec: {paused: null}", "has nothing of what it deletes"),
        ("metadata: {name: web, annotations: null}", "has nothing of what it deletes"),
        ("spec: {paused: null, replicas: 2}", "has what it sets already, and nothing of what it deletes"),
    ],
)
def test_of_an_idle_patch_it_is_said_what_the_object_has_of_it(repo, text, has) -> None:
    patch = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\n{text}\n"
    if text.startswith("metadata"):
        patch = f"apiVersion: apps/v1\nkind: Deployment\n{text}\n"
    entries = "patches:\n- patch: |-\n" + textwrap.indent(patch, "    ")
    (found,) = repo({**BASE, "kustomization.yaml": RESOURCES + entries}).build().result.violations

    assert has in found.message


def test_an_idle_patch_that_only_deletes_items_of_lists_does_not_count_their_names(repo) -> None:
    entries = containers("- {name: nginx, tty: null}\n      - {name: never, $patch: delete}")
    (found,) = repo({**BASE, "kustomization.yaml": RESOURCES + entries}).build().result.violations

    assert "has nothing of what it deletes" in found.message


def test_a_patch_that_names_an_object_as_it_was_called_before_does_not_rename_it(repo) -> None:
    patch = "apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web}\n"
    made = repo(
        {
            "base/deployment.yaml": DEPLOYMENT,
            "base/kustomization.yaml": "resources: [deployment.yaml]\nnamePrefix: shop-\n",
            "over/kustomization.yaml": "resources: [../base]\npatches:\n- target: {kind: Deployment}\n"
            f"  patch: |-\n    {patch}",
        }
    )
    assert made.build("over").violations() == [(IDLE, "over/kustomization.yaml:3")]


def test_a_kustomization_without_labels_of_the_old_kind_is_not_told_of_them(repo) -> None:
    assert told(repo, "labels:\n- pairs: {new: label}\n") == []


def test_a_transformer_that_sets_what_is_there_already_is_told_in_its_own_file(repo) -> None:
    annotations = (
        "apiVersion: builtin\nkind: AnnotationsTransformer\nmetadata: {name: again}\nannotations:\n  a: b\n"
        "fieldSpecs:\n- path: metadata/annotations\n"
    )
    entries = "commonAnnotations: {a: b}\ntransformers:\n- again.yaml\n"
    places = [(rule, place) for rule, place, _ in told(repo, entries, {"again.yaml": annotations})]
    assert places == [(IDLE, "again.yaml:5")]


def test_a_label_that_only_one_object_has_is_no_idle_entry(repo) -> None:
    assert not told(repo, "labels:\n- pairs: {tier: front}\n  fields: []\n- pairs: {new: label}\n")


def test_operations_that_undo_each_other_are_told_at_their_entry(repo) -> None:
    there_and_back = (
        "    - {op: add, path: /metadata/labels/x, value: a}\n    - {op: remove, path: /metadata/labels/x}\n"
    )
    entries = f"patches:\n- target: {{kind: Deployment}}\n  patch: |-\n{there_and_back}"
    assert [(rule, place) for rule, place, _ in told(repo, entries)] == [(IDLE, "kustomization.yaml:3")]


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ({"a": [1]}, {"a": [True]}, False),
        ({"a": 1}, {"a": 1.0}, False),
        ({"a": ["x"]}, {"a": ["x"]}, True),
    ],
)
def test_equal_values_of_other_types_are_not_the_same(old, new, same) -> None:
    assert is_same(old, new) is same


@pytest.mark.parametrize(
    "entries",
    [
        json_patch("Deployment", "{op: test, path: /spec/replicas, value: 2}"),
        json_patch("Deployment", "{op: replace, path: /spec/replicas, value: '2'}"),
        json_patch("NightlyJob", "{op: replace, path: /spec/channel, value: fast}"),
        json_patch(".*", "{op: add, path: /metadata/labels, value: {tier: front}}"),
        json_patch("Deployment", "{op: replace, path: /spec/paused, value: true}"),
        json_patch("NightlyJob", "{op: replace, path: /spec/suspend, value: true}"),
        json_patch("ConfigMap", "{op: add, path: /data/LOG_LEVL, value: x}"),
        merge_patch("spec: {replicas: 3}"),
        merge_patch("spec: {replicas: null}"),
        "images:\n- name: nginx\n  newTag: 1.28.0\n",
        "replicas:\n- name: web\n  count: 3\n",
        'images:\n- name: nginx\n  newTag: 1.27.0 # {"$imagepolicy": "shop:nginx:tag"}\n',
        "namespace: shop\n",
        containers("- {name: proxy, image: 'proxy:1.0.0'}"),
        containers("- {name: nginxx, image: 'nginx:1.0.0'}"),
        containers("- {name: nginx, resources: {limits: {cpu: '1'}}}"),
        containers("- {name: logger, $patch: delete}"),
        "configurations: [all.yaml]\n",
        "configurations: [old.yaml]\n",
        "configMapGenerator:\n- name: settings\n  behavior: merge\n  literals: [LOG_LEVEL=debug]\n",
        "validators:\n- validator.yaml\n",
    ],
)
def test_an_entry_that_does_what_it_says_is_not_told(repo, entries) -> None:
    files = {
        "all.yaml": "images:\n- {kind: NightlyJob, path: spec/runner/image}\n"
        "- {kind: Rollout, path: spec/template/spec/image}\n",
        "old.yaml": "nameReference:\n- kind: ConfigMap\n  fieldSpecs:\n"
        "  - {kind: Deployment, group: extensions, path: spec/template/spec/name}\n"
        "  - {kind: NightlyJob, group: old.example.com, path: spec/note}\n"
        "  - {kind: NightlyJob, path: spec/channel}\n",
        "validator.yaml": "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: v}\n"
        "target: {kind: Deployment}\n"
        "patch: |-\n  - {op: replace, path: /spec/replicas, value: 2}\n",
    }
    assert told(repo, entries, files) == []


@pytest.mark.parametrize(
    ("entries", "line", "hint"),
    [
        (
            json_patch("ConfigMap", "{op: replace, path: /data/LOG_LEVL, value: debug}"),
            5,
            "did you mean /data/LOG_LEVEL?",
        ),
        (
            json_patch("NightlyJob", "{op: replace, path: /spec/chanel, value: fast}"),
            5,
            "did you mean /spec/channel?",
        ),
        (
            json_patch("NightlyJob", "{op: replace, path: /metadata/lables, value: {a: b}}"),
            5,
            "did you mean /metadata/labels?",
        ),
        (containers("- {name: ngnix, tty: true}"), 11, "did you mean 'nginx'?"),
        (containers("- {name: main, tty: true}"), 11, "the containers here are called 'nginx', 'logger'"),
        (containers("- {name: loger, $patch: delete}"), 11, "did you mean 'logger'?"),
        (containers("- {name: nginx, $patch: replace, image: 'nginx:2.0.0'}"), 11, "leave the directive out"),
        (merge_patch("spec: {replcas: null}"), 7, "did you mean 'replicas'?"),
        (
            "patches:\n- target: {kind: Deployment}\n  patch: |-\n    apiVersion: apps/v1\n"
            "    kind: Deployment\n    metadata:\n      name: shop\n",
            8,
            "allowNameChange",
        ),
    ],
)
def test_a_patch_that_misses_what_it_names_is_told_with_the_nearest_name(repo, entries, line, hint) -> None:
    ((rule, place, found),) = told(repo, entries)

    assert (rule, place) == (MISSED, f"kustomization.yaml:{line}")
    assert hint in found


def custom_patch(text: str) -> str:
    return merge_patch(f"spec: {text}", kind="NightlyJob", version="batch.example.com/v1", name="report")


@pytest.mark.parametrize(
    "text", ["{steps: [{name: a, $patch: delete}]}", "{steps: [{of: {$patch: delete, name: b}}], channel: x}"]
)
def test_a_directive_that_becomes_a_field_of_a_custom_resource_is_told_at_its_place(repo, text) -> None:
    ((rule, place, hint),) = told(repo, custom_patch(text))

    assert (rule, place) == (MISSED, "kustomization.yaml:7")
    assert "write the whole list" in hint


@pytest.mark.parametrize(
    "text",
    ["{patches: [{kind: Pod, $patch: delete}]}", "{runner: {$patch: delete}}", "{runner: {$patch: replace}}"],
)
def test_a_directive_that_is_data_or_is_followed_is_not_told(repo, text) -> None:
    assert told(repo, custom_patch(text)) == []


def replacement(select: str, path: str = "spec.template.spec.containers.[name=nginx].image") -> str:
    return (
        "replacements:\n- source: {kind: ConfigMap, name: settings, fieldPath: data.host}\n  targets:\n"
        f"  - select:\n      {select}\n    fieldPaths:\n    - {path}\n"
    )


@pytest.mark.parametrize(
    ("entries", "line", "hint"),
    [
        (replacement("{kind: Deployment, name: wbe}"), 6, "did you mean 'web' (Deployment/web)?"),
        (replacement("{kind: Deploymnt, name: web}"), 6, "did you mean kind: Deployment?"),
        (replacement("{kind: NightlyJob}", "spec.note.text") + "    options: {create: true}\n", 8, "null"),
    ],
)
def test_a_replacement_that_changes_nothing_is_told_at_the_field_to_edit(repo, entries, line, hint) -> None:
    ((rule, place, found),) = told(repo, entries)

    assert (rule, place) == (UNRESOLVED, f"kustomization.yaml:{line}")
    assert hint in found


def variable(name: str) -> str:
    return (
        f"vars:\n- name: {name}\n  objref: {{apiVersion: v1, kind: ConfigMap, name: settings}}\n"
        "  fieldref: {fieldPath: data.host}\n"
    )


def test_a_variable_that_is_used_is_not_told(repo) -> None:
    assert told(repo, variable("HOST")) == []


def test_a_variable_that_no_field_uses_is_told_where_it_is_named(repo) -> None:
    ((rule, place, _),) = told(repo, variable("DATABASE"))

    assert (rule, place) == (UNRESOLVED, "kustomization.yaml:3")


def test_a_misspelt_use_of_a_variable_is_told_once_and_where_it_is_used(repo) -> None:
    assert told(repo, variable("HOTS")) == [
        (UNRESOLVED, "deployment.yaml:17", "did you mean $(HOTS)?"),
    ]


def test_a_variable_that_its_container_resolves_itself_is_left_alone(repo) -> None:
    text = DEPLOYMENT.replace(
        "        args:", "        env:\n        - {name: HOST, value: $(HOTS)}\n        args:"
    )
    assert told(repo, variable("HOTS"), {"deployment.yaml": text}) == []


def test_a_variable_in_a_field_that_kustomize_does_not_search_is_told_there(repo) -> None:
    ((rule, place, hint),) = told(
        repo, variable("DATABASE"), {"custom.yaml": CUSTOM.replace("stable", "$(DATABASE)")}
    )
    assert (rule, place) == (UNRESOLVED, "custom.yaml:8")
    assert "path: spec/channel" in hint


def test_a_variable_of_a_base_is_judged_over_all_overlays(repo) -> None:
    overlay = "resources: [../base, use.yaml]\n"
    made = repo(
        {
            "base/config.yaml": CONFIG_MAP,
            "base/kustomization.yaml": "resources: [config.yaml]\n" + variable("HOST"),
            "one/use.yaml": DEPLOYMENT,
            "one/kustomization.yaml": overlay,
            "two/use.yaml": DEPLOYMENT.replace("$(HOST)", "none"),
            "two/kustomization.yaml": overlay,
        }
    )
    for folder in ("base", "two"):
        made.build(folder)
    assert [one.rule for one in made.builder.unmatched_in_components()] == [UNRESOLVED]
    made.build("one")
    assert made.builder.unmatched_in_components() == ()


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("images:\n- kind: NightlyJob\n  path: spec/runer/image\n", 3, "did you mean spec/runner/image?"),
        ("images:\n- kind: NigthlyJob\n  path: spec/runner/image\n", 2, "did you mean 'NightlyJob'?"),
        (
            "images:\n- kind: NightlyJob\n  group: batch\n  path: spec/runner/image\n",
            3,
            "NightlyJob/report would match but for its group, which is 'batch.example.com'",
        ),
        (
            "nameReference:\n- kind: ConfigMap\n  fieldSpecs:\n  - kind: NightlyJob\n    path: spec/chanel\n",
            5,
            "did you mean spec/channel?",
        ),
    ],
)
def test_a_configuration_that_nearly_names_a_field_is_told(repo, text, line, hint) -> None:
    ((rule, place, found),) = told(repo, "configurations: [own.yaml]\n", {"own.yaml": text})

    assert (rule, place, found) == (UNMATCHED, f"own.yaml:{line}", hint)


def test_a_field_of_labels_that_no_object_has_is_told_with_the_nearest_path(repo) -> None:
    entries = "labels:\n- pairs: {new: label}\n  fields:\n  - kind: NightlyJob\n    path: spec/runer/labels\n"
    assert told(repo, entries) == [(UNMATCHED, "kustomization.yaml:6", "did you mean spec/runner/labels?")]


def test_a_configuration_of_which_nothing_is_there_is_told_as_a_whole(repo) -> None:
    text = "images:\n- {kind: Rollout, path: spec/image}\n- {kind: Canary, path: spec/image}\n"
    found = told(repo, "configurations:\n- own.yaml\n", {"own.yaml": text})

    assert [(rule, place) for rule, place, _ in found] == [(IDLE, "kustomization.yaml:3")]


def test_a_definition_listed_under_crds_is_no_delivery(repo) -> None:
    text = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\n"
    ((rule, place, hint),) = told(repo, "crds:\n- crd.yaml\n", {"crd.yaml": text})

    assert (rule, place) == (UNMATCHED, "kustomization.yaml:3")
    assert "list it under resources" in hint


def test_a_generator_that_merges_what_is_there_is_told(repo) -> None:
    entries = "configMapGenerator:\n- name: settings\n  behavior: merge\n  literals: [LOG_LEVEL=info]\n"
    found = told(repo, entries)

    assert [(rule, place) for rule, place, _ in found] == [(IDLE, "kustomization.yaml:3")]


def test_labels_that_are_everywhere_are_told_each_or_all_as_one(repo) -> None:
    labelled = {
        "kustomization.yaml": "resources: [deployment.yaml]\n"
        "labels:\n- pairs:\n    tier: front\n    new: label\n",
        "deployment.yaml": DEPLOYMENT,
    }
    assert repo(labelled).build().violations() == [(IDLE, "kustomization.yaml:4")]
    labelled["kustomization.yaml"] = labelled["kustomization.yaml"].replace("    new: label\n", "")
    assert repo(labelled).build().violations() == [(IDLE, "kustomization.yaml:4")]


COMPONENT = {
    "part/kustomization.yaml": (
        "kind: Component\npatches:\n- target: {kind: Deployment}\n  patch: |-\n"
        "    - {op: replace, path: /spec/replicas, value: 2}\n"
    ),
    "one/deployment.yaml": DEPLOYMENT,
    "one/kustomization.yaml": "resources: [deployment.yaml]\ncomponents: [../part]\n",
    "two/deployment.yaml": DEPLOYMENT.replace("replicas: 2", "replicas: 1"),
    "two/kustomization.yaml": "resources: [deployment.yaml]\ncomponents: [../part]\n",
}


def test_an_entry_of_a_component_is_told_if_it_has_no_effect_in_any_use(repo) -> None:
    made = repo(COMPONENT)
    assert made.build("one").violations() == []
    assert [one.rule for one in made.builder.unmatched_in_components()] == [IDLE]
    made.build("two")
    assert made.builder.unmatched_in_components() == ()


def test_where_resources_were_left_out_nothing_is_proved_idle(repo) -> None:
    entries = "replicas:\n- name: web\n  count: 2\n" + json_patch(
        "Deployment", "{op: replace, path: /spec/replicas, value: 2}"
    )
    text = "resources: [deployment.yaml, 'https://example.com/more.yaml']\n" + entries
    made = repo({**BASE, "kustomization.yaml": text}).build()

    assert made.violations() == []
