"""A server that is busy, hangs up and is slow costs time, and not a single verdict."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import pytest

from gitlint_ops.reconcile.ephemeral.running import Running
from gitlint_ops.reconcile.server.access import Access

from ...cli.command_line import Ran, run, write
from ..api_server.forwarding import in_front_of
from ..api_server.misbehaving import Answered, HangUp, Request, status
from .live import Cluster, arguments

OBJECTS = 60
BUSY = Answered(429, status(429, "TooManyRequests", "try again later").body, {"Retry-After": "0"})
AWAY = Answered(503, b"upstream connect error\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """ConfigMaps, each tenth of which the server refuses."""
    return write(tmp_path / "repo", {"settings.yaml": "---\n".join(map(config_map, range(OBJECTS)))})


def config_map(number: int) -> str:
    key = "colour" if number % 10 else "no key"
    return (
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: rough-{number}, namespace: default}}\n"
        f"data: {{{key}: blue}}\n"
    )


def in_between(
    production: Cluster, folder: Path, change: Callable[[Request, Callable[[Request], Answered]], Answered]
) -> Callable[..., Ran]:
    """Runs the command on the server through something that changes its answers."""
    there = production.server
    access = Access(f"https://{there.host}:{there.port}", str(there.authority), f"Bearer {there.token}")

    def ran(root: Path, *options: str) -> Ran:
        with in_front_of(Running(access, "", str), change) as server:
            file = folder / "rough.kubeconfig"
            held = {
                "clusters": [{"name": "c", "cluster": {"server": server.url}}],
                "contexts": [{"name": "rough", "context": {"cluster": "c"}}],
            }
            file.write_text(json.dumps(held))
            named = ("--kubeconfig", str(file), "--context", "rough")
            return run("reconcile", root, "--format", "json", *named, *options)

    return ran


def rough(request: Request, ask: Callable[[Request], Answered], asked: Counter[str]) -> Answered:
    """Not the first answer to a request is good, and not the second to some."""
    place = f"{request.method} {request.path}"
    asked[place] += 1
    if asked[place] > 1 + len(place) % 2:
        return ask(request)
    instead: Answered | type[HangUp] = (BUSY, AWAY, HangUp)[(len(place) + len(asked)) % 3]
    if isinstance(instead, Answered):
        return instead
    raise instead


def told(ran: Ran) -> Sequence[tuple[str, int, str]]:
    return [(one["rule"], one["location"]["line"], one["message"]) for one in ran.findings]


def test_a_rough_server_says_the_same_in_the_end(production: Cluster, root: Path, tmp_path: Path) -> None:
    asked: Counter[str] = Counter()
    ran = in_between(production, tmp_path, lambda request, ask: rough(request, ask, asked))(root)
    calm = run("reconcile", root, "--format", "json", *arguments(production))

    assert (ran.code, calm.code) == (1, 1), ran.err
    assert len(told(calm)) == OBJECTS // 10
    assert told(ran) == told(calm)
    assert ran.report["rehearsals"][0]["objects"] == calm.report["rehearsals"][0]["objects"]
    assert ran.report["unchecked"] == []
    assert set(asked.values()) >= {2, 3}


def test_what_a_server_never_answers_is_not_judged_and_all_else_is(
    production: Cluster, root: Path, tmp_path: Path
) -> None:
    def change(request: Request, ask: Callable[[Request], Answered]) -> Answered:
        if request.method == "PATCH" and "/rough-1?" in request.path:
            raise HangUp
        return ask(request)

    ran = in_between(production, tmp_path, change)(root)

    assert ran.report["rehearsals"][0]["objects"] == {"accepted": 53, "rejected": 6, "unverifiable": 1}
    (left_out,) = ran.report["unchecked"]
    assert left_out["reason"].startswith("1 object: ")
    assert "Traceback" not in ran.err
    assert ran.code == 1


def test_what_is_no_api_server_is_said_to_be_none(production: Cluster, root: Path, tmp_path: Path) -> None:
    ran = in_between(production, tmp_path, lambda *_: Answered(200, b"<html>Sign in</html>"))(root)

    assert ran.code == 2
    assert "is it an API server?" in ran.err


def test_credentials_that_end_in_the_middle_leave_what_was_learned(
    production: Cluster, root: Path, tmp_path: Path
) -> None:
    numbers = count()

    def change(request: Request, ask: Callable[[Request], Answered]) -> Answered:
        if request.method == "PATCH" and next(numbers) >= OBJECTS // 2:
            return status(401, "Unauthorized", "Unauthorized")
        return ask(request)

    ran = in_between(production, tmp_path, change)(root, "--fail-on", "never")

    (server,) = ran.report["rehearsals"]
    assert ran.code == 3
    assert "expired or not valid (401); log in again" in server["lost"]
    assert server["objects"]["unasked"] > 0
    assert server["objects"]["accepted"] + server["objects"]["rejected"] >= OBJECTS // 2 - 8
    assert told(ran)
