"""Files that no kustomization lists, and whose objects are delivered all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.command_line import check, config_map, deployment, write

SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: users}\ntype: Opaque\n"
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"


def unlisted(folder: Path, files: dict[str, str]) -> list[str]:
    return check(write(folder, files), "--select", "file-unlisted").places("file-unlisted")


def test_what_a_generator_makes_is_not_left_out(tmp_path: Path) -> None:
    kustomization = "resources: [web.yaml]\nsecretGenerator:\n- name: users\n  literals: [a=b]\n"
    files = {"kustomization.yaml": kustomization, "web.yaml": deployment(), "users.yaml": SECRET}

    assert unlisted(tmp_path, files) == []


def test_what_a_generator_of_another_name_makes_is_another_object(tmp_path: Path) -> None:
    kustomization = "resources: [web.yaml]\nsecretGenerator:\n- name: others\n  literals: [a=b]\n"
    files = {"kustomization.yaml": kustomization, "web.yaml": deployment(), "users.yaml": SECRET}

    assert unlisted(tmp_path, files) == ["users.yaml:2"]


FORM = SECRET + "stringData:\n  KEY_ID: UPDATE_KEY_ID\n  KEY: <your key>\n"


@pytest.mark.parametrize(
    ("secret", "places"),
    [
        (FORM, []),
        (SECRET + "data:\n  KEY: Y2hhbmdlbWU=\n", []),
        (FORM + "  PASSWORD: hoRtle2-Xu9\n", ["users.yaml:2"]),
        (SECRET, ["users.yaml:2"]),
        (FORM.replace("Secret", "ConfigMap"), ["users.yaml:2"]),
    ],
)
def test_a_secret_of_placeholders_is_a_form_to_be_applied_by_hand(
    secret: str, places: list[str], tmp_path: Path
) -> None:
    files = {
        "kustomization.yaml": "resources: [web.yaml]\n",
        "web.yaml": deployment(),
        "users.yaml": secret,
    }
    assert unlisted(tmp_path, files) == places


def test_what_a_base_has_is_not_left_out(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [users.yaml]\n",
        "base/users.yaml": SECRET,
        "prod/kustomization.yaml": "resources: [../base]\n",
        "prod/users.yaml": SECRET,
    }

    assert unlisted(tmp_path, files) == []


@pytest.mark.parametrize(("text", "places"), [(NAMESPACE, []), (SECRET, ["extra.yaml:2"])])
def test_a_remote_base_may_bring_the_namespace(tmp_path: Path, text: str, places: list[str]) -> None:
    remote = "https://github.com/acme/shop/releases/download/v1.0.0/install.yaml"
    files = {
        "kustomization.yaml": f"resources: [web.yaml, '{remote}']\n",
        "web.yaml": deployment(),
        "extra.yaml": text,
    }

    assert unlisted(tmp_path, files) == places


@pytest.mark.parametrize("field", ["resources: settings.yaml\n", "resurces:\n- settings.yaml\n"])
def test_a_file_that_a_broken_field_names_is_meant_to_be_listed(tmp_path: Path, field: str) -> None:
    files = {"kustomization.yaml": field, "settings.yaml": config_map()}

    assert unlisted(tmp_path, files) == []


def test_what_a_component_of_an_unused_component_does_not_find_proves_nothing(tmp_path: Path) -> None:
    component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
    patch = (
        "patches:\n- target: {kind: Deployment}\n  patch: '[{op: add, path: /spec/paused, value: true}]'\n"
    )
    files = {
        "inner/kustomization.yaml": component + patch,
        "outer/kustomization.yaml": component + "components: [../inner]\n",
        "web/kustomization.yaml": "resources: [web.yaml]\n",
        "web/web.yaml": config_map(),
    }

    assert check(write(tmp_path, files), "--select", "patch-no-match").places("patch-no-match") == []
