"""The event loop of a worker: it takes one connection at a time, so that other workers get theirs."""

from __future__ import annotations

import asyncio
from typing import Any, Final

_BACKLOG: Final = 4  # its place among the arguments of asyncio's own method


class FairLoop(asyncio.SelectorEventLoop):
    """asyncio's loop, but that it takes what is waiting one by one.

    asyncio takes as many connections as may wait whenever it looks. Workers share one listening socket, so of many that
    come at once, as a proxy's or a benchmark's do, one worker would have nearly all, and for as long as they are kept.
    """

    def _accept_connection(self, *given: Any) -> None:
        accept: Any = super()._accept_connection  # type: ignore[misc]
        accept(*given[:_BACKLOG], 1, *given[_BACKLOG + 1 :])
