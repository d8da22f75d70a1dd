"""What travels between tasks: one row holds one array or a few, as bytes.

Rows of all kinds have one schema, so that a task can take rows of several kinds, sorted by what they are:

===========  ========================================================================================
kind         what it holds
===========  ========================================================================================
``ENTRIES``  a block of the matrix: offsets, columns, confidences, group of each row (or nothing)
``VECTORS``  a block's vectors; the keys and matrices of its sum of Gram matrices; its largest number; group of each row
``LINKS``    a block's rows of one group: the rows, columns needed, offsets, local columns, confidences
``OUT``      rows that the block ``to`` needs
``SENT``     vectors that another block sent, for the columns needed from ``at`` on
===========  ========================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Array = NDArray[Any]

VECTORS: Final = 0  # kinds are numbered in the order in which a task reads them
LINKS: Final = 1
OUT: Final = 2
SENT: Final = 3
ENTRIES: Final = 4

KEYS: Final = ("block", "kind", "group", "at")
"""What the rows of a task are sorted by."""
NUMBERS: Final = (*KEYS, "to")
ARRAYS: Final = ("a", "b", "c", "d", "e", "f")


@dataclass(frozen=True, eq=False)
class Record:
    """One row.

    Parameters
    ----------
    block
        The block whose task reads it.
    kind
        What it is.
    group
        The group of rows that it belongs to; -1 for all rows of a block.
    at
        Its place: the first row of a block, or the first of the columns needed.
    to
        The block that asks for rows.
    a, b, c, d, e, f
        Arrays.
    """

    block: int
    kind: int
    group: int = -1
    at: int = 0
    to: int = -1
    a: Array | None = None
    b: Array | None = None
    c: Array | None = None
    d: Array | None = None
    e: Array | None = None
    f: Array | None = None


SCHEMA: Final = pa.schema(
    [
        ("block", pa.int32()),
        ("kind", pa.int32()),
        ("group", pa.int32()),
        ("at", pa.int64()),
        ("to", pa.int32()),
        *((name, pa.binary()) for name in ARRAYS),
    ]
)
SPARK_SCHEMA: Final = "block int, kind int, group int, at bigint, to int, " + ", ".join(
    f"{name} binary" for name in ARRAYS
)

_TYPES: Final[dict[int, dict[str, Any]]] = {
    ENTRIES: {"a": np.int64, "b": np.int32, "c": np.float32, "f": np.int32},
    VECTORS: {
        "a": np.float32,
        "b": np.int64,
        "c": np.float64,
        "d": np.float32,
        "e": np.float64,
        "f": np.int32,
    },
    LINKS: {"a": np.int64, "b": np.int64, "c": np.int64, "d": np.int32, "e": np.float32},
    OUT: {"a": np.int32},
    SENT: {"a": np.uint8},
}


def to_batch(record: Record) -> pa.RecordBatch:
    """Return a batch of one record."""
    columns = []
    for field in fields(record):
        value = getattr(record, field.name)
        if field.name in ARRAYS:
            value = None if value is None else np.ascontiguousarray(value).tobytes()
        columns.append(pa.array([value], SCHEMA.field(field.name).type))
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def records_of(batches: Iterator[pa.RecordBatch]) -> Iterator[Record]:
    """Yield the records of batches, without the arrays that these lack; arrays can be written to."""
    for batch in batches:
        for row in range(batch.num_rows):
            yield record_of({name: batch.column(name)[row] for name in batch.schema.names})


def record_of(row: dict[str, Any]) -> Record:
    """Return the record of a row of Arrow scalars."""
    numbers: dict[str, Any] = {name: row[name].as_py() for name in NUMBERS}
    types = _TYPES[numbers["kind"]]
    arrays: dict[str, Any] = {name: _own(row.get(name), types[name]) for name in ARRAYS if name in types}
    return Record(**numbers, **arrays)


def _own(value: pa.Scalar | None, dtype: Any) -> Array | None:
    """Return a copy of an array: Arrow's buffers are read-only, and may begin anywhere."""
    data = None if value is None else value.as_buffer()
    return None if data is None else np.frombuffer(data, dtype).copy()
