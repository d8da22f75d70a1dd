"""The app of one worker."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import warnings
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from anyio import to_thread
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline
from starlette.responses import FileResponse, Response

from tigertail.errors import TigertailError, TigertailWarning
from tigertail.feedback.retention import prune
from tigertail.feedback.store import FeedbackStore
from tigertail.service import compat
from tigertail.service.api import ROUTERS
from tigertail.service.http import logs, metrics, openapi, problems
from tigertail.service.http.settings import Settings
from tigertail.service.http.telemetry import Telemetry, telemetry_from_environment
from tigertail.service.middleware import stack
from tigertail.service.middleware.rates import RateLimiter
from tigertail.service.server.uvicorn_internals import STARTUP_FAILURE
from tigertail.service.server.workers import end_with_parent
from tigertail.service.serving.context import CHALLENGER, CURRENT, Context
from tigertail.service.serving.served_model import AnswerSettings
from tigertail.service.serving.served_models import ServedModels
from tigertail.service.serving.work_queue import WorkQueue
from tigertail.version import __version__

SETTINGS_JSON: Final = "TIGERTAIL_SETTINGS_JSON"
RUNTIME_DIR: Final = "TIGERTAIL_RUNTIME_DIR"
EXPLORER: Final = Path(__file__).parent / "explorer"
HOUR: Final = 3600  # seconds
# Seconds in its place from which a model is spared: then hardly a request has the one before.
SETTLED: Final = 10.0
# Bytes from which a response is compressed: smaller ones travel as fast without.
MIN_COMPRESSED: Final = 16 * 1024
LOG: Final = logging.getLogger("tigertail.service")


def create_app(
    settings: Settings, runtime_dir: Path | None = None, telemetry: Telemetry | None = None
) -> FastAPI:
    """Make the app.

    Parameters
    ----------
    settings
        The settings.
    runtime_dir
        What the workers share: copies of the models, to answer from, and the counts of each client's requests.
        None answers from the models' folders, and counts alone.
    telemetry
        Where spans and measurements of each request go; None makes none.

    Raises
    ------
    ModelError
        If a model is missing or damaged.
    ConfigError
        If the address of the feedback store is none.
    """
    context = Context(settings, _served_models(settings, runtime_dir), _queue(settings), _store(settings))
    rates = _rates(settings, runtime_dir)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        context.models.watch(settings.reload_interval)
        stopping = asyncio.Event()
        erasing = asyncio.create_task(_erase_old_feedback(context, stopping))
        sparing = asyncio.create_task(_spare_what_stays(context, stopping))
        LOG.info("worker ready", extra={"model": context.served.version})
        yield
        stopping.set()
        await sparing
        # Up to as long again as the requests had.
        await asyncio.wait([erasing], timeout=settings.shutdown_timeout)
        erasing.cancel()
        context.models.stop()
        if context.store is not None:
            context.store.close()
        if rates is not None:
            rates.close()
        if telemetry is not None:
            await to_thread.run_sync(telemetry.close)
        LOG.info("worker stopped")

    app = FastAPIOffline(
        title="Tigertail",
        version=__version__,
        summary="Music similarity for the tail and for every country.",
        lifespan=lifespan,
        redoc_url=None,
        strict_content_type=True,  # or another site's page could send feedback
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.context = context
    app.add_middleware(GZipMiddleware, minimum_size=MIN_COMPRESSED)
    stack.install(app, settings, rates, telemetry)
    problems.install(app, compat.ERROR_FORMATS)
    for router in (*ROUTERS, *compat.ROUTERS):
        app.include_router(router)
    openapi.install(app, settings)
    if settings.explorer:
        _add_explorer(app)
    return app


def from_environment() -> FastAPI:
    """Make the app of a worker that :func:`tigertail.service.server.run.serve` started.

    Raises
    ------
    SystemExit
        If it cannot be made; the log says why.
    """
    logs.set_up()
    end_with_parent()
    # Notices travel in the answers; nobody reads what a worker warns of.
    warnings.simplefilter("ignore", TigertailWarning)
    try:
        settings = Settings.model_validate_json(os.environ[SETTINGS_JSON])
        return create_app(settings, Path(os.environ[RUNTIME_DIR]), telemetry_from_environment())
    except TigertailError as error:
        LOG.error("the worker cannot start", extra={"problem": error.problem, "remedy": error.remedy})
    except Exception:
        LOG.exception("the worker cannot start")
    raise SystemExit(STARTUP_FAILURE)


async def _erase_old_feedback(context: Context, stopping: asyncio.Event) -> None:
    """Erase events that have been kept long enough, every hour."""
    days, store = context.settings.feedback.keep_days, context.store
    while store is not None and days is not None and not stopping.is_set():
        try:
            erased = await to_thread.run_sync(prune, store, days)
            LOG.info("old feedback erased", extra={"events": erased})
        except TigertailError as error:
            LOG.error("old feedback could not be erased", extra={"problem": error.problem})
        except Exception:  # it must not end what is promised for every hour
            LOG.exception("old feedback could not be erased")
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), HOUR)


async def _spare_what_stays(context: Context, stopping: asyncio.Event) -> None:
    """Let garbage collection leave out what stays.

    Python would look through all of it again and again, and the worker would wait each time. A model refers to itself:
    it is found to be garbage only if it is looked at once more when another has its place.
    """
    spared = seen = None
    while not stopping.is_set():
        # The objects, not their versions: a version that comes back is another object.
        served = [weakref.ref(one) for one in context.models.served().values()]
        if spared is None:
            gc.freeze()
            spared = served
        elif spared != served == seen:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            spared = served
        seen = served
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), SETTLED)
    gc.unfreeze()


def _rates(settings: Settings, runtime_dir: Path | None) -> RateLimiter | None:
    if settings.rate is None:
        return None
    return RateLimiter(settings.rate, settings.limits.burst, runtime_dir and runtime_dir / "rates")


def _served_models(settings: Settings, runtime_dir: Path | None) -> ServedModels:
    folders = {CURRENT: settings.model}
    if settings.challenger is not None:
        folders[CHALLENGER] = settings.challenger

    def changed(role: str, accepted: bool) -> None:
        metrics.MODEL_RELOADS.labels(role, "loaded" if accepted else "refused").inc()

    return ServedModels(
        folders,
        changed,
        runtime_dir and runtime_dir / "models",
        AnswerSettings(settings.unlisted, settings.limits.n, settings.players_place),
        settings.signers,
    )


def _queue(settings: Settings) -> WorkQueue:
    return WorkQueue(settings.limits.max_queue, settings.cache)


def _store(settings: Settings) -> FeedbackStore | None:
    return None if settings.store is None else FeedbackStore.open(settings.store, lazy=True)


def _add_explorer(app: FastAPI) -> None:
    class Fresh(StaticFiles):
        """Files that a browser asks after before it shows them again."""

        def file_response(self, *args: Any, **kwargs: Any) -> Response:
            answer = super().file_response(*args, **kwargs)
            answer.headers["Cache-Control"] = "no-cache"
            return answer

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(EXPLORER / "index.html", headers={"Cache-Control": "no-cache"})

    app.mount("/explorer", Fresh(directory=EXPLORER), name="explorer")
