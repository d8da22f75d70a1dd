"""A queue of work off the event loop: limited in length, with a cache of responses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, TypeVar

from anyio import CapacityLimiter, to_thread

from tigertail.service.http import metrics, traces
from tigertail.service.http.problems import ServiceError
from tigertail.service.serving.response_cache import ResponseCache

T = TypeVar("T")
AnswerAll = Callable[[list[Any]], Sequence[bytes | Exception]]
_Asked = tuple[Any, asyncio.Future[bytes], traces.Work]
TOGETHER: Final = 32  # queries answered at a time: the first of them waits for the last
THREADS: Final = 1  # more would only wait for each other, since ServedModel computes under one lock


class WorkQueue:
    """Runs work on threads, off the event loop.

    Parameters
    ----------
    max_queue
        Calls that may wait for a thread, at most; queries that are answered together count as waiting, but for one.
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
        self._queries: dict[AnswerAll, list[_Asked]] = {}  # an entry as long as a task answers them
        self._answering: set[asyncio.Task[None]] = set()

    async def run(self, work: Callable[[], T]) -> T:
        """Run some work when a thread is free.

        Raises
        ------
        ServiceError
            If the queue is full.
        """
        with self._admitted():
            return await self._on_thread(work, [traces.queue_work()])

    async def ask(self, query: Any, answer_all: AnswerAll) -> bytes:
        """Have a query answered, together with those that come while the thread is busy.

        Parameters
        ----------
        query
            The query.
        answer_all
            Answers several at once, on the thread: returns for each, in their order, its answer or the error to raise.
            Queries with the same function go together.

        Raises
        ------
        ServiceError
            As :meth:`run` does, and whatever ``answer_all`` says.
        """
        with self._admitted():
            answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
            waiting = self._queries.get(answer_all)
            asked = query, answer, traces.queue_work()
            if waiting is None:
                self._queries[answer_all] = [asked]
                task = asyncio.ensure_future(self._answer_waiting(answer_all))
                self._answering.add(task)  # the loop itself would forget it
                task.add_done_callback(self._answering.discard)
            else:
                waiting.append(asked)
            return await answer

    async def _answer_waiting(self, answer_all: AnswerAll) -> None:
        """Answer queries until none is left; those that come meanwhile are the next."""
        while waiting := self._queries[answer_all]:
            taken, self._queries[answer_all] = waiting[:TOGETHER], waiting[TOGETHER:]
            queries, times = [query for query, _, _ in taken], [work for _, _, work in taken]
            try:
                found = await self._on_thread(partial(answer_all, queries), times)
                answered: list[tuple[_Asked, bytes | BaseException]] = list(zip(taken, found, strict=True))
            except asyncio.CancelledError:  # the loop ends
                raise
            except BaseException as error:  # a panic of Polars too, which is no Exception
                answered = [(asked, error) for asked in taken]
            for (_, answer, _), one in answered:
                if answer.done():  # its client has gone
                    continue
                if isinstance(one, BaseException):
                    answer.set_exception(one)
                else:
                    answer.set_result(one)
        del self._queries[answer_all]

    @contextmanager
    def _admitted(self) -> Iterator[None]:
        """Count what waits or runs, and refuse more than there may be."""
        if self._pending >= self._max_pending:
            metrics.REQUESTS_SHED.inc()
            raise ServiceError(
                503, "server overloaded: the request queue is full", remedy="try again in a second", retry=1
            )
        self._pending += 1
        try:
            yield
        finally:
            self._pending -= 1

    async def _on_thread(self, work: Callable[[], T], times: list[traces.Work]) -> T:
        if self._limiter is None:  # it belongs to the loop it is made on
            self._limiter = CapacityLimiter(self._threads)
        return await to_thread.run_sync(traces.timed(work, times), limiter=self._limiter)

    async def get_or_compute(self, key: str, work: Callable[[], bytes]) -> bytes:
        """Return a response that depends on its key alone: a cached one, or one that all who wait for it share.

        Raises
        ------
        ServiceError
            As :meth:`run` does, and whatever the work raises.
        """
        return await self._get_or(key, partial(self.run, work))

    async def get_or_ask(self, key: str, query: Any, answer_all: AnswerAll) -> bytes:
        """Do what :meth:`get_or_compute` does, with a query to :meth:`ask`.

        Raises
        ------
        ServiceError
            As :meth:`ask` does.
        """
        return await self._get_or(key, partial(self.ask, query, answer_all))

    async def _get_or(self, key: str, compute: Callable[[], Coroutine[Any, Any, bytes]]) -> bytes:
        cached = self._cache.get(key)
        if cached is not None:
            metrics.CACHE_REQUESTS.labels("hit").inc()
            return cached
        metrics.CACHE_REQUESTS.labels("miss").inc()
        if key not in self._in_progress:
            task = asyncio.ensure_future(self._compute(key, compute))
            self._in_progress[key] = task
            task.add_done_callback(lambda done: self._done(key, done))
        # A client that disconnects must not cancel it for the others.
        return await asyncio.shield(self._in_progress[key])

    async def _compute(self, key: str, compute: Callable[[], Coroutine[Any, Any, bytes]]) -> bytes:
        response = await compute()
        self._cache.put(key, response)
        return response

    def _done(self, key: str, done: asyncio.Future[bytes]) -> None:
        self._in_progress.pop(key, None)
        if not done.cancelled():
            done.exception()  # asyncio logs an error that was never read, and every client may have disconnected
