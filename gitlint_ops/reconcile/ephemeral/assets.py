"""Where etcd and kube-apiserver lie on this machine."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from gitlint_ops.model.errors import UsageError

ETCD = "etcd"
APISERVER = "kube-apiserver"
SECONDS_TO_SAY_A_VERSION = 30

_OURS = "gitlint-ops/oracles"  # tools/oracles.sh
_ENVTEST = "kubebuilder-envtest/k8s"  # setup-envtest
_HINT = (
    "setup-envtest fetches them (go run sigs.k8s.io/controller-runtime/tools/setup-envtest@latest"
    " use {version} -p path prints the folder, which KUBEBUILDER_ASSETS has to name);"
    " or use --kind, where there is a container runtime"
)


class Assets(Struct, frozen=True):
    """The programs; `release` is the Kubernetes that they are, "1.37", "" where it is not known."""

    etcd: str
    apiserver: str
    release: str = ""


def find_assets(named: str, cache_home: str, data_home: str, kubernetes: str) -> Assets:
    """The programs in the named folder; without one, those of the nearest version of where they usually lie.

    `cache_home` and `data_home` are the user's folders for such ("" for none).

    Raises:
        UsageError: there are none.
    """
    if named:
        found = next(_in(Path(named)), None)
        if found is None:
            raise UsageError(
                f"{named} holds no {ETCD} and {APISERVER}, as KUBEBUILDER_ASSETS should",
                hint=_hint(kubernetes),
            )
        return found
    known = [*_versioned(_usual(cache_home, data_home))]
    if not known:
        looked = " or ".join(str(one) for one in _roots(cache_home, data_home))
        raise UsageError(
            f"no {ETCD} and {APISERVER}: KUBEBUILDER_ASSETS names no folder"
            + (f", and none lie below {looked}" if looked else ""),
            hint=_hint(kubernetes),
        )
    return min(known, key=lambda one: _distance(one.release, kubernetes))


def _hint(kubernetes: str) -> str:
    return _HINT.format(version=kubernetes or "1.37")


def _roots(cache_home: str, data_home: str) -> Sequence[Path]:
    ours = [Path(cache_home, _OURS)] if cache_home else []
    return [*ours, Path(data_home, _ENVTEST)] if data_home else ours


def _usual(cache_home: str, data_home: str) -> Iterator[Assets]:
    for root in _roots(cache_home, data_home):
        for folder in sorted(root.iterdir(), reverse=True) if root.is_dir() else ():
            yield from _in(folder)


def _in(folder: Path) -> Iterator[Assets]:
    etcd, apiserver = folder / ETCD, folder / APISERVER
    if etcd.is_file() and apiserver.is_file():
        named = re.match(r"(\d+\.\d+)\.\d+-", folder.name)  # setup-envtest: 1.37.0-linux-amd64
        # Absolute, because the program is run in another folder.
        yield Assets(str(etcd.absolute()), str(apiserver.absolute()), named[1] if named else "")


def _versioned(found: Iterable[Assets]) -> Iterator[Assets]:
    """Each program once, which may be linked from several folders, with its version."""
    seen: set[Path] = set()
    for one in found:
        program = Path(one.apiserver).resolve()
        if program not in seen:
            seen.add(program)
            yield one if one.release else Assets(one.etcd, one.apiserver, _said(one.apiserver))


def _said(apiserver: str) -> str:
    """The release by `--version`: "Kubernetes v1.37.1"."""
    try:
        run = subprocess.run(  # noqa: S603 - no shell; the program that is about to be used anyway
            [apiserver, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_SAY_A_VERSION,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"v(\d+\.\d+)\.", run.stdout)
    return found[1] if found else ""


def _distance(release: str, wanted: str) -> tuple[int, bool]:
    """How far off a release is, in minor versions; of two that are as far, the newer is nearer."""
    there, asked = _minor(release), _minor(wanted)
    if there is None:
        return 1000, True
    return (0, False) if asked is None else (abs(there - asked), there < asked)


def _minor(release: str) -> int | None:
    found = re.match(r"v?1\.(\d+)", release)
    return int(found[1]) if found else None
