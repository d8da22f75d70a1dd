"""Counterfactual evaluation: nDCG of a ranking, estimated from a log of other lists.

For a query q and an item d let g(q, d) be the probability that d is positive (played or liked) for a listener who
sends q and examines d. The value of a ranking is

    nDCG@k = mean over the lists asked for of  sum_{r <= k} g(q, d_r) / log2(r + 1)  /  sum_{r <= k} 1 / log2(r + 1)

which is the nDCG of :mod:`tigertail.evaluation.metrics.ranking` for queries with at least k relevant items: a log of
plays does not show their number. With C(q, d) the positive answers and E(q, d) the sum of the examination
probabilities of the ranks at which d was shown for q, g is estimated as

    naive   C / times shown                    without correction of position bias
    IPS     C / max(E, clip)                   T. Joachims, A. Swaminathan and T. Schnabel, WSDM 2017
    DR      m + (C - E m) / max(E, clip)       H. Oosterhuis, TOIS 2023

The sum E over all lists, those without d adding 0, makes the propensities policy-aware (H. Oosterhuis and
M. de Rijke, SIGIR 2020) and self-normalised for each item. m(q, d) is the model of
:mod:`tigertail.evaluation.online.relevance`.

Assumptions and limits:

- The position-based model of :mod:`tigertail.evaluation.online.position_bias`.
- An item never shown for a query has no support: IPS counts it as not positive, DR uses the model. The report has the
  share of the ranking's weight on such items; where it is large, neither estimate is reliable.
- ``clip`` (examinations) bounds the weight of one play of a rarely examined item. It lowers the IPS estimate of such
  items by a share of (1 - E / clip), and changes the DR estimate only by that share of the model's error. The report
  has the share of the ranking's weight on these items too.
- The ranking must not have been fitted to this log.
- Intervals come from resampled listeners; the examination curve is estimated again for each resample. A log of one
  listener has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail.evaluation.online.log import Log
from tigertail.evaluation.online.position_bias import Examination, examination, resampled_curves
from tigertail.evaluation.online.rankings import Ranking, Shown, Sums, rankings_of
from tigertail.evaluation.online.relevance import Relevance
from tigertail.evaluation.online.resampling import SAMPLES, resamples
from tigertail.evaluation.statistics.intervals import Estimate

Reals = NDArray[np.float64]

METHODS: Final = ("naive", "IPS", "DR")
CLIP: Final = 1.0  # examinations


@dataclass(frozen=True)
class RankingEstimate:
    """Estimated nDCG of one ranking.

    Parameters
    ----------
    name
        Name of the ranking.
    k
        Length of the lists.
    queries, lists
        Queries evaluated, and lists of the log for these queries.
    ndcg
        Estimate by each of :data:`METHODS`.
    differences
        Difference from the first ranking, by the same methods; None for the first itself.
    unsupported
        Share of the ranking's weight (discounts, weighted by the number of lists of a query) on items never shown for
        the query, or only at ranks without an examination estimate.
    clipped
        Share on items that were shown, but examined less than ``clip`` times.
    """

    name: str
    k: int
    queries: int
    lists: int
    ndcg: dict[str, Estimate]
    differences: dict[str, Estimate] | None
    unsupported: float
    clipped: float


def estimate_ndcg(
    log: Log,
    rankings: Mapping[str, pl.DataFrame],
    k: int = 10,
    *,
    curve: Examination | None = None,
    curves: Reals | None = None,
    clip: float = CLIP,
    samples: int = SAMPLES,
    seed: int = 0,
) -> list[RankingEstimate]:
    """Estimate the nDCG of rankings from a log of other lists.

    Parameters
    ----------
    log
        The events.
    rankings
        By name, columns target_item_id, item_id, and rank (from 1) or score. Evaluated are the queries of the log for
        which all of them have a list.
    k
        Length of the lists.
    curve
        Examination by rank, if known; None means that it is estimated from the log.
    curves
        Result of :func:`tigertail.evaluation.online.position_bias.resampled_curves` for the log, with the same samples
        and seed, if already computed; float64, (samples, ranks).
    clip
        Smallest divisor of an estimate, in examinations; above 0.
    samples, seed
        Resamples of the intervals, and their seed.

    Raises
    ------
    DataError
        If no query has a list in all rankings, or the log has too little data to estimate examination.
    """
    shown = Shown.of(log)
    coded, answered = rankings_of(rankings, shown, k)
    estimator = _Estimator(shown, coded, answered, k, clip)
    whole = curve or examination(log)
    if curves is None:
        known = curve is not None
        curves = np.tile(whole.probability, (samples, 1)) if known else resampled_curves(log, samples, seed)
    values = estimator.values(np.ones(shown.listeners), whole)
    drawn = [
        estimator.values(weights, Examination(again))
        for weights, again in zip(resamples(shown.listeners, samples, seed), curves, strict=True)
    ]
    if shown.listeners == 1:  # who says nothing of how listeners differ
        drawn = [np.full_like(values, np.nan)]
    return estimator.report(list(rankings), values, np.stack(drawn), whole)


@dataclass(frozen=True, eq=False)
class _Estimator:
    """Estimates of the same rankings for different weights of listeners."""

    shown: Shown
    rankings: list[Ranking]
    answered: NDArray[np.bool_]
    k: int
    clip: float

    def values(self, weights: Reals, curve: Examination) -> Reals:
        """Return the nDCG of each ranking by each method; float64, (rankings, methods)."""
        asked = self.shown.asked(weights) * self.answered
        ideal = max(asked.sum(), 1e-12) * (1 / np.log2(np.arange(self.k) + 2.0)).sum()
        sums = self.shown.sums(weights, curve)
        model = Relevance.of(self.shown, sums)
        out = []
        for ranking in self.rankings:
            weight = asked[ranking.query] * ranking.discount
            out.append([weight @ worth / ideal for worth in self._worth(ranking, sums, model)])
        return np.array(out)

    def _worth(self, ranking: Ranking, sums: Sums, model: Relevance) -> tuple[Reals, Reals, Reals]:
        """Return g of each place of a ranking by each method."""
        # One more cell, at -1, stands for items never shown.
        positive, examined, shown = (
            np.append(of_cell, 0.0)[ranking.cell] for of_cell in (sums.positive, sums.examined, sums.shown)
        )
        divisor = np.maximum(examined, self.clip)
        expected = model.predict(ranking, positive, examined)
        naive = positive / np.maximum(shown, 1.0)
        return naive, positive / divisor, expected + (positive - examined * expected) / divisor

    def report(
        self, names: list[str], values: Reals, drawn: Reals, curve: Examination
    ) -> list[RankingEstimate]:
        """Return the estimates with their intervals."""
        once = np.ones(self.shown.listeners)
        asked = self.shown.asked(once) * self.answered
        examined = np.append(self.shown.sums(once, curve).examined, 0.0)
        found = []
        for place, (name, ranking) in enumerate(zip(names, self.rankings, strict=True)):
            weight = asked[ranking.query] * ranking.discount
            weight /= weight.sum()
            examinations = examined[ranking.cell]
            missing = examinations == 0
            less = _estimates(values[place] - values[0], drawn[:, place] - drawn[:, 0])
            found.append(
                RankingEstimate(
                    name,
                    self.k,
                    int(self.answered.sum()),
                    int(asked.sum()),
                    _estimates(values[place], drawn[:, place]),
                    less if place else None,
                    float(weight[missing].sum()),
                    float(weight[~missing & (examinations < self.clip)].sum()),
                )
            )
        return found


def _estimates(values: Reals, drawn: Reals) -> dict[str, Estimate]:
    return {name: Estimate.of(float(values[j]), drawn[:, j]) for j, name in enumerate(METHODS)}
