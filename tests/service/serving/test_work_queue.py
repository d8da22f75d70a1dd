"""Where questions are answered: once, remembered, and not endlessly many at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from tigertail.service.http.problems import ServiceError
from tigertail.service.serving.work_queue import OVERHEAD, ResponseCache, WorkQueue


def counted(made: list[str], text: str) -> Callable[[], bytes]:
    def work() -> bytes:
        made.append(text)
        return text.encode()

    return work


def test_an_answer_is_made_once_even_where_many_ask_at_the_same_time() -> None:
    made: list[str] = []

    async def ask() -> list[bytes]:
        desk = WorkQueue(waiting=10, megabytes=1)
        first = await asyncio.gather(*(desk.answer("k", counted(made, "a")) for _ in range(20)))
        return [*first, await desk.answer("k", counted(made, "b"))]

    assert asyncio.run(ask()) == [b"a"] * 21
    assert made == ["a"]


def test_what_failed_is_tried_again() -> None:
    def fail() -> bytes:
        raise ServiceError(418, "a teapot")

    async def ask() -> bytes:
        desk = WorkQueue(waiting=10, megabytes=1)
        with pytest.raises(ServiceError):
            await desk.answer("k", fail)
        return await desk.answer("k", lambda: b"tea")

    assert asyncio.run(ask()) == b"tea"


def test_who_goes_away_does_not_take_the_answer_from_others() -> None:
    begun, go = threading.Event(), threading.Event()

    def slowly() -> bytes:
        begun.set()
        go.wait(10)
        return b"a"

    async def ask() -> bytes:
        desk = WorkQueue(waiting=10, megabytes=1)
        first = asyncio.create_task(desk.answer("k", slowly))
        second = asyncio.create_task(desk.answer("k", slowly))
        assert await asyncio.to_thread(begun.wait, 10)
        first.cancel()
        go.set()
        return await second

    assert asyncio.run(ask()) == b"a"


def test_too_many_questions_are_told_to_come_back() -> None:
    go = threading.Event()

    async def ask() -> list[object]:
        desk = WorkQueue(waiting=2, megabytes=1)
        tasks = [asyncio.create_task(desk.do(lambda: go.wait(10))) for _ in range(5)]
        await asyncio.wait(tasks[3:], timeout=10)  # the two that are refused
        go.set()
        return list(await asyncio.gather(*tasks, return_exceptions=True))

    answers = asyncio.run(ask())
    assert answers[:3] == [True] * 3, "one at work and two waiting"
    for refused in answers[3:]:
        assert isinstance(refused, ServiceError)
        assert (refused.status, refused.retry) == (503, 1)


def test_what_was_asked_for_longest_ago_is_forgotten_first() -> None:
    remembered = ResponseCache(most=2 * (OVERHEAD + 5))
    for key in "abc":
        remembered.put(key, key.encode() * 4)
    assert [remembered.get(key) for key in "abc"] == [None, b"bbbb", b"cccc"]
    remembered.get("b")
    remembered.put("d", b"dddd")
    assert [remembered.get(key) for key in "bcd"] == [b"bbbb", None, b"dddd"]
    remembered.put("e", b"e" * 2 * OVERHEAD)
    assert remembered.get("e") is None, "what is too large drives nothing out"
    assert remembered.get("d") == b"dddd"


def test_a_new_answer_takes_the_place_of_the_old() -> None:
    remembered = ResponseCache(most=2 * (OVERHEAD + 6))
    for size in (8, 2, 8):
        remembered.put("a", b"a" * size)
    remembered.put("b", b"bb")
    assert remembered.get("a") == b"a" * 8


def test_small_answers_count_with_what_it_takes_to_remember_them() -> None:
    remembered = ResponseCache(most=10_000)
    for number in range(1000):
        remembered.put(f"unknown {number}", b"[]")
    kept = sum(remembered.get(f"unknown {number}") is not None for number in range(1000))
    assert 10 < kept < 40
