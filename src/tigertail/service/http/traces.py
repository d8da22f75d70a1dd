"""What is measured of a request besides its answer: the trace it belongs to, and when its work waited and ran."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

T = TypeVar("T")
_TRACEPARENT: Final = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


@dataclass(frozen=True)
class TraceParent:
    """The span of another program that a request is part of.

    Parameters
    ----------
    trace, span
        Its ids, in hexadecimal digits.
    flags
        Its flags, of which the lowest bit says that it is sampled.
    """

    trace: str
    span: str
    flags: int

    @classmethod
    def of(cls, header: str) -> TraceParent | None:
        """Read a ``traceparent`` header as W3C Trace Context has it; None where it is not valid.

        Examples
        --------
        >>> TraceParent.of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").trace
        '4bf92f3577b34da6a3ce929d0e0e4736'
        """
        found = _TRACEPARENT.fullmatch(header)
        if found is None:
            return None
        version, trace, span, flags, more = found.groups()
        if version == "ff" or (version == "00" and more) or not int(trace, 16) or not int(span, 16):
            return None
        return cls(trace, span, int(flags, 16))


@dataclass
class Work:
    """When one piece of a request's work was queued, began and ended, in ns of ``time.perf_counter_ns``."""

    queued: int = field(default_factory=time.perf_counter_ns)
    began: int | None = None
    ended: int | None = None


_WORKS: Final[ContextVar[list[Work] | None]] = ContextVar("works", default=None)


def collect_work() -> list[Work]:
    """Return a list to which all work that the present request queues from now on is added."""
    works: list[Work] = []
    _WORKS.set(works)
    return works


def queue_work() -> Work:
    """Note that the present request queues some work."""
    work = Work()
    works = _WORKS.get()
    if works is not None:
        works.append(work)
    return work


def timed(work: Callable[[], T], of: list[Work]) -> Callable[[], T]:
    """Return a function that also notes when it began and ended."""
    return partial(_run, work, of)


def _run(work: Callable[[], T], of: list[Work]) -> T:
    began = time.perf_counter_ns()
    for one in of:
        one.began = began
    try:
        return work()
    finally:
        ended = time.perf_counter_ns()
        for one in of:
            one.ended = ended
