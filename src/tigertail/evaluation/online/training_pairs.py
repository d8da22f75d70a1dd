"""Feedback as training pairs of the mixture: relevance of item B after item A, from the actions of listeners.

    g(A, B) = max(0, sum over listeners who were shown B after A of  s / max(p_k, 1/10))

with s = 1 for a listener who played or liked B, -1 for one who disliked or hid it, 0 otherwise, and p_k the probability
that the rank k of B is examined (:mod:`tigertail.evaluation.online.position_bias`): a play at a rank that one in four
listeners examines counts four times, which corrects for position bias. A listener counts once for B after A: of the
lists in which they played, liked, disliked or hid B, the one that was shown last. In it a dislike or a hiding outweighs
a play or a like.

Limit: an item that was never shown has no pair, so feedback can only re-order what models list already. This is why it
keeps a small share of the training hits (``mixture.feedback``); how small was chosen by judgement (docs/feedback.md).
"""

from __future__ import annotations

import warnings
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.errors import DataError, TigertailWarning
from tigertail.evaluation.online.log import Log
from tigertail.evaluation.online.position_bias import examination
from tigertail.ground_truth.ground_truth import GroundTruth

NAME: Final = "feedback"
MIN_EXAMINATION: Final = 0.1
"""Smallest examination used: an action counts at most ten times as much as one at the first rank."""
_EXAMPLES: Final = 3


def feedback_ground_truth(events: pl.DataFrame, dataset: Dataset) -> GroundTruth:
    """Turn a log of events into training pairs.

    Parameters
    ----------
    events
        See :meth:`tigertail.evaluation.online.log.Log.of`.
    dataset
        The dataset that has the items, by id.

    Returns
    -------
    GroundTruth
        Pairs with a score above 0. Pairs that cannot be used are counted by reason.

    Warns
    -----
    TigertailWarning
        If there is no event, events cannot be used, or position bias cannot be estimated: then all actions have the
        same weight.

    Raises
    ------
    DataError
        If there are events, but no impression, a column is missing, or a ``seq`` is no whole number.
    """
    if events.is_empty():
        warnings.warn(
            "the feedback store has no events yet, so the mixture is fitted without feedback",
            TigertailWarning,
            stacklevel=2,
        )
        return GroundTruth(NAME, _pairs(pl.DataFrame(schema=_SCHEMA)), graded=True, read=0)
    log = Log.of(events)
    if log.left_out:
        reasons = ", ".join(f"{number:,}: {why}" for why, number in log.left_out.items())
        warnings.warn(
            f"some events of the feedback cannot be used ({reasons})", TigertailWarning, stacklevel=2
        )
    acted = log.shown.filter(pl.col("positive") | pl.col("negative"))
    acted = acted.unique(["listener", "query", "item"], keep="last", maintain_order=True)
    examined = _examination(log, acted["rank"].to_numpy())
    weight = pl.Series(1 / np.maximum(examined, MIN_EXAMINATION))
    actions = acted.select(
        pl.col("query").alias(c.TARGET_ITEM_ID),
        pl.col("item").alias(c.ITEM_ID),
        pl.when("positive").then(weight).otherwise(-weight).alias(c.SCORE),
    )
    pairs = _pairs(actions)
    ids = dataset.items[c.ITEM_ID]
    reason = (
        pl.when(~pl.col(c.TARGET_ITEM_ID).is_in(ids.implode()))
        .then(pl.lit("query: not in the dataset"))
        .when(~pl.col(c.ITEM_ID).is_in(ids.implode()))
        .then(pl.lit("item: not in the dataset"))
        .when(pl.col(c.TARGET_ITEM_ID) == pl.col(c.ITEM_ID))
        .then(pl.lit("query and item are the same"))
        .when(pl.col(c.SCORE) <= 0)
        .then(pl.lit("no more likes than dislikes"))
    )
    checked = pairs.with_columns(reason.alias("reason"))
    left_out = {str(why): n for why, n in checked["reason"].drop_nulls().value_counts(sort=True).iter_rows()}
    ids_used = pl.concat([pairs[c.TARGET_ITEM_ID], pairs[c.ITEM_ID].alias(c.TARGET_ITEM_ID)])
    unknown = ids_used.filter(~ids_used.is_in(ids.implode())).unique(maintain_order=True)
    return GroundTruth(
        NAME,
        checked.filter(pl.col("reason").is_null()).drop("reason"),
        graded=True,
        read=len(pairs),
        left_out=left_out,
        queries_read=pairs[c.TARGET_ITEM_ID].n_unique(),
        examples=tuple(unknown.head(_EXAMPLES)),
    )


_SCHEMA: Final = {c.TARGET_ITEM_ID: pl.String, c.ITEM_ID: pl.String, c.SCORE: pl.Float64}


def _pairs(actions: pl.DataFrame) -> pl.DataFrame:
    """Add up the weights of all actions on each pair."""
    return actions.group_by(c.TARGET_ITEM_ID, c.ITEM_ID, maintain_order=True).agg(pl.col(c.SCORE).sum())


def _examination(log: Log, ranks: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the examination of some ranks; a rank without an estimate has that of the last rank before it."""
    try:
        curve = examination(log).probability
    except DataError as error:
        warnings.warn(f"{error.problem}; all actions have the same weight", TigertailWarning, stacklevel=3)
        return np.ones(len(ranks))
    last = np.maximum.accumulate(np.where(np.isfinite(curve), np.arange(len(curve)), 0))
    known = curve[last]
    return np.asarray(known[np.minimum(ranks, len(known)) - 1])
