"""`gitlint-ops schemas pin`: what is taken, what is written, and that `check` judges by it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..cli.command_line import check, run
from .repository import LOCK, SCHEMA, STORE, archive, definition, lock, repository


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(tmp_path / "shop", {"store.yaml": STORE})


@pytest.fixture
def crd(tmp_path: Path) -> Path:
    path = tmp_path / "stores.yaml"
    path.write_text(definition())
    return path


def test_a_pinned_kind_is_judged_and_the_finding_names_the_pin(repo: Path, crd: Path) -> None:
    assert check(repo).found() == ["schema-missing store.yaml:2"]

    ran = run("schemas", "pin", crd, cwd=repo)

    assert (ran.code, ran.out.splitlines()[0]) == (0, "+ Store.shop.example")
    finding = check(repo).of("schema-violation")
    assert finding["location"]["line"] == 4
    assert finding["hint"] == f"judged by the schema of {SCHEMA}"


def test_pins_have_no_prose_and_a_lock_says_what_was_taken_from_where(repo: Path, crd: Path) -> None:
    run("schemas", "pin", crd, cwd=repo)

    held = lock(repo)
    (source,), (entry,) = held["sources"], held["definitions"]
    assert "nobody" not in (repo / SCHEMA).read_text()
    assert (source["name"], source["way"], source["path"]) == ("stores.yaml", "file", "../../../stores.yaml")
    assert (entry["group"], entry["kind"], entry["scope"]) == ("shop.example", "Store", "Namespaced")
    assert [(one["name"], one["served"], one["storage"]) for one in entry["versions"]] == [
        ("v1", True, True),
        ("v1alpha1", False, False),
    ]


def test_pinning_again_changes_no_byte(repo: Path, crd: Path) -> None:
    run("schemas", "pin", crd, cwd=repo)
    before = {path: path.read_bytes() for path in repo.rglob("*.json")}

    ran = run("schemas", "pin", crd, cwd=repo)

    assert "nothing changed" in ran.out
    assert {path: path.read_bytes() for path in repo.rglob("*.json")} == before


def test_update_takes_every_source_again(repo: Path, crd: Path) -> None:
    run("schemas", "pin", crd, cwd=repo)
    crd.write_text(definition(minimum=4))

    ran = run("schemas", "pin", "--update", cwd=repo)

    assert ran.out.splitlines()[0] == "~ Store.shop.example"
    assert json.loads((repo / SCHEMA).read_text())["properties"]["spec"]["properties"]["size"]["minimum"] == 4


def test_what_a_source_no_longer_has_is_dropped_with_its_files(repo: Path, crd: Path) -> None:
    crd.write_text(f"{definition()}---\n{definition(kind='Shelf')}")
    run("schemas", "pin", crd, cwd=repo)
    crd.write_text(definition(kind="Shelf"))

    ran = run("schemas", "pin", crd, cwd=repo)

    assert "- Store.shop.example" in ran.out.splitlines()
    assert not (repo / SCHEMA).exists()
    assert (repo / "schemas/crds/shop.example/shelf_v1.json").exists()


def test_a_version_that_the_pin_does_not_serve_is_told(repo: Path, crd: Path) -> None:
    (repo / "store.yaml").write_text(STORE.replace("/v1\n", "/v1alpha1\n"))
    run("schemas", "pin", crd, cwd=repo)

    assert check(repo).places("crd-version-not-served") == ["store.yaml:1"]


def test_a_definition_in_the_workspace_goes_before_the_pin(repo: Path, crd: Path) -> None:
    run("schemas", "pin", crd, cwd=repo)
    (repo / "crd.yaml").write_text(definition().replace("type: integer, minimum: 0", "type: string"))

    assert check(repo).found() == ["crd-pin-stale crd.yaml:9"]


def test_a_pin_that_was_edited_by_hand_is_not_used_and_told(repo: Path, crd: Path) -> None:
    run("schemas", "pin", crd, cwd=repo)
    (repo / SCHEMA).write_text("{}")

    ran = check(repo)
    assert ran.code == 1
    assert [one.partition(":")[0] for one in ran.found()] == [
        f"crd-pin-stale {LOCK}",
        "schema-missing store.yaml",
    ]


def test_a_folder_is_searched_and_what_cannot_be_read_is_noted(repo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "crds"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.yaml").write_text(definition())
    (folder / "broken.yaml").write_text("kind: CustomResourceDefinition\n a: b: c\n")

    ran = run("schemas", "pin", folder, cwd=repo)

    assert "+ Store.shop.example" in ran.out
    assert f"{folder}/broken.yaml:2" in ran.err


def test_definitions_of_a_list_are_taken(repo: Path, crd: Path) -> None:
    indented = "".join(f"    {line}\n" for line in definition().splitlines())
    crd.write_text(f"apiVersion: v1\nkind: List\nitems:\n  -\n{indented}")

    assert "+ Store.shop.example" in run("schemas", "pin", crd, cwd=repo).out


def test_two_different_definitions_of_one_kind_are_refused_with_both_places(
    repo: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "crds"
    folder.mkdir()
    (folder / "new.yaml").write_text(definition(minimum=1))
    (folder / "old.yaml").write_text(definition())

    ran = run("schemas", "pin", folder, cwd=repo)

    assert ran.code == 2
    assert f"{folder}/new.yaml:1 and {folder}/old.yaml:1 define stores.shop.example differently" in ran.err
    assert not (repo / LOCK).exists()


def test_a_chart_is_taken_from_its_folder_and_from_its_archive(repo: Path, tmp_path: Path) -> None:
    files = {"Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.2.3\n", "crds/a.yaml": definition()}
    folder = repository(tmp_path / "shop-chart", files)
    packed = archive({f"shop/{path}": text for path, text in files.items()}, tmp_path / "shop-1.2.3.tgz")

    run("schemas", "pin", folder, cwd=repo)
    of_folder = lock(repo)
    ran = run("schemas", "pin", packed, cwd=repo)
    of_archive = lock(repo)

    assert ran.code == 0
    assert [one["sources"][0]["chart"] for one in (of_folder, of_archive)] == ["shop 1.2.3"] * 2
    assert of_folder["sources"][0]["sha256"] == of_archive["sources"][0]["sha256"]


def test_another_folder_works_once_the_configuration_names_it(repo: Path, crd: Path) -> None:
    ran = run("schemas", "pin", crd, "--to", "vendor/crds", cwd=repo)

    assert ran.out.endswith("schemas:\n  crds: [vendor/crds]\n")
    assert check(repo).found() == ["schema-missing store.yaml:2"]
    (repo / "gitlint-ops.yaml").write_text("schemas: {crds: [vendor/crds]}\n")
    assert check(repo).found() == ["schema-violation store.yaml:4"]


def test_plain_definitions_in_a_folder_that_the_configuration_names_judge_without_a_lock(repo: Path) -> None:
    (repo / "hack").mkdir()
    (repo / "hack/stores.yaml").write_text(definition())
    (repo / "gitlint-ops.yaml").write_text("schemas: {crds: [hack]}\n")

    assert check(repo).found() == ["schema-violation store.yaml:4"]


def test_list_says_which_pin_is_used(repo: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        definition()
        .replace("shop.example", "cert-manager.io")
        .replace("Store", "Issuer")
        .replace("stores", "issuers")
    )
    run("schemas", "pin", own, cwd=repo)

    listed = json.loads(run("schemas", "list", "issuer.cert-manager.io", "--format", "json", cwd=repo).out)

    mine = {"place": "schemas/crds", "used": True, "versions": ["v1"], "unserved": ["v1alpha1"]}
    kinds = [one for one in listed if one["kind"] == "Issuer"]
    assert [{key: one[key] for key in mine} for one in kinds][:1] == [mine]
    assert [(one["place"], one["used"]) for one in kinds] == [("schemas/crds", True), ("shipped", False)]


@pytest.mark.parametrize("harm", ["missing", "altered", "extra"])
def test_verify_names_the_file_that_is_not_as_locked(harm: str, repo: Path, crd: Path) -> None:
    run("schemas", "pin", crd, cwd=repo)
    assert run("schemas", "verify", cwd=repo).code == 0
    extra = SCHEMA.replace("store_", "other_")
    if harm == "missing":
        (repo / SCHEMA).unlink()
    elif harm == "altered":
        (repo / SCHEMA).write_text("{}")
    else:
        (repo / extra).write_text("{}")

    ran = run("schemas", "verify", cwd=repo)

    assert ran.code == 1
    assert ran.out.startswith(f"{extra if harm == 'extra' else SCHEMA}: ")


def test_two_sources_that_disagree_are_refused_together_and_noted_one_after_the_other(
    repo: Path, crd: Path, tmp_path: Path
) -> None:
    other = tmp_path / "others.yaml"
    other.write_text(definition(minimum=2))

    together = run("schemas", "pin", crd, other, cwd=repo)
    run("schemas", "pin", crd, cwd=repo)
    after = run("schemas", "pin", other, cwd=repo)

    assert "stores.yaml and others.yaml define stores.shop.example differently" in together.err
    assert "Store.shop.example was pinned from stores.yaml" in after.err
    assert [one["name"] for one in lock(repo)["sources"]] == ["others.yaml"]


def test_a_schema_of_a_catalogue_that_is_none_is_a_finding(repo: Path) -> None:
    (repo / "crds").mkdir()
    (repo / "crds/store.json").write_text("[]")
    (repo / "gitlint-ops.yaml").write_text("schemas: {catalogues: ['crds/{{.ResourceKind}}.json']}\n")

    assert check(repo).places("input-unreadable") == ["crds/store.json:1"]


def test_keywords_that_kubernetes_does_not_know_are_noted_at_their_line(repo: Path, crd: Path) -> None:
    crd.write_text(definition().replace("minimum: 0", "minimun: 0"))

    ran = run("schemas", "pin", crd, cwd=repo)

    assert ran.code == 0
    said = "`minimun` is no keyword of Kubernetes' schemas, and judges nothing (did you mean `minimum`?)"
    assert f"note: {crd}:21:39: {said}" in ran.err


def test_a_source_outside_of_the_repository_is_noted(repo: Path, crd: Path) -> None:
    inside = repo / "stores.yaml"
    inside.write_text(definition())

    assert "lies outside of this repository" in run("schemas", "pin", crd, cwd=repo).err
    assert "lies outside" not in run("schemas", "pin", inside, "--name", "own", cwd=repo).err


def test_a_source_that_is_gone_is_named_when_it_is_taken_again(repo: Path, crd: Path) -> None:
    run("schemas", "pin", crd, "--name", "the stores", cwd=repo)
    crd.unlink()

    ran = run("schemas", "pin", "--update", cwd=repo)

    assert ran.code == 2
    assert "the source 'the stores' of the lock cannot be taken again: ../stores.yaml" in ran.err


def test_verify_counts_what_is_pinned_and_what_is_shipped(repo: Path, crd: Path) -> None:
    assert run("schemas", "verify", cwd=repo).out.startswith("Nothing is pinned here; ")
    run("schemas", "pin", crd, cwd=repo)

    assert run("schemas", "verify", cwd=repo).out.startswith("2 schemas of yours and ")


def test_list_tells_the_kind_of_exactly_that_name_first(repo: Path) -> None:
    listed = json.loads(run("schemas", "list", "restore", "--format", "json", cwd=repo).out)

    assert [one["kind"] for one in listed] == ["Restore", "PodVolumeRestore"]
