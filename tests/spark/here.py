"""What a cluster does, in this process: for tests of the tasks without Spark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlparse

import numpy as np
import pyarrow as pa
from pyarrow import compute, parquet

from tigertail.factorization import Observable
from tigertail.spark.cluster import Made, Stored
from tigertail.spark.records import ARRAYS, KEYS, SCHEMA
from tigertail.sparse import CSR

LISTENERS, ITEMS = 9_000, 5_000
"""Three units of rows on one side and two on the other."""
SHOPS = Observable(
    rows=(np.arange(LISTENERS) % 3 == 0).astype(np.int32),  # every third listener's shop has no odd item
    columns=(np.arange(ITEMS) % 2).astype(np.int32),
    could_meet=np.array([[True, True], [True, False]]),
)


def confidences(pairs: Observable | None = None) -> CSR:
    """Return who plays what at random, six items each; the last hundred items are in no list."""
    rng = np.random.default_rng(0)
    listeners, items = np.repeat(np.arange(LISTENERS), 6), rng.integers(0, ITEMS - 100, 6 * LISTENERS)
    cells = np.unique(listeners * ITEMS + items)
    rows, columns, values = cells // ITEMS, cells % ITEMS, rng.uniform(1, 4, len(cells))
    if pairs is not None:
        seen = pairs.could_meet[pairs.rows[rows], pairs.columns[columns]]
        rows, columns, values = rows[seen], columns[seen], values[seen]
    return CSR.from_coo(rows, columns, values, (LISTENERS, ITEMS))


@dataclass
class ClusterHere:
    """Runs tasks one after the other, each on the rows of some blocks.

    Parameters
    ----------
    partitions
        How many tasks share the blocks.
    fail_at
        The stage in whose last task the program is to die.
    written
        Stages in the order in which they were written.
    """

    partitions: int = 2
    fail_at: str = ""
    written: list[str] = field(default_factory=list)

    def write(self, rows: Made, uri: str) -> None:
        folder = path_of(uri)
        folder.mkdir(parents=True)
        for number, batches in enumerate(self._tasks(rows)):
            table = pa.Table.from_batches(batches, SCHEMA)
            if folder.name == self.fail_at and number == self.partitions - 1:
                raise KeyboardInterrupt
            parquet.write_table(table, folder / f"part-{number}.parquet")
        self.written.append(folder.name)

    def _table(self, rows: Stored | Made) -> pa.Table:
        if isinstance(rows, Made):
            return pa.concat_tables(pa.Table.from_batches(part, SCHEMA) for part in self._tasks(rows))
        names = [name for name in SCHEMA.names if name not in ARRAYS or name in rows.arrays]
        files = sorted(path_of(rows.uri).glob("*.parquet"), reverse=True)  # no order is promised
        table = pa.concat_tables(parquet.read_table(file, columns=names) for file in files)
        nothing = pa.nulls(len(table), pa.binary())
        return pa.table([table[name] if name in names else nothing for name in SCHEMA.names], SCHEMA)

    def _tasks(self, rows: Made) -> Iterator[list[pa.RecordBatch]]:
        table = pa.concat_tables(self._table(part) for part in rows.of)
        table = table.sort_by([(key, "ascending") for key in KEYS])
        for number in range(self.partitions):
            places = np.flatnonzero(table["block"].to_numpy() % self.partitions == number)
            yield list(rows.task(iter(compute.take(table, places).to_batches(max_chunksize=1))))


def path_of(uri: str) -> Path:
    return Path(unquote(urlparse(uri).path))
