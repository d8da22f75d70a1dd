"""What a cluster does, in this process: for tests of the tasks without Spark."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field

import numpy as np

from tigertail.factorization import Observable
from tigertail.spark.cluster import Task
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
    """Runs tasks one after the other.

    Parameters
    ----------
    fail_at
        The stage in whose last task the program is to die.
    made
        Stages in the order in which they were made.
    """

    fail_at: str = ""
    made: list[str] = field(default_factory=list)

    def run(self, stage: str, task: Task, blocks: int) -> list[str]:
        names = {}
        for block in reversed(range(blocks)):  # no order is promised
            task = pickle.loads(pickle.dumps(task))  # it goes to another machine
            names[block] = task(block)
            if stage == self.fail_at and block == 0:
                raise KeyboardInterrupt
        self.made.append(stage)
        return [names[block] for block in range(blocks)]
