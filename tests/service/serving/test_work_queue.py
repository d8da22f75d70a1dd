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


def test_questions_that_come_while_the_thread_is_busy_are_answered_together() -> None:
    go = threading.Event()
    batches: list[list[str]] = []

    def shout(queries: list[str]) -> list[bytes | Exception]:
        batches.append(queries)
        go.wait(10)
        return [ServiceError(404, "no such word") if one == "?" else one.upper().encode() for one in queries]

    async def ask() -> list[object]:
        queue = WorkQueue(max_queue=4, cache_mib=1)
        tasks = [asyncio.create_task(queue.get_or_ask(one, one, shout)) for one in ("a", "b", "b", "?", "c")]
        await asyncio.sleep(0.05)
        full = [asyncio.create_task(queue.get_or_ask(one, one, shout)) for one in ("d", "e")]
        await asyncio.sleep(0.01)
        go.set()
        return list(await asyncio.gather(*tasks, *full, return_exceptions=True))

    a, b, again, unknown, c, d, refused = asyncio.run(ask())
    assert (a, b, again, c, d) == (b"A", b"B", b"B", b"C", b"D")
    assert isinstance(unknown, ServiceError)
    assert unknown.status == 404
    assert isinstance(refused, ServiceError), "five wait or are answered already"
    assert refused.status == 503
    assert batches[0][0] == "a"
    assert len(batches) == 2
    assert sorted([*batches[0], *batches[1]]) == ["?", "a", "b", "c", "d"]


def test_a_failure_of_all_is_the_failure_of_each_and_the_next_are_answered() -> None:
    def fail(queries: list[str]) -> list[bytes | Exception]:
        raise RuntimeError("broken")

    async def ask() -> list[object]:
        queue = WorkQueue(max_queue=4, cache_mib=1)
        failed = await asyncio.gather(*(queue.ask(one, fail) for one in "ab"), return_exceptions=True)
        return [*failed, await queue.ask("c", lambda queries: [b"C"] * len(queries))]

    first, second, third = asyncio.run(ask())
    assert isinstance(first, RuntimeError)
    assert isinstance(second, RuntimeError)
    assert third == b"C"


class Panic(BaseException):
    """As Polars and other libraries in Rust raise it: no ``Exception``."""


def panic(queries: list[str]) -> list[bytes | Exception]:
    raise Panic


def lose_one(queries: list[str]) -> list[bytes | Exception]:
    return [b"" for _ in queries[1:]]


@pytest.mark.parametrize(("broken", "error"), [(panic, Panic), (lose_one, ValueError)])
def test_who_waits_is_told_that_no_answer_will_come(
    broken: Callable[[list[str]], list[bytes | Exception]], error: type[BaseException]
) -> None:
    async def ask() -> None:
        queue = WorkQueue(max_queue=4, cache_mib=1)
        for _ in range(2):  # the next ones neither
            with pytest.raises(error):
                await asyncio.wait_for(queue.get_or_ask("k", "a", broken), 10)

    asyncio.run(ask())
