"""Feedback of listeners: events in a durable store on SQLite or PostgreSQL, and their export.

Independent of HTTP. Modules that need a database library are imported when they are used: without the extra
``service``, asking for a name of them (``FeedbackStore``, ``Receipt``, ``erase``, ``prune``) raises a ConfigError, also
by ``hasattr`` or ``import *``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tigertail.feedback.events import (
    EVENT_KINDS,
    INCOMING,
    SCHEMA,
    Event,
    EventConflictError,
    check_events,
    check_table,
)
from tigertail.feedback.export import export_events, read_feedback

if TYPE_CHECKING:
    from tigertail.feedback.retention import erase, prune
    from tigertail.feedback.store import FeedbackStore, Receipt

__all__ = [
    "EVENT_KINDS",
    "INCOMING",
    "SCHEMA",
    "Event",
    "EventConflictError",
    "FeedbackStore",
    "Receipt",
    "check_events",
    "check_table",
    "erase",
    "export_events",
    "prune",
    "read_feedback",
]

_LAZY = {"FeedbackStore": "store", "Receipt": "store", "erase": "retention", "prune": "retention"}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'tigertail.feedback' has no attribute '{name}'")
    from importlib import import_module

    from tigertail.errors import missing_extra

    with missing_extra("service", "the feedback store"):
        return getattr(import_module(f"tigertail.feedback.{_LAZY[name]}"), name)
