"""The command line, run inside the test process."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest


@dataclass(frozen=True, slots=True)
class Ran:
    """What one command line printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def gitlint_ops() -> Callable[..., Ran]:
    from gitlint_ops.cli.main import run

    def command(*arguments: str) -> Ran:
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        with redirect_stdout(out), redirect_stderr(err):
            code = run(arguments)
        return Ran(code, _written(out), _written(err))

    return command


def _written(stream: io.TextIOWrapper) -> str:
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode("utf-8", "replace")
