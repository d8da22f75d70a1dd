"""Logs a machine can read: one JSON object a line, on standard error.

Neither queries nor keys are logged, nor a header that may hold one: what people listen to and their keys are private.
Of an unexpected error, type and place are logged without its message, which may quote a query or a key.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Final

import orjson

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",  # this and the next: what Python's own formatter adds
    "asctime",
    "color_message",  # Uvicorn's: the message for a terminal
}
_HALF: Final = re.compile("[\ud800-\udfff]")


class Lines(logging.Formatter):
    """A record as one line of JSON: time, level, logger, process, message, and whatever it was given besides."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        more = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
            **more,
        }
        if record.exc_info:
            # A message of asyncio has further lines, which quote the error.
            line["message"] = line["message"].partition("\n")[0]
            line["error"] = _without_words(record.exc_info[1])
        try:
            return orjson.dumps(line, default=str).decode()
        except TypeError:  # half a surrogate pair, as of a name of the system that is not UTF-8
            text = json.dumps(line, default=str, ensure_ascii=False)
            return _HALF.sub(lambda half: rf"\\u{ord(half[0]):x}", text)


def _without_words(error: BaseException | None) -> str:
    """Return where an error came from, and what led to it, but not what it says."""
    parts: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"{frames}{type(error).__module__}.{type(error).__qualname__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nafter\n".join(parts)


def set_up(level: int = logging.INFO) -> None:
    """Let what is logged go to standard error as lines of JSON.

    Parameters
    ----------
    level
        The least level of Tigertail's and Uvicorn's messages. Of others, warnings and errors are logged; of Uvicorn's
        own access log nothing.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("tigertail", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = True  # ours holds no queries
