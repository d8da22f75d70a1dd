"""A record comes out of a batch as it went in, and its arrays can be written to."""

from __future__ import annotations

import numpy as np
from tests.spark.here import SCHEMA

from tigertail.spark.records import LINKS, SENT, SPARK_SCHEMA, Record, records_of, to_batch


def test_a_record_comes_back_as_it_went_in() -> None:
    links = Record(3, LINKS, 1, a=np.array([0, 2]), b=np.array([5]), c=np.array([0, 1, 1]), e=np.float32([2]))
    sent = Record(4, SENT, at=7, to=2, a=np.arange(4, dtype=np.uint8))
    first, second = records_of(iter([to_batch(links), to_batch(sent)]))
    assert (first.block, first.kind, first.group, first.to) == (3, LINKS, 1, -1)
    assert (second.at, second.to, second.b) == (7, 2, None)
    for name in "abce":
        before, after = getattr(links, name), getattr(first, name)
        assert (before.dtype, before.tolist()) == (after.dtype, after.tolist())
        after[0] = 0
    assert first.d is None


def test_spark_has_the_same_columns() -> None:
    assert [column.split()[0] for column in SPARK_SCHEMA.split(", ")] == SCHEMA.names
