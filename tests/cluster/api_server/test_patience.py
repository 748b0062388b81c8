"""What a busy or a bad server answers is asked again where that can help, and never for ever."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from gitlint_ops.reconcile.api import ServerLost
from gitlint_ops.reconcile.ephemeral.running import Running
from gitlint_ops.reconcile.server.access import Access
from gitlint_ops.reconcile.server.connection import MOST_FAILURES, Connection
from gitlint_ops.reconcile.server.line import Asked, Line, Reply
from gitlint_ops.reconcile.server.pace import Pace, pause
from gitlint_ops.reconcile.server.patience import MOST_ATTEMPTS

from .misbehaving import Answered, Behaviour, HangUp, Request, Small, in_turn, small_server, status

GET = Asked("GET", "/api/v1/pods")
APPLY = Asked("PATCH", "/api/v1/namespaces/a/pods/b", (("dryRun", "All"),), b"{}")
CREATE = Asked("POST", "/api/v1/namespaces/a/pods", (("dryRun", "All"),), b"{}")


@contextmanager
def connected(behave: Behaviour, timeout: float = 20.0) -> Iterator[tuple[Connection, Small]]:
    with small_server(behave) as server:
        connection = Connection("test", lambda: Access(server.url), timeout=timeout)
        yield connection, server
        connection.close()


def test_a_server_that_wants_patience_is_asked_again_when_it_says() -> None:
    busy = Answered(429, b"slow down", {"Retry-After": "1"})
    with connected(in_turn(busy, busy, Answered())) as (connection, server):
        started = time.monotonic()
        reply = connection.request(GET)

    assert reply.status == 200
    assert len(server.requests) == 3
    assert time.monotonic() - started >= 2


@pytest.mark.parametrize("code", [502, 503, 504])
def test_a_gateway_that_fails_is_asked_again(code: int) -> None:
    with connected(in_turn(Answered(code), Answered(code), Answered())) as (connection, server):
        assert connection.request(APPLY).status == 200
        assert len(server.requests) == 3


def test_a_server_that_stays_busy_has_the_last_word() -> None:
    with connected(lambda _: status(503, message="no backend")) as (connection, server):
        reply = connection.request(GET)

    assert (reply.status, b"no backend" in reply.data) == (503, True)
    assert len(server.requests) == 4


def test_who_has_no_patience_asks_a_busy_server_once() -> None:
    with connected(lambda _: Answered(503)) as (connection, server):
        assert connection.request(Asked("GET", "/apis/a/v1", patient=False)).status == 503
        assert len(server.requests) == 1


def test_patience_ends_with_the_time_that_a_request_may_take() -> None:
    busy = Answered(429, b"", {"Retry-After": "30"})
    with connected(lambda _: busy, timeout=5) as (connection, server):
        started = time.monotonic()
        assert connection.request(GET).status == 429
        assert time.monotonic() - started < 1
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "attempts"),
    [
        (status(500, "InternalError", "etcdserver: leader changed"), 2),
        (status(500, "InternalError", 'failed calling webhook "a.b.c": connection refused'), 1),
        (status(422, "Invalid"), 1),
        (status(404, "NotFound"), 1),
        (status(409, "Conflict", details={"causes": [{"reason": "FieldManagerConflict"}]}), 1),
        (status(409, "Conflict", "the object has been modified"), 4),
        (status(409, "AlreadyExists"), 4),
        (Answered(409, b"no JSON"), 1),
        (Answered(409, b"[1]"), 1),
        (status(409, "Conflict", details={"causes": [None, 1]}), 4),
        (Answered(302, b"", {"Location": "/elsewhere"}), 1),
    ],
)
def test_only_what_may_be_over_is_asked_again(answer: Answered, attempts: int) -> None:
    with connected(lambda _: answer) as (connection, server):
        assert connection.request(APPLY).status == answer.status
        assert len(server.requests) == attempts


def test_a_name_that_is_taken_is_a_verdict_where_an_object_is_created() -> None:
    with connected(lambda _: status(409, "AlreadyExists")) as (connection, server):
        assert connection.request(CREATE).status == 409
        assert len(server.requests) == 1


def test_a_connection_that_is_hung_up_is_made_again_at_once() -> None:
    with connected(in_turn(Answered(), HangUp, Answered())) as (connection, server):
        started = time.monotonic()
        assert [connection.request(GET).status for _ in range(2)] == [200, 200]
        assert time.monotonic() - started < 0.2
        assert len(server.requests) == 3


def test_half_an_answer_is_none() -> None:
    half = Answered(200, b'{"a":', {"Content-Length": "1000", "Connection": "close"})
    with connected(in_turn(half, Answered(200, b'{"a": 1}'))) as (connection, _):
        assert connection.request(GET).data == b'{"a": 1}'


def test_a_server_that_always_hangs_up_on_one_request_is_not_lost() -> None:
    def behave(request: Request) -> Answered:
        if "pods" in request.path:
            raise HangUp
        return Answered()

    with connected(behave) as (connection, _):
        reply = connection.request(GET)

        assert (reply.status, b'"Timeout"' in reply.data) == (504, True)
        assert connection.request(Asked("GET", "/version")).status == 200


def test_an_answer_that_comes_too_late_is_none_and_the_server_is_not_lost() -> None:
    def behave(request: Request) -> Answered:
        time.sleep(3 if "pods" in request.path else 0)
        return Answered()

    with connected(behave, timeout=1) as (connection, _):
        reply = connection.request(GET)

        assert (reply.status, b"no answer within 1 seconds" in reply.data) == (504, True)
        assert connection.request(Asked("GET", "/version")).status == 200


def test_a_server_that_answers_nothing_any_more_is_lost_in_the_end() -> None:
    with connected(lambda _: Answered(504, b"", {"Retry-After": "100"})) as (connection, server):
        for _ in range(MOST_FAILURES - 1):
            assert connection.request(GET).status == 504
        with pytest.raises(ServerLost, match="has not answered 16 requests in a row"):
            connection.request(GET)
        with pytest.raises(ServerLost, match="has not answered 16 requests in a row"):
            connection.request(GET)
        assert len(server.requests) == MOST_FAILURES


def test_nothing_that_listens_is_noticed_within_seconds() -> None:
    with small_server(lambda _: Answered()) as server:
        connection = Connection("test", lambda: Access(server.url))
        assert connection.request(GET).status == 200

    started = time.monotonic()
    with pytest.raises(ServerLost, match=r"^test: http://127.0.0.1:\d+ does not answer \(.*refused\)"):
        connection.request(GET)
    assert time.monotonic() - started < 5


def test_who_waits_to_ask_again_gives_up_when_the_connection_is_closed() -> None:
    busy = Answered(429, b"", {"Retry-After": "15"})
    with connected(lambda _: busy) as (connection, server), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(connection.request, GET)
        while not server.requests:
            time.sleep(0.01)
        started = time.monotonic()
        time.sleep(0.2)
        connection.close()

        with pytest.raises(ServerLost, match="closed"):
            waiting.result()
        assert time.monotonic() - started < 3


def test_threads_together_ask_no_more_often_than_they_may() -> None:
    pace = Pace(50, burst=5)
    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: pace.wait(), range(55)))

    assert 0.9 < time.monotonic() - started < 2


def test_without_a_limit_nobody_waits() -> None:
    started = time.monotonic()
    for _ in range(1000):
        Pace().wait()

    assert time.monotonic() - started < 0.5


def test_a_server_that_sees_to_fairness_is_not_paced_unless_the_user_says_so() -> None:
    ours, users = Pace(0.1, yields=True), Pace(0.1)
    for pace in (ours, users):
        pace.wait()
        pace.heed(fair=True)

    started = time.monotonic()
    for _ in range(1000):
        ours.wait()

    assert time.monotonic() - started < 0.5
    assert users._taken() > 1


def test_a_server_that_says_nothing_of_fairness_is_paced() -> None:
    pace = Pace(0.1, yields=True)
    pace.wait()
    pace.heed(fair=False)

    assert pace._taken() > 1


def test_a_real_server_says_that_it_sees_to_fairness(served: Running) -> None:
    line = Line(served.access, 1, owned=False)
    answer = line.send(Asked("GET", "/version"), 10)
    line.close()

    assert isinstance(answer, Reply)
    assert answer.fair


@pytest.mark.parametrize("wished", ["", "soon", "-1", "nan", "Wed, 21 Oct 2026 07:28:00 GMT", "1e999"])
def test_a_pause_is_never_long_whatever_the_server_wishes(wished: str) -> None:
    assert all(0.1 <= pause(attempt, wished) <= 30 for attempt in range(MOST_ATTEMPTS))
