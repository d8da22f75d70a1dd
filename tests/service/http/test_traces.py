"""The trace a request belongs to, as W3C Trace Context writes it."""

from __future__ import annotations

import logging

import pytest
from fastapi.testclient import TestClient

from tigertail.service.http.traces import TraceParent

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def test_a_header_in_order() -> None:
    assert TraceParent.of(f"00-{TRACE}-{SPAN}-01") == TraceParent(TRACE, SPAN, 1)
    assert TraceParent.of(f"cc-{TRACE}-{SPAN}-00-of-a-later-version") == TraceParent(TRACE, SPAN, 0)


@pytest.mark.parametrize(
    "header",
    [
        "",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-01-more",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\n",
        "who=listens",
    ],
)
def test_any_other_is_passed_over(header: str) -> None:
    assert TraceParent.of(header) is None


def test_the_access_log_has_the_trace_and_the_wait_without_any_extra(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "tigertail.service.requests"):
        client.get("/v1/similar?item=star", headers={"traceparent": f"00-{TRACE}-{SPAN}-01"})
        client.get("/health/live", headers={"traceparent": "who=listens"})
    ours = (record for record in caplog.records if record.name == "tigertail.service.requests")
    asked, live = map(vars, ours)
    assert asked["trace"] == TRACE
    assert 0 <= asked["queued_milliseconds"] <= asked["milliseconds"]
    assert (live["trace"], live["queued_milliseconds"]) == (None, None)
