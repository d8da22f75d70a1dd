"""Logs a machine can read."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sys

import pytest

from tigertail.service.http.logs import Lines


def line(**extra: object) -> dict[str, object]:
    record = logging.LogRecord("tigertail.service", logging.INFO, "f.py", 1, "model %s", ("in place",), None)
    vars(record).update(extra)
    found: dict[str, object] = json.loads(Lines().format(record))
    return found


def test_a_record_is_one_line_of_json() -> None:
    found = line(role="current", model="c0ffee", milliseconds=1.5)
    assert found["message"] == "model in place"
    assert found["level"] == "info"
    assert (found["role"], found["model"], found["milliseconds"]) == ("current", "c0ffee", 1.5)
    assert str(found["time"]).endswith("+00:00")


def test_a_name_of_the_system_that_is_not_utf8_is_shown_with_escapes() -> None:
    found = line(variables=["TIGERTAIL_Ж\udcff"])
    assert (found["message"], found["variables"]) == ("model in place", [r"TIGERTAIL_Ж\udcff"])


def test_a_traceback_stays_in_its_line() -> None:
    try:
        raise ValueError("a\nb")
    except ValueError:
        record = logging.LogRecord("t", logging.ERROR, "f.py", 1, "failed", (), sys.exc_info())
    text = Lines().format(record)
    assert "\n" not in text
    assert "ValueError" in json.loads(text)["error"]


def test_of_an_error_that_nobody_waited_for_the_message_is_not_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def answer() -> None:
        raise KeyError("who asked for Kult")

    async def forget() -> None:
        task = asyncio.create_task(answer())
        await asyncio.wait([task])

    asyncio.run(forget())
    gc.collect()
    (record,) = (one for one in caplog.records if one.name == "asyncio" and one.exc_info)
    assert "Kult" in record.getMessage()
    told = json.loads(Lines().format(record))
    assert told["message"] == "Task exception was never retrieved"
    assert told["error"].endswith("builtins.KeyError")
