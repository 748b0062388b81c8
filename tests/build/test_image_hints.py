"""What an entry of `images:` that matches nothing may have meant."""

from __future__ import annotations

import pytest

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - {name: web, image: "registry.example:5000/shop/web:1.0.0"}
      - {name: proxy, image: "nginx:1.27.0"}
      ephemeralContainers:
      - {name: debug, image: "busybox:1.36.0"}
"""
CUSTOM = """\
apiVersion: example.com/v1
kind: Gadget
metadata: {name: runner}
spec:
  sidecar: {image: "side:1"}
  values: {image: {repository: shop/api, tag: "1"}}
  imagePullPolicy: Always
  image: "own:1"
"""
CONFIGURATION = "images:\n- {kind: Gadget, path: spec/image}\n"


@pytest.fixture
def hint(repo):
    def of(entries: str) -> str:
        text = "resources: [deployment.yaml, custom.yaml]\nconfigurations: [fields.yaml]\nimages:\n" + entries
        files = {"deployment.yaml": DEPLOYMENT, "custom.yaml": CUSTOM, "fields.yaml": CONFIGURATION}
        *_, found = repo({**files, "kustomization.yaml": text}).build().result.violations
        assert found.rule == "images-no-match"
        return found.hint

    return of


@pytest.mark.parametrize("name", ["shop/web", "registry.example:5000/shop/wbe", "ngnix", "team/nginx"])
def test_an_image_with_the_same_last_part_or_a_slip_in_its_name_is_meant(hint, name) -> None:
    meant = "nginx" if "n" in name[-5:] else "registry.example:5000/shop/web"
    assert hint(f"- {{name: '{name}', newTag: '2'}}\n") == f"the image is called '{meant}'"


@pytest.mark.parametrize(
    ("name", "holder", "place"),
    [
        ("busybox", "Deployment/web has 'busybox:1.36.0'", "spec.template.spec.ephemeralContainers[0].image"),
        ("side", "Gadget/runner has 'side:1'", "spec.sidecar.image"),
        ("shop/api", "Gadget/runner has 'shop/api'", "spec.values.image.repository"),
    ],
)
def test_an_image_in_a_field_that_kustomize_does_not_search_is_told_with_its_place(
    hint, name, holder, place
) -> None:
    found = hint(f"- {{name: '{name}', newTag: '2'}}\n")

    assert found.startswith(f"{holder} in {place}, where kustomize does not look for images")


@pytest.mark.parametrize("name", ["nginx:1.26.0", "own:9", "registry.example:5000/shop/web:2"])
def test_a_name_with_a_tag_is_told_to_be_written_without_it(hint, name) -> None:
    plain = name.rpartition(":")[0]
    assert hint(f"- {{name: '{name}', newTag: '2'}}\n") == f"leave out the tag: write name: {plain}"


def test_an_entry_for_an_image_that_the_one_before_renamed_is_told_so(hint) -> None:
    entries = "- {name: nginx, newName: team/nginx}\n- {name: nginx, newTag: '2'}\n"
    assert hint(entries).startswith("an entry above gives that image another name")


def test_an_entry_without_a_name_is_told_to_need_one(repo) -> None:
    text = "resources: [deployment.yaml]\nimages:\n- newTag: '2'\n"
    (found,) = repo({"deployment.yaml": DEPLOYMENT, "kustomization.yaml": text}).build().result.violations

    assert found.message == "this entry changes nothing: it names no image"
    assert found.hint == "give it the `name` of the image that it is for"


def test_a_name_that_is_like_none_of_several_images_gets_no_hint(hint) -> None:
    assert hint("- {name: Always, newTag: '2'}\n") == ""
