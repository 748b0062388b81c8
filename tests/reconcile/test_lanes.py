"""Many are asked at a time, and nothing of what was learned is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from gitlint_ops.reconcile.api import ServerLost
from gitlint_ops.reconcile.lanes import all_at_once, in_lanes


def alone(count: int) -> list[list[tuple[int, int]]]:
    return [[(number, number)] for number in range(count)]


def test_each_is_asked_once_and_answers_keep_their_numbers() -> None:
    assert dict(in_lanes(alone(1_000), lambda one: one * 2, 8)) == {one: one * 2 for one in range(1_000)}


def test_a_lane_is_asked_in_its_order() -> None:
    lanes = [[(10 * lane + at, at) for at in range(10)] for lane in range(20)]

    came = [number for number, _ in in_lanes(lanes, lambda one: one, 4)]

    for lane in range(20):
        assert [one for one in came if one // 10 == lane] == list(range(10 * lane, 10 * lane + 10))


def test_no_more_than_the_wanted_number_are_under_way() -> None:
    under_way, most, lock = 0, 0, threading.Lock()

    def ask(_: int) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.005)
        with lock:
            under_way -= 1

    all_at_once(list(range(50)), ask, 3)

    assert most == 3


def test_lanes_are_taken_from_a_generator_only_when_there_is_a_hand_for_them() -> None:
    taken = []

    def lanes() -> Iterator[list[tuple[int, int]]]:
        for number in range(1_000):
            taken.append(number)
            yield [(number, number)]

    with closing(in_lanes(lanes(), slow, 2)) as answers:
        next(answers)

    assert len(taken) < 20


def slow(one: int) -> int:
    time.sleep(0.02)
    return one


@pytest.mark.parametrize("error", [ServerLost("gone"), ValueError("a fault of ours")])
def test_what_was_answered_before_and_while_the_server_was_lost_is_kept(error: Exception) -> None:
    begun = threading.Barrier(4)

    def ask(one: int) -> int:
        if one >= 100:
            begun.wait(5)
            if one == 100:
                raise error
            time.sleep(0.05)
        return one

    found: list[tuple[int, int]] = []
    with pytest.raises(type(error), match=str(error)):
        found.extend(in_lanes(alone(1_000), ask, 4))

    assert {number for number, _ in found} >= set(range(100)) | {101, 102, 103}


def test_whoever_stops_to_listen_does_not_wait_for_what_is_under_way() -> None:
    held = threading.Event()

    def ask(one: int) -> int:
        if one:
            held.wait(30)
        return one

    started = time.monotonic()
    with closing(in_lanes(alone(10), ask, 4)) as answers:
        assert next(answers) == (0, 0)

    assert time.monotonic() - started < 5
    held.set()


def test_twenty_thousand_lanes_take_no_time_that_grows_with_their_square() -> None:
    started = time.monotonic()

    assert sum(1 for _ in in_lanes(alone(20_000), lambda one: one, 8)) == 20_000

    # It takes some tenths of a second; to look at all lanes for each of them would take minutes.
    assert time.monotonic() - started < 15
