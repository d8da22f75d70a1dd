"""The report of a log: rates by model and by rank, winners of interleaving, and estimated nDCG of rankings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
import polars as pl

from tigertail.errors import DataError
from tigertail.evaluation.online.counterfactual import CLIP, RankingEstimate, estimate_ndcg
from tigertail.evaluation.online.interleaving import DELAY, Duel, duels, listener_scores
from tigertail.evaluation.online.log import ACTIONS, Log, codes_of
from tigertail.evaluation.online.position_bias import MAX_RANKS, Examination, examination, resampled_curves
from tigertail.evaluation.online.resampling import SAMPLES, ratios
from tigertail.evaluation.online.sequential import TestResult, confidence_sequence, sequential_test
from tigertail.evaluation.report import without_nan
from tigertail.evaluation.statistics.intervals import Estimate

IS_POSITIVE: Final = "positive"
"""Column of :attr:`Log.shown`, played or liked and neither disliked nor hidden; its share is in rates by this name."""


@dataclass(frozen=True)
class ModelRow:
    """Actions on the items that one model put into lists.

    Parameters
    ----------
    version
        Version of the model.
    lists, shown
        Number of lists with an item of the model, and of such items.
    rates
        Share of these items with each action, and share of positive items; intervals over listeners.
    """

    version: str
    lists: int
    shown: int
    rates: dict[str, Estimate]


@dataclass(frozen=True)
class RankRow:
    """Actions at one rank.

    Parameters
    ----------
    rank
        From 1.
    shown
        Number of items shown there.
    positive
        Share of positive items, an effect of rank and items together.
    examination
        Probability that the rank is examined, relative to the first; None without an estimate.
    """

    rank: int
    shown: int
    positive: Estimate
    examination: Estimate | None


@dataclass(frozen=True)
class DuelRow:
    """Two interleaved models.

    Parameters
    ----------
    first, second
        Their versions.
    lists, listeners
        Number of interleaved lists, and of their listeners.
    won, lost, drawn
        Number of lists that the first model won, lost and drew.
    test
        Result of the sequential test; its observations are listeners.
    course
        Interval of the win share over time: number of listeners, low and high bound.
    """

    first: str
    second: str
    lists: int
    listeners: int
    won: int
    lost: int
    drawn: int
    test: TestResult
    course: list[tuple[int, float, float]]

    @property
    def winner(self) -> str | None:
        """Version of the better model; None while not decided, or if the win share has drifted."""
        winner = None if self.test.drifted else self.test.winner
        return None if winner is None else {"first": self.first, "second": self.second}[winner]


@dataclass(frozen=True)
class OnlineReport:
    """The report of a log, ready to print.

    Parameters
    ----------
    events, lists, listeners
        Their numbers.
    left_out
        Events that cannot be used, by reason.
    models, ranks, duels, estimates
        Rows by model, by rank (of the first ``MAX_RANKS``), by pair of interleaved models, by ranking.
    notices
        Results that the log does not allow, and why.
    """

    events: int
    lists: int
    listeners: int
    left_out: dict[str, int]
    models: list[ModelRow]
    ranks: list[RankRow]
    duels: list[DuelRow]
    estimates: list[RankingEstimate]
    notices: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values for JSON: NaN and infinity become None."""
        plain: dict[str, Any] = without_nan(asdict(self))
        for row, duel in zip(plain["duels"], self.duels, strict=True):
            row["winner"] = duel.winner
        return plain


def online_report(
    events: pl.DataFrame,
    rankings: Mapping[str, pl.DataFrame] | None = None,
    *,
    alpha: float = 0.05,
    k: int = 10,
    delay: float = DELAY,
    clip: float = CLIP,
    samples: int = SAMPLES,
    seed: int = 0,
) -> OnlineReport:
    """Evaluate a log of events.

    Parameters
    ----------
    events
        See :meth:`tigertail.evaluation.online.log.Log.of`.
    rankings
        Rankings to evaluate, by name, with the columns target_item_id, item_id, and rank or score.
    alpha
        Significance level of the sequential test, over all looks together.
    k
        How many items of each list of the rankings count: the k of nDCG@k.
    delay
        See :func:`tigertail.evaluation.online.interleaving.listener_scores`; choose it before you look.
    clip
        See :mod:`tigertail.evaluation.online.counterfactual`.
    samples, seed
        Resamples of the 95 % intervals, and their seed.

    Raises
    ------
    DataError
        If a column is missing, there is no impression, or no query has a list in all rankings.
    """
    log = Log.of(events)
    curve, notices = _examined(log)
    estimates: list[RankingEstimate] = []
    by_rank: dict[int, Estimate] = {}
    if curve is not None:
        curves = resampled_curves(log, samples, seed)
        by_rank = {
            rank: Estimate.of(
                float(value), curves[:, rank - 1] if curve.listeners > 1 else np.full(1, np.nan)
            )
            for rank, value in enumerate(curve.probability, start=1)
            if np.isfinite(value)
        }
        if rankings:
            estimates = estimate_ndcg(
                log, rankings, k, curve=curve, curves=curves, clip=clip, samples=samples, seed=seed
            )
    elif rankings:
        notices.append("so rankings are not evaluated: position bias cannot be corrected")
    ranks = _ranks(log, by_rank, samples, seed)
    if not ranks:
        notices.append(f"no item was shown at the first {MAX_RANKS} ranks, so there is no rate by rank")
    pairs = [_duel(duel, alpha, delay) for duel in duels(log)]
    if not pairs:
        notices.append("no list has items of two models, so there is no interleaving result")
    return OnlineReport(
        log.events,
        log.lists,
        log.listeners,
        log.left_out,
        _models(log, samples, seed),
        ranks,
        pairs,
        estimates,
        notices,
    )


def _examined(log: Log) -> tuple[Examination | None, list[str]]:
    """Return the examination curve, and notices about ranks without an estimate."""
    try:
        curve = examination(log)
    except DataError as error:
        return None, [f"{error.problem}; {error.remedy}"]
    if not curve.unknown:
        return curve, []
    first, more = curve.unknown[0], len(curve.unknown) - 1
    ranks = f"rank {first}" + (f" and {more:,} more" if more else "")
    return curve, [
        f"no examination estimate for {ranks}: no item that was played or liked moved between there and rank 1; "
        "items shown there do not count"
    ]


def _duel(duel: Duel, alpha: float, delay: float) -> DuelRow:
    scores = listener_scores(duel, delay)
    course = confidence_sequence(scores, alpha)
    return DuelRow(
        duel.first,
        duel.second,
        len(duel.lists),
        duel.listeners,
        *duel.outcomes(),
        sequential_test(scores, alpha),
        [(int(at), float(low), float(high)) for at, low, high in zip(*course, strict=True)],
    )


def _models(log: Log, samples: int, seed: int) -> list[ModelRow]:
    lists = dict(log.shown.group_by("model").agg(pl.col("list").n_unique()).iter_rows())
    found = []
    for version in log.models:
        rows = log.shown.filter(pl.col("model") == version)
        of_listeners = rows.group_by("listener", maintain_order=True).agg(
            pl.col(*ACTIONS, IS_POSITIVE).sum(), pl.len()
        )
        done = np.asarray(of_listeners.select(*ACTIONS, IS_POSITIVE).to_numpy(), np.float64)
        shown = np.asarray(of_listeners.select("len").to_numpy(), np.float64)
        rates = ratios(done, shown, samples, seed)
        found.append(
            ModelRow(
                version, lists[version], len(rows), dict(zip((*ACTIONS, IS_POSITIVE), rates, strict=True))
            )
        )
    return found


def _ranks(log: Log, by_rank: dict[int, Estimate], samples: int, seed: int) -> list[RankRow]:
    rows = log.shown.filter(pl.col("rank") <= MAX_RANKS)
    if rows.is_empty():
        return []
    listener, (ranks, rank) = (
        codes_of(rows["listener"]),
        np.unique(rows["rank"].to_numpy(), return_inverse=True),
    )
    place, shape = listener * len(ranks) + rank, (int(listener.max()) + 1, len(ranks))
    shown, positive = (
        np.bincount(place, amounts, shape[0] * shape[1]).reshape(shape).astype(np.float64)
        for amounts in (np.ones(len(rows)), rows[IS_POSITIVE].to_numpy().astype(np.float64))
    )
    rates = ratios(positive, shown, samples, seed)
    return [
        RankRow(number, int(times), rate, by_rank.get(number))
        for number, times, rate in zip(ranks.tolist(), shown.sum(axis=0), rates, strict=True)
    ]
