"""What users write to accept a finding, and the baseline, from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..cli.command_line import Files, check, deployment, run, write

BAD = deployment(image="web:latest")
WEB: Files = {"web.yaml": BAD}
RULE = "tag-latest-or-missing"


def commented(comment: str, behind: bool = False) -> Files:
    if behind:
        return {"web.yaml": BAD.replace("web:latest\n", f"web:latest # {comment}\n")}
    return {"web.yaml": BAD.replace("        image:", f"        # {comment}\n        image:")}


@pytest.mark.parametrize("behind", [True, False])
def test_a_comment_with_a_reason_suppresses_the_finding_and_stays_visible(
    behind: bool, tmp_path: Path
) -> None:
    ran = check(write(tmp_path, commented(f"gitlint-ops: allow[{RULE}] until=2999-12-31 a demo", behind)))

    assert ran.found() == []
    assert ran.code == 0
    (held,) = ran.in_state("suppressed")
    assert (held["suppression"]["reason"], held["suppression"]["until"]) == ("a demo", "2999-12-31")


@pytest.mark.parametrize(
    ("comment", "counts"),
    [
        (f"gitlint-ops: allow[{RULE}]", True),
        (f"gitlint-ops: allow[{RULE}] until=2020-01-31 a demo", True),
        (f"gitlint-ops: allow[{RULE}] until=tomorrow a demo", True),
        ("gitlint-ops: allow[tag-mutable] a demo", True),
        ("gitlint-ops: allow[tag-latest] a demo", True),
        ("gitlint-ops: ignore", True),
    ],
    ids=["no reason", "expired", "no date", "unused", "unknown rule", "no form"],
)
def test_a_comment_that_is_at_fault_is_a_finding_of_its_own(
    comment: str, counts: bool, tmp_path: Path
) -> None:
    ran = check(write(tmp_path, commented(comment)))

    assert ran.found() == ["suppression-hygiene web.yaml:15", f"{RULE} web.yaml:16"]


def test_a_comment_in_a_base_accepts_the_finding_in_all_overlays(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": "resources: [web.yaml]\n",
        "base/web.yaml": commented(f"gitlint-ops: allow[{RULE}] a demo")["web.yaml"],
        "a/kustomization.yaml": "resources: [../base]\n",
        "b/kustomization.yaml": "resources: [../base]\n",
    }

    assert check(write(tmp_path, files)).code == 0


def test_an_annotation_accepts_the_findings_of_its_object(tmp_path: Path) -> None:
    text = BAD.replace(
        "  name: web\nspec", f"  name: web\n  annotations:\n    gitlint-ops.dev/allow: '{RULE}: a demo'\nspec"
    )

    assert check(write(tmp_path, {"web.yaml": text})).found() == []


def test_an_unused_comment_in_a_file_that_a_change_did_not_touch_is_not_reported(tmp_path: Path) -> None:
    from ..cli.command_line import repository

    git = repository(tmp_path, {"web.yaml": deployment() + f"# gitlint-ops: allow[{RULE}] a demo\n"})

    assert check(git.folder).found() == ["suppression-hygiene web.yaml:16"]
    git.commit({"other.yaml": deployment("other")})
    assert check(git.folder, "--changed-since", "HEAD~1").found() == []


def test_a_baseline_accepts_what_is_there_and_nothing_more(tmp_path: Path) -> None:
    write(tmp_path, WEB)

    assert run("baseline", tmp_path).code == 0
    clean = check(tmp_path)
    assert (clean.code, clean.found(), len(clean.in_state("baselined"))) == (0, [], 1)

    write(tmp_path, {"web.yaml": "# moved\n" + BAD, "api.yaml": deployment("api", image="api:latest")})
    assert check(tmp_path).found() == [f"{RULE} api.yaml:15"]
    assert check(tmp_path).code == 1


def test_a_second_mistake_of_the_same_kind_is_new(tmp_path: Path) -> None:
    write(tmp_path, WEB)
    run("baseline", tmp_path)

    write(tmp_path, {"web.yaml": BAD + "      - name: side\n        image: side:latest\n"})

    assert check(tmp_path).found() == [f"{RULE} web.yaml:17"]


def test_pruning_takes_out_what_is_mended_and_accepts_nothing_new(tmp_path: Path) -> None:
    write(tmp_path, {**WEB, "api.yaml": deployment("api", image="api:latest")})
    run("baseline", tmp_path)
    write(tmp_path, {"web.yaml": deployment(), "new.yaml": deployment("new", image="new:latest")})

    assert run("baseline", tmp_path, "--prune").code == 0

    held = json.loads((tmp_path / ".gitlint-ops-baseline.json").read_text())["findings"]
    assert [one["file"] for one in held] == ["api.yaml"]
    assert check(tmp_path).found() == [f"{RULE} new.yaml:15"]


def test_a_baseline_written_twice_is_the_same_file(tmp_path: Path) -> None:
    write(tmp_path, WEB)
    run("baseline", tmp_path)
    first = (tmp_path / ".gitlint-ops-baseline.json").read_bytes()
    run("baseline", tmp_path)

    assert (tmp_path / ".gitlint-ops-baseline.json").read_bytes() == first


def test_a_baseline_of_another_place_is_named_on_the_command_line(tmp_path: Path) -> None:
    shop = write(tmp_path / "shop", WEB)
    run("baseline", shop, "--output", tmp_path / "known.json")

    assert check(shop).code == 1
    assert check(shop, "--baseline", str(tmp_path / "known.json")).code == 0


def test_a_baseline_that_is_none_is_refused_at_its_line(tmp_path: Path) -> None:
    ran = check(write(tmp_path, {**WEB, ".gitlint-ops-baseline.json": '{"version": 1,\n "findings"'}))

    assert ran.code == 2
    assert ".gitlint-ops-baseline.json:2" in ran.err


def test_a_baseline_is_made_of_a_whole_run(tmp_path: Path) -> None:
    assert run("baseline", write(tmp_path, WEB), "--staged").code == 2


def test_a_failed_target_that_a_baseline_accepts_does_not_leave_the_run_incomplete(tmp_path: Path) -> None:
    write(tmp_path, {"kustomization.yaml": "resources: [gone.yaml]\n"})
    run("baseline", tmp_path)

    assert check(tmp_path).code == 0
