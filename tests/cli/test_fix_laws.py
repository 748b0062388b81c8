"""Laws of `gitlint-ops fix`, with the real kubectl as the judge."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..cli.command_line import config_map, deployment, run, write

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not here to compare with")

COMMENT = st.sampled_from(["", "", "", " # why"])
ABOVE = st.sampled_from(["", "", "# about it\n", "\n", "\n# about it\n", "# loose\n\n"])
INDENT = st.sampled_from(["", "  "])

FILES = {
    "web.yaml": deployment(),
    "settings.yaml": config_map(),
    "base/kustomization.yaml": "resources: [extra.yaml]\n",
    "base/extra.yaml": config_map("extra", level="low"),
    "other/kustomization.yaml": "resources: [extra.yaml]\n",
    "other/extra.yaml": config_map("other", level="high"),
    "replicas.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 4}\n",
    "shade.yaml": config_map(shade="dark"),
    "two.yaml": config_map(shade="light") + "---\n" + deployment().replace("replicas: 1", "replicas: 7"),
    "op.json": '[{"op": "replace", "path": "/spec/replicas", "value": 9}]',
    "name.json": '[{"op": "replace", "path": "/metadata/name", "value": "renamed"}]',
    "one.env": "A=1\n",
    "two.env": "B=2\n",
}
INLINE = (
    "|-\n  apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: settings\n  data:\n    text: |\n"
    "      # no comment\n\n      more\n"
)
TARGET = "target: {group: apps, version: v1, kind: Deployment, name: web}"


@st.composite
def listed(draw: st.DrawFn, name: str, entries: list[str]) -> str:
    """A list in block style with either indent and comments, or in brackets where that can be."""
    chosen = draw(st.lists(st.sampled_from(entries), min_size=1, max_size=3, unique=True))
    if draw(st.booleans()) and not any("\n" in one for one in chosen):
        return f"{name}: [{', '.join(chosen)}]{draw(COMMENT)}\n"
    indent = draw(INDENT)
    text = f"{name}:{draw(COMMENT)}\n"
    for one in chosen:
        text += draw(st.sampled_from(["", "", f"{indent}# next\n", f"{indent}#- not-this.yaml\n", "\n"]))
        first, *more = one.split("\n")
        text += f"{indent}- {first}{draw(COMMENT) if not first.startswith('|') else ''}\n"
        text += "".join(f"{indent}{line}\n" if line else "\n" for line in more)
    return text


@st.composite
def labels(draw: st.DrawFn) -> str:
    pairs = draw(
        st.lists(st.sampled_from(["app: shop", "tier: 'front'", 'team: "a b"']), min_size=1, unique=True)
    )
    if draw(st.booleans()):
        return f"commonLabels: {{{', '.join(pairs)}}}{draw(COMMENT)}\n"
    indent = draw(st.sampled_from([" ", "  ", "    "]))
    body = "".join(f"{indent}{one}{draw(COMMENT)}\n" for one in pairs)
    return f"commonLabels:{draw(COMMENT)}\n{draw(st.sampled_from(['', f'{indent}# all of it', '']))}\n{body}"


@st.composite
def generator(draw: st.DrawFn) -> str:
    indent = draw(INDENT)
    envs = draw(
        st.sampled_from(["", f"{indent}  envs: [two.env]\n", f"{indent}  envs:\n{indent}  - two.env\n"])
    )
    env = f"{indent}  env: one.env{draw(COMMENT)}\n"
    lines = draw(st.permutations([env, envs, f"{indent}  name: made\n"]))
    text = "".join(lines)
    return f"configMapGenerator:\n{indent}- {text[len(indent) + 2 :]}"


FIELDS: dict[str, st.SearchStrategy[str]] = {
    "bases": listed("bases", ["base", "'./other'"]),
    "resources": st.just("resources: [web.yaml, settings.yaml]\n")
    | st.just("resources:\n  - web.yaml\n  - settings.yaml\n"),
    "merge": listed("patchesStrategicMerge", ["replicas.yaml", '"shade.yaml"', "two.yaml", INLINE]),
    "json": listed(
        "patchesJson6902",
        [f"{TARGET}\n  path: op.json", f"path: name.json\n  {TARGET}", f"{{{TARGET}, path: op.json}}"],
    ),
    "patches": listed(
        "patches",
        ["path: replicas.yaml", f"{TARGET}\n  path: op.json", "patch: " + INLINE.replace("\n  ", "\n    ")],
    ),
    "labels": listed("labels", ["pairs: {app: shop}", "includeSelectors: true\n  pairs:\n    who: me"]),
    "common": labels(),
    "generator": generator(),
    "prefix": st.just("namePrefix: x-\n"),
    "namespace": st.just("namespace: shop\n"),
}


@st.composite
def kustomizations(draw: st.DrawFn) -> str:
    names = draw(st.lists(st.sampled_from([*FIELDS]), min_size=2, max_size=6, unique=True))
    parts = [
        draw(ABOVE) + draw(FIELDS[name]) for name in draw(st.permutations(sorted({*names, "resources"})))
    ]
    text = "".join(parts)
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return (text if draw(st.booleans()) else text.rstrip("\n")).replace("\n", newline)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(kustomizations(), kustomizations())
def test_kubectl_renders_the_same_and_no_comment_is_lost(text: str, overlay: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = write(Path(name), {**FILES, "kustomization.yaml": text})
        write(root, {f"over/{path}": held for path, held in FILES.items()})
        write(root, {"over/kustomization.yaml": overlay.replace("./other", "../over/other")})
        folders = (root, root / "over")
        before = [kubectl(one) for one in folders]

        ran = run("fix", root)

        assert ran.code == 0, ran.err
        after = [kubectl(one) for one in folders]
        assert [new for old, new in zip(before, after, strict=True) if old is not None] == [
            old for old in before if old is not None
        ]
        written = (root / "kustomization.yaml").read_bytes().decode()
        assert comments(written) == comments(text)
        assert written.count("\r\n") in (0, written.count("\n"))
        assert run("fix", root).out.splitlines()[-1].startswith("Nothing to fix")


def comments(text: str) -> Counter[str]:
    """The comments of a kustomization made here; a `#` in an inline patch stays as it is too."""
    return Counter(re.findall(r"#[^\r\n]*", text))


def kubectl(folder: Path) -> bytes | None:
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None
