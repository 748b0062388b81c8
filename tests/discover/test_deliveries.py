from __future__ import annotations

from typing import Any

import pytest

from gitlint_ops.discover.delivery import delivered_paths, replaced_images

FLUX = {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization"}
ARGO = {"apiVersion": "argoproj.io/v1alpha1"}


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({**FLUX, "spec": {"path": "./apps/base"}}, {"apps/base"}),
        ({**FLUX, "spec": {"path": "apps/base/"}}, {"apps/base"}),
        ({**FLUX, "spec": {"path": "/apps"}}, {"apps"}),
        ({**FLUX, "spec": {"path": "./.hidden/apps"}}, {".hidden/apps"}),
        ({**FLUX, "spec": {}}, set()),
        ({**FLUX, "spec": {"path": 1}}, set()),
        ({**ARGO, "kind": "Application", "spec": {"source": {"path": "apps"}}}, {"apps"}),
        (
            {
                **ARGO,
                "kind": "Application",
                "spec": {"sources": [{"path": "a"}, {"chart": "x"}, {"path": "b"}]},
            },
            {"a", "b"},
        ),
        (
            {**ARGO, "kind": "ApplicationSet", "spec": {"template": {"spec": {"source": {"path": "a"}}}}},
            {"a"},
        ),
        ({**ARGO, "kind": "Workflow", "spec": {"source": {"path": "a"}}}, set()),
        (
            {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "spec": {"path": "a"}},
            set(),
        ),
        ("text", set()),
        (None, set()),
    ],
)
def test_folders_are_read_from_what_flux_and_argo_cd_deliver(body: Any, paths: set[str]) -> None:
    assert delivered_paths([body]) == paths


def test_the_images_that_skaffold_builds_are_replaced_before_anything_is_applied() -> None:
    skaffold = {
        "apiVersion": "skaffold/v4beta11",
        "kind": "Config",
        "build": {"artifacts": [{"image": "web"}, {}]},
    }
    other = {"apiVersion": "v1", "build": {"artifacts": [{"image": "api"}]}}

    assert replaced_images([skaffold, other, None, []]) == {"web"}
