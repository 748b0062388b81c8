"""One request after another to an API server, until it has answered or is lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from threading import Event, Lock
from typing import NoReturn

import msgspec

from gitlint_ops.reconcile.api import ServerLost
from gitlint_ops.reconcile.server.access import Login, NoAccess
from gitlint_ops.reconcile.server.answers import status_of_ours
from gitlint_ops.reconcile.server.line import Asked, Line, Reply, Silence
from gitlint_ops.reconcile.server.pace import Pace
from gitlint_ops.reconcile.server.patience import seconds_to_next

SECONDS_TO_PROBE = 5.0

MOST_FAILURES = 16
"""Requests in a row that a server may fail to answer in time although it is there."""


class Connection:
    """Speaks to one server, from as many threads as wanted.

    `name` is the server's in messages. `trouble` says of a server of ours why it cannot answer any more, ""
    while it can. `timeout` is how many seconds one request may take, with all its repetitions.

    Raises:
        NoAccess: the credentials cannot be read.
    """

    def __init__(
        self,
        name: str,
        login: Login,
        *,
        owned: bool = False,
        pace: Pace | None = None,
        jobs: int = 8,
        timeout: float = 60.0,
        trouble: Callable[[], str] = str,
    ) -> None:
        self.name = name
        self.owned = owned
        self._login = login
        self._pace = pace or Pace()
        self._jobs = jobs
        self._timeout = timeout
        self._trouble = trouble
        self._renewing = Lock()
        self._lost = ""
        self._over = Event()
        self._failures = 0
        self._line = Line(login(), jobs, owned=owned)

    @property
    def url(self) -> str:
        return self._line.access.url

    def close(self) -> None:
        """No request is made any more, and those that wait to be made again are given up."""
        self._lost = self._lost or f"{self.name}: the connection is closed"
        self._over.set()
        self._line.close()

    def request(self, asked: Asked) -> Reply:
        """The answer of the server; a 504 of our own where none comes although the server is there.

        Raises:
            AssertionError: the request would store something on a server that is not ours.
            ServerLost: the server is not there any more, or does not know us any more.
        """
        latest = time.monotonic() + self._timeout
        attempt, renewed = 0, False
        while True:
            self._expect_the_server()
            self._pace.wait()
            line = self._line
            answer = line.send(asked, max(1.0, latest - time.monotonic()))
            if isinstance(answer, Silence) or answer.status >= 500:
                self._expect_no_trouble()
            if isinstance(answer, Reply):
                self._pace.heed(fair=answer.fair)
            if isinstance(answer, Reply) and answer.status == 401 and not renewed:
                self._renew(line)
                renewed = True
                continue
            seconds = seconds_to_next(asked, answer, attempt)
            if seconds is None or time.monotonic() + seconds > latest:
                return self._final(answer)
            self._over.wait(seconds)
            attempt += 1

    def _final(self, answer: Reply | Silence) -> Reply:
        if isinstance(answer, Silence):
            self._expect_an_answer(answer)
            self._count_failure(answer.reason)
            return _unanswered(answer)
        if answer.status == 401:
            self._give_up(f"the credentials for {self.url} are expired or not valid (401); log in again")
        if answer.status == 504:
            self._count_failure("requests time out")
        else:
            self._failures = 0
        return answer

    def _renew(self, line: Line) -> None:
        """Log in anew, unless another thread has done so since the line was taken."""
        with self._renewing:
            if self._line is not line:
                return
            try:
                self._line = Line(self._login(), self._jobs, owned=self.owned, number=line.number + 1)
            except NoAccess as error:
                self._give_up(f"the credentials for {self.url} are expired (401), and new ones fail: {error}")
        line.close()

    def _expect_the_server(self) -> None:
        if self._lost:
            raise ServerLost(self._lost)

    def _expect_no_trouble(self) -> None:
        self._expect_the_server()
        trouble = self._trouble()
        if trouble:
            self._give_up(trouble)

    def _expect_an_answer(self, silence: Silence) -> None:
        """Ask for the least that a server can answer, and be sure that it is lost if it does not."""
        self._expect_the_server()
        probed = silence if silence.final else self._line.send(Asked("GET", "/readyz"), SECONDS_TO_PROBE)
        self._expect_no_trouble()
        if isinstance(probed, Silence):
            self._give_up(f"{self.url} does not answer ({silence.reason}); run this again when it does")

    def _count_failure(self, reason: str) -> None:
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            self._give_up(f"{self.url} has not answered {MOST_FAILURES} requests in a row: {reason}")

    def _give_up(self, reason: str) -> NoReturn:
        self._lost = self._lost or f"{self.name}: {reason}"
        self._over.set()
        raise ServerLost(self._lost)


def _unanswered(silence: Silence) -> Reply:
    said = status_of_ours(HTTPStatus.GATEWAY_TIMEOUT, "Timeout", silence.reason)
    return Reply(int(HTTPStatus.GATEWAY_TIMEOUT), msgspec.json.encode(said))
