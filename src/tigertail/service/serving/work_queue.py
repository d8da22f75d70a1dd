"""Where work waits its turn: a few pieces at a time, answers remembered, and turned away before they pile up."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread

from tigertail.service.http import metrics
from tigertail.service.http.problems import ServiceError

T = TypeVar("T")
OVERHEAD: Final = 256  # bytes
AT_ONCE: Final = 1  # a model is asked by one thread at a time: others would only wait


class WorkQueue:
    """Answers questions off the event loop.

    Parameters
    ----------
    waiting
        Most questions that may wait.
    megabytes
        MiB of answers to remember.
    at_once
        How many are answered at a time, each on a thread of its own.
    """

    def __init__(self, waiting: int, megabytes: int, at_once: int = AT_ONCE) -> None:
        self._most = waiting + at_once
        self._at_once = at_once
        self._here = 0  # at work or waiting
        self._limiter: CapacityLimiter | None = None
        self._remembered = ResponseCache(megabytes * 2**20)
        self._under_way: dict[str, asyncio.Future[bytes]] = {}

    async def do(self, work: Callable[[], T]) -> T:
        """Do some work when it is its turn.

        Raises
        ------
        ServiceError
            If too many wait already.
        """
        if self._limiter is None:  # it belongs to the loop it is made on
            self._limiter = CapacityLimiter(self._at_once)
        if self._here >= self._most:
            metrics.TURNED_AWAY.inc()
            raise ServiceError(
                503, "too many questions wait already", remedy="come back in a second", retry=1
            )
        self._here += 1
        try:
            return await to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._here -= 1

    async def answer(self, key: str, work: Callable[[], bytes]) -> bytes:
        """Return an answer that depends on its key alone, made once even where many ask at the same time."""
        remembered = self._remembered.get(key)
        if remembered is not None:
            metrics.REMEMBERED.labels("hit").inc()
            return remembered
        metrics.REMEMBERED.labels("miss").inc()
        if key not in self._under_way:
            task = asyncio.ensure_future(self._make(key, work))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._done(key, done))
        return await asyncio.shield(self._under_way[key])  # whoever goes away, the others still wait

    async def _make(self, key: str, work: Callable[[], bytes]) -> bytes:
        made = await self.do(work)
        self._remembered.put(key, made)
        return made

    def _done(self, key: str, done: asyncio.Future[bytes]) -> None:
        self._under_way.pop(key, None)
        if not done.cancelled():
            done.exception()  # it is told to those who wait; nobody may be left


class ResponseCache:
    """The answers given last, up to so many bytes.

    Parameters
    ----------
    most
        Bytes to keep.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._answers: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        """Return an answer; None where it is not remembered."""
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
        return found

    def put(self, key: str, answer: bytes) -> None:
        """Remember an answer, and forget those asked for longest ago."""
        if _cost(key, answer) > self._most:
            return
        if key in self._answers:
            self._size -= _cost(key, self._answers.pop(key))
        self._answers[key] = answer
        self._size += _cost(key, answer)
        while self._size > self._most:
            self._size -= _cost(*self._answers.popitem(last=False))


def _cost(key: str, answer: bytes) -> int:
    """Return the bytes that an answer takes, its key and what Python needs for both among them."""
    return len(key) + len(answer) + OVERHEAD
