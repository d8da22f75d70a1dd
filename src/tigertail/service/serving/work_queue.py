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
THREADS: Final = 1  # more would only wait for each other, since ServedModel computes under one lock


class WorkQueue:
    """Runs work on threads, off the event loop.

    Parameters
    ----------
    max_queue
        Most calls that may wait for a thread.
    cache_mib
        MiB of responses to cache.
    threads
        Threads that do the work.
    """

    def __init__(self, max_queue: int, cache_mib: int, threads: int = THREADS) -> None:
        self._max_pending = max_queue + threads
        self._threads = threads
        self._pending = 0  # running or waiting
        self._limiter: CapacityLimiter | None = None
        self._cache = ResponseCache(cache_mib * 2**20)
        self._in_progress: dict[str, asyncio.Future[bytes]] = {}

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
        """Return a response that depends on its key alone: a cached one, or one that all who wait for it share.

        Raises
        ------
        ServiceError
            As :meth:`run` does, and whatever the work raises.
        """
        cached = self._cache.get(key)
        if cached is not None:
            metrics.CACHE_REQUESTS.labels("hit").inc()
            return cached
        metrics.CACHE_REQUESTS.labels("miss").inc()
        if key not in self._in_progress:
            task = asyncio.ensure_future(self._compute(key, work))
            self._in_progress[key] = task
            task.add_done_callback(lambda done: self._done(key, done))
        # A client that disconnects must not cancel it for the others.
        return await asyncio.shield(self._in_progress[key])

    async def _compute(self, key: str, work: Callable[[], bytes]) -> bytes:
        response = await self.run(work)
        self._cache.put(key, response)
        return response

    def _done(self, key: str, done: asyncio.Future[bytes]) -> None:
        self._in_progress.pop(key, None)
        if not done.cancelled():
            done.exception()  # asyncio logs an error that was never read, and every client may have disconnected
