"""Everything that one log says: what was shown and done, which model wins, what lists are worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
import polars as pl

from tigertail.errors import DataError
from tigertail.evaluation.online.counterfactual import CLIP, Judged, judge_rankings
from tigertail.evaluation.online.interleaving import PATIENCE, Duel, duels, listener_scores
from tigertail.evaluation.online.log import ACTIONS, Log, codes_of
from tigertail.evaluation.online.position_bias import MOST_RANKS, Examination, examination, resampled_curves
from tigertail.evaluation.online.resampling import SAMPLES, interval, ratios
from tigertail.evaluation.online.sequential import Verdict, examine, path
from tigertail.evaluation.report import without_nan
from tigertail.evaluation.statistics.intervals import Estimate

RIGHT: Final = "right"
"""Column of what was played or liked, and neither disliked nor hidden."""


@dataclass(frozen=True)
class ModelRow:
    """What happened to the items that one model put into lists.

    Parameters
    ----------
    version
        The model's.
    lists, shown
        Lists that hold an item of it, and such items.
    rates
        Share of these items with each action, and of those that were right; intervals over listeners.
    """

    version: str
    lists: int
    shown: int
    rates: dict[str, Estimate]


@dataclass(frozen=True)
class RankRow:
    """What happened at one rank.

    Parameters
    ----------
    rank
        From 1.
    shown
        Items that stood there.
    right
        Share that was right, which is what places and items do together.
    examination
        How likely the place is looked at, the first being 1; None where the log cannot tell.
    """

    rank: int
    shown: int
    right: Estimate
    examination: Estimate | None


@dataclass(frozen=True)
class DuelRow:
    """Two models that were interleaved.

    Parameters
    ----------
    first, second
        Their versions.
    lists, listeners
        Lists in which they met, and who was shown them.
    won, lost, drawn
        Lists that the first won, lost and drew.
    verdict
        Of the sequential test; its scores are listeners.
    course
        How the interval of the win share narrowed: after so many listeners, its low and high bound.
    """

    first: str
    second: str
    lists: int
    listeners: int
    won: int
    lost: int
    drawn: int
    verdict: Verdict
    course: list[tuple[int, float, float]]

    @property
    def winner(self) -> str | None:
        """Version of the better model; None while it is not decided, and where there is no one truth to decide."""
        winner = None if self.verdict.drifted else self.verdict.winner
        return None if winner is None else (self.first, self.second)[winner]


@dataclass(frozen=True)
class OnlineReport:
    """What a log says, ready to print.

    Parameters
    ----------
    events, lists, listeners
        How many.
    left_out
        Events that cannot be used, by reason.
    models, ranks, duels, judged
        By model, by rank, by pair of interleaved models, by ranking.
    notices
        What the log cannot say, and why.
    """

    events: int
    lists: int
    listeners: int
    left_out: dict[str, int]
    models: list[ModelRow]
    ranks: list[RankRow]
    duels: list[DuelRow]
    judged: list[Judged]
    notices: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON; None stands for what has no value."""
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
    patience: float = PATIENCE,
    clip: float = CLIP,
    samples: int = SAMPLES,
    seed: int = 0,
) -> OnlineReport:
    """Say what a log of events says.

    Parameters
    ----------
    events
        See :meth:`tigertail.evaluation.online.log.Log.of`.
    rankings
        Lists to be judged, by name, with the columns target_item_id, item_id and rank.
    alpha
        Promised rate of error of the test which of two models wins, over all looks together.
    k
        Length of the lists judged.
    patience
        See :func:`tigertail.evaluation.online.interleaving.listener_scores`; to be chosen before one looks.
    clip
        See :mod:`tigertail.evaluation.online.counterfactual`.
    samples, seed
        Resamples of the 95 % intervals, and their seed.

    Raises
    ------
    DataError
        If the table lacks a column or shows nothing, or no query asked has a list in all rankings.
    """
    log = Log.of(events)
    curve, notices = _examined(log)
    judged: list[Judged] = []
    looked: dict[int, Estimate] = {}
    if curve is not None:
        curves = resampled_curves(log, samples, seed)
        looked = {
            rank: interval(float(value), curves[:, rank - 1])
            for rank, value in enumerate(curve.probability, start=1)
            if np.isfinite(value)
        }
        if rankings:
            judged = judge_rankings(
                log, rankings, k, curve=curve, curves=curves, clip=clip, samples=samples, seed=seed
            )
    elif rankings:
        notices.append("so rankings are not judged: places cannot be corrected for")
    met = [_duel(duel, alpha, patience) for duel in duels(log)]
    if not met:
        notices.append("no list holds items of two models: nothing was interleaved, so no model wins")
    return OnlineReport(
        log.events,
        log.lists,
        log.listeners,
        log.left_out,
        _models(log, samples, seed),
        _ranks(log, looked, samples, seed),
        met,
        judged,
        notices,
    )


def _examined(log: Log) -> tuple[Examination | None, list[str]]:
    """Return how places are looked at, and what the log does not say of them."""
    try:
        curve = examination(log)
    except DataError as error:
        return None, [f"{error.problem}; {error.remedy}"]
    if not curve.unknown:
        return curve, []
    ranks = f"{len(curve.unknown)} ranks, the first of them {curve.unknown[0]}"
    return curve, [
        f"the log does not tell how {ranks}, are looked at, since no item moved between them and rank 1; "
        "what stood there is not judged"
    ]


def _duel(duel: Duel, alpha: float, patience: float) -> DuelRow:
    scores = listener_scores(duel, patience)
    course = path(scores, alpha)
    return DuelRow(
        duel.first,
        duel.second,
        len(duel.lists),
        duel.listeners,
        *duel.outcomes(),
        examine(scores, alpha),
        [(int(at), float(low), float(high)) for at, low, high in zip(*course, strict=True)],
    )


def _models(log: Log, samples: int, seed: int) -> list[ModelRow]:
    lists = dict(log.shown.group_by("model").agg(pl.col("list").n_unique()).iter_rows())
    found = []
    for version in log.models:
        rows = log.shown.filter(pl.col("model") == version)
        of_listeners = rows.group_by("listener", maintain_order=True).agg(
            pl.col(*ACTIONS, RIGHT).sum(), pl.len()
        )
        done = np.asarray(of_listeners.select(*ACTIONS, RIGHT).to_numpy(), np.float64)
        shown = np.asarray(of_listeners.select("len").to_numpy(), np.float64)
        rates = ratios(done, shown, samples, seed)
        found.append(
            ModelRow(version, lists[version], len(rows), dict(zip((*ACTIONS, RIGHT), rates, strict=True)))
        )
    return found


def _ranks(log: Log, looked: dict[int, Estimate], samples: int, seed: int) -> list[RankRow]:
    rows = log.shown.filter(pl.col("rank") <= MOST_RANKS)
    listener, (ranks, rank) = (
        codes_of(rows["listener"]),
        np.unique(rows["rank"].to_numpy(), return_inverse=True),
    )
    place, shape = listener * len(ranks) + rank, (int(listener.max()) + 1, len(ranks))
    shown, right = (
        np.bincount(place, amounts, shape[0] * shape[1]).reshape(shape).astype(np.float64)
        for amounts in (np.ones(len(rows)), rows[RIGHT].to_numpy().astype(np.float64))
    )
    rates = ratios(right, shown, samples, seed)
    return [
        RankRow(number, int(times), rate, looked.get(number))
        for number, times, rate in zip(ranks.tolist(), shown.sum(axis=0), rates, strict=True)
    ]
