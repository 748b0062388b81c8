"""Connections to one server that are kept open between requests, and the guard of all that is sent.

On a server that is not ours, whatever is neither a GET nor a dry run is refused here, before a byte of it
is sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode, urlsplit

from msgspec import Struct

from gitlint_ops.reconcile.api import Identity
from gitlint_ops.reconcile.server.access import Access, NoAccess

if TYPE_CHECKING:
    from ssl import SSLContext

    from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPHeaderDict

AGENT = "gitlint-ops"
JSON = "application/json"
SECONDS_TO_CONNECT = 10.0
FAIRNESS = "X-Kubernetes-Pf-Flowschema-Uid"
DRY_RUN = ("dryRun", "All")
SPARE = 2
"""Connections that are kept beyond one for each job: whoever starts the jobs asks, too."""

Query = Sequence[tuple[str, str]]

_MOST_CHARACTERS = 300  # of a message
_LEADING = re.compile(
    r"^(?:<[^<>]*> ?:? ?|\w+\([^()]*\): |Failed to establish a new connection: "
    r"|\[Errno -?\d+\] |\[SSL[^\]]*\] )+"
)


class Asked(Struct, frozen=True):
    """A request, but for what our own access adds to it; `path` is as it stands in the URL, without query.

    `patient`: it is made again where the server is busy.
    """

    method: str
    path: str
    query: Query = ()
    body: bytes | None = None
    content: str = JSON
    accept: str = JSON
    identity: Identity | None = None
    patient: bool = True

    @property
    def stores(self) -> bool:
        """Whether it may change what the server holds."""
        if self.method == "GET":
            return False
        return [pair for pair in self.query if pair[0] == DRY_RUN[0]] != [DRY_RUN] or "?" in self.path


class Reply(Struct, frozen=True):
    """What came back; `fair` where the server queues requests by API Priority and Fairness."""

    status: int
    data: bytes
    retry_after: str = ""
    warnings: tuple[str, ...] = ()
    fair: bool = False


class Silence(Struct, frozen=True):
    """No answer, and why; `late` where it did not come in time, `final` where no repetition will help."""

    reason: str
    late: bool = False
    final: bool = False


class Line:
    """Reaches one server by one access; safe to use from several threads.

    Raises:
        NoAccess: a certificate or a key cannot be read, or an address is none.
    """

    def __init__(self, access: Access, connections: int, *, owned: bool, number: int = 0) -> None:
        self.access = access
        self.number = number
        self._owned = owned
        self._root = urlsplit(access.url).path.rstrip("/")
        self._pool = _pool(access, connections)
        self._headers = {"User-Agent": AGENT}
        if access.authorization:
            self._headers["Authorization"] = access.authorization

    def close(self) -> None:
        self._pool.close()

    def send(self, asked: Asked, seconds: float) -> Reply | Silence:
        """One attempt that takes at most so long.

        Raises:
            AssertionError: the request would store something on a server that is not ours.
        """
        if asked.stores and not self._owned:
            raise AssertionError(
                f"{asked.method} {asked.path} is no dry run, and {self.access.url} is not ours"
            )
        from urllib3.exceptions import HTTPError, ReadTimeoutError, SSLError
        from urllib3.util import Timeout

        try:
            answer = self._pool.urlopen(
                asked.method,
                f"{self._root}{asked.path}?{urlencode(asked.query)}"
                if asked.query
                else self._root + asked.path,
                body=asked.body,
                headers=self._headers_of(asked),
                retries=False,
                redirect=False,
                assert_same_host=False,
                timeout=Timeout(connect=min(SECONDS_TO_CONNECT, seconds), read=seconds),
            )
        except ReadTimeoutError:
            return Silence(f"no answer within {seconds:.0f} seconds", late=True)
        except SSLError as error:
            return Silence(f"its certificate is not accepted: {_plain(error)}", final=True)
        except (HTTPError, OSError) as error:
            return Silence(_plain(error))
        return _reply(answer)

    def _headers_of(self, asked: Asked) -> HTTPHeaderDict:
        from urllib3 import HTTPHeaderDict

        headers = HTTPHeaderDict(self._headers)
        headers["Accept"] = asked.accept
        if asked.body is not None:
            headers["Content-Type"] = asked.content
        identity = asked.identity or self.access.identity
        if identity is not None:
            headers["Impersonate-User"] = identity.user
            for group in identity.groups:
                headers.add("Impersonate-Group", group)
        return headers


def _pool(access: Access, connections: int) -> HTTPConnectionPool:
    import urllib3
    from urllib3.exceptions import HTTPError

    kept: dict[str, Any] = {"maxsize": connections + SPARE, "retries": False}
    try:
        wanted = kept | _of_tls(access)
        if not access.proxy:
            return urllib3.PoolManager(**wanted).connection_from_url(access.url)
        login = urlsplit(access.proxy)
        if login.username:
            pair = f"{unquote(login.username)}:{unquote(login.password or '')}"
            wanted["proxy_headers"] = urllib3.make_headers(proxy_basic_auth=pair)
        return urllib3.ProxyManager(access.proxy, **wanted).connection_from_url(access.url)
    except (HTTPError, OSError, ValueError) as error:
        raise NoAccess(_plain(error)) from error


def _of_tls(access: Access) -> dict[str, Any]:
    if urlsplit(access.url).scheme != "https":
        return {}
    import ssl

    import urllib3

    context = _trusting(access.authority)
    # Certificates of clusters are made by their own tools, which do not always follow the letter of RFC 5280.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not access.verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if access.certificate:
        _identify(context, access)
    wanted: dict[str, Any] = {"ssl_context": context}
    if not access.verified:
        wanted["cert_reqs"] = "CERT_NONE"
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)  # the user has asked for it
    if access.tls_name:
        wanted |= {"server_hostname": access.tls_name, "assert_hostname": access.tls_name}
    return wanted


def _trusting(authority: str) -> SSLContext:
    import ssl

    try:
        return ssl.create_default_context(cafile=authority or None)
    except OSError as error:
        raise NoAccess(f"the certificate authority cannot be read: {_plain(error)}") from error


def _identify(context: SSLContext, access: Access) -> None:
    try:
        context.load_cert_chain(access.certificate, access.key or None)
    except OSError as error:
        raise NoAccess(f"the client's certificate and key cannot be read: {_plain(error)}") from error


def _reply(answer: BaseHTTPResponse) -> Reply:
    headers = answer.headers
    warnings = headers.getlist("Warning") if "Warning" in headers else []
    return Reply(
        answer.status,
        answer.data,
        headers.get("Retry-After", ""),
        tuple(text for one in warnings for text in _warned(one)),
        FAIRNESS in headers,
    )


def _warned(header: str) -> list[str]:
    """The texts of a Warning header: `299 - "extensions/v1beta1 is deprecated"` (RFC 7234, 5.5)."""
    quoted = re.findall(r'\d{3} \S+ "((?:[^"\\]|\\.)*)"', header)
    return [re.sub(r"\\(.)", r"\1", one) for one in quoted]


def _plain(error: Exception) -> str:
    """What went wrong, without the objects of Python and the numbers that the messages begin with."""
    from urllib3.exceptions import ProxyError

    if isinstance(error, ProxyError):
        return f"the proxy fails: {_plain(error.original_error)}"
    text = re.sub(r"\s+", " ", str(getattr(error, "reason", None) or error)).strip()
    return _LEADING.sub("", text)[:_MOST_CHARACTERS] or type(error).__name__
