"""Credential plugins: programs that kubeconfigs name, and that print a token or a certificate.

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins. The
official client runs them, too, but waits for ever, and lets them read our standard input.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import IO, Any

import msgspec
from msgspec import Struct

from gitlint_ops.reconcile.server.access import NoAccess

SECONDS = 60.0
SECONDS_OF_A_PERSON = 300.0
"""Where somebody has to sign in at the terminal, or in a browser."""

MOST_BYTES = 1 << 20
NEVER, ALWAYS = "Never", "Always"
EXTENSION = "client.authentication.k8s.io/exec"

_MOST_CHARACTERS = 300  # of a message


class Surroundings(Struct, frozen=True):
    """What a plugin gets: the environment, time, and whether somebody sits at a terminal whom it can ask."""

    environ: Mapping[str, str] = {}
    terminal: bool = False
    seconds: float = SECONDS


NOTHING = Surroundings()


def credentials(
    asked: Mapping[str, Any], cluster: Mapping[str, Any], folder: Path, within: Surroundings
) -> Mapping[str, Any]:
    """The `status` of what the plugin prints; `folder` is that of the kubeconfig.

    Raises:
        NoAccess: it gives none, or not in time.
    """
    name = asked.get("command")
    if not isinstance(name, str) or not name:
        raise NoAccess("the credential plugin of the user has no command")
    mode = asked.get("interactiveMode")
    if mode == ALWAYS and not within.terminal:
        raise NoAccess(f"the credential plugin {name} asks somebody at a terminal (interactiveMode: Always)")
    by_hand = within.terminal and mode != NEVER
    process = _started(asked, cluster, folder, within.environ, by_hand=by_hand)
    try:
        seconds = max(within.seconds, SECONDS_OF_A_PERSON) if by_hand else within.seconds
        out, err = _printed(process, name, seconds)
        code = process.wait(1.0)
    except subprocess.TimeoutExpired as error:
        raise NoAccess(f"the credential plugin {name} has printed all and does not end") from error
    finally:
        _end(process, by_hand=by_hand)
    if code != 0:
        raise NoAccess(f"the credential plugin {name} ends with {code}{_last_words(err)}")
    return _status(out, name)


def _started(
    asked: Mapping[str, Any],
    cluster: Mapping[str, Any],
    folder: Path,
    environ: Mapping[str, str],
    *,
    by_hand: bool,
) -> subprocess.Popen[bytes]:
    name = str(asked["command"])
    # As kubectl has it: a path is relative to the kubeconfig, a mere name is looked for on the PATH.
    program = str(folder / name) if os.sep in name else name
    listed = asked.get("args")
    arguments = [str(one) for one in listed] if isinstance(listed, list) else []
    named = asked.get("env")
    added = {
        str(one.get("name")): str(one.get("value"))
        for one in (named if isinstance(named, list) else ())
        if isinstance(one, Mapping)
    }
    told = {"KUBERNETES_EXEC_INFO": json.dumps(_information(asked, cluster, by_hand=by_hand))}
    try:
        return subprocess.Popen(  # noqa: S603 - no shell; the user's own kubeconfig names it
            [program, *arguments],
            stdin=None if by_hand else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=None if by_hand else subprocess.PIPE,
            env={**environ, **added, **told},
            start_new_session=not by_hand,  # so that it is ended with all that it started
        )
    except (OSError, ValueError) as error:
        hint = asked.get("installHint")
        more = f"; {str(hint).strip()}" if hint else ""
        reason = error.strerror if isinstance(error, OSError) else error
        raise NoAccess(f"the credential plugin {name} cannot be run: {reason}{more}"[:1000]) from error


def _information(asked: Mapping[str, Any], cluster: Mapping[str, Any], *, by_hand: bool) -> dict[str, Any]:
    """What the plugin is told, in a variable."""
    spec: dict[str, Any] = {"interactive": by_hand}
    if asked.get("provideClusterInfo") is True:
        extensions = cluster.get("extensions")
        listed = extensions if isinstance(extensions, list) else []
        held = {key: value for key, value in cluster.items() if key != "extensions"}
        own = (one for one in listed if isinstance(one, Mapping) and one.get("name") == EXTENSION)
        config = next((one.get("extension") for one in own), None)
        spec["cluster"] = held if config is None else {**held, "config": config}
    return {"apiVersion": str(asked.get("apiVersion")), "kind": "ExecCredential", "spec": spec}


def _printed(process: subprocess.Popen[bytes], name: str, seconds: float) -> tuple[bytes, bytes]:
    """All of its standard output and error."""
    out, err = bytearray(), bytearray()
    latest = time.monotonic() + seconds
    with DefaultSelector() as waiting:
        for stream, held in ((process.stdout, out), (process.stderr, err)):
            if stream is not None:
                waiting.register(stream, EVENT_READ, held)
        while waiting.get_map():
            ready = waiting.select(max(0.0, latest - time.monotonic()))
            if not ready:
                raise NoAccess(f"the credential plugin {name} has given nothing within {seconds:.0f} seconds")
            for key, _ in ready:
                part = os.read(key.fd, 1 << 16)
                if not part:
                    waiting.unregister(key.fileobj)
                key.data.extend(part)
                if len(key.data) > MOST_BYTES:
                    raise NoAccess(f"the credential plugin {name} prints more than a megabyte")
    return bytes(out), bytes(err)


def _end(process: subprocess.Popen[bytes], *, by_hand: bool) -> None:
    """It, and what it started, are gone afterwards: also after an interrupt of ours."""
    with suppress(OSError):
        if by_hand:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    streams: tuple[IO[bytes] | None, ...] = (process.stdout, process.stderr)
    for stream in streams:
        if stream is not None:
            stream.close()


def _last_words(err: bytes) -> str:
    lines = err.decode(errors="replace").strip().splitlines()
    return f": {lines[-1].strip()[:_MOST_CHARACTERS]}" if lines else ""


def _status(out: bytes, name: str) -> Mapping[str, Any]:
    try:
        read = msgspec.json.decode(out)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        read = None
    if not isinstance(read, dict) or read.get("kind") != "ExecCredential":
        raise NoAccess(f"the credential plugin {name} prints no ExecCredential")
    status = read.get("status")
    if not isinstance(status, dict) or not (status.get("token") or status.get("clientCertificateData")):
        raise NoAccess(f"the credential plugin {name} gives neither a token nor a certificate")
    return status
