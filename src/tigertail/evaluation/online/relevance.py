"""A model of relevance: what an item nobody could judge yet may be expected to be worth.

    m(q, d) = mean * a_q * b_d * f_r

the share of right answers among examinations, times a factor for how generous those are who ask the query, one for
how welcome the item is wherever it is shown, and one for the rank r at which the judged ranking has it. A factor is
how many times more was right than the ones before it let expect, both sides with five right answers more: it stays
near 1 until there is evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from tigertail.evaluation.online.rankings import Ranking, Shown, Sums

Reals = NDArray[np.float64]

SHRINKAGE: Final = 5.0


@dataclass(frozen=True, eq=False)
class Relevance:
    """Factors of queries and items.

    Parameters
    ----------
    mean
        Right answers an examination.
    query, item
        Factor of each code; the last item, -1, is one never shown.
    """

    mean: float
    query: Reals
    item: Reals

    @classmethod
    def of(cls, shown: Shown, sums: Sums) -> Self:
        """Learn the factors from all that was shown."""
        query, item = (shown.cells[code].to_numpy() for code in ("query_code", "item_code"))
        mean = float(sums.right.sum() / max(sums.looked.sum(), 1e-12))
        of_query = _factors(query, sums.right, sums.looked * mean)
        of_item = _factors(item, sums.right, sums.looked * mean * of_query[query])
        return cls(mean, of_query, np.append(of_item, 1.0))

    def foretell(self, ranking: Ranking, right: Reals, looked: Reals) -> Reals:
        """Return m of each place of a ranking.

        Parameters
        ----------
        ranking
            The ranking judged.
        right, looked
            Of the cell of each place; float64, (places,).
        """
        expected = self.mean * self.query[ranking.query] * self.item[ranking.item]
        of_rank = _factors(ranking.rank, right, looked * expected)
        return np.asarray(np.clip(expected * of_rank[ranking.rank], 0, 1))


def _factors(code: NDArray[np.int64], right: Reals, expected: Reals) -> Reals:
    """Return of each code how many times more was right than expected, shrunk towards 1."""
    return np.asarray((np.bincount(code, right) + SHRINKAGE) / (np.bincount(code, expected) + SHRINKAGE))
