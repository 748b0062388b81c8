"""Which line set a field, with the chain of lines behind it."""

from __future__ import annotations

POD = (
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n"
    "  - name: web\n    image: web:1.2\n"
)
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
IMAGE = ("spec", "containers", 0, "image")


def test_a_tag_set_by_images_is_blamed_on_its_new_tag_and_then_on_the_base(repo) -> None:
    made = repo(
        {
            "base/pod.yaml": POD,
            "base/kustomization.yaml": "resources: [pod.yaml]\n",
            "prod/kustomization.yaml": "resources: [../base]\nimages:\n- name: web\n  newTag: latest\n",
        }
    ).build("prod")

    assert made.body("Pod")["spec"]["containers"][0]["image"] == "web:latest"
    assert made.blame("Pod", IMAGE) == ["prod/kustomization.yaml:4", "base/pod.yaml:8"]


def test_a_field_nobody_changed_is_blamed_on_its_own_line(repo) -> None:
    made = repo({"pod.yaml": POD, "kustomization.yaml": "resources: [pod.yaml]\nnamePrefix: a-\n"}).build()

    assert made.blame("Pod", IMAGE) == ["pod.yaml:8"]


def test_the_second_document_of_a_file_is_blamed_on_its_own_lines(repo) -> None:
    made = repo(
        {"all.yaml": f"{CONFIG_MAP}---\n{POD}", "kustomization.yaml": "resources: [all.yaml]\n"}
    ).build()

    assert made.blame("Pod", IMAGE) == ["all.yaml:13"]


def test_items_of_a_list_are_blamed_within_the_list(repo) -> None:
    items = (
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata:\n    name: web\n"
    )
    made = repo({"list.yaml": items, "kustomization.yaml": "resources: [list.yaml]\n"}).build()

    assert made.blame("Service", ("metadata", "name")) == ["list.yaml:7"]


def test_names_are_blamed_on_prefix_and_suffix_in_turn(repo) -> None:
    kustomization = "resources: [pod.yaml]\nnamePrefix: a-\nnameSuffix: -z\n"
    made = repo({"pod.yaml": POD, "kustomization.yaml": kustomization}).build()

    assert made.blame("Pod", ("metadata", "name")) == [
        "kustomization.yaml:3",
        "kustomization.yaml:2",
        "pod.yaml:4",
    ]


def test_a_label_is_blamed_on_its_pair(repo) -> None:
    kustomization = "resources: [pod.yaml]\nlabels:\n- pairs:\n    app: web\n    tier: front\n"
    made = repo({"pod.yaml": POD, "kustomization.yaml": kustomization}).build()

    assert made.blame("Pod", ("metadata", "labels", "tier")) == ["kustomization.yaml:5"]


def test_generated_data_is_blamed_on_literals_and_lines_of_env_files(repo) -> None:
    kustomization = (
        "configMapGenerator:\n- name: settings\n  envs: [app.env]\n  literals:\n  - COLOR=red\n"
        "  files: [motd.txt]\n"
    )
    made = repo(
        {"kustomization.yaml": kustomization, "app.env": "# comment\nA=1\nB=2\n", "motd.txt": "hello\n"}
    ).build()

    assert made.blame("ConfigMap", ("data", "B")) == ["app.env:3"]
    assert made.blame("ConfigMap", ("data", "COLOR")) == ["kustomization.yaml:5"]
    assert made.blame("ConfigMap", ("data", "motd.txt")) == ["motd.txt:1"]
    assert made.blame("ConfigMap", ("metadata", "name"))[-1] == "kustomization.yaml:2"


def test_data_merged_into_a_generated_map_keeps_the_blame_of_what_was_there(repo) -> None:
    made = repo(
        {
            "base/kustomization.yaml": (
                "configMapGenerator:\n- name: settings\n  literals:\n  - A=1\n  - B=1\n"
            ),
            "prod/kustomization.yaml": (
                "resources: [../base]\nconfigMapGenerator:\n- name: settings\n  behavior: merge\n"
                "  literals:\n  - B=2\n"
            ),
        }
    ).build("prod")

    assert made.body("ConfigMap")["data"] == {"A": "1", "B": "2"}
    assert made.blame("ConfigMap", ("data", "A")) == ["base/kustomization.yaml:4"]
    assert made.blame("ConfigMap", ("data", "B")) == [
        "prod/kustomization.yaml:6",
        "base/kustomization.yaml:5",
    ]


def test_a_name_put_into_a_reference_is_blamed_on_what_renamed_it(repo) -> None:
    pod = f"{POD}    envFrom:\n    - configMapRef:\n        name: settings\n"
    kustomization = "resources: [pod.yaml, settings.yaml]\nnamePrefix: a-\n"
    made = repo({"pod.yaml": pod, "settings.yaml": CONFIG_MAP, "kustomization.yaml": kustomization}).build()
    reference = ("spec", "containers", 0, "envFrom", 0, "configMapRef", "name")

    assert made.body("Pod")["spec"]["containers"][0]["envFrom"][0]["configMapRef"]["name"] == "a-settings"
    assert made.blame("Pod", reference) == ["kustomization.yaml:2", "pod.yaml:11"]


def test_fields_of_an_inline_patch_are_blamed_on_the_lines_of_its_text(repo) -> None:
    kustomization = (
        "resources: [pod.yaml]\npatches:\n- patch: |\n    apiVersion: v1\n    kind: Pod\n"
        "    metadata:\n      name: web\n    spec:\n      hostNetwork: true\n"
    )
    made = repo({"pod.yaml": POD, "kustomization.yaml": kustomization}).build()

    assert made.blame("Pod", ("spec", "hostNetwork")) == ["kustomization.yaml:9"]


def test_a_plugin_s_configuration_is_blamed_and_not_the_line_that_names_it(repo) -> None:
    prefixer = (
        "apiVersion: builtin\nkind: PrefixTransformer\nmetadata:\n  name: p\nprefix: a-\n"
        "fieldSpecs:\n- path: metadata/name\n"
    )
    kustomization = "resources: [pod.yaml]\ntransformers: [prefix.yaml]\n"
    made = repo({"pod.yaml": POD, "prefix.yaml": prefixer, "kustomization.yaml": kustomization}).build()

    assert made.blame("Pod", ("metadata", "name")) == ["prefix.yaml:5", "pod.yaml:4"]


def test_what_a_patch_only_repeats_stays_the_base_s(repo) -> None:
    head = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n"
    base = f"{head}spec:\n  replicas: 1\n  paused: true\n"
    patch = base.replace("replicas: 1", "replicas: 2")
    kustomization = (
        "resources: [base.yaml]\npatches:\n- path: patch.yaml\n- target: {kind: Deployment}\n"
        "  patch: '- {op: replace, path: /spec/paused, value: true}'\n"
    )
    made = repo({"base.yaml": base, "patch.yaml": patch, "kustomization.yaml": kustomization}).build()

    for path in (("apiVersion",), ("kind",), ("metadata", "name"), ("spec", "paused")):
        assert [place.partition(":")[0] for place in made.blame("Deployment", path)] == ["base.yaml"]
    assert made.blame("Deployment", ("spec", "replicas")) == ["patch.yaml:6", "base.yaml:6"]


def test_fields_that_thousands_of_operations_set_are_blamed_on_the_last_and_the_first(repo) -> None:
    deep = ["data", *"abcdefgh"]
    operations = "".join(
        f"    - {{op: replace, path: /{'/'.join(deep[:length])}, value: {_nested(deep[length:])}}}\n"
        for length in range(len(deep), 0, -1)
        for _ in range(150)
    )
    kustomization = f"resources: [deep.yaml]\npatches:\n- target: {{kind: Deep}}\n  patch: |-\n{operations}"
    base = f"apiVersion: example.com/v1\nkind: Deep\nmetadata: {{name: deep}}\ndata: {_nested(deep[1:])}\n"
    made = repo({"deep.yaml": base, "kustomization.yaml": kustomization}).build()

    places = made.blame("Deep", tuple(deep))
    last = 4 + len(deep) * 150
    assert places[0] == f"kustomization.yaml:{last}"
    assert places[-1] == "deep.yaml:4"


def _nested(keys: list[str]) -> str:
    return "".join(f"{{{key}: " for key in keys) + "end" + "}" * len(keys)
