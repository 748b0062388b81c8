"""Building a plain folder by itself: its bases lie beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitlint_ops.cli.main import run

POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: 'web:1.0'}]}\n"
)


def _write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def test_bases_beside_a_plain_folder_are_built(tmp_path: Path, capsysbinary) -> None:
    _write(
        tmp_path,
        {
            "overlays/prod/kustomization.yaml": "resources: [../../base]\nnamePrefix: prod-\n",
            "base/kustomization.yaml": "resources: [../pods]\n",
            "pods/kustomization.yaml": "resources: [pod.yaml]\n",
            "pods/pod.yaml": POD,
        },
    )

    assert run(["build", str(tmp_path / "overlays/prod")]) == 0
    assert b"name: prod-web" in capsysbinary.readouterr().out


@pytest.mark.parametrize("entry", ["../../../../../../../../etc", "../secret", "/etc", "../loop"])
def test_what_is_no_kustomization_stays_outside(tmp_path: Path, entry: str, capsysbinary) -> None:
    _write(tmp_path, {"prod/kustomization.yaml": f"resources: ['{entry}']\n", "secret/pod.yaml": POD})
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    assert run(["build", str(tmp_path / "prod")]) == 1
    captured = capsysbinary.readouterr()
    assert captured.out == b""
    assert b"kustomization.yaml:1:" in captured.err
