"""A queue of work off the event loop: limited in length, with a cache of responses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread

from tigertail.service.http import metrics
from tigertail.service.http.problems import ServiceError
from tigertail.service.serving.response_cache import ResponseCache

T = TypeVar("T")
THREADS: Final = 1  # more would only wait for each other: see ServedModel


class WorkQueue:
    """Runs work on threads, off the event loop.

    Parameters
    ----------
    max_queue
        Most pieces of work that may wait.
    megabytes
        MiB of responses to cache.
    threads
        Threads.
    """

    def __init__(self, max_queue: int, megabytes: int, threads: int = THREADS) -> None:
        self._max_pending = max_queue + threads
        self._threads = threads
        self._pending = 0  # running or waiting
        self._limiter: CapacityLimiter | None = None
        self._cache = ResponseCache(megabytes * 2**20)
        self._under_way: dict[str, asyncio.Future[bytes]] = {}

    async def run(self, work: Callable[[], T]) -> T:
        """Run some work when a thread is free.

        Raises
        ------
        ServiceError
            If the queue is full.
        """
        if self._limiter is None:  # it belongs to the loop it is made on
            self._limiter = CapacityLimiter(self._threads)
        if self._pending >= self._max_pending:
            metrics.REQUESTS_SHED.inc()
            raise ServiceError(
                503, "server overloaded: the request queue is full", remedy="try again in a second", retry=1
            )
        self._pending += 1
        try:
            return await to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._pending -= 1

    async def get_or_compute(self, key: str, work: Callable[[], bytes]) -> bytes:
        """Return a response that depends on its key alone; requests at the same time share one computation."""
        cached = self._cache.get(key)
        if cached is not None:
            metrics.CACHE_REQUESTS.labels("hit").inc()
            return cached
        metrics.CACHE_REQUESTS.labels("miss").inc()
        if key not in self._under_way:
            task = asyncio.ensure_future(self._make(key, work))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._done(key, done))
        return await asyncio.shield(
            self._under_way[key]
        )  # a client that disconnects must not cancel it for the others

    async def _make(self, key: str, work: Callable[[], bytes]) -> bytes:
        made = await self.run(work)
        self._cache.put(key, made)
        return made

    def _done(self, key: str, done: asyncio.Future[bytes]) -> None:
        self._under_way.pop(key, None)
        if not done.cancelled():
            done.exception()  # marks it as seen: every client may have disconnected
