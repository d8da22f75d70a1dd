"""Running the service: workers that share a model, one address, an end that lets questions finish."""

from __future__ import annotations

import os
import tempfile
from typing import Final

from tigertail.model import load
from tigertail.service import logs
from tigertail.service.settings import Settings

_THREADS: Final = ("NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS")


def serve(settings: Settings) -> None:
    """Serve until told to stop.

    Parameters
    ----------
    settings
        The settings.

    Raises
    ------
    TigertailError
        If a model or the feedback store cannot be opened; nothing is served then.
    """
    import uvicorn

    check(settings)
    with tempfile.TemporaryDirectory(prefix="tigertail-metrics-") as counts:
        _prepare_workers(settings, counts)
        logs.set_up()
        uvicorn.run(
            "tigertail.service.app:from_environment",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=settings.grace,
            timeout_worker_healthcheck=30,
            timeout_keep_alive=30,
            h11_max_incomplete_event_size=64 * 1024,
        )


def check(settings: Settings) -> None:
    """Find out before any worker starts what would stop them all.

    Raises
    ------
    TigertailError
        If a model is missing or damaged, or the feedback store cannot be opened.
    """
    from tigertail.feedback.store import FeedbackStore

    for folder in filter(None, (settings.model, settings.rival)):
        signals = load(folder).signals
        for name in signals:
            signals[name]
    if settings.store is not None:
        FeedbackStore.open(settings.store).close()


def _prepare_workers(settings: Settings, counts: str) -> None:
    """Leave in the environment what the workers start from."""
    from tigertail.service.app import SETTLED
    from tigertail.service.metrics import SEVERAL

    os.environ[SETTLED] = settings.to_json()
    os.environ[SEVERAL] = counts
    threads = str(max(1, (os.cpu_count() or 1) // settings.workers))
    for name in _THREADS:
        os.environ.setdefault(name, threads)
