"""What one environment has of another, and what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitlint_ops.model.environments import environments_in, without_environment

from ..cli.command_line import check, config_map, repository, write

LEAK, PARITY, DESTINATION = "env-literal-leak", "config-key-parity", "destination-mismatch"


def overlays(base: str = "", **by_name: str) -> dict[str, str]:
    """A base with one ConfigMap, and overlays that generate ConfigMaps `settings` of these literals."""
    files = {
        "base/kustomization.yaml": "resources: [base.yaml]\n",
        "base/base.yaml": base or config_map("shop"),
    }
    for name, literals in by_name.items():
        files[f"overlays/{name}/kustomization.yaml"] = (
            f"resources: [../../base]\nconfigMapGenerator:\n- name: settings\n  literals:\n{listed(literals)}"
        )
    return files


def listed(literals: str) -> str:
    return "".join(f"  - {one}\n" for one in literals.split())


def places(folder: Path, files: dict[str, str], rule: str) -> list[str]:
    return check(write(folder, files), "--select", rule, "--no-cache").places(rule)


PRODUCTION = "overlays/production/kustomization.yaml:5"


@pytest.mark.parametrize(
    "value",
    [
        "HOST=db.staging.acme.io",
        "DATABASE_URL=postgres://shop@staging-db.acme.io:5432/shop",
        "BUCKET=acme-staging-assets",
        "DB_NAME=shop_staging",
        "API=https://acme.io/staging/v1",
        "QUEUE=orders-stg",
    ],
)
def test_a_value_of_staging_in_production_is_told(value: str, tmp_path: Path) -> None:
    assert places(tmp_path, overlays(staging=value, production=value), LEAK) == [PRODUCTION]


@pytest.mark.parametrize(
    "value",
    [
        "ISSUER=https://acme-staging-v02.api.letsencrypt.org/directory",
        "HOST=dev-team.acme.io",
        "HOST=api.non-prod.acme.io",
        "URL=https://dashboard.tekton.dev",
        "NODE_ENV=staging",
        "LEVEL=staging",
        "NAME=test-pods.acme.io",
        "ORIGINS=https://staging.acme.io,https://production.acme.io",
        "TEXT=see-staging.md",
        "URL=https://dev.azure.com/acme/shop",
        "SOCKET=unix:///dev/shm/shop.sock",
        "HEALTH=https://api.acme.io/test/health",
        "ACCOUNT=dev@acme.io",
    ],
)
def test_what_only_sounds_like_an_environment_is_silent(value: str, tmp_path: Path) -> None:
    assert places(tmp_path, overlays(staging=value, production=value, dev=value), LEAK) == []


def test_a_value_that_the_other_environment_does_not_have_proves_nothing(tmp_path: Path) -> None:
    files = overlays(staging="HOST=db-2.staging.acme.io", production="HOST=db.staging.acme.io")

    assert places(tmp_path, files, LEAK) == []


def test_a_service_in_a_namespace_of_the_other_environment_is_told(tmp_path: Path) -> None:
    files = overlays(staging="HOST=orders", production="HOST=orders.shop-staging.svc")
    for name in ("staging", "production"):
        files[f"overlays/{name}/kustomization.yaml"] += f"namespace: shop-{name}\n"

    assert places(tmp_path, files, LEAK) == [PRODUCTION]


def test_a_value_that_stays_in_the_base_is_told_there(tmp_path: Path) -> None:
    base = config_map("shop", GREETING="hello", HOST="db.staging.acme.io")

    assert places(tmp_path, overlays(base, staging="a=b", production="a=b"), LEAK) == ["base/base.yaml:7"]


@pytest.mark.parametrize(
    ("key", "places_told"),
    [("SSO_URL", []), ("DB_HOST", ["base/base.yaml:6"]), ("BUCKET", ["base/base.yaml:6"])],
)
def test_what_all_have_of_production_by_a_base_is_shared_unless_it_is_data(
    key: str, places_told: list[str], tmp_path: Path
) -> None:
    base = config_map("shop", **{key: "one.prod.acme.io"})

    assert places(tmp_path, overlays(base, staging="a=b", production="a=b"), LEAK) == places_told


def test_a_line_of_a_file_is_told_at_its_line(tmp_path: Path) -> None:
    lines = "# db.staging.acme.io\n    name=shop\n    db.host=db.staging.acme.io\n"
    data = f"data:\n  app.properties: |\n    {lines}"
    base = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: shop}}\n{data}"

    assert places(tmp_path, overlays(base, staging="a=b", production="a=b"), LEAK) == ["base/base.yaml:8"]


def test_a_secret_is_not_repeated(tmp_path: Path) -> None:
    files = overlays(staging="a=b", production="a=b")
    for name in ("staging", "production"):
        files[f"overlays/{name}/kustomization.yaml"] += (
            "secretGenerator:\n- name: db\n  literals: ['DSN=postgres://u:pa55-wd@db.staging.acme.io/x']\n"
        )

    found = check(write(tmp_path, files), "--select", LEAK).of(LEAK)

    assert found["message"] == "production takes a value of staging: staging has the very same value"


def test_monitoring_looks_at_all_environments(tmp_path: Path) -> None:
    files = overlays(config_map("prometheus", HOST="api.staging.acme.io"), staging="a=b", production="a=b")

    assert places(tmp_path, files, LEAK) == []


def test_a_namespace_of_another_environment_is_told(tmp_path: Path) -> None:
    files = overlays(staging="a=b", production="a=b")
    for name in ("staging", "production"):
        files[f"overlays/{name}/kustomization.yaml"] += "namespace: shop-staging\n"

    assert places(tmp_path, files, LEAK) == ["overlays/production/kustomization.yaml:6"]


def test_between_environments_that_are_not_production_it_warns(tmp_path: Path) -> None:
    files = overlays(staging="HOST=db.staging.acme.io", dev="HOST=db.staging.acme.io")
    found = check(write(tmp_path, files), "--select", LEAK).of(LEAK)

    assert (found["severity"], found["confidence"]) == ("warning", "low")


def test_declared_environments_have_their_own_names(tmp_path: Path) -> None:
    files = overlays(live="HOST=db.next.acme.io", next="HOST=db.next.acme.io")
    files["gitlint-ops.yaml"] = (
        "environments: {live: {paths: [overlays/live]}, next: {paths: [overlays/next]}}\n"
    )

    assert places(tmp_path, files, LEAK) == ["overlays/live/kustomization.yaml:5"]


# Keys that are lacking

SAME = "A=1 B=2 C=3 "


def test_a_key_that_all_others_have_is_told(tmp_path: Path) -> None:
    files = overlays(dev=SAME + "URL=a", staging=SAME + "URL=b", production=SAME)

    assert places(tmp_path, files, PARITY) == ["overlays/production/kustomization.yaml:3"]


@pytest.mark.parametrize(
    ("dev", "staging", "production"),
    [
        ("URL=a", "", ""),
        ("FEATURE_NEW=a", "FEATURE_NEW=b", ""),
        ("DEBUG=a", "DEBUG=b", ""),
        ("URL=a", "URL=a", "URL=a"),
    ],
)
def test_a_key_that_some_lack_or_a_switch_is_silent(
    dev: str, staging: str, production: str, tmp_path: Path
) -> None:
    files = overlays(dev=SAME + dev, staging=SAME + staging, production=SAME + production)

    assert places(tmp_path, files, PARITY) == []


@pytest.mark.parametrize(
    ("staging", "production", "told"),
    [
        (SAME + "URL=a", SAME, "production"),
        (SAME, SAME + "URL=a", ""),
        (SAME + "URL=a", SAME + "CDN=b", ""),
        (SAME + "API_URL=a", SAME + "API_URI=b", "staging production"),
        ("A=1 URL=a", "A=1", ""),
    ],
)
def test_of_two_environments_only_what_is_plain_is_told(
    staging: str, production: str, told: str, tmp_path: Path
) -> None:
    expected = [f"overlays/{one}/kustomization.yaml:3" for one in told.split()]

    assert sorted(places(tmp_path, overlays(staging=staging, production=production), PARITY)) == sorted(
        expected
    )


# Destinations

CLUSTERS = """\
clusters:
- {name: eu-1, environment: production, server: "https://10.0.0.7:6443"}
- {name: eu-2, environment: staging, server: "https://10.0.0.8:6443"}
- {name: hub, environment: production, server: "https://kubernetes.default.svc"}
"""


def application(path: str, destination: str, name: str = "web", labels: str = "") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        f"metadata: {{name: {name}, namespace: argocd{labels}}}\n"
        "spec:\n  project: shop\n  source:\n    repoURL: https://git.example/acme/shop\n"
        f"    targetRevision: main\n    path: {path}\n  destination:\n    {destination}\n"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (application("apps/production", "name: eu-2"), 11),
        (application("apps/production", "server: https://10.0.0.8:6443/"), 11),
        (application("apps/web", "name: eu-2", "web-prod"), 11),
        (application("apps/web", "name: eu-2", labels=", labels: {env: production}"), 11),
        (application("apps/staging", "{name: eu-2, namespace: web-prod}"), 11),
        (application("apps/web", "{name: eu-1, namespace: web-staging}"), 11),
        (application("apps/staging", "{server: 'https://kubernetes.default.svc', namespace: web}"), 11),
    ],
)
def test_a_destination_of_another_environment_is_told(text: str, line: int, tmp_path: Path) -> None:
    files = {"gitlint-ops.yaml": CLUSTERS, "argocd/web.yaml": text}

    assert places(tmp_path, files, DESTINATION) == [f"argocd/web.yaml:{line}"]


def test_where_all_else_agrees_the_name_of_the_cluster_is_the_odd_one(tmp_path: Path) -> None:
    text = application("apps/overlays/production", "{name: staging, namespace: web}")

    ran = check(write(tmp_path, {"clusters/production/web.yaml": text}), "--select", "environments")

    assert [(one["rule"], one["severity"], one["location"]["line"]) for one in ran.findings] == [
        (DESTINATION, "warning", 11)
    ]


@pytest.mark.parametrize(
    "text",
    [
        application("apps/production", "{name: eu-1, namespace: web-prod}"),
        application("apps/dev-team", "{name: eu-1, namespace: dev-team}"),
        application("apps/staging", "{server: 'https://kubernetes.default.svc', namespace: web-staging}"),
        application("apps/production", "name: unknown"),
        application("apps/test", "name: eu-2"),
        application("apps/staging", "name: eu-1", labels=", labels: {env: production}"),
    ],
)
def test_a_destination_of_its_own_or_of_no_environment_is_silent(text: str, tmp_path: Path) -> None:
    assert places(tmp_path, {"gitlint-ops.yaml": CLUSTERS, "argocd/web.yaml": text}, DESTINATION) == []


def test_a_namespace_that_flux_fills_is_judged_by_its_cluster(tmp_path: Path) -> None:
    text = (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        "metadata: {name: web, namespace: flux-system}\n"
        "spec:\n  targetNamespace: web-staging\n  path: ./apps\n"
        "  sourceRef: {kind: GitRepository, name: flux-system}\n"
    )

    assert places(tmp_path, {"clusters/production/web.yaml": text}, DESTINATION) == [
        "clusters/production/web.yaml:5"
    ]


# Two repositories that make sense together only


HUB = """\
environments: {production: {}, staging: {}}
clusters:
- {name: hub, environment: production, server: "https://kubernetes.default.svc"}
- {name: eu-1, environment: production, server: "https://10.0.0.7:6443", labels: {env: production}}
- {name: eu-2, environment: staging, server: "https://10.0.0.8:6443", labels: {env: staging}}
"""
SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shop, namespace: argocd}
spec:
  generators: [{clusters: {selector: {matchExpressions: [{key: env, operator: Exists}]}}}]
  template:
    metadata: {name: 'shop-{{name}}'}
    spec:
      project: default
      source:
        repoURL: https://git.example/acme/shop
        path: 'overlays/{{metadata.labels.env}}'
        targetRevision: main
      destination: {server: '{{server}}', namespace: shop}
"""


def two(folder: Path, shop: dict[str, str], extra: str = "") -> tuple[Path, Path]:
    hub = repository(
        folder / "hub", {"gitlint-ops.yaml": HUB, "prod/set.yaml": SET, "prod/extra.yaml": extra}
    )
    own = repository(folder / "shop", shop)
    for git in (hub, own):
        git("remote", "add", "origin", f"https://git.example/acme/{git.folder.name}")
    return hub.folder, own.folder


def test_what_a_hub_of_production_delivers_to_staging_is_of_staging(tmp_path: Path) -> None:
    right = overlays(staging="HOST=db.staging.acme.io", production="HOST=db.production.acme.io")
    ran = check(two(tmp_path, right)[0], tmp_path / "shop", "--select", "environments")

    assert ran.found() == []
    assert len([one for one in ran.report["targets"] if one["status"] == "built"]) >= 2


def test_what_only_both_repositories_show_is_told(tmp_path: Path) -> None:
    wrong = overlays(staging="HOST=db.staging.acme.io", production="HOST=db.staging.acme.io")
    extra = application("overlays/production", "name: eu-2")
    ran = check(two(tmp_path, wrong, extra)[0], tmp_path / "shop", "--select", "environments")

    assert ran.found() == [
        "destination-mismatch prod/extra.yaml:11",
        "env-literal-leak overlays/production/kustomization.yaml:5",
    ]


def test_a_branch_of_another_environment_than_that_of_the_declared_cluster_is_told(tmp_path: Path) -> None:
    text = application("apps/web", "name: eu-1").replace("main", "staging")
    files = {"gitlint-ops.yaml": CLUSTERS, "argocd/web.yaml": text}

    assert places(tmp_path, files, "branch-env-mismatch") == ["argocd/web.yaml:8"]


# Names


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("db.staging.svc", {"staging"}),
        ("prod-db.acme.io", {"production"}),
        ("shop_uat", {"test"}),
        ("dev-team", set()),
        ("team-dev-tools", set()),
        ("non-prod", set()),
        ("letsencrypt-staging", set()),
        ("test-pods", set()),
        ("product", set()),
    ],
)
def test_which_environments_a_name_tells(name: str, told: set[str]) -> None:
    assert environments_in(name) == told


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("apps/web/overlays/production", "apps/web/overlays/*"),
        ("web-staging", "web-*"),
        ("clusters/prod-eu-1/web", "clusters/*-eu-1/web"),
        ("dev-team/non-prod", "dev-team/non-prod"),
    ],
)
def test_what_variants_of_a_path_have_in_common(path: str, form: str) -> None:
    assert without_environment(path) == form


RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop, namespace: shop}
spec:
  interval: 1h
  chartRef: {kind: OCIRepository, name: shop}
  values:
    database:
      host: db.staging.acme.io
"""


def test_values_for_a_chart_that_is_not_here_are_judged(tmp_path: Path) -> None:
    files = {f"overlays/{name}/shop.yaml": RELEASE for name in ("staging", "production")}

    assert places(tmp_path, files, LEAK) == ["overlays/production/shop.yaml:9"]


def test_a_generated_application_is_told_at_the_template_with_its_parameter(tmp_path: Path) -> None:
    elements = "[{cluster: eu-1, env: staging}, {cluster: eu-2, env: staging}]"
    text = SET.replace(
        "[{clusters: {selector: {matchExpressions: [{key: env, operator: Exists}]}}}]",
        f"[{{list: {{elements: {elements}}}}}]",
    )
    text = text.replace("{{metadata.labels.env}}", "{{env}}").replace("{{name}}", "{{cluster}}")
    text = text.replace("server: '{{server}}'", "name: '{{cluster}}'")
    ran = check(write(tmp_path, {"gitlint-ops.yaml": CLUSTERS, "set.yaml": text}), "--select", DESTINATION)

    assert ran.places(DESTINATION) == ["set.yaml:14"]
    assert [one["line"] for one in ran.of(DESTINATION)["related"]] == [5]


@pytest.mark.parametrize(("name", "told"), [("orders", True), ("go", False)])
def test_the_end_of_a_public_name_is_an_environment_where_a_service_has_that_name(
    name: str, told: bool, tmp_path: Path
) -> None:
    files = overlays(dev="URL=http://orders.dev", production=f"URL=http://{name}.dev")
    files["overlays/dev/kustomization.yaml"] = files["overlays/dev/kustomization.yaml"].replace(
        "orders", name
    )
    for one in ("dev", "production"):
        files[f"overlays/{one}/kustomization.yaml"] += f"namespace: {one}\n"
    files["base/kustomization.yaml"] = "resources: [base.yaml, service.yaml]\n"
    files["base/service.yaml"] = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: orders}\nspec: {ports: [{port: 80}]}\n"
    )

    assert bool(places(tmp_path, files, LEAK)) == told


def test_the_name_of_a_secret_in_a_store_is_judged(tmp_path: Path) -> None:
    secret = (
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\n"
        "spec:\n  data:\n  - secretKey: password\n    remoteRef:\n      key: staging/shop/db\n"
    )
    files = overlays(secret, staging="a=b", production="a=b")

    assert places(tmp_path, files, LEAK) == ["base/base.yaml:8"]


def test_a_whole_folder_of_another_environment_is_told_once_at_its_path(tmp_path: Path) -> None:
    files = overlays(staging="A=1", production="A=2")
    for one in ("staging", "production"):
        files[f"overlays/{one}/kustomization.yaml"] += f"namespace: shop-{one}\n"
        files[f"clusters/{one}/shop.yaml"] = (
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
            f"metadata: {{name: shop-{one}, namespace: argocd}}\n"
            "spec:\n  project: shop\n"
            "  source:\n    repoURL: https://git.example/acme/shop\n    targetRevision: HEAD\n"
            "    path: overlays/staging\n"
            f"  destination: {{name: {one}, namespace: shop-{one}}}\n"
        )
    git = repository(tmp_path / "shop", files)
    git("remote", "add", "origin", "https://git.example/acme/shop")

    ran = check(tmp_path / "shop", "--select", "environments", "--no-cache", "--ignore", "overlay-dead")

    assert [(one["rule"], one["location"]["file"], one["location"]["line"]) for one in ran.findings] == [
        ("overlay-env-mismatch", "clusters/production/shop.yaml", 9)
    ]


def test_environments_with_a_prefix_each_on_its_own_branch_are_compared(tmp_path: Path) -> None:
    files = {"base/kustomization.yaml": "resources: [base.yaml]\n", "base/base.yaml": config_map("shop")}
    for one in ("staging", "prod"):
        files[f"overlays/{one}/kustomization.yaml"] = (
            f"resources: [../../base]\nnamePrefix: {one}-\n"
            "configMapGenerator:\n- name: settings\n  envs: [app.env]\n"
        )
        files[f"overlays/{one}/app.env"] = "LOG=info\nAPI=https://api.staging.acme.io\n"
        branch = "main" if one == "prod" else one
        files[f"apps/{one}.yaml"] = application(
            f"overlays/{one}", f"{{name: {one}, namespace: shop}}", f"shop-{one}"
        ).replace("targetRevision: main", f"targetRevision: {branch}")
    git = repository(tmp_path / "shop", files)
    git("remote", "add", "origin", "https://git.example/acme/shop")
    git("branch", "staging")

    assert check(tmp_path / "shop", "--select", LEAK).places(LEAK) == ["overlays/prod/app.env:2"]
