"""The nearest items of a whole catalogue, listed by many machines that read one model folder.

A task lists some of the queries, by the code of :meth:`tigertail.model.Model.neighbours`. It maps the model's files
into memory, so that the tasks of one machine share what they read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import fs
from pyarrow.dataset import dataset

from tigertail.errors import ConfigError, DataError
from tigertail.model import Model, load
from tigertail.model.answers import BulkAnswers
from tigertail.model.query_options import QueryOptions
from tigertail.model.resolution import resolve_signal
from tigertail.spark.folders import opened, uri_of
from tigertail.spark.session import task_errors
from tigertail.spark.stamp import check_stamp, process_stamp
from tigertail.threads import limited

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Batches = Iterator[pa.RecordBatch]
BLOCK_QUERIES: Final = 2_048
"""Queries of a task, at most, where the number of tasks is not given."""

_UNFINISHED: Final = "_temporary"  # a folder that Spark removes in the end
_OF_SPARK: Final = re.compile(rf"{_UNFINISHED}$|\.?part-")
_SPARK_TYPES: Final = {pl.String: "string", pl.Float32: "float", pl.Int32: "int"}
_ARROW_TYPES: Final = {pl.String: pa.string(), pl.Float32: pa.float32(), pl.Int32: pa.int32()}


@dataclass(frozen=True, eq=False)
class ListPlan:
    """What every task must have.

    Parameters
    ----------
    folder
        The model's folder, on every machine.
    version
        The model's version where the work was planned.
    queries
        Codes of the queries; int32, (queries,).
    bounds
        The first query of each task, and the end of the last.
    top, names, options
        As in :meth:`tigertail.model.Model.neighbours`.
    schema
        Columns of the lists.
    """

    folder: Path
    version: str
    queries: NDArray[np.int32]
    bounds: NDArray[np.int64]
    top: int
    names: bool
    options: QueryOptions
    schema: pl.Schema

    @classmethod
    def of(
        cls,
        folder: Path | str,
        model: Model,
        queries: NDArray[np.int32] | None = None,
        top: int = 100,
        *,
        names: bool = False,
        options: QueryOptions | None = None,
        tasks: int | None = None,
    ) -> tuple[ListPlan, BulkAnswers]:
        """Return the plan, and answers without a row: these have the notices on the options, for whoever prints them.

        Parameters
        ----------
        folder, model
            The model's folder, and what :func:`tigertail.load` made of it.
        queries, top, names, options
            As in :meth:`tigertail.model.Model.neighbours`.
        tasks
            How many tasks share the queries; None chooses by their number.

        Raises
        ------
        ConfigError, TypeError
            As in :meth:`tigertail.model.Model.neighbours`.
        """
        folder, options = Path(folder).absolute(), options or QueryOptions()
        empty = model.answer_many(np.empty(0, np.int32), top, options=options)
        if queries is None:
            queries = np.flatnonzero(resolve_signal(model.signals, options).signal.known).astype(np.int32)
        tasks = tasks or max(1, -(-len(queries) // BLOCK_QUERIES))
        bounds = np.linspace(0, len(queries), tasks + 1).astype(np.int64)
        schema = empty.table(names=names).schema
        plan = cls(folder, str(model.version), queries, bounds, top, names, options, schema)
        return plan, empty


def list_blocks(batches: Batches, plan: ListPlan, stamp: str) -> Batches:
    """Turn numbers of blocks, in the column ``id``, into the lists of their queries."""
    check_stamp(stamp)
    with limited(None):
        for batch in batches:
            for block in batch.column("id").to_pylist():
                yield from _list_block(block, plan)


def neighbours_on_spark(session: SparkSession, plan: ListPlan, out: Path | str) -> int:
    """List the nearest items of many items, and return how many rows there are.

    The rows are those of :meth:`tigertail.model.Model.neighbours`, in its order where the files are read by name.

    Parameters
    ----------
    session
        A session of Spark: see :func:`tigertail.spark.session.spark_session`.
    plan
        What to list.
    out
        Folder or URI to write Parquet files to, which the driver and all workers reach; it must not be there yet, but
        for what a run that stopped left.

    Raises
    ------
    ConfigError
        If the folder is there, or cannot be reached.
    DataError
        If a task failed as often as Spark tries it; no unfinished folder is left.
    """
    check_out(out)
    files, root = opened(uri_of(out))
    # Hadoop takes a path as it is written, where a URI has its letters encoded.
    path = str(out) if "://" in str(out) else f"file://{Path(out).absolute()}"
    tasks = len(plan.bounds) - 1
    columns = ", ".join(f"{name} {_SPARK_TYPES[type(kind)]}" for name, kind in plan.schema.items())
    task: Any = partial(list_blocks, plan=plan, stamp=process_stamp())
    numbers = session.range(0, tasks, 1, tasks)  # a partition each, so that files are in the order of queries
    with task_errors("the same command begins anew"):
        _remove_unfinished(files, root)
        try:
            numbers.mapInArrow(task, columns).write.parquet(path)
        except BaseException:
            _remove_unfinished(files, root)
            raise
    return int(dataset(root, filesystem=files, format="parquet").count_rows())


def check_out(out: Path | str) -> None:
    """Refuse a folder that is there, before the work for it is done; one that a run left unfinished is no obstacle.

    Raises
    ------
    ConfigError
        If it is there, or cannot be reached.
    """
    files, root = opened(uri_of(out))
    if files.get_file_info(root).type != fs.FileType.NotFound and not _is_unfinished(files, root):
        raise ConfigError("is there already", path=str(out), remedy="name another folder, or remove it")


def _is_unfinished(files: fs.FileSystem, root: str) -> bool:
    """Return whether a folder is empty, or has what Spark writes before the lists are all there and nothing else."""
    if files.get_file_info(root).type != fs.FileType.Directory:
        return False
    names = {one.base_name for one in files.get_file_info(fs.FileSelector(root))}
    return not names or (_UNFINISHED in names and all(_OF_SPARK.match(name) for name in names))


def _remove_unfinished(files: fs.FileSystem, root: str) -> None:
    if _is_unfinished(files, root):
        files.delete_dir(root)


def _list_block(block: int, plan: ListPlan) -> Batches:
    model = _model(plan.folder, plan.version)
    own = plan.queries[plan.bounds[block] : plan.bounds[block + 1]]
    table = model.answer_many(own, plan.top, options=plan.options).table(names=plan.names)
    types = [(name, _ARROW_TYPES[type(kind)]) for name, kind in plan.schema.items()]
    # Rows that Spark gets at a time.
    yield from table.to_arrow().cast(pa.schema(types)).to_batches(max_chunksize=2**16)


@lru_cache(maxsize=1)
def _model(folder: Path, version: str) -> Model:
    """Open a model, once for all blocks that this process lists."""
    model = load(folder)
    if model.version != version:
        raise DataError(
            f"the model is the version {model.version} now, not {version}",
            path=folder,
            remedy="give all machines the same folder, and deploy no other model to it until the lists are done",
        )
    return model
