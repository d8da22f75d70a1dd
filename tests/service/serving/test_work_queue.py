"""Work is done once, its response cached, and the queue limited."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from tigertail.service.http.problems import ServiceError
from tigertail.service.serving.work_queue import WorkQueue


def counted(made: list[str], text: str) -> Callable[[], bytes]:
    def work() -> bytes:
        made.append(text)
        return text.encode()

    return work


def test_an_answer_is_made_once_even_where_many_ask_at_the_same_time() -> None:
    made: list[str] = []

    async def ask() -> list[bytes]:
        queue = WorkQueue(max_queue=10, cache_mib=1)
        first = await asyncio.gather(*(queue.get_or_compute("k", counted(made, "a")) for _ in range(20)))
        return [*first, await queue.get_or_compute("k", counted(made, "b"))]

    assert asyncio.run(ask()) == [b"a"] * 21
    assert made == ["a"]


def test_what_failed_is_tried_again() -> None:
    def fail() -> bytes:
        raise ServiceError(418, "a teapot")

    async def ask() -> bytes:
        queue = WorkQueue(max_queue=10, cache_mib=1)
        with pytest.raises(ServiceError):
            await queue.get_or_compute("k", fail)
        return await queue.get_or_compute("k", lambda: b"tea")

    assert asyncio.run(ask()) == b"tea"


def test_who_goes_away_does_not_take_the_answer_from_others() -> None:
    begun, go = threading.Event(), threading.Event()

    def slowly() -> bytes:
        begun.set()
        go.wait(10)
        return b"a"

    async def ask() -> bytes:
        queue = WorkQueue(max_queue=10, cache_mib=1)
        first = asyncio.create_task(queue.get_or_compute("k", slowly))
        second = asyncio.create_task(queue.get_or_compute("k", slowly))
        await asyncio.sleep(0.01)
        first.cancel()
        go.set()
        return await second

    assert asyncio.run(ask()) == b"a"


def test_too_many_requests_are_refused_for_now() -> None:
    go = threading.Event()

    async def ask() -> list[object]:
        queue = WorkQueue(max_queue=2, cache_mib=1)
        tasks = [asyncio.create_task(queue.run(lambda: go.wait(10))) for _ in range(5)]
        await asyncio.sleep(0.01)
        go.set()
        return list(await asyncio.gather(*tasks, return_exceptions=True))

    answers = asyncio.run(ask())
    assert answers[:3] == [True] * 3, "one at work and two waiting"
    for refused in answers[3:]:
        assert isinstance(refused, ServiceError)
        assert (refused.status, refused.retry) == (503, 1)
