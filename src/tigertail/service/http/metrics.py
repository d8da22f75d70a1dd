"""Metrics for Prometheus: requests and their duration, cache, queue, models, feedback.

The counts of several workers are summed through the folder that ``PROMETHEUS_MULTIPROC_DIR`` names.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

SEVERAL: Final = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client looks at it when it is imported
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REGISTRY: Final = CollectorRegistry()
REQUESTS: Final = Counter(
    "tigertail_requests",
    "Requests, by route, method and status.",
    ("route", "method", "status"),
    registry=REGISTRY,
)
REQUEST_DURATION: Final = Histogram(
    "tigertail_request_duration_seconds",
    "Seconds to the end of a response, by route.",
    ("route",),
    buckets=SECONDS,
    registry=REGISTRY,
)
CACHE_REQUESTS: Final = Counter(
    "tigertail_cache_requests",
    "Requests to the response cache, by outcome: hit or miss.",
    ("outcome",),
    registry=REGISTRY,
)
REQUESTS_SHED: Final = Counter(
    "tigertail_requests_shed", "Requests refused as the queue was full.", registry=REGISTRY
)
MODEL_RELOADS: Final = Counter(
    "tigertail_model_reloads",
    "New models found, by role and outcome: loaded or refused.",
    ("role", "outcome"),
    registry=REGISTRY,
)
FEEDBACK_EVENTS: Final = Counter(
    "tigertail_feedback_events",
    "Feedback events, by outcome: accepted, duplicate or refused.",
    ("outcome",),
    registry=REGISTRY,
)


class _Counts(multiprocess.MultiProcessCollector):
    """The counts of all workers, but for a file that one has only just made, or was killed over."""

    def collect(self) -> Any:
        """Return them, summed."""
        files = [str(file) for file in Path(os.environ[SEVERAL]).glob("*.db") if file.stat().st_size]
        return self.merge(files, accumulate=True)  # type: ignore[no-untyped-call]


def exposition() -> tuple[bytes, str]:
    """Return all counts in Prometheus' text format, and its media type."""
    registry = REGISTRY
    if os.environ.get(SEVERAL):
        registry = CollectorRegistry()
        _Counts(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST
