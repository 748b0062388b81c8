"""What the API server says to an object: the little of its REST interface that this takes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urlencode

from .server import Server

Body = Mapping[str, Any]

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
APPLY = "application/apply-patch+yaml"  # JSON is YAML
ALREADY_THERE = "already exists"
MANAGER = "gitlint-ops-tests"
DRY_RUN = {"dryRun": "All", "fieldValidation": "Strict"}
SECONDS_TO_SERVE = 60
HELD_BACK = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The server's answer.

    `served` is False where it knows no such kind, so that it judged nothing; `one_way` says that it
    takes the object in the other way.
    """

    accepted: bool
    message: str = ""
    served: bool = True
    one_way: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind as the server serves it, by the name in its URLs."""

    plural: str
    namespaced: bool


class ServerLost(Exception):
    """The server does not answer any more, so that nothing can be said of what it accepts."""


class Client:
    """Speaks to one server over one connection, which `close` or the end of a `with` closes.

    Every method raises ServerLost when the server, or the store behind it, is not there any more.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._connection = server.connection()
        self._kinds: dict[tuple[str, str], Kind] = {}
        try:
            self.refresh()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def refresh(self) -> None:
        """Read again which kinds are served."""
        groups = [group for root in ("/api", "/apis") for group in self._discovered(root)]
        self._kinds = {
            ((f"{name}/{version['version']}" if name else version["version"]), kind): found
            for group in groups
            for name in [group["metadata"].get("name", "")]
            for version in group["versions"]
            for kind, found in _kinds_of(version)
        }

    def serves(self, api_version: str, kind: str) -> bool:
        return (api_version, kind) in self._kinds

    def namespaced(self, api_version: str, kind: str) -> bool:
        """Whether objects of a kind lie in namespaces; False too where it is not served."""
        found = self._kinds.get((api_version, kind))
        return found is not None and found.namespaced

    def create(self, body: Body) -> Verdict:
        """Create an object for good."""
        return self._judged(body, lambda url: self._send("POST", url, body))

    def dry_run(self, body: Body) -> Verdict:
        """What an object is told, applied from the server's side and created, both as dry runs.

        Tools that deliver do the one or the other, so it must be legal in both ways. An object that
        has no name can only be created. A namespace that is only not there yet is made first.
        """
        verdicts = [self._with_namespace(body, way) for way in (self.apply, self.dry_create)]
        refused = [one for one in verdicts if not one.accepted and ALREADY_THERE not in one.message]
        if not refused:
            return verdicts[0]
        return replace(refused[0], one_way=len(refused) < len(verdicts))

    def apply(self, body: Body) -> Verdict:
        """What `kubectl apply --server-side --dry-run=server --validate=strict` would be told."""
        name = _metadata(body).get("name")
        if not isinstance(name, str) or not name.strip("./") or "/" in name:
            return self.dry_create(body)  # no URL has such a name
        asked = {**DRY_RUN, "fieldManager": MANAGER, "force": "true"}
        query = f"{quote(name, safe='')}?{urlencode(asked)}"
        return self._judged(body, lambda url: self._send("PATCH", f"{url}/{query}", body, APPLY))

    def dry_create(self, body: Body) -> Verdict:
        """What `kubectl create --dry-run=server --validate=strict` would be told."""
        query = urlencode(DRY_RUN)
        return self._judged(body, lambda url: self._send("POST", f"{url}?{query}", body))

    def dry_update(self, body: Body) -> Verdict:
        """What `kubectl replace --dry-run=server --validate=strict` would be told of a stored object."""

        def send(url: str) -> tuple[int, Any]:
            place = f"{url}/{quote(str(_metadata(body)['name']), safe='')}"
            status, held = self._send("GET", place, None)
            if status != HTTPStatus.OK:
                return status, held
            version = {"resourceVersion": held["metadata"]["resourceVersion"]}
            sent = {**body, "metadata": {**_metadata(body), **version}}
            return self._send("PUT", f"{place}?{urlencode(DRY_RUN)}", sent)

        return self._judged(body, send)

    def _with_namespace(self, body: Body, way: Callable[[Body], Verdict]) -> Verdict:
        verdict = way(body)
        if re.match(r'404: namespaces ".*" not found', verdict.message):
            name = _metadata(body)["namespace"]
            self.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
            return way(body)
        return verdict

    def place(self, body: Body) -> str:
        """The path of an object in URLs.

        Raises:
            KeyError: no such kind is served.
        """
        found = self._kinds[str(body["apiVersion"]), str(body["kind"])]
        return f"{_url(body, found)}/{quote(str(_metadata(body)['name']), safe='')}"

    def send(
        self, method: str, url: str, body: Body | None, content: str = "application/json"
    ) -> tuple[int, Any]:
        """One request for good: the status, and what was answered."""
        return self._send(method, url, body, content)

    def wait_for(self, kinds: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Wait until these kinds are served; gives those that are not after a minute."""
        wanted = set(kinds)
        latest = time.monotonic() + SECONDS_TO_SERVE
        while wanted and time.monotonic() < latest:
            self.refresh()
            wanted = {one for one in wanted if one not in self._kinds}
            time.sleep(0.2 if wanted else 0)
        return sorted(wanted)

    def _judged(self, body: Body, send: Callable[[str], tuple[int, Any]]) -> Verdict:
        found = self._kinds.get((str(body.get("apiVersion")), str(body.get("kind"))))
        if found is None:
            return Verdict(False, "no such kind is served", served=False)
        status, answer = send(_url(body, found))
        if status < HTTPStatus.BAD_REQUEST:
            return Verdict(True)
        said = answer.get("message", "") if isinstance(answer, dict) else str(answer)
        return Verdict(False, f"{status}: {said}")

    def _discovered(self, root: str) -> list[Any]:
        status, answer = self._send("GET", root, None, accept=AGGREGATED)
        assert status == HTTPStatus.OK, answer
        items: list[Any] = answer["items"]
        return items

    def _send(
        self, method: str, url: str, body: Body | None, content: str = "application/json", accept: str = ""
    ) -> tuple[int, Any]:
        sent = None if body is None else json.dumps(body).encode()
        headers = {
            **self._server.headers(),
            "Accept": accept or "application/json",
            "Content-Type": content,
        }
        for wait in (0.2, 1, 3, 0):
            answered = self._once(method, url, sent, headers)
            if not isinstance(answered, Exception) and (answered[0] not in HELD_BACK or not wait):
                return answered[0], _parsed(answered[1])
            time.sleep(wait)
        raise ServerLost(repr(answered))

    def _once(
        self, method: str, url: str, sent: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes] | Exception:
        """The answer, or why there is none although the server is there."""
        # Before, as a server without its store takes a minute to answer; after, as what it says is none.
        self._expect_the_server()
        try:
            self._connection.request(method, url, sent, headers)
            received = self._connection.getresponse()
            answer = received.status, received.read()
        except (OSError, HTTPException) as error:
            self._connection.close()
            self._expect_the_server()
            return error
        if answer[0] >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._expect_the_server()
        return answer

    def _expect_the_server(self) -> None:
        trouble = self._server.trouble()
        if trouble:
            self.close()
            raise ServerLost(trouble)


def _kinds_of(version: Any) -> Iterable[tuple[str, Kind]]:
    for one in version.get("resources", ()):
        kind = one.get("responseKind") or {}
        if "/" not in one["resource"] and "create" in one.get("verbs", ()):
            yield kind.get("kind", ""), Kind(one["resource"], one["scope"] == "Namespaced")


def _url(body: Body, kind: Kind) -> str:
    api_version = str(body["apiVersion"])
    root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    if not kind.namespaced:
        return f"{root}/{kind.plural}"
    namespace = _metadata(body).get("namespace") or "default"
    return f"{root}/namespaces/{quote(str(namespace), safe='')}/{kind.plural}"


def _metadata(body: Body) -> Mapping[str, Any]:
    held = body.get("metadata")
    return held if isinstance(held, Mapping) else {}


def _parsed(read: bytes) -> Any:
    try:
        return json.loads(read)
    except ValueError:
        return read.decode(errors="replace")
