"""Whatever a source holds: a clear message, no traceback, nothing written outside of the folder of pins."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from ..cli.command_line import BUG, check, run
from .repository import LOCK, archive, definition, repository


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(tmp_path / "shop")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\n", "there is no CustomResourceDefinition in"),
        ("kind: CustomResourceDefinition\n a: b: c\n", "stores.yaml:2:"),
        (definition().replace("group: shop.example", "group: ../../x"), "stores.yaml:6:10: the group of"),
        (definition().replace("kind: Store", "kind: a/b"), "stores.yaml:8:17: the kind of"),
        (definition().replace("- name: v1\n", "- name: ../v1\n"), "stores.yaml:10:13: the name of"),
        (definition().replace("scope: Namespaced", "scope: Galaxy"), "stores.yaml:7:10: the scope is"),
        (definition().replace("minimum: 0", "minimum: .inf"), "stores.yaml:21:48: `.inf`"),
        (definition().replace("/v1\nkind", "/v1beta1\nkind"), "v1beta1 is not read"),
        ("&a [" * 500 + "CustomResourceDefinition", "stores.yaml:"),
    ],
)
def test_a_file_that_is_no_definition_is_refused_at_its_line(
    text: str, said: str, repo: Path, tmp_path: Path
) -> None:
    path = tmp_path / "stores.yaml"
    path.write_text(text)

    ran = run("schemas", "pin", path, cwd=repo)

    assert ran.code == 2
    assert said in ran.err
    assert not (repo / LOCK).exists()


def test_an_archive_that_leads_out_of_itself_is_refused(repo: Path, tmp_path: Path) -> None:
    packed = archive({"../../evil/Chart.yaml": "name: a"}, tmp_path / "evil.tgz")

    ran = run("schemas", "pin", packed, cwd=repo)

    assert (ran.code, "../../evil/Chart.yaml" in ran.err) == (2, True)


def test_links_in_an_archive_are_passed_over(repo: Path, tmp_path: Path) -> None:
    path = archive({"shop/Chart.yaml": "name: shop"}, tmp_path / "shop.tgz")
    with tarfile.open(path, "w:gz") as packed:
        chart = tarfile.TarInfo("shop/Chart.yaml")
        packed.addfile(chart, io.BytesIO())
        link = tarfile.TarInfo("shop/crds/a.yaml")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        packed.addfile(link)

    assert "there is no CustomResourceDefinition" in run("schemas", "pin", path, cwd=repo).err


@pytest.mark.parametrize(
    "data",
    [b"", b"no archive", gzip.compress(b"no tar", mtime=0), gzip.compress(b"\0" * 80_000_000, mtime=0)],
)
def test_what_is_no_archive_or_a_bomb_is_refused(data: bytes, repo: Path, tmp_path: Path) -> None:
    path = tmp_path / "shop.tgz"
    path.write_bytes(data)

    ran = run("schemas", "pin", path, cwd=repo)

    assert (ran.code, "shop.tgz" in ran.err) == (2, True)


def test_pins_are_not_written_through_a_link(repo: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (repo / "schemas").symlink_to(outside)
    (tmp_path / "stores.yaml").write_text(definition())

    ran = run("schemas", "pin", tmp_path / "stores.yaml", cwd=repo)

    assert (ran.code, "symbolic link" in ran.err) == (2, True)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"version": 2}',
        '{"sources": [{"name": "a", "way": "file", "sha256": "../.."}]}',
        "[" * 100_000,
        '{"version": 1, "evil": true}',
    ],
)
def test_a_lock_that_is_none_stops_the_run_and_says_where(text: str, repo: Path) -> None:
    (repo / LOCK).parent.mkdir(parents=True)
    (repo / LOCK).write_text(text)

    for ran in (check(repo), run("schemas", "verify", cwd=repo), run("schemas", "list", cwd=repo)):
        assert (ran.code, LOCK in ran.err) == (2, True)


@pytest.mark.parametrize("arguments", [(), ("nothing-here",), ("--name", "a", "b", "c"), ("--to", "/", "a")])
def test_wrong_usage_is_explained(arguments: tuple[str, ...], repo: Path) -> None:
    ran = run("schemas", "pin", *arguments, cwd=repo)

    assert ran.code == 2
    assert ran.code != BUG
    assert ran.err
