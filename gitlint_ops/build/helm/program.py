"""Running `helm` so that it sees nothing but the files that it is given.

Its environment is made anew: no user's configuration, repositories, plugins or cluster; addresses
that it should never ask for go to a port where nobody listens. Time, output and (on Linux) memory
are limited, because the templates come from whoever wrote the repository.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from subprocess import Popen

TIMEOUT_SECONDS = 60
MAX_OUTPUT_BYTES = 10_000_000
MAX_MEMORY_BYTES = 2_000_000_000
_MAX_ERROR_BYTES = 64_000
_NOBODY = "http://127.0.0.1:9"  # the discard port: refused at once

_NO_MEMORY = "out of memory"
_WRONG_PROGRAM = ("unknown flag", "unknown shorthand flag", "unknown command")


class Helm(Struct, frozen=True):
    """The helm of this machine: its absolute path, or "" and why there is none to run.

    `cache` is a folder that keeps what it rendered between runs, "" for none.
    """

    path: str = ""
    absent: str = "no helm was looked for"
    cache: str = ""


class HelmUnusable(Exception):
    """Helm gave no verdict; the message continues a sentence about what it should have done."""


class HelmFailed(Exception):
    """Helm refused the chart; the message is what it printed."""


def run_helm(helm: Helm, arguments: Sequence[str], folder: Path) -> bytes:
    """What helm prints when it is run in a folder that holds all that it may read.

    Raises:
        HelmFailed: it ended with an error.
        HelmUnusable: it could not be run, or went beyond a limit.
    """
    import subprocess
    from threading import Timer

    printed = folder / "stderr"
    try:
        with printed.open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603 - no shell; the path is the user's, arguments follow "--"
                [helm.path, *arguments],
                cwd=folder,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
    except OSError as error:
        raise HelmUnusable(f"{helm.path} cannot be started: {error.strerror}") from error
    except ValueError as error:
        raise HelmUnusable("a NUL byte stands in what helm should be given") from error
    _limit_memory(process.pid)
    # A helm that is asked to end politely goes on rendering, so it is killed.
    deadline = Timer(TIMEOUT_SECONDS, process.kill)
    deadline.start()
    try:
        out = _output(process)
    finally:
        deadline.cancel()
        process.kill()
        process.wait()
    _check(process.returncode, out, printed)
    return out


def _output(process: Popen[bytes]) -> bytes:
    assert process.stdout is not None
    with process.stdout as stream:
        out = stream.read(MAX_OUTPUT_BYTES + 1)
    if len(out) <= MAX_OUTPUT_BYTES:
        process.wait()
    return out


def _check(code: int, out: bytes, printed: Path) -> None:
    if len(out) > MAX_OUTPUT_BYTES:
        raise HelmUnusable(f"it renders to more than {MAX_OUTPUT_BYTES // 1_000_000} MB")
    if code == 0:
        return
    with printed.open("rb") as stream:
        said = stream.read(_MAX_ERROR_BYTES).decode("utf-8", "replace")
    if code < 0:
        raise HelmUnusable(f"helm did not finish it within {TIMEOUT_SECONDS} seconds")
    if _NO_MEMORY in said[:1000]:
        raise HelmUnusable(f"helm needs more than {MAX_MEMORY_BYTES // 1_000_000_000} GB of memory for it")
    if any(one in said[:1000] for one in _WRONG_PROGRAM):
        raise HelmUnusable("the helm on the PATH is neither version 3 nor 4")
    raise HelmFailed(said)


def _environment(folder: Path) -> Mapping[str, str]:
    home = str(folder / "home")
    return {
        "HOME": home,
        "TMPDIR": str(folder),
        "PATH": "",
        "TZ": "UTC",
        # A process that lives for 30 ms need not tidy up; what grows does (a fifth of the time in a trial).
        "GOGC": "off",
        "GOMEMLIMIT": f"{MAX_MEMORY_BYTES // 2}B",
        "KUBECONFIG": str(folder / "home" / "no-cluster"),
        "HELM_CONFIG_HOME": home,
        "HELM_CACHE_HOME": home,
        "HELM_DATA_HOME": home,
        "HELM_PLUGINS": home,
        "HTTP_PROXY": _NOBODY,
        "HTTPS_PROXY": _NOBODY,
        "ALL_PROXY": _NOBODY,
    }


def _limit_memory(pid: int) -> None:
    """Limit what a process may allocate, where the system can (Linux)."""
    with contextlib.suppress(ImportError, AttributeError, OSError, ValueError):
        import resource

        # Not the address space: Go reserves far more of that than it uses.
        resource.prlimit(pid, resource.RLIMIT_DATA, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


@contextlib.contextmanager
def empty_folder() -> Iterator[Path]:
    """A folder of its own for one run, gone afterwards."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="gitlint-ops-helm-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "home").mkdir()
        yield folder
