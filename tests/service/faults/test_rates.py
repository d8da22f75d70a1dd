"""A client's rate is the one that is set, whichever workers take its connections."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

import httpx

WORKERS, BURST = 2, 6


def test_neither_a_new_connection_nor_a_new_worker_earns_a_request(run, original: Path) -> None:
    limits = {"TIGERTAIL_LIMITS__RATE": "0.001", "TIGERTAIL_LIMITS__BURST": str(BURST)}
    service = run(original, workers=WORKERS, **limits).ready()

    def statuses() -> Counter[int]:
        # Each request has a connection of its own, and the system gives it to a worker by chance.
        return Counter(httpx.get(f"{service.url}/v1/items").status_code for _ in range(4 * BURST))

    assert statuses() == {200: BURST, 429: 3 * BURST}
    os.kill(service.workers()[0], signal.SIGKILL)
    service.ready(workers=WORKERS + 1)
    assert statuses() == {429: 4 * BURST}, "nothing is forgotten, and no lock is left"
