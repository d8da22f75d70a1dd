"""Rows of a report are found by their group, and its numbers fit JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tigertail.evaluation.report import Report, Row, without_nan
from tigertail.splitting.hold_out import ProtocolConfig


def test_a_kind_of_groups_needs_the_group_named() -> None:
    kinds = [("overall", "overall"), ("query", "head"), ("query", "tail")]
    rows = [Row("popularity", by, group, 1, {}, None) for by, group in kinds]
    report = Report("world", True, 1, ProtocolConfig(), [0], rows, [], {})
    assert report.group("overall") == rows[:1]
    assert report.group("query", "tail") == rows[2:]
    with pytest.raises(TypeError, match="name a group of 'query': head, tail"):
        report.group("query")


def test_numbers_that_json_lacks_are_none() -> None:
    odd = [float("nan"), np.float32("nan"), np.inf, np.float32(-np.inf)]
    plain = without_nan({"odd": odd, "even": (0.5, np.float32(0.5), 3)})
    assert json.dumps(plain, allow_nan=False) == '{"odd": [null, null, null, null], "even": [0.5, 0.5, 3]}'
