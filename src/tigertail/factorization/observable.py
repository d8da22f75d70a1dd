"""Observable pairs: which rows could have met which columns.

A pair that could not be observed gives no evidence, so it is no term of the objective's sums.
All rows of a group could meet the same columns, and all columns of a group the same rows; two groups may be alike. The
dense part of a row's system is then a sum of Gram matrices over the groups of columns that its own group could meet:
one Gram matrix per group, not per row.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Observable:
    """Groups of rows and of columns, and which of them could meet.

    Parameters
    ----------
    rows
        Group of each row; int32, (rows,).
    columns
        Group of each column; int32, (columns,).
    could_meet
        Whether the rows of a group could meet the columns of another; bool, (row groups, column groups).
    """

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    could_meet: NDArray[np.bool_]

    def transpose(self) -> Observable:
        """Return the same pairs with rows and columns exchanged."""
        return Observable(self.columns, self.rows, self.could_meet.T)

    def select_rows(self, rows: NDArray[np.integer]) -> Observable:
        """Return the same pairs of some of the rows, in their order."""
        return Observable(self.rows[rows], self.columns, self.could_meet)

    @cached_property
    def row_sizes(self) -> NDArray[np.int64]:
        """Columns that each row could meet; int64, (rows,)."""
        columns = np.bincount(self.columns, minlength=self.could_meet.shape[1])
        return np.asarray((self.could_meet @ columns)[self.rows], np.int64)
