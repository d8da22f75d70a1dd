"""What the routes of one worker share."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Final, TypeVar

from fastapi import Depends, Request

from tigertail.errors import StoreUnavailableError, TigertailError
from tigertail.feedback.store import FeedbackStore
from tigertail.service.http.parameters import SimilarQuery
from tigertail.service.http.problems import ServiceError
from tigertail.service.http.settings import Settings
from tigertail.service.serving.served_model import ServedModel
from tigertail.service.serving.served_models import ServedModels
from tigertail.service.serving.work_queue import WorkQueue

CURRENT: Final = "current"
CHALLENGER: Final = "challenger"
LOG: Final = logging.getLogger("tigertail.service")
STORE_THREADS: Final = 8  # that write to the feedback store; no other work waits for them
STORE_QUEUE: Final = 64  # deliveries of feedback that may wait for such a thread
HEALTH_TIMEOUT: Final = 1.0  # seconds the health check waits for the store

T = TypeVar("T")


@dataclass
class Context:
    """What the routes of one worker share.

    Parameters
    ----------
    settings
        The settings.
    models
        The models.
    queue
        The queue that runs the models.
    store
        The feedback store; None stores nothing.
    """

    settings: Settings
    models: ServedModels
    queue: WorkQueue
    store: FeedbackStore | None = None
    _store_queue: WorkQueue = field(default_factory=lambda: WorkQueue(STORE_QUEUE, 0, STORE_THREADS))
    _store_check: asyncio.Future[str] | None = None  # one for all who ask: the store sees one check at a time
    _unavailable: tuple[float, StoreUnavailableError] = (0.0, StoreUnavailableError("never yet"))
    _refused: str | None = None  # why the last write failed: a full disk can still be read

    @property
    def served(self) -> ServedModel:
        """The model to answer from: take it once for a request, and use it to the end."""
        return self.models[CURRENT]

    def challenger_of(self, query: SimilarQuery) -> ServedModel | None:
        """Return the model whose answers are interleaved with the current one's; None where that answers alone.

        They are for a query that names its listener, who seeds the draft, and that asks no signal by name.
        """
        return (
            self.models.get(CHALLENGER)
            if query.listener is not None and query.options().signal is None
            else None
        )

    async def feedback_health(self) -> str:
        """Return whether feedback can be stored, in words."""
        if self.store is None:
            return "none is kept"
        check = self._store_check
        if check is None or check.done():
            self._store_check = check = asyncio.ensure_future(self._check_store())
        # By its end another request may have begun the next one.
        done, _ = await asyncio.wait({check}, timeout=HEALTH_TIMEOUT)
        return check.result() if done else "the feedback store does not answer"

    async def with_store(self, work: Callable[[FeedbackStore], T], *, writes: bool = True) -> T:
        """Run some work with the feedback store when a thread is free.

        Parameters
        ----------
        work
            The work.
        writes
            Whether it writes: why the last such work failed, the health check says until another succeeds.

        Raises
        ------
        ServiceError
            If nothing is kept, the store cannot be used just now, or too many wait for it.
        """
        store = self.store
        if store is None:
            raise ServiceError(
                503,
                "this service keeps no feedback",
                remedy="start it with: tigertail serve MODEL --feedback FILE",  # no retry: later it keeps none either
            )
        asked = time.monotonic()

        def attempt() -> T:
            if asked < self._unavailable[0]:  # it failed while this waited, and would fail again
                raise self._unavailable[1]
            try:
                return work(store)
            except StoreUnavailableError as error:
                self._unavailable = time.monotonic(), error
                raise

        try:
            done = await self._store_queue.run(attempt)
        except StoreUnavailableError as error:
            LOG.error("the feedback store cannot be used", extra={"problem": error.problem})
            # Where the store is, is no client's business.
            problem = error.problem.replace(f" {store.database.location.display}", "")
            if writes:
                self._refused = problem
            raise ServiceError(503, problem, remedy=error.remedy, retry=1) from error
        if writes:
            self._refused = None
        return done

    async def _check_store(self) -> str:
        try:
            await self.with_store(FeedbackStore.ping, writes=False)
        except TigertailError as error:
            return error.problem
        return "kept" if self._refused is None else f"the last write was refused: {self._refused}"


async def _context(request: Request) -> Context:  # a plain function would be sent to a thread
    context: Context = request.app.state.context
    return context


ContextDependency = Annotated[Context, Depends(_context)]
