"""A record comes out of a batch as it went in, and its arrays can be written to."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tigertail.spark.records import Grams, Linked, Record, of_batch, to_batch

LINKS = Linked(
    1,
    None,
    np.array([5]),
    np.array([0, 1, 1]),
    np.array([0], np.int32),
    np.array([2], np.float32),
)
GRAMS = Grams(
    np.array([[0, 0, 3]]),
    np.ones((1, 2, 2), np.float32),
    np.empty((0, 2), np.int64),
    np.empty((0, 2, 2)),
    0.1,
)


@pytest.mark.parametrize("record", [LINKS, GRAMS], ids=["links", "grams"])
def test_a_record_comes_back_as_it_went_in(record: Record) -> None:
    found = of_batch(type(record), to_batch(record))
    for name in type(record).schema.names:
        before, after = getattr(record, name), getattr(found, name)
        if isinstance(before, np.ndarray):
            assert (before.dtype, before.reshape(-1).tolist()) == (after.dtype, after.tolist())
            after[:1] = 0
        else:
            assert before == after


def test_the_columns_are_those_of_the_class() -> None:
    assert Linked.schema.field("confidences").type == pa.large_list(pa.float32())
    assert Linked.schema.field("rows").type == pa.large_list(pa.int64())
    assert Grams.schema.field("largest").type == pa.float64()


def test_an_array_of_another_type_is_not_written() -> None:
    with pytest.raises(pa.ArrowException):
        to_batch(Linked(1, None, *(np.array([0.5]),) * 4))  # type: ignore[arg-type]
