"""What lists would have been worth that nobody was shown as they are: nDCG from the log of other lists.

For a query q and an item d let g(q, d) be the probability that d is right (played or liked) for a listener who asks
q and looks at d. A ranking is worth

    nDCG@k = mean over the lists asked for of  sum_{r <= k} g(q, d_r) / log2(r + 1)  /  sum_{r <= k} 1 / log2(r + 1)

which is the nDCG of :mod:`tigertail.evaluation.metrics.ranking` for queries with at least k relevant items: how many
there are is what a log of plays cannot tell. With C(q, d) the right answers and E(q, d) the sum of the examination
probabilities of the places at which d was shown for q, g is estimated as

    naive   C / times shown                    what a dashboard shows; places count as relevance
    IPS     C / max(E, clip)                   T. Joachims, A. Swaminathan and T. Schnabel, WSDM 2017
    DR      m + (C - E m) / max(E, clip)       H. Oosterhuis, TOIS 2023

The sum E over all lists, those without d adding 0, makes the propensities policy-aware (H. Oosterhuis and
M. de Rijke, SIGIR 2020) and self-normalised for each item. m(q, d) is the model of
:mod:`tigertail.evaluation.online.relevance`.

What is assumed, and what it costs:

- The position-based model of :mod:`tigertail.evaluation.online.position_bias`.
- An item that was never shown for a query has no support: IPS counts it as wrong, DR believes the model. The share
  of the ranking's weight that this concerns is reported; where it is large neither number says much.
- ``clip`` (examinations) keeps one lucky play of an item hardly looked at from counting ten times. IPS is then too
  low by (1 - E / clip) of what such items are worth; DR only by as much of what the model gets wrong. The share is
  reported too.
- The ranking must not have learned from this very log.
- Intervals are from resampled listeners, the curve of examination being estimated anew each time.
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
from tigertail.evaluation.online.resampling import SAMPLES, interval, resamples
from tigertail.evaluation.statistics.intervals import Estimate

Reals = NDArray[np.float64]

METHODS: Final = ("naive", "IPS", "DR")
CLIP: Final = 1.0


@dataclass(frozen=True)
class Judged:
    """What a ranking is worth by a log.

    Parameters
    ----------
    name
        What the ranking is called.
    k
        Length of the lists judged.
    queries, lists
        Queries judged, and lists of the log that asked for them.
    ndcg
        Estimate by each of :data:`METHODS`.
    differences
        From the first ranking judged, by the same; None for the first itself.
    unsupported
        Share of the ranking's weight (discounts, by how often queries were asked) on items never shown for the
        query, or only at ranks of which the log says nothing.
    clipped
        Share on items that were shown, but looked at less than ``clip`` times.
    """

    name: str
    k: int
    queries: int
    lists: int
    ndcg: dict[str, Estimate]
    differences: dict[str, Estimate] | None
    unsupported: float
    clipped: float


def judge_rankings(
    log: Log,
    rankings: Mapping[str, pl.DataFrame],
    k: int = 10,
    *,
    curve: Examination | None = None,
    curves: Reals | None = None,
    clip: float = CLIP,
    samples: int = SAMPLES,
    seed: int = 0,
) -> list[Judged]:
    """Estimate the nDCG of rankings from a log of other lists.

    Parameters
    ----------
    log
        The events.
    rankings
        By name, columns target_item_id, item_id, and rank (from 1) or score. Judged are the queries of the log
        for which all of them have a list.
    k
        Length of the lists judged.
    curve
        Examination by rank, where it is known; None means that it is estimated from the log.
    curves
        What :func:`tigertail.evaluation.online.position_bias.resampled_curves` says of the log, with the same
        samples and seed, if that is there already; float64, (samples, ranks).
    clip
        Examinations that an estimate is divided by at least; above 0.
    samples, seed
        Resamples of the intervals, and their seed.

    Raises
    ------
    DataError
        If no query has a list in all rankings, or the log cannot tell how ranks are looked at.
    """
    shown = Shown.of(log)
    coded, answered = rankings_of(rankings, shown, k)
    judge = _Judge(shown, coded, answered, k, clip)
    whole = curve or examination(log)
    if curves is None:
        known = curve is not None
        curves = np.tile(whole.probability, (samples, 1)) if known else resampled_curves(log, samples, seed)
    values = judge.values(np.ones(shown.listeners), whole)
    drawn = [
        judge.values(weights, Examination(again))
        for weights, again in zip(resamples(shown.listeners, samples, seed), curves, strict=True)
    ]
    return judge.report(list(rankings), values, np.stack(drawn), whole)


@dataclass(frozen=True, eq=False)
class _Judge:
    """The same rankings, judged again and again."""

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
        # One cell more, at -1, for what was never shown: nothing is known of it.
        right, looked, seen = (
            np.append(of_cell, 0.0)[ranking.cell] for of_cell in (sums.right, sums.looked, sums.seen)
        )
        divisor = np.maximum(looked, self.clip)
        expected = model.foretell(ranking, right, looked)
        naive = right / np.maximum(seen, 1.0)
        return naive, right / divisor, expected + (right - looked * expected) / divisor

    def report(self, names: list[str], values: Reals, drawn: Reals, curve: Examination) -> list[Judged]:
        """Gather what was found, with intervals."""
        once = np.ones(self.shown.listeners)
        asked = self.shown.asked(once) * self.answered
        looked = np.append(self.shown.sums(once, curve).looked, 0.0)
        found = []
        for place, (name, ranking) in enumerate(zip(names, self.rankings, strict=True)):
            weight = asked[ranking.query] * ranking.discount
            weight /= weight.sum()
            examinations = looked[ranking.cell]
            missing = examinations == 0
            less = _estimates(values[place] - values[0], drawn[:, place] - drawn[:, 0])
            found.append(
                Judged(
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
    return {name: interval(float(values[j]), drawn[:, j]) for j, name in enumerate(METHODS)}
