"""In what order Argo CD applies things, and which orders cannot work."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from gitlint_ops.model.waves import Phase, Turn, first_turn, turns_of, wave_number

from ..cli.command_line import Ran, check, write

URL = "https://git.example/acme/repo"
INVERTED = "wave-order-inverted"
UNORDERED = "crd-cr-same-sync"
INERT = "app-of-apps-waves-inert"


def app(name: str, path: str, *, wave: str = "", policy: str = "", namespace: str = "web") -> str:
    """An Application; its wave stands on line 6, its policy from line 14 (without a wave: 12)."""
    annotated = f"  annotations:\n    argocd.argoproj.io/sync-wave: {wave!r}\n" if wave else ""
    return (
        f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {name}\n"
        f"{annotated}  namespace: argocd\nspec:\n  project: team\n"
        f"  source: {{repoURL: {URL}, path: {path}}}\n"
        f"  destination: {{server: https://kubernetes.default.svc, namespace: {namespace}}}\n{policy}"
    )


def thing(
    kind: str, name: str, *, namespace: str = "web", api: str = "v1", rest: str = "", **notes: str
) -> str:
    """An object whose annotations (`wave`, `hook`, `helm`) stand on line 7."""
    names = {
        "wave": "argocd.argoproj.io/sync-wave",
        "hook": "argocd.argoproj.io/hook",
        "helm": "helm.sh/hook",
    }
    held = ", ".join(f'{names[key]}: "{value}"' for key, value in notes.items())
    space = f"  namespace: {namespace}\n" if namespace else "  labels: {}\n"
    head = f"apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: {name}\n"
    return f"{head}{space}  annotations:\n    {{{held}}}\n{rest}"


def pods(kind: str = "Deployment", *, env: str = "", volumes: str = "", more: str = "", **notes: str) -> str:
    api = {"Deployment": "apps/v1", "Job": "batch/v1"}[kind]
    match = "  selector: {matchLabels: {app: web}}\n" if kind == "Deployment" else ""
    container = f"{{name: web, image: registry.example/web:1.2.3, envFrom: [{env}]}}"
    spec = f"containers: [{container}], volumes: [{volumes}]"
    never = ", restartPolicy: Never" if kind == "Job" else ""
    template = f"  template: {{metadata: {{labels: {{app: web}}}}, spec: {{{spec}{never}}}}}\n"
    return thing(kind, "web", api=api, rest=f"spec:\n{more}{match}{template}", **notes)


def crd(**notes: str) -> str:
    rest = (
        "spec:\n  group: example.com\n  scope: Namespaced\n  names: {kind: Thing, plural: things}\n"
        "  versions:\n  - name: v1\n    served: true\n    storage: true\n"
        "    schema: {openAPIV3Schema: {type: object}}\n"
    )
    name = "things.example.com"
    return thing(
        "CustomResourceDefinition", name, namespace="", api="apiextensions.k8s.io/v1", rest=rest, **notes
    )


def custom(**notes: str) -> str:
    return thing("Thing", "one", api="example.com/v1", **notes)


SETTINGS = "configMapRef: {name: settings}"
APP = {"apps/web.yaml": app("web", "web")}


def ordered(folder: Path, files: Mapping[str, str]) -> Ran:
    return check(write(folder / "repo", files), "--select", "ordering")


@pytest.mark.parametrize(
    ("settings", "workload", "place"),
    [
        ({"wave": "5"}, {}, "web/settings.yaml:7"),
        ({}, {"wave": "-1"}, "web/web.yaml:7"),
        ({"wave": "3"}, {"wave": "2"}, "web/settings.yaml:7"),
        ({"wave": "-3"}, {"wave": "-4"}, "web/web.yaml:7"),
        ({"hook": "PostSync"}, {}, "web/settings.yaml:7"),
        ({"helm": "post-install"}, {}, "web/settings.yaml:7"),
    ],
)
def test_what_pods_cannot_start_without_may_not_come_after_them(
    settings: Mapping[str, str], workload: Mapping[str, str], place: str, tmp_path: Path
) -> None:
    files = {
        **APP,
        "web/settings.yaml": thing("ConfigMap", "settings", **settings),
        "web/web.yaml": pods(env="{" + SETTINGS + "}", **workload),
    }

    assert ordered(tmp_path, files).found() == [f"{INVERTED} {place}"]


@pytest.mark.parametrize("hook", ["PreSync", "PreSync,PostSync"])
def test_a_hook_may_not_use_what_only_the_sync_after_it_creates(hook: str, tmp_path: Path) -> None:
    files = {
        **APP,
        "web/settings.yaml": thing("ConfigMap", "settings"),
        "web/web.yaml": pods("Job", env="{" + SETTINGS + "}", hook=hook),
    }

    ran = ordered(tmp_path, files)

    assert ran.found() == [f"{INVERTED} web/web.yaml:7"]
    assert "the phase PreSync" in ran.of(INVERTED)["message"]


def test_a_hook_of_helm_runs_before_the_sync_too(tmp_path: Path) -> None:
    files = {
        **APP,
        "web/account.yaml": thing("ServiceAccount", "migrate"),
        "web/web.yaml": pods("Job", helm="pre-upgrade").replace(
            "restartPolicy: Never", "restartPolicy: Never, serviceAccountName: migrate"
        ),
    }

    assert ordered(tmp_path, files).found() == [f"{INVERTED} web/web.yaml:7"]


@pytest.mark.parametrize(
    "volume",
    [
        "{name: a, secret: {secretName: login}}",
        "{name: a, projected: {sources: [{secret: {name: login}}]}}",
        "{name: a, persistentVolumeClaim: {claimName: login}}",
    ],
)
def test_volumes_are_waited_for(volume: str, tmp_path: Path) -> None:
    kind = "PersistentVolumeClaim" if "Claim" in volume else "Secret"
    files = {**APP, "web/a.yaml": thing(kind, "login", wave="1"), "web/web.yaml": pods(volumes=volume)}

    assert ordered(tmp_path, files).found() == [f"{INVERTED} web/a.yaml:7"]


@pytest.mark.parametrize(
    ("kind", "api", "spec"),
    [
        ("SealedSecret", "bitnami.com/v1alpha1", "spec: {encryptedData: {a: AgBy}}\n"),
        ("ExternalSecret", "external-secrets.io/v1", "spec: {target: {name: login}}\n"),
    ],
)
def test_what_makes_a_controller_write_the_secret_counts_as_the_secret(
    kind: str, api: str, spec: str, tmp_path: Path
) -> None:
    name = "login" if kind == "SealedSecret" else "vault"
    files = {
        **APP,
        "web/a.yaml": thing(kind, name, api=api, rest=spec, wave="1"),
        "web/web.yaml": pods(env="{secretRef: {name: login}}"),
    }

    assert ordered(tmp_path, files).found() == [f"{INVERTED} web/a.yaml:7"]


@pytest.mark.parametrize(
    "workload",
    [
        pods(env="{configMapRef: {name: settings, optional: true}}"),
        pods(env="{configMapRef: {name: others}}"),
        pods(env="{" + SETTINGS + "}", more="  replicas: 0\n"),
        pods(env="{" + SETTINGS + "}", wave="9"),
        pods(env="{" + SETTINGS + "}", hook="PostSync"),
        pods("Job", env="{" + SETTINGS + "}", hook="Skip"),
        pods("Job", env="{" + SETTINGS + "}", helm="test"),
        pods(env="{" + SETTINGS + "}").replace("namespace: web", "namespace: other"),
    ],
)
def test_what_waits_for_nothing_later_is_silent(workload: str, tmp_path: Path) -> None:
    files = {**APP, "web/settings.yaml": thing("ConfigMap", "settings", wave="5"), "web/web.yaml": workload}

    assert ordered(tmp_path, files).found() == []


def test_what_another_application_brings_as_well_may_be_there_already(tmp_path: Path) -> None:
    files = {
        **APP,
        "apps/other.yaml": app("other", "other"),
        "other/settings.yaml": thing("ConfigMap", "settings"),
        "web/settings.yaml": thing("ConfigMap", "settings", wave="5"),
        "web/web.yaml": pods(env="{" + SETTINGS + "}"),
    }

    assert ordered(tmp_path, files).found() == []


def test_a_late_object_is_told_once_for_all_that_need_it(tmp_path: Path) -> None:
    one = pods(env="{" + SETTINGS + "}")
    files = {
        **APP,
        "web/settings.yaml": thing("ConfigMap", "settings", wave="5"),
        "web/web.yaml": one,
        "web/api.yaml": one.replace("name: web\n  name", "name: api\n  name"),
    }

    assert "and 1 other, which need it" in ordered(tmp_path, files).of(INVERTED)["message"]


@pytest.mark.parametrize(
    ("needed", "by"),
    [
        (thing("Namespace", "web", namespace="", wave="2"), thing("ConfigMap", "settings")),
        (crd(wave="2"), custom()),
    ],
)
def test_what_argo_cd_moves_forward_itself_is_a_warning(needed: str, by: str, tmp_path: Path) -> None:
    ran = ordered(tmp_path, {**APP, "web/needed.yaml": needed, "web/by.yaml": by})

    assert ran.found() == [f"{INVERTED} web/needed.yaml:7"]
    assert ran.of(INVERTED)["severity"] == "warning"
    assert "Argo CD moves it forward" in ran.of(INVERTED)["message"]


@pytest.mark.parametrize(
    ("needed", "by"),
    [
        (thing("Namespace", "web", namespace=""), thing("ConfigMap", "settings", wave="-1")),
        (thing("Namespace", "web", namespace=""), thing("ConfigMap", "settings", hook="PreSync")),
        (crd(), custom(wave="-1")),
    ],
)
def test_that_argo_cd_moves_it_forward_may_be_relied_on(needed: str, by: str, tmp_path: Path) -> None:
    assert ordered(tmp_path, {**APP, "web/needed.yaml": needed, "web/by.yaml": by}).found() == []


def test_a_namespace_of_the_destination_counts_for_objects_that_name_none(tmp_path: Path) -> None:
    files = {
        **APP,
        "web/namespace.yaml": thing("Namespace", "web", namespace="", wave="2"),
        "web/settings.yaml": thing("ConfigMap", "settings", namespace=""),
    }

    assert ordered(tmp_path, files).found() == [f"{INVERTED} web/namespace.yaml:7"]


def test_in_a_folder_that_nothing_delivers_the_annotations_of_argo_cd_count(tmp_path: Path) -> None:
    files = {
        "web/settings.yaml": thing("ConfigMap", "settings", wave="5"),
        "web/web.yaml": pods(env="{" + SETTINGS + "}"),
    }

    ran = ordered(tmp_path, files)

    assert ran.found() == [f"{INVERTED} web/settings.yaml:7"]
    assert ran.of(INVERTED)["confidence"] == "medium"


def test_hooks_of_helm_mean_nothing_in_such_a_folder(tmp_path: Path) -> None:
    files = {
        "web/settings.yaml": thing("ConfigMap", "settings"),
        "web/web.yaml": pods("Job", env="{" + SETTINGS + "}", helm="pre-install"),
    }

    assert ordered(tmp_path, files).found() == []


def children(base: str, web: str, **files: str) -> dict[str, str]:
    """A root with the Applications `base`, which defines a kind, and `web`, which uses it."""
    return {
        "root/root.yaml": app("root", "apps", namespace="argocd"),
        "apps/base.yaml": base,
        "apps/web.yaml": web,
        "base/crd.yaml": crd(),
        "web/one.yaml": custom(),
        **files,
    }


@pytest.mark.parametrize(
    ("base", "web", "found"),
    [
        ("1", "", [f"{INVERTED} apps/base.yaml:6"]),
        ("", "-1", [f"{INVERTED} apps/web.yaml:6"]),
        ("", "", [f"{UNORDERED} apps/web.yaml:6"]),
        ("-1", "", []),
        ("", "1", []),
    ],
)
def test_children_of_one_application_are_ordered_by_their_waves(
    base: str, web: str, found: list[str], tmp_path: Path
) -> None:
    files = children(app("base", "base", wave=base), app("web", "web", wave=web))

    assert sorted(ordered(tmp_path, files).found()) == sorted(found)


@pytest.mark.parametrize(
    "policy",
    [
        "  syncPolicy: {syncOptions: [SkipDryRunOnMissingResource=true]}\n",
        "  syncPolicy: {automated: {}, retry: {limit: 5}}\n",
    ],
)
def test_an_application_that_waits_or_tries_again_is_silent(policy: str, tmp_path: Path) -> None:
    files = children(app("base", "base"), app("web", "web", policy=policy))

    assert ordered(tmp_path, files).found() == []


def test_the_option_on_an_application_counts_since_argo_cd_3_1(tmp_path: Path) -> None:
    policy = "  syncPolicy: {syncOptions: [SkipDryRunOnMissingResource=true]}\n"
    old = {"gitlint-ops.yaml": "operators: {argocd: '3.0'}\n"}
    files = children(app("base", "base"), app("web", "web", policy=policy), **old)

    assert ordered(tmp_path, files).places(UNORDERED) == ["apps/web.yaml:10"]


def test_the_option_may_stand_on_the_object_itself(tmp_path: Path) -> None:
    waits = custom().replace("{}", '{argocd.argoproj.io/sync-options: "SkipDryRunOnMissingResource=true"}')
    files = children(app("base", "base"), app("web", "web"), **{"web/one.yaml": waits})

    assert ordered(tmp_path, files).found() == []


def test_applications_that_do_not_surely_meet_are_not_compared(tmp_path: Path) -> None:
    files = {
        "eu/web.yaml": app("web", "web"),
        "us/base.yaml": app("base", "base"),
        "base/crd.yaml": crd(),
        "web/one.yaml": custom(),
    }

    assert ordered(tmp_path, files).found() == []


SETTINGS_OF_ARGO = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm, namespace: argocd}\ndata:\n"
CHECK = "  resource.customizations.health.argoproj.io_Application: |\n    return {}\n"
OLD_CHECK = "  resource.customizations: |\n    argoproj.io/Application:\n      health.lua: return {}\n"


@pytest.mark.parametrize(
    ("waves", "settings", "found"),
    [
        (("0", "1"), SETTINGS_OF_ARGO + "  url: https://x\n", [f"{INERT} argo/cm.yaml:4"]),
        (("", "1"), SETTINGS_OF_ARGO + "  url: https://x\n", [f"{INERT} argo/cm.yaml:4"]),
        (("1", "1"), SETTINGS_OF_ARGO + "  url: https://x\n", []),
        (("0", "1"), SETTINGS_OF_ARGO + CHECK, []),
        (("0", "1"), SETTINGS_OF_ARGO + OLD_CHECK, []),
        (("0", "1"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: argocd}\n", []),
    ],
)
def test_waves_of_applications_need_a_health_check(
    waves: tuple[str, str], settings: str, found: list[str], tmp_path: Path
) -> None:
    files = children(app("base", "base", wave=waves[0]), app("web", "web", wave=waves[1]))
    files |= {
        "root/argo.yaml": app("argo", "argo", namespace="argocd"),
        "argo/cm.yaml": settings,
        "web/one.yaml": thing("ConfigMap", "one"),
    }

    assert ordered(tmp_path, files).found() == found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("-1", -1),
        ("+2", 2),
        ("007", 7),
        (" 1", None),
        ("1_0", None),
        ("٣", None),
        ("1.0", None),
        ("", None),
    ],
)
def test_a_wave_is_a_number_as_go_reads_it(text: str, number: int | None) -> None:
    assert wave_number(text) == number


@pytest.mark.parametrize(
    ("annotations", "turns"),
    [
        ({}, [Turn()]),
        ({"argocd.argoproj.io/sync-wave": "2"}, [Turn(Phase.SYNC, 2)]),
        ({"argocd.argoproj.io/sync-wave": "x", "helm.sh/hook-weight": "3"}, [Turn(Phase.SYNC, 3)]),
        ({"helm.sh/hook": "pre-install,post-upgrade"}, [Turn(Phase.PRE_SYNC), Turn(Phase.POST_SYNC)]),
        ({"helm.sh/hook": "pre-install", "argocd.argoproj.io/hook": "PostSync"}, [Turn(Phase.POST_SYNC)]),
        ({"helm.sh/hook": "crd-install"}, [Turn()]),
        ({"helm.sh/hook": "test"}, []),
        ({"argocd.argoproj.io/hook": "Skip"}, []),
        ({"argocd.argoproj.io/hook": "Sync, SyncFail"}, [Turn(), Turn(Phase.SYNC_FAIL)]),
    ],
)
def test_hooks_of_argo_cd_and_helm_say_when_an_object_is_applied(
    annotations: Mapping[str, str], turns: list[Turn]
) -> None:
    body = {"metadata": {"annotations": annotations}}

    assert list(turns_of(body)) == turns
    assert first_turn(body) == (turns[0] if turns else None)
