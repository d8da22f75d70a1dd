"""What stages keep: records of named arrays.

A kind of record is a class, whose fields are the columns of the files that hold it: numbers, texts, and arrays of any
length.
A file is one of Arrow's (IPC); each of its batches is one record, so that a task reads those that it needs.
Shapes are not written: arrays come back flat, and their reader reshapes them. The shapes below are those before
writing.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import UnionType
from typing import Any, ClassVar, Final, TypeVar, get_args, get_type_hints

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_SINGLE: Final[dict[Any, pa.DataType]] = {int: pa.int64(), float: pa.float64(), str: pa.string()}


def _arrow_type(hint: Any) -> pa.DataType:
    if hint in _SINGLE:
        return _SINGLE[hint]
    if isinstance(hint, UnionType):  # an array or None
        hint = get_args(hint)[0]
    _, dtype = get_args(hint)  # of an array: its shape and dtype
    return pa.large_list(pa.from_numpy_dtype(get_args(dtype)[0]))


class Record:
    """A record of some kind: a subclass, whose fields are numbers, texts and arrays.

    Attributes
    ----------
    schema
        The columns of the files that hold the kind.

    Examples
    --------
    >>> Asked.schema
    at: int64
    take: large_list<item: int32>
      child 0, item: int32
    """

    schema: ClassVar[pa.Schema]

    def __init_subclass__(cls) -> None:
        """Take the columns from the fields."""
        hints = get_type_hints(cls)
        cls.schema = pa.schema([(name, _arrow_type(hints[name])) for name in cls.__annotations__])


R = TypeVar("R", bound=Record)


@dataclass(frozen=True, eq=False)
class Entries(Record):
    """Rows of a sparse matrix: a block's, of listeners by items or the reverse, or those of a group's listeners.

    Parameters
    ----------
    offsets
        Where the entries of each row begin, and where the last row's end; (rows + 1,).
    columns, confidences
        The entries; (entries,).
    """

    offsets: NDArray[np.int64]
    columns: NDArray[np.int32]
    confidences: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Membership(Record):
    """The group of each row of a block, where not all pairs could be observed.

    Parameters
    ----------
    member
        Number of each row's group; (rows,). Rows of one group could meet the same columns, and so share a
        :class:`~tigertail.factorization.blocks.Basis`.
    """

    member: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Linked(Record):
    """The :class:`~tigertail.factorization.blocks.GroupRows` of a block's rows of one group.

    Parameters
    ----------
    group
        Which group.
    rows
        The rows, numbered within the block; (rows,). None means all.
    needed
        The columns that they met, rising; (needed,).
    offsets, columns, confidences
        Entries of the rows, as in :class:`Entries`; columns are numbered among those needed.
    """

    group: int
    rows: NDArray[np.int64] | None
    needed: NDArray[np.int64]
    offsets: NDArray[np.int64]
    columns: NDArray[np.int32]
    confidences: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Asked(Record):
    """The rows that one block asks another for: see :class:`~tigertail.factorization.blocks.Request`.

    Parameters
    ----------
    at
        Where they begin among the columns that the asking block needs.
    take
        The rows, numbered within the block that has them; (rows asked for,).
    """

    at: int
    take: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Sent(Record):
    """The vectors that one block asked another for.

    Parameters
    ----------
    at
        As in :class:`Asked`.
    vectors
        Bytes of the vectors, of the type that the plan says (:attr:`tigertail.spark.tasks.HalfSweep.sent_type`); of
        what is (rows asked for, padded width).
    """

    at: int
    vectors: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Vectors(Record):
    """Vectors: a block's with padding; or without, for local models, those of all items and of a group's listeners.

    Parameters
    ----------
    vectors
        One vector a row; (rows, width).
    """

    vectors: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Grams(Record):
    """What the driver must have of a block's vectors: see :class:`~tigertail.factorization.units.GramSum`.

    Parameters
    ----------
    units, spans
        Keys of the matrices: group, span and unit, (units, 3); group and span, (spans, 2).
    unit_matrices, span_matrices
        The matrices, in the order of their keys; (units, width, width) and (spans, width, width).
    largest
        The largest absolute number of the vectors.
    """

    units: NDArray[np.int64]
    unit_matrices: NDArray[np.float32]
    spans: NDArray[np.int64]
    span_matrices: NDArray[np.float64]
    largest: float


@dataclass(frozen=True, eq=False)
class Local(Record):
    """The local model of a group of listeners, such as those of a country.

    Parameters
    ----------
    known
        Codes of the items that it knows; (items,).
    vectors
        Their vectors; (items, factors).
    """

    known: NDArray[np.int32]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class NamedArray(Record):
    """An array of any type and shape, where there are many: see :mod:`tigertail.spark.arrays`.

    Parameters
    ----------
    name
        Its name.
    dtype
        Its type, as NumPy writes it.
    shape
        Its shape; (dimensions,).
    content
        Its bytes; (bytes,).
    """

    name: str
    dtype: str
    shape: NDArray[np.int64]
    content: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Frame(Record):
    """A table of any columns: see :mod:`tigertail.spark.frames`.

    Parameters
    ----------
    name
        Its name.
    content
        The bytes of a file of Arrow's (IPC).
    """

    name: str
    content: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Run(Record):
    """A part of a run of plays, which is sorted by listener: see :mod:`tigertail.spark.build`.

    A task reads the parts that have its listeners.

    Parameters
    ----------
    content
        As of a :class:`Frame`.
    """

    content: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Settings(Record):
    """Settings of a signal, or other facts.

    Parameters
    ----------
    text
        JSON; but of a block of an evaluation's queries the place alone (:mod:`tigertail.spark.ranking`).
    """

    text: str


def to_batch(record: Record) -> pa.RecordBatch:
    """Return a batch of one record; arrays of several dimensions are written row after row."""
    columns = []
    for field in record.schema:
        value = getattr(record, field.name)
        if pa.types.is_large_list(field.type) and value is not None:
            numbers = np.ascontiguousarray(value).reshape(-1)
            array = pa.array(numbers, field.type.value_type)
            columns.append(pa.LargeListArray.from_arrays(pa.array([0, len(array)], pa.int64()), array))
        else:
            columns.append(pa.array([value], field.type))
    return pa.RecordBatch.from_arrays(columns, schema=record.schema)


def of_batch(kind: type[R], batch: pa.RecordBatch) -> R:
    """Return the record of a batch; its arrays have one dimension, whatever they had, and can be written to."""
    values = {}
    for field in kind.schema:
        column = batch.column(field.name)
        if pa.types.is_large_list(field.type) and not column.null_count:
            values[field.name] = column.flatten().to_numpy().copy()  # a buffer of Arrow's is read-only
        else:
            values[field.name] = column[0].as_py()
    return kind(**values)
