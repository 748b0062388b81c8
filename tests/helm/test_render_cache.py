"""What helm rendered is kept between runs: by content, bounded, for its user only, and without Secrets."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gitlint_ops.build.helm import cache
from gitlint_ops.build.helm.cache import RenderCache
from gitlint_ops.build.helm.chart import chart_of
from gitlint_ops.build.helm.program import Helm, HelmUnusable
from gitlint_ops.build.helm.render import ChartRenderer, Release

CHART = {
    "Chart.yaml": b"apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "templates/a.yaml": b"apiVersion: v1\nkind: KIND\nmetadata: {name: {{ .Release.Name }}}\n",
}


def files(kind: str = "ConfigMap") -> dict[str, bytes]:
    return {path: data.replace(b"KIND", kind.encode()) for path, data in CHART.items()}


def test_what_was_rendered_is_there_for_the_next_run(helm: str, tmp_path: Path) -> None:
    folder = str(tmp_path / "kept")
    chart, release = chart_of("", files()), Release(name="shop")

    first = ChartRenderer(Helm(helm, cache=folder)).render(chart, release)
    # A program that renders nothing shows that it is not asked.
    (program := tmp_path / "helm").write_text("#!/bin/false\n")
    known = Path(helm).stat()
    kept = [*(tmp_path / "kept").iterdir()]

    assert b"name: shop" in first
    assert len(kept) == 1
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(kept[0].parent.stat().st_mode) == 0o700
    assert ChartRenderer(Helm(helm, cache=folder)).render(chart, release) == first
    assert program.stat().st_size != known.st_size
    with pytest.raises(HelmUnusable):
        ChartRenderer(Helm(str(program), cache=folder)).render(chart, release)


@pytest.mark.parametrize("change", ["chart", "name", "values", "settings", "texts", "version"])
def test_whatever_decides_the_output_is_part_of_the_key(change: str, helm: str, tmp_path: Path) -> None:
    renderer = ChartRenderer(Helm(helm, cache=str(tmp_path / "kept")))
    changed = {
        "name": Release(name="other"),
        "values": Release(name="shop", values=(b"a: 1\n",)),
        "settings": Release(name="shop", settings=(("set", "a=1"),)),
        "texts": Release(name="shop", settings=(("set-file", "a"),), texts=(b"x",)),
        "version": Release(name="shop", kubernetes="1.30"),
    }
    renderer.render(chart_of("", files()), Release(name="shop"))
    other = {**files(), "a.txt": b"x"} if change == "chart" else files()

    renderer.render(chart_of("", other), changed.get(change, Release(name="shop")))

    assert len([*(tmp_path / "kept").iterdir()]) == 2


def test_secrets_are_not_kept(helm: str, tmp_path: Path) -> None:
    renderer = ChartRenderer(Helm(helm, cache=str(tmp_path / "kept")))

    assert b"Secret" in renderer.render(chart_of("", files("Secret")), Release(name="shop"))

    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize(
    "text", ["kind: Secret\n", "- kind: 'Secret'\n", '  "kind" : "Secret"\n', "a: 1\n---\nkind: Secret\n"]
)
def test_a_secret_is_seen_however_it_is_written(text: str, tmp_path: Path) -> None:
    held = RenderCache(str(tmp_path / "kept"), "helm")

    held.put("key", text.encode())

    assert held.get("key") is None


def test_the_least_used_goes_once_there_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_BYTES", 10_000)
    held = RenderCache(str(tmp_path), "helm")
    for number in range(9):
        held.put(f"key {number}", b"x" * 1_000)
        for file in tmp_path.iterdir():
            os.utime(file, (file.stat().st_mtime - 10,) * 2)
    held.get("key 0")

    for number in range(9, 11):
        held.put(f"key {number}", b"x" * 1_000)

    assert held.get("key 0") is not None
    assert held.get("key 10") is not None
    assert held.get("key 1") is None
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 10_000


def test_a_broken_file_or_folder_is_as_if_there_were_none(tmp_path: Path) -> None:
    held = RenderCache(str(tmp_path / "kept"), "helm")
    held.put("key", b"text")
    (file,) = (tmp_path / "kept").iterdir()

    file.write_bytes(b"something else")
    assert held.get("key") is None

    (tmp_path / "file").write_text("")
    RenderCache(str(tmp_path / "file"), "helm").put("key", b"text")
    assert RenderCache(str(tmp_path / "file"), "helm").get("key") is None


def test_runs_beside_each_other_read_whole_files_only(tmp_path: Path) -> None:
    texts = [bytes([65 + number]) * 200_000 for number in range(4)]

    def work(number: int) -> set[bytes | None]:
        held = RenderCache(str(tmp_path), "helm")
        held.put("key", texts[number % 4])
        return {held.get("key") for _ in range(20)}

    with ThreadPoolExecutor(4) as pool:
        seen = set().union(*pool.map(work, range(12)))

    assert seen <= set(texts)
