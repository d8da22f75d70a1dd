"""What lists would have been worth that nobody was shown as they are: nDCG from the log of other lists.

For a query q and an item d let g(q, d) be the probability that d is right (played or liked) for a listener who asks
q and looks at d. A ranking is worth

    nDCG@k = mean over the lists asked for of  sum_{r <= k} g(q, d_r) / log2(r + 1)  /  sum_{r <= k} 1 / log2(r + 1)

which is the nDCG of :mod:`tigertail.evaluation.metrics` for queries with at least k relevant items: how many there
are is what a log of plays cannot tell. With C(q, d) the right answers and E(q, d) the sum of the examination
probabilities of the places at which d was shown for q, g is estimated as

    naive   C / times shown                    what a dashboard shows; places count as relevance
    IPS     C / max(E, clip)                   T. Joachims, A. Swaminathan and T. Schnabel, WSDM 2017
    DR      m + (C - E m) / max(E, clip)       H. Oosterhuis, TOIS 2023

The sum E over all lists, those without d adding 0, makes the propensities policy-aware (H. Oosterhuis and
M. de Rijke, SIGIR 2020) and self-normalised for each item. m(q, d) is a model of relevance: what is right on average,
times factors for how generous the query's listeners are, how welcome the item is anywhere, and the rank at which
the judged ranking has it, each shrunk towards 1.

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

from tigertail import columns as c
from tigertail.errors import DataError
from tigertail.evaluation.intervals import Estimate
from tigertail.evaluation.online.log import Log
from tigertail.evaluation.online.position_bias import Examination, Harvest, strengths
from tigertail.evaluation.online.resampling import SAMPLES, interval, resamples

Reals = NDArray[np.float64]
Codes = NDArray[np.int64]

METHODS: Final = ("naive", "IPS", "DR")
CLIP: Final = 1.0
_SHRINKAGE: Final = 5.0  # right answers at which a factor of the relevance model is half believed


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


@dataclass(frozen=True, eq=False)
class _Shown:
    """The rows of a log in codes: cells are (query, item), lists have a query and a listener."""

    cells: pl.DataFrame  # query, item, cell, query_code, item_code
    cell: Codes
    rank: Codes
    right: Reals
    listener: Codes
    list_query: Codes
    list_listener: Codes
    listeners: int

    @property
    def queries(self) -> list[str]:
        """Ids by code."""
        codes = self.cells.unique("query_code").sort("query_code")
        return codes["query"].to_list()


@dataclass(frozen=True, eq=False)
class _Ranking:
    """A ranking in codes; the cell of what was never shown is -1."""

    query: Codes
    cell: Codes
    rank: Codes

    @property
    def discount(self) -> Reals:
        return np.asarray(1 / np.log2(self.rank + 1.0))


def judge_rankings(
    log: Log,
    rankings: Mapping[str, pl.DataFrame],
    k: int = 10,
    *,
    curve: Examination | None = None,
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
        Examination by rank, if it is known; None means that it is estimated from the log.
    clip
        Examinations that an estimate is divided by at least; above 0.
    samples, seed
        Resamples of the intervals, and their seed.

    Raises
    ------
    DataError
        If no query has a list in all rankings, or the log cannot tell how ranks are looked at.
    """
    from tigertail.evaluation.online.position_bias import examination

    shown = _coded(log)
    coded, judged = _rankings(rankings, shown, k)
    harvest = None if curve is not None else Harvest.of(log)
    whole = curve or examination(log)
    once = np.ones(shown.listeners)
    values = _values(shown, coded, once, whole, clip, judged, k)
    drawn = []
    for weights in resamples(shown.listeners, samples, seed):
        again = whole
        if harvest is not None:
            again = Examination(strengths(harvest.wins(weights[shown.listener])))
        drawn.append(_values(shown, coded, weights, again, clip, judged, k))
    return _report(list(rankings), values, np.stack(drawn), shown, coded, judged, whole, clip, k)


def _coded(log: Log) -> _Shown:
    rows = log.shown
    cells = rows.select("query", "item").unique(maintain_order=True).with_row_index("cell")
    cells = cells.with_columns(
        (pl.col("query").rank("dense") - 1).cast(pl.Int64).alias("query_code"),
        (pl.col("item").rank("dense") - 1).cast(pl.Int64).alias("item_code"),
    )
    rows = rows.with_columns((pl.col("listener").rank("dense") - 1).cast(pl.Int64).alias("listener_code"))
    coded = rows.join(cells, on=["query", "item"], maintain_order="left")
    lists = coded.unique("list", maintain_order=True)
    return _Shown(
        cells,
        coded["cell"].to_numpy().astype(np.int64),
        coded["rank"].to_numpy(),
        coded["right"].to_numpy().astype(np.float64),
        coded["listener_code"].to_numpy(),
        lists["query_code"].to_numpy(),
        lists["listener_code"].to_numpy(),
        int(coded["listener_code"].max()) + 1,  # type: ignore[arg-type]
    )


def _rankings(
    rankings: Mapping[str, pl.DataFrame], shown: _Shown, k: int
) -> tuple[list[_Ranking], NDArray[np.bool_]]:
    """Return rankings in codes, and which queries all of them answer."""
    queries = shown.cells.select("query", "query_code").unique()
    coded = []
    judged = np.ones(len(queries), np.bool_)
    for name, table in rankings.items():
        ranked = _ranked(name, table).filter(pl.col(c.RANK) <= k)
        ranked = ranked.join(queries, left_on=c.TARGET_ITEM_ID, right_on="query")
        ranked = ranked.join(
            shown.cells.select("query_code", pl.col("item").alias(c.ITEM_ID), "cell"),
            on=["query_code", c.ITEM_ID],
            how="left",
        ).sort("query_code", c.RANK)
        cell = ranked["cell"].cast(pl.Int64).fill_null(-1).to_numpy()
        coded.append(_Ranking(ranked["query_code"].to_numpy(), cell, ranked[c.RANK].to_numpy()))
        judged &= np.isin(np.arange(len(queries)), coded[-1].query)
    if not judged.any():
        raise DataError(
            "no query of the log has a list in every ranking to be judged",
            remedy="write lists for what was asked: tigertail neighbours MODEL --out lists.parquet",
        )
    return [_only(ranking, judged) for ranking in coded], judged


def _only(ranking: _Ranking, judged: NDArray[np.bool_]) -> _Ranking:
    kept = judged[ranking.query]
    return _Ranking(ranking.query[kept], ranking.cell[kept], ranking.rank[kept])


def _ranked(name: str, table: pl.DataFrame) -> pl.DataFrame:
    if missing := {c.TARGET_ITEM_ID, c.ITEM_ID} - set(table.columns) or (
        {c.RANK, c.SCORE}.isdisjoint(table.columns) and {f"{c.RANK} or {c.SCORE}"}
    ):
        raise DataError(
            f"the lists of {name} lack the column {', '.join(sorted(missing))}",
            remedy="write them as tigertail neighbours does",
        )
    if c.RANK not in table.columns:
        place = pl.col(c.SCORE).rank("ordinal", descending=True).over(c.TARGET_ITEM_ID)
        table = table.with_columns(place.alias(c.RANK))
    return table.select(pl.col(c.TARGET_ITEM_ID, c.ITEM_ID).cast(pl.String), pl.col(c.RANK).cast(pl.Int64))


def _values(
    shown: _Shown,
    rankings: list[_Ranking],
    weights: Reals,
    curve: Examination,
    clip: float,
    judged: NDArray[np.bool_],
    k: int,
) -> Reals:
    """Return the nDCG of each ranking by each method; float64, (rankings, methods)."""
    asked = np.bincount(shown.list_query, weights[shown.list_listener], len(judged)) * judged
    ideal = asked.sum() * (1 / np.log2(np.arange(k) + 2.0)).sum()
    right, looked, seen = _sums(shown, weights, curve)
    model = _relevance(shown, right, looked)
    out = []
    for ranking in rankings:
        # One more cell, at -1, for what was never shown: nothing is known of it.
        c_, e, n = (np.append(sums, 0.0)[ranking.cell] for sums in (right, looked, seen))
        expected = _foretold(model, ranking, c_, e)
        with np.errstate(invalid="ignore", divide="ignore"):
            naive = np.where(n > 0, c_ / n, 0.0)
        ips = c_ / np.maximum(e, clip)
        dr = expected + (c_ - e * expected) / np.maximum(e, clip)
        weight = asked[ranking.query] * ranking.discount
        out.append([(weight * g).sum() / ideal if ideal else np.nan for g in (naive, ips, dr)])
    return np.array(out)


def _sums(shown: _Shown, weights: Reals, curve: Examination) -> tuple[Reals, Reals, Reals]:
    """Return of each cell the right answers, the examinations, and how often it was shown."""
    each = weights[shown.listener]
    examined = curve.of(shown.rank)
    known = np.isfinite(examined)
    cells = len(shown.cells)
    right = np.bincount(shown.cell, each * shown.right * known, cells)
    looked = np.bincount(shown.cell, each * np.where(known, examined, 0.0), cells)
    return right, looked, np.bincount(shown.cell, each * known, cells)


def _relevance(shown: _Shown, right: Reals, looked: Reals) -> tuple[float, Reals, Reals, Codes]:
    """Return the model of relevance: what is right on average, factors of queries and of items."""
    query, item = (shown.cells[name].to_numpy() for name in ("query_code", "item_code"))
    mean = right.sum() / max(looked.sum(), 1e-12)
    of_query = _factors(query, right, looked * mean)
    of_item = _factors(item, right, looked * mean * of_query[query])
    return mean, of_query, of_item, item


def _foretold(
    model: tuple[float, Reals, Reals, Codes], ranking: _Ranking, right: Reals, looked: Reals
) -> Reals:
    """Return m of each place of a ranking, with a factor for its rank."""
    mean, of_query, of_item, item = model
    welcome = np.where(ranking.cell >= 0, of_item[item[ranking.cell]], 1.0)
    expected = mean * of_query[ranking.query] * welcome
    of_rank = _factors(ranking.rank, right, looked * expected)
    return np.asarray(np.clip(expected * of_rank[ranking.rank], 0, 1))


def _factors(code: Codes, right: Reals, expected: Reals) -> Reals:
    """Return how many times more was right than expected, shrunk towards 1."""
    return np.asarray((np.bincount(code, right) + _SHRINKAGE) / (np.bincount(code, expected) + _SHRINKAGE))


def _report(
    names: list[str],
    values: Reals,
    drawn: Reals,
    shown: _Shown,
    rankings: list[_Ranking],
    judged: NDArray[np.bool_],
    curve: Examination,
    clip: float,
    k: int,
) -> list[Judged]:
    asked = np.bincount(shown.list_query, minlength=len(judged)) * judged
    looked = np.append(_sums(shown, np.ones(shown.listeners), curve)[1], 0.0)
    found = []
    for place, (name, ranking) in enumerate(zip(names, rankings, strict=True)):
        weight = asked[ranking.query] * ranking.discount
        examinations = looked[ranking.cell]
        less = {
            method: interval(float(values[place, j] - values[0, j]), drawn[:, place, j] - drawn[:, 0, j])
            for j, method in enumerate(METHODS)
        }
        found.append(
            Judged(
                name,
                k,
                int(judged.sum()),
                int(asked.sum()),
                {m: interval(float(values[place, j]), drawn[:, place, j]) for j, m in enumerate(METHODS)},
                less if place else None,
                float(weight[examinations == 0].sum() / weight.sum()),
                float(weight[(examinations > 0) & (examinations < clip)].sum() / weight.sum()),
            )
        )
    return found
