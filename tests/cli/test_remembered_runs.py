"""A run over the very same input is remembered; whatever the result hangs on makes it anew."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from gitlint_ops import remembered as module
from gitlint_ops.cli.caches import cache_folder
from gitlint_ops.cli.session import Options, Session, open_session
from gitlint_ops.model.results import CheckResult
from gitlint_ops.pipeline import check as run_check
from gitlint_ops.remembered import remembered
from gitlint_ops.report.formats import render
from gitlint_ops.report.json import json_report
from gitlint_ops.report.text.options import TextOptions

from .command_line import Git, check, config_map, deployment, repository, write

FILES = {"web/web.yaml": deployment(image="registry.example/web:latest"), "web/more.yaml": config_map()}


class Runs:
    """Runs with one folder of results, and how many of them were made anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = 0

    def __call__(
        self, *paths: Path, change: Callable[[Session], Session] = lambda one: one, **options: str
    ) -> CheckResult:
        session = change(open_session(Options(paths=tuple(map(str, paths)), no_helm=True, **options)))

        def run() -> CheckResult:
            self.made += 1
            return run_check(session.trees, session.request, lambda *_: None)

        return remembered(session.trees, session.request, self.folder, run)


def said(result: CheckResult) -> tuple[str, str]:
    """All that reports tell of a result."""
    return json_report(result), render(result, "sarif", TextOptions())


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "cache")


@pytest.fixture
def shop(tmp_path: Path) -> Git:
    return repository(tmp_path / "shop", FILES)


def test_the_same_input_is_not_run_twice_and_gives_the_same_result(runs: Runs, shop: Git) -> None:
    first, second = runs(shop.folder), runs(shop.folder)

    assert runs.made == 1
    assert said(first) == said(second)
    assert first.findings


@pytest.mark.parametrize(
    "change",
    [
        {"web/web.yaml": deployment(image="registry.example/web:1.2.3")},
        {"web/new.yaml": config_map("new")},
        {"gitlint-ops.yaml": "fail_on: never\n"},
        {"gitlint-ops.yaml": "rules: {severity: {tag-latest-or-missing: note}}\n"},
        {"README.md": "a file that nobody reads\n"},
    ],
)
def test_any_change_of_a_file_is_run_anew(runs: Runs, shop: Git, change: dict[str, str]) -> None:
    runs(shop.folder)
    write(shop.folder, change)
    runs(shop.folder)

    assert runs.made == 2


def test_a_file_of_the_same_size_and_time_is_told_apart(runs: Runs, shop: Git) -> None:
    file = shop.folder / "web/web.yaml"
    before = file.stat()
    first = runs(shop.folder)
    file.write_text(file.read_text().replace(":latest", ":1.23.4"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    second = runs(shop.folder)

    assert file.stat().st_size == before.st_size
    assert said(first) != said(second)


def test_a_file_that_goes_or_becomes_a_link_is_run_anew(runs: Runs, shop: Git) -> None:
    runs(shop.folder)
    (shop.folder / "web/more.yaml").unlink()
    runs(shop.folder)
    (shop.folder / "web/more.yaml").symlink_to("web.yaml")
    runs(shop.folder)

    assert runs.made == 3


@pytest.mark.parametrize(
    "command",
    [
        ("tag", "v1"),
        ("branch", "other"),
        ("remote", "add", "origin", "https://git.example/acme/shop"),
        ("update-ref", "refs/remotes/origin/main", "HEAD"),
        ("checkout", "--quiet", "-b", "feature"),
    ],
)
def test_refs_and_addresses_of_the_repository_count(runs: Runs, shop: Git, command: tuple[str, ...]) -> None:
    runs(shop.folder)
    shop(*command)
    runs(shop.folder)

    assert runs.made == 2


def test_a_neighbour_that_is_mapped_counts_with_its_refs(runs: Runs, shop: Git, tmp_path: Path) -> None:
    other = repository(tmp_path / "other", {"a.yaml": config_map()})
    write(
        shop.folder,
        {"gitlint-ops.yaml": "repositories: [{url: https://git.example/other, path: ../other}]\n"},
    )
    runs(shop.folder)
    runs(shop.folder)
    other.commit({"a.yaml": config_map(a="b")})
    runs(shop.folder)

    assert runs.made == 2


def test_another_day_version_and_selection_are_other_input(runs: Runs, shop: Git) -> None:
    def tomorrow(one: Session) -> Session:
        request = replace(one.request, today=date.today() + timedelta(days=1))
        return replace(one, request=request)

    def fewer(one: Session) -> Session:
        return replace(one, request=replace(one.request, cards=one.request.cards[:3]))

    runs(shop.folder)
    runs(shop.folder, change=tomorrow)
    runs(shop.folder, change=fewer)
    runs(shop.folder, kubernetes="1.30")
    assert runs.made == 4

    runs(shop.folder)
    assert runs.made == 4


def test_another_helm_is_other_input(runs: Runs, shop: Git, tmp_path: Path) -> None:
    def with_helm(one: Session) -> Session:
        helm = replace(one.request.helm, path=str(tmp_path / "helm"))
        return replace(one, request=replace(one.request, helm=helm))

    (tmp_path / "helm").write_text("one")
    runs(shop.folder, change=with_helm)
    (tmp_path / "helm").write_text("another")
    runs(shop.folder, change=with_helm)

    assert runs.made == 2


def test_a_commit_and_the_working_tree_are_not_mixed_up(runs: Runs, shop: Git) -> None:
    runs(shop.folder)
    runs(shop.folder, rev="HEAD")
    shop.commit({"web/web.yaml": deployment()})
    held = runs(shop.folder, rev="HEAD~1")

    assert [one.finding.rule for one in held.findings] == ["tag-latest-or-missing"]


def test_a_run_that_is_limited_to_a_change_is_never_remembered(runs: Runs, shop: Git) -> None:
    shop.commit()
    runs(shop.folder, changed_since="HEAD~1")
    runs(shop.folder, changed_since="HEAD~1")

    assert runs.made == 2


@pytest.mark.parametrize("damage", [b"", b"\xc1", b"\x93\x01\x02\x03", b"{}", os.urandom(500)])
def test_a_damaged_result_is_passed_over_and_made_anew(runs: Runs, shop: Git, damage: bytes) -> None:
    first = runs(shop.folder)
    (file,) = runs.folder.iterdir()
    file.write_bytes(damage)
    second = runs(shop.folder)
    third = runs(shop.folder)

    assert said(first) == said(second) == said(third)
    assert runs.made == 2


def test_a_folder_that_cannot_be_written_stops_nothing(shop: Git, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    assert Runs(tmp_path / "file" / "cache")(shop.folder).findings


def test_results_that_were_not_asked_for_in_long_go_first(
    runs: Runs, shop: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs(shop.folder)
    (first,) = runs.folder.iterdir()
    size = first.stat().st_size
    os.utime(first, (1, 1))
    monkeypatch.setattr(module, "MAX_BYTES", size * 2 + size // 2)
    for number in range(3):
        write(shop.folder, {"web/more.yaml": config_map(a=str(number))})
        runs(shop.folder)

    kept = list(runs.folder.iterdir())
    assert first not in kept
    assert sum(one.stat().st_size for one in kept) <= size * 2 + size // 2


def test_a_result_larger_than_all_room_is_not_kept_for_ever(
    runs: Runs, shop: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    for number in range(3):
        write(shop.folder, {"web/more.yaml": config_map(a=str(number))})
        runs(shop.folder)

    assert len(list(runs.folder.iterdir())) <= 1


def test_what_is_kept_is_for_its_user_only(runs: Runs, shop: Git) -> None:
    runs(shop.folder)

    assert stat.S_IMODE(runs.folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(one.stat().st_mode) == 0o600 for one in runs.folder.iterdir())


def test_runs_at_the_same_time_do_not_disturb_each_other(shop: Git, tmp_path: Path) -> None:
    environment = {**os.environ, "GITLINT_OPS_CACHE_DIR": str(tmp_path / "cache"), "GITLINT_OPS_NO_CACHE": ""}
    command = [sys.executable, "-m", "gitlint_ops", "check", str(shop.folder), "--format", "json"]
    started = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(4)]
    reports = [json.loads(one.communicate()[0]) for one in started]

    assert len({json.dumps(one["findings"]) for one in reports}) == 1
    (kept,) = (tmp_path / "cache/gitlint-ops/runs").iterdir()
    assert kept.suffix == ".run"


# Where


def test_the_folder_is_the_user_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLINT_OPS_CACHE_DIR", str(tmp_path))

    assert cache_folder("runs") == tmp_path / "gitlint-ops/runs"


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o722])
def test_a_folder_that_others_can_write_to_is_not_used(
    mode: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITLINT_OPS_CACHE_DIR", str(tmp_path))
    (tmp_path / "gitlint-ops").mkdir()
    (tmp_path / "gitlint-ops").chmod(mode)

    assert cache_folder("runs") is None


def test_a_folder_below_it_that_others_can_write_to_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITLINT_OPS_CACHE_DIR", str(tmp_path))
    (tmp_path / "gitlint-ops/runs").mkdir(parents=True)
    (tmp_path / "gitlint-ops/runs").chmod(0o777)

    assert cache_folder("runs") is None


def test_a_folder_that_is_a_link_to_nowhere_or_a_file_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shop: Git
) -> None:
    monkeypatch.setenv("GITLINT_OPS_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("GITLINT_OPS_NO_CACHE", "")
    (tmp_path / "gitlint-ops").write_text("a file")

    assert check(shop.folder).found()


def test_where_there_is_no_home_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITLINT_OPS_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)

    assert cache_folder("runs") is None


def test_a_relative_folder_of_the_environment_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLINT_OPS_CACHE_DIR", "cache")

    found = cache_folder("runs")
    assert found is None or found.is_absolute()


def test_no_cache_neither_uses_nor_keeps_results(
    shop: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITLINT_OPS_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("GITLINT_OPS_NO_CACHE", "")

    check(shop.folder, "--no-cache")
    assert not (tmp_path / "cache").exists()
    check(shop.folder)
    assert (tmp_path / "cache/gitlint-ops/runs").is_dir()


def test_results_that_lie_in_what_is_linted_disturb_nothing(
    shop: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITLINT_OPS_CACHE_DIR", str(shop.folder))
    monkeypatch.setenv("GITLINT_OPS_NO_CACHE", "")

    first = check(shop.folder)
    second = check(shop.folder)

    assert first.found() == second.found()
