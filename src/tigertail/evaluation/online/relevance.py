"""A regression model of relevance, for items that have no or few examinations.

    m(q, d) = mean * a_q * b_d * f_r

the share of positive answers among examinations, times a factor of the query, one of the item over all queries, and
one of the rank r of the item in the evaluated ranking. A factor is the ratio of observed to expected positive answers,
given the factors before it, with five positive answers added to both: without evidence it is close to 1.
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
        Positive answers per examination.
    query, item
        Factor of each code; the last item, -1, stands for items never shown.
    """

    mean: float
    query: Reals
    item: Reals

    @classmethod
    def of(cls, shown: Shown, sums: Sums) -> Self:
        """Estimate the factors from all items shown."""
        query, item = (shown.cells[code].to_numpy() for code in ("query_code", "item_code"))
        mean = float(sums.positive.sum() / max(sums.examined.sum(), 1e-12))
        of_query = _factors(query, sums.positive, sums.examined * mean)
        of_item = _factors(item, sums.positive, sums.examined * mean * of_query[query])
        return cls(mean, of_query, np.append(of_item, 1.0))

    def predict(self, ranking: Ranking, positive: Reals, examined: Reals) -> Reals:
        """Return m of each place of a ranking.

        Parameters
        ----------
        ranking
            The ranking.
        positive, examined
            Of the cell of each place; float64, (places,).
        """
        expected = self.mean * self.query[ranking.query] * self.item[ranking.item]
        of_rank = _factors(ranking.rank, positive, examined * expected)
        return np.asarray(np.clip(expected * of_rank[ranking.rank], 0, 1))


def _factors(code: NDArray[np.int64], positive: Reals, expected: Reals) -> Reals:
    """Return the ratio of positive to expected answers of each code, shrunk towards 1."""
    return np.asarray((np.bincount(code, positive) + SHRINKAGE) / (np.bincount(code, expected) + SHRINKAGE))
