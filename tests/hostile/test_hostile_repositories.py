"""Whatever lies in a repository ends in a finding or a usage error: no crash, no hang, no read outside."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ..cli.command_line import BUG, Ran, check, config_map, deployment, repository, run, write

GENEROUS_SECONDS = 10.0

BASE = {"base/kustomization.yaml": "resources: [app.yaml]\n", "base/app.yaml": deployment()}


@contextmanager
def no_hang() -> Iterator[None]:
    started = time.process_time()  # not of the machine: others may be busy on it
    yield
    assert time.process_time() - started < GENEROUS_SECONDS


def checked(folder: Path, *arguments: str) -> Ran:
    """A run that must end in order, whatever it says; the other formats must manage as well."""
    with no_hang():
        ran = check(folder, *arguments)
    assert ran.code in (0, 1, 2, 3), ran.err
    assert "Traceback" not in ran.err
    for form in ("text", "sarif"):
        other = run("check", folder, "--format", form, *arguments)
        assert other.code == ran.code, other.err
    return ran


def test_a_yaml_bomb_is_a_finding_at_its_line(tmp_path: Path) -> None:
    levels = "".join(f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    bomb = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: bomb}}\ndata:\n  l0: &l0 lol\n{levels}"

    ran = checked(write(tmp_path, {"bomb.yaml": bomb, "kustomization.yaml": "resources: [bomb.yaml]\n"}))

    assert {one["rule"] for one in ran.findings} == {"yaml-invalid"}
    assert {one["location"]["file"] for one in ran.findings} == {"bomb.yaml"}
    assert ran.code == 1


def test_a_yaml_bomb_of_merge_keys_is_a_finding(tmp_path: Path) -> None:
    levels = "".join(
        f"l{n}: &l{n}\n  <<: [{', '.join([f'*l{n - 1}'] * 9)}]\n  k{n}: [{', '.join([f'*l{n - 1}'] * 9)}]\n"
        for n in range(1, 12)
    )

    ran = checked(write(tmp_path, {"bomb.yaml": f"l0: &l0 {{a: b}}\n{levels}"}))

    assert ran.places("yaml-invalid")


def test_a_file_beyond_the_size_limit_is_said_to_be_unread(tmp_path: Path) -> None:
    with (tmp_path / "big.yaml").open("wb") as file:
        file.truncate(60_000_000)

    ran = checked(tmp_path)

    assert ran.places("input-unreadable") == ["big.yaml:1"]


def test_a_long_file_of_many_documents_is_read_in_time(tmp_path: Path) -> None:
    document = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n"

    ran = checked(write(tmp_path, {"many.yaml": document * 2_000}))

    assert ran.code in (0, 1)


def test_a_file_of_exactly_the_size_limit_with_one_long_scalar_is_read_in_time(tmp_path: Path) -> None:
    head = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: "
    (tmp_path / "big.yaml").write_bytes(head + b"x" * (50_000_000 - len(head) - 1) + b"\n")

    with no_hang():
        ran = check(tmp_path)

    assert ran.code != BUG


@pytest.mark.parametrize(
    "target", ["/", "/etc/passwd", "../../../../../../etc/passwd", "/dev/zero", "/proc/self/mem"]
)
def test_a_symlink_out_of_the_repository_is_not_followed(target: str, tmp_path: Path) -> None:
    (tmp_path / "app.yaml").symlink_to(target)

    ran = checked(write(tmp_path, {"kustomization.yaml": "resources: [app.yaml]\n"}))

    assert ran.code == 1
    assert ran.found() == ["input-unreadable app.yaml:1", "reference-missing kustomization.yaml:1"]
    assert "root:" not in ran.out


def test_a_symlinked_kustomization_out_of_the_repository_is_a_finding(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"kustomization.yaml": "resources: [secret.yaml]\n"})
    inside = write(tmp_path / "inside", {"settings.yaml": config_map()})
    (inside / "kustomization.yaml").symlink_to(outside / "kustomization.yaml")

    ran = checked(inside)

    assert {one["location"]["file"] for one in ran.findings} == {"kustomization.yaml"}
    assert "secret.yaml" not in ran.out


@pytest.mark.parametrize(
    "entry",
    ["../../../../etc", "/etc", "../../../../etc/passwd", "/etc/passwd", "..", "../outside", "~/.ssh"],
)
@pytest.mark.parametrize(
    "field", ["resources", "components", "configurations", "crds", "patchesStrategicMerge"]
)
def test_a_path_out_of_the_repository_is_a_finding_at_its_entry(
    field: str, entry: str, tmp_path: Path
) -> None:
    write(tmp_path / "outside", {"kustomization.yaml": "resources: []\nnamePrefix: outside-\n"})
    inside = write(tmp_path / "inside", {"kustomization.yaml": f"namespace: shop\n{field}:\n- {entry}\n"})

    with no_hang():
        ran = check(inside)

    assert ran.found() == ["reference-missing kustomization.yaml:3"] or ran.found() == [
        "build-failed kustomization.yaml:3"
    ]
    assert ran.code == 1


def test_a_generator_cannot_read_a_file_out_of_the_repository(tmp_path: Path) -> None:
    inside = write(
        tmp_path / "inside",
        {
            "kustomization.yaml": "configMapGenerator:\n- name: a\n  files:\n"
            "  - p=../../../../../../etc/passwd\n"
        },
    )

    ran = checked(inside)

    assert ran.places("reference-missing") == ["kustomization.yaml:4"]
    assert "root:" not in run("build", inside).out


def test_bases_in_a_circle_are_a_finding_in_each_of_them(tmp_path: Path) -> None:
    files = {
        "a/kustomization.yaml": "resources:\n- ../b\n",
        "b/kustomization.yaml": "resources:\n- ../c\n",
        "c/kustomization.yaml": "resources:\n- ../a\n",
    }

    ran = checked(write(tmp_path, files))

    assert ran.code == 1
    assert {one["location"]["line"] for one in ran.findings} == {2}
    assert set(ran.statuses().values()) == {"failed"}


def test_a_base_that_is_itself_is_a_finding(tmp_path: Path) -> None:
    ran = checked(write(tmp_path, {"kustomization.yaml": "resources:\n- .\n"}))

    assert ran.places("build-failed") == ["kustomization.yaml:2"]


def test_components_in_a_circle_are_a_finding(tmp_path: Path) -> None:
    component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncomponents:\n- ../{}\n"
    files = {"a/kustomization.yaml": component.format("b"), "b/kustomization.yaml": component.format("a")}

    ran = checked(write(tmp_path, {**files, "app/kustomization.yaml": "components:\n- ../a\n"}))

    assert ran.places("build-failed")


def test_a_thousand_bases_upon_each_other_are_a_finding(tmp_path: Path) -> None:
    files = {f"k{n}/kustomization.yaml": f"resources:\n- ../k{n + 1}\n" for n in range(1000)}

    ran = checked(write(tmp_path, {**files, "k1000/kustomization.yaml": "namePrefix: a-\n"}))

    assert ran.places("build-failed")


def test_bases_that_double_at_each_level_do_not_take_exponential_time(tmp_path: Path) -> None:
    files = {f"k{n}/kustomization.yaml": f"resources: [../k{n + 1}, ../l{n + 1}]\n" for n in range(30)} | {
        f"l{n}/kustomization.yaml": f"resources: [../k{n + 1}]\nnamePrefix: l-\n" for n in range(1, 31)
    }

    ran = checked(write(tmp_path, {**files, "k30/kustomization.yaml": "", "k31/kustomization.yaml": ""}))

    assert ran.code != BUG


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a NUL byte", b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\0b\n"),
        ("invalid UTF-8", b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: \xff\xfe\xfa\n"),
        ("a lone surrogate", b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: \xed\xa0\x80\n"),
        ("control characters", b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: \x01\x02\n"),
    ],
)
def test_bytes_that_are_no_text_are_a_finding_at_their_line(
    name: str, content: bytes, tmp_path: Path
) -> None:
    ran = checked(write(tmp_path, {"bad.yaml": content, "good.yaml": deployment(image="web:latest")}))

    assert ran.places("yaml-invalid") == ["bad.yaml:4"]
    assert ran.places("tag-latest-or-missing") == ["good.yaml:15"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_a_file_in_another_unicode_encoding_is_read_or_refused_in_words(
    encoding: str, tmp_path: Path
) -> None:
    text = deployment(image="web:latest").encode(encoding)

    ran = checked(write(tmp_path, {"app.yaml": text}))

    assert ran.found() in (["tag-latest-or-missing app.yaml:15"], ["yaml-invalid app.yaml:1"])


def test_a_kustomization_in_utf_16_is_read_or_refused_in_words(tmp_path: Path) -> None:
    text = "resources: [app.yaml]\nimages:\n- {name: registry.example/web, newTag: latest}\n".encode("utf-16")

    ran = checked(write(tmp_path, {"kustomization.yaml": text, "app.yaml": deployment()}))

    assert ran.code in (1, 3)


def test_a_named_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "app.yaml")
    os.mkfifo(tmp_path / "other.yaml")

    ran = checked(write(tmp_path, {"kustomization.yaml": "resources:\n- app.yaml\n"}))

    assert ran.places("reference-missing") == ["kustomization.yaml:2"]


@pytest.mark.parametrize("name", ["kustomization.yaml", "gitlint-ops.yaml", ".gitlint-ops-baseline.json"])
def test_a_named_pipe_under_a_name_that_is_looked_for_is_not_opened(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)

    checked(write(tmp_path, {"app.yaml": deployment()}))


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "{a: " * 100_000, "- " * 100_000 + "a", "? " * 50_000, "a: " + "!!str " * 50_000],
    ids=["lists", "mappings", "dashes", "complex keys", "tags"],
)
def test_deep_nesting_is_a_finding_and_no_exhausted_stack(text: str, tmp_path: Path) -> None:
    ran = checked(write(tmp_path, {"deep.yaml": text, "kustomization.yaml": "resources: [deep.yaml]\n"}))

    assert {one["rule"] for one in ran.findings} <= {"yaml-invalid", "build-failed"}
    assert ran.code == 1


def test_nesting_that_parses_is_built_validated_and_judged_without_an_exhausted_stack(tmp_path: Path) -> None:
    for depth in (50, 150, 400, 900, 2_000):
        deep = '{"a": ' * depth + "1" + "}" * depth
        body = f"apiVersion: example.org/v1\nkind: Deep\nmetadata: {{name: deep}}\nspec: {deep}\n"
        secret = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: deep}}\nspec: {deep}\n"
        files = {
            "deep.yaml": body,
            "other.yaml": secret,
            "kustomization.yaml": f"resources: [deep.yaml, other.yaml]\nnamespace: a\n"
            f"commonLabels: {{a: b}}\npatches:\n- patch: |-\n    {{apiVersion: example.org/v1, kind: Deep, "
            f"metadata: {{name: deep}}, spec: {deep}}}\n",
        }

        checked(write(tmp_path / str(depth), files))
        built = run("build", tmp_path / str(depth), "--provenance")

        assert built.code in (0, 1), built.err


def test_ten_thousand_missing_entries_are_told_in_time(tmp_path: Path) -> None:
    entries = "".join(f"- missing-{number}.yaml\n" for number in range(10_000))

    with no_hang():
        ran = check(write(tmp_path, {"kustomization.yaml": f"resources:\n{entries}"}))

    assert ran.code == 1
    assert "kustomization.yaml:2" in ran.places("reference-missing")


def test_thousands_of_resources_and_of_entries_are_built_in_time(tmp_path: Path) -> None:
    documents = "---\n".join(config_map(f"c{number}") for number in range(2_000))
    entries = "".join(f"- {{name: c{number}, newTag: '1'}}\n" for number in range(3_000))
    files = {
        "all.yaml": documents,
        "kustomization.yaml": f"resources: [all.yaml]\nnamespace: a\nimages:\n{entries}",
    }

    with no_hang():
        ran = check(write(tmp_path, files), "--ignore", "images-no-match")

    assert ran.code == 0


@pytest.mark.parametrize(
    "name", ["(a+)+$", "(" * 5_000, "a{1000}{1000}{1000}", "(a|a)*b", "[" * 1000, "(?P<a>.)" * 500, "\\"]
)
def test_a_regular_expression_of_a_patch_target_cannot_hang_the_run(name: str, tmp_path: Path) -> None:
    quoted = name.replace("'", "''")
    files = {
        "kustomization.yaml": f"resources: [app.yaml]\npatches:\n"
        f"- target: {{kind: ConfigMap, name: '{quoted}'}}\n"
        "  patch: |-\n    - {op: add, path: /data/a, value: b}\n",
        "app.yaml": config_map("a" * 200 + "x"),
    }

    ran = checked(write(tmp_path, files))

    assert ran.code == 1
    assert set(ran.places("patch-no-match") + ran.places("build-failed"))


@pytest.mark.parametrize(
    "name",
    [
        b"new\nline.yaml",
        b"\x1b[31mred\x1b[0m.yaml",
        b"latin-\xe9.yaml",
        b"quote\"'.yaml",
        b"back\\slash.yaml",
        b"#.yaml",
    ],
)
@pytest.mark.parametrize("with_git", [True, False])
def test_a_strange_file_name_is_reported_without_harm(name: bytes, with_git: bool, tmp_path: Path) -> None:
    folder = tmp_path / "repo"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text(deployment(image="web:latest"))
    if with_git:
        repository(folder, {"settings.yaml": config_map()})

    ran = checked(folder)
    text = run("check", folder, "--color", "never").out

    assert [one["rule"] for one in ran.findings] == ["tag-latest-or-missing"]
    assert "\x1b" not in text
    assert text.splitlines()[0].endswith(".yaml")


def test_escapes_in_values_do_not_reach_the_terminal(tmp_path: Path) -> None:
    image = '"web\\u001b[2J\\u0007:latest"'
    files = {
        "app.yaml": deployment(image=image),
        "overlay/kustomization.yaml": '"namePrefix\\u001b[31m": a\nresources: ["\\u001b[31m\\u009b.yaml"]\n',
    }

    ran = run("check", write(tmp_path, files), "--color", "never")
    built = run("build", tmp_path / "overlay")

    assert not set("\x1b\x07\x9b") & set(ran.out + ran.err + built.out + built.err)


def test_a_folder_called_kustomization_yaml_is_no_kustomization(tmp_path: Path) -> None:
    files = {
        "app/kustomization.yaml/app.yaml": deployment(image="web:latest"),
        "all/kustomization.yaml": "resources:\n- ../app\n",
    }

    ran = checked(write(tmp_path, files))

    assert ran.code == 1
    assert [one for one in ran.found() if "all/" in one] in (
        ["reference-missing all/kustomization.yaml:2"],
        ["build-failed all/kustomization.yaml:2"],
    )


def test_symlinks_in_a_circle_under_the_name_of_a_kustomization_are_a_finding(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").symlink_to("Kustomization")
    (tmp_path / "Kustomization").symlink_to("kustomization.yaml")

    ran = checked(tmp_path)

    assert "kustomization.yaml" in {one["location"]["file"] for one in ran.findings}
    assert not run("check", tmp_path).out.startswith("Clean")


def test_a_kustomization_that_links_to_itself_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").symlink_to("kustomization.yaml")

    ran = checked(tmp_path)

    assert "kustomization.yaml" in {one["location"]["file"] for one in ran.findings}
    assert not run("check", tmp_path).out.startswith("Clean")


def test_folders_linked_into_themselves_are_listed_in_time(tmp_path: Path) -> None:
    write(tmp_path, {"a/app.yaml": deployment()})
    (tmp_path / "a/loop").symlink_to("..")

    assert checked(tmp_path).code == 0


@pytest.mark.parametrize(
    "name", ["app.yaml", "kustomization.yaml", "gitlint-ops.yaml", "Chart.yaml", "values.yaml"]
)
@pytest.mark.parametrize(
    "content", [b"", b"\n", b"---\n", b"# nothing\n", b"\xef\xbb\xbf", b"null\n", b"[]\n", b"1\n"]
)
def test_a_file_with_nothing_in_it_never_fails_a_run(name: str, content: bytes, tmp_path: Path) -> None:
    checked(write(tmp_path, {name: content, "settings.yaml": config_map()}))


def test_an_empty_folder_is_clean_and_an_empty_repository_too(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    git = repository(tmp_path / "git", {})

    assert checked(plain).code == 0
    assert checked(git.folder).code == 0


def test_a_resource_with_a_huge_number_is_read(tmp_path: Path) -> None:
    numbers = {
        "a": "1" * 10_000,
        "b": "0x" + "f" * 10_000,
        "c": "1e999999999",
        "d": ".inf",
        "e": "0o" + "7" * 9_000,
    }
    values = "".join(f"  {key}: {number}\n" for key, number in numbers.items())
    files = {
        "a.yaml": f"apiVersion: example.org/v1\nkind: Huge\nmetadata: {{name: huge}}\nspec:\n{values}",
        "kustomization.yaml": "resources: [a.yaml]\n",
    }

    checked(write(tmp_path, files))

    assert run("build", tmp_path).code != BUG


def test_a_patch_that_names_a_huge_index_is_a_finding(tmp_path: Path) -> None:
    patch = "- {op: add, path: /spec/template/spec/containers/99999999999999999999/image, value: a}"
    files = {
        **BASE,
        "over/kustomization.yaml": f"resources: [../base]\npatches:\n- target: {{kind: Deployment}}\n"
        f"  patch: |-\n    {patch}\n",
    }

    ran = checked(write(tmp_path, files))

    assert ran.places("build-failed")


def test_a_broken_git_folder_is_a_usage_error_and_not_a_bug(tmp_path: Path) -> None:
    write(tmp_path, {"app.yaml": deployment(), ".git/HEAD": "nonsense\n", ".git/config": "[core\n"})

    assert checked(tmp_path).code in (0, 2)
